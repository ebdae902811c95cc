-- Rows of each tenant, and a digest over them. The hash of a whole row covers every column; the sum does not depend on the
-- order in which rows are read.
WITH hashed AS (
  SELECT tenant_id, 'accounts' AS kind, hash_record_extended(r, 0) AS hash FROM public.email_accounts r
  UNION ALL SELECT tenant_id, 'folders', hash_record_extended(r, 0) FROM public.email_folders r
  UNION ALL SELECT tenant_id, 'messages', hash_record_extended(r, 0) FROM public.email_messages r
  UNION ALL SELECT tenant_id, 'attachments', hash_record_extended(r, 0) FROM public.email_attachments r),
summed AS (SELECT tenant_id, kind, count(*) AS rows, sum(hash::numeric) AS hash FROM hashed GROUP BY tenant_id, kind)
SELECT tenant_id AS tenant, coalesce(sum(rows) FILTER (WHERE kind = 'accounts'), 0) AS accounts,
  coalesce(sum(rows) FILTER (WHERE kind = 'folders'), 0) AS folders,
  coalesce(sum(rows) FILTER (WHERE kind = 'messages'), 0) AS messages,
  coalesce(sum(rows) FILTER (WHERE kind = 'attachments'), 0) AS attachments,
  encode(sha256(convert_to(string_agg(kind || ' ' || rows || ' ' || hash, E'\n' ORDER BY kind), 'UTF8')), 'hex') AS digest
FROM summed GROUP BY tenant_id ORDER BY tenant_id
