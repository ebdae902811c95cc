import Install
import Postgres
import TestSupport
import Testing

/// An installation without a superuser, as on managed services.
@Suite(.needsServer) struct ReducedModeTests {
    @Test("A role with CREATEROLE and CREATEDB installs, and is told what only a superuser can add")
    func limitations() async throws {
        let server = TestServer()
        let superuser = try await server.connectionSettings()
        try Connection(superuser).query("CREATE ROLE manager LOGIN CREATEDB CREATEROLE PASSWORD 'manager'")
        let settings = superuser.user("manager", password: "manager").database("email_service")
        let report = try install(settings)
        #expect(report.createdDatabase)
        let missing = report.limitations.map(\.missing)
        #expect(missing.contains("role email_backup = LOGIN BYPASSRLS"), "\(missing)")
        #expect(missing.contains("setting email_service track_activities = off"))
        #expect(missing.contains("system-functions pg_terminate_backend = closed to public"))

        // It is whole otherwise: nothing is pending, and a second run has nothing to do.
        #expect(try install(settings).applied.isEmpty)

        // With the report's fixes it equals what a superuser installs.
        let target = try Connection(superuser.database("email_service"))
        for limitation in report.limitations { try target.script(limitation.fix) }
        let fixed = try Set(Cluster.snapshot(superuser.database("email_service")))
        let expected = try Set(Cluster.snapshot(await server.installed("by_superuser")))
        let differences = fixed.symmetricDifference(expected).filter { !$0.contains(" manager") }
        #expect(differences.count == 0, "\(differences.sorted().prefix(6))")
        try await server.stop()
    }
}
