package import Server

/// How many rows a tenant has, and what is in them.
package struct TenantCount: Sendable, Hashable, Codable {
    package let tenant: String
    package let accounts: Int
    package let folders: Int
    package let messages: Int
    package let attachments: Int
    /// SHA-256 over the hashes of all its rows in the four tables, whatever their order; of one major version only.
    package let digest: String
}

/// What a repository knows of one backup: its file `backup.json`.
///
/// A backup without this file is not one: it is written last, when all else is on the disk.
package struct BackupRecord: Sendable, Codable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case full, incremental, dump
    }

    /// A successful drill.
    package struct Proof: Sendable, Codable {
        package let at: Moment
        /// The file with the evidence, in the folder `evidence`; nil for a dump, proven as it was made.
        package let evidence: String?
    }

    /// A file of a dump.
    package struct File: Sendable, Codable {
        package let name: String
        package let bytes: Int
        package let sha256: String
    }

    /// The version of this JSON: a field that changes its meaning or goes raises it.
    package var format = 1
    package let id: String
    package let kind: Kind
    /// The backup that an incremental one adds to.
    package let parent: String?
    package let started: Moment
    package var ended: Moment
    package let database: String
    package let systemIdentifier: String
    package let serverVersion: String
    package let toolVersion: String
    /// The bootstrap superuser's name, as whom a copy is looked at.
    package let superuser: String
    /// Of the files, as they lie in the repository.
    package var bytes = 0
    package var timeline: UInt32?
    /// Where recovery begins; nil for a dump.
    package var start: LogPosition?
    /// Where recovery has to come to at least.
    package var stop: LogPosition?
    /// The point that the counts were taken at, which a drill goes to: a restore point in the log; nil for a dump.
    package var point: String?
    package var pointPosition: LogPosition?
    /// Whether no writer was between the counts and the point, so that both are of exactly the same rows.
    package var isExact = false
    /// Why a dump is not proven, or what else is worth knowing.
    package var remark: String?
    package var files: [File]?
    /// SHA-256 of PostgreSQL's backup_manifest, which has the checksums of all other files; nil for a dump.
    package var manifest: String?
    package var tenants: [TenantCount] = []
    package var proof: Proof?

    package var isPhysical: Bool { kind != .dump }
}

/// What a repository is for: its file `repository.json`.
package struct RepositoryRecord: Sendable, Codable {
    package var format = 1
    package let created: Moment
    package let systemIdentifier: String
    /// The major version of the server.
    package let major: Int
    /// Bytes of a segment of the log.
    package let segmentSize: UInt64
    /// The replication slot that keeps the log on the server until it is here.
    package let slot: String
}
