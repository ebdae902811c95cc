-- What a restore or a hand left behind: a sequence behind the numbers it has given, search rows without which nothing is found.
-- For who sees all rows; of at most 1,000 accounts the highest number is looked up by its index.
SELECT s.kind, 'public' AS schema, s.name, NULL AS arguments, NULL AS part, s.actual, s.fix
FROM (
  SELECT 'sequence' AS kind, 'email_message_change_seq' AS name,
    format('it stands at %s, rows have numbers up to %s', q.last_value, m.highest) AS actual,
    format('SELECT setval(''public.email_message_change_seq'', %s);', m.highest) AS fix
  FROM public.email_message_change_seq q CROSS JOIN LATERAL (
    SELECT max(n.change_seq) AS highest FROM (SELECT id FROM public.email_accounts LIMIT 1000) a CROSS JOIN LATERAL (
      (SELECT change_seq FROM public.email_messages WHERE account_id = a.id ORDER BY change_seq DESC LIMIT 1)
      UNION ALL (SELECT change_seq FROM public.email_message_tombstones WHERE account_id = a.id ORDER BY change_seq DESC LIMIT 1)) n) m
  WHERE m.highest > q.last_value
  UNION ALL
  SELECT 'table', 'email_message_search', 'it is empty, and there are messages', NULL
  WHERE EXISTS (SELECT FROM public.email_messages) AND NOT EXISTS (SELECT FROM public.email_message_search)) s
