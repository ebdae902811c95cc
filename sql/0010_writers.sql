-- emaildb: lends email_keeper
-- Writers: in which order they come, and what each statement on messages keeps besides the messages.
--
-- Cost: new objects only; takes SHARE ROW EXCLUSIVE on each table for the moment of CREATE TRIGGER.
--
-- Order. Counters and change numbers must be right under any number of writers, without deadlocks. Locks on the rows
-- themselves cannot do it: a statement holds its messages before any trigger learns of which folder or account they
-- are, so two transactions of two statements each can always meet head on. The lock is therefore taken BEFORE the
-- statement, and on what is known by then, the tenant of the transaction: an advisory lock, held to the end of the
-- transaction, that costs no row version and no WAL. First lock of every writer of the tenant, so none can wait for
-- it while holding a row that its holder wants.
--   setting app.current_tenant_id                      writers of one tenant come one after the other
--   ... and app.current_account_id in the transaction  writers of one account do; those of other accounts go on.
--                                                      A message of another account is then refused (23514).
--   neither: refused (42501) under row security; maintenance by a superuser is one writer, all others wait
-- Set both at the beginning of a transaction, and keep transactions short: commit each batch.
--
-- Keys. Locks of two keys, (tenant, account) as uuid_hash() has them and 0 for all: 0013 takes the functions for them from
-- all but the roles that write, so no other role can hold writers up. Two tenants or accounts whose hashes are
-- equal, one pair in four billion, wait for each other and nothing more.
--
-- Change numbers. The holder of the lock draws from the sequence, and the next one gets the lock only when that is
-- committed and visible. Within an account numbers therefore become visible in ascending order: a reader that has
-- seen number n will never find a lower one it has not seen. Rolled-back numbers are skipped, no change is.

SET LOCAL ROLE email_owner;

CREATE FUNCTION public.email_wait_for_writers() RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tenant  constant uuid := NULLIF(current_setting('app.current_tenant_id', true), '');
    account constant uuid := NULLIF(current_setting('app.current_account_id', true), '');
BEGIN
    IF current_user = 'email_keeper' THEN
        NULL;  -- the functions of email_keeper say themselves what they lock
    ELSIF tenant IS NULL THEN
        -- Row security would refuse the rows, but only after this lock had stopped every tenant.
        IF row_security_active('public.email_messages') THEN
            RAISE EXCEPTION 'no tenant is set for this transaction'
                USING ERRCODE = 'insufficient_privilege',
                      HINT = 'First in every transaction: SELECT set_config(''app.current_tenant_id'', $1, true)';
        END IF;
        PERFORM pg_advisory_xact_lock(0, 0);
    ELSIF account IS NULL THEN
        PERFORM pg_advisory_xact_lock_shared(0, 0), pg_advisory_xact_lock(uuid_hash(tenant), 0);
    ELSE
        PERFORM pg_advisory_xact_lock_shared(0, 0), pg_advisory_xact_lock_shared(uuid_hash(tenant), 0),
                pg_advisory_xact_lock(uuid_hash(tenant), uuid_hash(account));
    END IF;
END
$$;
COMMENT ON FUNCTION public.email_wait_for_writers() IS
    'Until the end of the transaction, lets the writers of a tenant, or with app.current_account_id of an account, go one after the other; raises 42501 without a tenant';
GRANT EXECUTE ON FUNCTION public.email_wait_for_writers() TO email_service, email_keeper;

CREATE FUNCTION public.email_lock_writers() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM public.email_wait_for_writers();
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_lock_writers() IS 'Trigger, before each statement that writes: email_wait_for_writers';

-- What runs inside a trigger (counters, cascades) was let in with the statement that caused it.
CREATE TRIGGER email_accounts_lock BEFORE INSERT OR UPDATE OR DELETE ON public.email_accounts
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.email_lock_writers();
CREATE TRIGGER email_folders_lock BEFORE INSERT OR UPDATE OR DELETE ON public.email_folders
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.email_lock_writers();
CREATE TRIGGER email_messages_lock BEFORE INSERT OR UPDATE OR DELETE ON public.email_messages
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.email_lock_writers();
CREATE TRIGGER email_attachments_lock BEFORE INSERT OR UPDATE OR DELETE ON public.email_attachments
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.email_lock_writers();

