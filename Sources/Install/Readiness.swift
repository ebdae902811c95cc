package import Core
package import Postgres
package import Schema

/// Whether a server answers on TCP, lets a role log in, plays the expected part and holds the schema of this binary.
///
/// It looks at nothing else: statistics, warnings and load never make a database unready.
package struct Readiness: Sendable, Codable {
    package enum Node: String, Sendable, Codable, CaseIterable {
        case primary
        /// In recovery: takes reads, and gets its schema from its primary.
        case standby
    }

    package let database: String
    package let host: String
    package let port: String
    package let node: Node
    package let serverVersion: String
    package let appliedSteps: Int
    package let expectedSteps: Int
    /// Why the database is not ready, with what to do; empty when it is.
    package let problems: [Problem]
    /// Whether the ledger contradicts this binary, or the database is newer than it.
    package let contradictsLedger: Bool

    package var isReady: Bool { problems.isEmpty }

    /// Where a server is expected when nothing names a host: on this machine, but over TCP as its clients come.
    package static let defaultHost = "127.0.0.1"

    /// Logs in and looks, in one read-only transaction that takes no lock beyond reading the ledger.
    ///
    /// The role needs to read `emaildb.ledger`, as `email_monitor` may; the timeout is that of connecting, and again that of
    /// each statement. No node accepts either.
    package static func check(
        settings: ConnectionSettings, database: String, source: SchemaSource, node expected: Node? = nil,
        timeout: Duration = .seconds(3)
    ) throws -> Readiness {
        var settings = settings
        settings["dbname"] = database
        if settings["host"] == nil && settings["hostaddr"] == nil && settings["service"] == nil {
            settings["host"] = ConnectionSettings.defaultValue(of: "host") ?? defaultHost
        }
        // A server that is only being set up answers on its socket, seconds before it does on its port.
        if settings["hostaddr"] == nil, let host = settings["host"], host.hasPrefix("/") || host.hasPrefix("@") {
            throw Failure.refused(
                "\(host) is a Unix socket; a server answers there before clients can reach it",
                fix: "emaildb ready --host \(defaultHost)")
        }
        let connection = try Connection(settings, timeout: timeout)
        return try connection.transaction("READ ONLY") {
            // LOCAL, because the session may be a pooler's, and the next client gets it; 0 would be no limit.
            try connection.query(
                "SELECT pg_catalog.set_config('statement_timeout', $1, true)",
                [String(max(1, timeout.wholeMilliseconds))])
            return try read(connection, source: source, expected: expected)
        }
    }

    private static func read(
        _ connection: borrowing Connection, source: SchemaSource, expected: Node?
    ) throws -> Readiness {
        let state = try connection.query("SELECT pg_catalog.pg_is_in_recovery() AS standby").first
        let node: Node = state?.flag("standby") == true ? .standby : .primary
        let comparison = try Ledger.readAsLedger(connection).compare(with: source)
        var problems: [Problem] = []
        if let expected, expected != node {
            problems.append(
                Problem(
                    problem: "the server is a \(node.rawValue), not a \(expected.rawValue)",
                    fix: expected == .primary
                        ? "SELECT pg_promote();   -- only when the old primary is gone for good"
                        : "Name the standby with --host."))
        }
        problems += comparison.problems.map(\.problem)
        if comparison.problems.isEmpty, let first = comparison.pending.first {
            problems.append(
                Problem(
                    problem: "\(comparison.pending.count) of \(source.steps.count) steps are pending,"
                        + " the first is \(first.number) (\(first.name))",
                    fix: node == .primary
                        ? "emaildb init" : "emaildb init --host PRIMARY   # the standby then follows by itself"))
        }
        if comparison.problems.isEmpty, comparison.pending.isEmpty {
            problems += try Completeness.problems(source, connection)
        }
        return Readiness(
            database: connection.database, host: connection.host, port: connection.port, node: node,
            serverVersion: connection.parameterStatus("server_version") ?? "",
            appliedSteps: source.steps.count - comparison.pending.count, expectedSteps: source.steps.count,
            problems: problems, contradictsLedger: !comparison.problems.isEmpty)
    }
}
