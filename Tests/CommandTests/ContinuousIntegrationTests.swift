import Foundation
import Postgres
import TestSupport
import Testing

/// What `deployment/ci` gives other projects, run as their runners do.
@Suite(.needsServer) struct ContinuousIntegrationTests {
    private static let root =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path

    /// A package as `make dist` names its tarball, with the program under test.
    private func package(in folder: TemporaryFolder) async throws -> String {
        let script = """
            mkdir -p emaildb-1/bin && ln '\(CommandRunner.emaildb)' emaildb-1/bin/emaildb 2>/dev/null || cp '\(CommandRunner.emaildb)' emaildb-1/bin/emaildb
            tar -czf emaildb-1-linux-amd64.tar.gz emaildb-1 && sha256sum emaildb-1-linux-amd64.tar.gz | cut -d' ' -f1
            """
        let result = try await CommandRunner.run("sh", ["-ec", script], in: folder.path)
        try #require(result.status == 0, "\(result)")
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func action(
        _ inputs: [String], _ settings: ConnectionSettings, in folder: TemporaryFolder
    ) async throws -> CommandResult {
        try await CommandRunner.run(
            Self.root + "/Tests/CI/run-action", [Self.root + "/deployment/ci/action.yml", folder.path] + inputs,
            environment: settings.environment.merging(["EMAILDB_CONFIG": ""]) { $1 }, in: folder.path)
    }

    @Test("The action installs a package, verifies, and leaves annotations, a summary and reports") func action()
        async throws
    {
        let folder = try TemporaryFolder()
        let digest = try await package(in: folder)
        let package = "package=emaildb-1-linux-amd64.tar.gz"
        // A file of the repository that nobody named decides nothing.
        try folder.write("emaildb.toml", "[connection]\nhost = \"127.0.0.1\"\nport = 1\n")
        try await TestDatabase.withSchema { settings in
            let wrong = try await action(
                [package, "sha256=" + String(repeating: "0", count: 64)], settings, in: folder)
            #expect(
                wrong.status != 0 && !FileManager.default.fileExists(atPath: folder.path + "/temp/emaildb"), "\(wrong)")
            let clean = try await action(
                [package, "sha256=" + digest, "arguments=--only layout,security", "reports=out"], settings, in: folder)
            #expect(clean.status == 0 && clean.output.contains("no findings"), "\(clean)")
            #expect(try folder.read("output") == "status=0\n")
            #expect(try folder.read("summary").contains("no findings"))
            for (name, word) in [
                ("emaildb.xml", "<testsuites"), ("emaildb.sarif", "\"2.1.0\""), ("emaildb.json", "\"findings\""),
            ] {
                #expect(try folder.read("out/" + name).contains(word), "\(name)")
            }
            try Connection(settings).query("ALTER TABLE public.email_messages DISABLE ROW LEVEL SECURITY")
            let found = try await action([package, "arguments=--only layout,security"], settings, in: folder)
            #expect(found.status == 1 && found.output.contains("::error title=EDB-"), "\(found)")
            #expect(try folder.read("output") == "status=1\n")
            let status = try await action([package, "command=status", "arguments=--exit-code"], settings, in: folder)
            #expect(status.status == 0 && status.output.contains("up to date"), "\(status)")
            let named = try await action([package, "command=status", "config=emaildb.toml"], settings, in: folder)
            #expect(named.status == 0, "the environment goes before the file: \(named)")
            // An input is no part of a script.
            let hostile = try await action(
                [package, "command=status", "arguments=; touch hostile $(touch hostile)"], settings, in: folder)
            #expect(
                hostile.status == 64 && !FileManager.default.fileExists(atPath: folder.path + "/hostile"), "\(hostile)")
        }
    }

    @Test("The GitLab template's script leaves the report that it names, with findings and without") func gitlab()
        async throws
    {
        let folder = try TemporaryFolder()
        let print = """
            import sys; sys.path.insert(0, '\(Self.root)/.emaildb/kubernetes'); import yaml
            job = yaml.safe_load(open('\(Self.root)/deployment/ci/emaildb.gitlab-ci.yml'))['.emaildb-verify']
            print('\\n'.join(f'export {name}="{value}"' for name, value in job['variables'].items()))
            print('\\n'.join(job['script']))
            """
        let script = try await CommandRunner.run("python3", ["-c", print])
        try #require(script.status == 0 && script.output.contains("emaildb verify"), "\(script)")
        try await TestDatabase.withSchema { settings in
            let binaries = URL(filePath: CommandRunner.emaildb).deletingLastPathComponent().path
            let environment = settings.environment.merging([
                "PATH": binaries + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
            ]) { $1 }
            let clean = try await CommandRunner.run(
                "bash", ["-ec", script.output], environment: environment, in: folder.path)
            #expect(clean.status == 0, "\(clean)")
            #expect(try folder.read("emaildb.xml").contains("failures=\"0\""))
            try Connection(settings).query("DROP INDEX public.idx_email_messages_thread_id")
            let found = try await CommandRunner.run(
                "bash", ["-ec", script.output], environment: environment, in: folder.path)
            let report = try folder.read("emaildb.xml")
            #expect(found.status == 1 && report.contains("EDB-L161"), "\(found)")
        }
    }

    @Test("The hook for pre-commit reads files of settings, and says what is wrong") func preCommit() async throws {
        let hooks = try String(contentsOfFile: Self.root + "/.pre-commit-hooks.yaml", encoding: .utf8)
        let entry = try #require(
            hooks.split(separator: "\n").first { $0.contains("entry: emaildb config") }?.split(separator: ": ").last)
        let words = entry.split(separator: " ").dropFirst().map(String.init)
        let folder = try TemporaryFolder()
        try folder.write("emaildb.toml", "[verify]\nfail_on = \"error\"\n")
        let good = try await CommandRunner.emaildb(words + ["emaildb.toml"], in: folder.path)
        #expect(good.status == 0 && good.output.contains("verify.fail_on"), "\(good)")
        try folder.write("emaildb.toml", "[verify]\npassword = \"x\"\n")
        let bad = try await CommandRunner.emaildb(words + ["emaildb.toml"], in: folder.path)
        #expect(bad.status == 64 && bad.errors.contains("emaildb.toml:2:1: a password"), "\(bad)")
    }
}
