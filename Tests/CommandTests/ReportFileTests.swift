import Core
import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

/// Reports of runs that end in every way, read by the programs that read them.
@Suite(.needsServer) struct ReportFileTests {
    private static let formats = ["json", "junit", "sarif", "github", "tap", "markdown", "text"]

    private static func outputs(_ folder: TemporaryFolder) -> [String] {
        formats.flatMap { ["--output", "\($0)=\(folder.path)/report.\($0)"] }
    }

    /// What `Tests/Schemas/check-reports` says of a SARIF and a JUnit file.
    private struct Checked: Decodable {
        let isSuccessful: Bool
        let exitCode: Int32
        let results: Int
        let places: [String]
        let cases, timed: Int
        let failures, errors: [String]
    }

    /// Has every report read by its reader; the annotations and the summary are held to GitHub's limits.
    private func check(_ folder: TemporaryFolder, _ comment: Comment) async throws -> Checked {
        let read = try await CommandRunner.run("Tests/Schemas/check-reports", [folder.path])
        #expect(read.status == 0, "\(comment): \(read.errors)")
        let schema = try await CommandRunner.run(
            "xmllint", ["--noout", "--schema", "Tests/Schemas/junit-10.xsd", folder.path + "/report.junit"])
        #expect(schema.status == 0, "\(comment): \(schema.errors)")
        let commands = try folder.read("report.github").split(separator: "\n").filter { $0.hasPrefix("::") }
        for kind in ["error", "warning", "notice"] {
            #expect(commands.count { $0.hasPrefix("::\(kind) ") } <= 10, "\(comment)")
        }
        #expect(commands.allSatisfy { $0.utf8.count < 8192 }, comment)
        let severities = commands.map { $0.hasPrefix("::error ") ? 0 : $0.hasPrefix("::warning ") ? 1 : 2 }
        #expect(severities == severities.sorted(), "the worst first")
        let codes = commands.compactMap { $0.firstMatch(of: /title=(EDB-[A-Z]\d+)/)?.1 }
        #expect(Set(codes).count == codes.count, "one a code: \(codes)")
        #expect(
            try folder.read("report.markdown").hasPrefix("## emaildb verify: ")
                && folder.read("report.markdown").utf8.count <= 1 << 20)
        return try read.json(Checked.self)
    }

    /// What prove, the reader of TAP, ends with and says.
    private func prove(_ folder: TemporaryFolder) async throws -> CommandResult {
        try await CommandRunner.run("prove", ["--exec", "cat", folder.path + "/report.tap"])
    }

    @Test("A clean run: every check, attack and query is a test case") func clean() async throws {
        try await TestDatabase.withSchema { settings in
            let folder = try TemporaryFolder()
            let result = try await CommandRunner.emaildb(
                ["verify"] + Self.outputs(folder), environment: settings.environment)
            try #require(result.status == 0, "\(result)")
            let checked = try await check(folder, "clean")
            #expect(checked.isSuccessful && checked.exitCode == 0 && checked.results == 0 && checked.failures.isEmpty)
            #expect(checked.timed > 100 && checked.cases > checked.timed + 80, "\(checked)")
            let prove = try await prove(folder)
            #expect(prove.status == 0 && prove.output.contains("Tests=\(checked.cases)"), "\(prove)")
        }
    }

    @Test("The readers of the reports refuse what is wrong") func control() async throws {
        let folder = try TemporaryFolder()
        _ = try await CommandRunner.emaildb(["verify", "--host", "127.0.0.1", "--port", "1"] + Self.outputs(folder))
        let (sarif, junit) = (try folder.read("report.sarif"), try folder.read("report.junit"))
        for (file, text, old, new) in [
            ("sarif", sarif, "columnKind", "columnSort"), ("sarif", sarif, "#EDB-L161", ""),
            ("sarif", sarif, "\"9.8\"", "9.8,,"),
            ("junit", junit, "errors=\"1\"", "errors=\"0\""),
        ] {
            try folder.write("report.sarif", sarif)
            try folder.write("report.junit", junit)
            try folder.write("report.\(file)", text.replacing(old, with: new))
            let read = try await CommandRunner.run("Tests/Schemas/check-reports", [folder.path])
            #expect(read.status != 0, "\(old): \(read)")
        }
        try folder.write("report.junit", junit.replacing("tests=\"1\" ", with: ""))
        let schema = try await CommandRunner.run(
            "xmllint", ["--noout", "--schema", "Tests/Schemas/junit-10.xsd", folder.path + "/report.junit"])
        #expect(schema.status != 0, "\(schema)")
    }

    /// Forty indexes beside the design, and more than ten kinds of errors.
    private static let damage =
        (1...40).map { "CREATE INDEX \"odd <|name|> & \"\"`\"\", ]]>% \($0)\" ON email_folders (name);" }.joined()
            + """
            DROP INDEX idx_email_messages_thread_id; GRANT TRUNCATE ON email_folders TO email_service;
            ALTER POLICY email_folders_tenant_policy ON email_folders USING (true); ALTER TABLE email_attachments DISABLE ROW LEVEL SECURITY;
            ALTER TABLE email_accounts OWNER TO CURRENT_USER; CREATE TABLE emaildb.extra (id integer); DROP VIEW pg_long_queries;
            CREATE VIEW public.open AS SELECT * FROM email_messages; GRANT SELECT ON public.open TO email_service;
            CREATE FUNCTION public.definer() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
            ALTER TABLE email_messages ALTER COLUMN subject SET DEFAULT 'x'; ALTER TABLE email_folders ADD CONSTRAINT odd CHECK (true);
            CREATE RULE odd AS ON UPDATE TO email_folders DO ALSO NOTHING; COMMENT ON TABLE email_folders IS 'x'
            """

    @Test("More than forty findings: each is a result and a failure, and ten annotations say so") func findings()
        async throws
    {
        try await TestDatabase.withSchema { settings in
            try Connection(settings).script(Self.damage)
            let folder = try TemporaryFolder()
            let arguments = ["verify", "--sarif-anchor", "./ci/check mail.yml"] + Self.outputs(folder)
            let result = try await CommandRunner.emaildb(arguments, environment: settings.environment)
            try #require(result.status == 1, "\(result)")
            let checked = try await check(folder, "findings")
            #expect(checked.isSuccessful && checked.exitCode == 1 && checked.results > 50)
            #expect(checked.failures.count == checked.results && checked.places == ["ci/check mail.yml:1"])
            #expect(
                checked.failures.contains { $0.contains("odd <|name|> & \"\"`\"\", ]]>% 7") }, "objects are in the text"
            )
            let annotations = try folder.read("report.github")
            #expect(annotations.contains("(40)") && annotations.contains("file=ci/check mail.yml,line=1"))
            let errors = annotations.split(separator: "\n").filter { $0.hasPrefix("::error ") }
            #expect(errors.count == 10 && errors.last?.contains("codes more") == true, "\(errors.count)")
            #expect(errors.first?.contains("EDB-T001") == true)
            let prove = try await prove(folder)
            #expect(
                prove.status != 0 && prove.output.contains("Failed \(checked.failures.count)/\(checked.cases)"),
                "\(prove)")
            let summary = try folder.read("report.markdown")
            #expect(summary.contains("&#60;&#124;name&#124;&#62;") && !summary.contains("<|name"), "\(summary)")
            let rows = summary.split(separator: "\n").filter { $0.hasPrefix("| error") || $0.hasPrefix("| warning") }
            #expect(rows.count == checked.results && rows.allSatisfy { $0.count { $0 == "|" } == 6 })
        }
    }

    @Test("A result without a place of its own gets the workflow, the caller's SQL or the design") func anchors()
        async throws
    {
        try await TestDatabase.withSchema { settings in
            try Connection(settings).script(
                "CREATE INDEX odd ON email_folders (name); DROP INDEX idx_email_messages_thread_id")
            func places(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> [String] {
                let folder = try TemporaryFolder()
                _ = try await CommandRunner.emaildb(
                    ["verify", "--only", "layout"] + arguments + Self.outputs(folder),
                    environment: settings.environment.merging(environment) { $1 })
                return try await check(folder, "\(arguments)").places
            }
            let workflow = ["GITHUB_WORKFLOW_REF": "mail/shop/.github/workflows/ci.yml@refs/heads/main"]
            #expect(try await places([], workflow) == [".github/workflows/ci.yml:1"])
            let design = try await places([])
            #expect(design.count == 2 && design.allSatisfy { $0.hasPrefix("sql/0") }, "\(design)")
            let copy = try TemporaryFolder()
            try FileManager.default.copyItem(atPath: "sql", toPath: copy.path + "/schema")
            let own = try await places(
                ["--sql", copy.path + "/schema"], ["GITHUB_WORKSPACE": copy.path].merging(workflow) { $1 })
            #expect(
                own.contains { $0.hasPrefix("schema/0014_indexes_documented.sql:") }
                    && own.contains(".github/workflows/ci.yml:1"))
        }
    }

    // MARK: - Without a result

    /// That every report says that there is none, and why.
    private func expectNone(_ folder: TemporaryFolder, _ status: Int32, _ reason: String) async throws {
        let checked = try await check(folder, "\(reason)")
        #expect(
            !checked.isSuccessful && checked.exitCode == status && checked.cases == 1 && checked.results == 0,
            "\(checked)")
        #expect(checked.errors.first?.contains(reason) == true, "\(checked)")
        let prove = try await prove(folder)
        #expect(prove.status != 0, "\(prove)")
        #expect(try folder.read("report.tap").contains("\nBail out!  "))
        for format in Self.formats {
            let text = try folder.read("report.\(format)")
            #expect(text.contains(reason) && !text.contains("no findings"), "\(format): \(text)")
        }
    }

    @Test func unreachable() async throws {
        let folder = try TemporaryFolder()
        let result = try await CommandRunner.emaildb(
            ["verify", "--host", "127.0.0.1", "--port", "1", "--format", "tap"] + Self.outputs(folder))
        #expect(result.status == 3 && result.output.contains("Bail out!  "), "\(result)")
        try await expectNone(folder, 3, "Connection refused")
    }

    @Test func refused() async throws {
        let server = TestServer(binaries: ".emaildb/postgresql/14")
        let folder = try TemporaryFolder()
        let result = try await CommandRunner.emaildb(
            ["verify", "-d", "postgres"] + Self.outputs(folder),
            environment: try await server.connectionSettings().environment)
        #expect(result.status == 4)
        try await expectNone(folder, 4, "emaildb needs 15 or newer")
        try await server.stop()
    }

    @Test(
        "A run that is ended leaves reports that say so, also where an earlier one was clean",
        arguments: [
            (SIGTERM, 143, "stopped by signal 15"), (SIGINT, 130, "stopped by signal 2"),
            (SIGKILL, 137, "was ended before it was done"),
        ]
            as [(Int32, Int32, String)])
    func killed(_ signal: Int32, _ status: Int32, _ reason: String) async throws {
        try await TestDatabase.withSchema { settings in
            let folder = try TemporaryFolder()
            let arguments = ["verify", "--only", "layout"] + Self.outputs(folder)
            let clean = try await CommandRunner.emaildb(arguments, environment: settings.environment)
            #expect(clean.status == 0)
            #expect(try folder.read("report.text").contains("no findings"))
            let holder = try Connection(settings)
            try holder.script("BEGIN; LOCK TABLE emaildb.ledger IN ACCESS EXCLUSIVE MODE")
            let result = try await CommandRunner.emaildb(
                arguments, environment: settings.environment, signal: signal,
                killWhen: {
                    try !Connection(settings).query(
                        "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                    ).isEmpty
                })
            #expect(result.status == status, "\(result)")
            try await expectNone(folder, signal == SIGKILL ? 2 : status, reason)
            try holder.query("ROLLBACK")
        }
    }

    // MARK: - Where they are written

    @Test("Pipes, process substitutions, links and standard output get the report; the step summary is appended to")
    func places() async throws {
        let folder = try TemporaryFolder()
        try folder.write("summary", "what others wrote\n")
        try folder.write("real", "old")
        #expect(symlink("real", folder.path + "/link") == 0 && mkfifo(folder.path + "/pipe", 0o600) == 0)
        let script = """
            cat pipe >piped & "$0" verify --host 127.0.0.1 --port 1 --output tap=- --output junit=pipe --output json=link \
            --output tap=>(cat >substituted) --output tap=/dev/fd/3 --output "markdown=$GITHUB_STEP_SUMMARY" 3>third >standard
            echo $?; wait %1; sleep 0.5
            """
        let result = try await CommandRunner.run(
            "bash", ["-c", script, CommandRunner.emaildb],
            environment: ["GITHUB_STEP_SUMMARY": folder.path + "/summary"], in: folder.path)
        #expect(result.output == "3\n", "\(result)")
        for name in ["standard", "third", "substituted"] {
            #expect(try folder.read(name).hasPrefix("TAP version 13\nBail out!  "), "\(name)")
        }
        #expect(try folder.read("piped").contains("</testsuites>") && folder.read("real").contains("cannot-connect"))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/link") == "real")
        #expect(try folder.read("summary").hasPrefix("what others wrote\n## emaildb verify: cannot-connect"))
    }

    @Test(arguments: [
        ["--output", "tap=-", "--output", "json=-"], ["--output", "tap=-", "--format", "json"],
        ["--output", "tap=-", "--fix-sql"],
    ])
    func standardOutputTakesOneResult(_ words: [String]) async throws {
        let result = try await CommandRunner.emaildb(["verify"] + words)
        #expect(result.status == 64 && result.errors.contains("one result on standard output"), "\(result)")
    }
}
