import Glibc
package import Postgres

/// A server whose programs and data are on this machine, within reach of this process.
package struct ServerInstallation: Sendable {
    package let binaries: ServerBinaries
    package let dataDirectory: String
    /// postgresql.conf, wherever it is.
    package let configurationFile: String
    /// The user that owns the data, and as whom the server runs.
    package let owner: ServerUser

    /// The running server's installation.
    /// - Parameter data: its data directory, which only a superuser may know.
    /// - Throws: ``Unreachable`` with the reason.
    package static func of(dataDirectory data: String?, _ connection: borrowing Connection) throws
        -> ServerInstallation
    {
        guard let data else {
            throw Unreachable(reason: "only a superuser may know where the server's programs are")
        }
        let row = try connection.query(
            """
            SELECT pg_read_file('postmaster.pid', 0, 8192, true) AS pid, current_setting('config_file') AS file,
                   (SELECT setting FROM pg_config WHERE name = 'BINDIR') AS programs
            """)[0]
        guard let contents = Files.text(data + "/postmaster.pid"), contents == row["pid"] else {
            throw Unreachable(reason: "the server's data directory is not on this machine, or not readable")
        }
        return try ServerInstallation(
            dataDirectory: data, configurationFile: row.text("file"), programs: row.text("programs"),
            major: connection.serverVersion / 10_000)
    }

    /// An installation by its data directory, whether its server runs or not.
    package init(dataDirectory: String, configurationFile: String?, programs: String, major: Int) throws {
        guard programs.hasSuffix("/bin"),
            let binaries = try? ServerBinaries(directory: String(programs.dropLast(4)))
        else { throw Unreachable(reason: "the server's programs (\(programs)) are not on this machine") }
        self.binaries = binaries
        self.dataDirectory = dataDirectory
        self.configurationFile = configurationFile ?? dataDirectory + "/postgresql.conf"
        var owner = try Self.owner(of: dataDirectory)
        // A private server's; the owner of any other decides what its configuration loads, and gets no capability.
        owner.passesRootsFolders =
            owner.id == ServerUser.nobody.id
            && owner.isShutOut(of: [binaries.directory + "/bin/postgres", dataDirectory, self.configurationFile])
        self.owner = owner
        let version = try binaries.run("postgres", ["--version"], as: owner)
        guard version.majorVersion == String(major)[...] else {
            throw Unreachable(reason: "\(programs) holds \(version.output.prefix { $0 != "\n" }), not \(major)")
        }
    }

    /// The user that owns a data directory, as whom this process can run programs.
    package static func owner(of directory: String) throws -> ServerUser {
        var status = stat()
        guard stat(directory, &status) == 0 else { throw Unreachable(reason: "\(directory) cannot be read") }
        let owner = ServerUser(id: status.st_uid, group: status.st_gid)
        guard getuid() == 0 || geteuid() == owner.id else {
            throw Unreachable(reason: "\(directory) belongs to user \(owner.id), and this is user \(geteuid())")
        }
        return owner
    }

    /// Why a server cannot be reached by its files.
    package struct Unreachable: Error {
        package let reason: String
    }
}
