package import Core
import FoundationEssentials
import Glibc
import Install

/// The variables of a container and the paths that follow from them; `Containers.md` describes each.
package struct ContainerSettings: Sendable {
    package enum Kind: String, Sendable {
        case primary, standby
    }

    let data: String
    let kind: Kind
    let isTLSOnly: Bool
    let database: String
    let profile: String?
    /// Access rules to use instead of those that each start writes.
    let accessRules: String?
    let initdbArguments: [String]
    /// Where secrets are mounted.
    let mountedSecrets: String
    /// The password of the application, or the file that holds it.
    let password: String?
    let passwordFile: String?
    let primary: (host: String, port: String, sslmode: String)
    let slot: String
    let sockets: String

    /// Files that only the user of the server can read; made anew at each start.
    var privateFolder: String { sockets + "/.emaildb" }
    /// The secrets, until the server starts.
    var secrets: String { privateFolder + "/secrets" }
    /// The socket of the server that only this container reaches.
    var privateSockets: String { privateFolder + "/init" }
    /// The passwords that stay, in libpq's format: the health check's, and a standby's.
    var healthPasswordFile: String { privateFolder + "/pgpass" }
    var replicationPasswordFile: String { privateFolder + "/replication" }

    /// - Throws: ``Failure`` when a value cannot be used.
    package init(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws(Failure) {
        func value(_ variable: EnvironmentVariable) -> String? { variable.value(in: environment) }
        func choice(_ variable: EnvironmentVariable, _ first: String, _ second: String) throws(Failure) -> String {
            let given = value(variable) ?? first
            guard given == first || given == second else {
                throw Failure(.usage, "\(variable.name)=\(given): \(first) or \(second)")
            }
            return given
        }
        if let user = value(.containerUser), user != RolePassword.application {
            throw Failure(
                .usage,
                "POSTGRES_USER=\(user): the application logs in as \(RolePassword.application), and only as that",
                fix: """
                    Unset POSTGRES_USER. The superuser is postgres, who has no password and logs in inside the container: \
                    docker exec -it CONTAINER psql -U postgres
                    """)
        }
        password = value(.containerPassword)
        passwordFile = value(.containerPasswordFile)
        if password != nil, passwordFile != nil {
            throw Failure(.usage, "POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are both set; keep one")
        }
        kind = try choice(.role, "primary", "standby") == "primary" ? .primary : .standby
        isTLSOnly = try choice(.tls, "off", "on") == "on"
        data = value(.dataDirectory) ?? "/var/lib/postgresql/data"
        database = value(.containerDatabase) ?? "email_service"
        profile = value(.tuneProfile)
        accessRules = value(.accessRules)
        initdbArguments = (value(.initdbArguments) ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
        mountedSecrets = value(.secrets) ?? "/run/secrets"
        primary = (
            value(.primaryHost) ?? "email-postgres", value(.primaryPort) ?? "5432",
            value(.primarySSLMode) ?? "prefer"
        )
        slot = value(.replicationSlot) ?? "email_standby"
        sockets = value(.sockets) ?? "/var/run/postgresql"
    }

    var conninfo: String {
        let parameters = [
            ("host", primary.host), ("port", primary.port), ("user", RolePassword.replication),
            ("passfile", replicationPasswordFile), ("sslmode", primary.sslmode), ("application_name", slot),
        ]
        return parameters.map { name, value in
            "\(name)='" + value.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] } + "'"
        }.joined(separator: " ")
    }

    /// The copy of a secret, if it was given and is not empty.
    func secret(_ name: String) -> String? {
        let path = secrets + "/" + name
        return Files.isFilled(path) ? path : nil
    }

    /// The server follows a primary; a promoted one does no longer.
    var isFollowing: Bool { Files.exists(data + "/standby.signal") }

    /// The server is being restored, and decides itself when it is done.
    var isRestoring: Bool { Files.exists(data + "/recovery.signal") }

    /// The name of the user of this process, which an arbitrary number lacks.
    static var userName: String? { getpwuid(geteuid()).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } }
}

/// The start of a container, in four steps, each in a file of its own.
package struct ContainerStart {
    let settings: ContainerSettings
    /// Tells people what goes on.
    let talk: (String) -> Void

    package init(_ settings: ContainerSettings, talk: @escaping (String) -> Void) {
        self.settings = settings
        self.talk = talk
    }
}

/// Files of a container, made for their owner alone.
enum Files {
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func isFilled(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size > 0
    }

    /// Mode and owner, for messages.
    static func owner(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return String(cString: strerror(errno)) }
        return "mode \(String(status.st_mode & 0o7777, radix: 8)), uid \(status.st_uid)"
    }

    static func read(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { [UInt8]($0) } }

    static func write(_ text: String, to path: String) throws(Failure) { try write(Array(text.utf8), to: path) }

    static func write(_ bytes: [UInt8], to path: String, adding: Bool = false) throws(Failure) {
        let file = open(path, O_WRONLY | O_CREAT | (adding ? O_APPEND : O_TRUNC) | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure(path) }
            rest = rest.dropFirst(count)
        }
    }

    static func makeFolder(_ path: String) throws(Failure) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch { throw Failure(.refused, "\(path) cannot be made: \(error)") }
    }

    static func remove(_ path: String) throws(Failure) {
        guard exists(path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch { throw Failure(.refused, "\(path) cannot be removed: \(error)") }
    }

    static func move(_ path: String, to place: String) throws(Failure) {
        guard rename(path, place) == 0 else { throw failure(place) }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(.refused, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}

/// Programs that a start runs, with its own environment and output.
enum Programs {
    /// What of its output goes to the log.
    enum Output { case all, errors, nothing }

    static func run(
        _ words: [String], showing shown: Output = .all, adding variables: [String: String] = [:]
    ) throws(Failure) -> Int32 {
        try StopSignals.check()
        let program = try start(words, showing: shown, adding: variables)
        return try program.waitUnlessStopped()
    }

    static func start(
        _ words: [String], showing shown: Output = .all, adding variables: [String: String] = [:]
    ) throws(Failure) -> ChildProgram {
        let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(nothing) }
        return try ChildProgram(
            words, environment: ProcessInfo.processInfo.environment.merging(variables) { _, ours in ours },
            output: (shown == .all ? nil : nothing, shown == .nothing ? nothing : nil))
    }
}
