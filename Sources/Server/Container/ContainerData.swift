package import Core
import Glibc
import Install
import Postgres

/// The second step of a start: the data directory is claimed, and made when it is empty.
///
/// It is made in a folder beside its place and moved there, `PG_VERSION` last, so that a kill at any moment leaves
/// nothing that the next start cannot clear away.
extension ContainerStart {
    private var stage: String { data + "/" + Self.stageName }

    private static let stageName = ".emaildb-stage"
    private static let lockName = ".emaildb-lock"

    /// Claims the directory until the last process has ended that inherits its lock, and makes it when it is empty.
    package func prepareData() throws(Failure) {
        try claim()
        if Files.isFilled(data + "/PG_VERSION") {
            try requireVersion()
        } else if !isStandby {
            try makePrimary()
        } else {
            try makeStandby()
        }
        try Files.remove(stage)
        if isStandby, !isFollowing {
            throw Failure(
                .refused, "\(data) is no standby: it was promoted, or it was the primary",
                fix: """
                    Promoted: start it with EMAILDB_ROLE=primary. The former primary: empty the volume, and it is copied \
                    anew.
                    """)
        }
    }

    // MARK: - Claims

    private func claim() throws(Failure) {
        try? Files.makeFolder(data)
        var status = stat()
        guard stat(data, &status) == 0, status.st_uid == geteuid() else {
            throw Failure(
                .refused, "\(data) does not belong to uid \(geteuid()) (\(Files.owner(data)))",
                fix: """
                    Give it to that user, or name a directory that can be made: PGDATA=/var/lib/postgresql/data/pgdata
                    """)
        }
        if ![0o700, 0o750].contains(status.st_mode & 0o777) { chmod(data, 0o700) }
        // Inherited by the server and never closed: while it is held, another process works on these data, whatever the
        // server says about its own in postmaster.pid.
        let lock = open(data + "/" + Self.lockName, O_WRONLY | O_CREAT, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK
                ? Failure(.refused, "another container uses \(data)", fix: "Stop that one first.")
                : Failure(.refused, "\(data) cannot be locked: \(String(cString: strerror(errno)))")
        }
        unlink(data + "/postmaster.pid")
    }

    private func requireVersion() throws(Failure) {
        let made = (Files.text(data + "/PG_VERSION") ?? "").splitScalars("\n")[0]
        let version = try ChildProgram.run(["postgres", "--version"], environment: environment)
        guard let major = version.majorVersion else {
            throw Failure(
                .cannotConnect, "postgres --version ended with status \(version.status): \(version.lastErrors)")
        }
        guard made == major else {
            throw Failure(
                .refused, "\(data) was made by PostgreSQL \(made); this image has \(major)",
                fix: "Use an image of that version, or dump there and restore here.")
        }
    }

    // MARK: - The stage

    /// An empty folder to make the data in.
    ///
    /// While it is there and `PG_VERSION` is not, everything else is ours to remove.
    private func openStage() throws(Failure) {
        let ours = [Self.stageName, Self.lockName, "lost+found"]
        let contents = try Files.names(data).filter { !ours.contains($0) }
        if Files.exists(stage) {
            talk("the first start was interrupted; starting it again")
            for name in contents { try Files.remove(data + "/" + name) }
            try Files.remove(stage)
        } else if let first = contents.min() {
            throw Failure(
                .refused, "\(data) is not empty, but holds no database (\(first) ...); nothing was changed",
                fix: "Empty it, restore PG_VERSION, or name another directory with PGDATA.")
        }
        try Files.makeFolder(stage)
    }

    /// Moves what was made to its place; the server looks for `PG_VERSION`, so that comes last.
    private func closeStage() throws(Failure) {
        let made = stage + "/data"
        // What was written is on the disk before the move, and the move before PG_VERSION.
        try flush(stage)
        for name in try Files.names(made) where name != "PG_VERSION" && name != Self.lockName {
            try Files.move(made + "/" + name, to: data + "/" + name)
        }
        try flush(data)
        try Files.move(made + "/PG_VERSION", to: data + "/PG_VERSION")
        try Files.remove(stage)
        try flush(data)
    }

