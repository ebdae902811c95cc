-- What verify's probe tries as the application, serving one tenant. Each block starts
--   --- name | who | what must come of it | control | tables
-- and an attack must be harmless also when it succeeds, because the probe runs on live databases: it only ever names rows of
-- the probe's own tenants, takes no lock that others wait for, and does nothing that a rollback does not take back.
--   who              attacker, victim, garbled, or without a tenant: the setting is empty, as after a transaction with one
--   what must come   no row returned, changed or deleted; or an SQLSTATE
--   control          who does the same, or what stands below, and succeeds: the attack fails for the right reason. own is
--                    the attacker with rows of its own tenant, none that the application can do nothing of the kind.
--   {A.x}, {B.x}     a value of the attacker's tenant, of the victim's; x is also a table, without email_: the id of a row
--   {table}          each of the tables, without email_
--   {sql}, {words}   each statement is an attack, named by its beginning or by its first three words

--- read email_{table} of another tenant | attacker | no row | victim | accounts folders messages attachments audit_log
SELECT FROM public.email_{table} WHERE tenant_id = '{B.tenant}' LIMIT 1
--- read email_{table} without a tenant | without a tenant | no row | attacker | accounts folders messages attachments audit_log
SELECT FROM public.email_{table} LIMIT 1
--- read email_{table} with a malformed tenant | garbled | 22P02 | attacker | accounts folders messages attachments audit_log
SELECT FROM public.email_{table} LIMIT 1
--- read email_message_tombstones of another tenant | attacker | no row | victim
SELECT FROM public.email_message_tombstones WHERE tenant_id = '{B.tenant}'
-- control
DELETE FROM public.email_messages WHERE id = '{B.messages}'; SELECT FROM public.email_message_tombstones
--- read email_message_search | attacker | 42501 | none
SELECT FROM public.email_message_search LIMIT 1
--- read emaildb.ledger | attacker | 42501 | none
SELECT FROM emaildb.ledger LIMIT 1
--- read another tenant's rows by a plan made for that tenant | attacker | no row | victim
SET LOCAL plan_cache_mode = force_generic_plan; SELECT set_config('app.current_tenant_id', '{B.tenant}', true);
PREPARE emaildb_probe AS SELECT FROM public.email_messages WHERE id = '{B.messages}'; EXECUTE emaildb_probe;
SELECT set_config('app.current_tenant_id', '{A.tenant}', true); EXECUTE emaildb_probe
-- control
EXECUTE emaildb_probe
--- read without row security | attacker | 42501 | attacker
SET LOCAL row_security = off; SELECT FROM public.email_messages LIMIT 1
-- control
SELECT FROM public.email_messages LIMIT 1
--- copy another tenant's rows | attacker | no row | attacker
SELECT FROM public.email_export_tenant() AS e WHERE e.data ->> 'tenant_id' <> '{A.tenant}'
-- control
SELECT FROM public.email_export_tenant() AS e WHERE e.data ->> 'tenant_id' = '{A.tenant}'
--- insert into email_accounts for another tenant | attacker | 42501 | victim
INSERT INTO public.email_accounts (tenant_id, user_id) VALUES ('{B.tenant}', gen_random_uuid())
--- insert into email_folders for another tenant | attacker | 42501 | victim
INSERT INTO public.email_folders (tenant_id, account_id) VALUES ('{B.tenant}', '{B.accounts}')
--- insert into email_messages for another tenant | attacker | 42501 | victim
INSERT INTO public.email_messages (tenant_id, account_id, folder_id, message_id)
VALUES ('{B.tenant}', '{B.accounts}', '{B.folders}', 'new')
--- insert into email_attachments for another tenant | attacker | 42501 | victim
INSERT INTO public.email_attachments (tenant_id, message_id) VALUES ('{B.tenant}', '{B.messages}')
--- refer from email_folders to another tenant's row | attacker | 23503 | own
INSERT INTO public.email_folders (tenant_id, account_id) VALUES ('{A.tenant}', '{B.accounts}')
--- refer from email_messages to another tenant's row | attacker | 23503 | own
INSERT INTO public.email_messages (tenant_id, account_id, folder_id, message_id)
VALUES ('{A.tenant}', '{B.accounts}', '{B.folders}', 'new')
--- refer from email_attachments to another tenant's row | attacker | 23503 | own
INSERT INTO public.email_attachments (tenant_id, message_id) VALUES ('{A.tenant}', '{B.messages}')
--- update email_{table} of another tenant | attacker | no row | victim | accounts folders messages attachments
UPDATE public.email_{table} SET created_at = 5 WHERE id = '{B.{table}}'
--- delete from email_{table} of another tenant | attacker | no row | victim | accounts folders messages attachments
DELETE FROM public.email_{table} WHERE id = '{B.{table}}'
--- lock email_{table} of another tenant | attacker | no row | victim | accounts folders messages attachments
SELECT FROM public.email_{table} WHERE id = '{B.{table}}' FOR UPDATE
--- give a row of email_{table} to another tenant | attacker | 23514 | attacker | accounts folders messages attachments
UPDATE public.email_{table} SET tenant_id = '{B.tenant}' WHERE id = '{A.{table}}'
-- control
UPDATE public.email_{table} SET created_at = 5 WHERE id = '{A.{table}}'
--- move a message to another tenant's folder | attacker | 23503 | own
UPDATE public.email_messages SET folder_id = '{B.archive}' WHERE id = '{A.messages}'
--- overwrite another tenant's account by its address | attacker | 42501 | victim
INSERT INTO public.email_accounts (tenant_id, user_id, email_address)
VALUES (current_setting('app.current_tenant_id')::uuid, gen_random_uuid(), '{B.address}')
ON CONFLICT (email_address) DO UPDATE SET hostname = 'attacker.example'
--- falsify the record: {words} | attacker | 42501 | attacker
INSERT INTO public.email_audit_log (tenant_id, table_name, operation, record_id)
VALUES ('{A.tenant}', 'email_accounts', 'INSERT', gen_random_uuid());
UPDATE public.email_audit_log SET actor_id = 'another' WHERE tenant_id = '{A.tenant}';
DELETE FROM public.email_audit_log WHERE tenant_id = '{A.tenant}';
DELETE FROM public.email_message_tombstones WHERE tenant_id = '{A.tenant}'
-- control
SELECT FROM public.email_audit_log WHERE tenant_id = '{A.tenant}'
--- find another tenant's mail with email_search | attacker | no row | victim
SELECT FROM public.email_search('{B.word}')
--- find another tenant's mail with email_search by an operator | attacker | no row | victim
SELECT FROM public.email_search('to:{B.address} subject:{B.word}')
--- find another tenant's mail with email_search by a file name | attacker | no row | victim
SELECT FROM public.email_search('filename:{B.mark}')
--- call email_search without a tenant | without a tenant | 42501 | attacker
SELECT FROM public.email_search('{A.word}')
--- find another tenant's mail with email_search_recipients | attacker | no row | victim
SELECT FROM public.email_search_recipients('{B.address}')
--- call email_search_recipients without a tenant | without a tenant | 42501 | attacker
SELECT FROM public.email_search_recipients('{A.address}')
--- find another tenant's mail with email_search_attachments | attacker | no row | victim
SELECT FROM public.email_search_attachments('{B.mark}')
--- call email_search_attachments without a tenant | without a tenant | 42501 | attacker
SELECT FROM public.email_search_attachments('{A.mark}')
--- find another tenant's mail with email_search_references | attacker | no row | victim
SELECT FROM public.email_search_references(ARRAY['<parent.{B.mark}@example.com>'])
--- find another tenant's mail with email_ingest_find | attacker | no row | victim
SELECT FROM public.email_ingest_find('{B.accounts}', '{B.folders}', ARRAY['<{B.mark}@example.com>'], ARRAY['x'], ARRAY['1'])
--- call email_ingest_find without a tenant | without a tenant | 42501 | attacker
SELECT FROM public.email_ingest_find('{A.accounts}', '{A.folders}', ARRAY['<{A.mark}@example.com>'], ARRAY['x'], ARRAY['1'])
--- follow another tenant's changes | attacker | no row | victim
SELECT FROM public.email_changes('{B.accounts}', 0)
--- export without a tenant | without a tenant | 42501 | attacker
SELECT FROM public.email_export_tenant()
--- move a message into another tenant's folder with email_move_messages | attacker | P0002 | own
SELECT public.email_move_messages(ARRAY['{A.messages}']::uuid[], '{B.archive}')
--- void another tenant's UIDs | attacker | P0002 | victim
SELECT public.email_reset_uidvalidity('{B.folders}', 2)
--- ingest into another tenant's folder | attacker | 23503 | victim
SELECT public.email_ingest('{B.accounts}', '{B.folders}', '[{"message_id": "new"}]')
--- erase another tenant | attacker | 42501 | none
SELECT FROM public.email_offboard_tenant('{B.tenant}', 1)
--- learn which tenants there are | attacker | 42501 | none
SELECT FROM public.email_claim_accounts(0)
--- go around: {sql} | attacker | 42501 | none
CREATE TEMP TABLE email_messages (id uuid);
CREATE TABLE public.emaildb_probe (id uuid);
CREATE FUNCTION public.emaildb_probe() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE SCHEMA emaildb_probe;
SELECT lo_create(0);
SELECT pg_read_file('PG_VERSION');
SELECT FROM public.pg_long_queries LIMIT 1;
SELECT pg_cancel_backend(0);
SET LOCAL session_replication_role = replica;
SELECT public.email_audit_insert()
