-- What init writes into the ledger and its history, and what --plan prints; each {name} is a literal.
--
-- done: inside the step's transaction, after {ms} ms. started: a second beginning changes nothing.
--- done
INSERT INTO emaildb.ledger (step, name, hash, chain, kind, state, started_at, finished_at, duration_ms,
  applied_by, server_version, tool_version)
VALUES ({step}, {name}, {hash}, {chain}, {kind}, 'done', clock_timestamp() - {ms} * interval '1 ms', clock_timestamp(), {ms},
  session_user, current_setting('server_version'), {tool});
--- started
INSERT INTO emaildb.ledger (step, name, hash, chain, kind, state, started_at, applied_by, server_version,
  tool_version)
VALUES ({step}, {name}, {hash}, {chain}, {kind}, 'started', now(), session_user, current_setting('server_version'),
  {tool}) ON CONFLICT (step) DO NOTHING;
--- finished
UPDATE emaildb.ledger SET state = 'done', finished_at = clock_timestamp(),
  duration_ms = (extract(epoch FROM clock_timestamp() - started_at) * 1000)::bigint
WHERE step = {step};
--- event
INSERT INTO emaildb.ledger_event (step, name, event, detail, session_role, server_pid, tool_version)
VALUES ({step}, {name}, {event}, {detail}, session_user, pg_backend_pid(), {tool});
