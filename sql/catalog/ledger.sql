-- The ledger; a column that was dropped reads as NULL.
SELECT j ->> 'step' AS step, j ->> 'name' AS name, j ->> 'hash' AS hash, j ->> 'chain' AS chain, j ->> 'state' AS state,
  pg_catalog.to_char((j ->> 'started_at')::pg_catalog.timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    AS started_at,
  j ->> 'duration_ms' AS duration_ms, j ->> 'applied_by' AS applied_by, j ->> 'tool_version' AS tool_version
FROM (SELECT pg_catalog.to_jsonb(l) AS j FROM emaildb.ledger l) AS l ORDER BY (j ->> 'step')::pg_catalog.int4;
