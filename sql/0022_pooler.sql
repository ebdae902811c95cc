-- emaildb: lends email_lookup
-- Pooler: how PgBouncer learns the SCRAM verifier of a role that logs in through it (its auth_query).
--
-- Skipped without the privilege, and reported by "emaildb verify" (superuser, in this database):
--   GRANT SELECT (rolname, rolpassword) ON pg_catalog.pg_authid TO email_lookup;
--
-- No superuser owns the function: who found a hole in it could read verifiers, and do nothing else.

SET LOCAL ROLE email_lookup;

-- The application's roles, as long as they are nothing more than that. Verifiers of other roles stay here, and so do MD5
-- hashes, with which one can log in without knowing the password. An expired password is none.
CREATE FUNCTION public.email_pooler_lookup(login text)
    RETURNS TABLE (role_name name, verifier text)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.rolname, a.rolpassword
      FROM pg_authid AS a
      JOIN pg_roles AS r ON r.rolname = a.rolname
     WHERE a.rolname = login
       AND a.rolname IN ('email_service', 'email_readonly', 'email_worker')
       AND a.rolpassword LIKE 'SCRAM-SHA-256$%'
       AND r.rolcanlogin
       AND NOT (r.rolsuper OR r.rolreplication OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb)
       AND (r.rolvaliduntil IS NULL OR r.rolvaliduntil > now())
$$;
COMMENT ON FUNCTION public.email_pooler_lookup(text) IS
    'auth_query of PgBouncer: the SCRAM verifier of an application role; no row for any other role';
GRANT EXECUTE ON FUNCTION public.email_pooler_lookup(text) TO email_pooler;

SET LOCAL ROLE NONE;

DO $verifiers$
BEGIN
    IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
        GRANT SELECT (rolname, rolpassword) ON pg_catalog.pg_authid TO email_lookup;
    ELSE
        RAISE NOTICE 'not permitted to %: GRANT SELECT (rolname, rolpassword) ON pg_authid', current_user;
    END IF;
END
$verifiers$;
