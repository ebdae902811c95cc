import Core
import FoundationEssentials
import Testing

@Suite struct SQLFileTests {
    private func disk(_ folder: String, _ ending: String) throws -> [String: String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(ending) }
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                (String(name.dropLast(4)), try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8))
            })
    }

    @Test("What is compiled in is sql/ on disk, byte for byte: run make embed")
    func embeddedFilesAreThoseOnDisk() throws {
        let (steps, queries) = (EmbeddedSQL.steps, EmbeddedSQL.queries)
        #expect(try disk("sql", ".sql") == Dictionary(uniqueKeysWithValues: steps.map { ($0.name, $0.text) }))
        #expect(
            try disk("sql/layout", ".txt") == Dictionary(uniqueKeysWithValues: steps.map { ($0.name, $0.layout ?? "") })
        )
        #expect(try disk("sql/catalog", ".sql") == Dictionary(uniqueKeysWithValues: queries.map { ($0.name, $0.text) }))
        #expect(steps.map(\.name) == steps.map(\.name).sorted())
    }

    @Test func everyQueryHasAUserAndEveryUserAQuery() throws {
        var used: Set<String> = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: "Sources") where path.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "Sources/\(path)", encoding: .utf8)
            used.formUnion(text.matches(of: /SQLFile\("([^"]+)"\)/).map { String($0.1) })
            #expect(text.matches(of: /SQLFile\([^"s]/).isEmpty, "\(path): the name of a query is a literal")
        }
        used.remove("name")  // the comment of SQLFile
        #expect(used == Set(EmbeddedSQL.queries.map(\.name)))
    }
}
