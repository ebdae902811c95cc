import Glibc
import Synchronization

/// Something that happens once, and that poll(2) can wait for.
final class Event: Sendable {
    /// Readable from the moment on when it happens; nobody reads it.
    ///
    /// Negative where no file descriptor was left for it, and so left out by poll(2).
    let descriptor: Int32
    private let writing: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) == 0 {
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        } else {
            ends = [-1, -1]
        }
        (descriptor, writing) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(writing)
    }

    func happen() {
        var byte: UInt8 = 1
        _ = write(writing, &byte, 1)
    }
}

/// A request to this process to stop, which ends every wait of this library; it is never taken back.
///
/// Whoever handles signals raises it: the library handles none.
package enum StopRequest {
    private static let event = Event()
    private static let raised = Atomic<Bool>(false)
    private static let seen = Atomic<Bool>(false)
    private static let shields = Atomic<Int>(0)
    @TaskLocal private static var isShielded = false

    package static func raise() {
        raised.store(true, ordering: .sequentiallyConsistent)
        event.happen()
    }

    package static var isRaised: Bool { raised.load(ordering: .sequentiallyConsistent) }

    /// Whether the calling code has to stop now.
    package static var isToStop: Bool {
        guard isRaised, !isShielded else { return false }
        seen.store(true, ordering: .relaxed)
        return true
    }

    /// Whether some code has noticed the request, or must not.
    package static var isHeeded: Bool {
        seen.load(ordering: .relaxed) || shields.load(ordering: .sequentiallyConsistent) > 0
    }

    /// Whether this code may be stopped at all.
    package static var isStoppable: Bool { !isShielded }

    /// Runs what has to come to its end, such as taking back and cleaning up: its waits are not ended by the request.
    package static func shielded<Value>(_ body: () throws -> Value) rethrows -> Value {
        shields.add(1, ordering: .sequentiallyConsistent)
        defer { shields.subtract(1, ordering: .sequentiallyConsistent) }
        return try $isShielded.withValue(true) { try body() }
    }

    enum Wake { case ready, timedOut, stopped }

    /// Waits until a descriptor is ready, a deadline has passed, or the request comes, unless the caller is shielded.
    static func wait(
        _ descriptor: Int32, _ events: Int32, until deadline: ContinuousClock.Instant?, stops: Bool = true
    ) -> Wake {
        let stops = stops && !isShielded
        while true {
            // poll(2) leaves out a negative descriptor.
            var waits = [
                pollfd(fd: descriptor, events: Int16(events), revents: 0),
                pollfd(fd: stops ? event.descriptor : -1, events: Int16(POLLIN), revents: 0),
            ]
            var milliseconds: Int32 = -1
            if let deadline {
                let (seconds, attoseconds) = ContinuousClock.now.duration(to: deadline).components
                milliseconds = Int32(clamping: max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1))
            }
            let count = poll(&waits, 2, milliseconds)
            if stops, isToStop { return .stopped }
            // Whoever uses the descriptor will learn what is wrong with it.
            if count < 0 && errno != EINTR || waits[0].revents != 0 { return .ready }
            if let deadline, ContinuousClock.now >= deadline { return .timedOut }
        }
    }

    /// Waits until a descriptor can be read or written; false when the request came first.
    package static func isReady(_ descriptor: Int32, forReading: Bool) -> Bool {
        wait(descriptor, forReading ? POLLIN : POLLOUT, until: nil) == .ready
    }

    /// Waits until a descriptor can be read; false when the request or the end of some time came first.
    package static func isReadable(_ descriptor: Int32, within duration: Duration) -> Bool {
        wait(descriptor, POLLIN, until: .now + duration) == .ready
    }

    /// Whether something can be written at this moment.
    package static func isWritable(_ descriptor: Int32) -> Bool {
        wait(descriptor, POLLOUT, until: .now, stops: false) == .ready
    }

    /// Blocks the thread; the request ends the pause early.
    package static func pause(_ duration: Duration) { _ = wait(-1, 0, until: .now + duration) }
}