    /// Waits until the file system of a folder has everything on the disk.
    private func flush(_ folder: String) throws(Failure) {
        let status = try run(["sync", "--file-system", folder])
        guard status == 0 else { throw Failure(.failed, "sync ended with status \(status), see above") }
    }

    // MARK: - Making it

    private func makePrimary() throws(Failure) {
        guard secret(RolePassword.application) != nil else {
            throw Failure(
                .usage, "a first start needs a password for the application, \(RolePassword.application)",
                fix: """
                    Give a file \(RolePassword.application)_password in \(mountedSecrets), \
                    POSTGRES_PASSWORD_FILE=FILE, or POSTGRES_PASSWORD=...
                    """)
        }
        try openStage()
        let made = stage + "/data"
        // The locale of the C library, whose order no upgrade changes; the superuser gets no password, hence no login by
        // TCP.
        let status = try run(
            [
                "initdb", "--pgdata=\(made)", "--username=\(LocalServer.superuser)", "--encoding=UTF8",
                "--locale=C.UTF-8", "--data-checksums", "--auth-local=peer", "--auth-host=scram-sha-256",
            ] + (self[.initdbArguments] ?? "").split(whereSeparator: \.isWhitespace).map(String.init),
            silent: [STDOUT_FILENO], adding: try name())
        guard status == 0 else { throw Failure(.failed, "initdb ended with status \(status), see above") }
        let configuration = """

            # What the container needs; emaildb tune writes into postgresql.auto.conf.
            listen_addresses = '*'
            unix_socket_directories = '\(sockets)'
            shared_preload_libraries = 'pg_stat_statements'
            password_encryption = 'scram-sha-256'
            log_timezone = 'UTC'
            timezone = 'UTC'

            """
        let file = made + "/postgresql.conf"
        try Files.write((Files.read(file) ?? []) + configuration.utf8, to: file)
        try closeStage()
    }

    /// The variables that give this process's user a name, on which initdb insists and which an arbitrary number lacks.
    private func name() throws(Failure) -> [String: String] {
        guard Self.userName == nil else { return [:] }
        let folders = try ["/usr/lib"] + Files.names("/usr/lib").map { "/usr/lib/" + $0 }
        guard let library = folders.map({ $0 + "/libnss_wrapper.so" }).first(where: Files.exists) else {
            throw Failure(
                .refused, "initdb needs a user with a name, which uid \(geteuid()) has not",
                fix: "Install libnss-wrapper in the image, or run it as another user: docker run --user 999")
        }
        let passwd = privateFolder + "/passwd"
        let group = privateFolder + "/group"
        try Files.write("postgres:x:\(geteuid()):\(getegid())::\(data):/bin/false\n".utf8, to: passwd)
        try Files.write("postgres:x:\(getegid()):\n".utf8, to: group)
        return ["LD_PRELOAD": library, "NSS_WRAPPER_PASSWD": passwd, "NSS_WRAPPER_GROUP": group]
    }

    private func makeStandby() throws(Failure) {
        guard secret(RolePassword.replication) != nil else {
            throw Failure(
                .usage, "a standby needs the password of \(RolePassword.replication)",
                fix: "Give a file \(RolePassword.replication)_password in \(mountedSecrets).")
        }
        try openStage()
        // The primary may come later than its standby.
        while try !copyPrimary() {
            talk("the primary cannot be copied yet; trying again in 2 s")
            try StopSignals.pause(.seconds(2))
        }
        try Files.write("".utf8, to: stage + "/data/standby.signal")
        try closeStage()
    }

    private func copyPrimary() throws(Failure) -> Bool {
        let made = stage + "/data"
        try Files.remove(made)
        let primary = ["--no-password", "--slot=\(slot)", "--dbname=\(conninfo)"]
        guard try run(["pg_receivewal", "--create-slot", "--if-not-exists"] + primary) == 0 else {
            return false
        }
        return try run(
            ["pg_basebackup", "--pgdata=\(made)", "--wal-method=stream", "--checkpoint=fast"] + primary) == 0
    }
}
