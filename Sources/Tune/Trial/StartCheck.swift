import Core
import Postgres
import Server

/// Makes sure, before anything is written, that the server starts with a candidate.
struct StartCheck {
    let server: ServerState
    let progress: @Sendable (TuneProgress) -> Void

    /// Compares a candidate with the rules, and starts a scratch server with it where its programs can be reached.
    /// - Throws: ``Failure`` naming every conflict, or PostgreSQL's words.
    func prove(_ candidate: ServerState, _ connection: borrowing Connection) throws -> StartProof {
        try StartRules.problems(candidate).refuse()
        do {
            return try start(candidate, .of(server, connection))
        } catch let refusal as ScratchServer.Refusal {
            throw Failure.refused(
                "a scratch server does not start with this configuration: \(refusal.words)",
                fix: "Nothing was written. Fix what PostgreSQL names, or choose another value.")
        } catch let unreachable as ServerInstallation.Unreachable {
            return StartProof(method: .rules, reason: unreachable.reason)
        } catch let error as Failure where error.status.code > 128 {
            throw error
        } catch let error as Failure {
            return StartProof(method: .rules, reason: "the scratch server could not be made: \(error.message)")
        } catch let error as PostgresError {
            return StartProof(method: .rules, reason: "the scratch server could not be asked: \(error.message)")
        }
    }

    private func start(_ candidate: ServerState, _ installation: ServerInstallation) throws -> StartProof {
        progress(.doing("starting a scratch server with the planned configuration"))
        let scratch = try ScratchServer(installation, walSegmentSize: server.walSegmentSize)
        defer { scratch.remove() }
        var configuration = installation.autoConfiguration
        let changes = candidate.changes(since: server)
        for (name, value) in changes { configuration.set(name, value) }
        let fixed = server.settings.values.filter(\.isOnCommandLine).map { ($0.name, $0.setting) }
        let outcome = try scratch.attempt(configuration, commandLine: Dictionary(uniqueKeysWithValues: fixed)) {
            try ServerState($0).misread(changes.compactMapValues(\.self))
        }
        return StartProof(method: .scratchServer, sharedMemory: outcome.sharedMemory, hugePages: outcome.hugePages)
    }
}

extension ServerInstallation {
    /// The installation of a running server; only a superuser may know where that is.
    static func of(_ server: ServerState, _ connection: borrowing Connection) throws -> ServerInstallation {
        try of(dataDirectory: server.isSuperuser ? server.dataDirectory : nil, connection)
    }

    var autoConfigurationFile: String { dataDirectory + "/postgresql.auto.conf" }
    var autoConfiguration: AutoConfiguration { AutoConfiguration(fileBytes(autoConfigurationFile) ?? []) }

    func write(_ bytes: [UInt8]) throws { try AutoConfiguration.write(bytes, to: autoConfigurationFile, owner: owner) }
}
