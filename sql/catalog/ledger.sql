-- The ledger; a column that was dropped reads as NULL. It may be a table of others: no more rows and characters than a ledger has.
SELECT pg_catalog.left(j ->> 'step', 200) AS step, pg_catalog.left(j ->> 'name', 200) AS name, pg_catalog.left(j ->> 'hash', 200) AS hash,
  pg_catalog.left(j ->> 'chain', 200) AS chain, pg_catalog.left(j ->> 'state', 200) AS state,
  pg_catalog.to_char((j ->> 'started_at')::pg_catalog.timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    AS started_at,
  pg_catalog.left(j ->> 'duration_ms', 200) AS duration_ms, pg_catalog.left(j ->> 'applied_by', 200) AS applied_by,
  pg_catalog.left(j ->> 'tool_version', 200) AS tool_version
FROM (SELECT pg_catalog.to_jsonb(l) AS j FROM emaildb.ledger l) AS l
ORDER BY (j ->> 'step')::pg_catalog.int4 LIMIT 10001;
