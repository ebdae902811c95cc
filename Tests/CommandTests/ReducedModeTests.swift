import FoundationEssentials
import Install
import Postgres
import TestSupport
import Testing

/// `init` without a superuser, as on managed services.
@Suite(.needsServer, .serialized) struct ReducedModeTests {
    @Test func aRoleWithCreateroleAndCreatedbInstallsAndIsToldWhatIsMissing() async throws {
        let server = TestServer()
        let superuser = try await server.connectionSettings()
        let connection = try Connection(superuser)
        try connection.query("CREATE ROLE manager LOGIN CREATEDB CREATEROLE PASSWORD 'manager'")
        let settings = superuser.user("manager", password: "manager").database("email_service")
        let result = try await CommandRunner.emaildb(["init", "--format", "json"], environment: settings.environment)
        #expect(result.status == 0, "\(result.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let report = try decoder.decode(Report.self, from: Data(result.output.utf8))
        #expect(report.createdDatabase)
        let missing = report.limitations.map(\.missing)
        #expect(missing.contains("role email_backup = LOGIN BYPASSRLS"), "\(missing)")
        #expect(missing.contains("setting email_service track_activities = off"))
        #expect(missing.contains("system-functions pg_terminate_backend = closed to public"))

        // It is whole otherwise: nothing is pending, and a second run has nothing to do.
        let second = try await CommandRunner.emaildb(["init"], environment: settings.environment)
        #expect(second.status == 0 && second.output.contains("nothing to do"), "\(second)")

        // With the report's fixes it equals what a superuser installs.
        let target = try Connection(superuser.database("email_service"))
        for limitation in report.limitations { try target.script(limitation.fix) }
        let fixed = try Set(Cluster.snapshot(superuser.database("email_service")))
        let installed = try await CommandRunner.emaildb(
            ["init"], environment: superuser.database("by_superuser").environment)
        try #require(installed.status == 0, "\(installed.errors)")
        let expected = try Set(Cluster.snapshot(superuser.database("by_superuser")))
        let differences = fixed.symmetricDifference(expected).filter { !$0.contains(" manager") }
        #expect(differences.count == 0, "\(differences.sorted().prefix(6))")
        try await server.stop()
    }

    @Test func textSaysReducedModeAndHowToCompleteIt() async throws {
        let server = TestServer()
        let superuser = try await server.connectionSettings()
        try Connection(superuser).query("CREATE ROLE manager LOGIN CREATEDB CREATEROLE PASSWORD 'manager'")
        // As managed services do: the extension is there, and everybody may read it.
        try Connection(superuser).query(
            "CREATE DATABASE email_service OWNER manager TEMPLATE template0 ENCODING 'UTF8'")
        let target = try Connection(superuser.database("email_service"))
        try target.query("CREATE EXTENSION pg_stat_statements SCHEMA public")
        let isOpen = "SELECT has_table_privilege('public', 'public.pg_stat_statements', 'SELECT')::text"
        #expect(try target.query(isOpen).first?[0] == "true")
        let settings = superuser.user("manager", password: "manager").database("email_service")
        let result = try await CommandRunner.emaildb(["init"], environment: settings.environment)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("extension pg_stat_statements = closed to public"))
        let fix = result.output.split(separator: "\n").first { $0.contains("CALL emaildb.count_statements();") }
        try target.script(String(try #require(fix)))
        #expect(try target.query(isOpen).first?[0] == "false")
        #expect(result.output.contains("reduced mode: the following needs a superuser"))
        #expect(result.output.contains("ALTER ROLE email_backup BYPASSRLS;"))
        try await server.stop()
    }

    private struct Report: Decodable {
        struct Limitation: Decodable {
            let missing: String
            let fix: String
        }
        let createdDatabase: Bool
        let limitations: [Limitation]
    }
}
