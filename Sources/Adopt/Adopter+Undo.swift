import Core
import Install
import Postgres
import Schema

extension Adopter {
    /// Puts the old tables back as they were, and takes away what `adopt` made; all or nothing.
    ///
    /// - Parameter discards: whether changes that were made since the end of the adoption may be lost.
    package func undo(discardingChanges discards: Bool) throws -> AdoptReport {
        let start = ContinuousClock.now
        let connection = try connect()
        try InstallLock.acquire(connection, deadline: .now + lockTimeout, waiting: { _ in })
        defer { if connection.isAlive { try? InstallLock.release(connection) } }
        guard let adoption = try state(connection) else {
            throw Failure.refused("no adoption has begun here: there is nothing to undo", fix: "emaildb adopt --plan")
        }
        let audited = adoption.integer("audited") ?? 0
        try connection.query("BEGIN")
        do {
            try refuseLosses(connection, since: audited, discards: discards)
            try takeBack(connection)
            try Interruption.check()
            try connection.query("COMMIT")
        } catch {
            if connection.isAlive { Interruption.finishing { _ = try? connection.query("ROLLBACK") } }
            throw error
        }
        var report = newReport(.undone, connection)
        report.milliseconds = start.duration(to: .now).wholeMilliseconds
        return report
    }

    private func refuseLosses(_ connection: borrowing Connection, since audited: Int, discards: Bool) throws {
        var problems = try connection.query(SQLFile("adopt_outsiders")).map { row in
            Problem(
                problem: "\(row.text("name")) uses what undoing takes away",
                fix: "Drop it, or change it so that it does not; then: emaildb adopt --undo")
        }
        if !discards {
            let changes =
                try connection.query(
                    "SELECT count(*)::bigint AS n FROM public.email_audit_log WHERE id > $1::bigint", [String(audited)]
                ).first?.integer("n") ?? 0
            if changes > 0 {
                problems.append(
                    Problem(
                        problem: "\(changes) rows were written since, which the old tables do not have",
                        fix: "emaildb adopt --undo --discard-changes   # loses them"))
            }
        }
        if !problems.isEmpty { throw Failure.refused("the adoption cannot be undone; nothing was written", problems) }
    }

    /// What somebody else has put into the schema would go with it.
    private func refuseStrangers(_ connection: borrowing Connection) throws {
        let strangers = try connection.query(
            """
            SELECT relname AS name FROM pg_class WHERE relnamespace = 'email_before'::regnamespace AND relkind NOT IN ('i', 'I', 't', 'c')
            AND relname NOT IN ('adoption', 'default_rights', 'extensions', 'made', 'progress', 'refused', 'rights', 'role_settings',
              'roles', 'way_back', 'work_accounts', 'work_attachments', 'work_folders', 'work_messages', 'work_recovered')
            ORDER BY relname LIMIT 20
            """)
        if strangers.isEmpty { return }
        throw Failure.refused(
            "the adoption cannot be undone; nothing was written",
            strangers.map { row in
                let name = "email_before." + SQL.identifier(row.text("name"))
                return Problem(
                    problem: "\(name) is not of emaildb adopt, and would be dropped with the schema",
                    fix: "ALTER TABLE \(name) SET SCHEMA public;   -- or another schema; then: emaildb adopt --undo")
            })
    }

    private func takeBack(_ connection: borrowing Connection) throws {
        let parts = Dictionary(uniqueKeysWithValues: SQLFile("adopt_undo").statements)
        func all(_ title: String, _ parameters: [String?] = []) throws -> [String] {
            try connection.query(parts[title] ?? "", parameters).map { $0.text("statement") }
        }
        // What is asked of email_before is asked before anything is taken away.
        let roles = try all("roles")
        let news = try all("new roles", [SQL.array(Role.allCases.map(\.name) + ["email_before"])])
        let drops = try all("drop")
        for statement in drops { try connection.query(statement) }
        for statement in try all("settings") { try connection.query(statement) }
        for statement in try all("back") { try connection.query(statement) }
        for statement in roles { try connection.query(statement) }
        for statement in try all("rights") { try connection.query(statement) }
        for statement in try all("default rights") { try connection.query(statement) }
        try refuseStrangers(connection)
        try connection.query("DROP SCHEMA email_before CASCADE")
        for statement in news {
            // A role that another database uses stays.
            try connection.query("SAVEPOINT emaildb_role")
            do {
                try connection.query(statement)
            } catch {
                guard error.kind == .server, Interruption.signal == nil else { throw error }
                try connection.query("ROLLBACK TO SAVEPOINT emaildb_role")
            }
        }
    }
}