CREATE TABLE public.email_message_tombstones (
    tenant_id   uuid    NOT NULL,
    account_id  uuid    NOT NULL,
    folder_id   uuid    NOT NULL,
    message_id  uuid    NOT NULL,
    imap_uid    bigint,
    is_gone     boolean NOT NULL,
    change_seq  bigint  NOT NULL DEFAULT pg_catalog.nextval('public.email_message_change_seq'),
    recorded_at bigint  NOT NULL DEFAULT public.email_now_ms(),
    CONSTRAINT email_message_tombstones_pkey PRIMARY KEY (account_id, change_seq)
);
COMMENT ON TABLE public.email_message_tombstones IS
    'What left a folder: messages erased, and messages moved on; for QRESYNC VANISHED and JMAP destroyed, until purged';
COMMENT ON COLUMN public.email_message_tombstones.message_id IS 'email_messages.id';
COMMENT ON COLUMN public.email_message_tombstones.imap_uid IS 'UID it had in folder_id';
COMMENT ON COLUMN public.email_message_tombstones.is_gone IS 'true: the row is erased; false: the message is in another folder now';
COMMENT ON COLUMN public.email_message_tombstones.change_seq IS 'From the sequence of email_messages.change_seq: no two changes share a number';
COMMENT ON COLUMN public.email_message_tombstones.recorded_at IS 'Epoch ms';
-- Written in time order, so a range summary finds what is old enough to purge.
CREATE INDEX idx_email_message_tombstones_time_brin ON public.email_message_tombstones USING brin (recorded_at);
COMMENT ON INDEX public.idx_email_message_tombstones_time_brin IS 'Purge of tombstones older than a time';
CREATE INDEX idx_email_message_tombstones_tenant ON public.email_message_tombstones (tenant_id);
COMMENT ON INDEX public.idx_email_message_tombstones_tenant IS 'Tombstones of a tenant: export, offboarding';

ALTER TABLE public.email_message_tombstones ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY email_message_tombstones_tenant_policy ON public.email_message_tombstones AS PERMISSIVE FOR SELECT
    TO email_service, email_readonly
    USING (tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid);
CREATE POLICY email_message_tombstones_keeper_policy ON public.email_message_tombstones AS PERMISSIVE FOR ALL
    TO email_keeper USING (true) WITH CHECK (true);
GRANT SELECT ON public.email_message_tombstones TO email_service, email_readonly;
GRANT SELECT, INSERT, DELETE ON public.email_message_tombstones TO email_keeper;

-- What the keeper may touch of the four tables: no header and no body.
GRANT SELECT (id, tenant_id, account_id, unread_count, total_count, is_deleted, deleted_at),
      UPDATE (unread_count, total_count, updated_at), DELETE ON public.email_folders TO email_keeper;
GRANT SELECT (id, tenant_id, is_enabled, is_sync_enabled, is_syncing, sync_interval, last_sync_at, sync_claim,
              sync_lease_until, changes_floor, is_deleted, deleted_at, updated_at),
      UPDATE (is_syncing, last_sync_at, sync_claim, sync_lease_until, changes_floor, is_deleted), DELETE
    ON public.email_accounts TO email_keeper;
GRANT SELECT (id, tenant_id, account_id, folder_id, has_attachments, is_deleted, deleted_at), UPDATE (has_attachments), DELETE
    ON public.email_messages TO email_keeper;
GRANT SELECT (id, tenant_id, message_id, is_deleted, deleted_at), DELETE ON public.email_attachments TO email_keeper;
CREATE POLICY email_accounts_keeper_policy ON public.email_accounts AS PERMISSIVE FOR ALL
    TO email_keeper USING (true) WITH CHECK (true);
CREATE POLICY email_folders_keeper_policy ON public.email_folders AS PERMISSIVE FOR ALL
    TO email_keeper USING (true) WITH CHECK (true);
CREATE POLICY email_messages_keeper_policy ON public.email_messages AS PERMISSIVE FOR ALL
    TO email_keeper USING (true) WITH CHECK (true);
