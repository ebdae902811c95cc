import Core
import Foundation
import Testing

/// The tables of the pages are the lists of the program.
@Suite struct DocumentedListTests {
    private static let root =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/"

    /// The rows of the table with this heading in its first column.
    private func rows(_ heading: String, of page: String) throws -> [[String]] {
        let text = try String(contentsOfFile: Self.root + page, encoding: .utf8)
        let table = text.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { !$0.hasPrefix("| \(heading) |") }.prefix { $0.hasPrefix("|") }.dropFirst(2)
        return table.map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    @Test func exitStatuses() throws {
        var rows = try rows("exit status", of: "README.md").map { $0.map { $0.replacing("`", with: "") } }
        #expect(rows.removeLast()[0] == "128 + n")
        #expect(rows == Core.ExitStatus.table.filter { $0.code < 128 }.map { [String($0.code), $0.meaning] })
    }

    /// The names in README's table, without libpq's own.
    private func variablesOfTheReadme() throws -> [String] {
        try rows("environment variable", of: "README.md").map { $0[0].filter { $0 != "`" } }
            .filter { !$0.hasPrefix("PGHOST") }
    }

    @Test func environmentVariables() throws {
        let documented = try variablesOfTheReadme()
        #expect(documented == EnvironmentVariable.allCases.map(\.name).filter(documented.contains))
    }

    /// A row names variables that begin alike as "`EMAILDB_POOL_HOST`, `_PORT`".
    @Test func variablesOfTheContainer() throws {
        let documented = try rows(
            "variable", of: "Sources/EmailDBCommand/Documentation.docc/Containers.md"
        ).flatMap { row in
            let names = row[0].split(separator: ", ").map { String($0.filter { $0 != "`" }) }
            let stem = names[0].split(separator: "_").dropLast().joined(separator: "_")
            return names.map { $0.hasPrefix("_") ? stem + $0 : $0 }
        }
        let others = try variablesOfTheReadme()
        let read = EnvironmentVariable.allCases.map(\.name).filter { !others.contains($0) }
        #expect(Set(read).subtracting(documented).isEmpty)
        // The others are for scripts and compose files.
        let folder = Self.root + "deployment/docker/"
        let scripts = try ["pgbouncer/start", "docker-compose.email-service.prod.yml"].map {
            try String(contentsOfFile: folder + $0, encoding: .utf8)
        }.joined()
        for name in documented where !read.contains(name) { #expect(scripts.contains("${\(name)"), "\(name)") }
    }
}
