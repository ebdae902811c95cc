package import Core
import FoundationEssentials
import Glibc
import Install

/// The first step of a start: secrets are copied to where only the server's user can read them.
extension ContainerStart {
    /// The user of the server, to whom root gives up its rights after this step.
    private static let serverUser = "postgres"

    /// Copies the secrets and writes the password files that stay; as root, gives all to the server's user.
    package func collectSecrets() throws(Failure) {
        guard geteuid() == 0 else { return try copy() }
        do throws(Failure) {
            try Files.makeFolder(settings.data)
            try copy()
            let given = try Programs.run([
                "find", settings.data, settings.sockets, "!", "-user", Self.serverUser, "-exec", "chown", "-h",
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

    /// What the server must not find in its environment.
    package static let secretVariables = ["POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "PGPASSWORD"]

    private func copy() throws(Failure) {
        try Files.remove(settings.privateFolder)
        for folder in [settings.secrets, settings.privateSockets] { try Files.makeFolder(folder) }
        for role in RolePassword.roles + [RolePassword.replication] {
            try copy("\(role)_password", as: role, isPassword: true)
        }
        for name in ["tls_certificate", "tls_key"] { try copy(name, as: name) }
        if let file = settings.passwordFile {
            guard Files.exists(file) else { throw Failure(.usage, "POSTGRES_PASSWORD_FILE=\(file) does not exist") }
            try copy(from: file, as: RolePassword.application, isPassword: true)
        } else if let password = settings.password {
            try Files.write(password, to: settings.secrets + "/" + RolePassword.application)
        }
        try writePasswordFiles()
    }

    private func copy(_ file: String, as name: String, isPassword: Bool = false) throws(Failure) {
        let path = settings.mountedSecrets + "/" + file
        if Files.exists(path) { try copy(from: path, as: name, isPassword: isPassword) }
    }

    private func copy(from path: String, as name: String, isPassword: Bool = false) throws(Failure) {
        guard let bytes = Files.read(path) else {
            throw Failure(
                .refused, "\(path) cannot be read as uid \(geteuid()) (it has \(Files.owner(path)))",
                fix: "Compose mounts a secret file as it is on the host: chmod 444 it, in a directory with mode 700.")
        }
        if isPassword, !bytes.isEmpty, RolePassword.text(bytes) == nil {
            throw Failure(.usage, "\(path) is no UTF-8 text, holds only a line end, or a NUL character")
        }
        try Files.write(bytes, to: settings.secrets + "/" + name)
    }

    /// The logins that stay: of the health check, and of a standby at its primary.
    private func writePasswordFiles() throws(Failure) {
        let monitor = Role.monitor.name
        if settings.secret(monitor) == nil {
            if settings.kind == .standby {
                talk("no secret \(monitor)_password: the health check of this standby cannot log in")
            } else {
                // Only the health check needs it, and every start makes another.
                var random = SystemRandomNumberGenerator()
                let password = (0..<3).map { _ in String(random.next(), radix: 36) }.joined()
                try Files.write(password, to: settings.secrets + "/" + monitor)
            }
        }
        try write(monitor, at: "127.0.0.1", to: settings.healthPasswordFile)
        try write(RolePassword.replication, at: "*", to: settings.replicationPasswordFile)
    }

    private func write(_ role: String, at host: String, to file: String) throws(Failure) {
        guard let secret = settings.secret(role), let password = Files.read(secret).flatMap(RolePassword.text) else {
            return
        }
        let escaped = String(password.flatMap { $0 == ":" || $0 == "\\" ? ["\\", $0] : [$0] })
        try Files.write("\(host):*:*:\(role):\(escaped)\n", to: file)
    }
}
