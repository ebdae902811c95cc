package import Core
import Glibc
import Install
import Postgres

/// The third step of a start: who gets in, and by what certificate.
extension ContainerStart {
    package func writeAccess() throws(Failure) {
        let user = Self.userName
        try Files.write(Self.rules(user: user, isTLSOnly: isTLSOnly).utf8, to: rulesFile)
        try Files.write(Self.names(user: user).utf8, to: namesFile)
        try Files.write("local all \(LocalServer.superuser) trust\n".utf8, to: privateRulesFile)
        if isTLSOnly { try prepareTLS() }
    }

    /// pg_hba.conf.
    /// - Parameter user: the name of the server's user in the operating system; a user without one has no peers.
    static func rules(user: String?, isTLSOnly: Bool) -> String {
        // Without peers, the permissions of the socket keep everyone else out (unix_socket_permissions).
        let local =
            user == nil
            ? "local   all          all                trust"
            : """
            local   all          all                peer map=container
            local   replication  all                peer map=container
            """
        let host = isTLSOnly ? "hostssl" : "host"
        return """
            # Written at every start; EMAILDB_HBA_FILE names another file to use instead.
            \(local)
            host    all          \(LocalServer.superuser)           all  reject
            \(isTLSOnly ? "hostnossl all        all                all  reject\n" : "")\
            \(host) replication  \(RolePassword.replication)  all  scram-sha-256
            \(host) all          all                all  scram-sha-256

            """
    }

    /// pg_ident.conf: inside the container, root and the server's user log in as every role that logs in.
    static func names(user: String?) -> String {
        let roles = [LocalServer.superuser, RolePassword.replication] + RolePassword.roles
        return ["root", user ?? LocalServer.superuser].flatMap { user in roles.map { "container \(user) \($0)\n" } }
            .joined()
    }

    /// Puts the mounted certificate, or one of our own that the data directory keeps, where the server finds it: a key
    /// has to be a file that only its user can read, which a mounted secret is not.
    private func prepareTLS() throws(Failure) {
        var certificate = data + "/emaildb-tls.crt"
        var key = data + "/emaildb-tls.key"
        switch (secret("tls_certificate"), secret("tls_key")) {
        case (let mounted?, let mountedKey?): (certificate, key) = (mounted, mountedKey)
        case (nil, nil): try renew(certificate, key)
        default:
            throw Failure(
                .usage, "tls_certificate and tls_key belong together; one of them is missing or empty")
        }
        try Files.write(Files.read(certificate) ?? [], to: certificateFile)
        try Files.write(Files.read(key) ?? [], to: keyFile)
    }

    private func renew(_ certificate: String, _ key: String) throws(Failure) {
        let month = String(30 * 86_400)
        let silent = [STDOUT_FILENO, STDERR_FILENO]
        let isValid = try run(
            ["openssl", "x509", "-in", certificate, "-noout", "-checkend", month], silent: silent)
        if isValid == 0, Files.isFilled(key) { return }
        talk("making a certificate of our own; verify-full needs one that names this host, emaildb help containers")
        let name = (Files.text("/proc/sys/kernel/hostname") ?? "").splitScalars("\n")[0]
        let made = try run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "3650", "-subj", "/CN=email-postgres", "-addext",
                "subjectAltName=DNS:email-postgres,DNS:localhost,DNS:\(name),IP:127.0.0.1", "-keyout", key + ".new",
                "-out", certificate + ".new",
            ], silent: silent)
        guard made == 0 else { throw Failure(.failed, "openssl made no certificate (status \(made))") }
        try Files.move(key + ".new", to: key)
        try Files.move(certificate + ".new", to: certificate)
    }
}
