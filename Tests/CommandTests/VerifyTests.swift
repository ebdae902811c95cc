import Foundation
import FoundationXML
import Postgres
import TestSupport
import Testing

/// What `verify` says, in every format, and what it ends with.
@Suite(.needsServer) struct VerifyTests {
    private func verify(_ settings: ConnectionSettings, _ arguments: String...) async throws -> CommandResult {
        try await CommandRunner.emaildb(["verify"] + arguments, environment: settings.environment)
    }

    /// Three findings: an error and a warning of the layout, one of which security sees as well.
    private static let damage = """
        CREATE INDEX "odd <name> & ""more"", 100%" ON email_messages (subject); DROP INDEX idx_email_messages_thread_id;
        GRANT TRUNCATE ON email_folders TO email_service
        """

    private func withDamage(_ body: (ConnectionSettings) async throws -> Void) async throws {
        try await TestDatabase.withSchema { settings in
            try Connection(settings).script(Self.damage)
            try await body(settings)
        }
    }

    // MARK: - Text and status

    @Test func aFreshDatabaseHasNoFindings() async throws {
        try await TestDatabase.withSchema { settings in
            let result = try await verify(settings)
            #expect(result.status == 0, "\(result)")
            let lines = result.output.split(separator: "\n")
            #expect(lines.last?.hasSuffix(": no findings") == true)
            #expect(
                lines.map { $0.prefix { $0 != " " } }.dropLast() == ["layout", "security", "plans", "probe", "data"])
            #expect(result.errors.isEmpty)
        }
    }

    @Test("Findings name code, object, place and fix, and end with status 1") func findings() async throws {
        try await withDamage { settings in
            let result = try await verify(settings, "--only", "layout,security")
            #expect(result.status == 1)
            #expect(
                result.output.contains(
                    "  error EDB-L161  index idx_email_messages_thread_id: the index is missing  sql/0014_indexes_documented.sql:"
                ),
                "\(result.output)")
            #expect(
                result.output.contains(
                    "      fix       CREATE INDEX CONCURRENTLY idx_email_messages_thread_id ON public.email_messages"))
            #expect(result.output.contains("  warning EDB-L163"))
            #expect(result.output.split(separator: "\n").dropLast().last?.hasSuffix(": 3 errors, 1 warning") == true)
            #expect(!result.output.contains("\u{1B}["))
            let coloured = try await verify(settings, "--only", "layout", "--color", "always")
            #expect(coloured.output.contains("\u{1B}[31merror\u{1B}[0m EDB-L161"))
        }
    }

    @Test func theFixScriptRunByPsqlBringsTheDatabaseBack() async throws {
        try await withDamage { settings in
            let script = try await verify(settings, "--fix-sql")
            #expect(script.status == 1)
            let folder = try TemporaryFolder()
            try folder.write("fix.sql", script.output)
            let psql = try await CommandRunner.run(
                "psql", ["-X", "-q", "-f", folder.path + "/fix.sql"], environment: settings.environment)
            #expect(psql.status == 0, "\(psql.errors)")
            let after = try await verify(settings)
            #expect(after.status == 0, "\(after.output)")
            let nothing = try await verify(settings, "--fix-sql")
            #expect(nothing.status == 0 && nothing.output == "-- Nothing to fix.\n")
        }
    }

    // MARK: - Formats

    private struct Report: Decodable {
        struct Finding: Decodable {
            struct Source: Decodable {
                let file: String
                let line: Int
            }
            let code, severity, object, message: String
            let expected, actual, fix: String?
            let source: Source?
            let documentation: String
        }
        struct Part: Decodable {
            let section: String
            let checks, milliseconds: Int
        }
        struct Unseen: Decodable {
            let section, what, reason: String
            let fix: String?
        }
        struct Ignored: Decodable {
            let finding: Finding
            let reason, until: String
        }
        let format: Int
        let database, serverVersion, toolVersion, role: String
        let schemaStep: Int?
        let parts: [Part]
        let findings: [Finding]
        let unseen: [Unseen]
        let ignored: [Ignored]
    }

    private func report(_ text: String) throws -> Report {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Report.self, from: Data(text.utf8))
    }

    @Test func jsonHasTheDocumentedFields() async throws {
        try await withDamage { settings in
            let result = try await verify(settings, "--format", "json", "--only", "layout,security")
            #expect(result.status == 1)
            let report = try report(result.output)
            #expect(report.format == 1 && report.database == settings["dbname"] && report.role == "postgres")
            #expect(report.parts.map(\.section) == ["layout", "security"])
            let index = try #require(report.findings.first { $0.code == "EDB-L161" })
            #expect(index.object == "index idx_email_messages_thread_id" && index.severity == "error")
            #expect(index.actual == nil && index.expected?.hasPrefix("CREATE INDEX") == true)
            #expect(index.source?.file == "sql/0014_indexes_documented.sql")
            let line = try String(contentsOfFile: "sql/0014_indexes_documented.sql", encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false)[(index.source?.line ?? 1) - 1]
            #expect(line.contains("CREATE INDEX idx_email_messages_thread_id"))
            #expect(index.documentation == "emaildb verify --explain EDB-L161")
            // The page says which fields there are.
            let page = try String(
                contentsOfFile: "Sources/EmailDBCommand/Documentation.docc/Verify.md", encoding: .utf8)
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
            let findings = try #require(object["findings"] as? [[String: Any]])
            for key in Array(object.keys) + Array(findings[0].keys) { #expect(page.contains("`\(key)`"), "\(key)") }
        }
    }

    @Test func severalOutputsComeFromOneRun() async throws {
        try await withDamage { settings in
            let folder = try TemporaryFolder()
            let formats = ["json", "junit", "sarif", "github", "tap", "text"]
            let outputs = formats.flatMap { ["--output", "\($0)=\(folder.path)/\($0)"] }
            let result = try await CommandRunner.emaildb(
                ["verify", "--only", "layout,security"] + outputs, environment: settings.environment)
            #expect(result.status == 1)
            #expect(try folder.read("text") == result.output)
            let report = try report(folder.read("json"))
            #expect(report.findings.count == 4)

            let junit = try JUnit(folder.read("junit"))
            #expect(junit.failures.count == 4, "\(junit.failures)")
            #expect(junit.failures.contains { $0.contains("\"odd <name> & \"\"more\"\", 100%\"") }, "\(junit.failures)")
            #expect(junit.cases == junit.announced && junit.cases > 80)

            let sarif = try #require(
                try JSONSerialization.jsonObject(with: Data(folder.read("sarif").utf8)) as? [String: Any])
            #expect(sarif["version"] as? String == "2.1.0")
            let run = try #require((sarif["runs"] as? [[String: Any]])?.first)
            let results = try #require(run["results"] as? [[String: Any]])
            #expect(results.compactMap { $0["ruleId"] as? String }.sorted() == report.findings.map(\.code).sorted())
            let rules = try #require(
                ((run["tool"] as? [String: Any])?["driver"] as? [String: Any])?["rules"] as? [[String: Any]])
            for result in results {
                let index = try #require(result["ruleIndex"] as? Int)
                #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
                #expect(["error", "warning"].contains(result["level"] as? String))
            }

            let github = try folder.read("github").split(separator: "\n")
            #expect(github.dropLast().count == 4)
            #expect(
                github.contains {
                    $0.hasPrefix("::error title=EDB-L161 the index is missing::index idx_email_messages_thread_id")
                })
            let odd = try #require(github.first { $0.contains("EDB-L163") })
            #expect(odd.hasPrefix("::warning title=EDB-L163 ") && odd.contains("\"more\"\", 100%25\""), "\(odd)")

            let tap = try folder.read("tap").split(separator: "\n")
            #expect(tap[0] == "TAP version 13")
            let tests = tap.filter { $0.hasPrefix("ok ") || $0.hasPrefix("not ok ") }
            #expect(tap[1] == "1..\(tests.count)")
            #expect(tests.filter { $0.hasPrefix("not ok ") }.count == 4)
            #expect(tests.enumerated().allSatisfy { $1.contains("ok \($0 + 1) - ") })
        }
    }

    /// What a reader of JUnit's XML makes of a file.
    private final class JUnit: NSObject, XMLParserDelegate {
        private(set) var failures: [String] = []
        private(set) var cases = 0
        private(set) var announced = 0

        init(_ text: String) throws {
            super.init()
            let parser = XMLParser(data: Data(text.utf8))
            parser.delegate = self
            try #require(parser.parse(), "\(String(describing: parser.parserError))")
        }

        func parser(
            _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            switch element {
            case "testsuite": announced += Int(attributes["tests"] ?? "") ?? 0
            case "testcase": cases += 1
            case "failure": failures.append(attributes["message"] ?? "")
            default: break
            }
        }
    }

    // MARK: - The ignore file

    @Test func whatIsIgnoredIsSaidExpiresAndMustBeOfUse() async throws {
        try await withDamage { settings in
            let folder = try TemporaryFolder()
            try folder.write(
                "ignore",
                """
                # what we know of
                EDB-L161 | index idx_email_messages_thread_id | 2999-12-31 | rebuilt at the weekend
                EDB-L262 | grant table email_folders to email_service | 2999-12-31 | a migration empties it
                EDB-S003 | table email_folders | 2999-12-31 | a migration empties it
                EDB-L163 | index odd <name> & "more", 100% | 2020-02-29 | forgotten
                EDB-L061 | table email_messages | 2999-12-31 | never happened

                """)
            let file = folder.path + "/ignore"
            let result = try await verify(settings, "--format", "json", "--only", "layout,security", "--ignore", file)
            #expect(result.status == 1)
            let report = try report(result.output)
            #expect(report.ignored.map(\.finding.code).sorted() == ["EDB-L161", "EDB-L262", "EDB-S003"])
            #expect(report.findings.map(\.code) == ["EDB-I001", "EDB-I002", "EDB-L163"], "\(report.findings)")
            #expect(report.findings.first { $0.code == "EDB-I001" }?.source?.line == 5)
            // An entry of a part that was not asked for is no entry without use.
            let security = try await verify(settings, "--only", "security", "--ignore", file)
            #expect(!security.output.contains("EDB-I002"))

            try folder.write(
                "ignore", "# why\r\nEDB-L161 | index idx_email_messages_thread_id | 2999-12-31 | known\r\n")
            try Connection(settings).script(
                "DROP INDEX \"odd <name> & \"\"more\"\", 100%\"; REVOKE TRUNCATE ON email_folders FROM email_service")
            let good = try await verify(settings, "--only", "layout,security", "--ignore", file)
            #expect(good.status == 0, "\(good.output)")
            #expect(good.output.contains("known"), "an ignored finding is never silent")
        }
    }

    @Test func anEntryHoldsOnItsLastDayAndNotOnTheNext() async throws {
        let style = Date.ISO8601FormatStyle().year().month().day()
        try await withDamage { settings in
            let folder = try TemporaryFolder()
            var today: String
            var codes: [[String]]
            // Once more where midnight, by UTC, came between.
            repeat {
                (today, codes) = (Date.now.formatted(style), [])
                for day in [today, (Date.now - 86_400).formatted(style)] {
                    try folder.write("ignore", "EDB-L161 | index idx_email_messages_thread_id | \(day) | known\n")
                    let result = try await verify(
                        settings, "--format", "json", "--only", "layout", "--ignore", folder.path + "/ignore")
                    codes.append(try report(result.output).findings.map(\.code).filter { $0 != "EDB-L163" }.sorted())
                }
            } while today != Date.now.formatted(style)
            #expect(codes[0] == ["EDB-L262"], "the last day")
            #expect(codes[1] == ["EDB-I001", "EDB-L161", "EDB-L262"], "the day after the last")
        }
    }

    @Test(arguments: [
        ("EDB-L161 | index x | 2999-12-31\n", ":1: expected `code | object | YYYY-MM-DD | reason`"),
        ("# c\nEDB-L161 | index x | 2999-02-30 | r\n", ":2: 2999-02-30 is no date"),
        ("EDB-X1 | index x | 2999-12-31 | r\n", ":1: there is no code EDB-X1"),
        ("EDB-L161 |  | 2999-12-31 | r\n", ":1: expected"),
    ])
    func aBadIgnoreFileIsWrongUsage(_ text: String, _ message: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("ignore", text)
        let result = try await CommandRunner.emaildb(["verify", "--ignore", folder.path + "/ignore"])
        #expect(result.status == 64)
        #expect(result.errors.contains("ignore" + message), "\(result.errors)")
    }

    @Test func ofAFileOfOtherThingsTheFirstHundredLinesAreNamed() async throws {
        let folder = try TemporaryFolder()
        try folder.write("ignore", String(repeating: "x\n", count: 300))
        let result = try await CommandRunner.emaildb(["verify", "--ignore", folder.path + "/ignore"])
        #expect(result.status == 64)
        #expect(result.errors.holds("ignore:100: expected") && !result.errors.holds("ignore:101:"), "\(result.errors)")
        #expect(result.errors.holds("and 200 lines more"), "\(result.errors)")
    }
}
