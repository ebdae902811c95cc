package import Core
import FoundationEssentials
import Postgres
package import Server

/// What a drill showed: the file `evidence/<drill>.json` of a repository, described in the guide on backups.
package struct DrillEvidence: Sendable, Codable {
    package enum Outcome: String, Sendable, Codable { case passed, failed }

    /// A tenant whose rows are not those of the backup.
    package struct Difference: Sendable, Codable {
        package let tenant: String
        /// nil: the tenant was not there.
        package let expected: TenantCount?
        package let found: TenantCount?
    }

    /// What a recovery at this moment would lose of the running server.
    package struct Loss: Sendable, Codable {
        /// Of the log, not yet in the repository.
        package let bytes: Int
        /// From the last transaction recovered to the moment of the drill; an idle server loses nothing in that time.
        package let seconds: Int?
    }

    /// The version of this JSON: a field that changes its meaning or goes raises it.
    package var format = 1
    package let drill: String
    package let started: Moment
    package internal(set) var ended: Moment
    package let backup: String
    package let kind: BackupRecord.Kind
    package let systemIdentifier: String
    package let toolVersion: String
    package internal(set) var outcome = Outcome.failed
    /// What was wrong, in words.
    package internal(set) var problems: [String] = []
    /// What could not be looked at.
    package internal(set) var unseen: [String] = []
    /// Bytes of the backup, and of the log that was replayed.
    package internal(set) var bytes = 0
    package internal(set) var logBytes = 0
    package internal(set) var copyMilliseconds = 0
    package internal(set) var recoveryMilliseconds = 0
    /// Comparing, verifying, amcheck.
    package internal(set) var proofMilliseconds = 0
    package internal(set) var lastTransaction: Moment?
    package internal(set) var position: LogPosition?
    package internal(set) var tenants = 0
    package internal(set) var messages = 0
    /// Whether the counts were taken at exactly the point that they are compared at.
    package internal(set) var isExact = false
    package internal(set) var differences: [Difference] = []
    package internal(set) var verifyChecks = 0
    package internal(set) var verifyFindings: [String] = []
    package internal(set) var amcheckFindings: [String] = []
    package internal(set) var loss: Loss?

    /// How long a recovery takes until the server answers, milliseconds.
    package var recoveryTime: Int { copyMilliseconds + recoveryMilliseconds }

    /// Every evidence of a repository, the oldest first.
    package static func all(_ repository: Repository) throws(Failure) -> [DrillEvidence] {
        try Files.names(repository.evidence).filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
            try? BackupJSON.read(repository.evidence + "/" + name)
        }
    }

    /// The last one that passed.
    package static func last(_ repository: Repository) throws(Failure) -> DrillEvidence? {
        try all(repository).last { $0.outcome == .passed }
    }
}
