package import Core
import Glibc
import Postgres

/// A program that this process started.
///
/// It gets every signal, whatever this process holds back.
struct ChildProgram: Sendable {
    let process: pid_t

    /// - Parameters:
    ///   - words: the program, found in `PATH`, and its arguments.
    ///   - environment: all of its environment.
    ///   - output: paths of files that take its standard output or error, by their descriptors.
    ///   - inheritsFiles: whether it gets the open files that this process did not mark `O_CLOEXEC`.
    init(
        _ words: [String], environment: [String: String], output: [Int32: String] = [:], inheritsFiles: Bool = true
    ) throws(Failure) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (descriptor, path) in output { posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY, 0) }
        if !inheritsFiles {
            // With some to spare for what other threads open meanwhile.
            let last = (try Files.names("/proc/self/fd").compactMap { Int32($0) }.max() ?? 255) + 16
            for descriptor in 3...last { posix_spawn_file_actions_addclose(&actions, descriptor) }
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
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

    /// The exit status, or 128 and the number of the signal that ended it; blocks the thread until then.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
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
        let status = wait()
        if let stopped { throw stopped }
        return status
    }

    /// Runs a program to its end, blocking the thread.
    ///
    /// A server that it starts stays, and keeps open nothing that this process has opened.
    static func run(_ words: [String], environment: [String: String]) throws(Failure) -> ProgramOutcome {
        // Files, because a pipe would stay open as long as a server that was started.
        guard let output = tmpfile(), let errors = tmpfile() else {
            throw Failure(.failed, "cannot write in /tmp", fix: "df /tmp")
        }
        defer { for file in [output, errors] { fclose(file) } }
        let paths = [output, errors].map { "/proc/self/fd/\(fileno($0))" }
        let program = try ChildProgram(
            words, environment: environment, output: [STDOUT_FILENO: paths[0], STDERR_FILENO: paths[1]],
            inheritsFiles: false)
        return ProgramOutcome(
            status: program.wait(), output: Files.text(paths[0]) ?? "", errors: Files.text(paths[1]) ?? "")
    }
}

/// How a program ended, and what it wrote.
package struct ProgramOutcome: Sendable {
    /// The exit status, or 128 and the number of a signal.
    package let status: Int32
    package let output: String
    package let errors: String

    /// For an error message.
    var lastErrors: String { errors.split(separator: "\n").suffix(6).joined(separator: "\n") }

    /// The version in the output of `postgres --version`, such as `postgres (PostgreSQL) 16.4 (Debian 16.4-1)`.
    var majorVersion: Substring? {
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
