import Postgres
import TestSupport
import Testing

/// `emaildb ready` says yes only to a server that answers on TCP with the schema of this program.
@Suite(.needsServer) struct ReadyTests {
    @Test func anInstalledDatabaseIsReadyForTheMonitorRole() async throws {
        try await TestDatabase.withSchema { settings in
            try Connection(settings).query("ALTER ROLE email_monitor PASSWORD 'monitor'")
            let monitor = settings.user("email_monitor", password: "monitor")
            let result = try await CommandRunner.emaildb(["ready"], environment: monitor.environment)
            #expect(result.status == 0, "\(result)")
            #expect(result.output.contains(": ready, primary, step "), "\(result)")
            let json = try await CommandRunner.emaildb(["ready", "--format", "json"], environment: monitor.environment)
            #expect(json.output.contains("\"node\" : \"primary\""), "\(json)")
            // The application cannot read the ledger, so it cannot tell.
            try Connection(settings).query("ALTER ROLE email_service PASSWORD 'service'")
            let application = settings.user("email_service", password: "service")
            let blind = try await CommandRunner.emaildb(["ready"], environment: application.environment)
            #expect(blind.status == 2, "\(blind)")
            #expect(blind.errors.contains("Log in as email_monitor"), "\(blind)")
        }
    }

    @Test func aDatabaseWithoutTheSchemaIsNotReady() async throws {
        try await TestDatabase.withEmpty { settings in
            let result = try await CommandRunner.emaildb(["ready"], environment: settings.environment)
            #expect(result.status == 1, "\(result)")
            #expect(result.output.isEmpty)
            #expect(result.errors.contains("steps are pending, the first is 1 (0001_ledger)"), "\(result)")
        }
    }

    @Test func anOlderAndANewerProgramTellTheDifference() async throws {
        let steps = try TemporaryFolder.withSteps()
        try await TestDatabase.withSchema { settings in
            let next = try Connection(settings).query("SELECT max(step) + 1 AS next FROM emaildb.ledger")
            let number = try #require(next.first?.integer("next"))
            let name = String(repeating: "0", count: 4 - String(number).count) + "\(number)_more.sql"
            try steps.write(name, "SELECT 1;\n")
            let newer = try await CommandRunner.emaildb(
                ["ready", "--sql", steps.path], environment: settings.environment)
            #expect(newer.status == 1, "\(newer)")
            #expect(newer.errors.contains("1 of \(number) steps are pending"), "\(newer)")
            let upgrade = try await CommandRunner.emaildb(
                ["init", "--sql", steps.path], environment: settings.environment)
            #expect(upgrade.status == 0, "\(upgrade)")
            let older = try await CommandRunner.emaildb(["ready"], environment: settings.environment)
            #expect(older.status == 6, "\(older)")
            #expect(older.errors.contains("which this emaildb does not know"), "\(older)")
        }
    }

    @Test func aStandbyIsToldFromAPrimary() async throws {
        let server = TestServer()
        let primary = try await server.installed()
        let wrong = try await CommandRunner.emaildb(["ready", "--node", "standby"], environment: primary.environment)
        #expect(wrong.status == 1, "\(wrong)")
        #expect(wrong.errors.contains("the server is a primary, not a standby"), "\(wrong)")
        try await server.becomeStandby()
        let standby = try await server.connectionSettings().database("email_service").environment
        let right = try await CommandRunner.emaildb(["ready", "--node", "standby"], environment: standby)
        #expect(right.status == 0, "\(right)")
        #expect(right.output.contains("ready, standby"))
        let refused = try await CommandRunner.emaildb(["ready", "--node", "primary"], environment: standby)
        #expect(refused.status == 1, "\(refused)")
        try await server.stop()
    }

    @Test func anAbsentServerAndASocketAreToldApart() async throws {
        let absent = try await CommandRunner.emaildb(["ready", "--port", String(TestPort.free())])
        #expect(absent.status == 3, "\(absent)")
        let socket = try await CommandRunner.emaildb(["ready", "--host", "/tmp"])
        #expect(socket.status == 4, "\(socket)")
        #expect(socket.errors.contains("emaildb ready --host 127.0.0.1"))
        let usage = try await CommandRunner.emaildb(["ready", "--timeout", "0"])
        #expect(usage.status == 64, "\(usage)")
    }
}
