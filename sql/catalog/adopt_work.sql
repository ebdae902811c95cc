-- Which rows are taken, under which keys, and which not: tables in {work}, made from the old ones as {accounts}, {folders}, {messages} and
-- {attachments} read them. place is the row's place in its old table, which nobody writes any longer. n: accounts in order.
--- accounts
CREATE TABLE {work}.work_accounts AS
SELECT row_number() OVER (ORDER BY r.reason IS NOT NULL, r.tenant_id, r.id, r.place) AS n, r.place, r.raw_id, r.id, r.tenant_id, r.reason,
  CASE WHEN r.address_rank = 1 THEN r.email_address END AS email_address,
  array_remove(ARRAY[CASE WHEN r.reason IS NULL AND r.email_address IS NOT NULL AND r.address_rank > 1
    THEN 'email_address: another account has it, becomes NULL' END], NULL) AS notes
FROM (
  SELECT q.*, row_number() OVER (PARTITION BY q.reason IS NULL, q.email_address ORDER BY q.is_deleted, q.id, q.place) AS address_rank
  FROM (
    SELECT b.*, COALESCE(b.wrong, CASE WHEN row_number() OVER (PARTITION BY b.id ORDER BY b.wrong IS NOT NULL, b.place) > 1
      THEN 'its id is that of another row' END) AS reason
    FROM (
      SELECT g.place, g.raw_id, g.id, g.tenant_id, g.email_address, g.is_deleted,
        CASE WHEN g.id IS NULL THEN 'its id is missing or no UUID' WHEN g.tenant_id IS NULL THEN 'its tenant_id is missing or no UUID' END AS wrong
      FROM ({accounts}) g) b) q) r;
CREATE INDEX ON {work}.work_accounts (n);
ANALYZE {work}.work_accounts;
--- folders
CREATE TABLE {work}.work_folders AS
SELECT row_number() OVER (ORDER BY r.reason IS NOT NULL, r.account_id, r.id, r.place) AS n, r.place, r.raw_id, r.id, r.tenant_id, r.account_id, r.reason,
  CASE WHEN r.is_deleted OR r.path_rank = 1 THEN r.path END AS path,
  array_remove(ARRAY[
    CASE WHEN r.reason IS NULL AND r.old_tenant IS NULL THEN 'tenant_id: filled from the account' END,
    CASE WHEN r.reason IS NULL AND r.path IS NOT NULL AND NOT r.is_deleted AND r.path_rank > 1
      THEN 'path: another folder of the account has it, becomes NULL' END], NULL) AS notes
FROM (
  SELECT q.*, row_number() OVER (PARTITION BY q.reason IS NULL, q.is_deleted, q.account_id, q.path ORDER BY q.id, q.place) AS path_rank
  FROM (
    SELECT b.*, COALESCE(b.wrong, CASE WHEN row_number() OVER (PARTITION BY b.id ORDER BY b.wrong IS NOT NULL, b.place) > 1
      THEN 'its id is that of another row' END) AS reason
    FROM (
      SELECT g.place, g.raw_id, g.id, COALESCE(g.tenant_id, a.tenant_id) AS tenant_id, g.tenant_id AS old_tenant, g.account_id, g.path, g.is_deleted,
        CASE WHEN g.id IS NULL THEN 'its id is missing or no UUID'
          WHEN g.account_id IS NULL THEN 'its account_id is missing or no UUID'
          WHEN a.id IS NULL THEN 'its account is not there, or cannot be taken'
          WHEN g.tenant_id <> a.tenant_id THEN 'its account is of another tenant' END AS wrong
      FROM ({folders}) g LEFT JOIN {work}.work_accounts a ON a.id = g.account_id AND a.reason IS NULL) b) q) r;
CREATE INDEX ON {work}.work_folders (n);
ANALYZE {work}.work_folders;
--- messages
CREATE TABLE {work}.work_messages AS
SELECT row_number() OVER (ORDER BY r.reason IS NOT NULL, r.account_id, r.received_at, r.id, r.place) AS n, r.place, r.raw_id, r.id, r.tenant_id,
  r.account_id, r.folder_id, r.reason, r.size,
  CASE WHEN r.key IS NULL THEN 'copy:' || r.id WHEN r.key_rank = 1 THEN r.key
    WHEN r.content = r.first_content THEN 'copy:' || r.id ELSE 'variant:' || r.id END AS key,
  CASE WHEN r.key IS NOT NULL AND (r.key_rank > 1 OR r.key <> r.message_id) THEN r.message_id END AS original,
  CASE WHEN r.uid_rank = 1 AND NOT r.is_lost THEN r.imap_uid END AS imap_uid,
  CASE WHEN r.thread_tenant = r.tenant_id THEN r.thread_id ELSE md5(r.thread_id::text || r.tenant_id::text)::uuid END AS thread_id, r.is_lost,
  CASE WHEN r.reason IS NOT NULL THEN '{}' ELSE array_remove(ARRAY[
    CASE WHEN r.old_tenant IS NULL THEN 'tenant_id: filled from the account' END,
    CASE WHEN r.old_account IS NULL THEN 'account_id: filled from the folder' END,
    CASE WHEN r.is_lost THEN 'folder_id: none of its account, now in the folder Recovered' END,
    CASE WHEN r.is_lost AND r.imap_uid IS NOT NULL THEN 'imap_uid: of a message in the folder Recovered, becomes NULL' END,
    CASE WHEN r.key IS NULL THEN 'message_id: there is none, becomes copy:<uuid>' END,
    CASE WHEN r.key IS NOT NULL AND r.key_rank > 1 AND r.content = r.first_content
      THEN 'message_id: another message of the account with the same content has it, becomes copy:<uuid>, message_id_full has it' END,
    CASE WHEN r.key IS NOT NULL AND r.key_rank > 1 AND r.content <> r.first_content
      THEN 'message_id: another message of the account with other content has it, becomes variant:<uuid>, message_id_full has it' END,
    CASE WHEN r.key_rank = 1 AND r.key <> r.message_id THEN 'message_id: blanks around it or over 500 characters, message_id_full has it' END,
    CASE WHEN r.imap_uid IS NOT NULL AND r.uid_rank > 1 AND NOT r.is_lost THEN 'imap_uid: another message of the folder has it, becomes NULL' END,
    CASE WHEN r.thread_id IS NOT NULL AND r.thread_tenant <> r.tenant_id THEN 'thread_id: shared with another tenant, becomes one of its own' END
    ], NULL) END AS notes
