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

    @Test func charactersAreFoundBeforeCombiningMarks() {
        let accent = "\u{301}"
        #expect("a'\(accent)b".replacingScalars { $0 == "'" ? "''" : nil } == "a''\(accent)b")
        #expect("a\r\nb\n\(accent)".splitScalars("\n") == ["a\r", "b", accent])
        #expect("k=v=w".splitScalars("=", maxSplits: 1) == ["k", "v=w"])
        #expect("".splitScalars("\n") == [""])
        #expect(SQL.literal("'\(accent)") == "'''\(accent)'")
        #expect(SQL.array(["\"\(accent)"]) == "{\"\\\"\(accent)\"}")
    }
}
