import Core
import FoundationEssentials
import Postgres
import Server

/// Makes sure, before anything is written, that the server starts with a candidate.
struct StartCheck {
    let server: ServerState
    let progress: @Sendable (TuneProgress) -> Void

    /// Holds a candidate against the rules, and starts a scratch server with it where its programs can be reached.
    /// - Throws: ``Failure`` naming every conflict, or PostgreSQL's words.
    func prove(_ candidate: Candidate, _ connection: borrowing Connection) throws -> StartProof {
        let problems = StartRules.problems(candidate, server)
        guard problems.isEmpty else { throw Failure.refused(StartRules.refusal, problems) }
        let installation: ServerInstallation
        do {
            installation = try ServerInstallation.of(
                dataDirectory: server.isSuperuser ? server.dataDirectory : nil, connection)
        } catch let unreachable as ServerInstallation.Unreachable {
            return StartProof(.rules, reason: unreachable.reason)
        } catch let error as Failure {
            return StartProof(.rules, reason: error.message)
        }
        progress(.proving)
        do {
            let scratch = try ScratchServer(installation, walSegmentSize: server.walSegmentSize)
            defer { scratch.remove() }
            let expected = candidate.changes.compactMapValues { $0 }
            let outcome = try scratch.attempt(configuration(candidate, installation), commandLine: commandLine) {
                try ServerState($0).misread(expected)
            }
            return StartProof(.scratchServer, sharedMemory: outcome.sharedMemory, hugePages: outcome.hugePages)
        } catch let refusal as ScratchServer.Refusal {
            throw Failure.refused(
                "a scratch server does not start with this configuration: \(refusal.words)",
                fix: "Nothing was written. Fix what PostgreSQL names, or choose another value.")
        } catch let error as Failure {
            return StartProof(.rules, reason: "the scratch server could not be made: \(error.message)")
        } catch let error as PostgresError {
            return StartProof(.rules, reason: "the scratch server could not be asked: \(error.message)")
        }
    }

    private func configuration(_ candidate: Candidate, _ installation: ServerInstallation) -> AutoConfiguration {
        let path = installation.dataDirectory + "/postgresql.auto.conf"
        let present = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        var configuration = AutoConfiguration(present)
        for (name, value) in candidate.changes { configuration.set(name, value) }
        return configuration
    }

    private var commandLine: [String: String] {
        server.settings.values.filter(\.isOnCommandLine).reduce(into: [:]) { result, setting in
            result[setting.name] = setting.setting
        }
    }
}
