-- The rows themselves: folders whose counters are wrong, messages that no search finds. Reads every message once; locks nothing.
(SELECT 'counters' AS check_name, 'table public.email_folders' AS object, count(*) AS value,
  format('%s folders, the first of them %s, have counters that are not the number of their messages', count(*), min(f.id::text)) AS evidence,
  'CALL public.email_repair(''counters'');' AS fix, 'sql' AS kind, NULL AS unseen
FROM public.email_folders f LEFT JOIN (
  SELECT folder_id, count(*) AS total, count(*) FILTER (WHERE NOT is_read) AS unread
  FROM public.email_messages WHERE NOT is_deleted GROUP BY folder_id) m ON m.folder_id = f.id
WHERE (coalesce(m.unread, 0), coalesce(m.total, 0)) IS DISTINCT FROM (f.unread_count, f.total_count) HAVING count(*) > 0)
UNION ALL
(SELECT 'search-rows', 'table public.email_message_search', count(*),
  format('%s messages, the first of them %s, have no row here: no search finds them', count(*), min(m.id::text)),
  'CALL public.email_repair(''messages'');', 'sql', NULL
FROM public.email_messages m WHERE NOT EXISTS (SELECT FROM public.email_message_search s WHERE s.message_id = m.id) HAVING count(*) > 0)
UNION ALL
(SELECT 'search-rows', 'table public.email_message_search', count(*), format('%s rows of messages that are not there', count(*)),
  'CALL public.email_repair(''leftovers'');', 'sql', NULL
FROM public.email_message_search s WHERE NOT EXISTS (SELECT FROM public.email_messages m WHERE m.id = s.message_id) HAVING count(*) > 0)
