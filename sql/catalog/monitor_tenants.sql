-- The tenants, the largest first, by their number and nothing else: what they store, how it grows, and their share of what was written in
-- the last day. Reads every message once, but no text of one: sizes are those stored. Timestamps are milliseconds.
WITH clock AS (SELECT (1000 * extract(epoch FROM clock_timestamp()))::bigint AS now),
message AS (
  SELECT m.tenant_id, count(*) AS messages, count(*) FILTER (WHERE m.created_at > c.now - 86400000) AS new_in_a_day,
    count(*) FILTER (WHERE m.created_at > c.now - 604800000) AS new_in_a_week, count(*) FILTER (WHERE m.updated_at > c.now - 86400000) AS written,
    sum(s.bytes) AS bytes, sum(s.bytes) FILTER (WHERE m.created_at > c.now - 604800000) AS bytes_of_a_week
  FROM public.email_messages m CROSS JOIN clock c CROSS JOIN LATERAL (SELECT 200 + coalesce(pg_column_size(m.text_body), 0)
    + coalesce(pg_column_size(m.html_body), 0) + coalesce(pg_column_size(m.raw_headers), 0) + coalesce(pg_column_size(m.subject), 0)
    + coalesce(pg_column_size(m."from"), 0) + coalesce(pg_column_size(m."to"), 0) + coalesce(pg_column_size(m.cc), 0) AS bytes) s
  GROUP BY m.tenant_id),
account AS (SELECT tenant_id, count(*) AS accounts FROM public.email_accounts GROUP BY tenant_id)
SELECT a.tenant_id AS tenant, a.accounts, coalesce(m.messages, 0) AS messages, coalesce(m.bytes, 0) AS size_bytes,
  coalesce(m.new_in_a_day, 0) AS new_in_a_day, coalesce(m.new_in_a_week, 0) AS new_in_a_week, coalesce(m.bytes_of_a_week, 0) AS growth_in_a_week_bytes,
  round(100.0 * coalesce(m.written, 0) / nullif(sum(m.written) OVER (), 0), 1) AS work_percent
FROM account a LEFT JOIN message m ON m.tenant_id = a.tenant_id ORDER BY size_bytes DESC, tenant LIMIT 200
