package import Core
import FoundationEssentials
import Glibc
import Install
import Postgres

/// The first step of a start: secrets are copied to where only the server's user can read them.
extension ContainerStart {
    /// The user of the server, to whom root gives up its rights after this step.
    private static let serverUser = "postgres"

    /// Copies the secrets and writes the password files that stay; as root, gives all to the server's user.
    package func collectSecrets() throws(Failure) {
        guard geteuid() == 0 else { return try copy() }
        do throws(Failure) {
            try Files.makeFolder(data)
            try copy()
            let given = try run([
                "find", data, sockets, "!", "-user", Self.serverUser, "-exec", "chown", "-h",
                "\(Self.serverUser):\(Self.serverUser)", "{}", "+",
            ])
            guard given == 0 else {
                throw Failure(.refused, "the server's files cannot be given to \(Self.serverUser), see above")
            }
        } catch {
            guard error.status == .refused, error.problems.allSatisfy({ $0.fix == nil }) else { throw error }
            throw Failure(
                .refused, error.message,
                fix: """
                    Root needs the capabilities CHOWN, DAC_READ_SEARCH, FOWNER, SETUID and SETGID; without them start it as \
                    the server's user: docker run --user 999
                    """)
        }
    }

    private func copy() throws(Failure) {
        try Files.remove(privateFolder)
        for folder in [secrets, privateSockets] { try Files.makeFolder(folder) }
        for role in RolePassword.roles + [RolePassword.replication] {
            try copy(mountedSecrets + "/\(role)_password", as: role, isPassword: true)
        }
        for name in ["tls_certificate", "tls_key"] { try copy(mountedSecrets + "/" + name, as: name) }
        if let file = self[.containerPasswordFile] {
            guard Files.exists(file) else { throw Failure(.usage, "POSTGRES_PASSWORD_FILE=\(file) does not exist") }
            try copy(file, as: RolePassword.application, isPassword: true)
        } else if let password = self[.containerPassword] {
            try Files.write(password.utf8, to: secrets + "/" + RolePassword.application)
        }
        try writePasswordFiles()
        // What the server must not find in its environment.
        for name in ["POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "PGPASSWORD"] { unsetenv(name) }
    }

    /// Copies a secret, if there is one.
    private func copy(_ path: String, as name: String, isPassword: Bool = false) throws(Failure) {
        guard Files.exists(path) else { return }
        guard let bytes = Files.read(path) else {
            throw Failure(
                .refused, "\(path) cannot be read as uid \(geteuid()) (it has \(Files.owner(path)))",
                fix: "Compose mounts a secret file as it is on the host: chmod 444 it, in a directory with mode 700.")
        }
        if isPassword, !bytes.isEmpty, RolePassword.text(bytes) == nil {
            throw Failure(.usage, "\(path) is no UTF-8 text, holds only a line end, or a NUL character")
        }
        try Files.write(bytes, to: secrets + "/" + name)
    }

    /// The logins that stay: of the health check, and of a standby at its primary.
    private func writePasswordFiles() throws(Failure) {
        let monitor = Role.monitor.name
        if secret(monitor) == nil {
            if isStandby {
                talk("no secret \(monitor)_password: the health check of this standby cannot log in")
            } else {
                // Only the health check needs it, and every start makes another.
                try Files.write(UUID().uuidString.utf8, to: secrets + "/" + monitor)
            }
        }
        try write(monitor, at: "127.0.0.1", to: healthPasswordFile)
        try write(RolePassword.replication, at: "*", to: replicationPasswordFile)
    }

    private func write(_ role: String, at host: String, to file: String) throws(Failure) {
        guard let secret = secret(role), let password = Files.read(secret).flatMap(RolePassword.text) else {
            return
        }
        let escaped = password.replacingScalars { $0 == ":" || $0 == "\\" ? "\\\($0)" : nil }
        try Files.write("\(host):*:*:\(role):\(escaped)\n".utf8, to: file)
    }
}
