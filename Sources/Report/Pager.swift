import CSpawn
import Core
import Glibc
import Postgres

/// Another program that shows a long text page by page, chosen as git does it: `EMAILDB_PAGER`, else `PAGER`, else `less`.
///
/// `less` gets `LESS=FRX` where that is not set: it ends at once for what fits, shows colours, and leaves the text on the screen.
enum Pager {
    /// What a shell is given; nil where nothing pages.
    private static var command: String? {
        for variable in [EnvironmentVariable.ownPager, .pager] {
            guard let value = getenv(variable.name).map({ String(cString: $0) }) else { continue }
            let isNone = value.allSatisfy(\.isWhitespace) || value == "cat"
            return isNone ? nil : value
        }
        let folders = getenv("PATH").map { String(cString: $0) } ?? ""
        return folders.splitScalars(":").contains { access($0 + "/less", X_OK) == 0 } ? "less" : nil
    }

    /// Shows a text, and returns when its reader has left.
    /// - Returns: false where nothing was shown, because there is no such program.
    static func show(_ text: String) -> Bool {
        guard let command else { return false }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return false }
        let (reading, writing) = (ends[0], ends[1])
        _ = fcntl(writing, F_SETFD, FD_CLOEXEC)
        var mode = termios()
        let hasMode = tcgetattr(STDIN_FILENO, &mode) == 0
        let former = mode
        let end: @Sendable (pid_t?) -> Void = { pager in
            guard let pager else { return }
            kill(pager, SIGTERM)
            restore(former, hasMode)
        }
        let started = try? Interruption.undoable({ start(command, reading) }, undo: end)
        close(reading)
        guard let (pager, ending) = started, let pager else {
            close(writing)
            return false
        }
        let status = Interruption.leavingInterrupts { () -> Int32 in
            // Whoever has read enough leaves the rest.
            try? FileOutput.write(Array(text.utf8), to: writing)
            close(writing)
            var status: Int32 = 0
            while waitpid(pager, &status, 0) < 0, errno == EINTR {}
            return status
        }
        if let ending { Interruption.forget(ending) }
        restore(former, hasMode)
        // As a shell says that there is no such program.
        let isMissing = status & 0x7F == 0 && [126, 127].contains((status >> 8) & 0xFF)
        return !isMissing
    }

    /// However it ended, lines and echo are as they were.
    private static func restore(_ mode: termios, _ isKnown: Bool) {
        var mode = mode
        if isKnown { tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) }
    }

    /// In this process's own group, so that Ctrl-C and the terminal's size reach it.
    private static func start(_ command: String, _ input: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        // For the pager alone: this process starts nothing else from here on that reads them.
        setenv("LESS", "FRX", 0)
        setenv("LV", "-c", 0)
        let line: [String] = ["sh", "-c", command]
        var words: [UnsafeMutablePointer<CChar>?] = line.map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process = pid_t()
        return posix_spawnp(&process, "sh", &actions, &attributes, &words, environ) == 0 ? process : nil
    }
}
