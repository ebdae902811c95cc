-- Who waits for whom: a row for each session that waits for a lock, and one for each that it waits for. A process id of 0 is a
-- prepared transaction, whose name is found by the locks that it holds on the same thing.
WITH waiting AS MATERIALIZED (
  SELECT l.pid, l.waitstart, l.locktype, l.mode, l.database, l.relation, l.transactionid, l.classid, l.objid, l.objsubid, l.virtualxid,
    pg_blocking_pids(l.pid) AS blockers
  FROM (SELECT * FROM pg_locks WHERE NOT granted ORDER BY waitstart LIMIT 200) l)
SELECT a.pid, concat(a.usename, ' in ', a.datname, CASE WHEN a.application_name <> '' THEN ' (' || a.application_name || ')' END) AS who,
  CASE WHEN a.state LIKE 'idle in transaction%' THEN format('idle in transaction for %s', date_trunc('second', clock_timestamp() - a.state_change))
    WHEN a.state = 'disabled' AND a.wait_event = 'ClientRead' THEN 'in a transaction, waits for its client'
    WHEN a.wait_event_type = 'Lock' THEN 'waits for a lock'
    WHEN a.backend_type <> 'client backend' THEN a.backend_type
    ELSE 'at work' END AS doing,
  w.blockers::text AS blockers, extract(epoch FROM clock_timestamp() - w.waitstart) AS seconds,
  CASE WHEN w.locktype = 'relation' THEN format('%s on %s', w.mode, coalesce(
        CASE WHEN w.database IN (0, d.oid) THEN (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = w.relation) END, 'relation ' || w.relation || ' of another database'))
    WHEN w.locktype = 'transactionid' THEN 'the end of a transaction that changed the same row'
    WHEN w.locktype = 'advisory' THEN 'the writer of its tenant or account'
    ELSE w.locktype END AS what,
  (SELECT p.gid FROM pg_locks h JOIN pg_locks x ON x.pid IS NULL AND x.virtualtransaction = h.virtualtransaction AND x.locktype = 'transactionid'
     JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
   WHERE 0 = ANY (w.blockers) AND h.pid IS NULL AND h.granted AND h.locktype = w.locktype
     AND (h.database, h.relation, h.transactionid, h.classid, h.objid, h.objsubid)
       IS NOT DISTINCT FROM (w.database, w.relation, w.transactionid, w.classid, w.objid, w.objsubid) LIMIT 1) AS prepared
FROM pg_stat_activity a LEFT JOIN waiting w ON w.pid = a.pid
  CROSS JOIN (SELECT oid FROM pg_database WHERE datname = current_database()) d
WHERE w.pid IS NOT NULL OR a.pid IN (SELECT unnest(blockers) FROM waiting)
