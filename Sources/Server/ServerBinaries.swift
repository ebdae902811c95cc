package import Core
import FoundationEssentials
import Glibc
import Postgres

/// A user of the operating system, as whom a server runs.
package struct ServerUser: Sendable, Hashable {
    package let id: UInt32
    package let group: UInt32
    /// Whether it may pass through folders that only root may enter, and so read every file; nil: where the programs,
    /// or files that their arguments name, are in such a folder.
    var passesRootsFolders: Bool? = false

    package init(id: UInt32, group: UInt32, passesRootsFolders: Bool? = false) {
        self.id = id
        self.group = group
        self.passesRootsFolders = passesRootsFolders
    }

    /// As whom root runs private servers, because PostgreSQL refuses to run as root.
    package static let nobody = ServerUser(id: 65534, group: 65534, passesRootsFolders: nil)
}

/// An installed PostgreSQL server: the folder that holds `bin/postgres`.
package struct ServerBinaries: Sendable, Hashable {
    /// The folder above `bin`, absolute.
    package let directory: String

    /// Uses the server in a folder.
    /// - Throws: ``Failure`` when it holds no server.
    package init(directory: String) throws {
        self.directory = Paths.absolute(directory)
        guard FileManager.default.isExecutableFile(atPath: self.directory + "/bin/postgres") else {
            throw Failure(
                .failed,
                "\(self.directory) holds no PostgreSQL server (bin/postgres)",
                fix: "deployment/scripts/fetch-postgresql 16   # or name an installed one with --postgres DIR")
        }
    }

    /// Finds a server: the one that was asked for, then `EMAILDB_POSTGRES`, then what this project fetches into
    /// `.emaildb`, then Debian's, 16 first.
    package static func find(_ asked: String?, state: String) throws -> ServerBinaries {
        if let named = asked ?? EnvironmentVariable.postgres.value { return try ServerBinaries(directory: named) }
        for major in [16, 17, 18, 15] {
            for folder in ["\(state)/postgresql/\(major)", "/usr/lib/postgresql/\(major)"] {
                if let found = try? ServerBinaries(directory: folder) { return found }
            }
        }
        throw Failure(
            .failed,
            "no PostgreSQL server was found on this machine",
            fix: "deployment/scripts/fetch-postgresql 16   # or apt-get install postgresql")
    }

    // MARK: - Programs

    /// Runs one of the server's programs to its end, blocking the thread.
    ///
    /// It runs as the server's user, with the server's own libraries and without `PG*` variables. Nothing looks into the
    /// folder of those libraries before it is that user.
    /// - Parameters:
    ///   - environment: instead of this process's own.
    ///   - diesWithThis: whether it is killed when this process is, which else only a signal that can be handled does.
    package func run(
        _ name: String, _ arguments: [String], as user: ServerUser, environment: [String: String]? = nil,
        diesWithThis: Bool = false
    ) throws(Failure) -> ProgramOutcome {
        var variables = environment ?? ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
        variables["LD_LIBRARY_PATH"] = nil
        var words = diesWithThis ? ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"] : []
        if getuid() == 0 {
            // At most one capability is left: to search folders that only root may enter. Without no_setuid_fixup,
            // access(2), by which initdb looks for its files, would ignore it.
            let capability = passesRootsFolders(user, arguments) ? "-all,+dac_read_search" : "-all"
            words += [
                "/usr/bin/setpriv", "--reuid", String(user.id), "--regid", String(user.group), "--clear-groups",
                "--no-new-privs", "--securebits", "+no_setuid_fixup", "--inh-caps", capability, "--ambient-caps",
                capability, "--bounding-set", capability, "--",
            ]
        }
        // env(1) would take a path with = in it for a variable.
        let script = "LD_LIBRARY_PATH=$1; export LD_LIBRARY_PATH; shift; exec \"$@\""
        words += ["/bin/sh", "-c", script, name, directory + "/lib", "\(directory)/bin/\(name)"] + arguments
        return try ChildProgram.run(words, environment: variables)
    }

    /// Runs a script of `/bin/sh` to its end, as the user of this process; it is killed when this process is.
    package static func shell(
        _ script: String, _ arguments: [String], environment: [String: String]
    ) throws(Failure) -> ProgramOutcome {
        try ChildProgram.run(
            ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--", "/bin/sh", "-c", script, "sh"] + arguments,
            environment: environment)
    }

    /// Whether a user gets the capability to pass through root's folders: only where it is needed, and never with
    /// programs that others than root can change.
    private func passesRootsFolders(_ user: ServerUser, _ arguments: [String]) -> Bool {
        let programs = ["/bin/postgres", "/bin/initdb", "/bin/pg_ctl"].map { directory + $0 }
        let files = arguments.filter { $0.hasPrefix("/") }
        return (user.passesRootsFolders ?? user.isShutOut(of: programs + files))
            && (programs + [directory + "/lib"]).allSatisfy { Stranger.onTheWay(to: $0) == nil }
    }

    /// Makes a cluster, whose superuser is ``LocalServer/superuser``.
    func makeCluster(_ data: String, _ options: [String], as user: ServerUser, fix: String) throws(Failure) {
        let usual = ["-D", data, "-U", LocalServer.superuser, "--encoding=UTF8", "--no-instructions"]
        let outcome = try run("initdb", usual + options, as: user)
        guard outcome.status == 0 else { throw Failure(.failed, "initdb failed: \(outcome.lastErrors)", fix: fix) }
    }

    /// Starts a server that stays, and waits until it accepts connections.
    /// - Parameter settings: as on its command line.
    func start(
        _ data: String, log: String, _ settings: [String: String], as user: ServerUser
    ) throws(Failure) -> ProgramOutcome {
        // pg_ctl hands these to a shell.
        let options = settings.sorted { $0.key < $1.key }.map { "-c \($0.key)=\($0.value.quotedForShell)" }
        let ending = try Interruption.undoable({}, undo: { StrayServer.end(data) }).ending
        defer { if let ending { Interruption.forget(ending) } }
        do {
            return try run(
                "pg_ctl",
                ["-D", data, "-w", "-t", "60", "-s", "-l", log, "-o", options.joined(separator: " "), "start"], as: user
            )
        } catch {
            StrayServer.endAndWait(data, isNew: true)
            throw error
        }
    }
}

extension String {
    /// As one word of a shell.
    package var quotedForShell: String { "'" + replacingScalars { $0 == "'" ? "'\\''" : nil } + "'" }
}

package enum Paths {
    package static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
