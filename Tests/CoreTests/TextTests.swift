import Testing

@testable import Core

/// Texts of files and servers are split by Unicode scalars, so that a combining mark hides no separator.
@Suite struct TextTests {
    @Test func aCombiningMarkHidesNoSeparator() {
        #expect("a,\u{301}b,,c".parts(",") == ["a", "\u{301}b", "c"])
        #expect("x\r\n\u{301}y z".parts("\n", " ") == ["x\r", "\u{301}y", "z"])
        let pair = "name=\u{301}x=y".assignment
        #expect(pair?.name == "name" && pair?.value == "\u{301}x=y")
        #expect("none".assignment == nil)
    }
}
