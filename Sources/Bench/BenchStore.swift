import Postgres

/// One of the two databases under measurement, and how the application talks to it.
struct BenchStore: Sendable {
    /// Which layout it has.
    enum Layout: String, Sendable {
        /// What `emaildb init` makes.
        case ours
        /// ``LiteralLayout``.
        case literal = "documented"
    }

    /// The role that an application logs in as; an ordinary role without BYPASSRLS.
    static let applicationRole = "email_service"

    let layout: Layout
    /// How a superuser connects to it.
    let settings: ConnectionSettings
    /// The columns of `email_messages` that the bench fills.
    let columns: [MessageColumn]
    /// Names of the functions that the layout offers.
    let functions: Set<String>
    /// What PostgreSQL would set at a login of the application.
    private let roleSettings: [String]

    /// Looks at a database that is already laid out.
    init(_ layout: Layout, _ settings: ConnectionSettings) throws {
        self.layout = layout
        self.settings = settings
        let connection = try Connection(settings)
        let names = try connection.query(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'public.email_messages'::regclass AND attnum > 0")
        let present = Set(names.compactMap { $0[0] })
        columns = MessageColumn.allCases.filter { present.contains($0.rawValue) }
        functions = Set(
            try connection.query("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
                .compactMap { $0[0] })
        roleSettings = try connection.query(
            """
            SELECT s.line FROM pg_db_role_setting AS c CROSS JOIN unnest(c.setconfig) AS s (line)
             WHERE c.setrole = to_regrole($1)
               AND c.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            """, [Self.applicationRole]
        ).compactMap { $0[0] }
    }

    /// A session as the application's: its role, which row security applies to, and its settings.
    func connect() throws -> Connection {
        let connection = try Connection(settings)
        for line in roleSettings {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let value = String(line[line.index(after: equals)...])
            try connection.query("SELECT set_config($1, $2, false)", [String(line[..<equals]), value])
        }
        try connection.query("SET SESSION AUTHORIZATION \(Self.applicationRole)")
        return connection
    }

    /// Opens a transaction of a tenant; one round trip.
    ///
    /// In our layout a writer also says of which account, so that writers of other accounts need not wait.
    func begin(_ connection: borrowing Connection, tenant: String, account: String?) throws {
        var sql = "BEGIN; SELECT set_config('app.current_tenant_id', \(SQL.literal(tenant)), true)"
        if layout == .ours, let account {
            sql += ", set_config('app.current_account_id', \(SQL.literal(account)), true)"
        }
        try connection.script(sql)
    }

    /// Closes the transaction.
    func commit(_ connection: borrowing Connection) throws { try connection.script("COMMIT") }

    /// Values that the documented layout leaves to the application: it has no defaults.
    private var timestamps: (columns: String, values: String) {
        guard layout == .literal else { return ("", "") }
        return (", created_at, updated_at", ", \(Self.clock), \(Self.clock)")
    }

    /// The time in ms as an application would send it.
    static let clock = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

    /// One multi-row INSERT: tenant, account, and an array for each of ``columns``.
    var insertMessages: String {
        let names = columns.map { SQL.identifier($0.rawValue) }.joined(separator: ", ")
        let values = columns.map { "u.\(SQL.identifier($0.rawValue))::\($0.type)" }.joined(separator: ", ")
        let arrays = columns.indices.map { "$\($0 + 3)::text[]" }.joined(separator: ", ")
        return """
            INSERT INTO public.email_messages (tenant_id, account_id, \(names)\(timestamps.columns))
            SELECT $1::uuid, $2::uuid, \(values)\(timestamps.values) FROM unnest(\(arrays)) AS u (\(names))
            """
    }

    /// The ingest function: account, folder, messages as JSON.
    var ingestFunction: String? {
        functions.contains("email_ingest")
            ? "SELECT count(*) FROM public.email_ingest($1::uuid, $2::uuid, $3::jsonb)" : nil
    }

    /// Tenant, account, and arrays: key of the message, then the columns.
    var insertAttachments: String {
        let created = layout == .literal ? (", created_at", ", \(Self.clock)") : ("", "")
        return """
            INSERT INTO public.email_attachments
                   (id, tenant_id, message_id, filename, mime_type, size_bytes, storage_path, storage_type, content_hash\(created.0))
            SELECT a.id::uuid, $1::uuid, m.id, a.filename, a.mime_type, a.size::integer, a.path, 's3', a.hash\(created.1)
              FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
                   AS a (key, id, filename, mime_type, size, path, hash)
              JOIN public.email_messages AS m ON m.message_id = a.key AND m.account_id = $2::uuid
            """
    }
}
