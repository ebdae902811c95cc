import CLibpq
import Glibc
import Synchronization

/// Connects on a thread of its own, which is left behind when it takes too long: names are looked up, and Kerberos is
/// spoken, by calls that cannot be interrupted.
///
/// `PQconnectdbParams` would go through hosts and addresses by itself, but only the asynchronous form lets the verbosity
/// be raised in time for the SQLSTATE of a refused login to be part of the message, and it has no time limits: whoever
/// calls it keeps them, for each host and each of its addresses.
final class ConnectAttempt: Sendable {
    private struct Outcome {
        var result: Result<Connected, PostgresError>?
        var isAbandoned = false
        /// What is tried at present, and until when.
        var host = ""
        var until: ContinuousClock.Instant?
    }

    /// A connection of libpq, on its way from one thread to another.
    private struct Connected: @unchecked Sendable { let handle: OpaquePointer }

    private let outcome = Mutex(Outcome())
    /// There is a result.
    private let done = Event()
    private let plan: ConnectPlan

    /// Begins to connect and to log in.
    init(_ settings: ConnectionSettings, timeout: Duration) throws(PostgresError) {
        if StopRequest.isToStop { throw PostgresError.stopped }
        plan = try ConnectPlan(settings, timeout: timeout)
        if done.descriptor < 0 {
            throw PostgresError(kind: .connect, message: "no file descriptor is left: \(text(strerror(EMFILE)))")
        }
        try startThread { self.work() }
    }

    /// Whoever does not wait leaves it: what comes of it is closed.
    func abandon() {
        let connected = outcome.withLock { outcome in
            outcome.isAbandoned = true
            return try? outcome.result?.get()
        }
        if let connected { PQfinish(connected.handle) }
    }

    func wait() throws(PostgresError) -> OpaquePointer {
        while true {
            let (until, host) = outcome.withLock { ($0.until, $0.host) }
            // The thread keeps the limit itself, unless it is in a call that cannot be interrupted.
            let wake = StopRequest.wait(
                done.descriptor, POLLIN,
                until: min(until.map { $0 + .milliseconds(200) } ?? .now + .seconds(1), .now + .seconds(1)))
            let result = outcome.withLock { outcome in
                if outcome.result != nil { return outcome.result }
                if wake == .stopped {
                    outcome.isAbandoned = true
                    return .failure(PostgresError.stopped)
                }
                guard let until = outcome.until, until + .milliseconds(200) <= .now else { return nil }
                outcome.isAbandoned = true
                return .failure(.noAnswer(from: host))
            }
            if let result { return try result.get().handle }
        }
    }

    // MARK: - On the other thread

    private func work() {
        let result: Result<Connected, PostgresError>
        do throws(PostgresError) {
            result = .success(Connected(handle: try connect()))
        } catch {
            result = .failure(error)
        }
        let isAbandoned = outcome.withLock { outcome in
            if !outcome.isAbandoned { outcome.result = result }
            return outcome.isAbandoned
        }
        if isAbandoned, case .success(let connected) = result { PQfinish(connected.handle) }
        done.happen()
    }

    private func connect() throws(PostgresError) -> OpaquePointer {
        var failures: [PostgresError] = []
        for round in plan.rounds {
            for host in round {
                addresses: for endpoint in host.endpoints(begin: { begin(host.name) }) {
                    let until = begin(host.name)
                    do throws(ConnectFailure) {
                        return try plan.connect(endpoint, until: until)
                    } catch {
                        failures.append(error.error)
                        switch error.next {
                        case .address: continue addresses
                        case .host: break addresses
                        case .none: throw PostgresError.joined(failures)
                        }
                    }
                }
            }
        }
        throw PostgresError.joined(failures)
    }

    /// Notes what is tried from now on; returns until when.
    @discardableResult
    private func begin(_ host: String) -> ContinuousClock.Instant? {
        let limit = plan.limit.map { ContinuousClock.now + $0 }
        let until = [limit, plan.deadline].compactMap(\.self).min()
        outcome.withLock {
            $0.host = host
            $0.until = until
        }
        return until
    }
}

/// A try that failed, and what libpq would do next.
struct ConnectFailure: Error {
    enum Next { case none, address, host }

    let error: PostgresError
    let next: Next
}

extension PostgresError {
    static var stopped: PostgresError {
        PostgresError(kind: .stopped, message: "this program was asked to stop")
    }

    static func noAnswer(from host: String) -> PostgresError {
        PostgresError(kind: .connect, message: "no answer from \(host.isEmpty ? "the server" : host) in time")
    }

    /// The last failure, with the words of all.
    static func joined(_ failures: [PostgresError]) -> PostgresError {
        guard var error = failures.last else {
            return PostgresError(kind: .connect, message: "no host could be tried")
        }
        var messages: [String] = []
        for failure in failures where !messages.contains(failure.message) { messages.append(failure.message) }
        error.message = messages.joined(separator: "\n")
        return error
    }
}
