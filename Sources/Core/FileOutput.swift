package import Glibc

/// Writes files: whole or not at all.
package enum FileOutput {
    /// Why nothing was written, or not all of it: the system's words.
    package struct Refused: Error, CustomStringConvertible {
        package let code: Int32
        package var description: String { String(cString: strerror(code)) }

        package init(_ code: Int32 = errno) { self.code = code }
    }

    /// Writes to where a user wants it.
    ///
    /// A regular file, also behind links, is replaced whole and keeps mode and owner; anything else (a device, a pipe, what the
    /// shell has opened) is opened as it is and written to.
    package static func write(_ bytes: [UInt8], to path: String) throws(Refused) {
        // What the shell has opened keeps its position only through its own descriptor.
        if let descriptor = descriptor(path) {
            let copy = dup(descriptor)
            guard copy >= 0 else { throw Refused() }
            return try writeAll(bytes, closing: copy)
        }
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            if status.st_mode & S_IFMT == S_IFDIR { throw Refused(EISDIR) }
            let file = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
            guard file >= 0 else { throw Refused() }
            return try writeAll(bytes, closing: file)
        }
        let mask = umask(0)
        umask(mask)
        let target = try resolved(path)
        do throws(Refused) {
            try replace(target, bytes, newMode: 0o666 & ~mask)
        } catch {
            // Mounted by itself, as containers get files, or in a folder that others own.
            guard [EBUSY, EXDEV, EACCES, EPERM, EROFS].contains(error.code) else { throw error }
            let file = open(target, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW)
            guard file >= 0 else { throw error }
            try writeAll(bytes, closing: file)
        }
    }

    /// Writes behind what a file holds, which others write to as well; makes it where it is not there.
    package static func append(_ bytes: [UInt8], to path: String) throws(Refused) {
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o666)
        guard file >= 0 else { throw Refused() }
        try writeAll(bytes, closing: file)
    }

    /// Whether a path names a regular file, also behind links, or nothing yet: what ``write(_:to:)`` replaces.
    package static func isReplaced(_ path: String) -> Bool {
        var status = stat()
        if descriptor(path) != nil { return false }
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT == S_IFREG : errno == ENOENT
    }

    /// Makes a file, or replaces one by another that was written beside it.
    ///
    /// It is on disk before the old one goes, whose mode it takes over and, where root writes, the owner. A link is replaced
    /// itself.
    /// - Parameters:
    ///   - newMode: that of a file that was not there.
    ///   - owner: to whom root gives it.
    package static func replace(
        _ target: String, _ bytes: [UInt8], newMode: mode_t, owner: (user: uid_t, group: gid_t)? = nil
    ) throws(Refused) {
        var status = stat()
        let isThere = lstat(target, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        // Nobody can have laid a link under a name that is not known.
        let beside = target + ".emaildb." + String(UInt64.random(in: 0 ... .max), radix: 36)
        let file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Refused() }
        let keeper = owner ?? (isThere ? (status.st_uid, status.st_gid) : nil)
        do throws(Refused) {
            if let keeper, getuid() == 0, fchown(file, keeper.user, keeper.group) != 0 { throw Refused() }
            if fchmod(file, isThere ? status.st_mode & 0o7777 : newMode) != 0 { throw Refused() }
            try write(bytes, to: file)
            if fsync(file) != 0 { throw Refused() }
            if rename(beside, target) != 0 { throw Refused() }
        } catch {
            close(file)
            unlink(beside)
            throw error
        }
        close(file)
        // The rename itself must survive as well.
        let folder = open(folder(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        fsync(folder)
        close(folder)
    }

    /// Writes all bytes to a descriptor, however few it takes at a time.
    ///
    /// A pipe that nobody reads is an error, EPIPE, and no signal that ends this process.
    package static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Refused) {
        var brokenPipe = sigset_t()
        var former = sigset_t()
        sigemptyset(&brokenPipe)
        sigaddset(&brokenPipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &brokenPipe, &former)
        defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
        do throws(Refused) {
            try writeAll(bytes, to: descriptor)
        } catch {
            var none = timespec()
            if error.code == EPIPE { sigtimedwait(&brokenPipe, nil, &none) }
            throw error
        }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(Refused) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                throw Refused()
            }
        }
    }

    private static func writeAll(_ bytes: [UInt8], closing file: Int32) throws(Refused) {
        do throws(Refused) {
            try write(bytes, to: file)
        } catch {
            close(file)
            throw error
        }
        // Some file systems report a full disk only now.
        if close(file) != 0 { throw Refused() }
    }

    /// The descriptor that a path stands for, such as `/dev/stdout` or `/dev/fd/63`.
    private static func descriptor(_ path: String) -> Int32? {
        switch path {
        case "/dev/stdout": return STDOUT_FILENO
        case "/dev/stderr": return STDERR_FILENO
        default:
            for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
                return Int32(path.dropFirst(folder.count))
            }
            return nil
        }
    }

    /// What a path names behind its links, also where that is not there yet.
    private static func resolved(_ path: String) throws(Refused) -> String {
        var path = path
        for _ in 0..<40 {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            let length = readlink(path, &buffer, Int(PATH_MAX))
            // Not a link, or nothing.
            guard length >= 0 else { return path }
            let target = String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            path = target.utf8.first == UInt8(ascii: "/") ? target : folder(of: path) + "/" + target
        }
        throw Refused(ELOOP)
    }

    private static func folder(of path: String) -> String {
        path.unicodeScalars.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }
}
