import Postgres
import TestSupport
import Testing

/// Another image on the volume of an earlier one: brought up to date, or refused, and never half of it.
@Suite(.onEngine) struct UpgradeTests {
    private static let tenant = "11111111-1111-1111-1111-111111111111"

    private func addAccount(_ container: Container, _ address: String) throws {
        let connection = try Connection(container.settings())
        try connection.transaction {
            try connection.query("SELECT set_config('app.current_tenant_id', $1, true)", [Self.tenant])
            try connection.query(
                """
                INSERT INTO email_accounts (id, tenant_id, user_id, account_name, email_address, protocol, hostname, port,
                                            encryption, username, created_at, updated_at)
                VALUES (gen_random_uuid(), $1, gen_random_uuid(), 'a', $2, 'imap', 'h', 993, 'tls', 'u', 1, 1)
                """, [Self.tenant, address])
        }
    }

    private func accounts(_ container: Container) throws -> [String] {
        let connection = try Connection(container.settings())
        return try connection.transaction {
            try connection.query("SELECT set_config('app.current_tenant_id', $1, true)", [Self.tenant])
            return try connection.query("SELECT email_address FROM email_accounts ORDER BY 1")
                .map { $0.text("email_address") }
        }
    }

    private func steps(_ container: Container) async throws -> Int {
        Int(try await container.superuser("SELECT max(step) FROM emaildb.ledger")) ?? 0
    }

    @Test("A newer image upgrades an older volume, which the older image then refuses") func upgrade() async throws {
        try await Container.withVolume { container in
            try await container.start(image: Engine.olderImage)
            try await container.waitUntilHealthy()
            let before = try await steps(container)
            try addAccount(container, "before@example.com")
            try await container.remove()

            try await container.start()
            try await container.waitUntilHealthy()
            #expect(try await steps(container) == before + 2)
            #expect(try accounts(container) == ["before@example.com"])
            try await container.requireClean()
            try addAccount(container, "later@example.com")
            try await container.remove()

            try await container.start(image: Engine.olderImage)
            #expect(try await container.waitForEnd() == "6")
            #expect(await container.log().contains("emaildb init ended with status 6; the server is not started"))
            try await container.remove()

            try await container.start()
            try await container.waitUntilHealthy()
            #expect(try accounts(container) == ["before@example.com", "later@example.com"])
        }
    }

    @Test("A refused upgrade ends the container, and succeeds when its cause is gone") func failure() async throws {
        try await Container.withVolume { container in
            try await container.start(image: Engine.olderImage)
            try await container.waitUntilHealthy()
            try addAccount(container, "kept@example.com")
            // In the way of the step that makes the same function.
            try await container.superuser(
                "CREATE FUNCTION public.email_search_day(value text) RETURNS int LANGUAGE sql AS 'SELECT 1'")
            let before = try await steps(container)
            try await container.remove()

            try await container.start()
            // No client may get in while it fails.
            var attempts = 0
            let end = ContinuousClock.now + .seconds(120)
            while try await container.state("{{.State.Status}}") == "running" {
                try #require(ContinuousClock.now < end, "it goes on running")
                attempts += 1
                let served = (try? Connection(container.settings(), timeout: .seconds(1))) != nil
                #expect(!served)
            }
            print("refused upgrade: \(attempts) attempts to connect, none served")
            #expect(attempts > 0)
            #expect(try await container.waitForEnd() == "4")
            let log = await container.log()
            #expect(log.contains("the function public.email_search_day(value text) of"), "\(log.suffix(2000))")
            #expect(log.contains("emaildb init ended with status 4; the server is not started"))
            try await container.remove()

            // The older image still works on it, and there the cause is removed.
            try await container.start(image: Engine.olderImage)
            try await container.waitUntilHealthy()
            #expect(try await steps(container) == before)
            try await container.superuser("DROP FUNCTION public.email_search_day(text)")
            try await container.remove()
            try await container.start()
            try await container.waitUntilHealthy()
            try await container.requireClean()
            #expect(try accounts(container) == ["kept@example.com"])
            // The same question as above finds a server that serves.
            #expect((try? Connection(container.settings(), timeout: .seconds(1))) != nil)
        }
    }
}
