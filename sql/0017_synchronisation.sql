-- emaildb: lends email_keeper
-- Synchronisation: what changed since a state, moves, UIDVALIDITY, and which account a worker takes next.
--
-- The application's functions run as their caller, under row security. The worker's run as email_keeper, because a
-- worker serves all tenants: it gets ids of tenants and accounts, never a row of mail. That is why it has a role of
-- its own: the application, which any request reaches, must not be able to list tenants.

SET LOCAL ROLE email_owner;

-- Both branches are read in the order of their indexes and merged; numbers are unique over both. Why no change is
-- missed: see 0010. The start is a variable: COALESCE is not leakproof, so under row security a condition with it serves no
-- index. In a plan made for the values it is folded; the generic plan, from the sixth call of a session on, read the account.
CREATE FUNCTION public.email_changes(
        account_id uuid, since_seq bigint, page_size integer DEFAULT 500, full_resync boolean DEFAULT false)
    RETURNS TABLE (change_seq bigint, kind text, message_id uuid, folder_id uuid, imap_uid bigint)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    page  constant integer := least(greatest(coalesce(email_changes.page_size, 500), 1), 5000);
    start constant bigint := coalesce(email_changes.since_seq, 0);
    floor bigint;
BEGIN
    PERFORM public.email_require_tenant();
    SELECT a.changes_floor INTO floor FROM public.email_accounts AS a WHERE a.id = email_changes.account_id;
    IF NOT email_changes.full_resync AND start < floor THEN
        RETURN QUERY SELECT floor, 'resync', NULL::uuid, NULL::uuid, NULL::bigint;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT * FROM (
        (SELECT m.change_seq, CASE WHEN m.is_deleted THEN 'vanished' ELSE 'changed' END, m.id, m.folder_id, m.imap_uid_num
           FROM public.email_messages AS m
          WHERE m.account_id = email_changes.account_id AND m.change_seq > start
          ORDER BY m.change_seq LIMIT page)
        UNION ALL
        (SELECT t.change_seq, CASE WHEN t.is_gone THEN 'vanished' ELSE 'left' END, t.message_id, t.folder_id, t.imap_uid
           FROM public.email_message_tombstones AS t
          WHERE t.account_id = email_changes.account_id AND t.change_seq > start
          ORDER BY t.change_seq LIMIT page)) AS c
     ORDER BY 1
     LIMIT page;
END
$$;
COMMENT ON FUNCTION public.email_changes(uuid, bigint, integer, boolean) IS
    'Changes of an account after a state, in order; the next state is the last change_seq. kind: changed; vanished (deleted); left (moved out of folder_id, which matters to QRESYNC only); resync (alone: the state is below the floor up to which tombstones are purged: forget everything, and read from 0 with full_resync = true)';

CREATE FUNCTION public.email_change_state(account_id uuid)
    RETURNS TABLE (last_seq bigint, floor_seq bigint)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM public.email_require_tenant();
    RETURN QUERY
    SELECT greatest((SELECT max(m.change_seq) FROM public.email_messages AS m WHERE m.account_id = a.id),
                    (SELECT max(t.change_seq) FROM public.email_message_tombstones AS t WHERE t.account_id = a.id),
                    a.changes_floor),
           a.changes_floor
      FROM public.email_accounts AS a
     WHERE a.id = email_change_state.account_id;
END
$$;
COMMENT ON FUNCTION public.email_change_state(uuid) IS
    'State of an account (HIGHESTMODSEQ, JMAP state), and the oldest state that email_changes can start from';

-- The UID of the old folder means nothing in the new one; the server's answer (UIDPLUS) or the next synchronisation
-- brings the new.
CREATE FUNCTION public.email_move_messages(ids uuid[], target_folder uuid) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target public.email_folders%ROWTYPE;
    moved  bigint;
BEGIN
    PERFORM public.email_require_tenant();
    SELECT * INTO target FROM public.email_folders AS f WHERE f.id = target_folder AND NOT f.is_deleted;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such folder: %', target_folder USING ERRCODE = 'no_data_found';
    END IF;
    UPDATE public.email_messages AS m
       SET folder_id = target.id, imap_uid = NULL
     WHERE m.id = ANY (ids) AND m.account_id = target.account_id AND m.folder_id <> target.id;
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END
$$;
COMMENT ON FUNCTION public.email_move_messages(uuid[], uuid) IS
    'Moves messages to a folder of their account and forgets their UIDs; returns how many were moved: messages of other accounts and those already there are not';

-- A batch for each call, because voiding one UID costs the message's entries in all indexes. In between uid_validity is NULL,
-- which equals no server's: a worker that died begins again.
CREATE FUNCTION public.email_reset_uidvalidity(folder_id uuid, new_uid_validity bigint, batch_size integer DEFAULT 2000)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    batch  constant integer := least(greatest(coalesce(batch_size, 2000), 1), 10000);
    known  bigint;
    voided bigint;
