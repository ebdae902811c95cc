import Postgres
import TestSupport
import Testing

/// A container that is asked to stop does so at once, whatever it is doing.
///
/// What is measured here is measured alone: `make test-container` runs this suite after the others.
@Suite(.onEngine, .serialized) struct StopTests {
    @Test(arguments: [50, 300, 700, 1100])
    func aStopDuringTheFirstStartIsQuick(milliseconds: Int) async throws {
        try await Container.withVolume { container in
            try await container.start()
            try await Task.sleep(for: .milliseconds(milliseconds))
            let started = ContinuousClock.now
            try await Engine.text("stop", "--time", "20", container.name)
            let took = ContinuousClock.now - started
            let status = try await container.state("{{.State.ExitCode}}")
            print("stopped after \(milliseconds) ms: \(took), exit \(status)")
            #expect(took < .seconds(2))
            #expect(["130", "0"].contains(status))
            try await Engine.text("start", container.name)
            try await container.waitUntilHealthy()
            try await container.requireClean()
        }
    }

    @Test func aServingContainerStopsInOrderAndQuickly() async throws {
        try await Container.withVolume { container in
            try await container.start()
            try await container.waitUntilHealthy()
            let client = try Connection(container.settings())
            let started = ContinuousClock.now
            try await Engine.text("stop", "--time", "20", container.name)
            #expect(ContinuousClock.now - started < .seconds(2))
            #expect(try await container.state("{{.State.ExitCode}}") == "0")
            #expect(await container.log().contains("database system is shut down"))
            _ = consume client
        }
    }
}
