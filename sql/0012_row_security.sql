-- Row security: one policy per table, the same sentence four times.
--
-- Cost: ACCESS EXCLUSIVE on each table for the moment of ALTER TABLE and CREATE POLICY.
--
-- An unset setting, and the '' that a finished SET LOCAL leaves behind, both give NULL and so no row; a malformed
-- one raises. The expression is written inline: a volatile function would forbid index conditions, an immutable one
-- would show the previous tenant's rows from a cached plan. Named roles, not PUBLIC, and FORCE: the owner is bound
-- too, and sees nothing; policies of helper roles are made where those get their grants. Foreign keys and their
-- cascades are checked by PostgreSQL outside row security.

SET LOCAL ROLE email_owner;

ALTER TABLE public.email_accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY email_accounts_tenant_policy ON public.email_accounts AS PERMISSIVE FOR ALL
    TO email_service, email_readonly
    USING (tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid);

ALTER TABLE public.email_folders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY email_folders_tenant_policy ON public.email_folders AS PERMISSIVE FOR ALL
    TO email_service, email_readonly
    USING (tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid);

ALTER TABLE public.email_messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY email_messages_tenant_policy ON public.email_messages AS PERMISSIVE FOR ALL
    TO email_service, email_readonly
    USING (tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid);

ALTER TABLE public.email_attachments ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY email_attachments_tenant_policy ON public.email_attachments AS PERMISSIVE FOR ALL
    TO email_service, email_readonly
    USING (tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.current_tenant_id', true), '')::uuid);