CREATE POLICY email_attachments_keeper_policy ON public.email_attachments AS PERMISSIVE FOR ALL
    TO email_keeper USING (true) WITH CHECK (true);
GRANT USAGE ON SEQUENCE public.email_message_change_seq TO email_keeper;
GRANT EXECUTE ON FUNCTION public.email_now_ms() TO email_keeper;

-- The three functions below: row_security = on, because maintenance runs with it off, which would refuse instead of
-- applying the keeper's policies; enable_seqscan = off, because a plan is kept from the first statement of a session,
-- when tables may be small, and must still be right when they are not; work_mem, because a GIN index moves its list of
-- pending entries into place in portions of that size: one portion is a quarter faster than several; and no notice for each
-- word that is too long to index.
SET LOCAL ROLE email_keeper;
CREATE FUNCTION public.email_refuse_other_account() RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a message of another account than app.current_account_id was written'
        USING ERRCODE = 'check_violation',
              HINT = 'Without that setting a transaction may write to every account of the tenant.';
END
$$;
COMMENT ON FUNCTION public.email_refuse_other_account() IS 'Raises: the lock of the transaction covers one account, the statement did not keep to it';
GRANT EXECUTE ON FUNCTION public.email_refuse_other_account() TO email_service;

CREATE FUNCTION public.email_messages_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET enable_seqscan = off SET work_mem = '64MB'
    SET client_min_messages = warning
AS $$
DECLARE
    account constant uuid := NULLIF(current_setting('app.current_account_id', true), '');
BEGIN
    IF account IS NOT NULL AND EXISTS (SELECT FROM new_rows WHERE account_id <> account) THEN
        PERFORM public.email_refuse_other_account();
    END IF;

    INSERT INTO public.email_message_search (tenant_id, message_id, account_id, received_at, search_vector)
    SELECT tenant_id, id, account_id, received_at, public.email_search_document(
               coalesce(subject_full, subject), coalesce(from_full, "from"), from_address, "to", cc, bcc, refs, text_body, html_body)
      FROM new_rows;

    UPDATE public.email_folders AS f
       SET total_count = coalesce(f.total_count, 0) + d.total, unread_count = coalesce(f.unread_count, 0) + d.unread
      FROM (SELECT folder_id, count(*) AS total, count(*) FILTER (WHERE NOT is_read) AS unread
              FROM new_rows WHERE NOT is_deleted GROUP BY folder_id) AS d
     WHERE f.id = d.folder_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_messages_inserted() IS 'Trigger: search rows and folder counters for inserted messages';

CREATE FUNCTION public.email_messages_updated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET enable_seqscan = off
AS $$
DECLARE
    account constant uuid := NULLIF(current_setting('app.current_account_id', true), '');
BEGIN
    IF account IS NOT NULL AND EXISTS (SELECT FROM new_rows WHERE account_id <> account) THEN
        PERFORM public.email_refuse_other_account();
    END IF;

    -- The old rows are taken from the sums, the new ones added: flags, moves, deletions and revivals are all one.
    UPDATE public.email_folders AS f
       SET total_count = coalesce(f.total_count, 0) + d.total, unread_count = coalesce(f.unread_count, 0) + d.unread
      FROM (SELECT folder_id, sum(total) AS total, sum(unread) AS unread
              FROM (SELECT folder_id, 1 AS total, CASE WHEN is_read THEN 0 ELSE 1 END AS unread
                      FROM new_rows WHERE NOT is_deleted
                    UNION ALL
                    SELECT folder_id, -1, CASE WHEN is_read THEN 0 ELSE -1 END
                      FROM old_rows WHERE NOT is_deleted) AS r
             GROUP BY folder_id
            HAVING sum(total) <> 0 OR sum(unread) <> 0) AS d
     WHERE f.id = d.folder_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_messages_updated() IS 'Trigger: folder counters for updated messages';

CREATE FUNCTION public.email_messages_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET enable_seqscan = off
AS $$
DECLARE
    account constant uuid := NULLIF(current_setting('app.current_account_id', true), '');
