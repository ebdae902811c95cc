import Core
import FoundationEssentials
import Glibc

/// Files and folders of servers, made for their owner alone.
enum Files {
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func isFilled(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size > 0
    }

    /// Mode and owner, for messages.
    static func owner(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return String(cString: strerror(errno)) }
        return "mode \(String(status.st_mode & 0o7777, radix: 8)), uid \(status.st_uid)"
    }

    static func read(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { [UInt8]($0) } }

    static func text(_ path: String) -> String? { read(path).map { String(decoding: $0, as: UTF8.self) } }

    static func names(_ folder: String) throws(Failure) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw Failure(.refused, "\(folder) cannot be read: \(error)")
        }
    }

    /// Makes or replaces a file, whole or not at all: a new one beside it, renamed over the old.
    /// - Parameters:
    ///   - owner: to whom root gives it.
    ///   - isDurable: whether it survives a power failure from then on.
    static func write(
        _ contents: some Sequence<UInt8>, to path: String, owner: ServerUser? = nil, isDurable: Bool = false
    ) throws(Failure) {
        // A replaced file keeps its mode: a cluster that its group may read (initdb -g) stays one.
        var status = stat()
        let mode = stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o600
        let beside = path + ".emaildb"
        unlink(beside)
        let file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(path) }
        let bytes = Array(contents)
        let isWritten =
            bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) } == bytes.count
            && (owner.map { getuid() != 0 || fchown(file, $0.id, $0.group) == 0 } ?? true)
            && fchmod(file, mode) == 0 && (!isDurable || fsync(file) == 0)
        let failure = failure(path)
        close(file)
        guard isWritten else {
            unlink(beside)
            throw failure
        }
        try move(beside, to: path)
        guard isDurable else { return }
        // The rename itself must survive as well.
        let folder = open(path.unicodeScalars.lastIndex(of: "/").map { String(path[...$0]) } ?? ".", O_RDONLY)
        fsync(folder)
        close(folder)
    }

    static func makeFolder(_ path: String, owner: ServerUser? = nil) throws(Failure) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch { throw Failure(.refused, "\(path) cannot be made: \(error)") }
        guard let owner, getuid() == 0, chown(path, owner.id, owner.group) != 0 else { return }
        throw Failure(.refused, "cannot give \(path) to user \(owner.id)", fix: "run as an ordinary user")
    }

    static func remove(_ path: String) throws(Failure) {
        guard exists(path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch { throw Failure(.refused, "\(path) cannot be removed: \(error)") }
    }

    static func move(_ path: String, to place: String) throws(Failure) {
        guard rename(path, place) == 0 else { throw failure(place) }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(.refused, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