BEGIN
    PERFORM public.email_wait_for_writers();
    SELECT f.uid_validity INTO known FROM public.email_folders AS f WHERE f.id = email_reset_uidvalidity.folder_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such folder: %', email_reset_uidvalidity.folder_id USING ERRCODE = 'no_data_found';
    ELSIF known = new_uid_validity THEN
        RETURN 0;
    END IF;
    UPDATE public.email_messages AS m SET imap_uid = NULL
     WHERE m.id IN (SELECT u.id FROM public.email_messages AS u
                     WHERE u.folder_id = email_reset_uidvalidity.folder_id AND u.imap_uid IS NOT NULL LIMIT batch);
    GET DIAGNOSTICS voided = ROW_COUNT;
    IF voided < batch OR known IS NOT NULL THEN
        UPDATE public.email_folders AS f
           SET uid_validity = CASE WHEN voided < batch THEN new_uid_validity END,
               uid_next = NULL, highest_modseq = NULL, sync_token = NULL
         WHERE f.id = email_reset_uidvalidity.folder_id;
    END IF;
    RETURN voided;
END
$$;
COMMENT ON FUNCTION public.email_reset_uidvalidity(uuid, bigint, integer) IS
    'After UIDVALIDITY changed: voids the UIDs of a folder, a batch in each call; returns how many. Call until it returns 0, each call in a transaction of its own; messages are found again by message_id (email_ingest)';

CREATE FUNCTION public.email_check_counters()
    RETURNS TABLE (folder_id uuid, unread_count integer, unread_actual bigint, total_count integer, total_actual bigint)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    tenant constant uuid := NULLIF(current_setting('app.current_tenant_id', true), '');
BEGIN
    RETURN QUERY
    SELECT f.id, f.unread_count, m.unread, f.total_count, m.total
      FROM public.email_folders AS f
     CROSS JOIN LATERAL (
           SELECT count(*) AS total, count(*) FILTER (WHERE NOT o.is_read) AS unread
             FROM public.email_messages AS o WHERE o.folder_id = f.id AND NOT o.is_deleted) AS m
     WHERE (tenant IS NULL OR f.tenant_id = tenant)
       AND (m.unread, m.total) IS DISTINCT FROM (f.unread_count, f.total_count);
END
$$;
COMMENT ON FUNCTION public.email_check_counters() IS 'Folders of the tenant (for a superuser without one, of all) whose counters are wrong; locks nothing';

