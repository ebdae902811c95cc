import Core
import Glibc
import Postgres
import Synchronization

/// A view of the whole terminal that is drawn again and again: until `q`, Ctrl-C or the end of the process, after which the terminal
/// is as it was.
///
/// Without a terminal, or with one that cannot move its cursor (`TERM=dumb`), each look is printed below the one before.
package struct Screen {
    /// How a view ends.
    package enum Ending: Sendable, Hashable {
        /// Somebody pressed `q`.
        case quit
        /// A signal came.
        case stopped
    }

    private let terminal: Terminal
    private let interval: Duration

    /// - Parameter interval: between the beginnings of two looks.
    package init(_ terminal: Terminal, every interval: Duration) {
        self.terminal = terminal
        self.interval = interval
    }

    /// Whether standard input and output are a terminal that can be drawn on.
    package static var isThere: Bool {
        isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && EnvironmentVariable.terminal.value != nil
            && EnvironmentVariable.terminal.value != "dumb"
    }

    /// Shows what a body says, until somebody ends it.
    /// - Parameters:
    ///   - title: what stands in the first line.
    ///   - look: says what to draw; what it throws ends the view, once the terminal is restored.
    package func show(_ title: String, _ look: () throws -> StyledText) throws -> Ending {
        guard Self.isThere else { return try repeatedly(look) }
        let mode = try TerminalMode()
        defer { mode.restore() }
        var text = StyledText()
        var next = ContinuousClock.now
        var drawn: (columns: Int, rows: Int) = (0, 0)
        while true {
            let isDue = ContinuousClock.now >= next
            if isDue {
                next = .now + interval
                text = try look()
            }
            let size = Self.size()
            if isDue || size != drawn {
                terminal.draw(frame(title, text, size))
                drawn = size
            }
            // A change of the size is looked for now and then: its signal would need a handler.
            switch Keyboard.wait(for: min(.milliseconds(200), ContinuousClock.now.duration(to: next))) {
            case .quit: return .quit
            case .stopped: return .stopped
            case .nothing: continue
            }
        }
    }

    private func repeatedly(_ look: () throws -> StyledText) throws -> Ending {
        while true {
            let next = ContinuousClock.now + interval
            terminal.show(try look() + "\n")
            while ContinuousClock.now < next {
                if StopRequest.isToStop { return .stopped }
                pauseThread(for: ContinuousClock.now.duration(to: next))
            }
            if StopRequest.isToStop { return .stopped }
        }
    }

    /// One picture: the title, then as many lines as fit, each as wide as fits; what is below it on the screen is cleared.
    private func frame(_ title: String, _ text: StyledText, _ size: (columns: Int, rows: Int)) -> [StyledText] {
        let lines = text.lines
        let room = max(size.rows - 2, 1)
        let isCut = lines.count > room
        let shown = lines.prefix(isCut ? room - 1 : room)
        let rest: [StyledText] = isCut ? ["\("… \(lines.count - shown.count) more lines", .dim)"] : []
        let head: StyledText = "\(title, .bold)"
        return ([head] + shown + rest).map { $0.cut(to: size.columns) }
    }

    /// Columns and rows of the terminal; those of an old one where it does not tell.
    static func size() -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

/// What somebody types at a view.
private enum Keyboard {
    enum Event { case quit, stopped, nothing }

    /// Waits for a key, a signal, or the end of some time.
    static func wait(for duration: Duration) -> Event {
        guard StopRequest.isReadable(STDIN_FILENO, within: duration) else {
            return StopRequest.isToStop ? .stopped : .nothing
        }
        var keys = [UInt8](repeating: 0, count: 64)
        let count = read(STDIN_FILENO, &keys, keys.count)
        // The terminal is gone.
        if count == 0 || count < 0 && errno != EINTR && errno != EAGAIN { return .stopped }
        let letters: [UInt8] = [UInt8(ascii: "q"), UInt8(ascii: "Q")]
        return keys.prefix(max(count, 0)).contains { letters.contains($0) } ? .quit : .nothing
    }
}

/// The terminal as a view has it: another page, no cursor, no line that goes on in the next, keys at once and unseen.
///
/// However the process ends, by a second signal or a crash, the terminal is put back: only SIGKILL cannot be caught.
private final class TerminalMode: Sendable {
    private static let former = Mutex<termios?>(nil)
    private static let crashes = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]
    private let ending: Int?

    /// - Throws: ``Failure`` when the terminal does not tell how it is set.
    init() throws(Failure) {
        var state = termios()
        guard tcgetattr(STDIN_FILENO, &state) == 0 else {
            throw Failure(.failed, "the terminal cannot be used: \(String(cString: strerror(errno)))", fix: nil)
        }
        savedState = state
        let former = state
        state.c_lflag &= ~tcflag_t(ICANON | ECHO)
        // Stopped in the middle of a view, it would leave the terminal to the shell as it is.
        withUnsafeMutableBytes(of: &state.c_cc) { $0[Int(VSUSP)] = 0 }
        let view = state
        ending = try Interruption.undoable({ Self.former.withLock { $0 = former } }, undo: { _ in restoreTerminal() })
            .ending
        for number in Self.crashes { Glibc.signal(number) { restoreAfterCrash($0) } }
        var now = view
        tcsetattr(STDIN_FILENO, TCSANOW, &now)
        put(enterView)
    }

    func restore() {
        restoreTerminal()
        for number in Self.crashes { Glibc.signal(number, SIG_DFL) }
        if let ending { Interruption.forget(ending) }
    }
}

// Touched by a handler of signals, where nothing may be allocated or locked: written before it is installed.
private nonisolated(unsafe) var savedState = termios()
private let enterView: StaticString = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
private let leaveView: StaticString = "\u{1B}[?7h\u{1B}[?25h\u{1B}[0m\u{1B}[?1049l"

private func put(_ text: StaticString) { _ = write(STDOUT_FILENO, text.utf8Start, text.utf8CodeUnitCount) }

private func restoreTerminal() {
    put(leaveView)
    tcsetattr(STDIN_FILENO, TCSANOW, &savedState)
}

private func restoreAfterCrash(_ number: Int32) {
    restoreTerminal()
    signal(number, SIG_DFL)
    raise(number)
}
