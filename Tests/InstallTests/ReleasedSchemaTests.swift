import FoundationEssentials
import Install
import Postgres
import Schema
import TestSupport
import Testing
import Verify

/// The schema of each release, with rows, becomes the present one.
@Suite(.needsServer) struct ReleasedSchemaTests {
    static let releases =
        (try? FileManager.default.contentsOfDirectory(atPath: Project.folder + "/Tests/Upgrades"))?
        .filter { $0.first?.isNumber == true && $0.hasSuffix(".sql") }.sorted() ?? []

    /// What is in the tables that applications write; a later schema may say more.
    private static let contents = """
        SELECT count(*) || ' ' || md5(string_agg(concat_ws('|', m.id, m.tenant_id, m.account_id, f.name, m.message_id, m.subject,
          m.is_read, m.is_deleted, m.deleted_at IS NULL, m.has_attachments, m.received_at, f.total_count, f.unread_count),
          E'\\n' ORDER BY m.id)) FROM public.email_messages m JOIN public.email_folders f ON f.id = m.folder_id
        """

    @Test("There are releases") func thereAreSome() { #expect(!Self.releases.isEmpty) }

    @Test("A release becomes the present schema", arguments: releases) func upgrade(_ release: String) async throws {
        let server = TestServer()
        let maintenance = try await server.connectionSettings().database("postgres")
        let restored = try await CommandRunner.run(
            "psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "\(Project.folder)/Tests/Upgrades/\(release)"],
            environment: maintenance.environment)
        #expect(restored.status == 0, "\(restored.errors)")
        let settings = maintenance.database("email_service")
        let before = try Connection(settings).value(Self.contents)
        #expect(before.hasPrefix("78 "), "\(before)")
        // What the cluster holds for the database, a release's globals have brought: the roles.
        let report = try Installer(settings: settings, database: "email_service", source: .embedded()).run()
        #expect(report.incomplete.isEmpty)

        let fresh = try await server.installed("fresh")
        #expect(try differences(settings, fresh).isEmpty)
        #expect(try Connection(settings).value(Self.contents) == before)
        let verify = try await CommandRunner.emaildb(["verify"], environment: settings.environment)
        #expect(verify.status == 0, "\(verify.output.prefix(2000)) \(verify.errors)")

        // The comparison sees what is otherwise.
        try Connection(settings).query("DROP INDEX public.idx_email_messages_thread_id")
        #expect(try differences(settings, fresh).map(\.key.object.name) == ["idx_email_messages_thread_id"])
        try await server.stop()
    }

    /// The facts that only one of two databases has.
    private func differences(_ one: ConnectionSettings, _ other: ConnectionSettings) throws -> [Fact] {
        func facts(_ settings: ConnectionSettings) throws -> Set<Fact> {
            let connection = try Connection(settings)
            try connection.query("SET search_path = pg_catalog, pg_temp")
            return try Set(LiveCatalog.facts(connection))
        }
        return try facts(one).symmetricDifference(facts(other)).sorted { "\($0)" < "\($1)" }
    }
}
