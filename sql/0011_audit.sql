-- emaildb: lends email_audit
-- Audit log: who changed which row and which columns, when. Column names, never their content.
--
-- Cost: new objects only; takes SHARE ROW EXCLUSIVE on each table for the moment of CREATE TRIGGER.
--
-- One INSERT per statement, from its transition tables: about a fifth on top of a bulk insert, where a row trigger
-- costs a third. Rows written by cascades and by superusers are recorded like any others. There is no foreign key to
-- the rows recorded: their deletion must not take the evidence along. Not partitioned: retention deletes by a BRIN
-- range, and a partitioned primary key would have to carry the time.

-- The audit role needs the clock for a default; the owner of the tables needs the functions to create triggers.
SET LOCAL ROLE email_owner;
GRANT EXECUTE ON FUNCTION public.email_now_ms() TO email_audit;

SET LOCAL ROLE email_audit;

CREATE TABLE public.email_audit_log (
    id              bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    tenant_id       uuid   NOT NULL,
    changed_at      bigint NOT NULL DEFAULT public.email_now_ms(),
    txid            xid8   NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
    session_role    text   NOT NULL DEFAULT SESSION_USER::text,
    actor_id        text   DEFAULT left(NULLIF(pg_catalog.current_setting('app.current_user_id', true), ''), 255),
    table_name      text   NOT NULL,
    operation       text   NOT NULL,
    record_id       uuid   NOT NULL,
    changed_columns text[],
    CONSTRAINT email_audit_log_pkey PRIMARY KEY (id),
    CONSTRAINT email_audit_log_operation_check CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE')),
    CONSTRAINT email_audit_log_changed_columns_check CHECK ((operation = 'UPDATE') = (changed_columns IS NOT NULL))
);
COMMENT ON TABLE public.email_audit_log IS 'Who changed which row, append-only; column names but no values, so erasing a mail erases its content';
COMMENT ON COLUMN public.email_audit_log.changed_at IS 'Epoch ms, wall clock';
COMMENT ON COLUMN public.email_audit_log.txid IS 'Transaction; rows of one transaction belong together';
COMMENT ON COLUMN public.email_audit_log.session_role IS 'Role that logged in, not the one it acted as';
COMMENT ON COLUMN public.email_audit_log.actor_id IS 'Setting app.current_user_id, as the application set it; text, because a malformed value must not stop a write';
COMMENT ON COLUMN public.email_audit_log.changed_columns IS 'UPDATE only: names of the columns that changed, without derived ones and machine bookkeeping';

CREATE INDEX idx_email_audit_log_tenant_time ON public.email_audit_log (tenant_id, changed_at DESC);
CREATE INDEX idx_email_audit_log_record ON public.email_audit_log (record_id, changed_at DESC);
CREATE INDEX idx_email_audit_log_actor ON public.email_audit_log (tenant_id, actor_id, changed_at DESC)
    WHERE actor_id IS NOT NULL;
-- Rows arrive in time order, so a range summary of a few kB finds what is old enough to purge.
CREATE INDEX idx_email_audit_log_time_brin ON public.email_audit_log USING brin (changed_at);
COMMENT ON INDEX public.idx_email_audit_log_tenant_time IS 'What happened in the tenant, newest first';
COMMENT ON INDEX public.idx_email_audit_log_record IS 'History of one row';
COMMENT ON INDEX public.idx_email_audit_log_actor IS 'What one user did';
COMMENT ON INDEX public.idx_email_audit_log_time_brin IS 'Purge of rows older than a time';

ALTER TABLE public.email_audit_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY email_audit_log_tenant_policy ON public.email_audit_log AS PERMISSIVE FOR ALL
    TO email_service, email_readonly
    USING (tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid);
-- The functions below record whatever happened, in whichever tenant, and retention purges it.
CREATE POLICY email_audit_log_owner_policy ON public.email_audit_log AS PERMISSIVE FOR ALL
    TO email_audit USING (true) WITH CHECK (true);
GRANT SELECT ON public.email_audit_log TO email_service, email_readonly;

-- Grants already keep every other role from writing; this also stops the slip of a superuser.
CREATE FUNCTION public.email_audit_refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF tg_op = 'DELETE' AND current_user = 'email_audit' THEN
        RETURN NULL;  -- retention
    END IF;
    RAISE EXCEPTION 'email_audit_log is append-only: % refused', tg_op
        USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION public.email_audit_refuse_change() IS 'Trigger: refuses UPDATE and TRUNCATE, and DELETE by anyone but email_audit';
CREATE TRIGGER email_audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.email_audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_refuse_change();

-- One function serves all tables: PL/pgSQL keeps a plan of its own for every trigger. row_security = on: data
-- maintenance runs with it off, which would refuse the insert here instead of applying the owner's policy.
CREATE FUNCTION public.email_audit_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
BEGIN
    INSERT INTO public.email_audit_log (tenant_id, table_name, operation, record_id)
    SELECT tenant_id, tg_table_name, 'INSERT', id FROM new_rows;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_audit_insert() IS 'Trigger: records inserted rows';

