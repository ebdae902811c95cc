import Configuration
import Foundation
import Postgres
import TestSupport
import Testing

/// What a file of settings decides, and what it cannot.
@Suite struct ConfigTests {
    /// A home, and in it a folder of a project where commands run.
    private struct Place {
        let home: TemporaryFolder
        let project: String

        init(_ text: String? = nil) throws {
            home = try TemporaryFolder()
            project = home.path + "/project"
            try FileManager.default.createDirectory(atPath: project, withIntermediateDirectories: false)
            if let text { try home.write("project/emaildb.toml", text) }
        }

        func run(_ words: [String], _ environment: [String: String] = [:]) async throws -> CommandResult {
            try await CommandRunner.emaildb(
                words, environment: ["EMAILDB_CONFIG": "", "HOME": home.path].merging(environment) { $1 }, in: project)
        }

        func trust() async throws {
            let result = try await run(["config", "--trust"])
            try #require(result.status == 0, "\(result)")
        }
    }

    private struct Shown: Decodable {
        struct Row: Decodable {
            let setting: String
            let value: String
            let from: String
            let state: String
        }
        let settings: [Row]

        subscript(name: String) -> String? {
            settings.first { $0.setting == name && $0.state == "counts" }.map { "\($0.value) \($0.from)" }
        }
    }

    @Test("A file that nobody trusted sends no password anywhere, and writes nothing") func untrusted() async throws {
        let listener = try ListeningSocket()
        let place = try Place(
            """
            [connection]
            host = "127.0.0.1"
            port = \(listener.port)
            [verify]
            output = ["json=report.json"]
            """)
        let secret = ["PGPASSWORD": "s3cret"]
        for words in [
            ["status"], ["verify"], ["init"], ["tune", "--profile", "production", "--yes"], ["doctor"], ["ready"],
        ] {
            let result = try await place.run(words, secret)
            #expect(result.status == 4 && result.errors.contains("emaildb config --trust"), "\(words): \(result)")
        }
        let json = try await place.run(["status", "--format", "json"], secret)
        #expect(json.status == 4 && json.output.contains("\"exit_status\" : 4"), "\(json)")
        #expect(!listener.wasCalled, "a connection to where the file says")
        #expect(!FileManager.default.fileExists(atPath: place.project + "/report.json"))
        // Looking at it connects to nothing, either.
        let look = try await place.run(["config"], secret)
        #expect(look.status == 0 && look.output.contains("emaildb.toml:2, not trusted"), "\(look)")
        #expect(!look.output.contains("s3cret") && !listener.wasCalled)
        for words in [["status", "--help"], ["verify", "--explain", "EDB-S001"], ["doctor", "--print-thresholds"]] {
            #expect(try await place.run(words).status == 0, "\(words) needs no settings")
        }
        // The control: what is trusted is used.
        try await place.trust()
        _ = try await place.run(["status"], secret.merging(["PGCONNECT_TIMEOUT": "2"]) { $1 })
        #expect(listener.wasCalled)
    }

    @Test("Options before the environment, that before the file of the project, that before the user's") func order()
        async throws
    {
        let place = try Place("[connection]\nhost = \"p\"\nport = 5001\n[verify]\nfail_on = \"error\"")
        try FileManager.default.createDirectory(
            atPath: place.home.path + "/.config/emaildb", withIntermediateDirectories: true)
        try place.home.write(
            ".config/emaildb/emaildb.toml",
            "[connection]\nhost = \"u\"\nsslmode = \"disable\"\nuser = \"me\"\ndbname = \"mine\"")
        try await place.trust()
        func shown(_ words: [String] = [], _ environment: [String: String] = [:]) async throws -> Shown {
            let result = try await place.run(["config", "--format", "json"] + words, environment)
            try #require(result.status == 0, "\(result)")
            return try result.json()
        }
        let user = place.home.path + "/.config/emaildb/emaildb.toml"
        var now = try await shown()
        #expect(now["connection.host"] == "p emaildb.toml:2" && now["connection.port"] == "5001 emaildb.toml:3")
        #expect(now["connection.user"] == "me \(user):4" && now["connection.dbname"] == "mine \(user):5")
        // What belongs to the other host does not count.
        #expect(now["connection.sslmode"] == "prefer default" && now["verify.fail_on"] == "error emaildb.toml:5")
        now = try await shown([], ["PGHOST": "e", "EMAILDB_VERIFY_FAIL_ON": "warning"])
        #expect(now["connection.host"] == "e PGHOST" && now["connection.port"] == "5432 default", "\(now)")
        #expect(now["connection.user"] == "me \(user):4" && now["verify.fail_on"] == "warning EMAILDB_VERIFY_FAIL_ON")
        now = try await shown(["-h", "o", "-U", "you"], ["PGHOST": "e"])
        #expect(now["connection.host"] == "o --host" && now["connection.user"] == "you --username")
        now = try await shown(["-p", "7"])
        #expect(now["connection.host"] == "p emaildb.toml:2" && now["connection.port"] == "7 --port")
        now = try await shown(["-d", "postgresql://a/b"])
        #expect(now["connection.host"] == "a --dbname" && now["connection.dbname"] == "b --dbname", "\(now)")
        #expect(now["connection.user"]?.hasSuffix("default") == true, "an address says all of it")
        now = try await shown(["-d", "other"])
        #expect(now["connection.host"] == "p emaildb.toml:2" && now["connection.dbname"] == "other --dbname")
        now = try await shown(["--config", "none"])
        #expect(now["connection.dbname"] == "email_service default" && now["verify.fail_on"] == nil)
        let hidden = try await place.run(["config"], ["PGPASSWORD": "s3cret"])
        #expect(hidden.output.contains("(not shown)") && !hidden.output.contains("s3cret"))
    }