BEGIN
    IF account IS NOT NULL AND EXISTS (SELECT FROM old_rows WHERE account_id <> account) THEN
        PERFORM public.email_refuse_other_account();
    END IF;

    DELETE FROM public.email_message_search AS s USING old_rows AS o WHERE s.message_id = o.id;

    UPDATE public.email_folders AS f
       SET total_count = coalesce(f.total_count, 0) - d.total, unread_count = coalesce(f.unread_count, 0) - d.unread
      FROM (SELECT folder_id, count(*) AS total, count(*) FILTER (WHERE NOT is_read) AS unread
              FROM old_rows WHERE NOT is_deleted GROUP BY folder_id) AS d
     WHERE f.id = d.folder_id;

    INSERT INTO public.email_message_tombstones (tenant_id, account_id, folder_id, message_id, imap_uid, is_gone)
    SELECT o.tenant_id, o.account_id, o.folder_id, o.id, o.imap_uid_num, true
      FROM old_rows AS o
      JOIN public.email_accounts AS a ON a.id = o.account_id
     WHERE NOT a.is_deleted;
    -- No client synchronises an account that is marked deleted; should it come back, everyone reads it anew.
    UPDATE public.email_accounts AS a SET changes_floor = nextval('public.email_message_change_seq')
     WHERE a.is_deleted AND a.id IN (SELECT account_id FROM old_rows);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_messages_deleted() IS 'Trigger: search rows, folder counters and tombstones for deleted messages';

CREATE FUNCTION public.email_message_left_folder() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on
AS $$
BEGIN
    INSERT INTO public.email_message_tombstones (tenant_id, account_id, folder_id, message_id, imap_uid, is_gone)
    VALUES (OLD.tenant_id, OLD.account_id, OLD.folder_id, OLD.id, OLD.imap_uid_num, false);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_message_left_folder() IS 'Trigger: tombstone in the folder that a message was moved out of';

CREATE FUNCTION public.email_attachments_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET enable_seqscan = off
AS $$
BEGIN
    UPDATE public.email_messages AS m
       SET has_attachments = true
      FROM (SELECT DISTINCT message_id FROM new_rows WHERE NOT is_deleted) AS n
     WHERE m.id = n.message_id AND NOT m.has_attachments;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_attachments_inserted() IS 'Trigger: has_attachments of messages that got one';

CREATE FUNCTION public.email_attachments_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET enable_seqscan = off
AS $$
BEGIN
    UPDATE public.email_messages AS m
       SET has_attachments = false
      FROM (SELECT DISTINCT message_id FROM old_rows WHERE NOT is_deleted) AS o
     WHERE m.id = o.message_id AND m.has_attachments
       AND NOT EXISTS (SELECT FROM public.email_attachments AS a WHERE a.message_id = o.message_id AND NOT a.is_deleted);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_attachments_deleted() IS 'Trigger: has_attachments of messages that lost their last one';

CREATE FUNCTION public.email_attachment_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET enable_seqscan = off
AS $$
BEGIN
    UPDATE public.email_messages AS m
       SET has_attachments = NOT m.has_attachments
     WHERE m.id IN (OLD.message_id, NEW.message_id)
       AND m.has_attachments <> EXISTS (
               SELECT FROM public.email_attachments AS a WHERE a.message_id = m.id AND NOT a.is_deleted);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_attachment_changed() IS
    'Trigger: has_attachments of a message whose attachment was deleted, revived or given to another message';

CREATE FUNCTION public.email_account_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET enable_seqscan = off
AS $$
BEGIN
    DELETE FROM public.email_message_tombstones AS t USING old_rows AS o WHERE t.account_id = o.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_account_deleted() IS 'Trigger: erases the tombstones of deleted accounts';
GRANT EXECUTE ON FUNCTION public.email_messages_inserted(), public.email_messages_updated(),
    public.email_messages_deleted(), public.email_message_left_folder(), public.email_account_deleted(),
    public.email_attachments_inserted(), public.email_attachments_deleted(), public.email_attachment_changed() TO email_owner;