CREATE FUNCTION public.email_audit_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
BEGIN
    INSERT INTO public.email_audit_log (tenant_id, table_name, operation, record_id)
    SELECT tenant_id, tg_table_name, 'DELETE', id FROM old_rows;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_audit_delete() IS 'Trigger: records deleted rows';

-- Updates need one function per table, because comparing columns by name at run time (to_jsonb) would unpack and
-- convert every body. It is written from the catalog so that no column is forgotten, in the order of the names, so that a
-- column that was lost and brought back makes no other function: a step that adds or drops a column calls this again, as
-- email_audit. enable_nestloop: the plan is kept from the first statement, which may change one row, and a nested loop would
-- then cost the square of the next one's ten thousand.
SET LOCAL ROLE NONE;
CREATE PROCEDURE emaildb.write_audit_function(audited regclass)
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $procedure$
DECLARE
    audited_name constant name := (SELECT relname FROM pg_class WHERE oid = audited);
    writer       constant name := audited_name || '_audit_update';
    comparisons  text;
BEGIN
    SELECT string_agg(format('CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I THEN %1$L END', attname),
                      E',\n               ' ORDER BY attname)
      INTO STRICT comparisons
      FROM pg_attribute
     WHERE attrelid = audited AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
       -- Identity cannot change; the rest is written by machines at every synchronisation.
       AND attname <> ALL ('{id,tenant_id,updated_at,change_seq,last_sync_at,is_syncing,sync_token,sync_claim,
                             sync_lease_until,changes_floor,unread_count,total_count,uid_next,highest_modseq}'::name[]);
    EXECUTE format($function$
CREATE OR REPLACE FUNCTION public.%1$I() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET enable_nestloop = off
AS $$
BEGIN
    INSERT INTO public.email_audit_log (tenant_id, table_name, operation, record_id, changed_columns)
    SELECT n.tenant_id, tg_table_name, 'UPDATE', n.id, c.names
      FROM new_rows AS n
      JOIN old_rows AS o ON o.id = n.id
     CROSS JOIN LATERAL (
        SELECT array_remove(ARRAY[
               %2$s], NULL)
        OFFSET 0  -- compare once, not again in WHERE
     ) AS c (names)
     WHERE c.names <> '{}';
    RETURN NULL;
END
$$$function$, writer, comparisons);
    EXECUTE format('COMMENT ON FUNCTION public.%I() IS %L', writer,
                   'Trigger: records updated rows of ' || audited_name || ' with the names of the changed columns');
    EXECUTE format('GRANT EXECUTE ON FUNCTION public.%I() TO email_owner', writer);
END
$procedure$;
COMMENT ON PROCEDURE emaildb.write_audit_function(regclass) IS
    'Writes the function <table>_audit_update from the columns that the table has; for steps, as email_audit';
REVOKE ALL ON PROCEDURE emaildb.write_audit_function(regclass) FROM PUBLIC;
GRANT USAGE ON SCHEMA emaildb TO email_audit;
GRANT EXECUTE ON PROCEDURE emaildb.write_audit_function(regclass) TO email_audit;

SET LOCAL ROLE email_audit;
CALL emaildb.write_audit_function('public.email_accounts');
CALL emaildb.write_audit_function('public.email_folders');
CALL emaildb.write_audit_function('public.email_messages');
CALL emaildb.write_audit_function('public.email_attachments');
GRANT EXECUTE ON FUNCTION public.email_audit_insert(), public.email_audit_delete() TO email_owner;

-- PostgreSQL wants one trigger per event where transition tables are used. What a trigger updates (counters) is not worth
-- the call; cascades delete, they update nothing here.
SET LOCAL ROLE email_owner;
CREATE TRIGGER email_accounts_audit_insert AFTER INSERT ON public.email_accounts REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_insert();
CREATE TRIGGER email_accounts_audit_update AFTER UPDATE ON public.email_accounts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.email_accounts_audit_update();
CREATE TRIGGER email_accounts_audit_delete AFTER DELETE ON public.email_accounts REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_delete();
CREATE TRIGGER email_folders_audit_insert AFTER INSERT ON public.email_folders REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_insert();
CREATE TRIGGER email_folders_audit_update AFTER UPDATE ON public.email_folders
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.email_folders_audit_update();
CREATE TRIGGER email_folders_audit_delete AFTER DELETE ON public.email_folders REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_delete();
CREATE TRIGGER email_messages_audit_insert AFTER INSERT ON public.email_messages REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_insert();
CREATE TRIGGER email_messages_audit_update AFTER UPDATE ON public.email_messages
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.email_messages_audit_update();
CREATE TRIGGER email_messages_audit_delete AFTER DELETE ON public.email_messages REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_delete();
CREATE TRIGGER email_attachments_audit_insert AFTER INSERT ON public.email_attachments REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_insert();
CREATE TRIGGER email_attachments_audit_update AFTER UPDATE ON public.email_attachments
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.email_attachments_audit_update();
CREATE TRIGGER email_attachments_audit_delete AFTER DELETE ON public.email_attachments REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_delete();
