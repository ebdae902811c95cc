-- Ingest: mail from a server into a folder, whatever it looks like and however often it comes.
--
-- A plain multi-row INSERT is as good, and what bulk imports use; this does what each of them has to think of:
--   no Message-ID, or one over 500 characters    email_message_key
--   header fields over their columns' length     cut; the subject in full goes to subject_full
--   delivered twice, or deleted here and back    the row that is there gets the new place, UID and flags, and lives
--   a UID that another message has               it was that of an older one: voided there
-- NUL cannot be stored, in jsonb not even as \u0000: the caller drops it.

SET LOCAL ROLE email_owner;

CREATE FUNCTION public.email_message_key(message_id text, raw_sha256 bytea DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN pg_catalog.btrim(message_id, E' \t\r\n') OPERATOR(pg_catalog.<>) ''
                THEN CASE WHEN pg_catalog.length(pg_catalog.btrim(message_id, E' \t\r\n')) OPERATOR(pg_catalog.<=) 500
                          THEN pg_catalog.btrim(message_id, E' \t\r\n')
                          ELSE 'sha256:' OPERATOR(pg_catalog.||) pg_catalog.encode(pg_catalog.sha256(
                               pg_catalog.convert_to(pg_catalog.btrim(message_id, E' \t\r\n'), 'UTF8')), 'hex') END
                ELSE 'sha256:' OPERATOR(pg_catalog.||) pg_catalog.encode(raw_sha256, 'hex') END;
COMMENT ON FUNCTION public.email_message_key(text, bytea) IS
    'Key for email_messages.message_id, in_reply_to and refs: the header, sha256:<hex> of one over 500 characters, or of the raw mail (its SHA-256 is the second argument) when there is none; NULL when there is neither';

CREATE FUNCTION public.email_ingest(account_id uuid, folder_id uuid, messages jsonb)
    RETURNS TABLE (ordinal bigint, id uuid, is_new boolean)
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    tenant constant uuid := public.email_require_tenant();
BEGIN
    -- Only when the server gave a UID anew, or the same mail arrives again with another one, is there any such row.
    UPDATE public.email_messages AS m
       SET imap_uid = NULL
      FROM (SELECT e.value ->> 'imap_uid' AS imap_uid,
                   public.email_message_key(e.value ->> 'message_id', decode(e.value ->> 'raw_sha256', 'hex')) AS key
              FROM jsonb_array_elements(messages) AS e) AS r
     WHERE m.folder_id = email_ingest.folder_id AND m.imap_uid = left(r.imap_uid, 100) AND m.message_id <> r.key;

    RETURN QUERY
    WITH given AS (
        SELECT DISTINCT ON (key) *
          FROM (SELECT e.ordinality AS ordinal,
                       public.email_message_key(r.message_id, decode(r.raw_sha256, 'hex')) AS key, r.*
                  FROM jsonb_array_elements(messages) WITH ORDINALITY AS e (value, ordinality)
                 CROSS JOIN LATERAL jsonb_to_record(e.value) AS r (
                       message_id text, raw_sha256 text, imap_uid text, in_reply_to text, "from" text, "to" jsonb, cc jsonb,
                       bcc jsonb, reply_to text, subject text, text_body text, html_body text, is_read boolean,
                       is_flagged boolean, is_draft boolean, thread_id uuid, sent_at bigint, received_at bigint,
                       has_attachments boolean, refs text[], raw_headers text, size_bytes bigint)) AS r
         ORDER BY key, ordinal DESC
    ), stored AS (
        INSERT INTO public.email_messages AS m (
               tenant_id, account_id, folder_id, message_id, message_id_full, imap_uid, in_reply_to, "from", "to", cc, bcc,
               reply_to, subject, subject_full, text_body, html_body, is_read, is_flagged, is_draft, thread_id, sent_at,
               received_at, has_attachments, refs, raw_headers, size_bytes)
        SELECT tenant, email_ingest.account_id, email_ingest.folder_id, g.key,
               CASE WHEN g.key <> g.message_id THEN g.message_id END, left(g.imap_uid, 100),
               public.email_message_key(g.in_reply_to), left(g."from", 500), g."to", g.cc, g.bcc, left(g.reply_to, 255),
               left(g.subject, 500), CASE WHEN length(g.subject) > 500 THEN g.subject END, g.text_body, g.html_body,
               g.is_read, g.is_flagged, g.is_draft, g.thread_id, g.sent_at, g.received_at,
               coalesce(g.has_attachments, false),
               CASE WHEN g.refs IS NOT NULL
                    THEN ARRAY(SELECT public.email_message_key(u.ref) FROM unnest(g.refs) AS u (ref) WHERE u.ref <> '') END,
               g.raw_headers, g.size_bytes
          FROM given AS g
            ON CONFLICT (message_id, account_id) DO UPDATE
           SET folder_id = EXCLUDED.folder_id, imap_uid = EXCLUDED.imap_uid, is_read = EXCLUDED.is_read,
               is_flagged = EXCLUDED.is_flagged, is_draft = EXCLUDED.is_draft, is_deleted = false, deleted_at = NULL
        RETURNING m.id, m.message_id, m.xmax = 0 AS is_new
    )
    SELECT g.ordinal, s.id, s.is_new FROM given AS g JOIN stored AS s ON s.message_id = g.key;
END
$$;
COMMENT ON FUNCTION public.email_ingest(uuid, uuid, jsonb) IS
    'Stores an array of messages, objects with the column names of email_messages (headers in full length, plus raw_sha256 as hex for mail without Message-ID), in a folder; a message already there is moved, takes the flags and is revived. Of the same key twice in an array the last one counts. is_new: false for those already there';
GRANT EXECUTE ON FUNCTION public.email_message_key(text, bytea), public.email_ingest(uuid, uuid, jsonb) TO email_service;
GRANT EXECUTE ON FUNCTION public.email_message_key(text, bytea) TO email_readonly;