    @Test("Settings of a command are its options, which go before them", .needsServer) func options() async throws {
        try await TestDatabase.withSchema { settings in
            try Connection(settings).query("ALTER TABLE public.email_messages DISABLE ROW LEVEL SECURITY")
            let place = try Place(
                """
                [verify]
                only = ["security", "layout"]
                ignore = "accepted"
                output = ["json=report.json", "tap=report.tap"]
                """)
            try place.home.write("project/accepted", "")
            try await place.trust()
            let first = try await place.run(["verify"], settings.environment)
            #expect(first.status == 1 && !first.output.contains("\nplans"), "\(first)")
            #expect(try place.home.read("project/report.json").contains("\"findings\""))
            #expect(try place.home.read("project/report.tap").hasPrefix("TAP version 13"))
            try place.home.write("project/report.tap", "")
            let second = try await place.run(
                ["verify", "--only", "layout", "--output", "json=other.json"], settings.environment)
            #expect(second.output.contains("layout") && !second.output.contains("\nsecurity"), "\(second)")
            #expect(try place.home.read("project/report.tap").isEmpty, "--output replaces the list")
            // A link that came with a later state of the project.
            try FileManager.default.removeItem(atPath: place.project + "/report.tap")
            try place.home.write("victim", "kept")
            try FileManager.default.createSymbolicLink(
                atPath: place.project + "/report.tap", withDestinationPath: place.home.path + "/victim")
            let third = try await place.run(["verify"], settings.environment)
            #expect(third.status == 4 && third.errors.contains("is a link"), "\(third)")
            #expect(try place.home.read("victim") == "kept")
        }
    }

    @Test func whatCannotBeUsedIsSaidWithItsPlace() async throws {
        for (text, status, problem) in [
            (
                "[verify]\nfail_on = \"never\"", Int32(64),
                "emaildb.toml:2: verify.fail_on takes error, warning, not never"
            ),
            ("[verify]\nonly = [\"nothing\"]", 64, "a setting cannot be used: Error: --only takes"),
            ("[verify]\noutput = [\"pdf=x\"]", 64, "the format one of text, json"),
            ("[verify]\nsample = 0", 64, "--sample takes a number of messages"),
            ("[connection]\nport = 70000", 64, "emaildb.toml:2: a port is a number from 1 to 65535"),
        ] {
            let result = try await Place(text).run(["verify", "--config", "emaildb.toml"], ["PGUSER": "me"])
            #expect(
                result.status == status && result.errors.contains(problem.replacing("Error: ", with: "")),
                "\(text): \(result)")
        }
        let none = try Place()
        #expect(try await none.run(["status", "--config", "no-such"]).status == 64)
        #expect(try await none.run(["config", "--trust"]).status == 64)
        let variable = try await none.run(["verify"], ["EMAILDB_VERIFY_SAMPLE": "many"])
        #expect(variable.status == 64 && variable.errors.contains("EMAILDB_VERIFY_SAMPLE: a number"), "\(variable)")
    }

    @Test("Wrong usage is one answer in JSON where JSON is asked for") func wrongUsageInJSON() async throws {
        struct Failed: Decodable { let exitStatus: Int, outcome: String, message: String }
        for words in [
            ["verify", "--format", "json", "--bogus"], ["status", "--format=json", "word"],
            ["verify", "--output", "json=-", "--only", "x"],
            ["verify", "--sample", "0", "--format", "json"],
        ] {
            let result = try await CommandRunner.emaildb(words)
            let failure: Failed = try result.json()
            #expect(
                result.status == 64 && failure.exitStatus == 64 && failure.outcome == "usage", "\(words): \(result)")
            #expect(!result.errors.isEmpty)
        }
        #expect(try await CommandRunner.emaildb(["verify", "--bogus"]).output.isEmpty)
    }

    @Test func thePageNamesEverySetting() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appending(path: "Sources/EmailDBCommand/Documentation.docc/Configuration.md"),
            encoding: .utf8)
        let rows = page.split(separator: "\n").filter {
            $0.hasPrefix("| `") && $0.contains("`EMAILDB_") || $0.hasPrefix("| `") && $0.contains("`PG")
        }
        let documented = rows.map { $0.split(separator: "|").prefix(3).map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(documented == Setting.all.map { ["`\($0.name)`", "`\($0.variable)`", $0.meaning] })
    }
}
