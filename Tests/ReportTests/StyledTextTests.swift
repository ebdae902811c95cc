import Core
import Report
import Testing

@Suite struct StyledTextTests {
    @Test func aNameCannotForgeALine() {
        let failure = Failure(.refused, "x", fix: "y")
        #expect(failure.text.plain == "x\n      y")
        let hostile = "a\u{1B}[2J\nnot ok 1\r\u{202E}b\tc"
        let text: StyledText = "\(hostile)"
        #expect(text.plain == #"a\u{1B}[2J\nnot ok 1\r\u{202E}b\tc"#)
        let lines: StyledText = "\(lines: "one\n\ttwo\u{1B}\tthree")"
        #expect(lines.plain == #"one"# + "\n    two" + #"\u{1B}\tthree"#)
    }
}
