package import Core
import Glibc

/// The folder of the private server, and as whom a command may use it.
///
/// Whoever owns a folder decides what lies in it: programs, settings, links to other places. So root never works in a
/// folder that another user can change: the process becomes that user first, for good.
package enum StateFolder {
    private static let part = "server"

    /// Checks the folder of the private server below the present folder; root becomes its owner where that is somebody
    /// else, or nobody where anybody may write or the system does not know that user.
    /// - Parameters:
    ///   - name: of the folder around it, such as `.emaildb`.
    ///   - making: whether both are made where root gives them away and they are not there.
    /// - Throws: ``Failure``, refused, for a link or a folder that some other user has put there.
    package static func enter(_ name: String, making: Bool) throws(Failure) {
        let state = Paths.absolute(name)
        let server = state + "/" + part
        for path in [state, server] { try refuseLink(path) }
        guard geteuid() == 0 else {
            var status = stat()
            if lstat(server, &status) == 0, status.st_uid != geteuid(), status.st_uid != 0 {
                throw refusal(server, "belongs to user \(status.st_uid)")
            }
            return
        }
        guard let stranger = Stranger.onTheWay(to: server) else { return }
        // initdb and others want a user with a name; in a container a mounted folder's owner often has none.
        let user = getpwuid(stranger).map { ServerUser(id: stranger, group: $0.pointee.pw_gid) } ?? .nobody
        let isThere = try give(name, to: user, stranger, making: making)
        guard setgroups(0, nil) == 0, setgid(user.group) == 0, setuid(user.id) == 0, setuid(0) != 0 else {
            throw Failure(
                .refused, "this process cannot become user \(user.id), because user \(stranger) can change this folder",
                fix: "run as that user, or in a folder that only root can change")
        }
        guard !isThere || access(server, X_OK) == 0 else {
            throw Failure(
                .refused,
                "user \(user.id), as whom root works in a folder of user \(stranger), may not enter a folder above it",
                fix: "ls -ld / \(state)   # and every folder between: chmod o+x, or run as an ordinary user")
        }
    }

    /// Links are followed where root or this user made them.
    private static func refuseLink(_ path: String) throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, status.st_uid != geteuid(),
            status.st_uid != 0
        else { return }
        throw refusal(path, "is a symbolic link that user \(status.st_uid) made")
    }

    private static func refusal(_ path: String, _ problem: String) -> Failure {
        Failure(.refused, "\(path) \(problem)", fix: "ls -la \(path)   # remove it, or run in a folder of your own")
    }

    /// Lets a user have the folder of the server; by descriptors, so that no link leads elsewhere.
    /// - Returns: whether it is there.
    private static func give(
        _ name: String, to user: ServerUser, _ stranger: UInt32, making: Bool
    ) throws(Failure) -> Bool {
        let owners = [0, user.id, stranger]
        guard let outer = try open(name, in: AT_FDCWD, mode: 0o755, making: making, owners) else { return false }
        defer { close(outer) }
        guard let inner = try open(part, in: outer, mode: 0o700, making: making, owners) else { return false }
        defer { close(inner) }
        var status = stat()
        guard fstat(inner, &status) == 0 else { return false }
        if status.st_uid == user.id { return true }
        guard status.st_uid == 0, try Files.names("/proc/self/fd/\(inner)").isEmpty,
            fchown(inner, user.id, user.group) == 0
        else {
            throw Failure(
                .refused,
                "\(name)/\(part) belongs to user \(status.st_uid), and in a folder of user \(stranger) root works as user"
                    + " \(user.id)",
                fix: "chown -hR \(user.id) \(name)/\(part)   # or, with its data: rm -r \(name)/\(part)")
        }
        return true
    }

    /// A folder of one of some users, never a link.
    private static func open(
        _ name: String, in folder: Int32, mode: mode_t, making: Bool, _ owners: [UInt32]
    ) throws(Failure) -> Int32? {
        if making, mkdirat(folder, name, mode) != 0, errno != EEXIST {
            throw refusal(name, "cannot be made: \(String(cString: strerror(errno)))")
        }
        let descriptor = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT, !making { return nil }
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0, owners.contains(status.st_uid) else {
            let problem =
                descriptor >= 0
                ? "belongs to user \(status.st_uid)"
                : "is a symbolic link, or no folder, in a folder that others can change"
            if descriptor >= 0 { close(descriptor) }
            throw refusal(name, problem)
        }
        return descriptor
    }
}
