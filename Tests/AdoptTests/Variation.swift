import Postgres
import TestSupport

/// A database as somebody may have made it, from what the founding document says and what real people do.
///
/// What its rows mean is kept in tables of the schema `truth`; the old tables say the same in types and under names that
/// are drawn, or fail to, where damage is drawn.
struct Variation {
    /// A column: its name in the document, and its values as SQL over the truth `c`, in one of several types.
    struct Column {
        let name: String
        let forms: [(type: String, sql: String)]
        var isNeeded = false
    }

    private(set) var sql: [String] = [Self.truth]
    private(set) var story: [String] = []
    private var random: SeededGenerator
    private let isNumbered: Bool
    private let schema: String
    let messages: Int

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        isNumbered = Int.random(in: 0..<6, using: &random) == 0
        schema = Int.random(in: 0..<4, using: &random) == 0 ? "mail" : "public"
        messages = Int.random(in: 40...120, using: &random)
        if isNumbered { story.append("numbers as keys") }
        sql.append(Self.rows(messages: messages))
        damage()
        if schema != "public" { sql.append("CREATE SCHEMA mail") }
        make("email_accounts", "accounts", Self.accounts)
        make("email_folders", "folders", Self.folders)
        make("email_messages", "messages", Self.messages)
        if !chance(12) { make("email_attachments", "attachments", Self.attachments) }
        traps()
    }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    // MARK: - What is true

    private static let truth = """
        CREATE SCHEMA truth;
        CREATE FUNCTION truth.k(kind text, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN md5(kind || ':' || n)::uuid;
        CREATE TABLE truth.accounts (n integer, tenant integer, owner integer, address text, protocol text, encryption text, port integer,
          enabled boolean, created bigint, updated bigint, deleted boolean DEFAULT false);
        CREATE TABLE truth.folders (n integer, tenant integer, account integer, name text, type text, created bigint, updated bigint,
          deleted boolean DEFAULT false);
        CREATE TABLE truth.messages (n integer, tenant integer, account integer, folder integer, mid text, uid text, parent text, sender text,
          recipients text[], cc text[], subject text, body text, html text, is_read boolean, is_flagged boolean, is_draft boolean, thread integer,
          sent bigint, received bigint, created bigint, updated bigint, deleted boolean DEFAULT false);
        CREATE TABLE truth.attachments (n integer, tenant integer, message integer, filename text, mime text, size bigint, path text, storage text,
          hash text, created bigint, deleted boolean DEFAULT false);
        """

    private static func rows(messages: Int) -> String {
        """
        INSERT INTO truth.accounts (n, tenant, owner, address, protocol, encryption, port, enabled, created, updated)
        SELECT a, 1 + a % 3, a, 'user' || a || '@example.com', 'imap', 'tls', 993, a % 2 = 0, 1700000000000, 1700000001000 FROM generate_series(1, 6) a;
        INSERT INTO truth.folders (n, tenant, account, name, type, created, updated)
        SELECT f, 1 + a % 3, a, 'Folder ' || f, (ARRAY['inbox', 'sent', 'custom'])[1 + f % 3], 1700000000000, 1700000001000
        FROM generate_series(1, 12) f CROSS JOIN LATERAL (SELECT 1 + f % 6) k (a);
        INSERT INTO truth.messages (n, tenant, account, folder, mid, uid, parent, sender, recipients, cc, subject, body, html, is_read, is_flagged,
          is_draft, thread, sent, received, created, updated)
        SELECT m, f.tenant, f.account, f.n, '<' || m || '@example.com>', m::text, CASE WHEN m % 3 = 0 THEN '<' || m - 1 || '@example.com>' END,
          'Name ' || m || ' <sender' || m || '@example.org>', ARRAY['a' || m || '@example.com', 'b@example.com'], '{}', 'Subject ' || m,
          'Body of ' || m, CASE WHEN m % 4 = 0 THEN '<p>' || m || '</p>' END, m % 2 = 0, m % 5 = 0, m % 7 = 0, f.tenant * 100 + m / 5,
          1700000000000 + m * 1000, 1700000000000 + m * 1000, 1700000000000 + m * 1000, 1700000000000 + m * 1000
        FROM generate_series(1, \(messages)) m JOIN truth.folders f ON f.n = 1 + m % 12;
        INSERT INTO truth.attachments (n, tenant, message, filename, mime, size, path, storage, hash, created)
        SELECT m.n, m.tenant, m.n, 'file' || m.n || '.pdf', 'application/pdf', 1000 + m.n, 'p/' || m.n, 's3', md5(m.n::text), m.created
        FROM truth.messages m WHERE m.n % 3 = 0;
        """
    }

    // MARK: - What is wrong

    private static let damages = [
        "UPDATE truth.accounts SET address = upper(address) WHERE n % 2 = 0",
        "UPDATE truth.accounts SET address = 'user1@example.com' WHERE n = 2",
        "UPDATE truth.accounts SET protocol = 'IMAP', encryption = 'SSL'",
        "UPDATE truth.accounts SET protocol = 'carrier pigeon' WHERE n = 3",
        "UPDATE truth.accounts SET port = 0 WHERE n = 1", "UPDATE truth.accounts SET tenant = NULL WHERE n = 4",
        "UPDATE truth.accounts SET owner = NULL WHERE n = 5",
        "UPDATE truth.accounts SET created = NULL, updated = NULL WHERE n < 3",
        "INSERT INTO truth.accounts SELECT * FROM truth.accounts WHERE n = 6",
        "UPDATE truth.accounts SET n = NULL WHERE n = 3",
        "UPDATE truth.folders SET account = 99 WHERE n = 3",
        "UPDATE truth.folders SET tenant = 1 + tenant % 3 WHERE n = 4",
        "UPDATE truth.folders SET type = 'Junk' WHERE n = 5",
        "UPDATE truth.folders SET type = NULL, name = NULL WHERE n = 6",
        "UPDATE truth.folders SET name = repeat('long ', 200) WHERE n = 7", "DELETE FROM truth.folders WHERE n = 8",
        "UPDATE truth.messages SET folder = 1 + folder % 12 WHERE n % 9 = 0",
        "UPDATE truth.messages SET folder = NULL WHERE n % 11 = 0",
        "UPDATE truth.messages SET account = 77 WHERE n % 13 = 0",
        "UPDATE truth.messages SET account = NULL WHERE n % 17 = 0",
        "UPDATE truth.messages SET tenant = 1 + tenant % 3 WHERE n % 10 = 0",
        "UPDATE truth.messages SET tenant = NULL WHERE n % 8 = 0",
        "UPDATE truth.messages SET mid = '<same@example.com>' WHERE n % 6 = 0",
        "UPDATE truth.messages SET mid = NULL WHERE n % 12 = 1",
        "UPDATE truth.messages SET mid = '' WHERE n % 12 = 2",
        "UPDATE truth.messages SET mid = ' <blank' || n || '@example.com> ' WHERE n % 12 = 3",
        "UPDATE truth.messages SET mid = '<' || repeat('x', 600) || n || '>' WHERE n % 12 = 4",
        "UPDATE truth.messages SET uid = '7' WHERE n % 5 = 0",
        "UPDATE truth.messages SET subject = repeat('sub ', 300), sender = repeat('s', 700) || ' <x@example.com>' WHERE n % 14 = 0",
        "UPDATE truth.messages SET is_read = NULL, is_flagged = NULL, is_draft = NULL WHERE n % 4 = 0",
        "UPDATE truth.messages SET received = NULL WHERE n % 4 = 1",
        "UPDATE truth.messages SET received = NULL, created = NULL, updated = NULL WHERE n % 9 = 2",
        "UPDATE truth.messages SET thread = 5 WHERE n % 3 = 0",
        "UPDATE truth.messages SET deleted = true WHERE n % 6 = 1",
        "INSERT INTO truth.messages SELECT * FROM truth.messages WHERE n % 16 = 0",
        "INSERT INTO truth.messages (n, tenant, account, folder, mid, uid, subject) SELECT n, tenant, account, folder, mid || 'x', uid || '1', 'other' FROM truth.messages WHERE n = 5",
        "UPDATE truth.messages SET recipients = NULL, cc = NULL, sender = NULL WHERE n % 7 = 3",
        "UPDATE truth.messages SET body = E'\\u202e\\\\u0000 \"quoted\" $$ ; DROP TABLE x --' WHERE n % 7 = 4",
        "UPDATE truth.attachments SET message = 9999 WHERE n % 9 = 0",
        "UPDATE truth.attachments SET tenant = 1 + tenant % 3 WHERE n % 6 = 0",
        "UPDATE truth.attachments SET path = repeat('long/', 300) WHERE n % 12 = 0",
        "UPDATE truth.attachments SET size = -1 WHERE n % 15 = 0",
        "UPDATE truth.attachments SET storage = 'Filesystem' WHERE n % 6 = 3",
        "UPDATE truth.attachments SET deleted = true WHERE n % 9 = 3",
        "UPDATE truth.attachments SET tenant = NULL WHERE n % 12 = 3",
        "UPDATE truth.folders SET deleted = true WHERE n = 11",
    ]

    private mutating func damage() {
        for sql in Self.damages where chance(4) {
            self.sql.append(sql)
            story.append(String(sql.prefix(70)))
        }
    }

    // MARK: - How it is said

    private static func key(_ name: String, _ kind: String, _ column: String, needed: Bool = false) -> Column {
        let uuid = "truth.k('\(kind)', c.\(column))"
        return Column(
            name: name,
            forms: [
                ("uuid", uuid), ("uuid", uuid), ("text", "\(uuid)::text"), ("varchar(64)", "upper(\(uuid)::text)"),
                ("char(36)", "\(uuid)::text"),
                ("bytea", "decode(replace(\(uuid)::text, '-', ''), 'hex')"), ("integer", "c.\(column)"),
                ("bigint", "c.\(column)"),
            ], isNeeded: needed)
    }

    private static func time(_ name: String, _ sql: String) -> Column {
        Column(
            name: name,
            forms: [
                ("bigint", sql), ("bigint", sql), ("bigint", "\(sql) / 1000"), ("integer", "\(sql) / 1000"),
                ("numeric", sql),
                ("timestamptz", "to_timestamp(\(sql) / 1000)"),
                ("timestamp", "to_timestamp(\(sql) / 1000) AT TIME ZONE 'UTC'"),
                ("text", "(\(sql))::text"),
                ("text", "to_char(to_timestamp(\(sql) / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"),
                ("double precision", sql),
            ])
    }

    private static func flag(_ name: String, _ sql: String) -> Column {
        Column(
            name: name,
            forms: [
                ("boolean", sql), ("boolean", sql), ("integer", "(\(sql))::integer"), ("smallint", "(\(sql))::integer"),
                ("text", "(\(sql))::text"),
                ("varchar(3)", "CASE \(sql) WHEN true THEN 'Yes' WHEN false THEN 'no' END"),
                ("char(1)", "CASE \(sql) WHEN true THEN 'T' WHEN false THEN 'f' END"),
            ])
    }

    private static func text(_ name: String, _ sql: String, _ length: Int? = nil) -> Column {
        Column(
            name: name,
            forms: [("text", sql), ("varchar", sql)]
                + (length.map { [("varchar(\($0))", "left(\(sql), \($0))")] } ?? []))
    }

    private static func addresses(_ name: String, _ sql: String) -> Column {
        Column(
            name: name,
            forms: [
                ("jsonb", "to_jsonb(\(sql))"), ("jsonb", "to_jsonb(\(sql))"), ("json", "to_json(\(sql))"),
                ("text", "to_json(\(sql))::text"),
                ("text[]", sql), ("varchar(200)[]", sql), ("text", "array_to_string(\(sql), ', ')"),
            ])
    }

    private static let accounts = [
        key("id", "email_accounts", "n", needed: true), key("tenant_id", "tenant", "tenant", needed: true),
        key("user_id", "user", "owner"),
        text("email_address", "c.address"), text("protocol", "c.protocol", 20), text("encryption", "c.encryption", 20),
        Column(name: "port", forms: [("integer", "c.port"), ("text", "c.port::text"), ("smallint", "c.port")]),
        flag("is_enabled", "c.enabled"),
        time("created_at", "c.created"), time("updated_at", "c.updated"),
    ]
    private static let folders = [
        key("id", "email_folders", "n", needed: true), key("tenant_id", "tenant", "tenant"),
        key("account_id", "email_accounts", "account", needed: true),
        text("name", "c.name"),
        Column(
            name: "type",
            forms: [("text", "c.type"), ("varchar(20)", "c.type"), ("truth.kind", "lower(c.type)::truth.kind")]),
        time("created_at", "c.created"), time("updated_at", "c.updated"), flag("is_deleted", "c.deleted"),
    ]
    private static let messages = [
        key("id", "email_messages", "n", needed: true), key("tenant_id", "tenant", "tenant"),
        key("account_id", "email_accounts", "account"),
        key("folder_id", "email_folders", "folder", needed: true), text("message_id", "c.mid"),
        Column(name: "imap_uid", forms: [("varchar(100)", "c.uid"), ("bigint", "c.uid::bigint"), ("text", "c.uid")]),
        text("in_reply_to", "c.parent"),
        Column(
            name: "from",
            forms: [
                ("text", "c.sender"), ("varchar", "c.sender"), ("truth.header", "c.sender"),
                ("jsonb", "to_jsonb(c.sender)"), ("json", "to_json(c.sender)"),
            ]),
        addresses("to", "c.recipients"), addresses("cc", "c.cc"), text("subject", "c.subject"),
        text("text_body", "c.body"), text("html_body", "c.html"),
        flag("is_read", "c.is_read"), flag("is_flagged", "c.is_flagged"), flag("is_draft", "c.is_draft"),
        key("thread_id", "thread", "thread"),
        time("sent_at", "c.sent"), time("received_at", "c.received"), time("created_at", "c.created"),
        time("updated_at", "c.updated"),
        flag("is_deleted", "c.deleted"),
    ]
    private static let attachments = [
        key("id", "email_attachments", "n"), key("tenant_id", "tenant", "tenant"),
        key("message_id", "email_messages", "message", needed: true),
        text("filename", "c.filename"), text("mime_type", "c.mime"),
        Column(name: "size_bytes", forms: [("integer", "c.size"), ("bigint", "c.size"), ("text", "c.size::text")]),
        text("storage_path", "c.path"), text("storage_type", "c.storage", 20), text("content_hash", "c.hash"),
        time("created_at", "c.created"),
        flag("is_deleted", "c.deleted"),
    ]

    private mutating func name(_ name: String) -> String {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: name.uppercased()
        case 1: name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "_")
        default: name
        }
    }

    private mutating func make(_ table: String, _ truth: String, _ columns: [Column]) {
        var (definitions, targets, values): ([String], [String], [String]) = ([], [], [])
        for column in columns {
            if !column.isNeeded, chance(10) {
                story.append("\(table) without \(column.name)")
                continue
            }
            let isKey = column.forms.contains { $0.type == "uuid" }
            let forms =
                isKey ? column.forms.filter { isNumbered == ["integer", "bigint"].contains($0.type) } : column.forms
            let form = forms[Int.random(in: 0..<forms.count, using: &random)]
            let name = SQL.identifier(self.name(column.name))
            definitions.append("\(name) \(form.type)")
            targets.append(name)
            values.append(form.sql)
            story.append("\(table).\(name) \(form.type)")
        }
        definitions +=
            chance(2)
            ? ["\"my \"\"own\"\" column\" text DEFAULT 'x'", "twice integer GENERATED ALWAYS AS (1 + 1) STORED"] : []
        let name = SQL.identifier(schema) + "." + SQL.identifier(self.name(table))
        sql.append(
            """
            CREATE TABLE \(name) (\(definitions.joined(separator: ", ")));
            INSERT INTO \(name) (\(targets.joined(separator: ", "))) SELECT \(values.joined(separator: ", ")) FROM truth.\(truth) c
            """)
        if chance(2) {
            // Where the rows allow it.
            sql.append(
                "DO $$ BEGIN ALTER TABLE \(name) ADD PRIMARY KEY (\(targets[0])); EXCEPTION WHEN OTHERS THEN NULL; END $$"
            )
        }
        if chance(3) {
            story.append("\(table) with a trigger and policies of others")
            sql.append(
                """
                CREATE FUNCTION truth.trap_\(truth)() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a trigger ran''; END';
                CREATE TRIGGER trap BEFORE INSERT OR UPDATE OR DELETE ON \(name) FOR EACH ROW EXECUTE FUNCTION truth.trap_\(truth)();
                CREATE FUNCTION truth.hide_\(truth)() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a policy ran''; END';
                ALTER TABLE \(name) ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
                CREATE POLICY hiding ON \(name) USING (truth.hide_\(truth)())
                """)
        }
        if chance(3) { sql.append("ALTER TABLE \(name) OWNER TO pg_monitor") }
        if chance(3) {
            let column = targets[targets.count - 1]
            sql.append(
                "CREATE INDEX \"an \"\"index\"\" on \(truth)\" ON \(name) (lower(\(targets[0])::text)) WHERE \(column) IS NOT NULL"
            )
        }
    }

    /// Types whose checks and casts raise when anybody runs them.
    private mutating func traps() {
        sql.insert(
            """
            CREATE TYPE truth.kind AS ENUM ('inbox', 'sent', 'drafts', 'trash', 'spam', 'junk', 'archive', 'custom');
            CREATE FUNCTION truth.allow(value text) RETURNS boolean LANGUAGE plpgsql AS
              'BEGIN IF current_setting(''truth.armed'', true) = ''on'' THEN RAISE EXCEPTION ''a check ran''; END IF; RETURN true; END';
            CREATE DOMAIN truth.header AS text CHECK (truth.allow(VALUE));
            CREATE FUNCTION truth.trap_cast(truth.kind) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''a cast ran''; END';
            CREATE CAST (truth.kind AS text) WITH FUNCTION truth.trap_cast(truth.kind) AS ASSIGNMENT
            """, at: 1)
    }
}
