package import Core
import FoundationEssentials
import Glibc

/// Files and folders of servers, made for their owner alone.
package enum Files {
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    package static func isFilled(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size > 0
    }

    /// Mode and owner, for messages.
    package static func owner(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return String(cString: strerror(errno)) }
        return "mode \(String(status.st_mode & 0o7777, radix: 8)), uid \(status.st_uid)"
    }

    package static func read(_ path: String) -> [UInt8]? { fileBytes(path) }

    package static func text(_ path: String) -> String? { fileText(path) }

    package static func names(_ folder: String) throws(Failure) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw Failure(.refused, "\(folder) cannot be read: \(error)")
        }
    }

    /// Makes or replaces a file for its owner alone, whole or not at all; one that its group may read (initdb -g) stays so.
    /// - Parameter owner: to whom root gives it.
    package static func write(
        _ contents: some Sequence<UInt8>, to path: String, owner: ServerUser? = nil
    ) throws(Failure) {
        do throws(FileOutput.Refused) {
            try FileOutput.replace(
                path, Array(contents), newMode: 0o600, owner: owner.map { ($0.id, $0.group) } ?? (geteuid(), getegid()))
        } catch { throw Failure(.refused, "\(path) cannot be written: \(error)") }
    }

    /// Makes a folder, which others than its owner cannot write, and those above it.
    /// - Parameter owner: to whom root gives it; then it must not have been there, and no link either.
    package static func makeFolder(_ path: String, owner: ServerUser? = nil) throws(Failure) {
        do {
            let above = path.unicodeScalars.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
            if !above.isEmpty {
                try FileManager.default.createDirectory(atPath: above, withIntermediateDirectories: true)
            }
        } catch { throw Failure(.refused, "\(path) cannot be made: \(error)") }
        var status = stat()
        guard
            mkdir(path, 0o755) == 0
                || (errno == EEXIST && owner == nil && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR)
        else { throw Failure(.refused, "\(path) cannot be made: \(String(cString: strerror(errno)))") }
        guard let owner, getuid() == 0 else { return }
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        defer { if folder >= 0 { close(folder) } }
        guard folder >= 0, fchown(folder, owner.id, owner.group) == 0 else {
            throw Failure(.refused, "cannot give \(path) to user \(owner.id)", fix: "run as an ordinary user")
        }
    }

    /// The start of a plain file that another user may have put there; nil for a link or anything else.
    package static func beginning(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 1) { buffer in
            let count = Glibc.read(file, buffer.baseAddress, buffer.count)
            return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    package static func remove(_ path: String) throws(Failure) {
        guard exists(path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch { throw Failure(.refused, "\(path) cannot be removed: \(error)") }
    }

    package static func move(_ path: String, to place: String) throws(Failure) {
        guard rename(path, place) == 0 else { throw failure(place) }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(.refused, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