SET LOCAL ROLE email_owner;
CREATE TRIGGER email_messages_inserted AFTER INSERT ON public.email_messages REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_messages_inserted();
CREATE TRIGGER email_messages_updated AFTER UPDATE ON public.email_messages
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_messages_updated();
CREATE TRIGGER email_messages_deleted AFTER DELETE ON public.email_messages REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_messages_deleted();
CREATE TRIGGER email_messages_moved AFTER UPDATE OF folder_id ON public.email_messages
    FOR EACH ROW WHEN (OLD.folder_id IS DISTINCT FROM NEW.folder_id)
    EXECUTE FUNCTION public.email_message_left_folder();
CREATE TRIGGER email_accounts_deleted AFTER DELETE ON public.email_accounts REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_account_deleted();
CREATE TRIGGER email_attachments_inserted AFTER INSERT ON public.email_attachments REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_attachments_inserted();
CREATE TRIGGER email_attachments_deleted AFTER DELETE ON public.email_attachments REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION public.email_attachments_deleted();
CREATE TRIGGER email_attachments_changed AFTER UPDATE OF message_id, is_deleted, deleted_at ON public.email_attachments
    FOR EACH ROW WHEN (OLD.message_id <> NEW.message_id OR OLD.is_deleted <> NEW.is_deleted)
    EXECUTE FUNCTION public.email_attachment_changed();

-- Object-relational mappers write whole rows, with counters and leases that they read some time ago. What others keep is
-- not theirs: counters are counted again where they differ, the rest stays. Superusers and the keeper know what they do.
CREATE FUNCTION public.email_keep_folder_counters() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT row_security_active(tg_relid) THEN
        NULL;
    ELSIF tg_op = 'INSERT' THEN
        NEW.total_count := 0;
        NEW.unread_count := 0;
    ELSE
        SELECT count(*), count(*) FILTER (WHERE NOT m.is_read) INTO NEW.total_count, NEW.unread_count
          FROM public.email_messages AS m WHERE m.folder_id = NEW.id AND NOT m.is_deleted;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.email_keep_folder_counters() IS 'Trigger: the counters of a folder are what there is to count, whatever is written';
CREATE TRIGGER email_folders_new_counters BEFORE INSERT ON public.email_folders
    FOR EACH ROW WHEN (NEW.total_count IS DISTINCT FROM 0 OR NEW.unread_count IS DISTINCT FROM 0)
    EXECUTE FUNCTION public.email_keep_folder_counters();
CREATE TRIGGER email_folders_counters BEFORE UPDATE OF total_count, unread_count ON public.email_folders
    FOR EACH ROW WHEN (current_user <> 'email_keeper'
                       AND (OLD.total_count IS DISTINCT FROM NEW.total_count OR OLD.unread_count IS DISTINCT FROM NEW.unread_count))
    EXECUTE FUNCTION public.email_keep_folder_counters();

CREATE FUNCTION public.email_keep_account_state() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF row_security_active(tg_relid) THEN
        NEW.changes_floor := CASE WHEN tg_op = 'INSERT' THEN 0 ELSE OLD.changes_floor END;
        NEW.sync_claim := CASE WHEN tg_op = 'UPDATE' THEN OLD.sync_claim END;
        NEW.sync_lease_until := CASE WHEN tg_op = 'UPDATE' THEN OLD.sync_lease_until END;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.email_keep_account_state() IS 'Trigger: leaves what retention and claims keep in an account as it is';
CREATE TRIGGER email_accounts_new_state BEFORE INSERT ON public.email_accounts
    FOR EACH ROW WHEN (NEW.changes_floor IS DISTINCT FROM 0 OR NEW.sync_claim IS NOT NULL OR NEW.sync_lease_until IS NOT NULL)
    EXECUTE FUNCTION public.email_keep_account_state();
CREATE TRIGGER email_accounts_state BEFORE UPDATE OF changes_floor, sync_claim, sync_lease_until ON public.email_accounts
    FOR EACH ROW WHEN (current_user <> 'email_keeper'
                       AND (OLD.changes_floor IS DISTINCT FROM NEW.changes_floor OR OLD.sync_claim IS DISTINCT FROM NEW.sync_claim
                            OR OLD.sync_lease_until IS DISTINCT FROM NEW.sync_lease_until))
    EXECUTE FUNCTION public.email_keep_account_state();
