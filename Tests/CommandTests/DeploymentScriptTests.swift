import Foundation
import TestSupport
import Testing

/// What `make up` and `make clean` look at before they do anything.
@Suite struct DeploymentScriptTests {
    private static let scripts =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path
        + "/deployment/scripts"

    @Test func aPortThatIsTakenIsNamedWithWhoHasIt() async throws {
        let listener = try ListeningSocket()
        let taken = try await CommandRunner.run(Self.scripts + "/check-port", [String(listener.port), "POSTGRES_PORT"])
        #expect(taken.status == 1, "\(taken)")
        #expect(taken.errors.contains("port \(listener.port) is taken by process \(getpid()): "), "\(taken)")
        let line = try #require(taken.errors.split(separator: "=").last)
        let other = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
        let free = try await CommandRunner.run(Self.scripts + "/check-port", [String(other), "POSTGRES_PORT"])
        #expect(free.status == 0, "the port that it proposes: \(free)")
        for port in ["0", "65536", "x", ""] {
            #expect(try await CommandRunner.run(Self.scripts + "/check-port", [port, "POSTGRES_PORT"]).status == 1)
        }
    }

    @Test func dataOfContainersIsNotCleanedAwayUnasked() async throws {
        let folder = try TemporaryFolder()
        for name in ["common", "check-clean"] {
            try folder.write(
                "deployment/scripts/" + name, try String(contentsOfFile: Self.scripts + "/" + name, encoding: .utf8))
        }
        let script = ["\(folder.path)/deployment/scripts/check-clean"]
        #expect(try await CommandRunner.run("bash", script).status == 0, "no engine")
        try folder.write(".emaildb/engine/data/volumes/email_postgres_data/_data/PG_VERSION", "16\n")
        let refused = try await CommandRunner.run("bash", script)
        #expect(refused.status == 1 && refused.errors.contains("for good: email_postgres_data"), "\(refused)")
        #expect(refused.errors.contains("make clean DATA=yes"))
        #expect(try await CommandRunner.run("bash", script + ["yes"]).status == 0)
    }
}
