import Testing

@testable import Core
@testable import Schema

/// Text from outside is taken apart by characters of SQL, which a combining mark behind them does not hide.
@Suite struct SQLTextTests {
    @Test func quotesBeforeACombiningMarkAreQuotes() throws {
        #expect(SQLText.oneLine("'a''\u{301}\nb'") == "E'a''\u{301}\\u000Ab'")
        #expect(SQLText.names(in: "\"a\"\"\u{301}b\" '\u{301}; c'") == ["a\"\u{301}b", "\u{301}", "c"])
        #expect(SQLText.statements(of: "SELECT '\u{301};';\u{301}") == ["SELECT '\u{301};'", "\u{301}"])
    }

    @Test func aKeyIsReadBackWhateverItsName() throws {
        for name in ["a\"\u{301}b", ".\u{301}", "a-\u{301}", "(\"", "é\n"] {
            let key = Fact.Key(.function, ObjectName(.function, schema: name, name, arguments: "text"))
            let setting = Fact.Key(.setting, ObjectName(.setting, name), role: name)
            #expect(Fact.Key(key.description) == key, "\(key)")
            #expect(Fact.Key(setting.description)?.role == setting.role, "\(setting)")
        }
    }

    // A value may come from mail, and look like the name of another one.
    @Test func valuesAreFilledInOnce() {
        let values = ["a": "'{b}'", "b": "; DROP TABLE t; --", "c": "{"]
        #expect("{a} {b}{c}b} {none} {".filling(values) == "'{b}' ; DROP TABLE t; --{b} {none} {")
        #expect("{\u{301}a}".filling(values) == "{\u{301}a}")
    }

    @Test func everyNamedStatementIsRead() {
        for file in [
            SQLFile("planned_queries"), SQLFile("probe_attacks"), SQLFile("probe_tenant"), SQLFile("install_plan"),
        ] {
            let titles = file.text.split(separator: "\n").count { $0.hasPrefix("--- ") }
            #expect(file.statements.count == titles && titles > 5)
            #expect(file.statements.allSatisfy { !$0.sql.isEmpty })
        }
    }
}
