package import Core
import FoundationEssentials
import Glibc
import Install
import Postgres

/// The start of a container, in four steps, each in a file of its own: its variables, which `Containers.md` describes, and
/// the paths that follow from them.
package struct ContainerStart {
    let environment: [String: String]
    /// Tells people what goes on.
    let talk: (String) -> Void

    /// - Parameter profiles: the values of `EMAILDB_TUNE_PROFILE`.
    /// - Throws: ``Failure`` when a value cannot be used, before anything is made.
    package init(
        _ environment: [String: String] = ProcessInfo.processInfo.environment, profiles: [String] = [],
        talk: @escaping (String) -> Void
    ) throws(Failure) {
        self.environment = environment
        self.talk = talk
        if let user = self[.containerUser], user != RolePassword.application {
            throw Failure(
                .usage,
                "POSTGRES_USER=\(user): the application logs in as \(RolePassword.application), and only as that",
                fix: """
                    Unset POSTGRES_USER. The superuser is postgres, who has no password and logs in inside the container: \
                    docker exec -it CONTAINER psql -U postgres
                    """)
        }
        if self[.containerPassword] != nil, self[.containerPasswordFile] != nil {
            throw Failure(.usage, "POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are both set; keep one")
        }
        var lists = [(EnvironmentVariable.role, ["primary", "standby"]), (.tls, ["off", "on"])]
        if !profiles.isEmpty { lists.append((.tuneProfile, profiles)) }
        for (variable, choices) in lists {
            guard let given = self[variable], !choices.contains(given) else { continue }
            let names = choices.dropLast().joined(separator: ", ") + " or " + (choices.last ?? "")
            throw Failure(
                .usage, "\(variable.name)=\(given): it is \(names), or not set; nothing was made",
                fix: "Start it again with \(variable.name)=\(choices[choices.count > 2 ? 1 : 0]), or another of these.")
        }
        if let port = self[.primaryPort], !(1...65535).contains(Int(port) ?? 0) {
            throw Failure(
                .usage, "EMAILDB_PRIMARY_PORT=\(port): a port is a number from 1 to 65535",
                fix: "Start it again with EMAILDB_PRIMARY_PORT=5432, or without it.")
        }
    }

    /// What a variable is set to; nil also when that is empty.
    subscript(_ variable: EnvironmentVariable) -> String? { variable.value(in: environment) }

    var isStandby: Bool { self[.role] == "standby" }
    var isTLSOnly: Bool { self[.tls] == "on" }
    var data: String { self[.dataDirectory] ?? "/var/lib/postgresql/data" }
    var slot: String { self[.replicationSlot] ?? "email_standby" }
    var sockets: String { self[.sockets] ?? "/var/run/postgresql" }
    /// Where secrets are mounted.
    var mountedSecrets: String { self[.secrets] ?? "/run/secrets" }

    /// Files that only the user of the server can read; made anew at each start.
    var privateFolder: String { sockets + "/.emaildb" }
    /// The secrets, until the server starts.
    var secrets: String { privateFolder + "/secrets" }
    /// The socket of the server that only this container reaches.
    var privateSockets: String { privateFolder + "/init" }
    /// The passwords that stay, in libpq's format: the health check's, and a standby's.
    var healthPasswordFile: String { privateFolder + "/pgpass" }
    var replicationPasswordFile: String { privateFolder + "/replication" }
    var rulesFile: String { privateFolder + "/pg_hba.conf" }
    var namesFile: String { privateFolder + "/pg_ident.conf" }
    /// The rules of the server that only this container reaches.
    var privateRulesFile: String { privateFolder + "/pg_hba_init.conf" }
    var certificateFile: String { privateFolder + "/tls.crt" }
    var keyFile: String { privateFolder + "/tls.key" }

    /// How a standby connects to its primary.
    var conninfo: String {
        let parameters = [
            ("host", self[.primaryHost] ?? "email-postgres"), ("port", self[.primaryPort] ?? "5432"),
            ("user", RolePassword.replication), ("passfile", replicationPasswordFile),
            ("sslmode", self[.primarySSLMode] ?? "prefer"), ("application_name", slot),
        ]
        return parameters.map { name, value in
            "\(name)='\(value.replacingScalars { $0 == "'" || $0 == "\\" ? "\\\($0)" : nil })'"
        }.joined(separator: " ")
    }

    /// The copy of a secret, if it was given and is not empty.
    func secret(_ name: String) -> String? {
        let path = secrets + "/" + name
        return Files.isFilled(path) ? path : nil
    }

    /// The server follows a primary; a promoted one does no longer.
    var isFollowing: Bool { Files.exists(data + "/standby.signal") }

    /// The name of the user of this process, which an arbitrary number lacks.
    static var userName: String? { getpwuid(geteuid()).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } }

    // MARK: - Programs

    /// Runs a program with this start's environment.
    /// - Parameter silent: the descriptors whose output is dropped.
    func run(
        _ words: [String], silent: [Int32] = [], adding variables: [String: String] = [:]
    ) throws(Failure) -> Int32 {
        try StopSignals.check()
        let output = Dictionary(uniqueKeysWithValues: silent.map { ($0, "/dev/null") })
        return try ChildProgram(
            words, environment: environment.merging(variables) { $1 }, output: output
        ).waitUnlessStopped()
    }

    /// What to become when every step is done.
    package func serverCommand(_ arguments: [String]) -> [String] {
        var options = ["hba_file=\(self[.accessRules] ?? rulesFile)", "ident_file=\(namesFile)"]
        if isTLSOnly { options += ["ssl=on", "ssl_cert_file=\(certificateFile)", "ssl_key_file=\(keyFile)"] }
        if Self.userName == nil { options.append("unix_socket_permissions=0700") }
        if isFollowing { options += ["primary_conninfo=\(conninfo)", "primary_slot_name=\(slot)"] }
        return ["postgres"] + options.flatMap { ["-c", $0] } + arguments
    }

    /// Removes the secrets that a start needed; the server runs without them.
    package func removeSecrets() {
        try? Files.remove(secrets)
        try? Files.remove(privateSockets)
    }
}
