import Foundation
import Postgres
import Schema
import Server
import TestSupport
import Testing
import Verify

@testable import Adopt

/// A database of the past, for the length of one test.
enum OldDatabase {
    /// Undoing drops roles that no other database uses: no server of other tests.
    static let server = TestServer()

    /// Makes an empty database, runs some SQL in it as its superuser, and a body.
    static func with(
        _ sql: [String], on server: TestServer = OldDatabase.server, _ body: (ConnectionSettings) async throws -> Void
    ) async throws {
        try await TestDatabase.withEmpty(on: server) { settings in
            let connection = try Connection(settings)
            for part in sql { try connection.script(part) }
            connection.close()
            try await body(settings)
        }
    }

    /// Everything a dump of the database says, its rows included.
    static func dump(_ settings: ConnectionSettings) async throws -> [String] {
        let folder = try ServerBinaries.find(nil, state: ".emaildb").directory
        let result = try await CommandRunner.run(
            folder + "/bin/pg_dump", ["-C"], environment: settings.environment)
        try #require(result.status == 0, "\(result.errors)")
        // Since 16.10 a dump has a key that is another one each time.
        return result.output.split(separator: "\n").map(String.init).filter { !$0.contains("restrict ") }
    }

    static func adopter(_ settings: ConnectionSettings) -> Adopter {
        Adopter(settings: settings, database: settings["dbname"] ?? "", source: .embedded())
    }

    /// Everything that verify looks at but the plans, which depend on how many rows there are.
    static func expectClean(_ settings: ConnectionSettings, _ story: String = "") throws {
        let report = try VerifyReport.of(settings, [.layout, .security, .probe, .data])
        #expect(report.findings.isEmpty, "\(story): \(report.summary)")
        #expect(report.unseen.isEmpty, "\(story)")
    }
}

extension AdoptReport {
    func table(_ name: String) -> TableResult? { tables.first { $0.table == name } }
}

extension Connection {
    func number(_ sql: String) throws -> Int? { try query(sql).first?[0].flatMap { Int($0) } }
}
