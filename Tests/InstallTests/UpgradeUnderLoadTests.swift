import Core
import FoundationEssentials
import Install
import Postgres
import Schema
import Synchronization
import TestSupport
import Testing

/// An upgrade of a database in use holds nobody up for long, and goes on until it gets through.
@Suite(.needsServer) struct UpgradeUnderLoadTests {
    /// A column with its constraint; what validates it; an index of it.
    private static let steps = [
        "0001_colour.sql": """
        SET LOCAL ROLE email_owner;
        ALTER TABLE public.email_messages ADD COLUMN colour text;
        COMMENT ON COLUMN public.email_messages.colour IS 'How the message is marked.';
        ALTER TABLE public.email_messages ADD CONSTRAINT email_messages_colour_check CHECK (colour <> '') NOT VALID;
        """,
        "0002_colour_validated.sql": """
        -- emaildb: own-transaction
        SET LOCAL ROLE email_owner;
        ALTER TABLE public.email_messages VALIDATE CONSTRAINT email_messages_colour_check;
        """,
        "0003_colour_index.sql": """
        -- emaildb: no-transaction
        CREATE INDEX CONCURRENTLY idx_email_messages_colour ON public.email_messages (tenant_id, colour);
        """,
    ]

    /// The project's steps and those above, with their layouts.
    private func nextVersion() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let present = SchemaSource.embedded().steps
        for step in present { try folder.write(step.name + ".sql", step.sql) }
        for (name, text) in Self.steps {
            let number = 10000 + present.count + (Int(name.prefix(4)) ?? 0)
            try folder.write("\(number)".dropFirst() + String(name.dropFirst(4)), text + "\n")
        }
        let server = TestServer()
        let changes = try await LayoutGenerator.changes(
            settings: server.connectionSettings(), database: "layout", source: .directory(folder.path))
        for (name, change) in changes { try folder.write("layout/\(name).txt", change.text) }
        try await server.stop()
        return folder
    }

    @Test("Writers and readers go on while a long report keeps the table") func load() async throws {
        let folder = try await nextVersion()
        let server = TestServer()
        let settings = try await server.installed()
        let owner = try Connection(settings)
        let clients = 8
        let tenants = try (0..<clients).map { _ in try Tenant(owner) }
        let rows = Rounds.few(2_000, soak: 200_000)
        for tenant in tenants {
            try owner.query(
                """
                INSERT INTO public.email_messages (tenant_id, account_id, folder_id, message_id, subject, text_body, received_at)
                SELECT $1::uuid, $2::uuid, $3::uuid, 'load' || n || '@example.com', 'subject ' || n, 'body of ' || n, n
                FROM generate_series(1, \(rows / clients)) n
                """, [tenant.id, tenant.account, tenant.inbox])
        }
        var application = settings
        application["options"] = "-c role=email_service -c statement_timeout=20s -c lock_timeout=10s"
        let ends = Flag()
        let (login, target) = (application, settings)

        let report = try Connection(settings)
        try report.script("BEGIN; SELECT count(*) FROM public.email_messages")
        let source = try SchemaSource.directory(folder.path)
        let retries = Mutex(0)
        var installer = Installer(settings: target, database: "email_service", source: source)
        installer.progress = { progress in
            if case .retrying = progress { retries.withLock { $0 += 1 } }
        }
        let upgrade = installer
        async let load = Threads.run(clients) { index -> (longest: Duration, count: Int) in
            let connection = try Connection(login)
            let tenant = tenants[index]
            try connection.serve(tenant.id, account: tenant.account)
            var (longest, count) = (Duration.zero, 0)
            while !ends.isSet {
                for statement in [
                    """
                    INSERT INTO public.email_messages (tenant_id, account_id, folder_id, message_id, subject, received_at)
                    VALUES ('\(tenant.id)', '\(tenant.account)', '\(tenant.inbox)', gen_random_uuid(), 'new', 1800000000000)
                    """,
                    "SELECT id FROM public.email_messages WHERE tenant_id = '\(tenant.id)' AND folder_id = '\(tenant.inbox)'"
                        + " ORDER BY received_at DESC LIMIT 50",
                    "UPDATE public.email_messages SET is_read = NOT is_read WHERE tenant_id = '\(tenant.id)' AND id = '\(tenant.message)'",
                ] {
                    let start = ContinuousClock.now
                    try connection.query(statement)
                    longest = max(longest, start.duration(to: .now))
                    count += 1
                }
            }
            return (longest, count)
        }
        async let result = Threads.run(1) { _ in
            defer { ends.set() }
            return try upgrade.run().applied.count
        }
        // The report ends after the upgrade has met it several times.
        let deadline = ContinuousClock.now + .seconds(60)
        while retries.withLock({ $0 }) < 5, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
        }
        try report.script("COMMIT")
        #expect(try await result == [3])
        let loads = try await load
        let (wait, count) = (loads.map(\.longest).max() ?? .zero, loads.map(\.count).reduce(0, +))
        print("upgrade under load: \(count) statements beside it, the longest took \(wait.wholeMilliseconds) ms")
        #expect(count > 100)
        // As long as the report lasted, and with a lock timeout of 5 s, it would be more; bench figures are measured under soak.
        #expect(wait < (rows > 2_000 ? .seconds(1) : .seconds(3)))
        #expect(try owner.value("SELECT count(*) FROM public.email_messages WHERE subject = 'new'") != "0")
        try await server.stop()
    }

    @Test("A step that commits alone does so where others are in use only") func series() throws {
        let source = try SchemaSource(files: [
            ("0001_a.sql", "SELECT 1;"), ("0002_b.sql", "-- emaildb: own-transaction\nSELECT 2;"),
            ("0003_c.sql", "SELECT 3;"),
            ("0004_d.sql", "SELECT 4;"),
        ])
        func numbers(_ steps: some Sequence<SchemaStep>) -> [[Int]] {
            SchemaStep.transactions(Array(steps)).map { $0.map(\.number) }
        }
        #expect(numbers(source.steps) == [[1, 2, 3, 4]])
        #expect(numbers(source.steps.dropFirst()) == [[2], [3, 4]])
    }
}
