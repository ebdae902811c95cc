import Core
import Glibc
import Postgres
import Schema
import Server

/// Brings one tenant back from a copy of the cluster at a time, without touching any other.
///
/// The copy is restored aside. Into the database goes, in one transaction, what is not there any longer: with new change
/// numbers, so that clients see it, and counters that triggers keep. A row that exists is never overwritten. Writers of the
/// tenant wait meanwhile; those of others go on.
package struct UndeleteRun: Sendable {
    let source: BackupSource
    let repository: Repository
    let tenant: String
    let at: Moment
    package var account: String?
    package var timeline: UInt32?
    package var progress: @Sendable (String) -> Void = { _ in }

    /// Parents before children.
    static let tables = ["email_accounts", "email_folders", "email_messages", "email_attachments"]

    package init(_ source: BackupSource, _ repository: Repository, tenant: String, at: Moment) {
        self.source = source
        self.repository = repository
        self.tenant = tenant
        self.at = at
    }

    package func run(isPlanOnly: Bool) throws -> UndeleteReport {
        let start = ContinuousClock.now
        try source.require(repository)
        try source.programs.require(major: source.major)
        let readers = try repository.take(.readers, shared: true)
        defer { readers.release() }
        var planner = RestorePlanner(repository: repository, programs: source.programs, target: .time(at))
        planner.timeline = timeline
        let prepared = try planner.prepare()
        let stage = try repository.stage("undelete")
        defer { stage.remove() }
        var recovery = CopyRecovery(
            repository: repository, programs: source.programs, prepared: prepared, data: stage.folder + "/data",
            log: stage.folder + "/log", isSmall: true)
        recovery.progress = progress
        let copy = try recovery.make()
        defer { copy.remove() }
        _ = try recovery.promote(copy)
        var report = UndeleteReport(
            tenant: tenant, account: account, at: at, backup: prepared.plan.backup, isPlanOnly: isPlanOnly)
        let columns = try fetch(copy, stage.folder)
        report.restoreMilliseconds = start.duration(to: .now).wholeMilliseconds
        progress("comparing with the database")
        try merge(columns, stage.folder, &report)
        report.mergeMilliseconds = start.duration(to: .now).wholeMilliseconds - report.restoreMilliseconds
        return report
    }

    // MARK: - The copy

    /// Has the copy write the tenant's rows into files.
    /// - Returns: the columns of each table, quoted.
    private func fetch(_ copy: ServerCopy, _ folder: String) throws -> [String: String] {
        let database = source.database
        let then = try copy.connect(database)
        let now = try source.connect()
        let old = try Self.columns(then)
        let new = try Self.columns(now)
        var lists: [String: String] = [:]
        for table in Self.tables {
            let columns = (old[table] ?? []).filter { new[table]?.contains($0) == true }
            guard !columns.isEmpty else {
                throw Failure.refused("\(table) is not in both the database and the copy", fix: "emaildb status")
            }
            lists[table] = columns.map(SQL.identifier).joined(separator: ", ")
            let file = "\(folder)/\(table)"
            try then.query(
                "COPY (SELECT \(lists[table] ?? "") FROM public.\(table) x WHERE \(condition(table))) TO \(SQL.literal(file))"
            )
        }
        guard fileSize("\(folder)/email_accounts") ?? 0 > 0 else {
            let what = account.map { "tenant \(tenant) had no account \($0)" } ?? "there was no tenant \(tenant)"
            throw Failure.refused(
                "at \(at) \(what)",
                fix:
                    "A time at which it was there: --at TIME; the tenants of each backup: emaildb backup list --format json --repository \(repository.folder.quotedForShell)"
            )
        }
        return lists
    }

    private static func columns(_ connection: borrowing Connection) throws -> [String: [String]] {
        let rows = try connection.query(SQLFile("undelete_columns"))
        return Dictionary(
            rows.map { ($0.text("table"), $0.text("columns").filter { $0 != "{" && $0 != "}" }.splitScalars(",")) }
        ) {
            first, _ in first
        }
    }

    private func condition(_ table: String) -> String {
        let tenant = "x.tenant_id = \(SQL.literal(tenant))::uuid"
        guard let account else { return tenant }
        let id = "\(SQL.literal(account))::uuid"
        switch table {
        case "email_accounts": return "\(tenant) AND x.id = \(id)"
        case "email_attachments":
            return "\(tenant) AND x.message_id IN (SELECT m.id FROM public.email_messages m WHERE m.account_id = \(id))"
        default: return "\(tenant) AND x.account_id = \(id)"
        }
    }

    // MARK: - The database

    private struct Declined: Error {}

    private func merge(_ columns: [String: String], _ folder: String, _ report: inout UndeleteReport) throws {
        let connection = try source.connect()
        let statements = Dictionary(SQLFile("undelete_merge").statements.map { ($0.title, $0.sql) }) { first, _ in first
        }
        func run(_ title: String, _ parameters: [String?] = []) throws -> Rows {
            try connection.query(statements[title] ?? "", parameters)
        }
        do {
            try connection.transaction {
                // Only the writers of this tenant wait.
                try connection.query("SELECT set_config('app.current_tenant_id', $1, true)", [tenant])
                try connection.query("SELECT public.email_wait_for_writers()")
                for table in Self.tables { try load(table, columns[table] ?? "", folder, connection) }
                try requireFree(try run("conflicts"))
                _ = try run("folders")
                _ = try run("move")
                for table in Self.tables { report.tables.append(try count(table, connection)) }
                report.asleep =
                    try run("asleep").first.map { row in
                        ["accounts", "folders", "messages"].reduce(0) { $0 + (row.integer($1) ?? 0) }
                    } ?? 0
                if report.isPlanOnly { throw Declined() }
                progress("bringing \(report.missing) rows back")
                for index in report.tables.indices { try insert(&report.tables[index], columns, connection) }
                _ = try run("gone", [tenant])
                guard try run("wrong").first?.integer("count") == 0 else {
                    throw Failure(
                        .failed, "counters of folders are not right; nothing was brought back",
                        fix: "emaildb verify --only data")
                }
            }
        } catch is Declined {}
    }

    /// Copies a file into a temporary table.
    private func load(_ table: String, _ columns: String, _ folder: String, _ connection: borrowing Connection) throws {
        try connection.query(
            "CREATE TEMP TABLE undelete_\(table) ON COMMIT DROP AS SELECT \(columns) FROM public.\(table) WITH NO DATA")
        let file = open("\(folder)/\(table)", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure(.failed, "\(folder)/\(table) cannot be read: \(FileOutput.Refused())") }
        defer { close(file) }
        try connection.copyIn("COPY pg_temp.undelete_\(table) (\(columns)) FROM STDIN") { writer in
            var part = [UInt8](repeating: 0, count: 1 << 20)
            while true {
                let count = read(file, &part, part.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else {
                    throw Failure(.failed, "\(folder)/\(table) cannot be read: \(FileOutput.Refused())")
                }
                if count == 0 { return }
                try writer.write(bytes: Array(part.prefix(count)))
            }
        }
        try connection.query("ANALYZE pg_temp.undelete_\(table)")
    }

    private func requireFree(_ conflicts: Rows) throws(Failure) {
        guard !conflicts.isEmpty else { return }
        throw Failure.refused(
            "addresses of the tenant belong to other accounts now; nothing was brought back",
            conflicts.map { row in
                Problem(
                    problem:
                        "\(row.text("address")) is the address of account \(row.text("account")) of tenant \(row.text("tenant"))",
                    fix: "Delete or rename that account, or bring the others back one by one: --account ID")
            })
    }

    private func count(_ table: String, _ connection: borrowing Connection) throws -> UndeleteReport.Rows {
        let row = try connection.query(
            """
            SELECT count(*) AS then, count(o.id) AS present
            FROM pg_temp.undelete_\(table) x LEFT JOIN public.\(table) o ON o.id = x.id
            """)[0]
        let (then, present) = (row.integer("then") ?? 0, row.integer("present") ?? 0)
        return UndeleteReport.Rows(table: table, then: then, present: present, missing: then - present)
    }

    private func insert(
        _ table: inout UndeleteReport.Rows, _ columns: [String: String], _ connection: borrowing Connection
    ) throws {
        let list = columns[table.table] ?? ""
        let onlyWithParent = [
            "email_folders":
                "AND EXISTS (SELECT FROM pg_temp.undelete_folders f WHERE f.old_id = x.id AND f.new_id = x.id)",
            // Of a message that was taken in anew under another id, the attachments are there, too.
            "email_attachments": "AND EXISTS (SELECT FROM public.email_messages m WHERE m.id = x.message_id)",
        ]
        let inserted = try connection.query(
            """
            INSERT INTO public.\(table.table) (\(list)) SELECT \(list) FROM pg_temp.undelete_\(table.table) x
            WHERE NOT EXISTS (SELECT FROM public.\(table.table) o WHERE o.id = x.id) \(onlyWithParent[table.table] ?? "")
            ON CONFLICT DO NOTHING
            """
        ).affectedRows
        table.replaced = table.missing - inserted
        table.missing = inserted
    }
}
