import Core
import Install
import Postgres

/// A PgBouncer configuration that is safe for tenants: transaction pooling, and nothing of a session outlives the
/// transaction of the client that made it.
///
/// It names no password: PgBouncer logs in as `email_pooler`, whose password is in the authentication file, and looks up
/// the SCRAM verifiers of the application's roles with `email_pooler_lookup`.
package struct PoolerConfiguration: Sendable {
    /// The server's host name, address or socket folder, as PgBouncer sees it.
    package var serverHost: String
    package var serverPort: String
    /// The database, which clients name the same.
    package var database: String
    /// The address to listen on; `*` for all.
    package var listenAddress = "127.0.0.1"
    package var listenPort = 6432
    /// The file with the password of `email_pooler`.
    package var authenticationFile = "/etc/pgbouncer/userlist.txt"
    /// The version of PgBouncer; nil keeps to what every version since ``PoolerVersion/oldest`` takes.
    package var version: PoolerVersion?
    /// The files of the certificate, and its key, that PgBouncer shows to clients, who then have to use TLS.
    package var clientTLS: (certificate: String, key: String)?
    /// The file of the authority that has signed the server's certificate, which is then checked, host name included.
    package var serverAuthority: String?

    /// The lines that keep a client from leaving anything behind for the next one.
    package static let resetLines = ["server_reset_query = DISCARD ALL", "server_reset_query_always = 1"]

    package init(serverHost: String, serverPort: String, database: String) {
        self.serverHost = serverHost
        self.serverPort = serverPort
        self.database = database
    }

    /// Whether the network between client and PgBouncer sees the traffic.
    package var sendsPlaintext: Bool {
        let isLocal = listenAddress.hasPrefix("127.") || ["localhost", "::1"].contains(listenAddress)
        return clientTLS == nil && !isLocal
    }

    /// The text of `pgbouncer.ini`.
    /// - Throws: ``Failure`` when PgBouncer cannot be told something.
    package func text() throws -> String {
        let problems = problems
        if !problems.isEmpty { throw Failure.refused("PgBouncer cannot be configured like this", problems) }
        let handsOnPreparedStatements = version.map { $0 >= .preparedStatements } ?? false
        let needed = handsOnPreparedStatements ? PoolerVersion.preparedStatements : .oldest
        return """
            ; PgBouncer \(needed) or later, for a database of emaildb. Printed by emaildb pool.
            ; Start it with an open file limit of 2048 or more (ulimit -n): a client is a file.

            [databases]
            \(database) = host=\(serverHost) port=\(serverPort)

            [pgbouncer]
            listen_addr = \(listenAddress)
            listen_port = \(listenPort)
            unix_socket_dir =

            ; The file holds one line, "email_pooler" "its password" (a " in it doubled), for PgBouncer alone to read. It
            ; cannot use a verifier there. Every other role is looked up, and logs in to the server with its own SCRAM keys.
            auth_type = scram-sha-256
            auth_file = \(authenticationFile)
            auth_user = email_pooler
            auth_query = SELECT role_name, verifier FROM public.email_pooler_lookup($1)
            ; SHOW POOLS and the like, and nothing that changes anything: psql -U email_pooler pgbouncer
            stats_users = email_pooler

            \(encryption.joined(separator: "\n"))

            pool_mode = transaction
            max_client_conn = 1000
            default_pool_size = 25
            reserve_pool_size = 5
            reserve_pool_timeout = 3
            ; 25 and the reserve of 5. With 25 here, as documented, a full pool would leave no room for the reserve to open.
            max_db_connections = 30
            ; The look-up of passwords needs a connection, too: without this limit no client could log in while all 30 are busy.
            max_user_connections = 29
            ; A client that waits longer than this for a connection gets an error, instead of an answer that comes too late.
            query_wait_timeout = 30
            ; Of JDBC. Never "options": a client that gave a tenant there would believe it to be set.
            ignore_startup_parameters = extra_float_digits

            \(handsOnPreparedStatements ? "" : Self.withoutPreparedStatements)max_prepared_statements = 200

            ; A client that says SET instead of set_config(.., true) must not hand its tenant to the next one; nor the audit's
            ; actor, an open cursor with its rows, a lock. In transaction mode only "always" runs the reset.
            \(Self.resetLines.joined(separator: "\n"))

            """
    }

    private static let withoutPreparedStatements = """
        ; Statements that drivers prepare need PgBouncer \(PoolerVersion.preparedStatements); one before 1.21 does not start with this line.
        ;
        """

    private var encryption: [String] {
        let server =
            serverAuthority.map { ["server_tls_sslmode = verify-full", "server_tls_ca_file = \($0)"] }
            ?? ["server_tls_sslmode = prefer"]
        if let clientTLS {
            return server + [
                "client_tls_sslmode = require", "client_tls_cert_file = \(clientTLS.certificate)",
                "client_tls_key_file = \(clientTLS.key)",
            ]
        }
        let warning = "; Clients are not encrypted: emaildb pool --tls-certificate FILE --tls-key FILE"
        return server + (sendsPlaintext ? [warning] : [])
    }

    /// What PgBouncer cannot be told.
    private var problems: [Problem] {
        var problems: [Problem] = []
        problems.need(
            Self.isPlain(database, "_-."),
            "PgBouncer takes database names of A-Z, a-z, 0-9, _, - and . only, not \(database.debugDescription)",
            "ALTER DATABASE \(SQL.identifier(database)) RENAME TO email_service;   -- or any such name")
        problems.need(
            database != "pgbouncer", "PgBouncer keeps the database name pgbouncer for itself",
            "ALTER DATABASE pgbouncer RENAME TO email_service;   -- or any other name")
        problems.need(
            Self.isPlain(serverHost, "_-.:/"),
            "\"\(serverHost)\" is not one host name, address or socket folder that PgBouncer takes",
            "emaildb pool --host SERVER")
        problems.need(
            Int(serverPort).map((1...65535).contains) == true, "\"\(serverPort)\" is not one port",
            "emaildb pool --port 5432")
        problems.need(
            Self.isPlain(listenAddress, "_-.:,*"), "\"\(listenAddress)\" is not an address to listen on",
            "emaildb pool --listen 127.0.0.1")
        for file in [authenticationFile, clientTLS?.certificate, clientTLS?.key, serverAuthority].compactMap(\.self) {
            let scalars = file.unicodeScalars
            problems.need(
                [scalars.first, scalars.last].allSatisfy { $0?.properties.isWhitespace == false }
                    && scalars.allSatisfy { $0.properties.generalCategory != .control },
                "a file name is empty, begins or ends with a blank, or holds a control character",
                "Rename the file: \(file.debugDescription)")
        }
        return problems
    }

    /// Whether a text holds nothing but ASCII letters, digits and a few other characters, and is not empty.
    private static func isPlain(_ text: String, _ others: String) -> Bool {
        let plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(others)".unicodeScalars
        return !text.isEmpty && text.unicodeScalars.allSatisfy { plain.contains($0) }
    }
}
