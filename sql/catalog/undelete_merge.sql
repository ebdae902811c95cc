-- Brings back what a copy has of tenant $1, and the database has not. What is there stays as it is.
--- conflicts
-- Addresses that are in use by another account by now.
SELECT x.email_address AS address, a.id AS account, a.tenant_id AS tenant
FROM pg_temp.undelete_email_accounts x JOIN public.email_accounts a ON a.email_address = x.email_address AND a.id <> x.id
WHERE NOT EXISTS (SELECT FROM public.email_accounts o WHERE o.id = x.id)
--- folders
-- A folder that was made again under its path takes the messages of the one that it replaces.
CREATE TEMP TABLE undelete_folders ON COMMIT DROP AS
SELECT x.id AS old_id, coalesce((SELECT f.id FROM public.email_folders f WHERE f.id = x.id),
  (SELECT f.id FROM public.email_folders f WHERE f.tenant_id = x.tenant_id AND f.account_id = x.account_id
      AND f.path = x.path AND NOT f.is_deleted AND NOT x.is_deleted), x.id) AS new_id
FROM pg_temp.undelete_email_folders x
--- move
UPDATE pg_temp.undelete_email_messages m SET folder_id = f.new_id, imap_uid = NULL
FROM pg_temp.undelete_folders f WHERE f.old_id = m.folder_id AND f.new_id <> f.old_id
--- gone
-- Tombstones of the messages that live again.
DELETE FROM public.email_message_tombstones t USING public.email_messages m
WHERE t.tenant_id = $1::uuid AND m.id = t.message_id AND t.is_gone
  AND EXISTS (SELECT FROM pg_temp.undelete_email_messages x WHERE x.id = m.id)
--- wrong
-- Folders whose counters are not right.
SELECT count(*) AS count FROM public.email_check_counters()
--- asleep
-- Rows that are there, but marked deleted, and were not at the time.
SELECT (SELECT count(*) FROM pg_temp.undelete_email_accounts x JOIN public.email_accounts o USING (id)
    WHERE o.is_deleted AND NOT x.is_deleted) AS accounts,
  (SELECT count(*) FROM pg_temp.undelete_email_folders x JOIN public.email_folders o USING (id)
    WHERE o.is_deleted AND NOT x.is_deleted) AS folders,
  (SELECT count(*) FROM pg_temp.undelete_email_messages x JOIN public.email_messages o USING (id)
    WHERE o.is_deleted AND NOT x.is_deleted) AS messages
