package import Core
import FoundationEssentials
import Glibc
package import Postgres
package import Server

/// The cluster that is backed up, as a superuser sees it, and PostgreSQL's own programs for it.
package struct BackupSource: Sendable {
    package let database: String
    let row: Row
    /// With the password that was used, as the password file may be closed to the user that this process becomes.
    private(set) var settings: ConnectionSettings
    /// For the programs: everything but the password.
    private let parameters: [String: String]
    package let binaries: ServerBinaries
    /// The user of the server's files, where they are on this machine.
    package let serverUser: ServerUser?

    package var systemIdentifier: String { row.text("system_identifier") }
    package var version: String { row.text("version") }
    package var major: Int { Int(version.prefix { $0.isNumber }) ?? 0 }
    var superuser: String { row.text("superuser") }
    var segmentSize: UInt64 { UInt64(row.text("segment_size")) ?? 16 << 20 }
    /// The segment that the server writes to.
    package var segment: LogSegment? { row["segment"].flatMap { LogSegment($0, size: segmentSize) } }
    package var position: LogPosition? { row["position"].flatMap { LogPosition($0) } }

    /// Looks at the server.
    /// - Parameters:
    ///   - asked: the folder of PostgreSQL's programs, when one was named.
    ///   - needsPrimary: whether a standby will not do.
    /// - Throws: ``Failure``, refused, when the role is no superuser, or there are no programs of the server's version.
    package init(
        _ connection: borrowing Connection, _ settings: ConnectionSettings, database: String, postgres asked: String?,
        needsPrimary: Bool = true
    ) throws {
        try Session.pin(connection)
        guard let row = try connection.query(SQLFile("backup_source")).first else {
            throw Failure(.failed, "the server says nothing about itself")
        }
        self.row = row
        self.database = database
        var settings = settings
        settings["dbname"] = database
        if let password = connection.password { settings["password"] = password }
        self.settings = settings
        var parameters = settings.resolved() ?? settings.parameters
        for name in ["password", "dbname", "options", "replication"] { parameters[name] = nil }
        parameters["user"] = connection.user
        self.parameters = parameters
        var problems: [Problem] = []
        problems.need(
            row.flag("is_superuser"), "\(connection.user) is no superuser, and only one may copy the whole cluster",
            "--username postgres")
        problems.need(
            !needsPrimary || !row.flag("is_standby"), "this server is a standby",
            "Name its primary with --host and --port.")
        problems.need(
            row["tablespaces"] == nil,
            "the cluster has tablespaces of its own (\(row.text("tablespaces"))), which this engine cannot copy",
            "ALTER DATABASE .. SET TABLESPACE pg_default, then DROP TABLESPACE; or use pgBackRest for this cluster.")
        if !problems.isEmpty { throw Failure.refused("this server cannot be backed up so", problems) }
        let local = try? ServerInstallation.of(dataDirectory: row["data_directory"], connection)
        serverUser = local?.owner
        binaries = try Self.programs(asked, local?.binaries, major: connection.serverVersion / 10_000)
    }

    /// PostgreSQL's programs of a major version.
    static func programs(_ asked: String?, _ local: ServerBinaries?, major: Int) throws -> ServerBinaries {
        if let named = asked ?? EnvironmentVariable.postgres.value { return try ServerBinaries(directory: named) }
        if let local { return local }
        for folder in ["/usr/lib/postgresql/\(major)", "/usr/pgsql-\(major)"] {
            if let found = try? ServerBinaries(directory: folder) { return found }
        }
        throw Failure.refused(
            "PostgreSQL's own programs, version \(major), are not on this machine",
            fix: "apt-get install postgresql-\(major)   # or name the folder above bin: --postgres DIR")
    }

    /// PostgreSQL's programs for a repository whose server need not run.
    package static func programs(for repository: Repository, asked: String?) throws -> BackupPrograms {
        BackupPrograms(binaries: try programs(asked, nil, major: repository.record.major))
    }

    /// The server's programs, run as the owner of the repository.
    var programs: BackupPrograms { BackupPrograms(binaries: binaries, password: settings["password"]) }

    /// What libpq programs connect with; without a password, as others can read a program's arguments.
    func conninfo(database: String? = nil) -> String {
        var all = parameters
        all["dbname"] = database
        return all.sorted { $0.key < $1.key }.map { name, value in
            "\(name)='\(value.replacingScalars { $0 == "'" || $0 == "\\" ? "\\\($0)" : nil })'"
        }.joined(separator: " ")
    }

    /// Another session with the server.
    func connect() throws -> Connection {
        let connection = try Connection(settings)
        try Session.pin(connection)
        return connection
    }

    /// - Throws: ``Failure``, refused, when the role may not open a replication connection.
    func requireReplication() throws {
        var settings = settings
        settings["replication"] = "true"
        do { _ = try Connection(settings) } catch {
            let user = parameters["user"] ?? superuser
            throw Failure.refused(
                "the server lets \(user) in, but not for replication, by which backups are taken: \(error.message)",
                fix:
                    "Add to pg_hba.conf, then reload:  local replication \(user) peer   # or: host replication \(user) ADDRESS/32 scram-sha-256"
            )
        }
    }

    /// - Throws: ``Failure``, refused, when the repository is of another cluster.
    package func require(_ repository: Repository) throws(Failure) {
        let record = repository.record
        guard record.systemIdentifier == systemIdentifier else {
            throw Failure.refused(
                "\(repository.folder) is the repository of another cluster: \(record.systemIdentifier), and this one is \(systemIdentifier)",
                fix: "emaildb backup init --repository OTHER-FOLDER")
        }
        guard record.major == major else {
            throw Failure.refused(
                "\(repository.folder) holds backups of PostgreSQL \(record.major), and this server has become \(major)",
                fix: "emaildb backup init --repository OTHER-FOLDER")
        }
    }
}

