package import Core
internal import Postgres

/// One versioned SQL file: a step from the previous version of the database to the next.
package struct SchemaStep: Sendable, Hashable {
    package enum Kind: String, Sendable, Codable {
        /// The file, its layout check and its ledger row commit together or not at all.
        case transactional
        /// A single `CREATE INDEX CONCURRENTLY`, which PostgreSQL refuses inside a transaction.
        case noTransaction = "no-transaction"
    }

    package let number: Int
    /// The file's name without its ending, such as `0003_roles`.
    package let name: String
    /// The file's text with LF line ends and without a byte order mark: what is hashed, and what is sent.
    package let sql: String
    package let kind: Kind
    /// Whether it commits apart from other steps where it upgrades a database in use.
    package let commitsAlone: Bool
    /// The roles that it creates objects as, beside the owner.
    package let lends: [Role]
    /// `sha256:` and the digest of ``sql`` in hexadecimal: a later algorithm can be told from this one.
    package let hash: String
    /// `sha256:` and the digest of the previous step's chain and this step's hash: equal chains mean equal histories.
    package let chain: String
    private let layoutText: String?

    /// Nil when the source has no layout file; parsed on demand, as an `init` that has nothing to do never needs it.
    package var layout: LayoutChange? {
        layoutText.map { text in
            do {
                return try LayoutChange(parsing: text)
            } catch {
                preconditionFailure("\(name): SchemaSource lets no malformed layout through: \(error)")
            }
        }
    }

    /// The path by which messages name the file.
    package var path: String { "sql/\(name).sql" }

    /// - Parameter previousChain: the chain of the step before, or the empty string for the first.
    init(number: Int, name: String, text: String, previousChain: String, layoutText: String?) {
        self.number = number
        self.name = name
        sql = Self.normalised(text)
        let header = StepHeader(sql)
        kind = header.kind
        commitsAlone = header.commitsAlone
        lends = header.lends
        hash = "sha256:" + SHA256.hexadecimal(sql)
        chain = "sha256:" + SHA256.hexadecimal(previousChain + "\n" + hash)
        self.layoutText = layoutText
    }

    /// The extensions that the steps make.
    package static let extensions = ["uuid-ossp", "pgcrypto", "pg_trgm", "btree_gin"]

    /// LF line ends and no byte order mark: what an editor or a checkout on another system may change without changing
    /// the meaning.
    ///
    /// Nothing else is folded, so that two different files never share a hash.
    static func normalised(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\r")) || text.unicodeScalars.first == "\u{FEFF}" else { return text }
        let scalars = text.unicodeScalars
        let lines = scalars.dropFirst(scalars.first == "\u{FEFF}" ? 1 : 0)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let ended = lines.dropLast().map { $0.last == "\r" ? $0.dropLast() : $0 }
        return (ended + lines.suffix(1)).map { String($0) }.joined(separator: "\n")
    }
}

extension SchemaStep {
    /// Pending steps as they commit: those that can run in a transaction together, each of the others alone, in their order.
    ///
    /// A series that begins with the first step makes a database that nobody uses yet: there no step has to commit alone.
    package static func transactions(_ steps: [SchemaStep]) -> [[SchemaStep]] {
        let isUpgrade = steps.first?.number != 1
        func isJoined(_ step: SchemaStep) -> Bool {
            step.kind == .transactional && !(isUpgrade && step.commitsAlone)
        }
        return steps.reduce(into: []) { series, step in
            if isJoined(step), series.last?.last.map(isJoined) == true {
                series[series.count - 1].append(step)
            } else {
                series.append([step])
            }
        }
    }
}
