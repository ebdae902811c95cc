-- How many rows of a table of decisions ({table}) are taken, why the others are not, and what is changed of rows: up to three ids each.
SELECT s.kind, s.what, s.count, array_to_json(s.examples)::text AS examples FROM (
  SELECT 'reason' AS kind, r.reason AS what, max(r.rank) AS count, array_agg(r.raw_id ORDER BY r.rank) FILTER (WHERE r.rank <= 3) AS examples
  FROM (SELECT w.reason, COALESCE(w.raw_id, w.place::text) AS raw_id, row_number() OVER (PARTITION BY w.reason ORDER BY w.n) AS rank
    FROM {table} w WHERE w.reason IS NOT NULL) r GROUP BY r.reason
  UNION ALL
  SELECT 'note', r.note, max(r.rank), array_agg(r.raw_id ORDER BY r.rank) FILTER (WHERE r.rank <= 3)
  FROM (SELECT x.note, COALESCE(w.raw_id, w.place::text) AS raw_id, row_number() OVER (PARTITION BY x.note ORDER BY w.n) AS rank
    FROM {table} w CROSS JOIN unnest(w.notes) AS x (note)) r GROUP BY r.note
  UNION ALL
  SELECT 'taken', '', count(*), '{}' FROM {table} w WHERE w.reason IS NULL
  UNION ALL
  SELECT 'found', '', count(*), '{}' FROM {table} w) s
ORDER BY s.kind, s.count DESC, s.what