FROM (
  SELECT k.*, row_number() OVER by_key AS key_rank, first_value(k.content) OVER by_key AS first_content,
    row_number() OVER (PARTITION BY k.reason IS NULL, k.folder_id, k.imap_uid ORDER BY k.is_deleted, k.id, k.place) AS uid_rank,
    first_value(k.tenant_id) OVER (PARTITION BY k.reason IS NULL, k.thread_id ORDER BY k.tenant_id) AS thread_tenant
  FROM (
    SELECT q.*, COALESCE(q.wrong, CASE WHEN row_number() OVER (PARTITION BY q.id ORDER BY q.wrong IS NOT NULL, q.place) > 1
      THEN 'its id is that of another row' END) AS reason,
      CASE WHEN q.trimmed IS NULL OR q.trimmed ~ '^(<[[:space:]]*>)?$' THEN NULL WHEN length(q.trimmed) <= 500 THEN q.trimmed
        ELSE 'sha256:' || encode(sha256(convert_to(q.trimmed, 'UTF8')), 'hex') END AS key,
      COALESCE(q.folder, CASE WHEN q.account_id IS NOT NULL THEN md5('email_recovered:' || q.account_id)::uuid END) AS folder_id,
      q.folder IS NULL AS is_lost
    FROM (
      SELECT g.place, g.raw_id, g.id, COALESCE(g.tenant_id, a.tenant_id) AS tenant_id, g.tenant_id AS old_tenant, a.id AS account_id,
        g.account_id AS old_account, CASE WHEN f.account_id = a.id THEN f.id END AS folder, g.message_id, g.imap_uid, g.thread_id, g.is_deleted,
        g.received_at, btrim(g.message_id, E' \t\r\n') AS trimmed, g.content, g.size,
        CASE WHEN g.id IS NULL THEN 'its id is missing or no UUID'
          WHEN COALESCE(g.account_id, f.account_id) IS NULL THEN 'its account_id is missing or no UUID'
          WHEN a.id IS NULL THEN 'its account is not there, or cannot be taken'
          WHEN g.tenant_id <> a.tenant_id THEN 'its account is of another tenant' END AS wrong
      FROM ({messages}) g
      LEFT JOIN {work}.work_folders f ON f.id = g.folder_id AND f.reason IS NULL
      LEFT JOIN {work}.work_accounts a ON a.id = COALESCE(g.account_id, f.account_id) AND a.reason IS NULL) q) k
  WINDOW by_key AS (PARTITION BY k.reason IS NULL, k.account_id, k.key ORDER BY k.is_deleted, k.id, k.place)) r;
CREATE INDEX ON {work}.work_messages (n);
ANALYZE {work}.work_messages;
--- recovered folders
CREATE TABLE {work}.work_recovered AS
SELECT DISTINCT m.folder_id AS id, m.tenant_id, m.account_id FROM {work}.work_messages m WHERE m.reason IS NULL AND m.is_lost;
--- attachments
CREATE TABLE {work}.work_attachments AS
SELECT row_number() OVER (ORDER BY r.reason IS NOT NULL, r.message_n, r.id, r.place) AS n, r.place, r.raw_id, r.id, r.tenant_id, r.message_id, r.reason, r.is_deleted,
  array_remove(ARRAY[CASE WHEN r.reason IS NULL AND r.old_tenant IS NULL THEN 'tenant_id: filled from the message' END,
    CASE WHEN r.reason IS NULL AND r.raw_id IS NULL THEN 'id: there is none, a new one is made' END], NULL) AS notes
FROM (
  SELECT b.*, COALESCE(b.wrong, CASE WHEN row_number() OVER (PARTITION BY b.id ORDER BY b.wrong IS NOT NULL, b.place) > 1
    THEN 'its id is that of another row' END) AS reason
  FROM (
    SELECT g.place, g.raw_id, g.id, COALESCE(g.tenant_id, m.tenant_id) AS tenant_id, g.tenant_id AS old_tenant, m.id AS message_id, m.n AS message_n,
      g.is_deleted,
      CASE WHEN g.id IS NULL THEN 'its id is no UUID'
        WHEN g.message_id IS NULL THEN 'its message_id is missing or no UUID'
        WHEN m.id IS NULL THEN 'its message is not there, or cannot be taken'
        WHEN g.tenant_id <> m.tenant_id THEN 'its message is of another tenant'
        WHEN octet_length(g.storage_path) > 2600 OR length(g.storage_path) > 1000 THEN 'its storage_path is over 1,000 characters or 2,600 bytes' END AS wrong
    FROM ({attachments}) g LEFT JOIN {work}.work_messages m ON m.id = g.message_id AND m.reason IS NULL) b) r;
CREATE INDEX ON {work}.work_attachments (n);
CREATE INDEX ON {work}.work_attachments (message_id) WHERE reason IS NULL AND NOT is_deleted;
ANALYZE {work}.work_attachments;
