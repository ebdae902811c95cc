import Core
import Postgres

/// One of the two databases under measurement, and how the application talks to it.
struct BenchStore: Sendable {
    enum Layout: String, Sendable {
        /// What `emaildb init` makes.
        case ours
        /// The documented layout and nothing else, `sql/catalog/documented_layout.sql`.
        case documented
    }

    let layout: Layout
    /// How a superuser connects to it.
    let settings: ConnectionSettings
    /// The columns of `email_messages` that the bench fills.
    let columns: [MessageColumn]
    let functions: Set<String>

    /// Looks at a database that is already laid out.
    init(_ layout: Layout, _ settings: ConnectionSettings) throws {
        self.layout = layout
        self.settings = settings
        let connection = try Connection(settings)
        let present = try connection.names(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'public.email_messages'::regclass AND attnum > 0")
        columns = MessageColumn.allCases.filter { present.contains($0.rawValue) }
        functions = Set(
            try connection.names("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
    }

    /// A session as the application's, or another role's: row security applies to it, and it has the role's settings.
    func connect(_ role: Role = .service) throws -> Connection {
        let connection = try Connection(settings)
        try connection.query(SQLFile("bench_login"), [role.name])
        try connection.query("SET SESSION AUTHORIZATION \(role.name)")
        return connection
    }

    /// Runs a body in a transaction of a tenant; BEGIN with the tenant, and COMMIT, are a round trip each.
    ///
    /// In our layout a writer also says of which account, so that writers of other accounts need not wait.
    @discardableResult
    func transaction<Value>(
        _ connection: borrowing Connection, tenant: String, account: String? = nil, _ body: () throws -> Value
    ) throws -> Value {
        var sql = "BEGIN; SELECT set_config('app.current_tenant_id', \(SQL.literal(tenant)), true)"
        if layout == .ours, let account {
            sql += ", set_config('app.current_account_id', \(SQL.literal(account)), true)"
        }
        try connection.script(sql)
        let value = try body()
        try connection.script("COMMIT")
        return value
    }

    // MARK: - What differs between the layouts

    /// The documented layout has no defaults and no triggers: the application sends the time, in ms.
    private static let clock = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

    /// Columns, behind a comma, that an INSERT also fills, and their values.
    private func sent(_ columns: String...) -> (columns: String, values: String) {
        let columns = layout == .documented ? columns : []
        return (columns.map { ", " + $0 }.joined(), columns.map { _ in ", " + Self.clock }.joined())
    }

    /// What an UPDATE sets beside its own columns.
    var touch: String { layout == .documented ? ", updated_at = \(Self.clock)" : "" }

    /// A further condition of everything that reads: ours keeps what was deleted for a while.
    var onlyLive: String { layout == .ours ? " AND NOT is_deleted" : "" }

    // MARK: - Statements

    /// One multi-row INSERT: tenant, account, and an array for each of ``columns``.
    var insertMessages: String {
        let names = columns.map { SQL.identifier($0.rawValue) }.joined(separator: ", ")
        let values = columns.map { "u.\(SQL.identifier($0.rawValue))::\($0.type)" }.joined(separator: ", ")
        let arrays = columns.indices.map { "$\($0 + 3)::text[]" }.joined(separator: ", ")
        let sent = sent("created_at", "updated_at")
        return """
            INSERT INTO public.email_messages (tenant_id, account_id, \(names)\(sent.columns))
            SELECT $1::uuid, $2::uuid, \(values)\(sent.values) FROM unnest(\(arrays)) AS u (\(names))
            """
    }

    /// The ingest function: account, folder, messages as JSON.
    var ingestFunction: String? {
        functions.contains("email_ingest")
            ? "SELECT count(*) FROM public.email_ingest($1::uuid, $2::uuid, $3::jsonb)" : nil
    }

    /// Tenant, account, and arrays: key of the message, then the columns.
    var insertAttachments: String {
        let sent = sent("created_at")
        return SQLFile("bench_attachments").text.replacing("{columns}", with: sent.columns)
            .replacing("{values}", with: sent.values)
    }
}

extension Connection {
    /// The first column of a query's rows.
    func names(_ sql: String, _ parameters: [String?] = []) throws -> [String] {
        try query(sql, parameters).compactMap { $0[0] }
    }

    /// A whole number that a query computes; 0 for NULL.
    func number(_ sql: String) throws -> Int { Int(try names(sql).first ?? "") ?? 0 }

    /// Where the next record of the write-ahead log goes, bytes from the beginning.
    func walPosition() throws -> Int {
        try number("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
    }
}

extension Duration {
    /// Seconds with fraction.
    var inSeconds: Double { self / .seconds(1) }
}
