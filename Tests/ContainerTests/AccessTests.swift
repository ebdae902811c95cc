import Foundation
import Postgres
import TestSupport
import Testing

/// Who the container runs as, who gets in, and by what.
@Suite(.onEngine) struct AccessTests {
    private static let readOnly = [
        "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
        "--tmpfs", "/var/run/postgresql:mode=1777", "--tmpfs", "/tmp:mode=1777",
    ]
    private static let elsewhere = ["--env", "PGDATA=/var/lib/postgresql/data/pgdata"]
    private static let dropping = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETUID", "SETGID"].flatMap { ["--cap-add", $0] }
    private static let users: [[String]] = [
        ["--user", "0"],
        ["--user", "999"],
        ["--user", "12345:54321"] + elsewhere,
        ["--user", "12345:0"] + elsewhere + readOnly,
        readOnly,
        ["--user", "0", "--cap-drop", "ALL"] + dropping,
    ]

    @Test(arguments: users) func itRunsAs(options: [String]) async throws {
        try await Container.withVolume { container in
            try await container.start(options)
            try await container.waitUntilHealthy()
            try await container.requireServerIsNotRoot()
            try Connection(container.settings()).query("SELECT count(*) FROM email_messages")
            try await container.requireClean()
            try await Engine.text("restart", container.name)
            try await container.waitUntilHealthy()
            try await container.requireClean()
        }
    }

    @Test("A directory of another user is refused, with the way out") func foreignDirectory() async throws {
        try await Container.withVolume { container in
            try await container.start(["--user", "12345"])
            #expect(try await container.waitForEnd() == "4")
            #expect(await container.log().contains("PGDATA=/var/lib/postgresql/data/pgdata"))
        }
        try await Container.withVolume { container in
            try await container.start(["--user", "0", "--cap-drop", "ALL"])
            #expect(try await container.waitForEnd() == "4")
            #expect(await container.log().contains("docker run --user 999"))
        }
        try await Container.withVolume { container in
            try container.secrets.write("email_monitor_password", "m", mode: 0o600)
            try await container.start()
            #expect(try await container.waitForEnd() == "4")
            #expect(await container.log().contains("cannot be read as uid 999"))
            // Root reads it, and then drops its rights.
            try await container.remove()
            try await container.start(["--user", "0"])
            try await container.waitUntilHealthy()
        }
    }

    @Test("The application is an ordinary role, and the superuser has no way in") func roles() async throws {
        try await Container.withVolume { container in
            try await container.start(["--env", "POSTGRES_USER=email_service", "--env", "POSTGRES_DB=email_service"])
            try await container.waitUntilHealthy()
            let role = try Connection(container.settings()).query(
                "SELECT * FROM pg_roles WHERE rolname = current_user")
            for attribute in ["rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication"] {
                #expect(role.first?[attribute] == "f")
            }
            let superuser = try failure { try Connection(container.settings("postgres", password: "application")) }
            #expect(superuser.description.contains("pg_hba.conf rejects connection"), "\(superuser)")
            #expect(try await container.superuser("SELECT rolpassword IS NULL FROM pg_authid WHERE oid = 10") == "t")
        }
    }

    @Test("With TLS no client comes without it, and the server can be verified") func encryption() async throws {
        try await Container.withVolume { container in
            try await container.start()
            try await container.waitUntilHealthy()
            var plain = container.settings()
            plain["sslmode"] = "disable"
            let refused = try failure { try Connection(plain) }
            #expect(refused.description.contains("no encryption"), "\(refused)")
            let own = try await container.execute("cat", "/var/lib/postgresql/data/emaildb-tls.crt")
            try container.secrets.write("own.pem", own.output)
            try verifyFull(container, "own.pem")

            // A certificate of one's own authority, mounted beside the passwords.
            let made = try await CommandRunner.run(
                "/bin/bash",
                [
                    "-ec",
                    """
                    cd '\(container.secrets.path)'
                    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority \
                        -keyout authority.key -out authority.pem
                    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
                        -keyout tls_key -out request.pem
                    openssl x509 -req -in request.pem -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 \
                        -extfile <(echo subjectAltName=DNS:localhost) -out tls_certificate
                    chmod 444 tls_key
                    """,
                ])
            try #require(made.status == 0, "\(made)")
            try await Engine.text("restart", container.name)
            try await container.waitUntilHealthy()
            try verifyFull(container, "authority.pem")
            // The control: the certificate from before proves nothing any more.
            let stranger = try failure { try verifyFull(container, "own.pem") }
            #expect(stranger.description.contains("certificate verify failed"), "\(stranger)")
        }
        try await Container.withVolume { container in
            try await container.start(["--env", "EMAILDB_TLS=off"])
            try await container.waitUntilHealthy()
            var plain = container.settings()
            plain["sslmode"] = "disable"
            let connection = try Connection(plain)
            #expect(connection.isEncrypted == false)
        }
    }

    private func verifyFull(_ container: Container, _ authority: String) throws {
        var settings = container.settings()
        settings["host"] = "localhost"
        settings["hostaddr"] = "127.0.0.1"
        settings["sslmode"] = "verify-full"
        settings["sslrootcert"] = "\(container.secrets.path)/\(authority)"
        let connection = try Connection(settings)
        #expect(connection.isEncrypted == true)
    }

    @Test func aProfileIsFittedIntoTheLimitOfTheContainer() async throws {
        try await Container.withVolume { container in
            try await container.start(["--memory", "1g", "--env", "EMAILDB_TUNE_PROFILE=production"])
            try await container.waitUntilHealthy()
            #expect(try await container.superuser("SHOW shared_buffers") == "256MB")
            #expect(try await container.superuser("SHOW max_connections") == "200")
            // Fitted anew when the limit is another one.
            try await container.remove()
            try await container.start(["--memory", "2g", "--env", "EMAILDB_TUNE_PROFILE=production"])
            try await container.waitUntilHealthy()
            #expect(try await container.superuser("SHOW shared_buffers") == "512MB")
            try await container.remove()
            try await container.start(["--env", "EMAILDB_TUNE_PROFILE=fast"])
            #expect(try await container.waitForEnd() == "64")
        }
        // Too little for the profile: said, and served all the same.
        try await Container.withVolume { container in
            try await container.start(["--memory", "96m", "--env", "EMAILDB_TUNE_PROFILE=production"])
            try await container.waitUntilHealthy()
            #expect(await container.log().contains("WARNING: emaildb tune ended with status"))
        }
    }
}

extension Container {
    fileprivate func requireServerIsNotRoot() async throws {
        let status = try await execute("cat", "/proc/1/status")
        let uid = status.output.split(separator: "\n").first { $0.hasPrefix("Uid:") }
        try #require(uid.map { !$0.contains("\t0\t") } == true, "\(status)")
        #expect(status.output.contains("postgres"))
    }
}
