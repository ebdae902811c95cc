import CSpawn
package import Core
import Glibc
import Postgres

/// A program that this process started, in a process group of its own.
///
/// A Ctrl-C at the terminal reaches this process alone, which decides what becomes of the program. What is sent to the program
/// it gets, whatever this process holds back.
struct ChildProgram: Sendable {
    let process: pid_t

    /// - Parameters:
    ///   - words: the program, found in `PATH`, and its arguments.
    ///   - environment: all of its environment.
    ///   - output: paths of files that take its standard output or error, by their descriptors.
    ///   - folder: where it begins to work, instead of this process's own folder.
    ///   - inheritsFiles: whether it gets the open files that this process did not mark `O_CLOEXEC`.
    init(
        _ words: [String], environment: [String: String], output: [Int32: String] = [:], folder: String? = nil,
        inheritsFiles: Bool = true
    ) throws(Failure) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (descriptor, path) in output { posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY, 0) }
        if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder) }
        if !inheritsFiles {
            posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var process = pid_t()
        let failure = withCStrings(words) { arguments in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
                posix_spawnp(&process, words[0], &actions, &attributes, mutable(arguments), mutable(environment))
            }
        }
        guard failure == 0 else {
            throw Failure(
                .failed, "\(words[0]) cannot be run: \(String(cString: strerror(failure)))", fix: "ls -l \(words[0])")
        }
        self.process = process
    }

    /// How a program ended.
    struct End {
        /// The exit status, or 128 and the number of the signal.
        let code: Int32
        let signal: Int32?
    }

    /// Blocks the thread until the program ends.
    @discardableResult
    func wait() -> End {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? End(code: (status >> 8) & 0xFF, signal: nil) : End(code: 128 + signal, signal: signal)
    }

    var isRunning: Bool {
        var ended = siginfo_t()
        return waitid(P_PID, id_t(process), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_signo == 0
    }

    /// The exit status once it has ended; a stop signal is passed on as SIGTERM, and thrown after the end.
    func waitUnlessStopped() throws(Failure) -> Int32 {
        var stopped: Failure?
        while isRunning {
            do {
                try StopSignals.pause(.seconds(60))
            } catch {
                stopped = stopped ?? error
                kill(process, SIGTERM)
            }
        }
        let status = wait().code
        if let stopped { throw stopped }
        return status
    }

    /// Runs a program to its end, blocking the thread; when this process is asked to stop, so are the program and all
    /// that it started in its group.
    ///
    /// A server that it starts stays, and keeps open nothing that this process has opened.
    /// - Throws: ``Failure`` when it cannot be run, and when a signal ended it or this process: its end says nothing then.
    static func run(_ words: [String], environment: [String: String]) throws(Failure) -> ProgramOutcome {
        try Interruption.check()
        // Files, because a pipe would stay open as long as a server that was started.
        guard let output = tmpfile(), let errors = tmpfile() else {
            throw Failure(.failed, "cannot write in /tmp", fix: "df /tmp")
        }
        defer { for file in [output, errors] { fclose(file) } }
        let paths = [output, errors].map { "/proc/self/fd/\(fileno($0))" }
        func start() throws(Failure) -> ChildProgram {
            try ChildProgram(
                words, environment: environment, output: [STDOUT_FILENO: paths[0], STDERR_FILENO: paths[1]],
                // A user that it is run as may not be able to stay in the present folder.
                folder: "/", inheritsFiles: false)
        }
        // What has to come to its end survives also a sudden end of this process.
        let (program, ending) =
            StopRequest.isStoppable
            ? try Interruption.undoable(start) { kill(-$0.process, SIGKILL) } : (try start(), nil)
        program.waitOrEndGroup()
        let status = program.wait()
        if let ending { Interruption.forget(ending) }
        try Interruption.check()
        guard let signal = status.signal else {
            return ProgramOutcome(
                status: status.code, output: Files.text(paths[0]) ?? "", errors: Files.text(paths[1]) ?? "")
        }
        let name = words.last { $0.hasPrefix("/") && $0.contains("/bin/") && !$0.contains("setpriv") } ?? words[0]
        throw Failure(
            .interrupted(by: signal), "\(name) was ended by signal \(signal), so what it would have shown is unknown",
            fix: "Run it again.")
    }

    /// Waits for the end, which it brings about when this process is to stop: asking first, as initdb and pg_ctl then clear away.
    private func waitOrEndGroup() {
        var left = [SIGINT, SIGTERM, SIGKILL]
        var next = ContinuousClock.now
        var pause = Duration.milliseconds(1)
        while isRunning {
            if StopRequest.isToStop {
                if next <= .now, !left.isEmpty {
                    kill(-process, left.removeFirst())
                    next = .now + .seconds(2)
                }
                StopRequest.shielded { StopRequest.pause(.milliseconds(10)) }
            } else {
                StopRequest.pause(pause)
                pause = min(pause * 2, .milliseconds(20))
            }
        }
        // The program is not waited for yet, so its number still stands for its group.
        if StopRequest.isToStop { kill(-process, SIGKILL) }
    }
}

/// How a program ended, and what it wrote.
package struct ProgramOutcome: Sendable {
    /// The exit status, or 128 and the number of a signal.
    package let status: Int32
    package let output: String
    package let errors: String

    /// For an error message.
    package var lastErrors: String { errors.split(separator: "\n").suffix(6).joined(separator: "\n") }

    /// The version in the output of `postgres --version`, such as `postgres (PostgreSQL) 16.4 (Debian 16.4-1)`.
    package var majorVersion: Substring? {
        output.split(whereSeparator: \.isWhitespace).first { $0.first?.isNumber == true }?.prefix(while: \.isNumber)
    }
}

/// The signals that ask to stop, held back until the program looks for them.
///
/// So none comes in the middle of a step, and none is lost between one program and the one that it becomes: the first
/// process of a container does not get a signal that it does not handle, but one that it holds back stays pending.
package enum StopSignals {
    /// SIGCHLD wakes a pause.
    private static var held: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGQUIT, SIGCHLD] { sigaddset(&set, signal) }
        return set
    }

    /// Holds them back from now on; call it before any thread is started.
    package static func block() {
        var signals = held
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Waits for a while, or until a child ends.
    /// - Throws: ``Failure`` when a stop signal came.
    static func pause(_ duration: Duration) throws(Failure) {
        var signals = held
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        let signal = sigtimedwait(&signals, nil, &time)
        guard signal > 0, signal != SIGCHLD else { return }
        let message = "stopped by signal \(signal) before the server was ready"
        throw Failure(
            status: .interrupted(by: signal), message: message,
            problems: [Problem(problem: message, fix: "Start it again: nothing is lost.")])
    }

    package static func check() throws(Failure) { try pause(.zero) }
}

/// Becomes another program, found in `PATH`; returns only when that fails.
package func become(_ words: [String]) { _ = withCStrings(words) { execvp(words[0], mutable($0)) } }

/// The type that `exec` and `spawn` ask for, though they change nothing.
private func mutable(_ texts: UnsafePointer<UnsafePointer<CChar>?>) -> UnsafeMutablePointer<
    UnsafeMutablePointer<CChar>?
> {
    UnsafeMutableRawPointer(mutating: texts).assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self)
}
