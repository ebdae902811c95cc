-- emaildb: lends email_audit
-- Storage: room for updates, vacuum that keeps up with big tables, compression, and statistics that tell what they should.
--
-- Cost: SHARE UPDATE EXCLUSIVE for parameters and statistics, ACCESS EXCLUSIVE for compression; instant, no
--       rewrite: values already stored keep their compression.

SET LOCAL ROLE email_owner;

-- Half-empty pages: counters change with every message, and an update that stays in its page touches no index.
ALTER TABLE public.email_folders SET (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 200,
    autovacuum_analyze_scale_factor = 0.1);
ALTER TABLE public.email_accounts SET (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 200);
-- The defaults wait for a fifth of the table: at ten million messages that is two million dead rows, or as many
-- new ones not yet marked visible, without which no scan is index-only.
ALTER TABLE public.email_messages SET (
    fillfactor = 90,
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_insert_threshold = 10000,
    autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 1000,
    toast.autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE public.email_message_search SET (
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_insert_threshold = 10000,
    autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE public.email_attachments SET (
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_insert_threshold = 10000,
    autovacuum_analyze_scale_factor = 0.05);

-- EXPLAIN shows estimates made from every tenant's rows: a word, subject or address that only another tenant has
-- would betray itself by its number. No statistics on content, then; the indexes are chosen by their other columns.
DO $storage$
DECLARE
    parent  regclass;
    options text;
BEGIN
    FOR parent, options IN
        SELECT c.attrelid, string_agg(format('ALTER COLUMN %I SET STATISTICS 0', c.attname), ', ' ORDER BY c.attnum)
          FROM pg_catalog.pg_attribute AS c
          JOIN (VALUES
                ('public.email_accounts'::regclass,
                 '{account_name,email_address,hostname,username}'::name[]),
                ('public.email_folders'::regclass,
                 '{name,path,sync_token}'::name[]),
                ('public.email_messages'::regclass,
                 '{message_id,message_id_full,in_reply_to,refs,from,from_full,to,cc,bcc,reply_to,reply_to_full,from_address,
                   subject,subject_full,raw_headers,raw_sha256,text_body,html_body}'::name[]),
                ('public.email_message_search'::regclass,
                 '{search_vector}'::name[]),
                ('public.email_attachments'::regclass,
                 '{filename,storage_path,content_hash}'::name[])
               ) AS content (parent, columns) ON c.attrelid = content.parent AND c.attname = ANY (content.columns)
         GROUP BY c.attrelid
    LOOP
        EXECUTE format('ALTER TABLE %s %s', parent, options);
    END LOOP;

    -- lz4 packs and unpacks several times faster than pglz; a server may be built without it.
    IF 'lz4' = ANY ((SELECT enumvals FROM pg_catalog.pg_settings WHERE name = 'default_toast_compression')::text[]) THEN
        ALTER TABLE public.email_messages
            ALTER COLUMN text_body SET COMPRESSION lz4,
            ALTER COLUMN html_body SET COMPRESSION lz4,
            ALTER COLUMN "to" SET COMPRESSION lz4,
            ALTER COLUMN cc SET COMPRESSION lz4,
            ALTER COLUMN bcc SET COMPRESSION lz4,
            ALTER COLUMN refs SET COMPRESSION lz4,
            ALTER COLUMN subject_full SET COMPRESSION lz4,
            ALTER COLUMN message_id_full SET COMPRESSION lz4,
            ALTER COLUMN from_full SET COMPRESSION lz4,
            ALTER COLUMN reply_to_full SET COMPRESSION lz4,
            ALTER COLUMN raw_headers SET COMPRESSION lz4;
        ALTER TABLE public.email_message_search
            ALTER COLUMN search_vector SET COMPRESSION lz4;
    END IF;
END
$storage$;
-- An indexed expression has statistics of its own.
ALTER INDEX public.idx_email_folders_account_path ALTER COLUMN 3 SET STATISTICS 0;
ALTER INDEX public.idx_email_messages_message_id_full ALTER COLUMN 1 SET STATISTICS 0;
-- Without a size of tenants to go by, the planner looks up word and tenant together in the index made for it. With one,
-- a tenant that was small at the last ANALYZE would be read as a whole, through whichever GIN index (seen).
ALTER INDEX public.idx_email_messages_text_search ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX public.idx_email_attachments_filename_trgm ALTER COLUMN 1 SET STATISTICS 0;

-- A folder belongs to one account and one tenant. Without knowing it, the planner takes the condition of row security for
-- one more sieve, expects a handful of rows where a full page comes, and prefers to sort all of a folder.
CREATE STATISTICS public.email_messages_belonging (dependencies)
    ON tenant_id, account_id, folder_id, thread_id FROM public.email_messages;
COMMENT ON STATISTICS public.email_messages_belonging IS 'A thread or folder decides the account, an account the tenant';
CREATE STATISTICS public.email_message_tombstones_belonging (dependencies)
    ON tenant_id, account_id, folder_id FROM public.email_message_tombstones;
COMMENT ON STATISTICS public.email_message_tombstones_belonging IS 'A folder decides the account, an account the tenant';

SET LOCAL ROLE email_audit;
ALTER TABLE public.email_audit_log SET (
    autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_insert_threshold = 100000,
    autovacuum_analyze_scale_factor = 0.05);
