import FoundationEssentials
import Glibc
import Server
import TestSupport
import Testing

/// `emaildb dev` as root in folders that another user can change, and on what others have put there.
@Suite(.needsServer, .enabled(if: getuid() == 0)) struct DevStrangerTests {
    /// `bin`, which every system knows.
    private static let stranger: UInt32 = 2

    private func dev(
        _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:]
    ) async throws -> CommandResult {
        try await CommandRunner.emaildb(["dev"] + arguments, environment: environment, in: folder.path)
    }

    private func binaries() throws -> String { try ServerBinaries.find(nil, state: ".emaildb").directory }

    private func owner(_ path: String) -> UInt32? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_uid : nil
    }

    /// The user and the capabilities of the server that runs in a folder.
    private func process(in folder: TemporaryFolder) throws -> (uid: String, capabilities: String) {
        let pid = try #require(LocalServer(directory: folder.path + "/.emaildb/server").running?.pid)
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8).split(separator: "\n")
        func field(_ name: String) -> String? {
            status.first { $0.hasPrefix(name + ":") }?.split(separator: "\t").dropFirst().first.map(String.init)
        }
        return (try #require(field("Uid")), try #require(field("CapEff")))
    }

    /// A folder of programs whose libraries the stranger has chosen: with the one that setpriv would load.
    private func strangersPrograms(in folder: TemporaryFolder) throws -> String {
        let programs = folder.path + "/programs"
        try folder.write("programs/lib/libcap-ng.so.0", "no library")
        let real = try binaries()
        #expect(symlink(real + "/bin", programs + "/bin") == 0)
        for name in try FileManager.default.contentsOfDirectory(atPath: real + "/lib") {
            #expect(symlink(real + "/lib/" + name, programs + "/lib/" + name) == 0)
        }
        #expect(lchown(programs + "/lib", Self.stranger, Self.stranger) == 0)
        return programs
    }

    @Test("In a stranger's folder root becomes its owner before it runs or writes anything") func becomesTheOwner()
        async throws
    {
        let folder = try TemporaryFolder()
        let programs = try strangersPrograms(in: folder)
        #expect(chown(folder.path, Self.stranger, Self.stranger) == 0)
        let started = try await dev(["start", "--postgres", programs], in: folder)
        try #require(started.status == 0, "\(started)")
        #expect(try process(in: folder) == (String(Self.stranger), "0000000000000000"))
        for name in ["server", "server/data", "server/log", "server/pgpass", "server/application-password"] {
            #expect(owner(folder.path + "/.emaildb/" + name) == Self.stranger, "\(name)")
        }
        let psql = try await dev(["psql", "-X", "-At", "-c", "SELECT current_user"], in: folder)
        #expect(psql.output == "postgres\n", "\(psql)")
        #expect(try await dev(["stop"], in: folder).output == "stopped\n")
        #expect(try await dev(["start", "--postgres", programs], in: folder).status == 0)
        #expect(try await dev(["stop"], in: folder).output == "stopped\n")
    }

    @Test("Folders that root made in a stranger's folder are in nobody's way, while they are empty")
    func emptyFoldersOfRoot() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path + "/.emaildb/server", withIntermediateDirectories: true)
        #expect(chown(folder.path, Self.stranger, Self.stranger) == 0)
        #expect(try await dev(["start", "--postgres", binaries()], in: folder).status == 0)
        #expect(owner(folder.path + "/.emaildb") == 0 && owner(folder.path + "/.emaildb/server") == Self.stranger)
        #expect(try await dev(["stop"], in: folder).output == "stopped\n")

        let filled = try TemporaryFolder()
        try filled.write(".emaildb/server/precious", "")
        #expect(chown(filled.path, Self.stranger, Self.stranger) == 0)
        let refused = try await dev(["start", "--postgres", binaries()], in: filled)
        #expect(refused.status == 4 && refused.errors.contains("chown -hR \(Self.stranger)"), "\(refused)")
        #expect(owner(filled.path + "/.emaildb/server") == 0)
    }

    @Test("Root's own folder: nobody, with a capability only where it is needed and the programs are root's")
    func rootsFolder() async throws {
        let open = try TemporaryFolder()
        #expect(try await dev(["start", "--postgres", binaries()], in: open).status == 0)
        #expect(try process(in: open) == ("65534", "0000000000000000"))
        #expect(try await dev(["stop"], in: open).output == "stopped\n")

        let closed = try TemporaryFolder()
        #expect(chmod(closed.path, 0o700) == 0)
        #expect(try await dev(["start", "--postgres", binaries()], in: closed).status == 0)
        #expect(try process(in: closed) == ("65534", "0000000000000004"))
        #expect(try await dev(["stop"], in: closed).output == "stopped\n")

        let mixed = try TemporaryFolder()
        let programs = try strangersPrograms(in: mixed)
        let started = try await dev(["start", "--postgres", programs], in: mixed)
        #expect(started.status == 0, "\(started)")
        #expect(try process(in: mixed) == ("65534", "0000000000000000"))
        #expect(try await dev(["stop"], in: mixed).output == "stopped\n")
        #expect(chmod(mixed.path, 0o700) == 0)
        let shut = try await dev(["start", "--postgres", programs], in: mixed)
        #expect(shut.status == 2, "no capability for a stranger's programs: \(shut)")
    }

    @Test(
        "A folder that everybody may write, or whose owner has no name here, is used as nobody", arguments: [0, 65533])
    func everybodysFolder(_ owner: UInt32) async throws {
        let folder = try TemporaryFolder()
        #expect(owner == 0 ? chmod(folder.path, 0o777) == 0 : chown(folder.path, owner, owner) == 0)
        #expect(try await dev(["start", "--postgres", binaries()], in: folder).status == 0)
        #expect(try process(in: folder) == ("65534", "0000000000000000"))
        #expect(self.owner(folder.path + "/.emaildb/server/pgpass") == 65534)
        let psql = try await dev(["psql", "-X", "-At", "-c", "SELECT current_user"], in: folder)
        #expect(psql.output == "postgres\n", "\(psql)")
        #expect(try await dev(["stop"], in: folder).output == "stopped\n")
    }

    @Test("A stranger's links lead nowhere", arguments: [".emaildb", ".emaildb/server"], ["root", "stranger"])
    func links(_ name: String, _ folderOwner: String) async throws {
        let folder = try TemporaryFolder()
        let victim = try TemporaryFolder()
        try victim.write("precious", "x")
        if name != ".emaildb" {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/.emaildb", withIntermediateDirectories: true)
        }
        #expect(symlink(victim.path, folder.path + "/" + name) == 0)
        #expect(lchown(folder.path + "/" + name, Self.stranger, Self.stranger) == 0)
        if folderOwner == "stranger" { #expect(chown(folder.path, Self.stranger, Self.stranger) == 0) }
        for command in [["start", "--postgres", try binaries()], ["stop"], ["status"], ["env"], ["psql"]] {
            let result = try await dev(command, in: folder)
            #expect(result.status == 4 && result.errors.contains("symbolic link"), "\(command): \(result)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: victim.path) == ["precious"])
        #expect(owner(victim.path) == 0)
    }

    @Test("A log that is a link to root's file gets no line") func logLink() async throws {
        let folder = try TemporaryFolder()
        let victim = try TemporaryFolder()
        try victim.write("precious", "x")
        let server = folder.path + "/.emaildb/server"
        try FileManager.default.createDirectory(atPath: server, withIntermediateDirectories: true)
        #expect(symlink(victim.path + "/precious", server + "/log") == 0)
        for path in [folder.path, folder.path + "/.emaildb", server] {
            #expect(chown(path, Self.stranger, Self.stranger) == 0)
        }
        let started = try await dev(["start", "--postgres", binaries()], in: folder)
        #expect(started.status == 2, "\(started)")
        #expect(try victim.read("precious") == "x" && owner(victim.path + "/precious") == 0)
    }

    @Test("A file that names another server's process stops nothing") func stalePidFile() async throws {
        let other = TestServer()
        let pid = try await other.processID()
        let folder = try TemporaryFolder()
        let start = "1700000000\n5432\n\n127.0.0.1\n\nready\n"
        try folder.write(".emaildb/server/data/postmaster.pid", "\(pid)\n\(folder.path)\n" + start)
        #expect(try await dev(["status"], in: folder).status == 1)
        #expect(try await dev(["stop"], in: folder).output == "no server runs here\n")
        #expect(kill(pid, 0) == 0)
        #expect(try await other.server().running?.pid == pid, "the control: its own folder knows it")
        try await other.stop()
    }

    @Test("What cannot be looked into counts as running until it has ended, and gets no signal") func anothersProcess()
        async throws
    {
        let folder = try TemporaryFolder()
        // Not this server, but no one else can tell: a process of this name, of another user.
        #expect(symlink("/bin/sleep", folder.path + "/postgres") == 0)
        let words = ["/usr/bin/setpriv", "--reuid", "65531", "--clear-groups", folder.path + "/postgres", "60"]
        let sleep = Child.start(words)
        defer { kill(sleep, SIGKILL) }
        try await eventually("it has its name") {
            (try? String(contentsOfFile: "/proc/\(sleep)/stat", encoding: .utf8))?.contains("(postgres)") == true
        }
        #expect(chown(folder.path, Self.stranger, Self.stranger) == 0)
        let server = folder.path + "/.emaildb/server"
        try folder.write(
            ".emaildb/server/data/postmaster.pid",
            "\(sleep)\n\(server)/data\n1700000000\n5432\n\n127.0.0.1\n\nready\n")
        for name in ["", "/server", "/server/data", "/server/data/postmaster.pid"] {
            #expect(chown(folder.path + "/.emaildb" + name, Self.stranger, Self.stranger) == 0)
        }
        #expect(try await dev(["status"], in: folder).status == 0)
        let stop = try await dev(["stop"], in: folder)
        #expect(stop.status == 4 && stop.errors.contains("\(sleep)"), "\(stop)")
        #expect(kill(sleep, 0) == 0)
        // Killed, and not yet waited for: still a process of that name and number, and no server.
        #expect(kill(sleep, SIGKILL) == 0)
        try await eventually("it is a zombie") {
            (try? String(contentsOfFile: "/proc/\(sleep)/stat", encoding: .utf8))?.contains("(postgres) Z") == true
        }
        #expect(try await dev(["status"], in: folder).status == 1)
        #expect(try await dev(["stop"], in: folder).output == "no server runs here\n")
        #expect(kill(sleep, 0) == 0, "the control: it is still there")
    }
}

/// A child of this process.
private enum Child {
    static func start(_ words: [String]) -> pid_t {
        var process = pid_t()
        var pointers = words.map { strdup($0) } + [nil]
        posix_spawn(&process, words[0], nil, nil, &pointers, environ)
        return process
    }
}
