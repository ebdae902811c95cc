import Glibc

/// Who else than root can change what lies at a path.
enum Stranger {
    /// The first user but root, on the way from `/`, to whom something belongs; nobody where a group or everybody may
    /// write; nil where only root can change anything.
    ///
    /// Follows links as the kernel does. What is not there yet belongs to whoever makes it.
    static func onTheWay(to path: String) -> UInt32? {
        var left = Array(path.split(separator: "/").reversed())
        var place = ""
        var links = 0
        while true {
            var status = stat()
            guard lstat(place.isEmpty ? "/" : place, &status) == 0 else {
                return errno == ENOENT ? nil : ServerUser.nobody.id
            }
            if status.st_uid != 0 { return status.st_uid }
            if status.st_mode & S_IFMT == S_IFLNK {
                links += 1
                guard links < 40, let target = target(of: place) else { return ServerUser.nobody.id }
                place = target.hasPrefix("/") ? "" : parent(of: place)
                left += target.split(separator: "/").reversed()
            } else if isOpen(status) {
                return ServerUser.nobody.id
            }
            guard let next = left.popLast() else { return nil }
            place = next == ".." ? parent(of: place) : next == "." ? place : place + "/" + next
        }
    }

    /// Whether others than the owner may put something else there; in a sticky folder only what is theirs.
    private static func isOpen(_ status: stat) -> Bool {
        let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
        return !isSticky
            && (status.st_mode & S_IWOTH != 0 || (status.st_mode & S_IWGRP != 0 && status.st_gid != 0))
    }

    private static func parent(of path: String) -> String {
        path.unicodeScalars.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private static func target(of link: String) -> String? {
        withUnsafeTemporaryAllocation(byteCount: Int(PATH_MAX), alignment: 1) { buffer in
            guard let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else { return nil }
            let count = readlink(link, start, buffer.count)
            return count > 0 && count < buffer.count ? String(decoding: buffer[..<count], as: UTF8.self) : nil
        }
    }
}

extension ServerUser {
    /// Whether a folder above one of some paths, or the path itself where it is a program, is closed to this user.
    func isShutOut(of paths: [String]) -> Bool {
        paths.contains { path in
            guard let real = realpath(path, nil) else { return false }
            defer { free(real) }
            let parts = String(cString: real).split(separator: "/")
            return (0...parts.count).contains { count in
                var status = stat()
                guard stat("/" + parts.prefix(count).joined(separator: "/"), &status) == 0 else { return false }
                let isEntered = status.st_mode & S_IFMT == S_IFDIR || status.st_mode & S_IXUSR != 0
                return isEntered && status.st_uid != id && status.st_mode & S_IXOTH == 0
            }
        }
    }
}
