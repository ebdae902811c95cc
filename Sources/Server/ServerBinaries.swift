import Core
import FoundationEssentials

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

    func program(_ name: String) -> String { directory + "/bin/" + name }
}

package enum Paths {
    package static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }
}
