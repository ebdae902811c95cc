import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// Whatever `tune` does to a server, it shows and asks before, once; where there is no terminal, `--yes` says yes.
@Suite(.needsServer, .serialized) struct TuneQuestionTests {
    static let target = TuneServer()
    private var target: TuneServer { Self.target }

    /// Applies a profile to a server as it was made.
    /// - Parameter restarts: whether the server runs with it then, so that taking it back waits for a restart.
    private func isTuned(restarts: Bool) async throws {
        try await target.reset()
        try await target.server.pause()
        try await target.server.resume()
        #expect(try await target.apply("production", "--memory", "1GB").status == 0)
        if restarts { #expect(try await target.tune("--restart", "--yes").status == 0) }
    }

    @Test(arguments: [["--undo"], ["--undo", "--restart"], ["--restart"], ["--profile", "read-heavy", "--restart"]])
    func withoutATerminalNothingIsDoneWithoutYes(_ arguments: [String]) async throws {
        try await isTuned(restarts: arguments == ["--undo", "--restart"])
        let before = try await target.configuration()
        let process = try await target.server.processID()
        let isProfile = arguments.contains("--profile")
        let result = try await target.run(arguments + (isProfile ? ["--memory", "1GB"] : []))
        #expect(result.status == 64, "\(result)")
        #expect(result.errors.contains("this is no terminal to ask on; nothing was written"), "\(result.errors)")
        #expect(result.errors.contains(isProfile ? "add --yes, or --plan" : "add --yes\n"), "\(result.errors)")
        #expect(result.output.contains("to be taken back, of profile production") == arguments.contains("--undo"))
        #expect(result.output.contains("every session ends") == arguments.contains("--restart"), "\(result.output)")
        #expect(try await target.configuration() == before)
        #expect(try await target.server.processID() == process)
    }

    @Test(
        arguments: [
            (["--undo"], "Take this back?"), (["--restart"], "Restart the server?"),
            (["--profile", "read-heavy", "--memory", "1GB", "--restart"], "Write this and restart the server?"),
            (["--undo", "--restart"], "Take this back and restart the server?"),
        ], [true, false])
    func oneQuestionForOneRun(_ run: (arguments: [String], question: String), _ isYes: Bool) async throws {
        try await isTuned(restarts: run.arguments == ["--undo", "--restart"])
        let isRestart = run.arguments.contains("--restart")
        let before = try await target.configuration()
        let process = try await target.server.processID()
        let result = try await target.onATerminal(run.arguments, answer: isYes ? "y" : "n")
        #expect(result.output.contains(run.question + " [y/N]"), "\(result)")
        #expect(result.output.split(separator: "[y/N]").count == 2, "\(result)")
        #expect(result.status == (isYes ? 0 : 1), "\(result)")
        #expect(result.output.contains("nothing was written") == !isYes, "\(result)")
        #expect(result.output.contains("restarted in ") == (isYes && isRestart), "\(result)")
        let isWritten = run.arguments != ["--restart"] && isYes
        #expect((try await target.configuration() != before) == isWritten, "\(result)")
        #expect((try await target.server.processID() != process) == (isYes && isRestart))
    }

    @Test func whereThereIsNothingToDoNothingIsAsked() async throws {
        let target = TuneServer()
        let runs = [
            (["--undo"], "nothing to undo"), (["--restart"], "no restart needed"),
            (["--undo", "--restart"], "no restart needed"),
        ]
        for (arguments, words) in runs {
            let piped = try await target.run(arguments)
            #expect(piped.status == 0 && piped.output.contains(words), "\(piped)")
            let result = try await target.onATerminal(arguments, answer: "n")
            #expect(result.status == 0 && result.output.contains(words), "\(result)")
            #expect(!result.output.contains("[y/N]"), "\(result)")
        }
        try await target.server.stop()
    }

    @Test func aRescueAsksAsWell() async throws {
        let target = TuneServer()
        let arguments = ["--rescue", "-D", try await target.data()]
        let whole = try await target.configuration()
        try await target.server.pause()
        let spoiled = whole + "shared_preload_libraries = 'gone'\n"
        try await target.writeConfiguration(spoiled)
        let piped = try await target.run(arguments, isUp: false)
        #expect(piped.status == 64 && piped.errors.contains("add --yes"), "\(piped)")
        #expect(piped.output.contains("to be taken out: shared_preload_libraries"), "\(piped)")
        let declined = try await target.onATerminal(arguments, answer: "n", isUp: false)
        #expect(declined.status == 1 && declined.output.contains("nothing was written"), "\(declined)")
        #expect(try await target.configuration() == spoiled)
        let names = try FileManager.default.contentsOfDirectory(atPath: try await target.data())
        #expect(!names.contains { $0.contains("before-rescue") })
        let agreed = try await target.onATerminal(arguments, answer: "y", isUp: false)
        #expect(agreed.status == 0 && agreed.output.contains("Write this? [y/N]"), "\(agreed)")
        #expect(try await !target.configuration().contains("gone"))
        try await target.server.resume()
        try await target.server.stop()
    }
}

extension TuneServer {
    /// Runs `emaildb tune` where it can ask; both of its outputs come as one.
    fileprivate func onATerminal(_ arguments: [String], answer: String, isUp: Bool = true) async throws -> CommandResult
    {
        let command = "'\(CommandRunner.emaildb)' tune \(arguments.joined(separator: " "))"
        // script(1) gives the program a terminal.
        return try await CommandRunner.run(
            "sh", ["-c", "echo '\(answer)' | script -qec \"\(command)\" /dev/null"],
            environment: (isUp ? try await server.connectionSettings().environment : [:]).merging(["NO_COLOR": "1"]) {
                $1
            })
    }
}
