import ArgumentParser
import Pooler
import Postgres

/// What `pool` prints beside where the server is.
struct PoolerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address to listen on (default: 127.0.0.1); * for all.", valueName: "address"))
    var listen: String?

    @Option(help: ArgumentHelp("Port to listen on (default: 6432).", valueName: "port"))
    var listenPort: Int?

    @Option(
        help: ArgumentHelp(
            "File with the password of email_pooler, as PgBouncer sees it (default: /etc/pgbouncer/userlist.txt).",
            valueName: "file"), completion: .file())
    var authFile: String?

    @Option(
        help: ArgumentHelp(
            "PgBouncer's version: from 1.22 on it hands on prepared statements (default: what 1.18 takes, too).",
            valueName: "version"), transform: Self.version)
    var poolerVersion: PoolerVersion?

    @Option(
        help: ArgumentHelp("Certificate to show to clients, who then have to use TLS.", valueName: "file"),
        completion: .file())
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("Key of that certificate.", valueName: "file"), completion: .file())
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Authority that has signed the server's certificate: check it and the host name.", valueName: "file"),
        completion: .file())
    var serverCa: String?

    private static func version(_ text: String) throws -> PoolerVersion {
        guard let version = PoolerVersion(text) else { throw ValidationError("A version looks like 1.24.") }
        return version
    }

    /// Whether any of them is given.
    var isGiven: Bool {
        let texts = [listen, authFile, tlsCertificate, tlsKey, serverCa]
        return texts.contains { $0 != nil } || listenPort != nil || poolerVersion != nil
    }

    func validate() throws {
        if let listenPort, !(1...65535).contains(listenPort) {
            throw ValidationError("--listen-port: from 1 to 65535.")
        }
        if (tlsCertificate == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-certificate and --tls-key need each other.")
        }
        if let poolerVersion, poolerVersion < .oldest {
            throw ValidationError("--pooler-version: PgBouncer \(PoolerVersion.oldest) or later is needed.")
        }
    }

    /// The configuration for the server that some connection settings lead to.
    func configuration(_ settings: ConnectionSettings, _ database: String) throws -> PoolerConfiguration {
        guard let resolved = settings.resolved() else {
            throw ValidationError("The connection settings cannot be used: is the service in the service file?")
        }
        func value(_ keyword: String) -> String? { resolved[keyword] }
        var configuration = PoolerConfiguration(
            serverHost: value("host") ?? value("hostaddr") ?? "127.0.0.1", serverPort: value("port") ?? "5432",
            database: database)
        if let listen { configuration.listenAddress = listen }
        if let listenPort { configuration.listenPort = listenPort }
        if let authFile { configuration.authenticationFile = authFile }
        configuration.version = poolerVersion
        if let tlsCertificate, let tlsKey { configuration.clientTLS = (tlsCertificate, tlsKey) }
        configuration.serverAuthority = serverCa
        return configuration
    }
}