/// PostgreSQL's programs, run to their end as the user of this process.
package struct BackupPrograms: Sendable {
    package let binaries: ServerBinaries
    var password: String?

    package init(binaries: ServerBinaries, password: String? = nil) {
        self.binaries = binaries
        self.password = password
    }

    package static var user: ServerUser { ServerUser(id: geteuid(), group: getegid()) }

    var environment: [String: String] {
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
        variables["LC_ALL"] = "C"
        variables["TZ"] = "UTC"
        variables["PGPASSWORD"] = password
        return variables
    }

    /// Runs a program, whatever its status; it dies with this process.
    func attempt(_ name: String, _ arguments: [String]) throws(Failure) -> ProgramOutcome {
        try binaries.run(name, arguments, as: Self.user, environment: environment, diesWithThis: true)
    }

    /// Runs a program.
    /// - Throws: ``Failure`` with its last words unless its status is 0.
    @discardableResult
    func run(_ name: String, _ arguments: [String], fix: String) throws(Failure) -> ProgramOutcome {
        let outcome = try attempt(name, arguments)
        guard outcome.status == 0 else { throw Failure(.failed, "\(name) failed: \(outcome.lastErrors)", fix: fix) }
        return outcome
    }

    /// - Throws: ``Failure``, refused, when the programs are of another major version.
    func require(major: Int) throws(Failure) {
        let version = try attempt("postgres", ["--version"])
        guard version.status == 0, version.majorVersion == String(major)[...] else {
            let found = version.output.isEmpty ? version.lastErrors : String(version.output.prefix { $0 != "\n" })
            throw Failure.refused(
                "\(binaries.directory) holds \(found), and this needs PostgreSQL \(major)",
                fix: "Name the folder above bin of version \(major): --postgres /usr/lib/postgresql/\(major)")
        }
    }

    /// Runs a shell script with arguments.
    func shell(_ script: String, _ arguments: [String]) throws(Failure) -> ProgramOutcome {
        try ServerBinaries.shell(script, arguments, environment: environment)
    }
}

/// As whom the program works with a repository.
package enum RepositoryUser {
    /// Makes root the owner of the repository, for good: PostgreSQL refuses to run as root, and what lies in a folder of somebody
    /// is that one's to decide.
    /// - Parameters:
    ///   - folder: the repository.
    ///   - proposed: whose it becomes when it is not there yet, and root makes it.
    ///   - into: another folder that is made, or is empty, for this user to write in.
    package static func become(ownerOf folder: String, making proposed: ServerUser?? = .none, into: String? = nil)
        throws(Failure)
    {
        guard geteuid() == 0 else { return }
        let folder = Paths.absolute(folder)
        var status = stat()
        if case .some(let proposed) = proposed, stat(folder, &status) != 0 {
            let user =
                proposed ?? getpwnam("postgres").map { ServerUser(id: $0.pointee.pw_uid, group: $0.pointee.pw_gid) }
            try Files.makeFolder(folder, owner: user ?? .nobody)
            chmod(folder, 0o700)
        }
        guard stat(folder, &status) == 0 else {
            throw Failure.refused(
                "\(folder) does not exist", fix: "emaildb backup init --repository \(folder.quotedForShell)")
        }
        guard status.st_uid != 0 else {
            throw Failure.refused(
                "\(folder) belongs to root, as whom PostgreSQL's programs do not run",
                fix: "chown -R postgres: \(folder.quotedForShell)")
        }
        let user = ServerUser(id: status.st_uid, group: status.st_gid)
        if let into = into.map(Paths.absolute), stat(into, &status) != 0 { try Files.makeFolder(into, owner: user) }
        guard setgroups(0, nil) == 0, setgid(user.group) == 0, setuid(user.id) == 0, setuid(0) != 0 else {
            throw Failure.refused(
                "this process cannot become user \(user.id), the owner of \(folder)", fix: "Run as that user.")
        }
    }
}
