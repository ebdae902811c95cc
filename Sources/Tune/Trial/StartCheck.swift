import Core
import Postgres
import Server

/// Makes sure, before anything is written, that the server starts with a candidate.
struct StartCheck {
    let server: ServerState
    let progress: @Sendable (TuneProgress) -> Void

    /// Compares a candidate with the rules, and starts a scratch server with it where its programs can be reached.
    /// - Throws: ``Failure`` naming every conflict, or PostgreSQL's words.
    func prove(_ candidate: Candidate, _ connection: borrowing Connection) throws -> StartProof {
        let problems = StartRules.problems(candidate, server)
        guard problems.isEmpty else { throw Failure.refused(StartRules.refusal, problems) }
        let installation: ServerInstallation
        do {
            installation = try .of(dataDirectory: server.isSuperuser ? server.dataDirectory : nil, connection)
        } catch let unreachable as ServerInstallation.Unreachable {
            return StartProof(method: .rules, reason: unreachable.reason)
        } catch let error as Failure {
            return StartProof(method: .rules, reason: error.message)
        }
        progress(.doing("starting a scratch server with the planned configuration"))
        do {
            let scratch = try ScratchServer(installation, walSegmentSize: server.walSegmentSize)
            defer { scratch.remove() }
            var configuration = AutoConfiguration(
                fileText(installation.dataDirectory + "/postgresql.auto.conf") ?? "")
            for (name, value) in candidate.changes { configuration.set(name, value) }
            let fixed = server.settings.values.filter(\.isOnCommandLine).map { ($0.name, $0.setting) }
            let outcome = try scratch.attempt(configuration, commandLine: Dictionary(uniqueKeysWithValues: fixed)) {
                try ServerState($0).misread(candidate.changes.compactMapValues(\.self))
            }
            return StartProof(
                method: .scratchServer, sharedMemory: outcome.sharedMemory, hugePages: outcome.hugePages)
        } catch let refusal as ScratchServer.Refusal {
            throw Failure.refused(
                "a scratch server does not start with this configuration: \(refusal.words)",
                fix: "Nothing was written. Fix what PostgreSQL names, or choose another value.")
        } catch let error as Failure {
            return StartProof(method: .rules, reason: "the scratch server could not be made: \(error.message)")
        } catch let error as PostgresError {
            return StartProof(method: .rules, reason: "the scratch server could not be asked: \(error.message)")
        }
    }
}
