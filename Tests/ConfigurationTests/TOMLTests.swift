import Testing

@testable import Configuration

/// The part of TOML that files of settings are written in.
@Suite struct TOMLTests {
    private func values(_ text: String) throws -> [String: TOMLEntry.Value] {
        Dictionary(uniqueKeysWithValues: try TOMLReader.entries(text).map { ("\($0.section).\($0.key)", $0.value) })
    }

    @Test func everyKindOfValueIsRead() throws {
        let text = """
            # settings
            top = 'C:\\n'   # a comment
            [verify]\t# another
            ignore = "a\\"b\\\\ \\t\\u00e9\\U0001F600"
            sample = 1_000
            negative = -5
            strict = true
            output = [ "junit=a.xml",  # the first
              'sarif=b # c',
            ]
            empty = []
            [tune]
            ignore = "the same key of another table"
            """
        let values = try values(text)
        #expect(values[".top"] == .text("C:\\n"))
        #expect(values["verify.ignore"] == .text("a\"b\\ \té😀"))
        #expect(values["verify.sample"] == .number(1000) && values["verify.negative"] == .number(-5))
        #expect(values["verify.strict"] == .flag(true) && values["verify.empty"] == .list([]))
        #expect(values["verify.output"] == .list([.text("junit=a.xml"), .text("sarif=b # c")]))
        #expect(values["tune.ignore"] == .text("the same key of another table"))
        let windows = try self.values("\u{FEFF}" + text.replacing("\n", with: "\r\n"))
        #expect(windows == values, "another end of line, and a mark of the byte order")
    }

    @Test(
        "What is refused is named with its line and column",
        arguments: [
            ("a = ", 1, 5, "a value"), ("a", 1, 2, "= is expected"), ("a = 1 2", 1, 7, "something follows"),
            ("\n  a = nope", 2, 7, "a value is"), ("a = \"x", 1, 5, "no end on its line"),
            ("a = \"x\ny\"", 1, 5, "no end"),
            ("a = \"\\q\"", 1, 6, "no such escape"), ("a = \"\\u12\"", 1, 6, "no such escape"),
            ("a = \"\\uD800\"", 1, 6, "no such escape"), ("a = \"\"\"x\"\"\"", 1, 5, "several lines"),
            ("a = 1\nb = 2\na = 3", 3, 1, "a second time"), ("[x]\n[y]\n[x]", 3, 1, "a second time"),
            ("a = [1, [2]]", 1, 9, "lists in lists"), ("a = [1", 1, 5, "no end"), ("a = [1 2]", 1, 8, ", or ]"),
            ("a = {b = 1}", 1, 5, "inline tables"), ("a.b = 1", 1, 2, "dotted keys"),
            ("[a.b]", 1, 3, "tables in tables"),
            ("[[a]]", 1, 1, "lists of tables"), ("[a", 1, 3, "ends with ]"), ("\"a\" = 1", 1, 1, "a key is expected"),
            ("a = 01", 1, 5, "a value is"), ("a = 1.5", 1, 5, "a value is"), ("a = 1__0", 1, 5, "a value is"),
            ("a = 2026-01-01", 1, 5, "a value is"), ("a = 99999999999999999999", 1, 5, "a value is"),
            ("a = \"\u{1B}\"", 1, 6, "U+1B"), ("# \u{0}", 1, 3, "U+0"), ("a = 1\rb = 2", 1, 6, "U+D"),
            ("é = 1", 1, 1, "a key"),
        ])
    func refused(_ text: String, _ line: Int, _ column: Int, _ problem: String) {
        let error = #expect(throws: TOMLError.self) { try TOMLReader.entries(text) }
        #expect(error?.place == TOMLEntry.Place(line: line, column: column), "\(text): \(String(describing: error))")
        #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
    }

    @Test("Any text is read or refused, and what is refused is refused inside the text") func anyText() throws {
        var generator = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: .min ... .max, using: &generator)
        print("TOML texts, seed \(seed)")
        var state = seed
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(count))
        }
        let parts = [
            "[", "]", "=", "\"", "'", "\\", ",", "#", "\n", "\r", " ", "a", "1", "true", "{", ".", "é", "\u{1F}",
            "\\u0041",
        ]
        var read = 0
        for _ in 0..<5000 {
            let text = (0..<random(24)).map { _ in parts[random(parts.count)] }.joined()
            do {
                _ = try TOMLReader.entries(text)
                read += 1
            } catch {
                let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
                let isInside =
                    (1...lines.count).contains(error.place.line)
                    && (1...lines[error.place.line - 1].count + 1).contains(error.place.column)
                #expect(isInside, "\(text.debugDescription): \(error)")
            }
        }
        #expect(read > 50 && read < 4500, "\(read)")
    }
}
