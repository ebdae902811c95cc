import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// The guide for application developers does what it says.
@Suite struct UsingTheDatabaseTests {
    /// The code of all blocks of a language, in order.
    private func blocks(_ language: String) throws -> [String] {
        let page = try String(
            contentsOfFile: "Sources/EmailDBCommand/Documentation.docc/UsingTheDatabase.md", encoding: .utf8)
        var blocks: [String] = []
        var current: [Substring]?
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "```" + language {
                current = []
            } else if line == "```", let lines = current {
                blocks.append(lines.joined(separator: "\n"))
                current = nil
            } else {
                current?.append(line)
            }
        }
        return blocks
    }

    @Test func theSQLOfTheGuideRuns() async throws {
        let database = try await MailDatabase.shared
        let blocks = try blocks("sql")
        #expect(!blocks.isEmpty)
        for block in blocks {
            let result = try await CommandRunner.run(
                "psql", ["-X", "-v", "ON_ERROR_STOP=1", "-c", block], environment: database.user().environment)
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    // One program: later blocks use what earlier ones define.
    @Test func thePythonOfTheGuideRuns() async throws {
        let database = try await MailDatabase.shared
        let blocks = try blocks("python")
        #expect(blocks.count >= 5)
        var environment = database.user().environment
        environment["PYTHONPATH"] = FileManager.default.currentDirectoryPath + "/.emaildb/python"
        let program = blocks.joined(separator: "\n\n")
        let result = try await CommandRunner.run("python3", ["-c", program], environment: environment)
        #expect(result.status == 0, "\(result.errors)")
        let broken = try await CommandRunner.run(
            "python3", ["-c", program + "\nassert len(known) == 3"], environment: environment)
        #expect(broken.errors.contains("AssertionError"), "control")
    }
}
