import Glibc

/// The server on a data directory, also where it has only just been started, by a program that came to a sudden end.
package enum StrayServer {
    /// Ends it at once, as after a crash, and returns without waiting.
    package static func end(_ data: String) {
        for process in processes(data) { kill(process, SIGQUIT) }
    }

    /// Ends it and waits until it is gone, ten seconds at most.
    /// - Parameter isNew: whether it may have been started so recently that it has left no file yet.
    package static func endAndWait(_ data: String, isNew: Bool = false) {
        func isThere() -> Bool {
            if let running = RunningServer(data) {
                kill(running.pid, SIGQUIT)
                return true
            }
            guard isNew else { return false }
            let found = processes(data)
            for process in found { kill(process, SIGQUIT) }
            return !found.isEmpty
        }
        for _ in 0..<1000 where isThere() { usleep(10_000) }
    }

    /// Postmasters, and shells that are about to become one.
    private static func processes(_ data: String) -> [Int32] {
        let folder = Array(data.utf8)
        return ((try? Files.names("/proc")) ?? []).compactMap { Int32($0) }.filter { process in
            guard process != getpid() else { return false }
            let words = words(of: process)
            guard let program = words.first else { return false }
            if program.hasEnd("/postgres") { return words.contains { $0.elementsEqual(folder) } }
            return program.hasEnd("sh")
                && words.contains { $0.firstRange(of: Array("/postgres\" -D \"".utf8) + folder) != nil }
        }
    }

    private static func words(of process: Int32) -> [ArraySlice<UInt8>] {
        let file = open("/proc/\(process)/cmdline", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = read(file, &bytes, bytes.count)
        return count > 0 ? bytes[..<count].split(separator: 0) : []
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasEnd(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
