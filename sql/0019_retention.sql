-- emaildb: lends email_audit email_keeper
-- Retention, export and offboarding.
--
-- Who erases is the operator, as a member of email_owner: the owner could drop the tables anyway, the application must
-- not be able to erase what it merely hid, nor another tenant. They run as email_keeper (audit: email_audit), which
-- may delete rows but not read mail. Each call is one batch and one short transaction; call until it returns 0.

SET LOCAL ROLE email_audit;

CREATE FUNCTION public.email_purge_audit(older_than_ms bigint DEFAULT 7776000000, batch_size integer DEFAULT 10000) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
DECLARE
    before constant bigint := public.email_now_ms() - greatest(older_than_ms, 0);  -- volatile: no index condition
    purged bigint;
BEGIN
    DELETE FROM public.email_audit_log
     WHERE id IN (SELECT l.id FROM public.email_audit_log AS l
                   WHERE l.changed_at < before
                   LIMIT least(greatest(batch_size, 1), 100000));
    GET DIAGNOSTICS purged = ROW_COUNT;
    RETURN purged;
END
$$;
COMMENT ON FUNCTION public.email_purge_audit(bigint, integer) IS 'Erases a batch of audit rows older than an age in ms, 90 days unless said otherwise; returns how many';

CREATE FUNCTION public.email_offboard_audit(tenant uuid, batch_size integer, OUT deleted bigint, OUT remaining bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
BEGIN
    DELETE FROM public.email_audit_log
     WHERE id IN (SELECT l.id FROM public.email_audit_log AS l WHERE l.tenant_id = tenant LIMIT batch_size);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    SELECT count(*) INTO remaining
      FROM (SELECT FROM public.email_audit_log AS l WHERE l.tenant_id = tenant LIMIT 10000) AS l;
END
$$;
COMMENT ON FUNCTION public.email_offboard_audit(uuid, integer) IS
    'Part of email_offboard_tenant: erases a batch of the audit rows of a tenant, counts the rest up to 10,000';
GRANT EXECUTE ON FUNCTION public.email_offboard_audit(uuid, integer) TO email_keeper;
GRANT EXECUTE ON FUNCTION public.email_purge_audit(bigint, integer) TO email_owner;

SET LOCAL ROLE email_keeper;

-- One tenant per call, locked as its writers are: no lock is taken while another tenant's is held.
CREATE FUNCTION public.email_lock_tenant(tenant uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(0, 0), pg_advisory_xact_lock(uuid_hash(tenant), 0);
END
$$;
COMMENT ON FUNCTION public.email_lock_tenant(uuid) IS 'Takes the lock of email_lock_writers for a tenant';

CREATE FUNCTION public.email_purge_deleted(older_than_ms bigint DEFAULT 2592000000, batch_size integer DEFAULT 1000) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
DECLARE
    before constant bigint := public.email_now_ms() - greatest(older_than_ms, 0);
    batch  constant integer := least(greatest(batch_size, 1), 10000);
    tenant uuid;
    purged bigint := 0;
BEGIN
    -- Messages, then attachments, then folders and accounts with what is left in them: a batch of messages at a time.
    SELECT m.tenant_id INTO tenant FROM public.email_messages AS m
     WHERE m.is_deleted AND m.deleted_at < before ORDER BY m.deleted_at LIMIT 1;
    IF FOUND THEN
        PERFORM public.email_lock_tenant(tenant);
        DELETE FROM public.email_messages
         WHERE id IN (SELECT m.id FROM public.email_messages AS m
                       WHERE m.is_deleted AND m.deleted_at < before AND m.tenant_id = tenant
                       ORDER BY m.deleted_at LIMIT batch);
        GET DIAGNOSTICS purged = ROW_COUNT;
        RETURN purged;
    END IF;

    SELECT t.tenant_id INTO tenant FROM public.email_attachments AS t WHERE t.is_deleted AND t.deleted_at < before LIMIT 1;
    IF FOUND THEN
        PERFORM public.email_lock_tenant(tenant);
        DELETE FROM public.email_attachments
         WHERE id IN (SELECT t.id FROM public.email_attachments AS t
                       WHERE t.is_deleted AND t.deleted_at < before AND t.tenant_id = tenant LIMIT batch);
        GET DIAGNOSTICS purged = ROW_COUNT;
        RETURN purged;
    END IF;

    SELECT f.tenant_id INTO tenant FROM public.email_folders AS f
      JOIN public.email_accounts AS a ON a.id = f.account_id
     WHERE (f.is_deleted AND f.deleted_at < before) OR (a.is_deleted AND a.deleted_at < before) LIMIT 1;
    IF FOUND THEN
        PERFORM public.email_lock_tenant(tenant);
        DELETE FROM public.email_messages
         WHERE id IN (SELECT m.id FROM public.email_messages AS m
                        JOIN public.email_folders AS f ON f.id = m.folder_id
                        JOIN public.email_accounts AS a ON a.id = f.account_id
                       WHERE f.tenant_id = tenant
                         AND ((f.is_deleted AND f.deleted_at < before) OR (a.is_deleted AND a.deleted_at < before))
                       LIMIT batch);
        GET DIAGNOSTICS purged = ROW_COUNT;
        IF purged < batch THEN
            DELETE FROM public.email_folders
             WHERE id IN (SELECT f.id FROM public.email_folders AS f
                            JOIN public.email_accounts AS a ON a.id = f.account_id
                           WHERE f.tenant_id = tenant
                             AND ((f.is_deleted AND f.deleted_at < before) OR (a.is_deleted AND a.deleted_at < before))
                           LIMIT batch);
            purged := purged + 1;
        END IF;
        RETURN purged;
    END IF;

    SELECT a.tenant_id INTO tenant FROM public.email_accounts AS a WHERE a.is_deleted AND a.deleted_at < before LIMIT 1;
    IF FOUND THEN
        PERFORM public.email_lock_tenant(tenant);
        DELETE FROM public.email_message_tombstones AS t
         USING (SELECT o.account_id, o.change_seq FROM public.email_accounts AS a
                  JOIN public.email_message_tombstones AS o ON o.account_id = a.id
                 WHERE a.tenant_id = tenant AND a.is_deleted AND a.deleted_at < before LIMIT batch) AS o
         WHERE t.account_id = o.account_id AND t.change_seq = o.change_seq;
        GET DIAGNOSTICS purged = ROW_COUNT;
        IF purged < batch THEN
            DELETE FROM public.email_accounts
             WHERE id IN (SELECT a.id FROM public.email_accounts AS a
                           WHERE a.tenant_id = tenant AND a.is_deleted AND a.deleted_at < before LIMIT batch);
            purged := purged + 1;
        END IF;
    END IF;
    RETURN purged;
END
$$;
COMMENT ON FUNCTION public.email_purge_deleted(bigint, integer) IS
    'Erases a batch of what was marked deleted longer ago than an age in ms, 30 days unless said otherwise, all tenants; 0: nothing is left to erase';

-- One account per call: no lock on its row is taken while another's is held, and it is held for a batch.
CREATE FUNCTION public.email_purge_tombstones(older_than_ms bigint DEFAULT 7776000000, batch_size integer DEFAULT 10000) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET enable_seqscan = off
AS $$
DECLARE
    before  constant bigint := public.email_now_ms() - greatest(older_than_ms, 0);
    account uuid;
    purged  bigint;
    newest  bigint;
BEGIN
    SELECT t.account_id INTO account FROM public.email_message_tombstones AS t WHERE t.recorded_at < before LIMIT 1;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    -- Whoever purges the same account waits here, and then sees what is left.
    PERFORM FROM public.email_accounts AS a WHERE a.id = account FOR NO KEY UPDATE;
    WITH gone AS (
        DELETE FROM public.email_message_tombstones AS t
         USING (SELECT o.change_seq FROM public.email_message_tombstones AS o
                 WHERE o.account_id = account AND o.recorded_at < before
                 ORDER BY o.change_seq LIMIT least(greatest(batch_size, 1), 100000)) AS o
         WHERE t.account_id = account AND t.change_seq = o.change_seq
        RETURNING t.change_seq)
    SELECT count(*), max(g.change_seq) INTO purged, newest FROM gone AS g;
    UPDATE public.email_accounts AS a SET changes_floor = newest WHERE a.id = account AND a.changes_floor < newest;
    RETURN greatest(purged, 1);
END
$$;
COMMENT ON FUNCTION public.email_purge_tombstones(bigint, integer) IS
    'Erases a batch of the tombstones of one account that are older than an age in ms, 90 days unless said otherwise, and raises its floor; returns how many (1 where another session was faster), 0: nothing is left to erase';

CREATE FUNCTION public.email_offboard_tenant(tenant uuid, batch_size integer DEFAULT 1000, keep_audit boolean DEFAULT false)
    RETURNS TABLE (table_name text, deleted bigint, remaining bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
#variable_conflict use_variable
DECLARE
    batch      constant integer := least(greatest(coalesce(batch_size, 1000), 1), 10000);
    done       bigint;
    messages   bigint;
    tombstones bigint := 0;
    folders    bigint := 0;
    accounts   bigint := 0;
BEGIN
    PERFORM public.email_lock_tenant(tenant);
    -- First, so that what is erased leaves no tombstones.
    UPDATE public.email_accounts AS a SET is_deleted = true
     WHERE a.id IN (SELECT o.id FROM public.email_accounts AS o WHERE o.tenant_id = tenant AND NOT o.is_deleted LIMIT batch);
    DELETE FROM public.email_messages
     WHERE id IN (SELECT m.id FROM public.email_messages AS m WHERE m.tenant_id = tenant LIMIT batch);
    GET DIAGNOSTICS messages = ROW_COUNT;
    done := messages;
    IF done < batch THEN
        DELETE FROM public.email_message_tombstones AS t
         USING (SELECT o.account_id, o.change_seq FROM public.email_message_tombstones AS o
                 WHERE o.tenant_id = tenant LIMIT batch - done) AS o
         WHERE t.account_id = o.account_id AND t.change_seq = o.change_seq;
        GET DIAGNOSTICS tombstones = ROW_COUNT;
        done := done + tombstones;
    END IF;
    IF done < batch THEN
        DELETE FROM public.email_folders
         WHERE id IN (SELECT f.id FROM public.email_folders AS f WHERE f.tenant_id = tenant LIMIT batch - done);
        GET DIAGNOSTICS folders = ROW_COUNT;
        done := done + folders;
    END IF;
    IF done < batch THEN
        DELETE FROM public.email_accounts
         WHERE id IN (SELECT a.id FROM public.email_accounts AS a WHERE a.tenant_id = tenant LIMIT batch - done);
        GET DIAGNOSTICS accounts = ROW_COUNT;
        done := done + accounts;
    END IF;

    RETURN QUERY
    SELECT r.name, r.gone, r.left_over
      FROM (VALUES ('email_messages', messages, (SELECT count(*) FROM (
                        SELECT FROM public.email_messages AS m WHERE m.tenant_id = tenant LIMIT 10000) AS m)),
                   ('email_attachments', NULL, (SELECT count(*) FROM (
                        SELECT FROM public.email_attachments AS t WHERE t.tenant_id = tenant LIMIT 10000) AS t)),
                   ('email_message_search', NULL, (SELECT count(*) FROM (
                        SELECT FROM public.email_message_search AS s WHERE s.tenant_id = tenant LIMIT 10000) AS s)),
                   ('email_message_tombstones', tombstones, (SELECT count(*) FROM (
                        SELECT FROM public.email_message_tombstones AS t WHERE t.tenant_id = tenant LIMIT 10000) AS t)),
                   ('email_folders', folders, (SELECT count(*) FROM (
                        SELECT FROM public.email_folders AS f WHERE f.tenant_id = tenant LIMIT 10000) AS f)),
                   ('email_accounts', accounts, (SELECT count(*) FROM (
                        SELECT FROM public.email_accounts AS a WHERE a.tenant_id = tenant LIMIT 10000) AS a)))
           AS r (name, gone, left_over);
    -- Last, because deleting is recorded. What is kept has ids and column names, no content.
    IF NOT keep_audit AND done < batch THEN
        RETURN QUERY SELECT 'email_audit_log', o.deleted, o.remaining FROM public.email_offboard_audit(tenant, 10 * batch) AS o;
    ELSE
        RETURN QUERY SELECT 'email_audit_log', 0::bigint, NULL::bigint;
    END IF;
END
$$;
COMMENT ON FUNCTION public.email_offboard_tenant(uuid, integer, boolean) IS
    'Erases a batch of a tenant''s rows; done when remaining, counted up to 10,000, is 0 for every table (audit: NULL while it is not its turn, and with keep_audit). The accounts are marked deleted first. deleted is NULL where rows go with others'' deletion';
GRANT EXECUTE ON FUNCTION public.email_purge_deleted(bigint, integer), public.email_purge_tombstones(bigint, integer),
    public.email_offboard_tenant(uuid, integer, boolean) TO email_owner;

-- The tenant exports itself, under row security. COPY (SELECT * FROM email_export_tenant()) TO STDOUT: merged into the query
-- that calls it, so that rows are sent as they are read. No settings of its own, which would keep it from that:
-- every name in it has its schema. row_security = on: the body is rewritten here once, to check it.
SET LOCAL ROLE email_owner;
SET LOCAL row_security = on;
CREATE FUNCTION public.email_export_tenant() RETURNS TABLE (table_name text, data jsonb)
    LANGUAGE sql STABLE
AS $$
    SELECT 'email_accounts', pg_catalog.to_jsonb(t) FROM public.email_accounts AS t WHERE public.email_require_tenant() IS NOT NULL
    UNION ALL
    SELECT 'email_folders', pg_catalog.to_jsonb(t) FROM public.email_folders AS t WHERE public.email_require_tenant() IS NOT NULL
    UNION ALL
    SELECT 'email_messages', pg_catalog.to_jsonb(t) FROM public.email_messages AS t WHERE public.email_require_tenant() IS NOT NULL
    UNION ALL
    SELECT 'email_attachments', pg_catalog.to_jsonb(t) FROM public.email_attachments AS t
     WHERE public.email_require_tenant() IS NOT NULL
    UNION ALL
    SELECT 'email_audit_log', pg_catalog.to_jsonb(t) FROM public.email_audit_log AS t WHERE public.email_require_tenant() IS NOT NULL;
$$;
COMMENT ON FUNCTION public.email_export_tenant() IS 'All rows of the tenant, one jsonb each; search rows and tombstones are derived and left out';
SET LOCAL row_security = off;
GRANT EXECUTE ON FUNCTION public.email_export_tenant() TO email_service, email_readonly;
