package import Core
import FoundationEssentials
import Postgres

/// What `pg_controldata` says of a data directory, whether its server runs or not.
package struct ControlData: Sendable {
    /// The values by their names, such as `Database system identifier`.
    package let values: [String: String]

    /// - Throws: ``Failure`` when the program cannot be run, or finds no control file that it can read.
    package init(_ data: String, _ binaries: ServerBinaries, as user: ServerUser) throws(Failure) {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
        environment["LC_ALL"] = "C"
        environment["TZ"] = "UTC"
        let outcome = try binaries.run("pg_controldata", ["-D", data], as: user, environment: environment)
        guard outcome.status == 0 else {
            throw Failure(.failed, "\(data) has no control file that can be read: \(outcome.lastErrors)")
        }
        self.init(outcome.output)
    }

    /// Reads the output of the program in the locale C.
    package init(_ output: String) {
        values = output.splitScalars("\n").reduce(into: [:]) { values, line in
            guard let colon = line.firstIndex(of: ":") else { return }
            values[String(line[..<colon])] = line[line.index(after: colon)...].drop { $0 == " " }.description
        }
    }

    package subscript(_ name: String) -> String? { values[name] }

    package var systemIdentifier: String? { self["Database system identifier"] }
    /// Such as `in production`, `shut down`, `in archive recovery`.
    package var state: String? { self["Database cluster state"] }
    package var timeline: UInt32? { self["Latest checkpoint's TimeLineID"].flatMap { UInt32($0) } }
    package var checkpoint: LogPosition? { self["Latest checkpoint location"].flatMap { LogPosition($0) } }
    /// Where recovery has to come to before the data are consistent.
    package var minimumRecoveryEnd: LogPosition? {
        self["Minimum recovery ending location"].flatMap { LogPosition($0) }
    }
    /// Bytes of a segment of the log.
    package var segmentSize: UInt64? { self["Bytes per WAL segment"].flatMap { UInt64($0) } }
    package var hasChecksums: Bool { self["Data page checksum version"].map { $0 != "0" } ?? false }

    /// What a hot standby of this cluster must have at least, by the name of the setting.
    package var leastSettings: [String: String] {
        let names = [
            "max_connections setting": "max_connections", "max_worker_processes setting": "max_worker_processes",
            "max_wal_senders setting": "max_wal_senders", "max_prepared_xacts setting": "max_prepared_transactions",
            "max_locks_per_xact setting": "max_locks_per_transaction",
        ]
        return names.reduce(into: [:]) { settings, name in
            if let value = values[name.key], Int(value) != nil { settings[name.value] = value }
        }
    }
}