-- The lock comes with a statement that changes nothing; the count is a second statement, whose snapshot is then newer
-- than the last writer's commit.
CREATE FUNCTION public.email_repair_counters(folder_id uuid DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    repaired bigint;
BEGIN
    UPDATE public.email_folders AS f SET total_count = f.total_count WHERE false;
    UPDATE public.email_folders AS f
       SET total_count = c.total_actual, unread_count = c.unread_actual
      FROM public.email_check_counters() AS c
     WHERE f.id = c.folder_id AND (email_repair_counters.folder_id IS NULL OR f.id = email_repair_counters.folder_id);
    GET DIAGNOSTICS repaired = ROW_COUNT;
    RETURN repaired;
END
$$;
COMMENT ON FUNCTION public.email_repair_counters(uuid) IS
    'Corrects the counters of one folder or all (of the tenant), returns how many were wrong; readers go on, writers of the tenant wait for the count';

GRANT EXECUTE ON FUNCTION public.email_changes(uuid, bigint, integer, boolean), public.email_change_state(uuid),
    public.email_check_counters() TO email_service, email_readonly;
GRANT EXECUTE ON FUNCTION public.email_move_messages(uuid[], uuid), public.email_reset_uidvalidity(uuid, bigint, integer),
    public.email_repair_counters(uuid) TO email_service;

SET LOCAL ROLE email_keeper;

-- A claim is a lease: a worker that died needs no repair, its accounts are due again when the lease ends. An account
-- marked is_syncing without a lease, as the document has it, counts as abandoned an hour after its last change.
CREATE FUNCTION public.email_claim_accounts(worker_limit integer DEFAULT 10, lease_ms bigint DEFAULT 300000)
    RETURNS TABLE (tenant_id uuid, account_id uuid, claim uuid)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
#variable_conflict use_column
DECLARE
    now_ms constant bigint := public.email_now_ms();
BEGIN
    RETURN QUERY
    UPDATE public.email_accounts AS a
       SET is_syncing = true, sync_claim = gen_random_uuid(),
           sync_lease_until = now_ms + least(greatest(coalesce(lease_ms, 300000), 1000), 86400000)
      FROM (SELECT d.id
              FROM (SELECT i.id FROM (SELECT w.id FROM public.email_accounts AS w
                      WHERE w.is_sync_enabled AND w.is_enabled AND NOT w.is_syncing AND NOT w.is_deleted
                        AND (w.last_sync_at IS NULL OR w.last_sync_at + 1000::bigint * coalesce(w.sync_interval, 300) <= now_ms)
                        AND (w.sync_lease_until IS NULL OR w.sync_lease_until <= now_ms)
                      ORDER BY w.last_sync_at NULLS FIRST
                      LIMIT least(greatest(coalesce(worker_limit, 10), 0), 1000)
                        FOR NO KEY UPDATE SKIP LOCKED) AS i
                    UNION ALL
                    SELECT j.id FROM (SELECT w.id FROM public.email_accounts AS w
                      WHERE w.is_sync_enabled AND w.is_enabled AND w.is_syncing AND NOT w.is_deleted
                        AND coalesce(w.sync_lease_until, w.updated_at + 3600000) <= now_ms
                      LIMIT least(greatest(coalesce(worker_limit, 10), 0), 1000)
                        FOR NO KEY UPDATE SKIP LOCKED) AS j) AS d
             LIMIT least(greatest(coalesce(worker_limit, 10), 0), 1000)) AS due
     WHERE a.id = due.id
    RETURNING a.tenant_id, a.id, a.sync_claim;
END
$$;
COMMENT ON FUNCTION public.email_claim_accounts(integer, bigint) IS
    'Takes accounts that are due, longest waiting first, for lease_ms; no two workers get the same one, none waits for another';

CREATE FUNCTION public.email_renew_claim(account_id uuid, claim uuid, lease_ms bigint DEFAULT 300000) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
BEGIN
    UPDATE public.email_accounts AS a
       SET sync_lease_until = public.email_now_ms() + least(greatest(coalesce(lease_ms, 300000), 1000), 86400000)
     WHERE a.id = account_id AND a.sync_claim = claim;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION public.email_renew_claim(uuid, uuid, bigint) IS 'Extends a lease; false: it had ended and another worker has the account';

CREATE FUNCTION public.email_release_account(
        account_id uuid, claim uuid, succeeded boolean DEFAULT true, retry_ms bigint DEFAULT 60000) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
BEGIN
    UPDATE public.email_accounts AS a
       SET is_syncing = false, sync_claim = NULL,
           last_sync_at = CASE WHEN succeeded THEN public.email_now_ms() ELSE a.last_sync_at END,
           sync_lease_until = CASE WHEN NOT succeeded
                                   THEN public.email_now_ms() + least(greatest(coalesce(retry_ms, 60000), 0), 86400000) END
     WHERE a.id = account_id AND a.sync_claim = claim;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION public.email_release_account(uuid, uuid, boolean, bigint) IS
    'Ends a synchronisation; after a failure the account is due again in retry_ms. false: the lease had ended and another worker has the account';
GRANT EXECUTE ON FUNCTION public.email_claim_accounts(integer, bigint), public.email_renew_claim(uuid, uuid, bigint),
    public.email_release_account(uuid, uuid, boolean, bigint) TO email_worker;

-- Numbers over all tenants and nothing else: monitoring may not read accounts, and this names none. What is due and what
-- is abandoned is so by the words of email_claim_accounts. An account that never was synchronised is due since its last
-- change. Every account is read once: 40 ms for 100,000.
CREATE FUNCTION public.email_sync_backlog(
        OUT enabled bigint, OUT syncing bigint, OUT due bigint, OUT retrying bigint, OUT abandoned bigint,
        OUT longest_overdue_ms bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
DECLARE
    now_ms constant bigint := public.email_now_ms();
BEGIN
    SELECT count(*),
           count(*) FILTER (WHERE s.is_syncing AND s.free_at > now_ms),
           count(*) FILTER (WHERE NOT s.is_syncing AND s.due_at <= now_ms AND s.free_at <= now_ms),
           count(*) FILTER (WHERE NOT s.is_syncing AND s.due_at <= now_ms AND s.free_at > now_ms),
           count(*) FILTER (WHERE s.is_syncing AND s.free_at <= now_ms),
           greatest(now_ms - min(greatest(s.due_at, s.free_at)) FILTER (WHERE NOT s.is_syncing), 0)
      INTO enabled, syncing, due, retrying, abandoned, longest_overdue_ms
      FROM (SELECT coalesce(w.is_syncing, false) AS is_syncing,
                   coalesce(w.last_sync_at + 1000::bigint * coalesce(w.sync_interval, 300), w.updated_at) AS due_at,
                   coalesce(w.sync_lease_until, CASE WHEN w.is_syncing THEN w.updated_at + 3600000 ELSE 0 END) AS free_at
              FROM public.email_accounts AS w
             WHERE w.is_sync_enabled AND w.is_enabled AND NOT w.is_deleted) AS s;
END
$$;
COMMENT ON FUNCTION public.email_sync_backlog() IS
    'Accounts to synchronise, over all tenants: enabled; of these syncing now, due and waiting for a worker, waiting for the next attempt after a failure, abandoned by a worker that died; and how long the longest waiting one has been due (ms)';
GRANT EXECUTE ON FUNCTION public.email_sync_backlog() TO email_monitor;
