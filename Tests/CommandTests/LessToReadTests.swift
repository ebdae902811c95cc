import Foundation
import Postgres
import TestSupport
import Testing

/// How much is printed: one line when all is well, what fits a terminal, and the rest page by page.
@Suite(.needsServer) struct LessToReadTests {
    private func run(_ words: [String], _ settings: ConnectionSettings) async throws -> CommandResult {
        try await CommandRunner.emaildb(words, environment: settings.environment)
    }

    @Test func statusIsOneLineWhenAllIsWell() async throws {
        try await TestDatabase.withSchema { settings in
            let usual = try await run(["status"], settings)
            #expect(usual.output.split(separator: "\n").count == 1 && usual.output.contains("up to date, "), "\(usual)")
            let verbose = try await run(["status", "-v"], settings)
            #expect(
                verbose.output.contains("0001_ledger") && verbose.output.split(separator: "\n").count > 20, "\(verbose)"
            )
        }
        try await TestDatabase.withEmpty { settings in
            let pending = try await run(["status"], settings)
            #expect(pending.output.contains("0001_ledger") && pending.output.contains("steps pending: emaildb init"))
            let quiet = try await run(["status", "-q"], settings)
            #expect(
                quiet.output.split(separator: "\n").count == 1 && quiet.output.contains("steps pending"), "\(quiet)")
        }
    }

    @Test("verify begins with the worst and ends with what to type, which works") func verify() async throws {
        try await TestDatabase.withSchema { settings in
            let owner = try Connection(settings)
            try owner.script(
                """
                ALTER TABLE public.email_messages DISABLE ROW LEVEL SECURITY;
                COMMENT ON TABLE public.email_folders IS 'other';
                """)
            let usual = try await run(["verify", "--only", "layout,security"], settings)
            let lines = usual.output.split(separator: "\n").map(String.init)
            #expect(usual.status == 1 && lines.first?.contains("error EDB-") == true, "\(usual)")
            let next = try #require(lines.last)
            #expect(
                next.hasPrefix("Next: emaildb verify --fix-sql > fix.sql   # read it, then: psql -X -d "), "\(usual)")
            let quiet = try await run(["verify", "--only", "layout,security", "-q"], settings)
            let findings = lines.filter { $0.contains(" EDB-") }.count
            #expect(quiet.output.split(separator: "\n").count == findings + 1, "\(quiet)")
            let folder = try TemporaryFolder()
            try folder.write("fix.sql", try await run(["verify", "--fix-sql"], settings).output)
            let command = String(try #require(next.split(separator: "then: ").last)).replacing(
                "fix.sql", with: folder.path + "/fix.sql")
            let fix = try await CommandRunner.run("sh", ["-c", command], environment: settings.environment)
            #expect(fix.status == 0, "\(fix)")
            let verbose = try await run(["verify", "--only", "layout,security", "-v"], settings)
            #expect(verbose.status == 0 && verbose.output.contains("  none of  EDB-L"), "\(verbose)")
        }
    }

    @Test("What tune would change fits 80 columns and 24 lines, with reasons; -v has the rest") func tune() async throws
    {
        for profile in ["high-throughput", "development"] {
            try await TestDatabase.withEmpty { settings in
                let usual = try await run(
                    ["tune", "--profile", profile, "--plan", "--memory", "8GB", "--storage", "nvme"], settings)
                let lines = usual.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                    .dropLast()
                #expect(lines.count <= 24 && lines.allSatisfy { $0.count <= 80 }, "\(usual.output)")
                #expect(
                    usual.output.contains("shared_buffers")
                        && usual.output.contains(
                            profile == "development" ? "enough to develop with" : "a quarter of memory"),
                    "\(usual)")
                if profile == "development" { return }
                let verbose = try await run(
                    ["tune", "--profile", profile, "--plan", "--memory", "8GB", "--storage", "nvme", "-v"], settings)
                #expect(verbose.output.contains("takes effect") && verbose.output.contains("document: "), "\(verbose)")
                let quiet = try await run(
                    ["tune", "--profile", profile, "--plan", "--memory", "8GB", "-q"], settings)
                #expect(quiet.output.contains("shared_buffers  128MB -> "), "\(quiet)")
            }
        }
    }

    @Test("Help says what -q and -v do in each command that has them") func quietAndVerbose() async throws {
        for command in [
            "init", "status", "verify", "doctor", "monitor", "tune", "ready", "pool", "bench", "config", "adopt",
            "dev start", "dev stop", "dev status",
        ] {
            let words = command.split(separator: " ").map(String.init)
            let help = try await CommandRunner.emaildb(words + ["--help"]).output
            let text = help.split(separator: "USAGE:")[0].replacing("\n", with: " ")
            #expect(text.contains("-q ") && text.contains("; -v "), "\(command): \(text)")
        }
    }

    // MARK: - Terminals

    private func terminal(
        _ words: [String], _ settings: ConnectionSettings? = nil, _ environment: [String: String] = [:],
        columns: UInt16 = 80,
        rows: UInt16 = 24, _ body: (TestTerminal) async throws -> Void
    ) async throws {
        let variables = ["PGCONNECT_TIMEOUT": "5"].merging(settings?.environment ?? [:]) { $1 }.merging(environment) {
            $1
        }
        let terminal = try TestTerminal(words, environment: variables, columns: columns, rows: rows)
        defer { terminal.close() }
        try await body(terminal)
    }

    @Test("A table that does not fit a terminal is shown as blocks, none wider than it") func narrow() async throws {
        try await TestDatabase.withSchema { settings in
            for (words, heading) in [(["status", "-v"], "applied at"), (["monitor", "tables"], "table")] {
                try await terminal(words, settings, ["EMAILDB_PAGER": "cat"], columns: 40) { terminal in
                    let status = try await terminal.end()
                    #expect(status == 0)
                    // What the terminal has got comes a little later.
                    try await eventually("all is read") {
                        terminal.text.contains(words[0] == "status" ? "up to date" : "email_messages")
                    }
                    let lines = terminal.text.split(separator: "\r\n").map { $0.filter { !"\u{1B}".contains($0) } }
                    #expect(lines.filter { $0.hasPrefix(heading) }.count > 1, "\(terminal.text)")
                    #expect(lines.dropLast().filter { $0.count > 40 }.isEmpty, "\(terminal.text)")
                }
            }
            try await terminal(["status", "-v"], settings, ["EMAILDB_PAGER": "cat"], columns: 120) { terminal in
                let status = try await terminal.end()
                #expect(status == 0)
                try await eventually("all is read") { terminal.text.contains("up to date") }
                #expect(terminal.text.components(separatedBy: "applied at").count == 2, "one heading: \(terminal.text)")
            }
        }
    }

    @Test("Long answers go through a pager on a terminal alone, and the terminal is as it was") func pager()
        async throws
    {
        let folder = try TemporaryFolder()
        let page = folder.path + "/page"
        func pages(_ words: [String], _ environment: [String: String], rows: UInt16 = 24) async throws -> Bool {
            try? FileManager.default.removeItem(atPath: page)
            try await terminal(words, nil, environment, rows: rows) { terminal in
                let status = try await terminal.end()
                #expect(status == 0, "\(words) \(environment): \(terminal.text)")
                #expect(terminal.isCooked)
                if FileManager.default.fileExists(atPath: page) || environment["X"] != nil { return }
                try await eventually("it is shown") { terminal.text.contains("emaildb") }
            }
            return FileManager.default.fileExists(atPath: page)
        }
        let own = ["EMAILDB_PAGER": "cat > '\(page)'"]
        for words in [["help", "containers"], ["init", "--help"], ["verify", "--explain", "all"]] {
            #expect(try await pages(words, own), "\(words)")
        }
        let codes = try folder.read("page").split(separator: "\n")
        #expect(codes.count > 100 && codes.allSatisfy { $0.count <= 80 }, "as wide as the terminal")
        #expect(try await pages(["help", "containers"], own.merging(["NO_COLOR": "1"]) { $1 }))
        let whole = try await CommandRunner.emaildb(["help", "containers"])
        #expect(try folder.read("page") == whole.output, "all of it")
        #expect(try await !pages([], own), "what fits is not paged")
        #expect(try await !pages(["help", "containers"], own, rows: 2000))
        #expect(try await pages(["help", "containers"], ["PAGER": "cat > '\(page)'"]))
        #expect(try await !pages(["help", "containers"], ["PAGER": "cat > '\(page)'", "EMAILDB_PAGER": ""]))
        #expect(try await !pages(["help", "containers"], ["PAGER": "cat > '\(page)'", "TERM": "dumb"]))
        #expect(try await !pages(["help", "containers"], ["EMAILDB_PAGER": "no-such-pager"]), "shown all the same")
        // A pager that reads nothing, and one that leaves the terminal in its own mode.
        _ = try await pages(
            ["help", "finding-codes"], ["EMAILDB_PAGER": "exit 0", "PAGER": "x"].merging(["X": "emaildb"]) { $1 })
        _ = try await pages(["help", "finding-codes"], ["EMAILDB_PAGER": "stty -icanon -echo; cat > '\(page)'"])
        // In a pipe there is none.
        let piped = try await CommandRunner.emaildb(
            ["help", "containers"], environment: own.merging(["TERM": "xterm"]) { $1 })
        #expect(piped.output.contains("POSTGRES_DB"))
    }

    @Test("Ctrl-C belongs to the pager; SIGTERM ends both") func signalsWhilePaging() async throws {
        let folder = try TemporaryFolder()
        let pager =
            "trap 'echo caught >> \(folder.path)/log' INT; touch \(folder.path)/begun; cat >/dev/null; while [ ! -e \(folder.path)/go ]; do sleep 0.05; done"
        try await terminal(["verify", "--explain", "all"], nil, ["EMAILDB_PAGER": pager]) { terminal in
            try await eventually("the pager runs") { FileManager.default.fileExists(atPath: folder.path + "/begun") }
            for count in 1...3 {
                terminal.type("\u{3}")
                try await eventually("it gets Ctrl-C") {
                    let log = (try? folder.read("log")) ?? ""
                    return log.split(separator: "\n").count >= count
                }
            }
            #expect(terminal.isRunning, "three times Ctrl-C")
            try folder.write("go", "")
            let status = try await terminal.end()
            #expect(status == 0)
        }
        try FileManager.default.removeItem(atPath: folder.path + "/go")
        try FileManager.default.removeItem(atPath: folder.path + "/begun")
        try await terminal(
            ["verify", "--explain", "all"], nil, ["EMAILDB_PAGER": "echo $$ > \(folder.path)/pid; \(pager)"]
        ) { terminal in
            try await eventually("the pager runs") { FileManager.default.fileExists(atPath: folder.path + "/begun") }
            let process = try #require(Int32(try folder.read("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
            kill(terminal.processID, SIGTERM)
            let status = try await terminal.end()
            #expect(status == 143)
            try await eventually("the pager is gone") { kill(process, 0) != 0 }
            #expect(terminal.isCooked)
        }
    }
}
