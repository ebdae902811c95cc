-- emaildb: lends email_audit email_search email_keeper email_lookup
-- Functions: closed to PUBLIC, and two that everything else stands on, the clock and the tenant of this transaction.

-- EXECUTE for PUBLIC is PostgreSQL's default on functions. It can be closed only per creating role, and before the
-- first function is made.
SET LOCAL ROLE email_audit;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE email_search;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE email_keeper;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE email_lookup;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SET LOCAL ROLE email_owner;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- The wall clock, not now(): two changes of a row in one transaction get the times they were made at. A body in
-- standard SQL is bound when it is created, so no search_path can bend it, and it is inlined where it is used.
CREATE FUNCTION public.email_now_ms() RETURNS bigint
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN pg_catalog.floor(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.*) 1000)::bigint;
COMMENT ON FUNCTION public.email_now_ms() IS 'Milliseconds since 1970-01-01 00:00 UTC, wall clock';

-- Row security answers a forgotten tenant with zero rows, which looks like an empty mailbox. Called first in a
-- transaction, this turns the same mistake into an error.
CREATE FUNCTION public.email_require_tenant() RETURNS uuid
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    setting text := NULLIF(current_setting('app.current_tenant_id', true), '');
BEGIN
    IF setting IS NULL THEN
        RAISE EXCEPTION 'no tenant is set for this transaction'
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'First in every transaction: SELECT set_config(''app.current_tenant_id'', $1, true)';
    END IF;
    RETURN setting::uuid;
EXCEPTION
    WHEN invalid_text_representation THEN
        RAISE EXCEPTION 'app.current_tenant_id is not a uuid'
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'First in every transaction: SELECT set_config(''app.current_tenant_id'', $1, true)';
END
$$;
COMMENT ON FUNCTION public.email_require_tenant() IS
    'The tenant set for this transaction; raises 42501 (insufficient_privilege) when there is none or it is no uuid';

-- RFC 5322: quoted strings and comments cannot hold an address, however they look, but a local part may be quoted; of the
-- mailboxes the first counts, of brackets in it the last.
CREATE FUNCTION public.email_address_found(header text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT coalesce(
                   pg_catalog."substring"(m.mailbox, '.*<[[:space:]]*((?:"(?:[^"\\]|\\.)*"|[^<>"[:space:]])+@[^<>[:space:]]+)[[:space:]]*>'),
                   pg_catalog."substring"(m.mailbox, '((?:"(?:[^"\\]|\\.)*"|[^<>"[:space:]])+@[^<>[:space:]]+)'),
                   pg_catalog.btrim(header))
          FROM (SELECT pg_catalog."substring"(pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(
                           pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog."left"(header, 100000),
                               '"(?:[^"\\]|\\.)*"(?![[:space:]]*@)|\((?:[^()\\]|\\.)*\)', ' ', 'g'),
                               '\((?:[^()\\]|\\.)*\)', ' ', 'g'),
                               '\((?:[^()\\]|\\.)*\)', ' ', 'g'),
                           '<[[:space:]]*@[^:<>]*:', '<', 'g'),
                       '^[^<>@"]*:', ''),
                   '(?:^|[,;])((?:"(?:[^"\\]|\\.)*"|[^,;])*@[^,;]*)') AS mailbox) AS m);
COMMENT ON FUNCTION public.email_address_found(text) IS 'Part of email_address_of: any header field';

-- The two usual forms first: the rest takes ten times as long, and a function with a query inside is not merged into others.
-- Cut, because a B-tree entry has a limit. COLLATE "C" folds ASCII only, on every system alike.
CREATE FUNCTION public.email_address_of(header text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN pg_catalog."left"(pg_catalog.lower(CASE
        WHEN header OPERATOR(pg_catalog.~) '^(?:"[^"\\<]*" ?|[^"(),:;<>@]*)<[^]["(),:;<>@[:space:]]+@[^]["(),:;<>@[:space:]]+>$'
            THEN pg_catalog.rtrim(pg_catalog.split_part(header, '<', 2), '>')
        WHEN header OPERATOR(pg_catalog.~) '^[^]["(),:;<>@[:space:]]+@[^]["(),:;<>@[:space:]]+$' THEN header
        WHEN header IS NOT NULL THEN public.email_address_found(header) END COLLATE "C"), 500);
COMMENT ON FUNCTION public.email_address_of(text) IS
    'Address of the first mailbox in a header field (RFC 5322), ASCII lower case; the whole field when there is none; never raises';
