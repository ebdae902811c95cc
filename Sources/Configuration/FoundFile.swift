package import Core
import FoundationEssentials
import Glibc
import Postgres

/// A file that nobody named: looked for, and so looked at before it is believed.
enum FoundFile {
    /// No file of settings needs more.
    private static let longest = 64 << 10

    /// What a regular file holds that only some users can change; nil where there is none.
    /// - Throws: ``Failure``, refused, where it is something else, or belongs to another user.
    static func read(_ path: String) throws(Failure) -> [UInt8]? {
        // A pipe of somebody else must not keep the program waiting.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw refused(path, "cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw refused(path, "is no file") }
        try refuseStrangers(path, status)
        guard status.st_size <= longest else { throw refused(path, "has more than \(longest >> 10) kB") }
        var bytes = [UInt8](repeating: 0, count: longest + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { Glibc.read(file, $0 + length, buffer.count - length) } ?? 0
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw refused(path, "cannot be read: \(String(cString: strerror(errno)))") }
            if count == 0 { break }
            length += count
        }
        guard length <= longest else { throw refused(path, "has more than \(longest >> 10) kB") }
        return Array(bytes.prefix(length))
    }

    /// Refuses what others than this user and root can change.
    static func refuseStrangers(_ path: String, _ status: stat) throws(Failure) {
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw refused(path, "belongs to user \(status.st_uid)")
        }
        // A group that has the user's number is the user's own.
        let isOthersGroup = status.st_mode & S_IWGRP != 0 && status.st_gid != status.st_uid
        let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
        if !isSticky, status.st_mode & S_IWOTH != 0 || isOthersGroup {
            throw refused(path, "can be changed by other users")
        }
    }

    static func refused(_ path: String, _ problem: String) -> Failure {
        .refused(
            "\(path.visibleOnOneLine) \(problem), and settings that others can change are not used",
            fix: "ls -la \(path.visibleOnOneLine)   # or name the one to use: --config FILE, --config none")
    }
}

/// `emaildb.toml` of the present folder.
package struct ProjectFile: Sendable {
    package static let name = "emaildb.toml"

    package let path: String
    let folder: String
    let bytes: [UInt8]

    /// - Throws: ``Failure``, refused, where the file or its folder belongs to another user.
    static func find(in folder: String) throws(Failure) -> ProjectFile? {
        let path = folder + "/" + name
        guard let bytes = try FoundFile.read(path) else { return nil }
        var status = stat()
        guard stat(folder, &status) == 0 else { throw FoundFile.refused(folder, "cannot be looked at") }
        try FoundFile.refuseStrangers(folder, status)
        return ProjectFile(path: path, folder: folder, bytes: bytes)
    }

    package func settings() throws(Failure) -> SettingsFile {
        try SettingsFile(Self.name, .project, bytes: bytes, folder: folder)
    }

    /// What is trusted: these contents at this place.
    var digest: String {
        let digits = SHA256.digest(Array(path.utf8) + [0] + bytes).map { byte in
            String(UInt16(byte) + 0x100, radix: 16).dropFirst()
        }
        return digits.joined()
    }
}

extension Configuration {
    /// Whether a path that a project's file names for a report stays in the project's folder, whatever links lie there.
    ///
    /// A link can come with any later state of the project, without a change in the file that is trusted.
    package static func isInside(_ path: String, _ folder: String = FileManager.default.currentDirectoryPath) -> Bool {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG { return false }
        guard let real = realPath(Self.folder(of: path)), let home = realPath(folder) else { return false }
        return real == home || real.hasPrefix(home == "/" ? "/" : home + "/")
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}

/// The user's own file: `$XDG_CONFIG_HOME/emaildb/emaildb.toml`, or the same below `~/.config`.
enum UserFile {
    static func find(_ environment: [String: String]) throws(Failure) -> SettingsFile? {
        guard let folder = BaseFolder.path("XDG_CONFIG_HOME", or: ".config", environment) else { return nil }
        let path = folder + "/" + ProjectFile.name
        guard let bytes = try FoundFile.read(path) else { return nil }
        return try SettingsFile(path, .user, bytes: bytes, folder: folder)
    }
}

/// The folders of the XDG Base Directory Specification.
enum BaseFolder {
    /// This program's folder below one of them; nil without a home.
    ///
    /// Relative paths do not count, as the specification has it.
    static func path(_ variable: String, or standard: String, _ environment: [String: String]) -> String? {
        if let base = environment[variable], base.hasPrefix("/") { return base + "/emaildb" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return (home == "/" ? "" : home) + "/" + standard + "/emaildb"
    }
}

extension String {
    /// A path as a message may show it.
    var visibleOnOneLine: String { replacingScalars { SQL.isHidden($0) ? "?" : nil } }
}
