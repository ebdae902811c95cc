import Postgres
import TestSupport
import Testing

@Suite(.needsServer) struct QuotingTests {
    @Test(arguments: ["", "a'b", #"a\b"#, #"\'"#, "a\"b", "zwölf", "😀'\\\"", "line\nbreak", "$1 %s"])
    func textsAndNamesComeBackAsTheyWere(_ text: String) async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        for setting in ["on", "off"] {
            try connection.query("SET standard_conforming_strings = \(setting)")
            let row = try connection.query("SELECT \(SQL.literal(text)) AS \(SQL.identifier("c" + text))")
            #expect(row.first?[0] == text)
            #expect(row.columns == ["c" + text])
        }
    }
}
