import Core

/// The directives of a step, the lines `-- emaildb: ...` at the top of its file.
///
/// - `no-transaction`: the step cannot run in a transaction.
/// - `own-transaction`: where steps before it are in use, the step commits apart from them, so that their locks are gone while it reads.
/// - `lends ROLE ...`: the installing role may act as these roles while the step runs, and they may create objects.
struct StepHeader {
    private(set) var kind = SchemaStep.Kind.transactional
    private(set) var commitsAlone = false
    private(set) var lends: [Role] = []
    /// What is wrong, each with its line before it.
    private(set) var problems: [String] = []

    private static let mark = "-- emaildb:"
    /// The roles that own objects and do not log in, but for the owner, as which the installer acts anyway.
    private static let lendable = Role.allCases.filter { !$0.logsIn && $0 != .owner }.map(\.name)

    /// - Parameter sql: the text of the file, normalised.
    init(_ sql: String) {
        var rest = sql[...]
        for line in 1... {
            guard rest.hasPrefix(Self.mark) else { return }
            let text = rest.prefix { $0 != "\n" }
            rest = rest[text.endIndex...].dropFirst()
            let words = text.dropFirst(Self.mark.count).split(separator: " ").map(String.init)
            problems += read(words).map { "\(line): \($0)" }
        }
    }

    private mutating func read(_ words: [String]) -> [String] {
        var problems: [String] = []
        switch words.first {
        case "no-transaction" where words.count == 1: kind = .noTransaction
        case "own-transaction" where words.count == 1: commitsAlone = true
        case "lends" where words.count > 1:
            lends += words.dropFirst().compactMap { Role(rawValue: $0) }
            problems = words.dropFirst().filter { !Self.lendable.contains($0) }.map {
                "role '\($0)' cannot be lent, only \(Self.lendable.joined(separator: ", "))"
            }
        default:
            return [
                "unknown directive '\(words.joined(separator: " "))', not no-transaction, own-transaction or lends ROLE ..."
            ]
        }
        if kind == .noTransaction && !lends.isEmpty { problems.append("a step outside transactions cannot lend roles") }
        if kind == .noTransaction && commitsAlone {
            problems.append("a step is no-transaction or own-transaction, not both")
        }
        return problems
    }

    /// A problem for each directive that is not at the top of the file.
    static func misplaced(in sql: String) -> [String] {
        let lines = sql.split(separator: "\n", omittingEmptySubsequences: false)
        let top = lines.prefix { $0.hasPrefix(mark) }.count
        return lines.indices.dropFirst(top).filter { line in
            lines[line].split(separator: " ").joined().hasPrefix("--emaildb:")
        }.map { "\($0 + 1): a directive stands at the top of the file, written '\(mark) ...'" }
    }
}

extension SchemaStep {
    /// Opens the step's transaction to the roles that it borrows; empty when there are none.
    ///
    /// PostgreSQL creates objects, and gives them away, only to a role that one can act as and that may create in the
    /// schema. The helper roles may neither be acted as nor create: they get both for the length of one step, the latter
    /// by being in `email_owner`. (A grant on the schema makes every session throw away all of its plans.)
    package var lendRoles: String { lending("GRANT", "TO") }

    /// Takes back what ``lendRoles`` gave, at the end of the same transaction.
    package var returnRoles: String { lending("REVOKE", "FROM") }

    private func lending(_ verb: String, _ preposition: String) -> String {
        if lends.isEmpty { return "" }
        let roles = lends.map(\.name).joined(separator: ", ")
        return """
            \(verb) \(Role.owner.name) \(preposition) \(roles);
            DO $emaildb$ BEGIN IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
              \(verb) \(roles) \(preposition) CURRENT_USER; END IF; END $emaildb$;

            """
    }
}
