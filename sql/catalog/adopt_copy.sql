-- The copy: triggers and foreign keys do not act (session_replication_role), and what they would keep is kept here.
--- settings
SET LOCAL session_replication_role = replica;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_seqscan = off;
SET LOCAL work_mem = '64MB';
SET LOCAL plan_cache_mode = force_custom_plan;
SET LOCAL client_min_messages = error
--- rows
INSERT INTO public.{table} ({columns}) {rows} ORDER BY w.n
--- messages
WITH stored AS (
  INSERT INTO public.email_messages AS m ({columns}) {rows} ORDER BY w.n
  RETURNING m.tenant_id, m.id, m.account_id, m.received_at, m.subject, m.subject_full, m."from", m.from_full, m.from_address, m."to", m.cc, m.bcc,
    m.refs, m.text_body, m.html_body)
INSERT INTO public.email_message_search (tenant_id, message_id, account_id, received_at, search_vector)
SELECT s.tenant_id, s.id, s.account_id, s.received_at, public.email_search_document(
  COALESCE(s.subject_full, s.subject), COALESCE(s.from_full, s."from"), s.from_address, s."to", s.cc, s.bcc, s.refs, s.text_body, s.html_body)
FROM stored s
--- recovered
INSERT INTO public.email_folders (id, tenant_id, account_id, name, type, created_at, updated_at)
SELECT r.id, r.tenant_id, r.account_id, 'Recovered', 'custom', {now}, {now} FROM email_before.work_recovered r
--- counters
UPDATE public.email_folders f SET total_count = d.total, unread_count = d.unread
FROM (SELECT m.folder_id, count(*) AS total, count(*) FILTER (WHERE NOT m.is_read) AS unread
  FROM public.email_messages m WHERE NOT m.is_deleted GROUP BY m.folder_id) d
WHERE f.id = d.folder_id
--- compare
SELECT COALESCE(o.tenant_id, n.tenant_id) AS tenant_id, o.count AS old_count, n.count AS new_count,
  o.count = n.count AND o.digest = n.digest AS is_same
FROM (SELECT q.tenant_id, count(*) AS count, sum(hash_record_extended(q, 0)::numeric) AS digest
  FROM ({rows}) AS q ({columns}) GROUP BY q.tenant_id) o
FULL JOIN (SELECT q.tenant_id, count(*) AS count, sum(hash_record_extended(q, 0)::numeric) AS digest
  FROM (SELECT {stored} FROM public.{table} t WHERE {kept}) AS q GROUP BY q.tenant_id) n ON n.tenant_id = o.tenant_id
ORDER BY 1
