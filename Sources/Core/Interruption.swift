import Glibc
package import Postgres
import Synchronization

/// What SIGINT, SIGTERM and SIGHUP do to a command: the first one asks it to stop, a second one ends it at once.
///
/// No handler runs: the signals are held back in every thread, and one thread waits for them. What a command is in the
/// middle of, it ends by itself: a running statement is cancelled, a program that was started is ended, a wait is over.
package enum Interruption {
    private static let number = Atomic<Int32>(0)
    private static let leavesInterrupts = Atomic<Bool>(false)
    private static let endings = Mutex<(next: Int, all: [Int: @Sendable () -> Void])>((0, [:]))
    /// What does not look at the signal for so long is ended.
    private static let patience = Duration.seconds(2)

    /// The first signal that came.
    package static var signal: Int32? {
        let number = number.load(ordering: .sequentiallyConsistent)
        return number == 0 ? nil : number
    }

    /// Waits for the signals from now on; call it before any thread is started.
    ///
    /// One that the parent ignores stays ignored, as for a job that a shell put into the background.
    /// - Throws: `PostgresError` where the system has no thread to give.
    package static func install() throws(PostgresError) {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            var action = sigaction()
            sigaction(number, nil, &action)
            let isIgnored =
                unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
                == unsafeBitCast(SIG_IGN, to: Int.self)
            if !isIgnored { sigaddset(&signals, number) }
        }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let awaited = signals
        try startThread { wait(for: awaited) }
    }

    /// Lets signals end this process again, for a program that it is about to become.
    package static func uninstall() {
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
    }

    /// Runs what leaves Ctrl-C to another program, which the same terminal tells of it.
    package static func leavingInterrupts<Value>(_ body: () -> Value) -> Value {
        leavesInterrupts.store(true, ordering: .sequentiallyConsistent)
        // Before the signals are waited for, or where they are not, this process must not end, either.
        let former = Glibc.signal(SIGINT, SIG_IGN)
        defer {
            Glibc.signal(SIGINT, former)
            leavesInterrupts.store(false, ordering: .sequentiallyConsistent)
        }
        return body()
    }

    private static func wait(for awaited: sigset_t) {
        var signals = awaited
        var came: Int32 = 0
        while sigwait(&signals, &came) != 0
            || came == SIGINT && leavesInterrupts.load(ordering: .sequentiallyConsistent)
        {}
        number.store(came, ordering: .sequentiallyConsistent)
        StopRequest.raise()
        let unheeded = ContinuousClock.now + patience
        while true {
            var pause = timespec(tv_sec: 0, tv_nsec: 100_000_000)
            let next = sigtimedwait(&signals, nil, &pause)
            if next > 0 { end(by: next) }
            if !StopRequest.isHeeded, unheeded <= .now { end(by: came) }
        }
    }

    /// Ends the process, and what it has started.
    private static func end(by signal: Int32) -> Never {
        // Never given back: whoever wants to start a program now does not.
        endings.withLock { endings in
            for ending in endings.all.values { ending() }
            exit(128 + signal, patience: .milliseconds(200))
        }
    }

    /// Ends the process at once, but for cancel requests that are not answered yet: those have this long.
    package static func exit(_ status: Int32, patience: Duration = .seconds(1)) -> Never {
        CancelHandle.awaitAnswers(until: .now + patience)
        _exit(status)
    }

    /// Does something that a sudden end of this process has to undo, such as to start a program.
    /// - Returns: what the body returned, and a number for ``forget(_:)``.
    package static func undoable<Value: Sendable>(
        _ body: () throws(Failure) -> Value, undo: @escaping @Sendable (Value) -> Void
    ) throws(Failure) -> (Value, ending: Int?) {
        let result = endings.withLock { endings in
            Result { () throws(Failure) in
                let value = try body()
                endings.next += 1
                endings.all[endings.next] = { undo(value) }
                return (value, endings.next as Int?)
            }
        }
        return try result.get()
    }

    /// Says that there is nothing to undo any longer.
    package static func forget(_ undoable: Int) { endings.withLock { $0.all[undoable] = nil } }

    /// - Throws: ``Failure`` when a signal asked to stop, unless what is being done has to come to its end.
    package static func check() throws(Failure) {
        if StopRequest.isToStop { throw Failure.interrupted(by: signal ?? SIGTERM) }
    }

    /// Runs what has to come to its end although a signal came: taking back, cleaning up.
    package static func finishing<Value>(_ body: () throws -> Value) rethrows -> Value {
        try StopRequest.shielded(body)
    }
}
