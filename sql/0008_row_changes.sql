-- What a row keeps about itself: identity for ever, updated_at, change_seq, no NULL where the document has a default.
--
-- Cost: new objects only; takes SHARE ROW EXCLUSIVE on each table for the moment of CREATE TRIGGER.
--
-- The bodies of the touch functions name functions with their schema and use no operator, so no search_path can
-- change what they do; a SET clause would be paid on every row.

SET LOCAL ROLE email_owner;

CREATE FUNCTION public.email_touch_row() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := GREATEST(OLD.updated_at, public.email_now_ms());
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.email_touch_row() IS 'Trigger: sets updated_at to now, never backwards when the clock is';

CREATE FUNCTION public.email_touch_message() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := GREATEST(OLD.updated_at, public.email_now_ms());
    NEW.change_seq := pg_catalog.nextval('public.email_message_change_seq');
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.email_touch_message() IS 'Trigger: email_touch_row, and the next change_seq';

CREATE FUNCTION public.email_refuse_new_identity() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'id, tenant_id and account_id of a row in % cannot change', tg_table_name
        USING ERRCODE = 'check_violation',
              HINT = 'Insert a new row under the other tenant or id, and delete this one.';
END
$$;
COMMENT ON FUNCTION public.email_refuse_new_identity() IS 'Trigger: refuses another id, tenant_id or account_id, which the audit log and caches identify rows by';

-- The documented columns allow NULL. An explicit one means what its absence would: counters, partial indexes and the
-- order of search results know only true, false and a time. Filled rows cost one condition, no call.
CREATE FUNCTION public.email_fill_message() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.is_read := coalesce(NEW.is_read, false);
    NEW.is_flagged := coalesce(NEW.is_flagged, false);
    NEW.is_draft := coalesce(NEW.is_draft, false);
    NEW.received_at := coalesce(NEW.received_at, NEW.created_at);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.email_fill_message() IS 'Trigger: false for NULL flags, created_at for a NULL received_at';
CREATE TRIGGER email_messages_fill BEFORE INSERT OR UPDATE ON public.email_messages
    FOR EACH ROW WHEN (NEW.is_read IS NULL OR NEW.is_flagged IS NULL OR NEW.is_draft IS NULL OR NEW.received_at IS NULL)
    EXECUTE FUNCTION public.email_fill_message();

-- Whichever of the two columns is written takes the other with it; both at once are left to the CHECK.
CREATE FUNCTION public.email_keep_deletion() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.is_deleted AND (tg_op = 'INSERT' OR NOT OLD.is_deleted) THEN
        NEW.deleted_at := public.email_now_ms();
    ELSIF tg_op = 'INSERT' OR NEW.is_deleted = OLD.is_deleted THEN
        NEW.is_deleted := NEW.deleted_at IS NOT NULL;
    ELSIF NEW.deleted_at = OLD.deleted_at THEN
        NEW.deleted_at := NULL;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.email_keep_deletion() IS 'Trigger: is_deleted sets and clears deleted_at, and deleted_at is_deleted';
CREATE TRIGGER email_accounts_deletion BEFORE INSERT OR UPDATE ON public.email_accounts
    FOR EACH ROW WHEN (NEW.is_deleted <> (NEW.deleted_at IS NOT NULL)) EXECUTE FUNCTION public.email_keep_deletion();
CREATE TRIGGER email_folders_deletion BEFORE INSERT OR UPDATE ON public.email_folders
    FOR EACH ROW WHEN (NEW.is_deleted <> (NEW.deleted_at IS NOT NULL)) EXECUTE FUNCTION public.email_keep_deletion();
CREATE TRIGGER email_messages_deletion BEFORE INSERT OR UPDATE ON public.email_messages
    FOR EACH ROW WHEN (NEW.is_deleted <> (NEW.deleted_at IS NOT NULL)) EXECUTE FUNCTION public.email_keep_deletion();
CREATE TRIGGER email_attachments_deletion BEFORE INSERT OR UPDATE ON public.email_attachments
    FOR EACH ROW WHEN (NEW.is_deleted <> (NEW.deleted_at IS NOT NULL)) EXECUTE FUNCTION public.email_keep_deletion();

CREATE FUNCTION public.email_fold_address() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.email_address := lower(NEW.email_address COLLATE "C");
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.email_fold_address() IS 'Trigger: an address in lower case (ASCII letters)';
CREATE TRIGGER email_accounts_fold BEFORE INSERT OR UPDATE OF email_address ON public.email_accounts
    FOR EACH ROW WHEN (NEW.email_address <> lower(NEW.email_address COLLATE "C")) EXECUTE FUNCTION public.email_fold_address();

-- Object-relational mappers write whole rows, with what they read some time ago: a number is drawn for each row, whatever was
-- given. The default is for loads that switch triggers off.
CREATE FUNCTION public.email_number_message() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    NEW.change_seq := pg_catalog.nextval('public.email_message_change_seq');
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.email_number_message() IS 'Trigger: the next change_seq for a new message';
CREATE TRIGGER email_messages_number BEFORE INSERT ON public.email_messages
    FOR EACH ROW EXECUTE FUNCTION public.email_number_message();

CREATE TRIGGER email_accounts_touch BEFORE UPDATE ON public.email_accounts
    FOR EACH ROW EXECUTE FUNCTION public.email_touch_row();
CREATE TRIGGER email_folders_touch BEFORE UPDATE ON public.email_folders
    FOR EACH ROW EXECUTE FUNCTION public.email_touch_row();
CREATE TRIGGER email_messages_touch BEFORE UPDATE ON public.email_messages
    FOR EACH ROW EXECUTE FUNCTION public.email_touch_message();

-- UPDATE OF: an update that names neither column, which is nearly every one, does not even evaluate WHEN.
CREATE TRIGGER email_accounts_identity BEFORE UPDATE OF id, tenant_id ON public.email_accounts
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.tenant_id IS DISTINCT FROM NEW.tenant_id)
    EXECUTE FUNCTION public.email_refuse_new_identity();
CREATE TRIGGER email_folders_identity BEFORE UPDATE OF id, tenant_id, account_id ON public.email_folders
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.tenant_id IS DISTINCT FROM NEW.tenant_id
                       OR OLD.account_id IS DISTINCT FROM NEW.account_id)
    EXECUTE FUNCTION public.email_refuse_new_identity();
CREATE TRIGGER email_messages_identity BEFORE UPDATE OF id, tenant_id, account_id ON public.email_messages
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.tenant_id IS DISTINCT FROM NEW.tenant_id
                       OR OLD.account_id IS DISTINCT FROM NEW.account_id)
    EXECUTE FUNCTION public.email_refuse_new_identity();
CREATE TRIGGER email_attachments_identity BEFORE UPDATE OF id, tenant_id ON public.email_attachments
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.tenant_id IS DISTINCT FROM NEW.tenant_id)
    EXECUTE FUNCTION public.email_refuse_new_identity();
