import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

/// Standbys, terminals, interruptions.
@Suite(.needsServer, .serialized) struct TuneSituationTests {
    static let target = TuneServer()
    private var target: TuneServer { Self.target }

    @Test func aStandbyIsTunedButNotBelowItsPrimary() async throws {
        let target = TuneServer()
        try await target.server.becomeStandby()
        let result = try await target.apply("production", "--max-connections", "50")
        #expect(result.status == 4)
        #expect(result.errors.contains("max_connections = 50 on a standby that runs with 100"), "\(result.errors)")
        let more = try await target.apply("production")
        #expect(more.status == 0, "\(more.errors)")
        #expect(try await target.configuration().contains("max_connections = '200'"))
        #expect(try await target.tune("--undo", "--yes").status == 0)
        try await target.server.stop()
    }

    @Test(arguments: [("y", true), ("n", false), ("", false)])
    func onATerminalItAsks(_ answer: String, _ writes: Bool) async throws {
        try await target.reset()
        let command = "'\(CommandRunner.emaildb)' tune --profile development --memory 1GB"
        // script(1) gives the program a terminal.
        let result = try await CommandRunner.run(
            "sh", ["-c", "echo '\(answer)' | script -qec \"\(command)\" /dev/null"],
            environment: try await target.server.connectionSettings().environment)
        #expect(result.output.contains("Write this? [y/N]"), "\(result)")
        #expect(result.output.contains("settings written   (to take them back") == writes, "\(result.output)")
        #expect(result.status == (writes ? 0 : 1))
        #expect(try await target.configuration().contains("shared_buffers") == writes)
    }

    @Test func anInterruptedRunTakesBackWhatItWrote() async throws {
        try await target.reset()
        let path = try await target.data() + "/postgresql.auto.conf"
        let before = try await target.configuration()
        let environment = try await target.server.connectionSettings().environment
        let result = try await CommandRunner.emaildb(
            ["tune", "--profile", "production", "--memory", "8GB", "--yes"], environment: environment, signal: SIGTERM,
            killWhen: {
                for _ in 0..<400 {
                    let text = try? String(contentsOfFile: path, encoding: .utf8)
                    if text?.contains("\"applying\"") == true { return true }
                    usleep(50)
                }
                return false
            })
        // It may have been through already; then everything is there.
        if result.status == 128 + SIGTERM {
            #expect(try await target.configuration() == before, "\(result)")
        } else {
            #expect(result.status == 0, "\(result)")
            #expect(try await target.configuration().contains("\"state\":\"applied\""))
        }
    }

    @Test func aRunThatWasStoppedSaysSoAndNamesTheWayBack() async throws {
        try await target.reset()
        #expect(try await target.apply("production").status == 0)
        // As a kill between the last setting and the end leaves it.
        let left = try await target.configuration().replacing("\"state\":\"applied\"", with: "\"state\":\"applying\"")
        try await target.writeConfiguration(left)
        let plan = try await target.tune("--profile", "production", "--memory", "8GB", "--cpus", "2", "--plan")
        #expect(plan.output.contains("an earlier run was stopped half way"), "\(plan.output)")
        let next = try await target.apply("production")
        #expect(next.status == 0, "\(next)")
        #expect(try await target.configuration().contains("\"state\":\"applied\""))
    }
}
