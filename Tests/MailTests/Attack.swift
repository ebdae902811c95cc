import Postgres
import TestSupport
import Testing

/// An attempt, what must come of it, and what proves that it could have come otherwise.
///
/// In SQL, `{A.name}` stands for a value of the attacker's tenant and `{B.name}` for one of the victim's.
struct Attack: Sendable, CustomTestStringConvertible {
    enum Actor: Sendable {
        /// The application, serving tenant A.
        case attacker
        /// The application, serving tenant B.
        case victim
        /// The application before it served any tenant.
        case unset
        /// The application after a transaction that served A.
        case forgetful
        /// The application, serving something that is no tenant.
        case garbled
        case superuser
    }

    enum Outcome: Sendable, Equatable {
        /// No row is returned, changed or deleted.
        case nothing
        case error(String)
        /// At least one row is returned, changed or deleted, or the statement has no rows and works.
        case success
    }

    let number: Int
    let actor: Actor
    let sql: String
    let outcome: Outcome
    /// The actor and the SQL that show that the attack fails for the right reason.
    let control: (actor: Actor, sql: String)

    init(
        _ number: Int, _ actor: Actor, _ sql: String, _ outcome: Outcome, control: Actor, _ controlSQL: String? = nil
    ) {
        self.number = number
        self.actor = actor
        self.sql = sql
        self.outcome = outcome
        self.control = (control, controlSQL ?? sql)
    }

    init(_ number: Int, _ sql: String, _ outcome: Outcome, control: Actor, _ controlSQL: String? = nil) {
        self.init(number, .attacker, sql, outcome, control: control, controlSQL)
    }

    var testDescription: String { "\(number) \(actor): \(sql.prefix(90))" }

    /// Runs attack and control, and leaves nothing changed.
    func run(_ database: MailDatabase, _ mine: Tenant, _ theirs: Tenant) throws {
        var came = Outcome.error("40P01")
        for _ in 1...20 where came == .error("40P01") {
            came = try Self.outcome(actor, sql, database, mine, theirs)
        }
        #expect(came == outcome)
        // The other attacks run beside this one, and a control may lock whole tables against their order.
        var positive = Outcome.error("40P01")
        for _ in 1...20 where positive == .error("40P01") {
            positive = try Self.outcome(control.actor, control.sql, database, mine, theirs)
        }
        #expect(positive == .success, "control: \(control.actor) \(control.sql)")
    }

    private static func outcome(
        _ actor: Actor, _ sql: String, _ database: MailDatabase, _ mine: Tenant, _ theirs: Tenant
    ) throws -> Outcome {
        let connection = try actor == .superuser ? Connection(database.superuser) : database.application()
        let become = "SELECT set_config('app.current_tenant_id', $1, true)"
        if actor == .forgetful {
            try connection.query("BEGIN")
            try connection.query(become, [mine.id])
            try connection.query("COMMIT")
        }
        try connection.query("BEGIN")
        switch actor {
        case .attacker: try connection.query(become, [mine.id])
        case .victim: try connection.query(become, [theirs.id])
        case .garbled: try connection.query(become, ["no uuid"])
        case .unset, .forgetful, .superuser: break
        }
        do {
            // The statements of one text are one attack; what counts is what came of the last.
            let rows = try connection.script(filled(sql, mine, theirs)).last
            let tag = rows?.commandTag ?? ""
            let hasRows = ["SELECT", "INSERT", "UPDATE", "DELETE", "COPY"].contains { tag.hasPrefix($0) }
            return hasRows && rows?.affectedRows == 0 ? .nothing : .success
        } catch {
            return .error(error.sqlState?.rawValue ?? error.message)
        }
    }

    /// The text with both tenants' values in place.
    static func filled(_ sql: String, _ mine: Tenant, _ theirs: Tenant) -> String {
        theirs.filling(mine.filling(sql, "A."), "B.")
    }
}

/// Two tenants of the shared database that every attack is tried with; none of them changes anything.
enum Duel {
    private static let pair = Task {
        let database = try await MailDatabase.attacked
        let connection = try Connection(database.superuser)
        return try (Tenant(connection), Tenant(connection))
    }

    static func fight(_ attack: Attack) async throws {
        let (mine, theirs) = try await pair.value
        try await attack.run(MailDatabase.attacked, mine, theirs)
    }

    /// Runs a body with the attacker's tenant and the victim's.
    static func with(_ body: (MailDatabase, _ mine: Tenant, _ theirs: Tenant) async throws -> Void) async throws {
        let (mine, theirs) = try await pair.value
        try await body(MailDatabase.attacked, mine, theirs)
    }
}
