import Postgres
import TestSupport
import Testing

/// `init --password-file ROLE=FILE` gives each of the schema's roles the password of its file, and rotates it.
@Suite(.needsServer) struct PasswordFileTests {
    @Test("Every role that logs in gets its password, and a new one afterwards") func rotation() async throws {
        // A server of its own, as passwords belong to the cluster.
        let server = TestServer()
        let settings = try await server.connectionSettings().database("email_service")
        let roles = ["email_service", "email_pooler", "email_monitor", "email_backup"]
        let folder = try TemporaryFolder()
        for role in roles { try folder.write(role, "first $#' of \(role)\n") }
        let options = roles.flatMap { ["--password-file", "\($0)=\(folder.path)/\($0)"] }
        let first = try await CommandRunner.emaildb(["init"] + options, environment: settings.environment)
        #expect(first.status == 0, "\(first)")
        for role in roles {
            #expect(first.output.contains("\(role): password set"), "\(first)")
            _ = try Connection(settings.user(role, password: "first $#' of \(role)"))
            let refused = try failure { try Connection(settings.user(role, password: "wrong")) }
            #expect(refused.sqlState == .invalidPassword, "the control: the server asks")
        }
        try folder.write("email_pooler", "second\n")
        let second = try await CommandRunner.emaildb(
            ["init", "--format", "json"] + options, environment: settings.environment)
        #expect(second.output.contains("\"email_pooler\" : \"set\""), "\(second)")
        #expect(second.output.contains("\"email_backup\" : \"unchanged\""), "\(second)")
        _ = try Connection(settings.user("email_pooler", password: "second"))
        try await server.stop()
    }

    @Test(arguments: [
        (["--password-file", "postgres=secret"], "postgres is none of email_service"),
        (["--password-file", "email_owner=secret"], "email_owner is none of email_service"),
        (["--password-file", "secret"], "--password-file"),
        (["--password-file", "email_pooler=/nonexistent"], "cannot be read"),
        (["--password-file", "email_pooler=empty"], "is empty"),
        (["--app-password-file", "secret", "--password-file", "email_service=secret"], "Two password files"),
    ])
    func wrongPasswordOptionsAreRefused(_ options: [String], _ reason: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("secret", "secret\n")
        try folder.write("empty", "\n")
        let result = try await CommandRunner.emaildb(["init", "--port", "1"] + options, in: folder.path)
        #expect(result.status == 64, "\(result)")
        #expect(result.errors.contains(reason), "\(result)")
    }
}
