import Fix
import Postgres
import TestSupport
import Testing

@testable import Verify

@Suite(.needsServer) struct WholeFixTests {
    // Whatever PostgreSQL prints of an object must make the same object, which is then printed the same way.
    @Test func aDatabaseWithoutAnyOfItsObjectsIsMadeAnew() async throws {
        let server = TestServer()
        let settings = try await server.installed()
        let connection = try Connection(settings)
        try connection.script(
            "DROP OWNED BY email_owner, email_search, email_audit, email_keeper, email_lookup, email_service CASCADE")
        let report = try VerifyReport.of(settings)
        #expect(report.findings.filter { $0.code == "EDB-L061" }.count >= 7)
        #expect(FixOrder(report.findings.flatMap(\.statements)).circular.isEmpty)
        do { try connection.runFix(try #require(report.fixScript)) } catch { Issue.record("\(error)") }
        let fixed = try VerifyReport.of(settings, [.layout, .security, .plans, .probe])
        #expect(fixed.findings.isEmpty, "\(fixed.summary)")
        try await server.stop()
    }
}
