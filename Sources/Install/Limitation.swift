import Core
import Fix
import Postgres
import Schema

/// Something that could not be set up because the connecting role is not a superuser.
package struct Limitation: Sendable, Hashable, Codable {
    package let missing: String
    package let consequence: String
    /// The SQL that a superuser runs to complete it.
    package let fix: String

    /// The consequence of each fact that only a superuser can bring about, by the text of its key.
    private static let privileged: [(key: String, consequence: String)] = [
        ("role email_backup", "email_backup cannot dump all tenants: row security hides every row from it"),
        ("membership email_backup in pg_read_all_data", "email_backup cannot read every table for a dump"),
        ("membership email_monitor in pg_monitor", "email_monitor sees only its own sessions in the monitoring views"),
        ("setting email_service track_activities", "query texts of tenants can be read in pg_stat_activity"),
        ("setting email_readonly track_activities", "query texts of tenants can be read in pg_stat_activity"),
        ("system-functions pg_terminate_backend", "the application can end its sessions that serve other tenants"),
        ("system-functions pg_cancel_backend", "the application can cancel queries that serve other tenants"),
        ("system-functions large objects", "large objects, which know no tenants, can be made and read by every role"),
        ("system-functions advisory locks", "any role can hold up writers, whose locks have keys that it can compute"),
        ("grant function pg_catalog.pg_advisory_xact_lock(integer, integer) to email_service", locks),
        ("grant function pg_catalog.pg_advisory_xact_lock(integer, integer) to email_keeper", locks),
        ("grant function pg_catalog.pg_advisory_xact_lock_shared(integer, integer) to email_service", locks),
        ("grant function pg_catalog.pg_advisory_xact_lock_shared(integer, integer) to email_keeper", locks),
        ("grant function pg_catalog.pg_try_advisory_lock(integer, integer) to email_owner", locks),
        ("grant function pg_catalog.pg_advisory_unlock(integer, integer) to email_owner", locks),
        ("grant column pg_catalog.pg_authid.rolname to email_lookup", pooler),
        ("grant column pg_catalog.pg_authid.rolpassword to email_lookup", pooler),
    ]

    private static let locks = "it works as long as every role may take advisory locks of two keys"
    private static let pooler =
        "PgBouncer cannot look up passwords: its auth_file must list each role with its verifier"

    private static let keys = privileged.compactMap { Fact.Key($0.key) }

    /// Whether a fact that does not hold may be missing because `init` did not run as a superuser.
    static func explains(_ mismatch: FactMismatch) -> Bool { keys.contains(mismatch.expected.key) }

    static func all(_ source: SchemaSource, _ connection: borrowing Connection) throws -> [Limitation] {
        let expected = ExpectedLayout(source.steps)
        let live = try LiveCatalog.facts(connection).byKey
        let fix = LayoutFix(
            expected: expected, live: live.keys, database: connection.database, installer: connection.user)
        let limitations = zip(keys, privileged).compactMap { key, known -> Limitation? in
            guard let fact = expected.facts[key], live[key]?.value != fact.value else { return nil }
            return Limitation(
                missing: "\(fact.key) = \(fact.value)", consequence: known.consequence,
                fix: fix.statements(fact, live[key]).map(\.sql).joined(separator: "\n"))
        }
        // pg_stat_statements where another tool made it: no fact of the layout, because it may as well be absent.
        if try connection.query(SQLFile("statistics_open_to_public")).isEmpty { return limitations }
        let openStatistics = Limitation(
            missing: "extension pg_stat_statements = closed to public",
            consequence: "the application can read literals of statements that served other tenants",
            fix: LayoutFix.closeStatistics)
        return limitations + [openStatistics]
    }
}
