import CSpawn
import Foundation
import Glibc
import Synchronization
import TestSupport

/// `emaildb` in a terminal of its own, for tests that look at the screen, type, and change its size.
final class TestTerminal: Sendable {
    let processID: Int32
    private let master: Int32
    private let slave: Int32
    private let received = Mutex(Data())
    private let ended = Mutex<Int32?>(nil)

    init(
        _ arguments: [String], environment: [String: String], columns: UInt16 = 80, rows: UInt16 = 24
    ) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        // What unlockpt(3) and ptsname(3) do, which Swift does not see.
        var (locked, number): (Int32, UInt32) = (0, 0)
        guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
            throw POSIXError(.ENOTTY)
        }
        let path = "/dev/pts/\(number)"
        // Kept open, so that its settings can be looked at afterwards.
        slave = open(path, O_RDWR | O_NOCTTY)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that the leader of a session opens is its own: Ctrl-C comes from there.
        for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, number, path, O_RDWR, 0)
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // POSIX_SPAWN_SETSID
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | 0x80))
        let inherited = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("PG") && !name.hasPrefix("EMAILDB_") && name != "DATABASE_URL" && name != "NO_COLOR"
        }
        let variables = inherited.merging(["TERM": "xterm", "EMAILDB_CONFIG": "none"]) { $1 }.merging(environment) {
            $1
        }
        var words = ([CommandRunner.emaildb] + arguments).map { strdup($0) } + [nil]
        var values = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in words + values { free(pointer) } }
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        var process = pid_t()
        let code = posix_spawnp(&process, CommandRunner.emaildb, &actions, &attributes, &words, &values)
        if code != 0 { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
        processID = process
        Thread.detachNewThread { [self] in
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(master, &bytes, bytes.count)
                if count <= 0 { break }
                received.withLock { $0.append(contentsOf: bytes.prefix(count)) }
            }
        }
    }

    func close() {
        _ = Glibc.close(slave)
        if isRunning { kill(processID, SIGKILL) }
        while isRunning { usleep(5000) }
        _ = Glibc.close(master)
    }

    /// All that was written so far.
    var text: String { received.withLock { String(decoding: $0, as: UTF8.self) } }

    /// The lines of the last picture, without colours.
    var screen: [String] {
        let picture = text.components(separatedBy: "\u{1B}[H").last ?? ""
        let bare = picture.replacing(#/\x1B\[[?0-9;]*[A-Za-z]/#, with: "")
        // The terminal puts a return before each line feed of its own accord.
        return String(String.UnicodeScalarView(bare.unicodeScalars.filter { $0 != "\r" })).components(separatedBy: "\n")
    }

    func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = write(master, bytes, bytes.count)
    }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// Whether lines, echo and suspension are as a shell has them.
    var isCooked: Bool {
        var state = termios()
        tcgetattr(slave, &state)
        let suspends = withUnsafeBytes(of: state.c_cc) { $0[Int(VSUSP)] != 0 }
        return state.c_lflag & tcflag_t(ICANON) != 0 && state.c_lflag & tcflag_t(ECHO) != 0 && suspends
    }

    /// Whether the view was left as often as it was entered, the cursor shown and lines wrapped again.
    var isLeft: Bool {
        func last(_ on: String, _ off: String) -> Bool {
            let place = text.range(of: on, options: .backwards)?.lowerBound
            let back = text.range(of: off, options: .backwards)?.lowerBound
            guard let place, let back else { return false }
            return back > place
        }
        return last("\u{1B}[?1049h", "\u{1B}[?1049l") && last("\u{1B}[?25l", "\u{1B}[?25h")
            && last("\u{1B}[?7l", "\u{1B}[?7h")
    }

    var isRunning: Bool {
        ended.withLock { ended in
            if ended != nil { return false }
            var status: Int32 = 0
            guard waitpid(processID, &status, WNOHANG) == processID else { return true }
            ended = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
            return false
        }
    }

    /// The exit status, or 128 and the signal's number.
    func end() async throws -> Int32 {
        try await eventually("it ends", within: .seconds(20)) { !isRunning }
        return ended.withLock { $0 ?? -1 }
    }
}
