import ArgumentParser
import Backup
import Core
import Postgres
import Report
import Server

/// Where backups are, and PostgreSQL's programs for them.
struct RepositoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Folder of the backups and the log.", valueName: "folder"), completion: .directory)
    var repository: String

    @Option(
        help: ArgumentHelp(
            "Folder of PostgreSQL's programs (holds bin/postgres), of the server's version.", valueName: "folder"),
        completion: .directory)
    var postgres: String?

    /// Opens the repository, as its owner from here on.
    func open(into: String? = nil) throws -> Repository {
        try RepositoryUser.become(ownerOf: repository, into: into)
        return try Repository(repository)
    }

    /// The programs for a repository whose server need not run.
    func programs(_ repository: Repository) throws -> BackupPrograms {
        try BackupSource.programs(for: repository, asked: postgres)
    }
}

extension ConnectionOptions {
    /// Looks at the server, then becomes the owner of the repository.
    /// - Parameter body: gets the session, and what was seen.
    func withSource<Value>(
        _ options: RepositoryOptions, makesRepository: Bool = false, needsPrimary: Bool = true,
        _ body: (borrowing Connection, BackupSource) throws -> Value
    ) throws -> Value {
        var (settings, database) = try resolve()
        settings["dbname"] = database
        let session = try Connection(settings)
        let source = try BackupSource(
            session, settings, database: database, postgres: options.postgres, needsPrimary: needsPrimary)
        if makesRepository {
            try RepositoryUser.become(ownerOf: options.repository, making: source.serverUser)
        } else {
            try RepositoryUser.become(ownerOf: options.repository)
        }
        return try body(session, source)
    }

    /// The server where it can be reached, else why not.
    func sourceIfReached(_ options: RepositoryOptions) throws -> (source: BackupSource?, unreached: String?) {
        do {
            return (try withSource(options, needsPrimary: false) { $1 }, nil)
        } catch let error as PostgresError where error.kind == .connect || error.kind == .connectionLost {
            try RepositoryUser.become(ownerOf: options.repository)
            return (nil, String(error.message.prefix { $0 != "\n" }))
        }
    }
}
