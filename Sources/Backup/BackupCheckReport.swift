package import Core
import Server

/// What `backup check` saw of a repository.
package struct BackupCheckReport: Sendable, Encodable {
    package enum Severity: String, Sendable, Encodable, CaseIterable { case critical, warning }

    package struct Finding: Sendable, Encodable {
        package let check: String
        package let severity: Severity
        package let problem: String
        package let fix: String
    }

    /// One timeline's part of the log.
    package struct Segments: Sendable, Encodable {
        package let timeline: UInt32
        package let count: Int
        package let first: String
        package let last: String
    }

    package struct Slot: Sendable, Encodable {
        package let name: String
        package let isActive: Bool
        /// As pg_replication_slots has it: reserved, extended, unreserved, lost.
        package let state: String
        /// Bytes of the log that the server keeps for it.
        package let kept: Int?
        /// Bytes that may still come before it is lost; nil: no limit.
        package let safe: Int?
    }

    package let format = 1
    package let repository: String
    package let at: Moment
    package internal(set) var findings: [Finding] = []
    /// What could not be looked at, which is not the same as fine.
    package internal(set) var unseen: [String] = []
    /// What is so by design, said every time.
    package internal(set) var notes: [String] = []
    package internal(set) var backups = 0
    package internal(set) var proven = 0
    package internal(set) var dumps = 0
    package internal(set) var log: [Segments] = []
    package internal(set) var gaps: [String] = []
    package internal(set) var lastBackup: Moment?
    package internal(set) var lastDrill: Moment?
    package internal(set) var slot: Slot?
    /// Bytes that the server is ahead of the repository.
    package internal(set) var behind: Int?
    package internal(set) var diskFree: Int?
    package internal(set) var diskTotal: Int?
    package internal(set) var milliseconds = 0

    package var status: ExitStatus { findings.isEmpty && unseen.isEmpty ? .done : .findings }

    mutating func add(_ check: String, _ severity: Severity, _ problem: String, fix: String) {
        findings.append(Finding(check: check, severity: severity, problem: problem, fix: fix))
    }
}
