-- The ledger: which steps this database has, by whom, and what happened on the way.
--
-- Cost: new objects only; waits for no session.
--
-- It is an ordinary step: it writes its own first row, in the transaction that creates it. No IF NOT EXISTS:
-- the installer holds its lock before it looks, and a leftover of that name must be an error, not be adopted.

CREATE SCHEMA emaildb;
COMMENT ON SCHEMA emaildb IS 'Bookkeeping of the emaildb installer; holds no mail';

CREATE TABLE emaildb.ledger (
    step           integer     NOT NULL,
    name           text        NOT NULL,
    hash           text        NOT NULL,
    chain          text        NOT NULL,
    kind           text        NOT NULL,
    state          text        NOT NULL,
    started_at     timestamptz NOT NULL,
    finished_at    timestamptz,
    duration_ms    bigint,
    applied_by     text        NOT NULL DEFAULT SESSION_USER::text,
    server_version text        NOT NULL,
    tool_version   text        NOT NULL,
    CONSTRAINT ledger_pkey PRIMARY KEY (step),
    CONSTRAINT ledger_step_check CHECK (step > 0),
    CONSTRAINT ledger_kind_check CHECK (kind IN ('transactional', 'no-transaction')),
    CONSTRAINT ledger_state_check CHECK (state IN ('started', 'done')),
    -- A transactional step commits together with its row, so it is never seen half-way.
    CONSTRAINT ledger_started_check CHECK (state = 'done' OR kind = 'no-transaction'),
    CONSTRAINT ledger_finished_check CHECK ((state = 'done') = (finished_at IS NOT NULL)),
    CONSTRAINT ledger_duration_check CHECK (duration_ms >= 0)
);
COMMENT ON TABLE emaildb.ledger IS 'One row per step of sql/, as it was when it was applied';
COMMENT ON COLUMN emaildb.ledger.hash IS 'sha256:<hex> of the file after BOM removal and CRLF to LF';
COMMENT ON COLUMN emaildb.ledger.chain IS 'sha256 over the previous chain value and this hash: a changed, missing or reordered step shows';
COMMENT ON COLUMN emaildb.ledger.kind IS 'transactional, or no-transaction for steps such as CREATE INDEX CONCURRENTLY';
COMMENT ON COLUMN emaildb.ledger.state IS 'started is possible for no-transaction steps only: such a step was interrupted or is running';

CREATE TABLE emaildb.ledger_event (
    id           bigint      GENERATED ALWAYS AS IDENTITY,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    step         integer,
    name         text,
    event        text        NOT NULL,
    detail       jsonb       NOT NULL DEFAULT '{}',
    session_role text        NOT NULL DEFAULT SESSION_USER::text,
    server_pid   integer     NOT NULL DEFAULT pg_catalog.pg_backend_pid(),
    tool_version text,
    CONSTRAINT ledger_event_pkey PRIMARY KEY (id),
    CONSTRAINT ledger_event_event_check CHECK (event IN ('started', 'done', 'failed', 'adopted', 'rebuilt'))
);
COMMENT ON TABLE emaildb.ledger_event IS 'Append-only history of what the installer did, failures included';

CREATE FUNCTION emaildb.refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'History is kept as it happened; add a row that says what is different now.';
END
$$;
COMMENT ON FUNCTION emaildb.refuse_change() IS 'Trigger: refuses the statement; for append-only tables';
REVOKE ALL ON FUNCTION emaildb.refuse_change() FROM PUBLIC;

-- Per statement: one call, TRUNCATE is covered, and it also refuses when no row would match.
CREATE TRIGGER ledger_event_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON emaildb.ledger_event
    FOR EACH STATEMENT EXECUTE FUNCTION emaildb.refuse_change();
