package import Core
import FoundationEssentials
import Glibc
import Install
import Postgres

/// The fourth step of a start: a primary is brought to the version of this program, on a server that only this container
/// reaches.
extension ContainerStart {
    /// Applies the steps, sets the passwords, and tunes; a standby and a server that is being restored stay as they are.
    package func upgrade() throws(Failure) {
        // With recovery.signal it is being restored, and decides itself when it is done.
        if isFollowing || Files.exists(data + "/recovery.signal") { return }
        let server = try start()
        let result = Result { () throws(Failure) in
            try waitUntilReady(server)
            try install()
            try allowReplication()
            try tune()
        }
        // Fast shutdown; it may be replaying its log, then that goes on at the next start.
        kill(server.process, SIGINT)
        let status = server.wait().code
        try result.get()
        guard status == 0 else { throw Failure(.cannotConnect, "the server did not stop in order, see above") }
    }

    private func start() throws(Failure) -> ChildProgram {
        let options = [
            "listen_addresses=", "port=5432", "unix_socket_directories=\(privateSockets)", "ssl=off",
            "hba_file=\(privateRulesFile)",
            // A standby that has to confirm commits cannot reach us now.
            "synchronous_standby_names=",
        ]
        return try ChildProgram(["postgres"] + options.flatMap { ["-c", $0] }, environment: environment)
    }

    /// Waits as long as the server replays its log.
    private func waitUntilReady(_ server: ChildProgram) throws(Failure) {
        while RunningServer(data).map({ $0.pid == server.process && $0.isReady }) != true {
            if !server.isRunning { throw Failure(.cannotConnect, "the server did not start, see above") }
            try StopSignals.pause(.milliseconds(20))
        }
    }

    /// The words that run a command of this program on the private server.
    private func emaildb(_ command: String, _ options: [String]) -> [String] {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "emaildb"
        return [
            program, command, "--host", privateSockets, "--port", "5432", "--username", LocalServer.superuser,
            "--dbname", self[.containerDatabase] ?? "email_service", "--config", "none",
        ] + options
    }

    private func install() throws(Failure) {
        let passwords = RolePassword.roles.flatMap { role in
            secret(role).map { ["--password-file", "\(role)=\($0)"] } ?? []
        }
        let status = try run(emaildb("init", passwords))
        guard status == 0 else {
            throw Failure(.ofChild(status), "emaildb init ended with status \(status); the server is not started")
        }
    }

    private func allowReplication() throws(Failure) {
        guard let secret = secret(RolePassword.replication) else { return }
        do {
            let connection = try Connection(
                ConnectionSettings(parameters: [
                    "host": privateSockets, "port": "5432", "user": LocalServer.superuser,
                    "dbname": "postgres",
                ]))
            try Session.pin(connection)
            try RolePassword.allowReplication(Files.read(secret).flatMap(RolePassword.text) ?? "", connection)
        } catch {
            throw Failure(.failed, "the role \(RolePassword.replication) could not be made: \(error)")
        }
    }

    private func tune() throws(Failure) {
        guard let profile = self[.tuneProfile] else { return }
        let status = try run(emaildb("tune", ["--profile", profile, "--yes"]))
        switch status {
        // 1: some of it waits for the restart that comes now.
        case 0, 1: return
        case 64: throw Failure(.usage, "EMAILDB_TUNE_PROFILE=\(profile) cannot be used, see above")
        // A slow server is better than none.
        default:
            talk(
                "WARNING: emaildb tune ended with status \(status), see above; starting with the configuration as it is"
            )
        }
    }
}
