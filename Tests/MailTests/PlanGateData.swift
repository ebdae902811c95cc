@testable import Verify

extension PlannedQuery {
    /// Statements that fill a database with skewed tenants, without triggers: 60 tenants, the first with 23 % of the mail.
    static func load(messages count: Int) -> [String] {
        [
            "SET session_replication_role = replica", "SET work_mem = '256MB'", "SET synchronous_commit = off",
            """
            INSERT INTO email_accounts (id, tenant_id, user_id, email_address, last_sync_at, is_syncing, sync_lease_until)
            SELECT md5('a' || t || '-' || a)::uuid, md5('t' || t)::uuid, md5('u' || t || '-' || a)::uuid,
                   'box' || t || '-' || a || '@example.com', 1000 * a, a = 77, CASE WHEN a = 77 THEN 5 END
              FROM generate_series(1, 60) AS t, generate_series(1, 200) AS a
            """,
            """
            INSERT INTO email_folders (id, tenant_id, account_id, path, type)
            SELECT md5('f' || t || '-' || a || '-' || f)::uuid, md5('t' || t)::uuid, md5('a' || t || '-' || a)::uuid,
                   CASE f WHEN 1 THEN 'INBOX' ELSE 'Folder ' || f END,
                   CASE WHEN f = 1 THEN 'inbox' WHEN a = 99 THEN 'spam' ELSE 'custom' END
              FROM generate_series(1, 60) AS t, generate_series(1, 200) AS a, generate_series(1, 4) AS f
            """,
            """
            INSERT INTO email_folders (tenant_id, account_id, path, type)
            SELECT md5('t1')::uuid, md5('a1-1')::uuid, 'List ' || f, 'custom' FROM generate_series(1, 300) AS f
            """,
            """
            INSERT INTO email_messages (id, tenant_id, account_id, folder_id, message_id, imap_uid, in_reply_to, "from", "to",
                   subject, text_body, is_read, is_flagged, is_draft, thread_id, received_at, created_at, updated_at,
                   is_deleted, deleted_at, has_attachments, refs)
            SELECT md5('m' || i)::uuid, md5('t' || t)::uuid, md5('a' || t || '-' || a)::uuid,
                   md5('f' || t || '-' || a || '-' || f)::uuid, '<' || i || '@example.com>', i::text,
                   CASE WHEN i % 3 = 0 THEN '<' || i - 1 || '@example.com>' END, 'User <user' || i % 500 || '@example.com>',
                   jsonb_build_array('rcpt' || i || '@example.com'), 'common rare' || i || ' word' || i % 997,
                   'body of words ' || i % 31 || ' and ' || i % 1009, i % 10 <> 3, i % 50 = 3, i % 100 = 7,
                   md5('th' || t || '-' || a || '-' || i / 20)::uuid, 1600000000000 + (i::bigint * 7919 % \(count)) * 60000, i, i,
                   i % 40 = 0, CASE WHEN i % 40 = 0 THEN i END, i % 8 = 0,
                   CASE WHEN i % 3 = 0 THEN ARRAY['<' || i - 1 || '@example.com>'] END
              FROM (SELECT i, t, 1 + i % 2 AS a, 1 + CASE WHEN i % 10 < 6 THEN 0 ELSE i % 4 END AS f
                      FROM (SELECT i, CASE WHEN i % 100 < 23 THEN 1
                                           ELSE 2 + floor(58 * power((i::bigint * 7919 % 99991) / 99991.0, 3))::integer END AS t
                              FROM generate_series(1, \(count)) AS i) AS s) AS s
            """,
            """
            INSERT INTO email_message_search
                   (tenant_id, message_id, account_id, received_at, search_vector)
            SELECT tenant_id, id, account_id, received_at, email_search_document(
                   subject, "from", from_address, "to", cc, bcc, refs, text_body, html_body) FROM email_messages
            """,
            """
            INSERT INTO email_attachments (id, tenant_id, message_id, filename, mime_type, size_bytes, storage_path, blob_id,
                   content_hash, created_at, is_deleted, deleted_at)
            SELECT md5('at' || imap_uid)::uuid, tenant_id, id, 'file' || imap_uid || '.pdf',
                   CASE WHEN imap_uid_num % 24 = 0 THEN 'image/png' ELSE 'application/pdf' END,
                   CASE WHEN imap_uid_num % 200 = 0 THEN 2000000 ELSE 5000 END, 'path/' || imap_uid,
                   md5('b' || imap_uid)::uuid, md5(imap_uid), imap_uid_num,
                   imap_uid_num % 400 = 0, CASE WHEN imap_uid_num % 400 = 0 THEN imap_uid_num END
              FROM email_messages WHERE has_attachments
            """,
            """
            INSERT INTO email_message_tombstones (tenant_id, account_id, folder_id, message_id, is_gone, recorded_at)
            SELECT md5('t' || 1 + i % 60)::uuid, md5('a' || 1 + i % 60 || '-1')::uuid,
                   md5('f' || 1 + i % 60 || '-1-1')::uuid, md5('gone' || i)::uuid, true, i FROM generate_series(1, 30000) AS i
            """,
            """
            INSERT INTO email_audit_log (tenant_id, changed_at, actor_id, table_name, operation, record_id)
            SELECT md5('t' || 1 + i % 60)::uuid, i, CASE WHEN i % 5 = 0 THEN 'user ' || i % 999 END, 'email_messages',
                   'INSERT', md5('m' || i)::uuid FROM generate_series(1, 60000) AS i
            """,
            "VACUUM ANALYZE",
        ]
    }
}
