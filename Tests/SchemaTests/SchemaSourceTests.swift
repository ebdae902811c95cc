import Core
import FoundationEssentials
import Glibc
import Postgres
import Schema
import Testing

@Suite struct SchemaSourceTests {
    @Test func embeddedStepsAreTheFilesOnDisk() throws {
        let disk = try SchemaSource.directory("sql")
        #expect(SchemaSource.embedded().steps == disk.steps)
        #expect(disk.steps.count >= 16)
        #expect(disk.steps.allSatisfy { $0.layout != nil }, "every step has a layout file: run make layout")
    }

    @Test("Steps are ASCII: pg_dump fails on functions with what the client's encoding does not have")
    func stepsAreASCII()
        throws
    {
        for step in SchemaSource.embedded().steps {
            let line = step.sql.split(separator: "\n").first { !$0.utf8.allSatisfy { $0 < 128 } }
            #expect(line == nil, "\(step.path)")
        }
    }

    private func problems(_ files: [(String, String)], layouts: [String: String] = [:]) throws -> [String] {
        let error = try #require(throws: SchemaSource.Invalid.self) {
            try SchemaSource(files: files.map { (name: $0.0, text: $0.1) }, layouts: layouts)
        }
        return error.problems
    }

    private func steps(_ files: [(String, String)]) throws -> [SchemaStep] {
        try SchemaSource(files: files.map { (name: $0.0, text: $0.1) }).steps
    }

    // MARK: - Names and numbers

    @Test func stepsAreOrderedByNumber() throws {
        let steps = try steps([("0002_b.sql", "b"), ("0001_a.sql", "a"), ("0003_c_2.sql", "c")])
        #expect(steps.map(\.number) == [1, 2, 3])
        #expect(steps.map(\.name) == ["0001_a", "0002_b", "0003_c_2"])
        #expect(steps.map(\.sql) == ["a", "b", "c"])
        #expect(steps.map(\.path).first == "sql/0001_a.sql")
    }

    @Test func aGapIsNamed() throws {
        #expect(try problems([("0001_a.sql", ""), ("0003_c.sql", "")]) == ["0003_c.sql: step 2 is missing before it"])
        #expect(try problems([("0002_b.sql", "")]) == ["0002_b.sql: step 1 is missing before it"])
    }

    @Test func aDuplicateIsNamed() throws {
        let found = try problems([("0001_a.sql", ""), ("0001_b.sql", ""), ("0002_c.sql", "")])
        #expect(found == ["0001_b.sql: step 1 exists twice"])
    }

    @Test(arguments: [
        "1_a.sql", "001_a.sql", "00001_a.sql", "0001a.sql", "0001_.sql", "0001.sql", "0001-a.sql", "0001_A.sql",
        "0001_a b.sql", "0001_ä.sql", "0001_a.SQL", "0001_a.b.sql", "a_0001.sql", "0001_a/b.sql", " 0001_a.sql",
        "\u{0661}\u{0661}\u{0661}\u{0661}_a.sql", ".sql",
    ])
    func aBadNameIsRefused(_ name: String) throws {
        let found = try problems([("0001_good.sql", ""), (name, "")])
        #expect(found == ["\(name): a step is named NNNN_words_in_lower_case.sql"])
    }

    @Test func stepZeroIsRefused() throws {
        #expect(throws: SchemaSource.Invalid.self) { try steps([("0000_a.sql", ""), ("0001_b.sql", "")]) }
        #expect(try steps([("0001_b.sql", "")]).count == 1)
    }

    @Test func allProblemsComeAtOnce() throws {
        let error = try #require(throws: SchemaSource.Invalid.self) {
            try steps([("0002_b.sql", ""), ("0002_c.sql", ""), ("bad.sql", "")])
        }
        #expect(error.problems.count == 3)
        #expect(error.description.split(separator: "\n").map(String.init) == error.problems)
    }

    // MARK: - Directives

    @Test func directivesAtTheTopAreRead() throws {
        let steps = try steps([
            ("0001_a.sql", "-- emaildb: lends email_audit email_keeper\r\n-- emaildb: lends email_lookup\nSELECT 1;"),
            ("0002_b.sql", "-- A step.\nSELECT '-- emaildb:';"),
            ("0003_c.sql", "-- emaildb: no-transaction\nCREATE INDEX CONCURRENTLY i ON public.t (c);"),
        ])
        #expect(steps.map(\.lends) == [[.audit, .keeper, .lookup], [], []])
        #expect(steps.map(\.kind) == [.transactional, .transactional, .noTransaction])
        #expect(steps[0].lendRoles.hasPrefix("GRANT email_owner TO email_audit, email_keeper, email_lookup;\n"))
        #expect(steps[0].returnRoles.contains("REVOKE email_audit, email_keeper, email_lookup FROM CURRENT_USER;"))
        #expect(steps[1].lendRoles.isEmpty && steps[1].returnRoles.isEmpty)
    }

    private static let lendable = "cannot be lent, only email_search, email_audit, email_keeper, email_lookup"
    private static let top = "a directive stands at the top of the file, written '-- emaildb: ...'"

    @Test(arguments: [
        ("-- emaildb: lends email_service", "1: role 'email_service' \(lendable)"),
        ("-- emaildb: lends email_audit email_owner", "1: role 'email_owner' \(lendable)"),
        ("-- emaildb: lends email_audit\n-- emaildb: lends a;b", "2: role 'a;b' \(lendable)"),
        (
            "-- emaildb: no-transaction\n-- emaildb: own-transaction",
            "2: a step is no-transaction or own-transaction, not both"
        ),
        ("-- emaildb: lends", "1: unknown directive 'lends', not no-transaction, own-transaction or lends ROLE ..."),
        (
            "-- emaildb: no-transactions",
            "1: unknown directive 'no-transactions', not no-transaction, own-transaction or lends ROLE ..."
        ),
        ("-- A step.\n-- emaildb: lends email_audit", "2: \(top)"),
        ("-- emaildb: lends email_audit\n\n  --emaildb:no-transaction", "3: \(top)"),
        (
            "-- emaildb: lends email_audit\n-- emaildb: no-transaction\nCREATE INDEX CONCURRENTLY i ON public.t (c)",
            "2: a step outside transactions cannot lend roles"
        ),
    ])
    func aWrongDirectiveIsNamedByItsLine(_ text: String, problem: String) throws {
        #expect(try problems([("0001_a.sql", text + "\nSELECT 1;")]) == ["0001_a.sql:\(problem)"])
    }

    // MARK: - Contents

    @Test(arguments: [
        ("CREATE TABLE public.a ();\nCOMMIT;", "2:1: COMMIT"), ("SELECT 'é'; /* ; */ end", "1:21: END"),
        ("BEGIN; SELECT 1", "1:1: BEGIN"), ("SELECT 1; start\n transaction", "1:11: START"),
        ("SELECT 1;\n\n  rollback -- all\n;", "3:3: ROLLBACK"), ("abort", "1:1: ABORT"),
        ("PREPARE TRANSACTION 'x'", "1:1: PREPARE"), ("COMMIT PREPARED 'x'", "1:1: COMMIT"),
        (
            "CREATE FUNCTION public.f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END; COMMIT",
            "1:92: COMMIT"
        ),
    ])
    func whatEndsTheTransactionIsRefused(_ sql: String, place: String) throws {
        let found = try problems([("0001_a.sql", sql)])
        #expect(found.count == 1 && found[0].hasPrefix("0001_a.sql:\(place) in a step, which runs"), "\(found)")
    }

    @Test(arguments: [
        "SAVEPOINT a; ROLLBACK TO SAVEPOINT a; RELEASE a",
        "DO $$ BEGIN PERFORM 1; END $$; SELECT 'COMMIT;'; -- COMMIT;",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN COMMIT; END; $f$",
        "PREPARE a AS SELECT 1",
        "CREATE PROCEDURE public.f() BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 1; END; SELECT 2",
    ])
    func whatDoesNotEndItIsAccepted(_ sql: String) throws {
        #expect(try steps([("0001_a.sql", sql)]).count == 1)
    }

    @Test func whatFollowsANULIsNotHashedAndLeftOut() throws {
        #expect(try problems([("0001_a.sql", "SELECT 1;\nSELECT\0 2;")]) == ["0001_a.sql:2:7: a NUL character"])
    }

    @Test func commentsWithoutAnEndOrNestedDeepAreRefused() throws {
        #expect(try problems([("0001_a.sql", "SELECT 1;\n /* /* */ ")]) == ["0001_a.sql:2:2: a comment without an end"])
        let deep = String(repeating: "/*", count: 101) + String(repeating: "*/", count: 101)
        #expect(try problems([("0001_a.sql", deep)]) == ["0001_a.sql:1:1: comments nested more than 100 deep"])
        #expect(try steps([("0001_a.sql", "/* /* a */ b */ SELECT '/*' -- /*")]).count == 1)
    }

    // MARK: - Folders

    /// A folder that exists for the length of a body.
    private func withFolder(_ files: [String: [UInt8]], _ body: (String) throws -> Void) throws {
        let manager = FileManager.default
        let folder = "/tmp/emaildb-source-\(UInt64.random(in: 0...UInt64.max))"
        try manager.createDirectory(atPath: folder + "/layout", withIntermediateDirectories: true)
        defer { try? manager.removeItem(atPath: folder) }
        for (name, bytes) in files { try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)")) }
        try body(folder)
    }

    @Test func aFolderIsReadWithItsLayouts() throws {
        let files = ["0001_a.sql": "SELECT 1;", "layout/0001_a.txt": "# a\ntable t = owner x\n", "notes.md": "0002"]
        try withFolder(files.mapValues { Array($0.utf8) }) { folder in
            let steps = try SchemaSource.directory(folder).steps
            #expect(steps.map(\.sql) == ["SELECT 1;"])
            #expect(
                steps.first?.layout?.present == [
                    Fact(Fact.Key(.table, ObjectName(.table, schema: "public", "t")), "owner x")
                ])
        }
    }

    @Test func layoutsWhoseNamesLookTheSameAreRefused() throws {
        try withFolder(["0001_a.sql": []]) { folder in
            for name in ["\u{E9}.txt", "e\u{301}.txt"] {
                let file = fopen("\(folder)/layout/\(name)", "w")
                fclose(file)
            }
            let error = try #require(throws: SchemaSource.Invalid.self) { try SchemaSource.directory(folder) }
            #expect(error.problems.count == 1 && error.problems[0].contains("two files have the same name"))
        }
    }

    @Test func anEmptyFolderIsRefused() throws {
        try withFolder([:]) { folder in
            let error = try #require(throws: SchemaSource.Invalid.self) { try SchemaSource.directory(folder) }
            #expect(error.problems == ["there is no step: no file is named 0001_words.sql"])
        }
    }

    @Test func aMissingFolderIsRefused() throws {
        let error = try #require(throws: SchemaSource.Invalid.self) { try SchemaSource.directory("/no/such/folder") }
        #expect(error.problems == ["/no/such/folder: not a folder that can be read"])
    }

    @Test(arguments: ["0001_a.sql", "layout/0001_a.txt"])
    func aFileThatIsNotUTF8IsRefused(_ name: String) throws {
        let good = ["0001_a.sql": Array("-- zwölf".utf8), "layout/0001_a.txt": Array("# zwölf\n".utf8)]
        try withFolder(good) { folder in
            let steps = try SchemaSource.directory(folder).steps
            #expect(steps.count == 1)
        }
        var bad = good
        bad[name] = [0x2D, 0x2D, 0x20, 0x7A, 0x77, 0xF6, 0x6C, 0x66]  // "-- zwölf" in Latin-1
        try withFolder(bad) { folder in
            let error = try #require(throws: SchemaSource.Invalid.self) { try SchemaSource.directory(folder) }
            #expect(error.problems == ["\(folder)/\(name): not a UTF-8 text that can be read"])
        }
    }

    // MARK: - Hashes

    private static let text = "-- zwölf\nSELECT 1;\n\nSELECT 'a\\r';\n"

    @Test func lineEndsAndByteOrderMarksDoNotCount() throws {
        let crlf = String(
            String.UnicodeScalarView(Self.text.unicodeScalars.flatMap { $0 == "\n" ? ["\r", "\n"] : [$0] }))
        let variants = [crlf, "\u{FEFF}" + Self.text, "\u{FEFF}" + crlf]
        let plain = try steps([("0001_a.sql", Self.text), ("0002_b.sql", "b")])
        for variant in variants {
            #expect(variant.utf8.count > Self.text.utf8.count)
            #expect(try steps([("0001_a.sql", variant), ("0002_b.sql", "b")]) == plain)
        }
        // On disk, too, where a byte order mark is three bytes.
        try withFolder(["0001_a.sql": Array(("\u{FEFF}" + crlf).utf8), "0002_b.sql": Array("b".utf8)]) { folder in
            let read = try SchemaSource.directory(folder).steps
            #expect(read.map(\.hash) == plain.map(\.hash))
            #expect(read.map(\.chain) == plain.map(\.chain))
        }
    }

    @Test(arguments: [
        text.replacing("zwölf", with: "zwolf"), text + "\n", text.replacing("1;", with: "1; "),
        text.replacing("zwölf", with: "zwo\u{308}lf"), "\n\u{FEFF}" + text, text.replacing("\n", with: "\r"),
        text.replacing("1;", with: "\r1;"), "\u{FEFF}\u{FEFF}" + text,
    ])
    func anyOtherChangeCounts(_ changed: String) throws {
        let plain = try steps([("0001_a.sql", Self.text), ("0002_b.sql", "b")])
        let other = try steps([("0001_a.sql", changed), ("0002_b.sql", "b")])
        #expect(other[0].hash != plain[0].hash)
        #expect(other[0].chain != plain[0].chain)
        #expect(other[1].hash == plain[1].hash)
        #expect(other[1].chain != plain[1].chain, "the chain carries the difference on")
    }

    @Test func hashAndChainAreWhatTheyAreDocumentedToBe() throws {
        // Known values: printf '%s' ... | sha256sum. They may never change, as databases hold them.
        let steps = try steps([("0001_a.sql", "abc"), ("0002_b.sql", "abc")])
        let hash = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(steps.map(\.hash) == [hash, hash])
        #expect(steps[0].chain == "sha256:b8bf8b725bf1c8e88389958ec91d7162ee68b45000ba76ee2a8dfaec02bdf3dc")
        #expect(steps[1].chain == "sha256:f170984c8ace340918c8cea64f1ed3697ff549318256369bfa369810646a1f3e")
    }

    // MARK: - Layouts

    @Test(arguments: [
        ("table t = owner x\nnonsense\n", 2), ("table = owner x", 1), ("\n\n# comment\n = \n", 4), ("-table t", 1),
        ("table t=owner x", 1),
    ])
    func aMalformedLayoutIsNamedByItsLine(_ text: String, line: Int) throws {
        let found = try problems([("0001_a.sql", "")], layouts: ["0001_a.txt": text])
        #expect(found == ["layout/0001_a.txt:\(line): expected `kind object = value` or `- kind object`"])
    }
}
