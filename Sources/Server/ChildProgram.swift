package import Core
import Glibc

/// A program that this process started.
///
/// It gets every signal, whatever this process holds back, and the open files that this process did not mark
/// `O_CLOEXEC`.
struct ChildProgram: Sendable {
    let process: pid_t

    /// - Parameters:
    ///   - words: the program, found in `PATH`, and its arguments.
    ///   - environment: all of its environment.
    ///   - output: descriptors for its standard output and error, instead of this process's own.
    ///   - lastClosed: the highest descriptor that it must not inherit.
    init(
        _ words: [String], environment: [String: String], output: (out: Int32?, errors: Int32?) = (nil, nil),
        closingUpTo lastClosed: Int32 = 2
    ) throws(Failure) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        if let out = output.out { posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) }
        if let errors = output.errors { posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO) }
        for descriptor in stride(from: 3, through: lastClosed, by: 1) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
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
                posix_spawnp(&process, words[0], &actions, &attributes, arguments, environment)
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
        return Self.exitStatus(status)
    }

    func poll() -> Int32? {
        var status: Int32 = 0
        return waitpid(process, &status, WNOHANG) == process ? Self.exitStatus(status) : nil
    }

    var isRunning: Bool {
        var ended = siginfo_t()
        return waitid(P_PID, id_t(process), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_signo == 0
    }

    /// The exit status once it has ended; a stop signal is passed on as SIGTERM, and thrown after the end.
    func waitUnlessStopped() throws(Failure) -> Int32 {
        var stopped: Failure?
        while true {
            if let status = poll() {
                if let stopped { throw stopped }
                return status
            }
            do {
                try StopSignals.pause(.seconds(60))
            } catch {
                stopped = stopped ?? error
                kill(process, SIGTERM)
            }
        }
    }

    private static func exitStatus(_ status: Int32) -> Int32 {
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}

/// The signals that ask to stop, held back until the program looks for them.
///
/// So none comes in the middle of a step, and none is lost between one program and the one that it becomes: the first
/// process of a container does not get a signal that it does not handle, but one that it holds back stays pending.
package enum StopSignals {
    private static func stopped(by signal: Int32) -> Failure {
        let message = "stopped by signal \(signal) before the server was ready"
        return Failure(
            status: .interrupted(by: signal), message: message,
            problems: [Problem(problem: message, fix: "Start it again: nothing is lost.")])
    }

    private static func set(_ signals: Int32...) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }

    /// Holds them back from now on, and SIGCHLD with them; call it before any thread is started.
    package static func block() {
        var signals = set(SIGTERM, SIGINT, SIGQUIT, SIGCHLD)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Waits for a while, or until a child ends.
    static func pause(_ duration: Duration) throws(Failure) {
        var signals = set(SIGTERM, SIGINT, SIGQUIT, SIGCHLD)
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        let signal = sigtimedwait(&signals, nil, &time)
        if signal > 0, signal != SIGCHLD { throw stopped(by: signal) }
    }

    package static func check() throws(Failure) {
        var signals = set(SIGTERM, SIGINT, SIGQUIT)
        var time = timespec()
        let signal = sigtimedwait(&signals, nil, &time)
        if signal > 0 { throw stopped(by: signal) }
    }
}

package enum ThisProcess {
    /// Becomes another program, found in `PATH`; returns only when that fails.
    package static func become(_ words: [String]) {
        _ = withCStrings(words) { execvp(words[0], UnsafeMutablePointer(mutating: $0)) }
    }
}

private func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return body(&pointers)
}
