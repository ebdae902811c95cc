import Postgres
import TestSupport
import Testing

/// Bodies of a megabyte that break full-text indexes elsewhere: each is stored, found by its subject, and read back.
@Suite struct HostileBodyTests {
    /// SQL for a unit of text with `i` as its number; it is repeated until there is a megabyte.
    static let shapes: [(name: String, unit: String)] = [
        ("list of URLs", "'https://example.com/path/' || md5(i::text) || '?utm_source=' || i || E'\\n'"),
        ("URLs without spaces", "'http://' || i || '.example.com/,'"),
        ("addresses", "'user' || i || '@sub' || i || '.example.com '"),
        ("file paths", "'/usr/share/' || md5(i::text) || '/' || i || ' '"),
        ("hyphenated words", "'alpha-beta-' || md5(i::text) || '-gamma '"),
        ("hyphenated CJK", "'漢字-仮名-' || chr(19968 + i % 20000) || '-'"),
        ("CJK without spaces", "chr(19968 + i % 20000) || chr(19968 + i * 7 % 20000)"),
        ("CJK with spaces", "chr(19968 + i % 20000) || chr(19968 + i * 7 % 20000) || ' '"),
        ("emoji", "chr(128512 + i % 80)"), ("emoji with spaces", "chr(128512 + i % 80) || ' '"),
        ("four-byte letters", "chr(131072 + i % 40000)"),
        ("hyphenated four-byte letters", "chr(131072 + i % 40000) || chr(131072 + i * 3 % 40000) || '-'"),
        ("one word", "'x'"), ("words of 2 kB", "repeat(md5(i::text), 64) || ' '"),
        ("words of 3 kB", "repeat(md5(i::text), 96) || ' '"), ("distinct words", "md5(i::text) || ' '"),
        ("distinct short words", "to_hex(i) || ' '"), ("numbers", "(i * 7919)::text || ' '"),
        ("decimal numbers", "i || '.' || i || 'e' || i % 300 || ' '"), ("negative numbers", "'-' || i || ' '"),
        ("control characters", "chr(1 + i % 31)"), ("control characters and words", "'word' || i || chr(1 + i % 31)"),
        ("combining marks", "'a' || chr(768 + i % 110)"), ("right to left", "chr(1488 + i % 27) || chr(8207) || ' '"),
        ("base64", "encode(sha256(i::text::bytea), 'base64')"),
        ("HTML tags", "'<p class=\"' || md5(i::text) || '\">' || i"),
        ("unclosed tags", "'<a href=\"x' || i || ' '"), ("entities", "'&nbsp;&#' || i || ';'"),
        ("punctuation", "substr('!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~', 1 + i % 32, 1)"),
        ("zero-width joiners", "'e' || chr(8205) || 'm' || chr(65039)"), ("newlines only", "E'\\r\\n'"),
    ]

    @Test(arguments: shapes.map(\.name)) func aHostileMegabyteIsStored(_ name: String) async throws {
        let unit = try #require(Self.shapes.first { $0.name == name }?.unit)
        let database = try await MailDatabase.shared
        let tenant = try Tenant(Connection(database.superuser))
        let connection = try database.application()
        try connection.serve(tenant.id, account: tenant.account)
        let row = try #require(
            try connection.query(
                """
                WITH text AS (
                    SELECT left(string_agg(\(unit), '' ORDER BY i), 1000000) AS body
                      FROM generate_series(1, 1000000 / (SELECT length(\(unit)) FROM (VALUES (1)) AS v (i)) + 1) AS i
                ), pair AS (
                    INSERT INTO email_messages (tenant_id, account_id, folder_id, message_id, subject, text_body, html_body)
                    SELECT $1::uuid, $2::uuid, $3::uuid, kind, $4 || left(body, 400), CASE WHEN kind = 'text' THEN body END,
                           CASE WHEN kind = 'html' THEN body END
                      FROM text CROSS JOIN (VALUES ('text'), ('html')) AS v (kind)
                    RETURNING coalesce(text_body, html_body) AS stored
                )
                SELECT min(length(stored)) AS length, bool_and(stored = body) AS same FROM pair CROSS JOIN text
                """, [tenant.id, tenant.account, tenant.inbox, "hostile\(tenant.mark) "]
            ).first)
        #expect(row.flag("same"))
        #expect(try #require(row.integer("length")) > 400_000)
        let found = try connection.column("SELECT message_id FROM email_search($1)", ["hostile" + tenant.mark])
        #expect(found.count == 2)
    }
}
