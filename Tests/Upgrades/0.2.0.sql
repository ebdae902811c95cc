-- The schema of emaildb 0.2.0 with rows, for psql on a server without it. Written by make release; never changes.
--
-- PostgreSQL database cluster dump
--


SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

--
-- Roles
--

CREATE ROLE email_audit;
ALTER ROLE email_audit WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE email_audit IS 'Owns the audit log and the functions that write it';
CREATE ROLE email_backup;
ALTER ROLE email_backup WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION BYPASSRLS;
COMMENT ON ROLE email_backup IS 'Logical backups: reads every row of every tenant';
CREATE ROLE email_keeper;
ALTER ROLE email_keeper WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE email_keeper IS 'Owns the functions that keep counters, search rows and tombstones, and that purge';
CREATE ROLE email_lookup;
ALTER ROLE email_lookup WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE email_lookup IS 'Owns the password look-up of the connection pooler, and may read what it needs';
CREATE ROLE email_monitor;
ALTER ROLE email_monitor WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE email_monitor IS 'Monitoring: statistics and query texts, but no mail';
CREATE ROLE email_owner;
ALTER ROLE email_owner WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE email_owner IS 'Owns the tables, indexes and views of emaildb; does not log in';
CREATE ROLE email_pooler;
ALTER ROLE email_pooler WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE email_pooler IS 'Password look-up of the connection pooler';
CREATE ROLE email_readonly;
ALTER ROLE email_readonly WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE email_readonly IS 'Reports: reads the rows of the tenant it has set';
CREATE ROLE email_search;
ALTER ROLE email_search WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE email_search IS 'Owns the search functions, and may read only what they need';
CREATE ROLE email_service;
ALTER ROLE email_service WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE email_service IS 'The application: reads and writes the rows of the tenant it has set';
CREATE ROLE email_worker;
ALTER ROLE email_worker WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
COMMENT ON ROLE email_worker IS 'Synchronisation workers: hands out the accounts that are due, sees no mail';

--
-- User Configurations
--


--
-- Role memberships
--

GRANT pg_monitor TO email_monitor GRANTED BY postgres;
GRANT pg_read_all_data TO email_backup GRANTED BY postgres;







--
-- PostgreSQL database cluster dump complete
--

--
-- PostgreSQL database dump
--


-- Dumped from database version 15.19
-- Dumped by pg_dump version 15.19

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: email_service; Type: DATABASE; Schema: -; Owner: postgres
--

CREATE DATABASE email_service WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'C.UTF-8';


ALTER DATABASE email_service OWNER TO postgres;

\connect email_service

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: email_service; Type: DATABASE PROPERTIES; Schema: -; Owner: postgres
--

ALTER ROLE email_readonly IN DATABASE email_service SET statement_timeout TO '60s';
ALTER ROLE email_readonly IN DATABASE email_service SET lock_timeout TO '5s';
ALTER ROLE email_readonly IN DATABASE email_service SET idle_in_transaction_session_timeout TO '60s';
ALTER ROLE email_readonly IN DATABASE email_service SET default_transaction_read_only TO 'on';
ALTER ROLE email_readonly IN DATABASE email_service SET track_activities TO 'off';
ALTER ROLE email_readonly IN DATABASE email_service SET enable_bitmapscan TO 'off';
ALTER ROLE email_readonly IN DATABASE email_service SET enable_seqscan TO 'off';
ALTER ROLE email_readonly IN DATABASE email_service SET jit TO 'off';
ALTER ROLE email_monitor IN DATABASE email_service SET statement_timeout TO '30s';
ALTER ROLE email_monitor IN DATABASE email_service SET lock_timeout TO '1s';
ALTER ROLE email_pooler IN DATABASE email_service SET statement_timeout TO '5s';
ALTER ROLE email_worker IN DATABASE email_service SET statement_timeout TO '5s';
ALTER ROLE email_worker IN DATABASE email_service SET lock_timeout TO '1s';
ALTER ROLE email_worker IN DATABASE email_service SET idle_in_transaction_session_timeout TO '10s';
ALTER ROLE email_service IN DATABASE email_service SET statement_timeout TO '30s';
ALTER ROLE email_service IN DATABASE email_service SET lock_timeout TO '5s';
ALTER ROLE email_service IN DATABASE email_service SET idle_in_transaction_session_timeout TO '5s';
ALTER ROLE email_service IN DATABASE email_service SET track_activities TO 'off';
ALTER ROLE email_service IN DATABASE email_service SET enable_bitmapscan TO 'off';
ALTER ROLE email_service IN DATABASE email_service SET enable_seqscan TO 'off';
ALTER ROLE email_service IN DATABASE email_service SET jit TO 'off';


\connect email_service

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: emaildb; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA emaildb;


ALTER SCHEMA emaildb OWNER TO postgres;

--
-- Name: SCHEMA emaildb; Type: COMMENT; Schema: -; Owner: postgres
--

COMMENT ON SCHEMA emaildb IS 'Bookkeeping of the emaildb installer; holds no mail';


--
-- Name: btree_gin; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public;


--
-- Name: EXTENSION btree_gin; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION btree_gin IS 'support for indexing common datatypes in GIN';


--
-- Name: pg_stat_statements; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA public;


--
-- Name: EXTENSION pg_stat_statements; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pg_stat_statements IS 'track planning and execution statistics of all SQL statements executed';


--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


--
-- Name: pgcrypto; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;


--
-- Name: EXTENSION pgcrypto; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';


--
-- Name: uuid-ossp; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;


--
-- Name: EXTENSION "uuid-ossp"; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION "uuid-ossp" IS 'generate universally unique identifiers (UUIDs)';


--
-- Name: count_statements(); Type: PROCEDURE; Schema: emaildb; Owner: postgres
--

CREATE PROCEDURE emaildb.count_statements()
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    member text;
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA public;
    FOR member IN
        SELECT CASE WHEN d.classid = 'pg_proc'::regclass THEN 'FUNCTION ' || d.objid::regprocedure
                    ELSE 'TABLE ' || d.objid::regclass END
          FROM pg_depend AS d
          JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'pg_stat_statements'
         WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
           AND d.classid IN ('pg_proc'::regclass, 'pg_class'::regclass)
         ORDER BY 1
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', member);
        IF member NOT LIKE '%reset%' THEN
            EXECUTE format('GRANT %s ON %s TO pg_monitor',
                           CASE WHEN member LIKE 'TABLE %' THEN 'SELECT' ELSE 'EXECUTE' END, member);
        END IF;
    END LOOP;
END
$$;


ALTER PROCEDURE emaildb.count_statements() OWNER TO postgres;

--
-- Name: PROCEDURE count_statements(); Type: COMMENT; Schema: emaildb; Owner: postgres
--

COMMENT ON PROCEDURE emaildb.count_statements() IS 'Creates pg_stat_statements in this database, closed to all but pg_monitor; for a superuser';


--
-- Name: refuse_change(); Type: FUNCTION; Schema: emaildb; Owner: postgres
--

CREATE FUNCTION emaildb.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'History is kept as it happened; add a row that says what is different now.';
END
$$;


ALTER FUNCTION emaildb.refuse_change() OWNER TO postgres;

--
-- Name: FUNCTION refuse_change(); Type: COMMENT; Schema: emaildb; Owner: postgres
--

COMMENT ON FUNCTION emaildb.refuse_change() IS 'Trigger: refuses the statement; for append-only tables';


--
-- Name: write_audit_function(regclass); Type: PROCEDURE; Schema: emaildb; Owner: postgres
--

CREATE PROCEDURE emaildb.write_audit_function(IN audited regclass)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
$_$;


ALTER PROCEDURE emaildb.write_audit_function(IN audited regclass) OWNER TO postgres;

--
-- Name: PROCEDURE write_audit_function(IN audited regclass); Type: COMMENT; Schema: emaildb; Owner: postgres
--

COMMENT ON PROCEDURE emaildb.write_audit_function(IN audited regclass) IS 'Writes the function <table>_audit_update from the columns that the table has; for steps, as email_audit';


--
-- Name: email_account_deleted(); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_account_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    DELETE FROM public.email_message_tombstones AS t USING old_rows AS o WHERE t.account_id = o.id;
    RETURN NULL;
END
$$;


ALTER FUNCTION public.email_account_deleted() OWNER TO email_keeper;

--
-- Name: FUNCTION email_account_deleted(); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_account_deleted() IS 'Trigger: erases the tombstones of deleted accounts';


--
-- Name: email_accounts_audit_update(); Type: FUNCTION; Schema: public; Owner: email_audit
--

CREATE FUNCTION public.email_accounts_audit_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_nestloop TO 'off'
    AS $$
BEGIN
    INSERT INTO public.email_audit_log (tenant_id, table_name, operation, record_id, changed_columns)
    SELECT n.tenant_id, tg_table_name, 'UPDATE', n.id, c.names
      FROM new_rows AS n
      JOIN old_rows AS o ON o.id = n.id
     CROSS JOIN LATERAL (
        SELECT array_remove(ARRAY[
               CASE WHEN o.account_name IS DISTINCT FROM n.account_name THEN 'account_name' END,
               CASE WHEN o.created_at IS DISTINCT FROM n.created_at THEN 'created_at' END,
               CASE WHEN o.credential_id IS DISTINCT FROM n.credential_id THEN 'credential_id' END,
               CASE WHEN o.deleted_at IS DISTINCT FROM n.deleted_at THEN 'deleted_at' END,
               CASE WHEN o.email_address IS DISTINCT FROM n.email_address THEN 'email_address' END,
               CASE WHEN o.encryption IS DISTINCT FROM n.encryption THEN 'encryption' END,
               CASE WHEN o.hostname IS DISTINCT FROM n.hostname THEN 'hostname' END,
               CASE WHEN o.is_deleted IS DISTINCT FROM n.is_deleted THEN 'is_deleted' END,
               CASE WHEN o.is_enabled IS DISTINCT FROM n.is_enabled THEN 'is_enabled' END,
               CASE WHEN o.is_sync_enabled IS DISTINCT FROM n.is_sync_enabled THEN 'is_sync_enabled' END,
               CASE WHEN o.port IS DISTINCT FROM n.port THEN 'port' END,
               CASE WHEN o.protocol IS DISTINCT FROM n.protocol THEN 'protocol' END,
               CASE WHEN o.sync_interval IS DISTINCT FROM n.sync_interval THEN 'sync_interval' END,
               CASE WHEN o.user_id IS DISTINCT FROM n.user_id THEN 'user_id' END,
               CASE WHEN o.username IS DISTINCT FROM n.username THEN 'username' END], NULL)
        OFFSET 0  -- compare once, not again in WHERE
     ) AS c (names)
     WHERE c.names <> '{}';
    RETURN NULL;
END
$$;


ALTER FUNCTION public.email_accounts_audit_update() OWNER TO email_audit;

--
-- Name: FUNCTION email_accounts_audit_update(); Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON FUNCTION public.email_accounts_audit_update() IS 'Trigger: records updated rows of email_accounts with the names of the changed columns';


--
-- Name: email_address_found(text); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_address_found(header text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT COALESCE("substring"(m.mailbox, '.*<[[:space:]]*((?:"(?:[^"\\]|\\.)*"|[^<>"[:space:]])+@[^<>[:space:]]+)[[:space:]]*>'::text), "substring"(m.mailbox, '((?:"(?:[^"\\]|\\.)*"|[^<>"[:space:]])+@[^<>[:space:]]+)'::text), btrim(email_address_found.header)) AS "coalesce" FROM (SELECT "substring"(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace("left"(email_address_found.header, 100000), '"(?:[^"\\]|\\.)*"(?![[:space:]]*@)|\((?:[^()\\]|\\.)*\)'::text, ' '::text, 'g'::text), '\((?:[^()\\]|\\.)*\)'::text, ' '::text, 'g'::text), '\((?:[^()\\]|\\.)*\)'::text, ' '::text, 'g'::text), '<[[:space:]]*@[^:<>]*:'::text, '<'::text, 'g'::text), '^[^<>@"]*:'::text, ''::text), '(?:^|[,;])((?:"(?:[^"\\]|\\.)*"|[^,;])*@[^,;]*)'::text) AS mailbox) m);


ALTER FUNCTION public.email_address_found(header text) OWNER TO email_owner;

--
-- Name: FUNCTION email_address_found(header text); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_address_found(header text) IS 'Part of email_address_of: any header field';


--
-- Name: email_address_of(text); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_address_of(header text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN "left"(lower((CASE WHEN (header ~ '^(?:"[^"\\<]*" ?|[^"(),:;<>@]*)<[^]["(),:;<>@[:space:]]+@[^]["(),:;<>@[:space:]]+>$'::text) THEN rtrim(split_part(header, '<'::text, 2), '>'::text) WHEN (header ~ '^[^]["(),:;<>@[:space:]]+@[^]["(),:;<>@[:space:]]+$'::text) THEN header WHEN (header IS NOT NULL) THEN public.email_address_found(header) ELSE NULL::text END COLLATE "C")), 500);


ALTER FUNCTION public.email_address_of(header text) OWNER TO email_owner;

--
-- Name: FUNCTION email_address_of(header text); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_address_of(header text) IS 'Address of the first mailbox in a header field (RFC 5322), ASCII lower case; the whole field when there is none; never raises';


--
-- Name: email_attachment_changed(); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_attachment_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_seqscan TO 'off'
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


ALTER FUNCTION public.email_attachment_changed() OWNER TO email_keeper;

--
-- Name: FUNCTION email_attachment_changed(); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_attachment_changed() IS 'Trigger: has_attachments of a message whose attachment was deleted, revived or given to another message';


--
-- Name: email_attachments_audit_update(); Type: FUNCTION; Schema: public; Owner: email_audit
--

CREATE FUNCTION public.email_attachments_audit_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_nestloop TO 'off'
    AS $$
BEGIN
    INSERT INTO public.email_audit_log (tenant_id, table_name, operation, record_id, changed_columns)
    SELECT n.tenant_id, tg_table_name, 'UPDATE', n.id, c.names
      FROM new_rows AS n
      JOIN old_rows AS o ON o.id = n.id
     CROSS JOIN LATERAL (
        SELECT array_remove(ARRAY[
               CASE WHEN o.blob_id IS DISTINCT FROM n.blob_id THEN 'blob_id' END,
               CASE WHEN o.content_hash IS DISTINCT FROM n.content_hash THEN 'content_hash' END,
               CASE WHEN o.created_at IS DISTINCT FROM n.created_at THEN 'created_at' END,
               CASE WHEN o.deleted_at IS DISTINCT FROM n.deleted_at THEN 'deleted_at' END,
               CASE WHEN o.filename IS DISTINCT FROM n.filename THEN 'filename' END,
               CASE WHEN o.is_deleted IS DISTINCT FROM n.is_deleted THEN 'is_deleted' END,
               CASE WHEN o.message_id IS DISTINCT FROM n.message_id THEN 'message_id' END,
               CASE WHEN o.mime_type IS DISTINCT FROM n.mime_type THEN 'mime_type' END,
               CASE WHEN o.size_bytes IS DISTINCT FROM n.size_bytes THEN 'size_bytes' END,
               CASE WHEN o.size_bytes_wide IS DISTINCT FROM n.size_bytes_wide THEN 'size_bytes_wide' END,
               CASE WHEN o.storage_path IS DISTINCT FROM n.storage_path THEN 'storage_path' END,
               CASE WHEN o.storage_type IS DISTINCT FROM n.storage_type THEN 'storage_type' END], NULL)
        OFFSET 0  -- compare once, not again in WHERE
     ) AS c (names)
     WHERE c.names <> '{}';
    RETURN NULL;
END
$$;


ALTER FUNCTION public.email_attachments_audit_update() OWNER TO email_audit;

--
-- Name: FUNCTION email_attachments_audit_update(); Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON FUNCTION public.email_attachments_audit_update() IS 'Trigger: records updated rows of email_attachments with the names of the changed columns';


--
-- Name: email_attachments_deleted(); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_attachments_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_seqscan TO 'off'
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


ALTER FUNCTION public.email_attachments_deleted() OWNER TO email_keeper;

--
-- Name: FUNCTION email_attachments_deleted(); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_attachments_deleted() IS 'Trigger: has_attachments of messages that lost their last one';


--
-- Name: email_attachments_inserted(); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_attachments_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    UPDATE public.email_messages AS m
       SET has_attachments = true
      FROM (SELECT DISTINCT message_id FROM new_rows WHERE NOT is_deleted) AS n
     WHERE m.id = n.message_id AND NOT m.has_attachments;
    RETURN NULL;
END
$$;


ALTER FUNCTION public.email_attachments_inserted() OWNER TO email_keeper;

--
-- Name: FUNCTION email_attachments_inserted(); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_attachments_inserted() IS 'Trigger: has_attachments of messages that got one';


--
-- Name: email_audit_delete(); Type: FUNCTION; Schema: public; Owner: email_audit
--

CREATE FUNCTION public.email_audit_delete() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS $$
BEGIN
    INSERT INTO public.email_audit_log (tenant_id, table_name, operation, record_id)
    SELECT tenant_id, tg_table_name, 'DELETE', id FROM old_rows;
    RETURN NULL;
END
$$;


ALTER FUNCTION public.email_audit_delete() OWNER TO email_audit;

--
-- Name: FUNCTION email_audit_delete(); Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON FUNCTION public.email_audit_delete() IS 'Trigger: records deleted rows';


--
-- Name: email_audit_insert(); Type: FUNCTION; Schema: public; Owner: email_audit
--

CREATE FUNCTION public.email_audit_insert() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS $$
BEGIN
    INSERT INTO public.email_audit_log (tenant_id, table_name, operation, record_id)
    SELECT tenant_id, tg_table_name, 'INSERT', id FROM new_rows;
    RETURN NULL;
END
$$;


ALTER FUNCTION public.email_audit_insert() OWNER TO email_audit;

--
-- Name: FUNCTION email_audit_insert(); Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON FUNCTION public.email_audit_insert() IS 'Trigger: records inserted rows';


--
-- Name: email_audit_refuse_change(); Type: FUNCTION; Schema: public; Owner: email_audit
--

CREATE FUNCTION public.email_audit_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF tg_op = 'DELETE' AND current_user = 'email_audit' THEN
        RETURN NULL;  -- retention
    END IF;
    RAISE EXCEPTION 'email_audit_log is append-only: % refused', tg_op
        USING ERRCODE = 'insufficient_privilege';
END
$$;


ALTER FUNCTION public.email_audit_refuse_change() OWNER TO email_audit;

--
-- Name: FUNCTION email_audit_refuse_change(); Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON FUNCTION public.email_audit_refuse_change() IS 'Trigger: refuses UPDATE and TRUNCATE, and DELETE by anyone but email_audit';


--
-- Name: email_change_state(uuid); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_change_state(account_id uuid) RETURNS TABLE(last_seq bigint, floor_seq bigint)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
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


ALTER FUNCTION public.email_change_state(account_id uuid) OWNER TO email_owner;

--
-- Name: FUNCTION email_change_state(account_id uuid); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_change_state(account_id uuid) IS 'State of an account (HIGHESTMODSEQ, JMAP state), and the oldest state that email_changes can start from';


--
-- Name: email_changes(uuid, bigint, integer, boolean); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_changes(account_id uuid, since_seq bigint, page_size integer DEFAULT 500, full_resync boolean DEFAULT false) RETURNS TABLE(change_seq bigint, kind text, message_id uuid, folder_id uuid, imap_uid bigint)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
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


ALTER FUNCTION public.email_changes(account_id uuid, since_seq bigint, page_size integer, full_resync boolean) OWNER TO email_owner;

--
-- Name: FUNCTION email_changes(account_id uuid, since_seq bigint, page_size integer, full_resync boolean); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_changes(account_id uuid, since_seq bigint, page_size integer, full_resync boolean) IS 'Changes of an account after a state, in order; the next state is the last change_seq. kind: changed; vanished (deleted); left (moved out of folder_id, which matters to QRESYNC only); resync (alone: the state is below the floor up to which tombstones are purged: forget everything, and read from 0 with full_resync = true)';


--
-- Name: email_check_counters(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_check_counters() RETURNS TABLE(folder_id uuid, unread_count integer, unread_actual bigint, total_count integer, total_actual bigint)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
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


ALTER FUNCTION public.email_check_counters() OWNER TO email_owner;

--
-- Name: FUNCTION email_check_counters(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_check_counters() IS 'Folders of the tenant (for a superuser without one, of all) whose counters are wrong; locks nothing';


--
-- Name: email_claim_accounts(integer, bigint); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_claim_accounts(worker_limit integer DEFAULT 10, lease_ms bigint DEFAULT 300000) RETURNS TABLE(tenant_id uuid, account_id uuid, claim uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
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


ALTER FUNCTION public.email_claim_accounts(worker_limit integer, lease_ms bigint) OWNER TO email_keeper;

--
-- Name: FUNCTION email_claim_accounts(worker_limit integer, lease_ms bigint); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_claim_accounts(worker_limit integer, lease_ms bigint) IS 'Takes accounts that are due, longest waiting first, for lease_ms; no two workers get the same one, none waits for another';


--
-- Name: email_export_tenant(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_export_tenant() RETURNS TABLE(table_name text, data jsonb)
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


ALTER FUNCTION public.email_export_tenant() OWNER TO email_owner;

--
-- Name: FUNCTION email_export_tenant(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_export_tenant() IS 'All rows of the tenant, one jsonb each; search rows and tombstones are derived and left out';


--
-- Name: email_fill_message(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_fill_message() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    NEW.is_read := coalesce(NEW.is_read, false);
    NEW.is_flagged := coalesce(NEW.is_flagged, false);
    NEW.is_draft := coalesce(NEW.is_draft, false);
    NEW.received_at := coalesce(NEW.received_at, NEW.created_at);
    RETURN NEW;
END
$$;


ALTER FUNCTION public.email_fill_message() OWNER TO email_owner;

--
-- Name: FUNCTION email_fill_message(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_fill_message() IS 'Trigger: false for NULL flags, created_at for a NULL received_at';


--
-- Name: email_fold_address(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_fold_address() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    NEW.email_address := lower(NEW.email_address COLLATE "C");
    RETURN NEW;
END
$$;


ALTER FUNCTION public.email_fold_address() OWNER TO email_owner;

--
-- Name: FUNCTION email_fold_address(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_fold_address() IS 'Trigger: an address in lower case (ASCII letters)';


--
-- Name: email_folders_audit_update(); Type: FUNCTION; Schema: public; Owner: email_audit
--

CREATE FUNCTION public.email_folders_audit_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_nestloop TO 'off'
    AS $$
BEGIN
    INSERT INTO public.email_audit_log (tenant_id, table_name, operation, record_id, changed_columns)
    SELECT n.tenant_id, tg_table_name, 'UPDATE', n.id, c.names
      FROM new_rows AS n
      JOIN old_rows AS o ON o.id = n.id
     CROSS JOIN LATERAL (
        SELECT array_remove(ARRAY[
               CASE WHEN o.account_id IS DISTINCT FROM n.account_id THEN 'account_id' END,
               CASE WHEN o.created_at IS DISTINCT FROM n.created_at THEN 'created_at' END,
               CASE WHEN o.deleted_at IS DISTINCT FROM n.deleted_at THEN 'deleted_at' END,
               CASE WHEN o.is_deleted IS DISTINCT FROM n.is_deleted THEN 'is_deleted' END,
               CASE WHEN o.is_selectable IS DISTINCT FROM n.is_selectable THEN 'is_selectable' END,
               CASE WHEN o.name IS DISTINCT FROM n.name THEN 'name' END,
               CASE WHEN o.path IS DISTINCT FROM n.path THEN 'path' END,
               CASE WHEN o.type IS DISTINCT FROM n.type THEN 'type' END,
               CASE WHEN o.uid_validity IS DISTINCT FROM n.uid_validity THEN 'uid_validity' END], NULL)
        OFFSET 0  -- compare once, not again in WHERE
     ) AS c (names)
     WHERE c.names <> '{}';
    RETURN NULL;
END
$$;


ALTER FUNCTION public.email_folders_audit_update() OWNER TO email_audit;

--
-- Name: FUNCTION email_folders_audit_update(); Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON FUNCTION public.email_folders_audit_update() IS 'Trigger: records updated rows of email_folders with the names of the changed columns';


--
-- Name: email_ingest(uuid, uuid, jsonb); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_ingest(account_id uuid, folder_id uuid, messages jsonb) RETURNS TABLE(ordinal bigint, id uuid, outcome text, reason text)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
#variable_conflict use_column
DECLARE
    names   constant text[] := '{message_id,raw_sha256,imap_uid,in_reply_to,from,to,cc,bcc,reply_to,subject,text_body,html_body,
        is_read,is_flagged,is_draft,thread_id,sent_at,received_at,has_attachments,refs,raw_headers,size_bytes}';
    flags   constant text[] := '{is_read,is_flagged,is_draft,has_attachments}';
    account constant uuid := NULLIF(current_setting('app.current_account_id', true), '');
    total   integer;
    keys text[]; originals text[]; uids text[]; shared_keys text[]; shared_uids text[]; clashing text[];
    new_places bigint[]; new_keys text[];
    ids uuid[]; outcomes text[]; reasons text[];
    problem text;
    one     record;
BEGIN
    PERFORM public.email_require_tenant();
    IF jsonb_typeof(messages) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION 'messages is no array' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT CASE WHEN jsonb_typeof(e.value) <> 'object' THEN format('message %s is no object', e.ordinality)
                ELSE format('unknown key in message %s: %s', e.ordinality,
                            (SELECT string_agg(k.name, ', ') FROM jsonb_object_keys(e.value - names) AS k (name))) END
      INTO problem
      FROM jsonb_array_elements(messages) WITH ORDINALITY AS e (value, ordinality)
     WHERE CASE WHEN jsonb_typeof(e.value) = 'object' THEN e.value - names <> '{}' ELSE true END
     ORDER BY e.ordinality LIMIT 1;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION '%', problem USING ERRCODE = 'invalid_parameter_value', HINT = 'Keys: ' || array_to_string(names, ', ');
    END IF;
    IF account <> email_ingest.account_id THEN
        PERFORM public.email_refuse_other_account();
    END IF;
    -- What follows looks before it writes, and must see what the last writer has committed.
    PERFORM public.email_wait_for_writers();

    SELECT array_agg(k.key ORDER BY k.ordinality), array_agg(coalesce(k.header, k.key) ORDER BY k.ordinality),
           array_agg(k.uid ORDER BY k.ordinality), count(*)
      INTO keys, originals, uids, total
      FROM (SELECT h.*, coalesce(public.email_message_key(h.header), public.email_message_key(NULL, h.raw_sha256)) AS key
              FROM (SELECT e.ordinality, e.value ->> 'imap_uid' AS uid,
                           CASE WHEN public.email_message_key(e.value ->> 'message_id') IS NOT NULL
                                THEN btrim(e.value ->> 'message_id', E' \t\r\n') END AS header,
                           CASE WHEN e.value ->> 'raw_sha256' ~ '^[0-9A-Fa-f]{64}$'
                                THEN decode(e.value ->> 'raw_sha256', 'hex') END AS raw_sha256
                      FROM jsonb_array_elements(messages) WITH ORDINALITY AS e (value, ordinality) OFFSET 0) AS h) AS k;
    shared_keys := ARRAY(SELECT k.key FROM unnest(keys) AS k (key) WHERE k.key IS NOT NULL GROUP BY k.key HAVING count(*) > 1);
    shared_uids := ARRAY(SELECT u.uid FROM unnest(uids) AS u (uid) WHERE u.uid IS NOT NULL GROUP BY u.uid HAVING count(*) > 1);
    -- The places of what is surely new: nothing has its key or its UID, here or there.
    SELECT array_agg(n.place), array_agg(n.key) INTO new_places, new_keys
      FROM unnest(keys, uids) WITH ORDINALITY AS n (key, uid, place)
     WHERE n.key IS NOT NULL AND n.key <> ALL (shared_keys) AND (n.uid IS NULL OR n.uid <> ALL (shared_uids))
       AND n.place <> ALL (ARRAY(SELECT f.ordinal FROM public.email_ingest_find(account_id, folder_id, keys, originals, uids) AS f));
    -- Two mails with one UID: which of them has it cannot be told.
    IF shared_uids <> '{}' THEN
        clashing := ARRAY(
            SELECT DISTINCT one.uid
              FROM unnest(keys, uids) WITH ORDINALITY AS one (key, uid, place)
              JOIN unnest(keys, uids) WITH ORDINALITY AS two (key, uid, place) ON two.uid = one.uid AND two.place > one.place
             WHERE one.uid = ANY (shared_uids)
               AND (one.key IS DISTINCT FROM two.key
                    OR (EXISTS (SELECT FROM jsonb_each(messages -> one.place::integer - 1) AS a (name, value)
                                  JOIN jsonb_each(messages -> two.place::integer - 1) AS b (name, value) ON b.name = a.name
                                 WHERE a.name <> ALL (flags) AND a.value <> b.value AND 'null' NOT IN (a.value, b.value))
                        AND NOT (messages -> one.place::integer - 1 @> '{"is_draft": true}'
                                 AND messages -> two.place::integer - 1 @> '{"is_draft": true}'))));
    END IF;

    -- At first all together. When a message is refused, each again by itself.
    FOR is_alone IN 0..1 LOOP
        ids := array_fill(NULL::uuid, ARRAY[total]);
        outcomes := array_fill(NULL::text, ARRAY[total]);
        reasons := outcomes;
        BEGIN
            IF is_alone = 0 THEN
                FOR one IN SELECT * FROM public.email_ingest_new(account_id, folder_id, messages, new_places, new_keys) LOOP
                    ids[one.ordinal] := one.id;
                    outcomes[one.ordinal] := 'stored';
                END LOOP;
            END IF;
            FOR place IN 1..total LOOP
                IF uids[place] = ANY (clashing) THEN
                    outcomes[place] := 'refused';
                    reasons[place] := format('UID %s is given to two messages', uids[place]);
                ELSIF outcomes[place] IS NULL THEN
                    IF is_alone = 0 THEN
                        one := public.email_ingest_known(account_id, folder_id, messages -> place - 1, uids);
                    ELSE
                        BEGIN
                            one := public.email_ingest_known(account_id, folder_id, messages -> place - 1, uids);
                        EXCEPTION WHEN data_exception OR check_violation OR program_limit_exceeded THEN
                            SELECT NULL::uuid AS id, 'refused' AS outcome INTO one;
                            reasons[place] := sqlerrm;
                        END;
                    END IF;
                    ids[place] := one.id;
                    outcomes[place] := one.outcome;
                END IF;
            END LOOP;
            EXIT;
        EXCEPTION WHEN data_exception OR check_violation OR program_limit_exceeded THEN
            NULL;
        END;
    END LOOP;
    RETURN QUERY SELECT o.ordinality, o.id, o.outcome, o.reason
                   FROM unnest(ids, outcomes, reasons) WITH ORDINALITY AS o (id, outcome, reason, ordinality) ORDER BY o.ordinality;
END
$_$;


ALTER FUNCTION public.email_ingest(account_id uuid, folder_id uuid, messages jsonb) OWNER TO email_owner;

--
-- Name: FUNCTION email_ingest(account_id uuid, folder_id uuid, messages jsonb); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_ingest(account_id uuid, folder_id uuid, messages jsonb) IS 'Stores an array of messages, objects with the column names of email_messages (headers in full length, raw_sha256 as hex), in a folder; returns a row for each, in order: stored, duplicate, completed, replaced, copied, variant, or refused with the reason (Guide: Using the database). Raises 22023 for keys that it does not know';


--
-- Name: email_ingest_find(uuid, uuid, text[], text[], text[]); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_ingest_find(account_id uuid, folder_id uuid, keys text[], originals text[], uids text[]) RETURNS TABLE(ordinal bigint, message_id uuid, found_by text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
    tenant constant uuid := public.email_require_tenant();
BEGIN
    RETURN QUERY
    SELECT g.ordinality, o.id, o.found_by
      FROM unnest(keys, originals, uids) WITH ORDINALITY AS g (key, original, uid, ordinality)
     CROSS JOIN LATERAL (
           SELECT m.id, m.tenant_id, 'key' AS found_by FROM public.email_messages AS m
            WHERE (m.message_id, m.account_id) >= (g.key, email_ingest_find.account_id)
              AND (m.message_id, m.account_id) <= (g.key, email_ingest_find.account_id)
           UNION ALL
           SELECT m.id, m.tenant_id, 'original' FROM public.email_messages AS m
            WHERE m.message_id_full IS NOT NULL
              AND (md5(m.message_id_full), m.account_id) >= (md5(g.original), email_ingest_find.account_id)
              AND (md5(m.message_id_full), m.account_id) <= (md5(g.original), email_ingest_find.account_id)
           UNION ALL
           SELECT m.id, m.tenant_id, 'uid' FROM public.email_messages AS m
            WHERE (m.imap_uid, m.folder_id) >= (g.uid, email_ingest_find.folder_id)
              AND (m.imap_uid, m.folder_id) <= (g.uid, email_ingest_find.folder_id)) AS o
     WHERE o.tenant_id IS NOT DISTINCT FROM tenant;
END
$$;


ALTER FUNCTION public.email_ingest_find(account_id uuid, folder_id uuid, keys text[], originals text[], uids text[]) OWNER TO email_search;

--
-- Name: FUNCTION email_ingest_find(account_id uuid, folder_id uuid, keys text[], originals text[], uids text[]); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_ingest_find(account_id uuid, folder_id uuid, keys text[], originals text[], uids text[]) IS 'Part of email_ingest: ids of messages of an account that have one of the keys, are copies or variants of one of the originals, or have one of the UIDs in a folder';


--
-- Name: email_ingest_known(uuid, uuid, jsonb, text[]); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_ingest_known(account_id uuid, folder_id uuid, message jsonb, uids text[], OUT id uuid, OUT outcome text) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
    given record;
    known record;
    rows  record;
BEGIN
    SELECT * INTO STRICT given FROM public.email_message_fields(message);
    IF given.key IS NULL THEN
        RAISE EXCEPTION 'neither message_id nor raw_sha256' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT array_agg(DISTINCT f.message_id) FILTER (WHERE f.found_by <> 'uid') AS same,
           array_agg(f.message_id) FILTER (WHERE f.found_by = 'uid') AS by_uid,
           coalesce(bool_or(f.found_by = 'key'), false) AS is_key_taken
      INTO STRICT rows
      FROM public.email_ingest_find(account_id, folder_id, ARRAY[given.key], ARRAY[given.original], ARRAY[given.imap_uid]) AS f;
    -- The rows of its key, the best first: see the outcomes above.
    SELECT f.*,
           CASE WHEN NOT f.differs AND f.is_here AND NOT f.is_deleted AND f.uid_fits THEN 1
                WHEN NOT f.differs AND f.is_equal AND f.is_here AND NOT f.is_deleted AND NOT f.is_awaited THEN 2
                WHEN f.differs AND f.is_here AND f.is_draft AND given.is_draft AND NOT f.is_awaited THEN 3
                WHEN NOT f.differs AND f.is_deleted AND f.is_proven THEN 4
                WHEN NOT f.differs THEN 5
                ELSE 6 END AS rank
      INTO known
      FROM (SELECT m.id, m.is_deleted, m.is_draft, m.folder_id = email_ingest_known.folder_id AS is_here,
                   m.imap_uid IS NULL OR given.imap_uid IS NULL OR m.imap_uid = given.imap_uid AS uid_fits,
                   coalesce(m.imap_uid <> given.imap_uid AND m.imap_uid = ANY (uids), false) AS is_awaited,
                   CASE WHEN m.raw_sha256 IS NOT NULL AND given.raw_sha256 IS NOT NULL THEN m.raw_sha256 <> given.raw_sha256
                        ELSE c.differs END AS differs,
                   m.raw_sha256 = given.raw_sha256 OR NOT (c.has_more OR c.has_less) AS is_equal,
                   m.raw_sha256 = given.raw_sha256 OR m.size_bytes = given.size_bytes OR NOT c.has_less AS is_proven,
                   c.has_more OR c.has_more_beside AS has_more
              FROM unnest(rows.same) AS o (id)
              JOIN public.email_messages AS m ON m.id = o.id
             CROSS JOIN LATERAL (
                   SELECT coalesce(bool_or(v.known <> v.given) FILTER (WHERE v.is_content), false) AS differs,
                          bool_or(v.known IS NULL AND v.given IS NOT NULL) FILTER (WHERE v.is_content) AS has_more,
                          bool_or(v.known IS NULL AND v.given IS NOT NULL) FILTER (WHERE NOT v.is_content) AS has_more_beside,
                          bool_or(v.known IS NOT NULL AND v.given IS NULL) FILTER (WHERE v.is_content) AS has_less
                     FROM (VALUES (true, m.in_reply_to::text, given.in_reply_to), (true, m."from"::text, given."from"),
                                  (true, m.from_full, given.from_full), (true, m."to"::text, given."to"::text),
                                  (true, m.cc::text, given.cc::text), (true, m.bcc::text, given.bcc::text),
                                  (true, m.reply_to::text, given.reply_to), (true, m.reply_to_full, given.reply_to_full),
                                  (true, m.subject::text, given.subject), (true, m.subject_full, given.subject_full),
                                  (true, m.sent_at::text, given.sent_at::text), (true, m.refs::text, given.refs::text),
                                  (true, m.text_body, given.text_body), (true, m.html_body, given.html_body),
                                  (false, m.raw_headers, given.raw_headers), (false, m.size_bytes::text, given.size_bytes::text),
                                  (false, m.raw_sha256::text, given.raw_sha256::text),
                                  (false, m.thread_id::text, given.thread_id::text)) AS v (is_content, known, given)) AS c) AS f
     ORDER BY rank, f.uid_fits DESC, f.is_deleted, f.is_here DESC, f.id
     LIMIT 1;

    -- The server gave the UID to another message: what was there is an older one.
    IF rows.by_uid <> ARRAY[CASE WHEN known.rank <= 4 THEN known.id END] THEN
        UPDATE public.email_messages AS m SET imap_uid = NULL WHERE m.id = ANY (rows.by_uid);
    END IF;

    outcome := CASE WHEN known.id IS NULL THEN 'stored'
                    WHEN known.rank = 3 THEN 'replaced'
                    WHEN known.rank = 5 THEN 'copied'
                    WHEN known.rank = 6 THEN 'variant'
                    WHEN known.has_more THEN 'completed'
                    ELSE 'duplicate' END;
    IF outcome IN ('stored', 'copied', 'variant') THEN
        SELECT n.id INTO STRICT id
          FROM public.email_ingest_new(account_id, folder_id, jsonb_build_array(message), '{1}', ARRAY[
                   CASE WHEN NOT rows.is_key_taken THEN given.key
                        WHEN outcome = 'variant' THEN 'variant:' || gen_random_uuid()
                        ELSE 'copy:' || gen_random_uuid() END]) AS n;
        RETURN;
    END IF;

    id := known.id;
    UPDATE public.email_messages AS m
       SET folder_id = email_ingest_known.folder_id,
           imap_uid = CASE WHEN known.is_here THEN coalesce(given.imap_uid, m.imap_uid) ELSE given.imap_uid END,
           is_read = coalesce(given.is_read, m.is_read), is_flagged = coalesce(given.is_flagged, m.is_flagged),
           is_draft = coalesce(given.is_draft, m.is_draft), is_deleted = false, deleted_at = NULL,
           has_attachments = m.has_attachments OR coalesce(given.has_attachments, false)
     WHERE m.id = known.id
       AND (m.folder_id <> email_ingest_known.folder_id OR m.imap_uid IS DISTINCT FROM coalesce(given.imap_uid, m.imap_uid)
            OR m.is_read <> given.is_read OR m.is_flagged <> given.is_flagged OR m.is_draft <> given.is_draft OR m.is_deleted
            OR m.has_attachments < given.has_attachments);
    IF outcome = 'completed' THEN
        UPDATE public.email_messages AS m
           SET in_reply_to = coalesce(m.in_reply_to, given.in_reply_to), "from" = coalesce(m."from", given."from"),
               from_full = coalesce(m.from_full, given.from_full), "to" = coalesce(m."to", given."to"),
               cc = coalesce(m.cc, given.cc), bcc = coalesce(m.bcc, given.bcc), reply_to = coalesce(m.reply_to, given.reply_to),
               reply_to_full = coalesce(m.reply_to_full, given.reply_to_full), subject = coalesce(m.subject, given.subject),
               subject_full = coalesce(m.subject_full, given.subject_full), sent_at = coalesce(m.sent_at, given.sent_at),
               refs = coalesce(m.refs, given.refs), text_body = coalesce(m.text_body, given.text_body),
               html_body = coalesce(m.html_body, given.html_body), raw_headers = coalesce(m.raw_headers, given.raw_headers),
               size_bytes = coalesce(m.size_bytes, given.size_bytes), raw_sha256 = coalesce(m.raw_sha256, given.raw_sha256),
               thread_id = coalesce(m.thread_id, given.thread_id)
         WHERE m.id = known.id;
    ELSIF outcome = 'replaced' THEN
        UPDATE public.email_messages AS m
           SET in_reply_to = given.in_reply_to, "from" = given."from", from_full = given.from_full, "to" = given."to",
               cc = given.cc, bcc = given.bcc, reply_to = given.reply_to, reply_to_full = given.reply_to_full,
               subject = given.subject, subject_full = given.subject_full, sent_at = given.sent_at, refs = given.refs,
               text_body = given.text_body, html_body = given.html_body, raw_headers = given.raw_headers,
               size_bytes = given.size_bytes, raw_sha256 = given.raw_sha256, thread_id = coalesce(given.thread_id, m.thread_id),
               received_at = coalesce(given.received_at, m.received_at)
         WHERE m.id = known.id;
    END IF;
END
$$;


ALTER FUNCTION public.email_ingest_known(account_id uuid, folder_id uuid, message jsonb, uids text[], OUT id uuid, OUT outcome text) OWNER TO email_owner;

--
-- Name: FUNCTION email_ingest_known(account_id uuid, folder_id uuid, message jsonb, uids text[], OUT id uuid, OUT outcome text); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_ingest_known(account_id uuid, folder_id uuid, message jsonb, uids text[], OUT id uuid, OUT outcome text) IS 'Part of email_ingest: one message whose key or UID is known';


--
-- Name: email_ingest_new(uuid, uuid, jsonb, bigint[], text[]); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_ingest_new(account_id uuid, folder_id uuid, messages jsonb, places bigint[], keys text[]) RETURNS TABLE(ordinal bigint, id uuid)
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH stored AS (
        INSERT INTO public.email_messages AS m (
               tenant_id, account_id, folder_id, message_id, message_id_full, imap_uid, in_reply_to, "from", from_full, "to", cc,
               bcc, reply_to, reply_to_full, subject, subject_full, text_body, html_body, is_read, is_flagged, is_draft,
               thread_id, sent_at, received_at, has_attachments, refs, raw_headers, size_bytes, raw_sha256)
        SELECT public.email_require_tenant(), email_ingest_new.account_id, email_ingest_new.folder_id, p.key,
               NULLIF(r.original, p.key), r.imap_uid, r.in_reply_to, r."from", r.from_full, r."to", r.cc, r.bcc, r.reply_to,
               r.reply_to_full, r.subject, r.subject_full, r.text_body, r.html_body, coalesce(r.is_read, false),
               coalesce(r.is_flagged, false), coalesce(r.is_draft, false), r.thread_id, r.sent_at, r.received_at,
               coalesce(r.has_attachments, false), r.refs, r.raw_headers, r.size_bytes,
               r.raw_sha256
          FROM jsonb_array_elements(messages) WITH ORDINALITY AS e (value, place)
          JOIN unnest(places, keys) AS p (place, key) ON p.place = e.place
         CROSS JOIN LATERAL public.email_message_fields(e.value) AS r
        RETURNING m.id, m.message_id
    )
    SELECT p.place, s.id FROM stored AS s JOIN unnest(places, keys) AS p (place, key) ON p.key = s.message_id;
END
$$;


ALTER FUNCTION public.email_ingest_new(account_id uuid, folder_id uuid, messages jsonb, places bigint[], keys text[]) OWNER TO email_owner;

--
-- Name: FUNCTION email_ingest_new(account_id uuid, folder_id uuid, messages jsonb, places bigint[], keys text[]); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_ingest_new(account_id uuid, folder_id uuid, messages jsonb, places bigint[], keys text[]) IS 'Part of email_ingest: inserts messages';


--
-- Name: email_keep_account_state(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_keep_account_state() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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


ALTER FUNCTION public.email_keep_account_state() OWNER TO email_owner;

--
-- Name: FUNCTION email_keep_account_state(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_keep_account_state() IS 'Trigger: leaves what retention and claims keep in an account as it is';


--
-- Name: email_keep_deletion(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_keep_deletion() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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


ALTER FUNCTION public.email_keep_deletion() OWNER TO email_owner;

--
-- Name: FUNCTION email_keep_deletion(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_keep_deletion() IS 'Trigger: is_deleted sets and clears deleted_at, and deleted_at is_deleted';


--
-- Name: email_keep_folder_counters(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_keep_folder_counters() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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


ALTER FUNCTION public.email_keep_folder_counters() OWNER TO email_owner;

--
-- Name: FUNCTION email_keep_folder_counters(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_keep_folder_counters() IS 'Trigger: the counters of a folder are what there is to count, whatever is written';


--
-- Name: email_lock_tenant(uuid); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_lock_tenant(tenant uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(0, 0), pg_advisory_xact_lock(uuid_hash(tenant), 0);
END
$$;


ALTER FUNCTION public.email_lock_tenant(tenant uuid) OWNER TO email_keeper;

--
-- Name: FUNCTION email_lock_tenant(tenant uuid); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_lock_tenant(tenant uuid) IS 'Takes the lock of email_lock_writers for a tenant';


--
-- Name: email_lock_writers(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_lock_writers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM public.email_wait_for_writers();
    RETURN NULL;
END
$$;


ALTER FUNCTION public.email_lock_writers() OWNER TO email_owner;

--
-- Name: FUNCTION email_lock_writers(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_lock_writers() IS 'Trigger, before each statement that writes: email_wait_for_writers';


--
-- Name: email_merge_search(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_merge_search() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RETURN gin_clean_pending_list('public.idx_email_messages_text_search')
         + gin_clean_pending_list('public.idx_email_attachments_filename_trgm');
END
$$;


ALTER FUNCTION public.email_merge_search() OWNER TO email_owner;

--
-- Name: FUNCTION email_merge_search(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_merge_search() IS 'Moves what was stored since the last call into place in the search indexes, so that no insert has to; returns how many pages of 8 kB that were. For a worker, once a second';


--
-- Name: email_message_key(text, bytea); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_message_key(message_id text, raw_sha256 bytea DEFAULT NULL::bytea) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN ((message_id ~ '^<[^<>[:space:]]+>$'::text) AND (length(message_id) <= 500)) THEN message_id WHEN (btrim(message_id, ' 	
'::text) !~ '^(<[[:space:]]*>)?$'::text) THEN CASE WHEN (length(btrim(message_id, ' 	
'::text)) <= 500) THEN btrim(message_id, ' 	
'::text) ELSE ('sha256:'::text || encode(sha256(convert_to(btrim(message_id, ' 	
'::text), 'UTF8'::name)), 'hex'::text)) END ELSE ('sha256:'::text || encode(raw_sha256, 'hex'::text)) END;


ALTER FUNCTION public.email_message_key(message_id text, raw_sha256 bytea) OWNER TO email_owner;

--
-- Name: FUNCTION email_message_key(message_id text, raw_sha256 bytea); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_message_key(message_id text, raw_sha256 bytea) IS 'Key for email_messages.message_id, in_reply_to and refs: the header, sha256:<hex> of one over 500 characters, or of the raw mail (its SHA-256 is the second argument) when there is none, <> or blanks; NULL when there is neither';


--
-- Name: email_message_fields(jsonb); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_message_fields(message jsonb) RETURNS TABLE(key text, original text, imap_uid text, in_reply_to text, "from" text, from_full text, "to" jsonb, cc jsonb, bcc jsonb, reply_to text, reply_to_full text, subject text, subject_full text, text_body text, html_body text, is_read boolean, is_flagged boolean, is_draft boolean, thread_id uuid, sent_at bigint, received_at bigint, has_attachments boolean, refs character varying[], raw_headers text, size_bytes bigint, raw_sha256 bytea)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT k.key,
     k.original,
     r.imap_uid,
         CASE
             WHEN (r.in_reply_to IS NOT NULL) THEN public.email_message_key(r.in_reply_to)
             ELSE NULL::text
         END AS "case",
     "left"(r."from", 500) AS "left",
         CASE
             WHEN (length(r."from") > 500) THEN r."from"
             ELSE NULL::text
         END AS "case",
     r."to",
     r.cc,
     r.bcc,
     "left"(r.reply_to, 255) AS "left",
         CASE
             WHEN (length(r.reply_to) > 255) THEN r.reply_to
             ELSE NULL::text
         END AS "case",
     "left"(r.subject, 500) AS "left",
         CASE
             WHEN (length(r.subject) > 500) THEN r.subject
             ELSE NULL::text
         END AS "case",
     r.text_body,
     r.html_body,
     r.is_read,
     r.is_flagged,
     r.is_draft,
     r.thread_id,
     r.sent_at,
     r.received_at,
     r.has_attachments,
         CASE
             WHEN ((array_to_string(r.refs, ' '::text) ~ '^(<[^<>[:space:]]+> ?)+$'::text) AND (length(array_to_string(r.refs, ''::text)) <= 500)) THEN r.refs
             WHEN (r.refs IS NOT NULL) THEN ARRAY( SELECT n.key
                FROM (unnest(r.refs) WITH ORDINALITY u(ref, place)
                  CROSS JOIN LATERAL ( SELECT public.email_message_key(u.ref) AS key
                      OFFSET 0) n)
               WHERE (n.key IS NOT NULL)
               ORDER BY u.place)
             ELSE NULL::text[]
         END AS "case",
     r.raw_headers,
     r.size_bytes,
     k.raw_sha256
    FROM (jsonb_to_record(email_message_fields.message) r(message_id text, raw_sha256 text, imap_uid text, in_reply_to text, "from" text, "to" jsonb, cc jsonb, bcc jsonb, reply_to text, subject text, text_body text, html_body text, is_read boolean, is_flagged boolean, is_draft boolean, thread_id uuid, sent_at bigint, received_at bigint, has_attachments boolean, refs text[], raw_headers text, size_bytes bigint)
      CROSS JOIN LATERAL ( SELECT h.raw_sha256,
             COALESCE(h.header_key, public.email_message_key(NULL::text, h.raw_sha256)) AS key,
                 CASE
                     WHEN (h.header_key IS NOT NULL) THEN btrim(r.message_id, ' 	
'::text)
                     ELSE public.email_message_key(NULL::text, h.raw_sha256)
                 END AS original
            FROM ( SELECT decode(r.raw_sha256, 'hex'::text) AS raw_sha256,
                     public.email_message_key(r.message_id) AS header_key
                  OFFSET 0) h
          OFFSET 0) k)
  OFFSET 0;
END;


ALTER FUNCTION public.email_message_fields(message jsonb) OWNER TO email_owner;

--
-- Name: FUNCTION email_message_fields(message jsonb); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_message_fields(message jsonb) IS 'The columns of email_messages that an object for email_ingest stands for: keys made, long headers cut and in full beside; original is the Message-ID, or the key where there is none; raises class 22 for values of a wrong type';


--
-- Name: email_message_left_folder(); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_message_left_folder() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS $$
BEGIN
    INSERT INTO public.email_message_tombstones (tenant_id, account_id, folder_id, message_id, imap_uid, is_gone)
    VALUES (OLD.tenant_id, OLD.account_id, OLD.folder_id, OLD.id, OLD.imap_uid_num, false);
    RETURN NULL;
END
$$;


ALTER FUNCTION public.email_message_left_folder() OWNER TO email_keeper;

--
-- Name: FUNCTION email_message_left_folder(); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_message_left_folder() IS 'Trigger: tombstone in the folder that a message was moved out of';


--
-- Name: email_messages_audit_update(); Type: FUNCTION; Schema: public; Owner: email_audit
--

CREATE FUNCTION public.email_messages_audit_update() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_nestloop TO 'off'
    AS $$
BEGIN
    INSERT INTO public.email_audit_log (tenant_id, table_name, operation, record_id, changed_columns)
    SELECT n.tenant_id, tg_table_name, 'UPDATE', n.id, c.names
      FROM new_rows AS n
      JOIN old_rows AS o ON o.id = n.id
     CROSS JOIN LATERAL (
        SELECT array_remove(ARRAY[
               CASE WHEN o.account_id IS DISTINCT FROM n.account_id THEN 'account_id' END,
               CASE WHEN o.bcc IS DISTINCT FROM n.bcc THEN 'bcc' END,
               CASE WHEN o.cc IS DISTINCT FROM n.cc THEN 'cc' END,
               CASE WHEN o.created_at IS DISTINCT FROM n.created_at THEN 'created_at' END,
               CASE WHEN o.deleted_at IS DISTINCT FROM n.deleted_at THEN 'deleted_at' END,
               CASE WHEN o.folder_id IS DISTINCT FROM n.folder_id THEN 'folder_id' END,
               CASE WHEN o."from" IS DISTINCT FROM n."from" THEN 'from' END,
               CASE WHEN o.from_full IS DISTINCT FROM n.from_full THEN 'from_full' END,
               CASE WHEN o.has_attachments IS DISTINCT FROM n.has_attachments THEN 'has_attachments' END,
               CASE WHEN o.html_body IS DISTINCT FROM n.html_body THEN 'html_body' END,
               CASE WHEN o.imap_uid IS DISTINCT FROM n.imap_uid THEN 'imap_uid' END,
               CASE WHEN o.in_reply_to IS DISTINCT FROM n.in_reply_to THEN 'in_reply_to' END,
               CASE WHEN o.is_deleted IS DISTINCT FROM n.is_deleted THEN 'is_deleted' END,
               CASE WHEN o.is_draft IS DISTINCT FROM n.is_draft THEN 'is_draft' END,
               CASE WHEN o.is_flagged IS DISTINCT FROM n.is_flagged THEN 'is_flagged' END,
               CASE WHEN o.is_read IS DISTINCT FROM n.is_read THEN 'is_read' END,
               CASE WHEN o.message_id IS DISTINCT FROM n.message_id THEN 'message_id' END,
               CASE WHEN o.message_id_full IS DISTINCT FROM n.message_id_full THEN 'message_id_full' END,
               CASE WHEN o.raw_headers IS DISTINCT FROM n.raw_headers THEN 'raw_headers' END,
               CASE WHEN o.raw_sha256 IS DISTINCT FROM n.raw_sha256 THEN 'raw_sha256' END,
               CASE WHEN o.received_at IS DISTINCT FROM n.received_at THEN 'received_at' END,
               CASE WHEN o.refs IS DISTINCT FROM n.refs THEN 'refs' END,
               CASE WHEN o.reply_to IS DISTINCT FROM n.reply_to THEN 'reply_to' END,
               CASE WHEN o.reply_to_full IS DISTINCT FROM n.reply_to_full THEN 'reply_to_full' END,
               CASE WHEN o.sent_at IS DISTINCT FROM n.sent_at THEN 'sent_at' END,
               CASE WHEN o.size_bytes IS DISTINCT FROM n.size_bytes THEN 'size_bytes' END,
               CASE WHEN o.subject IS DISTINCT FROM n.subject THEN 'subject' END,
               CASE WHEN o.subject_full IS DISTINCT FROM n.subject_full THEN 'subject_full' END,
               CASE WHEN o.text_body IS DISTINCT FROM n.text_body THEN 'text_body' END,
               CASE WHEN o.thread_id IS DISTINCT FROM n.thread_id THEN 'thread_id' END,
               CASE WHEN o."to" IS DISTINCT FROM n."to" THEN 'to' END], NULL)
        OFFSET 0  -- compare once, not again in WHERE
     ) AS c (names)
     WHERE c.names <> '{}';
    RETURN NULL;
END
$$;


ALTER FUNCTION public.email_messages_audit_update() OWNER TO email_audit;

--
-- Name: FUNCTION email_messages_audit_update(); Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON FUNCTION public.email_messages_audit_update() IS 'Trigger: records updated rows of email_messages with the names of the changed columns';


--
-- Name: email_messages_deleted(); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_messages_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_seqscan TO 'off'
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


ALTER FUNCTION public.email_messages_deleted() OWNER TO email_keeper;

--
-- Name: FUNCTION email_messages_deleted(); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_messages_deleted() IS 'Trigger: search rows, folder counters and tombstones for deleted messages';


--
-- Name: email_messages_inserted(); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_messages_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_seqscan TO 'off'
    SET work_mem TO '64MB'
    SET client_min_messages TO 'warning'
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


ALTER FUNCTION public.email_messages_inserted() OWNER TO email_keeper;

--
-- Name: FUNCTION email_messages_inserted(); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_messages_inserted() IS 'Trigger: search rows and folder counters for inserted messages';


--
-- Name: email_messages_updated(); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_messages_updated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_seqscan TO 'off'
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


ALTER FUNCTION public.email_messages_updated() OWNER TO email_keeper;

--
-- Name: FUNCTION email_messages_updated(); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_messages_updated() IS 'Trigger: folder counters for updated messages';


--
-- Name: email_move_messages(uuid[], uuid); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_move_messages(ids uuid[], target_folder uuid) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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


ALTER FUNCTION public.email_move_messages(ids uuid[], target_folder uuid) OWNER TO email_owner;

--
-- Name: FUNCTION email_move_messages(ids uuid[], target_folder uuid); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_move_messages(ids uuid[], target_folder uuid) IS 'Moves messages to a folder of their account and forgets their UIDs; returns how many were moved: messages of other accounts and those already there are not';


--
-- Name: email_next_tenant(uuid); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_next_tenant(after uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'off'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
BEGIN
    RETURN (
        SELECT n.tenant_id
          FROM ((SELECT t.tenant_id FROM public.email_accounts AS t
                  WHERE after IS NULL OR t.tenant_id > after ORDER BY t.tenant_id LIMIT 1)
                UNION ALL
                (SELECT t.tenant_id FROM public.email_folders AS t
                  WHERE after IS NULL OR t.tenant_id > after ORDER BY t.tenant_id LIMIT 1)
                UNION ALL
                (SELECT t.tenant_id FROM public.email_messages AS t
                  WHERE after IS NULL OR t.tenant_id > after ORDER BY t.tenant_id LIMIT 1)
                UNION ALL
                (SELECT t.tenant_id FROM public.email_message_search AS t
                  WHERE after IS NULL OR t.tenant_id > after ORDER BY t.tenant_id LIMIT 1)
                UNION ALL
                (SELECT t.tenant_id FROM public.email_message_tombstones AS t
                  WHERE after IS NULL OR t.tenant_id > after ORDER BY t.tenant_id LIMIT 1)) AS n
         ORDER BY n.tenant_id LIMIT 1);
END
$$;


ALTER FUNCTION public.email_next_tenant(after uuid) OWNER TO email_owner;

--
-- Name: FUNCTION email_next_tenant(after uuid); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_next_tenant(after uuid) IS 'The tenant that follows in the order of ids, the first one after NULL, of those that have rows; NULL after the last. For a superuser';


--
-- Name: email_now_ms(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_now_ms() RETURNS bigint
    LANGUAGE sql PARALLEL SAFE
    RETURN (floor((date_part('epoch'::text, clock_timestamp()) * (1000)::double precision)))::bigint;


ALTER FUNCTION public.email_now_ms() OWNER TO email_owner;

--
-- Name: FUNCTION email_now_ms(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_now_ms() IS 'Milliseconds since 1970-01-01 00:00 UTC, wall clock';


--
-- Name: email_number_message(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_number_message() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.change_seq := pg_catalog.nextval('public.email_message_change_seq');
    RETURN NEW;
END
$$;


ALTER FUNCTION public.email_number_message() OWNER TO email_owner;

--
-- Name: FUNCTION email_number_message(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_number_message() IS 'Trigger: the next change_seq for a new message';


--
-- Name: email_offboard_audit(uuid, integer); Type: FUNCTION; Schema: public; Owner: email_audit
--

CREATE FUNCTION public.email_offboard_audit(tenant uuid, batch_size integer, OUT deleted bigint, OUT remaining bigint) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS $$
BEGIN
    DELETE FROM public.email_audit_log
     WHERE id IN (SELECT l.id FROM public.email_audit_log AS l WHERE l.tenant_id = tenant LIMIT batch_size);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    SELECT count(*) INTO remaining
      FROM (SELECT FROM public.email_audit_log AS l WHERE l.tenant_id = tenant LIMIT 10000) AS l;
END
$$;


ALTER FUNCTION public.email_offboard_audit(tenant uuid, batch_size integer, OUT deleted bigint, OUT remaining bigint) OWNER TO email_audit;

--
-- Name: FUNCTION email_offboard_audit(tenant uuid, batch_size integer, OUT deleted bigint, OUT remaining bigint); Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON FUNCTION public.email_offboard_audit(tenant uuid, batch_size integer, OUT deleted bigint, OUT remaining bigint) IS 'Part of email_offboard_tenant: erases a batch of the audit rows of a tenant, counts the rest up to 10,000';


--
-- Name: email_offboard_tenant(uuid, integer, boolean); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_offboard_tenant(tenant uuid, batch_size integer DEFAULT 1000, keep_audit boolean DEFAULT false) RETURNS TABLE(table_name text, deleted bigint, remaining bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
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


ALTER FUNCTION public.email_offboard_tenant(tenant uuid, batch_size integer, keep_audit boolean) OWNER TO email_keeper;

--
-- Name: FUNCTION email_offboard_tenant(tenant uuid, batch_size integer, keep_audit boolean); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_offboard_tenant(tenant uuid, batch_size integer, keep_audit boolean) IS 'Erases a batch of a tenant''s rows; done when remaining, counted up to 10,000, is 0 for every table (audit: NULL while it is not its turn, and with keep_audit). The accounts are marked deleted first. deleted is NULL where rows go with others'' deletion';


--
-- Name: email_pooler_lookup(text); Type: FUNCTION; Schema: public; Owner: email_lookup
--

CREATE FUNCTION public.email_pooler_lookup(login text) RETURNS TABLE(role_name name, verifier text)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    SELECT a.rolname, a.rolpassword
      FROM pg_authid AS a
      JOIN pg_roles AS r ON r.rolname = a.rolname
     WHERE a.rolname = login
       AND a.rolname IN ('email_service', 'email_readonly', 'email_worker')
       AND a.rolpassword LIKE 'SCRAM-SHA-256$%'
       AND r.rolcanlogin
       AND NOT (r.rolsuper OR r.rolreplication OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb)
       AND (r.rolvaliduntil IS NULL OR r.rolvaliduntil > now())
$_$;


ALTER FUNCTION public.email_pooler_lookup(login text) OWNER TO email_lookup;

--
-- Name: FUNCTION email_pooler_lookup(login text); Type: COMMENT; Schema: public; Owner: email_lookup
--

COMMENT ON FUNCTION public.email_pooler_lookup(login text) IS 'auth_query of PgBouncer: the SCRAM verifier of an application role; no row for any other role';


--
-- Name: email_purge_audit(bigint, integer); Type: FUNCTION; Schema: public; Owner: email_audit
--

CREATE FUNCTION public.email_purge_audit(older_than_ms bigint DEFAULT '7776000000'::bigint, batch_size integer DEFAULT 10000) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
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


ALTER FUNCTION public.email_purge_audit(older_than_ms bigint, batch_size integer) OWNER TO email_audit;

--
-- Name: FUNCTION email_purge_audit(older_than_ms bigint, batch_size integer); Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON FUNCTION public.email_purge_audit(older_than_ms bigint, batch_size integer) IS 'Erases a batch of audit rows older than an age in ms, 90 days unless said otherwise; returns how many';


--
-- Name: email_purge_deleted(bigint, integer); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_purge_deleted(older_than_ms bigint DEFAULT '2592000000'::bigint, batch_size integer DEFAULT 1000) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
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


ALTER FUNCTION public.email_purge_deleted(older_than_ms bigint, batch_size integer) OWNER TO email_keeper;

--
-- Name: FUNCTION email_purge_deleted(older_than_ms bigint, batch_size integer); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_purge_deleted(older_than_ms bigint, batch_size integer) IS 'Erases a batch of what was marked deleted longer ago than an age in ms, 30 days unless said otherwise, all tenants; 0: nothing is left to erase';


--
-- Name: email_purge_tombstones(bigint, integer); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_purge_tombstones(older_than_ms bigint DEFAULT '7776000000'::bigint, batch_size integer DEFAULT 10000) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET enable_seqscan TO 'off'
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


ALTER FUNCTION public.email_purge_tombstones(older_than_ms bigint, batch_size integer) OWNER TO email_keeper;

--
-- Name: FUNCTION email_purge_tombstones(older_than_ms bigint, batch_size integer); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_purge_tombstones(older_than_ms bigint, batch_size integer) IS 'Erases a batch of the tombstones of one account that are older than an age in ms, 90 days unless said otherwise, and raises its floor; returns how many (1 where another session was faster), 0: nothing is left to erase';


--
-- Name: email_refuse_new_identity(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_refuse_new_identity() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION 'id, tenant_id and account_id of a row in % cannot change', tg_table_name
        USING ERRCODE = 'check_violation',
              HINT = 'Insert a new row under the other tenant or id, and delete this one.';
END
$$;


ALTER FUNCTION public.email_refuse_new_identity() OWNER TO email_owner;

--
-- Name: FUNCTION email_refuse_new_identity(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_refuse_new_identity() IS 'Trigger: refuses another id, tenant_id or account_id, which the audit log and caches identify rows by';


--
-- Name: email_refuse_other_account(); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_refuse_other_account() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION 'a message of another account than app.current_account_id was written'
        USING ERRCODE = 'check_violation',
              HINT = 'Without that setting a transaction may write to every account of the tenant.';
END
$$;


ALTER FUNCTION public.email_refuse_other_account() OWNER TO email_keeper;

--
-- Name: FUNCTION email_refuse_other_account(); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_refuse_other_account() IS 'Raises: the lock of the transaction covers one account, the statement did not keep to it';


--
-- Name: email_release_account(uuid, uuid, boolean, bigint); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_release_account(account_id uuid, claim uuid, succeeded boolean DEFAULT true, retry_ms bigint DEFAULT 60000) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
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


ALTER FUNCTION public.email_release_account(account_id uuid, claim uuid, succeeded boolean, retry_ms bigint) OWNER TO email_keeper;

--
-- Name: FUNCTION email_release_account(account_id uuid, claim uuid, succeeded boolean, retry_ms bigint); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_release_account(account_id uuid, claim uuid, succeeded boolean, retry_ms bigint) IS 'Ends a synchronisation; after a failure the account is due again in retry_ms. false: the lease had ended and another worker has the account';


--
-- Name: email_renew_claim(uuid, uuid, bigint); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_renew_claim(account_id uuid, claim uuid, lease_ms bigint DEFAULT 300000) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    AS $$
BEGIN
    UPDATE public.email_accounts AS a
       SET sync_lease_until = public.email_now_ms() + least(greatest(coalesce(lease_ms, 300000), 1000), 86400000)
     WHERE a.id = account_id AND a.sync_claim = claim;
    RETURN FOUND;
END
$$;


ALTER FUNCTION public.email_renew_claim(account_id uuid, claim uuid, lease_ms bigint) OWNER TO email_keeper;

--
-- Name: FUNCTION email_renew_claim(account_id uuid, claim uuid, lease_ms bigint); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_renew_claim(account_id uuid, claim uuid, lease_ms bigint) IS 'Extends a lease; false: it had ended and another worker has the account';


--
-- Name: email_repair(text); Type: PROCEDURE; Schema: public; Owner: email_owner
--

CREATE PROCEDURE public.email_repair(IN part text)
    LANGUAGE plpgsql
    AS $$
DECLARE
    tenant uuid;
    place  uuid;
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    IF part IS NULL OR part NOT IN ('messages', 'leftovers', 'counters') THEN
        RAISE EXCEPTION 'part is messages, leftovers or counters, not %', coalesce(part, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    LOOP
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        tenant := public.email_next_tenant(tenant);
        EXIT WHEN tenant IS NULL;
        place := NULL;
        LOOP
            PERFORM set_config('app.current_tenant_id', tenant::text, true);
            IF part = 'messages' THEN
                place := public.email_repair_messages(place);
                EXIT WHEN place IS NULL;
            ELSIF part = 'leftovers' THEN
                EXIT WHEN public.email_repair_leftovers() = 0;
            ELSE
                PERFORM public.email_repair_counters();
                EXIT;
            END IF;
            COMMIT;
            PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        END LOOP;
        COMMIT;
    END LOOP;
END
$$;


ALTER PROCEDURE public.email_repair(IN part text) OWNER TO email_owner;

--
-- Name: PROCEDURE email_repair(IN part text); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON PROCEDURE public.email_repair(IN part text) IS 'Repairs the messages, leftovers or counters of all tenants, each batch in a transaction of its own; can be stopped and called again at any time. For a superuser, outside of a transaction';


--
-- Name: email_repair_counters(uuid); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_repair_counters(folder_id uuid DEFAULT NULL::uuid) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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


ALTER FUNCTION public.email_repair_counters(folder_id uuid) OWNER TO email_owner;

--
-- Name: FUNCTION email_repair_counters(folder_id uuid); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_repair_counters(folder_id uuid) IS 'Corrects the counters of one folder or all (of the tenant), returns how many were wrong; readers go on, writers of the tenant wait for the count';


--
-- Name: email_repair_leftovers(integer); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_repair_leftovers(batch_size integer DEFAULT 1000) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'off'
    AS $$
DECLARE
    tenant constant uuid := public.email_require_tenant();
    batch  constant integer := least(greatest(coalesce(batch_size, 1000), 1), 10000);
    rows   bigint;
    others bigint;
BEGIN
    PERFORM public.email_wait_for_writers();
    DELETE FROM public.email_message_search AS s
     WHERE s.message_id IN (SELECT o.message_id FROM public.email_message_search AS o
                             WHERE o.tenant_id = tenant
                               AND NOT EXISTS (SELECT FROM public.email_messages AS m WHERE m.id = o.message_id)
                             LIMIT batch);
    GET DIAGNOSTICS rows = ROW_COUNT;
    DELETE FROM public.email_message_tombstones AS t
     USING (SELECT o.account_id, o.change_seq FROM public.email_message_tombstones AS o
             WHERE o.tenant_id = tenant
               AND NOT EXISTS (SELECT FROM public.email_accounts AS a WHERE a.id = o.account_id AND a.tenant_id = o.tenant_id)
             LIMIT batch) AS o
     WHERE t.account_id = o.account_id AND t.change_seq = o.change_seq;
    GET DIAGNOSTICS others = ROW_COUNT;
    RETURN rows + others;
END
$$;


ALTER FUNCTION public.email_repair_leftovers(batch_size integer) OWNER TO email_owner;

--
-- Name: FUNCTION email_repair_leftovers(batch_size integer); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_repair_leftovers(batch_size integer) IS 'Erases a batch of the tenant''s search rows without a message and tombstones without an account; returns how many, 0: nothing is left. For a superuser';


--
-- Name: email_repair_messages(uuid, integer); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_repair_messages(after uuid DEFAULT NULL::uuid, batch_size integer DEFAULT 500) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'off'
    SET client_min_messages TO 'warning'
    AS $$
DECLARE
    tenant constant uuid := public.email_require_tenant();
    batch  uuid[];
    one    record;
    folder uuid;
BEGIN
    PERFORM public.email_wait_for_writers();
    batch := ARRAY(SELECT m.id FROM public.email_messages AS m
                    WHERE m.tenant_id = tenant AND (after IS NULL OR m.id > after)
                    ORDER BY m.id LIMIT least(greatest(coalesce(batch_size, 500), 1), 10000));

    -- In a folder that is not of their account: there is no other place for them than a folder of their own.
    FOR one IN
        SELECT m.account_id, array_agg(m.id) AS ids
          FROM public.email_messages AS m
          JOIN public.email_accounts AS a ON a.id = m.account_id AND a.tenant_id = m.tenant_id
         WHERE m.id = ANY (batch)
           AND NOT EXISTS (SELECT FROM public.email_folders AS f
                            WHERE f.id = m.folder_id AND f.account_id = m.account_id AND f.tenant_id = m.tenant_id)
         GROUP BY m.account_id
    LOOP
        SELECT f.id INTO folder FROM public.email_folders AS f
         WHERE f.tenant_id = tenant AND f.account_id = one.account_id AND f.name = 'Recovered' AND NOT f.is_deleted LIMIT 1;
        IF NOT FOUND THEN
            INSERT INTO public.email_folders AS f (tenant_id, account_id, name, type)
            VALUES (tenant, one.account_id, 'Recovered', 'custom') RETURNING f.id INTO folder;
        END IF;
        UPDATE public.email_messages AS m SET folder_id = folder, imap_uid = NULL WHERE m.id = ANY (one.ids);
    END LOOP;

    UPDATE public.email_messages AS m
       SET thread_id = t.thread_id, is_read = coalesce(m.is_read, false), is_flagged = coalesce(m.is_flagged, false),
           is_draft = coalesce(m.is_draft, false), received_at = coalesce(m.received_at, m.created_at),
           deleted_at = CASE WHEN m.is_deleted THEN coalesce(m.deleted_at, public.email_now_ms()) END,
           has_attachments = t.has_attachments
      FROM (SELECT w.id,
                   -- The same for every message of the tenant in that thread.
                   CASE WHEN EXISTS (SELECT FROM public.email_messages AS o
                                      WHERE o.thread_id = w.thread_id AND o.tenant_id <> tenant)
                        THEN md5(w.thread_id::text || tenant::text)::uuid ELSE w.thread_id END AS thread_id,
                   w.has_attachments OR EXISTS (SELECT FROM public.email_attachments AS x
                                                 WHERE x.message_id = w.id AND x.tenant_id = tenant AND NOT x.is_deleted)
                       AS has_attachments
              FROM public.email_messages AS w WHERE w.id = ANY (batch) OFFSET 0) AS t
     WHERE m.id = t.id
       AND (m.thread_id IS DISTINCT FROM t.thread_id OR m.has_attachments <> t.has_attachments
            OR m.is_read IS NULL OR m.is_flagged IS NULL OR m.is_draft IS NULL OR m.received_at IS NULL
            OR m.is_deleted <> (m.deleted_at IS NOT NULL));

    -- A client that was told that they are gone is told that they are there.
    WITH untrue AS (
        DELETE FROM public.email_message_tombstones AS t WHERE t.is_gone AND t.message_id = ANY (batch) RETURNING t.message_id)
    UPDATE public.email_messages AS m SET updated_at = m.updated_at FROM untrue AS u WHERE m.id = u.message_id;

    INSERT INTO public.email_message_search AS s (tenant_id, message_id, account_id, received_at, search_vector)
    SELECT d.tenant_id, d.id, d.account_id, d.received_at, d.search_vector
      FROM (SELECT m.tenant_id, m.id, m.account_id, m.received_at,
                   public.email_search_document(
                       coalesce(m.subject_full, m.subject), coalesce(m.from_full, m."from"), m.from_address, m."to", m.cc, m.bcc,
                       m.refs, m.text_body, m.html_body) AS search_vector
              FROM public.email_messages AS m WHERE m.id = ANY (batch) OFFSET 0) AS d
     WHERE NOT EXISTS (SELECT FROM public.email_message_search AS o
                        WHERE o.message_id = d.id AND o.tenant_id = d.tenant_id AND o.account_id = d.account_id
                          AND o.received_at = d.received_at AND o.search_vector = d.search_vector)
        ON CONFLICT (message_id) DO UPDATE
       SET tenant_id = excluded.tenant_id, account_id = excluded.account_id, received_at = excluded.received_at,
           search_vector = excluded.search_vector;
    RETURN batch[array_upper(batch, 1)];
END
$$;


ALTER FUNCTION public.email_repair_messages(after uuid, batch_size integer) OWNER TO email_owner;

--
-- Name: FUNCTION email_repair_messages(after uuid, batch_size integer); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_repair_messages(after uuid, batch_size integer) IS 'Repairs a batch of messages of the tenant, in the order of their ids: folder (Recovered, where theirs is none of their account), thread shared with another tenant, NULL flags, deleted_at, has_attachments, tombstones of what is not gone, search row. Returns the id after which the next batch begins, NULL at the end. For a superuser';


--
-- Name: email_require_tenant(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_require_tenant() RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
$_$;


ALTER FUNCTION public.email_require_tenant() OWNER TO email_owner;

--
-- Name: FUNCTION email_require_tenant(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_require_tenant() IS 'The tenant set for this transaction; raises 42501 (insufficient_privilege) when there is none or it is no uuid';


--
-- Name: email_reset_uidvalidity(uuid, bigint, integer); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_reset_uidvalidity(folder_id uuid, new_uid_validity bigint, batch_size integer DEFAULT 2000) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
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


ALTER FUNCTION public.email_reset_uidvalidity(folder_id uuid, new_uid_validity bigint, batch_size integer) OWNER TO email_owner;

--
-- Name: FUNCTION email_reset_uidvalidity(folder_id uuid, new_uid_validity bigint, batch_size integer); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_reset_uidvalidity(folder_id uuid, new_uid_validity bigint, batch_size integer) IS 'After UIDVALIDITY changed: voids the UIDs of a folder, a batch in each call; returns how many. Call until it returns 0, each call in a transaction of its own; messages are found again by message_id (email_ingest)';


--
-- Name: email_search(text, uuid, uuid, bigint, bigint, text, integer, bigint, double precision, uuid); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search(query text, account_id uuid DEFAULT NULL::uuid, folder_id uuid DEFAULT NULL::uuid, since bigint DEFAULT NULL::bigint, until bigint DEFAULT NULL::bigint, order_by text DEFAULT 'newest'::text, page_size integer DEFAULT 50, after_received_at bigint DEFAULT NULL::bigint, after_rank double precision DEFAULT NULL::double precision, after_id uuid DEFAULT NULL::uuid) RETURNS TABLE(message_id uuid, received_at bigint, rank double precision)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    p record;
BEGIN
    PERFORM public.email_require_tenant();
    IF order_by IS NULL OR order_by NOT IN ('newest', 'rank') THEN
        RAISE EXCEPTION 'order_by is newest or rank, not %', coalesce(order_by, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    p := public.email_search_parse(query);
    IF p.terms = '[]' THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT * FROM public.email_search_page(p.words, p.filter, p.files, account_id, folder_id,
        greatest(since, p.since), least(until, p.until), order_by = 'rank' AND p.words IS NOT NULL, page_size,
        after_received_at, after_rank, after_id);
END
$$;


ALTER FUNCTION public.email_search(query text, account_id uuid, folder_id uuid, since bigint, until bigint, order_by text, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid) OWNER TO email_search;

--
-- Name: FUNCTION email_search(query text, account_id uuid, folder_id uuid, since bigint, until bigint, order_by text, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search(query text, account_id uuid, folder_id uuid, since bigint, until bigint, order_by text, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid) IS 'Ids of messages that match what a person typed: words, "a phrase", -not, OR, prefix*, from: to: cc: bcc: subject: filename: has:attachment is:unread is:read is:flagged is:draft in:folder before: after: larger: smaller:; received from since to before until, newest first or by rank; the next page is what follows the last row given as after_*. At most 500';


--
-- Name: email_search_addresses(jsonb); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_search_addresses(header jsonb) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
DECLARE
    t constant text := left(header::text, 20000);
BEGIN
    -- Nothing but addresses, as documented: no need to look into each.
    IF t ~ '^\["[^]["\\<>(){}:;, ]+@[^]["\\<>(){}:;, @]+"(, "[^]["\\<>(){}:;, ]+@[^]["\\<>(){}:;, @]+")*\]$' THEN
        RETURN string_to_array(lower(translate(t, '[]" ', '') COLLATE "C"), ',');
    END IF;
    RETURN ARRAY(
        SELECT o.address
          FROM jsonb_path_query(header, 'strict $.** ? (@.type() == "string")') AS s (value)
         CROSS JOIN LATERAL public.email_address_of(left(s.value #>> '{}', 2000)) AS o (address)
         WHERE o.address <> '' LIMIT 1000);
END
$_$;


ALTER FUNCTION public.email_search_addresses(header jsonb) OWNER TO email_owner;

--
-- Name: FUNCTION email_search_addresses(header jsonb); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_search_addresses(header jsonb) IS 'Addresses in a header value, ASCII lower case, at most 1,000; never raises';


--
-- Name: email_search_attachments(text, integer, bigint, uuid); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search_attachments(fragment text, page_size integer DEFAULT 50, after_received_at bigint DEFAULT NULL::bigint, after_id uuid DEFAULT NULL::uuid) RETURNS TABLE(attachment_id uuid, message_id uuid, received_at bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_sort TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_bitmapscan TO 'on'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
#variable_conflict use_column
DECLARE
    tenant  constant uuid := public.email_require_tenant();
    page    constant integer := least(greatest(coalesce(page_size, 50), 1), 500);
    pattern constant text := '%' || regexp_replace(left(fragment, 500), '([\\%_])', '\\\1', 'g') || '%';
    -- Before the first page lies nothing.
    upper_time constant bigint := CASE WHEN after_id IS NOT NULL THEN coalesce(after_received_at, 9223372036854775807)
                                       ELSE 9223372036854775807 END;
    upper_id   constant uuid := coalesce(after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    hits    uuid[];
    walked  uuid[];
BEGIN
    IF fragment IS NULL OR fragment = '' THEN
        RETURN;
    END IF;
    IF length(fragment) >= 3 THEN
        SELECT array_agg(h.id) INTO hits
          FROM (SELECT a.id FROM public.email_attachments AS a
                 WHERE a.tenant_id::text = tenant::text AND a.filename ILIKE pattern AND NOT a.is_deleted LIMIT 1001) AS h;
        IF hits IS NULL THEN
            RETURN;
        END IF;
    END IF;
    IF hits IS NULL OR cardinality(hits) > 1000 THEN
        SELECT array_agg(w.id) INTO walked
          FROM (SELECT a.id
                  FROM (SELECT s.message_id, s.received_at FROM public.email_message_search AS s
                         WHERE s.tenant_id = tenant AND s.received_at <= upper_time
                         ORDER BY s.received_at DESC FETCH FIRST 20000 ROWS WITH TIES) AS s
                 CROSS JOIN LATERAL (SELECT FROM public.email_messages AS m
                                      WHERE m.id = s.message_id AND m.has_attachments AND NOT m.is_deleted OFFSET 0) AS m
                 CROSS JOIN LATERAL (SELECT a.id FROM public.email_attachments AS a
                                      WHERE a.message_id = s.message_id AND a.filename ILIKE pattern AND NOT a.is_deleted
                                     OFFSET 0) AS a
                 WHERE (s.received_at, a.id) < (upper_time, upper_id)
                 ORDER BY s.received_at DESC, a.id DESC LIMIT page) AS w;
        IF cardinality(walked) = page THEN
            hits := walked;
        ELSIF hits IS NOT NULL THEN
            SELECT array_agg(a.id) INTO hits FROM public.email_attachments AS a
             WHERE a.tenant_id::text = tenant::text AND a.filename ILIKE pattern AND NOT a.is_deleted;
        ELSE
            SELECT array_agg(a.id) INTO hits FROM public.email_attachments AS a
             WHERE a.tenant_id = tenant AND a.filename ILIKE pattern AND NOT a.is_deleted;
        END IF;
    END IF;
    RETURN QUERY
    SELECT a.id, a.message_id, s.received_at
      FROM unnest(hits) AS h (id)
      JOIN public.email_attachments AS a ON a.id = h.id
      JOIN public.email_message_search AS s ON s.message_id = a.message_id
      JOIN public.email_messages AS m ON m.id = a.message_id AND NOT m.is_deleted
     WHERE (s.received_at, a.id) < (upper_time, upper_id)
     ORDER BY s.received_at DESC, a.id DESC
     LIMIT page;
END
$$;


ALTER FUNCTION public.email_search_attachments(fragment text, page_size integer, after_received_at bigint, after_id uuid) OWNER TO email_search;

--
-- Name: FUNCTION email_search_attachments(fragment text, page_size integer, after_received_at bigint, after_id uuid); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search_attachments(fragment text, page_size integer, after_received_at bigint, after_id uuid) IS 'Ids of attachments with a text anywhere in their file name, those of the newest messages first; after_id is the attachment_id of the last row';


--
-- Name: email_search_bytes(text); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search_bytes(value text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (("substring"(value, '^([0-9]{1,9})[kKmMgG]?[bB]?$'::text))::bigint * CASE lower("substring"(value, '[kKmMgG]'::text)) WHEN 'k'::text THEN 1024 WHEN 'm'::text THEN 1048576 WHEN 'g'::text THEN 1073741824 ELSE 1 END);


ALTER FUNCTION public.email_search_bytes(value text) OWNER TO email_search;

--
-- Name: FUNCTION email_search_bytes(value text); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search_bytes(value text) IS 'Bytes of 2048, 500K, 10M or 1G, in powers of 1,024; NULL for what is no size';


--
-- Name: email_search_character(bigint); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_search_character(code bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (((code >= 1) AND (code <= 55295)) OR ((code >= 57344) AND (code <= 1114111))) THEN chr((code)::integer) ELSE ' '::text END;


ALTER FUNCTION public.email_search_character(code bigint) OWNER TO email_owner;

--
-- Name: FUNCTION email_search_character(code bigint); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_search_character(code bigint) IS 'Character of a code; a space for what is none';


--
-- Name: email_search_cut(text, integer); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_search_cut(value text, bytes integer) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
    t text := value;
BEGIN
    WHILE octet_length(t) > bytes LOOP
        t := left(t, (length(t)::bigint * bytes / octet_length(t))::integer);
    END LOOP;
    RETURN t;
END
$$;


ALTER FUNCTION public.email_search_cut(value text, bytes integer) OWNER TO email_owner;

--
-- Name: FUNCTION email_search_cut(value text, bytes integer); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_search_cut(value text, bytes integer) IS 'Beginning of a text, at most so many bytes of it';


--
-- Name: email_search_day(text); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search_day(value text) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
DECLARE
    p     constant text[] := string_to_array(translate(value, '/.', '--'), '-');
    year  integer;
    month integer;
    day   integer;
BEGIN
    IF value !~ '^[0-9]+([-/.][0-9]+)*$' OR length(value) > 10 OR cardinality(p) > 3 THEN
        RETURN NULL;
    ELSIF length(p[3]) = 4 AND value LIKE '%.%' THEN
        year := p[3];
        month := p[2];
        day := p[1];
    ELSIF length(p[1]) = 4 THEN
        year := p[1];
        month := coalesce(p[2], '1');
        day := coalesce(p[3], '1');
    END IF;
    IF year < 1 OR month NOT BETWEEN 1 AND 12 OR day NOT BETWEEN 1 AND 31 OR year IS NULL
       OR day > 28 AND date_part('day', make_date(year, month, 1) + interval '1 month -1 day') < day THEN
        RETURN NULL;
    END IF;
    RETURN (make_date(year, month, day) - date '1970-01-01')::bigint * 86400000;
END
$_$;


ALTER FUNCTION public.email_search_day(value text) OWNER TO email_search;

--
-- Name: FUNCTION email_search_day(value text); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search_day(value text) IS 'First moment, in UTC, of 2024, 2024-05, 2024-05-17, 2024/5/17 or 17.5.2024, epoch ms; NULL for what is no date';


--
-- Name: email_search_document(text, text, text, jsonb, jsonb, jsonb, text[], text, text); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_search_document(subject text, sender text, sender_address text, "to" jsonb, cc jsonb, bcc jsonb, refs text[], body text, html text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    vector tsvector := setweight(to_tsvector('pg_catalog.simple', coalesce(
                           public.email_search_cut(public.email_search_text(left(subject, 1000)), 20000), '')), 'A');
    others text;
    terms  text := '';
    t      text := public.email_search_text(public.email_search_cut(body, 360000));
BEGIN
    IF html <> '' THEN
        t := concat_ws(' ', t, public.email_search_text(public.email_search_cut(public.email_search_html(html), 360000)));
    END IF;
    IF sender <> '' THEN
        vector := vector || setweight(to_tsvector('pg_catalog.simple',
            public.email_search_cut(public.email_search_text(left(sender, 5000)), 20000)), 'B');
        IF sender_address <> '' THEN
            terms := public.email_search_terms('from:', ARRAY[sender_address]);
        END IF;
    END IF;
    IF "to" <> '[]' THEN
        vector := vector || setweight(to_tsvector('pg_catalog.simple', coalesce(public.email_search_people("to"), '')), 'C');
        terms := terms || public.email_search_terms('to:', public.email_search_addresses("to"));
    END IF;
    IF cc <> '[]' THEN
        others := coalesce(public.email_search_people(cc), '');
        t := concat_ws(' ', others, t);
        terms := concat(terms, public.email_search_terms('cc:', public.email_search_addresses(cc)), E'\x01cc:',
                        array_to_string(tsvector_to_array(to_tsvector('pg_catalog.simple', others)), E'\x01cc:'));
    END IF;
    IF bcc <> '[]' THEN
        others := coalesce(public.email_search_people(bcc), '');
        t := concat_ws(' ', others, t);
        terms := concat(terms, public.email_search_terms('bcc:', public.email_search_addresses(bcc)), E'\x01bcc:',
                        array_to_string(tsvector_to_array(to_tsvector('pg_catalog.simple', others)), E'\x01bcc:'));
    END IF;
    IF refs <> '{}' THEN
        terms := concat(terms, E'\x01ref:', replace(replace(array_to_string(
            refs[greatest(array_lower(refs, 1), array_upper(refs, 1) - 199):], E'\x02'), E'\x01', ''), E'\x02', E'\x01ref:'));
    END IF;
    RETURN vector || to_tsvector('pg_catalog.simple', coalesce(public.email_search_cut(t, 360000), ''))
                  || array_to_tsvector(public.email_search_split(terms));
END
$$;


ALTER FUNCTION public.email_search_document(subject text, sender text, sender_address text, "to" jsonb, cc jsonb, bcc jsonb, refs text[], body text, html text) OWNER TO email_owner;

--
-- Name: FUNCTION email_search_document(subject text, sender text, sender_address text, "to" jsonb, cc jsonb, bcc jsonb, refs text[], body text, html text); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_search_document(subject text, sender text, sender_address text, "to" jsonb, cc jsonb, bcc jsonb, refs text[], body text, html text) IS 'The document of a message, from its headers, text and HTML; never raises';


--
-- Name: email_search_explain(text); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search_explain(query text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RETURN (SELECT p.terms FROM public.email_search_parse(query) AS p);
END
$$;


ALTER FUNCTION public.email_search_explain(query text) OWNER TO email_search;

--
-- Name: FUNCTION email_search_explain(query text); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search_explain(query text) IS 'How email_search reads a query: an array of its parts, each with kind (words, phrase, prefix, or the operator), value, and where they apply not, or (with the part before), prefix, number (epoch ms or bytes)';


--
-- Name: email_search_fold(text); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_search_fold(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
    -- Not by the collation of the argument, which may be C.
    t text COLLATE "default" := lower(regexp_replace(normalize(value COLLATE "default", NFKD), concat(
        '[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640',
        '\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u180b-\u180f\u1ab0-\u1aff',
        '\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff',
        '\U000e0000-\U000e0fff]+'), '', 'g'));
BEGIN
    -- Greek, Cyrillic, Armenian and the letters of Latin that have no parts; as escapes, because pg_dump fails on what its
    -- client's encoding does not have.
    IF lower(E'\u0416') <> E'\u0436' THEN
        IF t ~ '[\u0391-\u03a9]' THEN
            t := translate(t,
                E'\u0391\u0392\u0393\u0394\u0395\u0396\u0397\u0398\u0399\u039a\u039b\u039c\u039d\u039e\u039f\u03a0\u03a1\u03a3'
                '\u03a4\u03a5\u03a6\u03a7\u03a8\u03a9',
                E'\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6\u03b7\u03b8\u03b9\u03ba\u03bb\u03bc\u03bd\u03be\u03bf\u03c0\u03c1\u03c3'
                '\u03c4\u03c5\u03c6\u03c7\u03c8\u03c9');
        END IF;
        IF t ~ '[\u0400-\u042f\u0490-\u04fe]' THEN
            t := translate(t,
                E'\u041e\u0415\u0410\u0418\u041d\u0422\u0421\u0420\u0412\u041b\u041a\u041c\u0414\u041f\u0423\u042f\u042b\u042c'
                '\u0413\u0417\u0411\u0427\u0419\u0425\u0416\u0428\u042e\u0426\u0429\u042d\u0424\u042a\u0401\u0402\u0404\u0405'
                '\u0406\u0407\u0408\u0409\u040a\u040b\u040f\u0490\u0492\u049a\u04a2\u04ae\u04b0\u04ba\u04d8\u04e8',
                E'\u043e\u0435\u0430\u0438\u043d\u0442\u0441\u0440\u0432\u043b\u043a\u043c\u0434\u043f\u0443\u044f\u044b\u044c'
                '\u0433\u0437\u0431\u0447\u0439\u0445\u0436\u0448\u044e\u0446\u0449\u044d\u0444\u044a\u0451\u0452\u0454\u0455'
                '\u0456\u0457\u0458\u0459\u045a\u045b\u045f\u0491\u0493\u049b\u04a3\u04af\u04b1\u04bb\u04d9\u04e9');
        END IF;
        IF t ~ '[\u0531-\u0556\u00c6\u00d8\u00d0\u00de\u0110\u0126\u0141\u0152\u014a\u018f]' THEN
            t := translate(t,
                E'\u0531\u0532\u0533\u0534\u0535\u0536\u0537\u0538\u0539\u053a\u053b\u053c\u053d\u053e\u053f\u0540\u0541\u0542'
                '\u0543\u0544\u0545\u0546\u0547\u0548\u0549\u054a\u054b\u054c\u054d\u054e\u054f\u0550\u0551\u0552\u0553\u0554'
                '\u0555\u0556\u00c6\u00d8\u00d0\u00de\u0110\u0126\u0141\u0152\u014a\u018f',
                E'\u0561\u0562\u0563\u0564\u0565\u0566\u0567\u0568\u0569\u056a\u056b\u056c\u056d\u056e\u056f\u0570\u0571\u0572'
                '\u0573\u0574\u0575\u0576\u0577\u0578\u0579\u057a\u057b\u057c\u057d\u057e\u057f\u0580\u0581\u0582\u0583\u0584'
                '\u0585\u0586\u00e6\u00f8\u00f0\u00fe\u0111\u0127\u0142\u0153\u014b\u0259');
        END IF;
    END IF;
    IF t ~ '[\u00df\u1e9e\u00e6\u0153\u00f8\u0111\u0142\u0131\u03c2\u00f0\u0127]' THEN
        t := replace(replace(replace(translate(t, E'\u1e9e\u00f8\u0111\u0142\u0131\u03c2\u00f0\u0127', E'\u00dfodli\u03c3dh'),
                             E'\u00df', 'ss'), E'\u00e6', 'ae'), E'\u0153', 'oe');
    END IF;
    IF t ~ '[\u0671\u0649\u0629\u06cc\u06a9]' THEN
        t := translate(t, E'\u0671\u0649\u0629\u06cc\u06a9', E'\u0627\u064a\u064a\u0647\u0643');
    END IF;
    -- Korean syllables and voiced kana whole again: they are looked at in pairs.
    RETURN CASE WHEN t ~ '[\u1100-\u11ff\u3099\u309a]' THEN normalize(t, NFC) ELSE t END;
END
$$;


ALTER FUNCTION public.email_search_fold(value text) OWNER TO email_owner;

--
-- Name: FUNCTION email_search_fold(value text); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_search_fold(value text) IS 'Text in one spelling: without case, compatibility forms, marks on letters, and characters that have no width';


--
-- Name: email_search_html(text); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_search_html(html text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
DECLARE
    t text := left(html, 8000000);
    latin1 constant text[] := '{
        nbsp,iexcl,cent,pound,curren,yen,brvbar,sect,uml,copy,ordf,laquo,not,shy,reg,macr,deg,plusmn,sup2,sup3,acute,
        micro,para,middot,cedil,sup1,ordm,raquo,frac14,frac12,frac34,iquest,Agrave,Aacute,Acirc,Atilde,Auml,Aring,
        AElig,Ccedil,Egrave,Eacute,Ecirc,Euml,Igrave,Iacute,Icirc,Iuml,ETH,Ntilde,Ograve,Oacute,Ocirc,Otilde,Ouml,
        times,Oslash,Ugrave,Uacute,Ucirc,Uuml,Yacute,THORN,szlig,agrave,aacute,acirc,atilde,auml,aring,aelig,ccedil,
        egrave,eacute,ecirc,euml,igrave,iacute,icirc,iuml,eth,ntilde,ograve,oacute,ocirc,otilde,ouml,divide,oslash,
        ugrave,uacute,ucirc,uuml,yacute,thorn,yuml}';
BEGIN
    IF t ~* 'data:[-a-z0-9.+/]*[;,]' THEN
        t := regexp_replace(t, 'data:[-a-z0-9.+/]*(?:;[-a-z0-9=.]*)*,[-a-z0-9+/=%_.~]*', '', 'gi');
    END IF;
    IF position('<!--' IN t) > 0 THEN
        t := regexp_replace(t, '<!--.*?(?:-->|$)', ' ', 'g');
    END IF;
    IF t ~* '<(?:style|script)\M' THEN
        t := regexp_replace(t, '<style\M.*?(?:</style|$)', ' <', 'gi');
        t := regexp_replace(t, '<script\M.*?(?:</script|$)', ' <', 'gi');
    END IF;
    -- Some tags change how letters within a word look; all others end it.
    t := regexp_replace(t, '<(?!/?(?:b|i|u|em|strong|font|span|wbr|s)[\s/>])[/!?a-z][^>]*>?', ' ', 'gi');
    IF t ~ '<[/a-zA-Z]' THEN
        t := regexp_replace(t, '</?[a-z][^>]*>?', '', 'gi');
    END IF;
    IF position('&' IN t) = 0 THEN
        RETURN t;
    END IF;
    t := public.email_search_cut(t, 1000000);  -- three times what the document takes: an entity is longer than its character
    RETURN (
        SELECT string_agg(CASE WHEN p.n = 1 OR p.name IS NULL THEN p.piece
                               WHEN p.name = 'shy' THEN p.rest
                               WHEN p.name ~ '^#[0-9]{1,7}$'
                               THEN public.email_search_character(substr(p.name, 2)::bigint) || p.rest
                               WHEN p.name ~* '^#x[0-9a-f]{1,6}$' THEN public.email_search_character(
                                    ('x' || lpad(substr(p.name, 3), 8, '0'))::bit(32)::bigint) || p.rest
                               ELSE coalesce(chr(159 + array_position(latin1, p.name)), ' ') || p.rest END, '' ORDER BY p.n)
          FROM (SELECT s.n, CASE WHEN s.n = 1 THEN s.piece ELSE ' ' || s.piece END AS piece,
                       substring(s.piece, '^(#?[A-Za-z0-9]{2,8});') AS name, substr(s.piece, position(';' IN s.piece) + 1) AS rest
                  FROM string_to_table(t, '&') WITH ORDINALITY AS s (piece, n)) AS p);
END
$_$;


ALTER FUNCTION public.email_search_html(html text) OWNER TO email_owner;

--
-- Name: FUNCTION email_search_html(html text); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_search_html(html text) IS 'Text of an HTML document, without styles, scripts, comments, data: URIs and tags; never raises';


--
-- Name: email_search_page(tsquery, text, text, uuid, uuid, bigint, bigint, boolean, integer, bigint, double precision, uuid); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search_page(words tsquery, filter text, files text, account_id uuid, folder_id uuid, since bigint, until bigint, by_rank boolean, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid) RETURNS TABLE(message_id uuid, received_at bigint, rank double precision)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_sort TO 'off'
    SET enable_bitmapscan TO 'on'
    AS $_$
DECLARE
    tenant constant uuid := public.email_require_tenant();
    page   constant integer := least(greatest(coalesce(page_size, 50), 1), 500);
    -- $1 tenant, $2 words, $3 files, $4 account, $5 folder, $6 since, $7 until, $8 page, $9 to $11 the keyset, $12 to $14 hits
    narrow constant text := concat(
        CASE WHEN account_id IS NOT NULL THEN ' AND s.account_id = $4' END,
        CASE WHEN since IS NOT NULL THEN ' AND s.received_at >= $6' END,
        CASE WHEN until IS NOT NULL THEN ' AND s.received_at < $7' END,
        CASE WHEN NOT by_rank AND after_received_at IS NOT NULL THEN ' AND s.received_at <= $9' END,
        CASE WHEN NOT by_rank AND after_received_at IS NOT NULL AND after_id IS NOT NULL
             THEN ' AND (s.received_at, s.message_id) < ($9, $11)'
             WHEN NOT by_rank AND after_received_at IS NOT NULL THEN ' AND s.received_at < $9' END);
    -- A filter may name s: its received_at is at hand, its document has to be fetched.
    rest   constant text := concat(
        CASE WHEN filter LIKE '%s.search_vector%' THEN ' JOIN public.email_message_search AS s ON s.message_id = c.message_id'
             WHEN filter LIKE '%s.received_at%' THEN ' CROSS JOIN LATERAL (SELECT c.received_at) AS s' END,
        ' JOIN public.email_messages AS m ON m.id = c.message_id WHERE NOT m.is_deleted',
        CASE WHEN folder_id IS NOT NULL THEN ' AND m.folder_id = $5' END, filter,
        CASE WHEN by_rank AND after_rank IS NOT NULL AND after_received_at IS NOT NULL AND after_id IS NOT NULL
             THEN ' AND (c.rank, c.received_at, c.message_id) < ($10, $9, $11)' END,
        CASE WHEN by_rank THEN ' ORDER BY c.rank DESC, c.received_at DESC, c.message_id DESC LIMIT $8'
             ELSE ' ORDER BY c.received_at DESC, c.message_id DESC LIMIT $8' END);
    ranked constant text := concat('s.message_id, s.received_at, ',
        CASE WHEN by_rank THEN 'ts_rank(s.search_vector, $2)' ELSE 'NULL' END, '::double precision AS rank');
    found  constant text := CASE WHEN words IS NOT NULL
        THEN format('SELECT %s FROM public.email_message_search AS s
                      WHERE s.tenant_id::text = $1::text AND s.search_vector @@ $2 %s', ranked, narrow)
        ELSE format('SELECT %s FROM (SELECT DISTINCT a.message_id FROM public.email_attachments AS a
                                      WHERE a.tenant_id::text = $1::text AND a.filename ILIKE $3 AND NOT a.is_deleted) AS a
                       JOIN public.email_message_search AS s ON s.message_id = a.message_id WHERE s.tenant_id = $1 %s',
                    ranked, narrow) END;
    newest constant text := format('SELECT s.* FROM public.email_message_search AS s
                                     WHERE s.tenant_id = $1 %s ORDER BY s.received_at DESC', narrow);
    -- IS TRUE: the same condition in a form that no index serves.
    walked constant text := format('SELECT %s FROM (%s FETCH FIRST %%s ROWS WITH TIES) AS s %s', ranked, newest,
        CASE WHEN words IS NOT NULL THEN 'WHERE (s.search_vector @@ $2) IS TRUE' END);
    gather constant text := 'SELECT array_agg(c.message_id), array_agg(c.received_at), array_agg(c.rank) FROM (%s) AS c';
    picked constant text := concat('SELECT c.* FROM unnest($12, $13, $14) AS c (message_id, received_at, rank)', rest);
    ids    uuid[];
    times  bigint[];
    ranks  double precision[];
    is_all boolean := false;  -- ids are all hits
BEGIN
    IF words IS NULL AND files IS NULL THEN
        RETURN QUERY EXECUTE format('SELECT c.* FROM (SELECT %s FROM public.email_message_search AS s WHERE s.tenant_id = $1 %s
                                                ORDER BY s.received_at DESC, s.message_id DESC) AS c %s', ranked, narrow, rest)
            USING tenant, words, files, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id;
        RETURN;
    END IF;

    IF words IS NOT NULL THEN
        EXECUTE format('SELECT array_agg(c.message_id) FILTER (WHERE c.hit), array_agg(c.received_at) FILTER (WHERE c.hit),
                               array_agg(c.rank) FILTER (WHERE c.hit), %L AND count(*) < 64
                          FROM (SELECT %s, s.search_vector @@ $2 AS hit FROM (%s FETCH FIRST 64 ROWS WITH TIES) AS s) AS c',
                       narrow <> '', ranked, newest)
           INTO ids, times, ranks, is_all
            USING tenant, words, files, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id;
    END IF;
    IF coalesce(cardinality(ids), 0) < 2 AND NOT is_all THEN
        EXECUTE format(gather, found || ' LIMIT 1001') INTO ids, times, ranks
            USING tenant, words, files, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id;
        is_all := coalesce(cardinality(ids), 0) <= 1000;
    END IF;
    IF ids IS NULL THEN
        RETURN;
    ELSIF NOT is_all AND by_rank THEN
        EXECUTE format(gather, format(walked, 20000) || ' LIMIT 2000') INTO ids, times, ranks
            USING tenant, words, files, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id;
        is_all := cardinality(ids) = 2000;
    ELSIF NOT is_all THEN
        EXECUTE format(gather, format('SELECT c.* FROM (%s) AS c %s', format(walked, 20000), rest)) INTO ids, times, ranks
            USING tenant, words, files, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id;
        IF cardinality(ids) = page THEN
            RETURN QUERY SELECT * FROM unnest(ids, times, ranks);  -- still in the order they were gathered in
            RETURN;
        END IF;
    END IF;
    IF NOT is_all THEN
        EXECUTE format(gather, found || ' ORDER BY s.received_at DESC, s.message_id DESC LIMIT 2000') INTO ids, times, ranks
            USING tenant, words, files, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id;
        is_all := by_rank OR coalesce(cardinality(ids), 0) < 2000;
    END IF;
    EXECUTE format(gather, picked) INTO ids, times, ranks
        USING tenant, words, files, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id,
              ids, times, ranks;
    IF is_all OR cardinality(ids) = page THEN
        RETURN QUERY SELECT * FROM unnest(ids, times, ranks);
    ELSE
        RETURN QUERY EXECUTE format('SELECT c.* FROM (%s) AS c %s', found, rest)
            USING tenant, words, files, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id;
    END IF;
END
$_$;


ALTER FUNCTION public.email_search_page(words tsquery, filter text, files text, account_id uuid, folder_id uuid, since bigint, until bigint, by_rank boolean, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid) OWNER TO email_search;

--
-- Name: FUNCTION email_search_page(words tsquery, filter text, files text, account_id uuid, folder_id uuid, since bigint, until bigint, by_rank boolean, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search_page(words tsquery, filter text, files text, account_id uuid, folder_id uuid, since bigint, until bigint, by_rank boolean, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid) IS 'Common part of the search functions; filter is SQL text, so only these functions may call it';


--
-- Name: email_search_paired(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_search_paired() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1050-\u109f\u1780-\u17d3\ua9e0-\ua9ff\uaa60-\uaa7f\u3005-\u3007\u3041-\u30fa\u30fc-\u318e\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff'::text;


ALTER FUNCTION public.email_search_paired() OWNER TO email_owner;

--
-- Name: FUNCTION email_search_paired(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_search_paired() IS 'Characters of scripts that put no space between words, and of Korean, as ranges of a regular expression';


--
-- Name: email_search_parse(text); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search_parse(query text, OUT words tsquery, OUT filter text, OUT files text, OUT since bigint, OUT until bigint, OUT terms jsonb) RETURNS record
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET client_min_messages TO 'warning'
    AS $_$
DECLARE
    -- Up to white space, or with "quotes in it" to the last of them.
    parts     text[] := ARRAY(
                  SELECT m.part[1]
                    FROM regexp_matches(translate(left(query, 2000),
                                            E'\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02\uff1a\u3000\u00a0', '""""""":  '),
                                        '[^\s"]*"[^"]*"?|[^\s"]+', 'g') AS m (part)
                   LIMIT 100);
    part      text;
    kind      text;
    value     text;
    is_not    boolean;
    is_or     boolean := false;
    is_prefix boolean;
    q         tsquery;   -- of this part; or
    c         text;      -- its condition; with
    number    bigint;    -- epoch ms or bytes
    pattern   text;      -- of a file name
    g         integer := 0;
    queries   tsquery[];
    filters   text[];
    kinds     text[];    -- of a group that is one part without NOT
    numbers   bigint[];
    patterns  text[];
    list      jsonb[] := '{}';
BEGIN
    FOR i IN 1..cardinality(parts) LOOP
        part := ltrim(parts[i], '(');
        IF part IN ('OR', 'AND') THEN
            is_or := part = 'OR' AND g > 0;
            CONTINUE;
        END IF;
        is_not := part LIKE '-_%' AND part NOT LIKE '--%';
        part := ltrim(CASE WHEN is_not THEN substr(part, 2) ELSE part END, '(');
        kind := lower(split_part(part, ':', 1));
        IF kind IN ('from', 'to', 'cc', 'bcc', 'subject', 'filename', 'has', 'is', 'in', 'before', 'after', 'larger', 'smaller')
           AND part LIKE '%:%' THEN
            value := substr(part, length(kind) + 2);
            IF value = '' AND i < cardinality(parts) AND kind IN ('from', 'to', 'cc', 'bcc', 'subject') THEN
                parts[i + 1] := parts[i] || parts[i + 1];  -- subject: report
                CONTINUE;
            END IF;
        ELSE
            kind := NULL;
            value := part;
        END IF;
        IF left(value, 1) = '"' THEN
            value := btrim(value, '"');
            is_prefix := false;
            kind := coalesce(kind, 'phrase');
        ELSE
            is_prefix := right(value, 1) IN ('*', ')') AND value ~ '[^*]\*+\)*$';
            value := rtrim(value, '*)');
        END IF;

        q := NULL;
        c := NULL;
        number := NULL;
        CASE kind
            WHEN 'from', 'to', 'cc', 'bcc' THEN
                q := public.email_search_person(kind, value, is_prefix);
            WHEN 'subject' THEN
                q := public.email_search_phrase(value, 'A', is_prefix);
            WHEN 'filename' THEN
                IF value <> '' THEN
                    c := concat('%', regexp_replace(value, '([\\%_])', '\\\1', 'g'), '%');
                    pattern := c;
                    c := format('m.id IN (SELECT a.message_id FROM public.email_attachments AS a'
                                ' WHERE a.tenant_id::text = $1::text AND a.filename ILIKE %L AND NOT a.is_deleted)', c);
                END IF;
            WHEN 'has' THEN
                c := CASE WHEN lower(value) IN ('attachment', 'attachments') THEN 'm.has_attachments' END;
            WHEN 'is' THEN
                c := CASE lower(value) WHEN 'unread' THEN 'NOT m.is_read' WHEN 'read' THEN 'm.is_read'
                     WHEN 'flagged' THEN 'm.is_flagged' WHEN 'starred' THEN 'm.is_flagged' WHEN 'draft' THEN 'm.is_draft' END;
            WHEN 'in' THEN
                c := CASE WHEN value <> '' THEN
                     format('m.folder_id IN (SELECT f.id FROM public.email_folders AS f WHERE f.tenant_id = $1 AND (f.type = %1$L'
                            ' OR public.email_search_text(f.name) = %2$L OR public.email_search_text(f.path) = %2$L))',
                            CASE lower(value) WHEN 'junk' THEN 'spam' ELSE lower(value) END, public.email_search_text(value)) END;
            WHEN 'before' THEN
                number := public.email_search_day(value);
                c := 's.received_at < ' || number;
            WHEN 'after' THEN
                number := public.email_search_day(value);
                c := 's.received_at >= ' || number;
            WHEN 'larger' THEN
                number := public.email_search_bytes(value);
                c := 'm.size_bytes > ' || number;
            WHEN 'smaller' THEN
                number := public.email_search_bytes(value);
                c := 'm.size_bytes < ' || number;
            ELSE
                NULL;
        END CASE;
        IF q IS NULL AND c IS NULL THEN
            IF kind <> 'phrase' THEN
                value := concat(kind, ':', value);
                kind := NULL;
            END IF;
            kind := coalesce(kind, CASE WHEN is_prefix THEN 'prefix' ELSE 'words' END);
            q := public.email_search_phrase(value, '', is_prefix);
            CONTINUE WHEN q IS NULL;
        END IF;

        list := list || jsonb_strip_nulls(jsonb_build_object('kind', kind, 'value', value, 'number', number,
            'prefix', NULLIF(is_prefix AND kind <> 'prefix', false), 'not', NULLIF(is_not, false), 'or', NULLIF(is_or, false)));
        IF is_not THEN
            q := !!q;
            c := concat('(', c, ') IS NOT TRUE');
        END IF;
        IF NOT is_or THEN
            g := g + 1;
            queries[g] := q;
            filters[g] := CASE WHEN q IS NULL THEN c END;
            kinds[g] := CASE WHEN NOT is_not THEN kind END;
            numbers[g] := number;
            patterns[g] := pattern;
        ELSIF filters[g] IS NULL AND q IS NOT NULL THEN
            queries[g] := queries[g] || q;
        ELSE
            filters[g] := concat(coalesce(filters[g], format('s.search_vector @@ %L::tsquery', queries[g])), ' OR ',
                                 CASE WHEN q IS NULL THEN c ELSE format('s.search_vector @@ %L::tsquery', q) END);
            kinds[g] := NULL;
        END IF;
        is_or := false;
    END LOOP;

    FOR i IN 1..g LOOP
        IF filters[i] IS NULL THEN
            words := coalesce(words && queries[i], queries[i]);
        ELSIF kinds[i] = 'before' THEN
            until := least(until, numbers[i]);
        ELSIF kinds[i] = 'after' THEN
            since := greatest(since, numbers[i]);
        ELSE
            filter := concat(filter, ' AND (', filters[i], ')');
            files := CASE kinds[i] WHEN 'filename' THEN patterns[i] ELSE files END;
        END IF;
    END LOOP;
    -- What is only excluded, no index finds.
    IF querytree(words) IN ('', 'T') THEN
        filter := concat(filter, format(' AND s.search_vector @@ %L::tsquery', words));
        words := NULL;
    END IF;
    terms := to_jsonb(list);
END
$_$;


ALTER FUNCTION public.email_search_parse(query text, OUT words tsquery, OUT filter text, OUT files text, OUT since bigint, OUT until bigint, OUT terms jsonb) OWNER TO email_search;

--
-- Name: FUNCTION email_search_parse(query text, OUT words tsquery, OUT filter text, OUT files text, OUT since bigint, OUT until bigint, OUT terms jsonb); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search_parse(query text, OUT words tsquery, OUT filter text, OUT files text, OUT since bigint, OUT until bigint, OUT terms jsonb) IS 'What a person typed: a tsquery; SQL on s, email_message_search, and m, email_messages, with $1 for the tenant; an ILIKE pattern for a file name; epoch ms; and what email_search_explain returns. Never raises';


--
-- Name: email_search_people(jsonb); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_search_people(header jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
DECLARE
    t text := left(header::text, 20000);
BEGIN
    IF t ~ '[\\{]' THEN
        SELECT left(string_agg(s.value #>> '{}', ' '), 20000) INTO t
          FROM jsonb_path_query(header, 'strict $.** ? (@.type() == "string")') AS s (value);
    END IF;
    RETURN public.email_search_cut(public.email_search_text(t), 20000);
END
$_$;


ALTER FUNCTION public.email_search_people(header jsonb) OWNER TO email_owner;

--
-- Name: FUNCTION email_search_people(header jsonb); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_search_people(header jsonb) IS 'Words of a header value, names and addresses; never raises';


--
-- Name: email_search_person(text, text, boolean); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search_person(kind text, value text, is_prefix boolean) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
DECLARE
    t constant text := lower(CASE WHEN octet_length(value) = length(value) THEN value ELSE public.email_search_fold(value) END
                             COLLATE "C");
    term text := CASE WHEN t ~ '^@[^@\s]+$' THEN t WHEN t LIKE '%@%' THEN public.email_address_of(t) END;
    q    tsquery;
BEGIN
    IF term <> '' THEN
        RETURN public.email_search_term(concat(kind, ':', rtrim(term, '.,;')), is_prefix);
    ELSIF kind IN ('from', 'to') THEN
        q := public.email_search_phrase(value, CASE kind WHEN 'from' THEN 'B' ELSE 'C' END, is_prefix);
    ELSE
        q := public.email_search_phrase(value, '', is_prefix);
        q := replace(replace(' ' || q::text, ' ''', concat(' ''', kind, ':')), '<->', '&')::tsquery;
    END IF;
    IF t ~ '^[^\s@]+\.[^\s@.]+$' THEN
        RETURN public.email_search_term(concat(kind, ':@', t), is_prefix) || q;
    END IF;
    RETURN q;
END
$_$;


ALTER FUNCTION public.email_search_person(kind text, value text, is_prefix boolean) OWNER TO email_search;

--
-- Name: FUNCTION email_search_person(kind text, value text, is_prefix boolean); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search_person(kind text, value text, is_prefix boolean) IS 'Query for a value of from:, to:, cc: or bcc:, an address, @domain, a domain or words of the header; NULL when it is none';


--
-- Name: email_search_phrase(text, text, boolean); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search_phrase(value text, weight text, is_prefix boolean) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
DECLARE
    t      text := btrim(public.email_search_text(value));
    paired text;
    prefix boolean := is_prefix;
    q      tsquery;
BEGIN
    IF octet_length(t) <> length(t) THEN
        paired := public.email_search_paired();
        t := regexp_replace(t, concat('^([', paired, ']) \1'), '\1');
        t := regexp_replace(t, concat('([', paired, ']) \1$'), '\1');
        prefix := prefix OR t ~ concat('(^| )[', paired, ']$');
    END IF;
    q := phraseto_tsquery('pg_catalog.simple', t);
    IF numnode(q) = 0 THEN
        RETURN NULL;
    ELSIF weight = '' AND NOT prefix THEN
        RETURN q;
    END IF;
    t := left(q::text, -1);
    IF weight <> '' THEN
        t := replace(t, ''' ', concat(''':', weight, ' '));
    END IF;
    RETURN concat(t, ''':', CASE WHEN prefix THEN '*' END, weight)::tsquery;
END
$_$;


ALTER FUNCTION public.email_search_phrase(value text, weight text, is_prefix boolean) OWNER TO email_search;

--
-- Name: FUNCTION email_search_phrase(value text, weight text, is_prefix boolean); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search_phrase(value text, weight text, is_prefix boolean) IS 'Query for the words of a text, one after the other, in parts of a document with a weight; NULL when there are none';


--
-- Name: email_search_recipients(text, uuid, uuid, bigint, bigint, integer, bigint, uuid); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search_recipients(address text, account_id uuid DEFAULT NULL::uuid, folder_id uuid DEFAULT NULL::uuid, since bigint DEFAULT NULL::bigint, until bigint DEFAULT NULL::bigint, page_size integer DEFAULT 50, after_received_at bigint DEFAULT NULL::bigint, after_id uuid DEFAULT NULL::uuid) RETURNS TABLE(message_id uuid, received_at bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    value constant text := lower(btrim(left(address, 2000)) COLLATE "C");
BEGIN
    PERFORM public.email_require_tenant();
    IF value LIKE '%@%' THEN
        RETURN QUERY SELECT p.message_id, p.received_at FROM public.email_search_page(
            public.email_search_person('to', value, false) || public.email_search_person('cc', value, false)
                || public.email_search_person('bcc', value, false),
            NULL, NULL, account_id, folder_id, since, until, false, page_size, after_received_at, NULL, after_id) AS p;
    END IF;
END
$$;


ALTER FUNCTION public.email_search_recipients(address text, account_id uuid, folder_id uuid, since bigint, until bigint, page_size integer, after_received_at bigint, after_id uuid) OWNER TO email_search;

--
-- Name: FUNCTION email_search_recipients(address text, account_id uuid, folder_id uuid, since bigint, until bigint, page_size integer, after_received_at bigint, after_id uuid); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search_recipients(address text, account_id uuid, folder_id uuid, since bigint, until bigint, page_size integer, after_received_at bigint, after_id uuid) IS 'Ids of messages to, cc or bcc an address or @domain, newest first; paging as in email_search';


--
-- Name: email_search_references(text[]); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search_references(keys text[]) RETURNS TABLE(message_id uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'on'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
DECLARE
    tenant constant uuid := public.email_require_tenant();
    key    text;
    refs   tsquery;
BEGIN
    FOREACH key IN ARRAY (array_remove(keys, NULL))[:1000] LOOP
        refs := coalesce(refs || public.email_search_term('ref:' || key, false), public.email_search_term('ref:' || key, false));
    END LOOP;
    RETURN QUERY
    SELECT s.message_id FROM public.email_message_search AS s
     WHERE s.tenant_id::text = tenant::text AND s.search_vector @@ refs
     LIMIT 1000;
END
$$;


ALTER FUNCTION public.email_search_references(keys text[]) OWNER TO email_search;

--
-- Name: FUNCTION email_search_references(keys text[]); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search_references(keys text[]) IS 'Ids of at most 1,000 messages that refer to one of the keys (email_messages.message_id): children that arrived before their parent';


--
-- Name: email_search_row_changed(); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_search_row_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
    SET client_min_messages TO 'warning'
    AS $$
BEGIN
    UPDATE public.email_message_search
       SET received_at = NEW.received_at,
           search_vector = public.email_search_document(
               coalesce(NEW.subject_full, NEW.subject), coalesce(NEW.from_full, NEW."from"), NEW.from_address, NEW."to", NEW.cc, NEW.bcc, NEW.refs,
               NEW.text_body, NEW.html_body)
     WHERE message_id = NEW.id;
    RETURN NULL;
END
$$;


ALTER FUNCTION public.email_search_row_changed() OWNER TO email_keeper;

--
-- Name: FUNCTION email_search_row_changed(); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_search_row_changed() IS 'Trigger: renews the search row of a message whose content changed';


--
-- Name: email_search_split(text); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_search_split(terms text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
    t text := public.email_search_cut(terms, 120000);
BEGIN
    IF t <> terms THEN  -- no half term
        t := left(t, -position(E'\x01' IN reverse(t)));
    END IF;
    IF octet_length(t) > 2000 THEN
        RETURN ARRAY(SELECT left(s.term, 510) FROM string_to_table(t, E'\x01') AS s (term) WHERE s.term <> '');
    END IF;
    RETURN array_remove(string_to_array(t, E'\x01'), '');
END
$$;


ALTER FUNCTION public.email_search_split(terms text) OWNER TO email_owner;

--
-- Name: FUNCTION email_search_split(terms text); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_search_split(terms text) IS 'Terms as an array, at most 120,000 bytes of them and 510 characters of each';


--
-- Name: email_search_term(text, boolean); Type: FUNCTION; Schema: public; Owner: email_search
--

CREATE FUNCTION public.email_search_term(term text, is_prefix boolean) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (concat('''', replace(replace("left"(term, 510), '\'::text, '\\'::text), ''''::text, ''''''::text), '''', CASE WHEN is_prefix THEN ':*'::text ELSE NULL::text END))::tsquery;


ALTER FUNCTION public.email_search_term(term text, is_prefix boolean) OWNER TO email_search;

--
-- Name: FUNCTION email_search_term(term text, is_prefix boolean); Type: COMMENT; Schema: public; Owner: email_search
--

COMMENT ON FUNCTION public.email_search_term(term text, is_prefix boolean) IS 'Query for a term of documents, such as from:user@example.com';


--
-- Name: email_search_terms(text, text[]); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_search_terms(kind text, addresses text[]) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
    t       text := '';
    address text;
    domain  text;
BEGIN
    FOREACH address IN ARRAY addresses LOOP
        IF octet_length(address) > 320 OR position(E'\x01' IN address) > 0 THEN
            address := left(replace(address, E'\x01', ''), 320);
        END IF;
        IF octet_length(address) <> length(address) THEN
            address := public.email_search_fold(address);
        END IF;
        domain := split_part(address, '@', -1);
        t := concat(t, E'\x01', kind, address, E'\x01', kind, '@', domain);
        FOR parent IN 1..8 LOOP
            EXIT WHEN domain NOT LIKE '%.%.%';
            domain := substr(domain, position('.' IN domain) + 1);
            t := concat(t, E'\x01', kind, '@', domain);
        END LOOP;
    END LOOP;
    RETURN t;
END
$$;


ALTER FUNCTION public.email_search_terms(kind text, addresses text[]) OWNER TO email_owner;

--
-- Name: FUNCTION email_search_terms(kind text, addresses text[]); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_search_terms(kind text, addresses text[]) IS 'Terms of addresses: each with its domain and parent domains, after \x01 and the kind';


--
-- Name: email_search_text(text); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_search_text(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
DECLARE
    t text := lower(value COLLATE "C");
    paired constant text := public.email_search_paired();
BEGIN
    IF octet_length(t) <> length(t) THEN
        -- Punctuation, symbols and emoji: which of them end a word would depend on the locale.
        t := regexp_replace(public.email_search_fold(t), concat(
            '[\u0080-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u02c2-\u02df\u037e\u0387\u055a-\u055f\u0589-\u058f\u05be',
            '\u05c0\u05c3\u05c6\u05f3\u05f4\u0600-\u060f\u061b-\u061f\u066a-\u066d\u06d4\u06dd\u06de\u06e9\u0964\u0965\u0970',
            '\u0e3f\u0e4f\u0e5a\u0e5b\u0f04-\u0f14\u104a-\u104f\u10fb\u1361-\u1368\u1400\u166d\u166e\u1680\u16eb-\u16ed',
            '\u17d4-\u17db\u1800-\u180a\u2000-\u206f\u20a0-\u20cf\u2100-\u214f\u2190-\u2bff\u2e00-\u2fff\u3000-\u3004',
            '\u3008-\u3020\u3030\u303d-\u303f\u30fb\u3200-\u33ff\ua9c1-\ua9cd\ue000-\uf8ff\ufd3e\ufd3f\ufe10-\ufe6f',
            '\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffff\U0001f000-\U0001faff]+'), ' ', 'g');
        IF t ~ concat('[', paired, ']') THEN
            t := regexp_replace(regexp_replace(t, concat('([', paired, ']+)'), ' \1 ', 'g'),
                                concat('([', paired, '])'), '\1 \1', 'g');
        END IF;
    END IF;
    -- Between letters these make PostgreSQL's parser take an address, a URL, a path or a number for one word.
    RETURN replace(replace(replace(replace(replace(replace(replace(replace(
        t, '<', ' '), '&', ' '), '-', ' '), '+', ' '), '.', ' '), '/', ' '), '@', ' '), '~', ' ');
END
$$;


ALTER FUNCTION public.email_search_text(value text) OWNER TO email_owner;

--
-- Name: FUNCTION email_search_text(value text); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_search_text(value text) IS 'Words of a text as documents and queries hold them, one spelling each, apart at punctuation, in pairs of characters where a script has no spaces';


--
-- Name: email_slow_queries(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_slow_queries() RETURNS TABLE(user_name name, calls bigint, mean_exec_time double precision, max_exec_time double precision, total_exec_time double precision, rows bigint, cache_hit_percent numeric, temp_bytes bigint, query text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    place   name;
    minimum integer := coalesce(NULLIF(current_setting('emaildb.long_query_ms', true), '')::integer, 1000);
BEGIN
    SELECT n.nspname INTO place
      FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
     WHERE e.extname = 'pg_stat_statements';
    -- shared_preload_libraries is hidden from ordinary roles; the library's settings are not.
    IF place IS NULL OR NOT EXISTS (SELECT FROM pg_settings WHERE name = 'pg_stat_statements.max') THEN
        RAISE EXCEPTION 'statements are not counted: pg_stat_statements is not %',
            CASE WHEN place IS NULL THEN 'installed in this database' ELSE 'preloaded' END
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Preload it (emaildb tune --profile production, then restart), then as a superuser in this database: CALL emaildb.count_statements();';
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT pg_get_userbyid(s.userid), s.calls, s.mean_exec_time, s.max_exec_time, s.total_exec_time, s.rows,
                round(100.0 * s.shared_blks_hit / NULLIF(s.shared_blks_hit + s.shared_blks_read, 0), 1),
                s.temp_blks_written * current_setting(''block_size'')::bigint,
                s.query
           FROM %I.pg_stat_statements AS s
          WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND s.mean_exec_time >= $1', place) USING minimum;
END
$_$;


ALTER FUNCTION public.email_slow_queries() OWNER TO email_owner;

--
-- Name: FUNCTION email_slow_queries(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_slow_queries() IS 'Rows of the view email_slow_queries; an error with a hint where statements are not counted';


--
-- Name: email_sync_backlog(); Type: FUNCTION; Schema: public; Owner: email_keeper
--

CREATE FUNCTION public.email_sync_backlog(OUT enabled bigint, OUT syncing bigint, OUT due bigint, OUT retrying bigint, OUT abandoned bigint, OUT longest_overdue_ms bigint) RETURNS record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'on'
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


ALTER FUNCTION public.email_sync_backlog(OUT enabled bigint, OUT syncing bigint, OUT due bigint, OUT retrying bigint, OUT abandoned bigint, OUT longest_overdue_ms bigint) OWNER TO email_keeper;

--
-- Name: FUNCTION email_sync_backlog(OUT enabled bigint, OUT syncing bigint, OUT due bigint, OUT retrying bigint, OUT abandoned bigint, OUT longest_overdue_ms bigint); Type: COMMENT; Schema: public; Owner: email_keeper
--

COMMENT ON FUNCTION public.email_sync_backlog(OUT enabled bigint, OUT syncing bigint, OUT due bigint, OUT retrying bigint, OUT abandoned bigint, OUT longest_overdue_ms bigint) IS 'Accounts to synchronise, over all tenants: enabled; of these syncing now, due and waiting for a worker, waiting for the next attempt after a failure, abandoned by a worker that died; and how long the longest waiting one has been due (ms)';


--
-- Name: email_touch_message(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_touch_message() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := GREATEST(OLD.updated_at, public.email_now_ms());
    NEW.change_seq := pg_catalog.nextval('public.email_message_change_seq');
    RETURN NEW;
END
$$;


ALTER FUNCTION public.email_touch_message() OWNER TO email_owner;

--
-- Name: FUNCTION email_touch_message(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_touch_message() IS 'Trigger: email_touch_row, and the next change_seq';


--
-- Name: email_touch_row(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_touch_row() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := GREATEST(OLD.updated_at, public.email_now_ms());
    RETURN NEW;
END
$$;


ALTER FUNCTION public.email_touch_row() OWNER TO email_owner;

--
-- Name: FUNCTION email_touch_row(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_touch_row() IS 'Trigger: sets updated_at to now, never backwards when the clock is';


--
-- Name: email_wait_for_writers(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.email_wait_for_writers() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
$_$;


ALTER FUNCTION public.email_wait_for_writers() OWNER TO email_owner;

--
-- Name: FUNCTION email_wait_for_writers(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.email_wait_for_writers() IS 'Until the end of the transaction, lets the writers of a tenant, or with app.current_account_id of an account, go one after the other; raises 42501 without a tenant';


--
-- Name: pg_table_bloat_status(); Type: FUNCTION; Schema: public; Owner: email_owner
--

CREATE FUNCTION public.pg_table_bloat_status() RETURNS TABLE(schema_name text, table_name text, live_rows bigint, dead_rows bigint, dead_percent numeric, heap_bytes bigint, toast_bytes bigint, index_bytes bigint, total_bytes bigint, estimated_bloat_bytes bigint, hot_update_percent numeric, last_vacuum timestamp with time zone, last_autovacuum timestamp with time zone, last_analyze timestamp with time zone, frozen_xid_age integer)
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT s.schemaname::text,
           s.relname::text,
           s.n_live_tup,
           s.n_dead_tup,
           round(100.0 * s.n_dead_tup / NULLIF(s.n_live_tup + s.n_dead_tup, 0), 1),
           size.heap,
           size.toast,
           size.indexes,
           size.heap + size.toast + size.indexes,
           (size.heap * (s.n_dead_tup::numeric / NULLIF(s.n_live_tup + s.n_dead_tup, 0)))::bigint,
           round(100.0 * s.n_tup_hot_upd / NULLIF(s.n_tup_upd, 0), 1),
           s.last_vacuum,
           s.last_autovacuum,
           greatest(s.last_analyze, s.last_autoanalyze),
           age(c.relfrozenxid)
      FROM pg_stat_user_tables AS s
      JOIN pg_class AS c ON c.oid = s.relid
     CROSS JOIN LATERAL (
        SELECT pg_relation_size(c.oid)                                    AS heap,
               coalesce(pg_total_relation_size(NULLIF(c.reltoastrelid, 0)), 0) AS toast,
               pg_indexes_size(c.oid)                                     AS indexes
        OFFSET 0  -- measure each file once
     ) AS size
     WHERE s.schemaname IN ('public', 'emaildb')
     ORDER BY 10 DESC NULLS LAST, 9 DESC
$$;


ALTER FUNCTION public.pg_table_bloat_status() OWNER TO email_owner;

--
-- Name: FUNCTION pg_table_bloat_status(); Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON FUNCTION public.pg_table_bloat_status() IS 'Rows, sizes and vacuum state of each table. estimated_bloat_bytes is the share of the heap held by dead rows; space already freed for reuse is not counted';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: ledger; Type: TABLE; Schema: emaildb; Owner: postgres
--

CREATE TABLE emaildb.ledger (
    step integer NOT NULL,
    name text NOT NULL,
    hash text NOT NULL,
    chain text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    duration_ms bigint,
    applied_by text DEFAULT (SESSION_USER)::text NOT NULL,
    server_version text NOT NULL,
    tool_version text NOT NULL,
    CONSTRAINT ledger_duration_check CHECK ((duration_ms >= 0)),
    CONSTRAINT ledger_finished_check CHECK (((state = 'done'::text) = (finished_at IS NOT NULL))),
    CONSTRAINT ledger_kind_check CHECK ((kind = ANY (ARRAY['transactional'::text, 'no-transaction'::text]))),
    CONSTRAINT ledger_started_check CHECK (((state = 'done'::text) OR (kind = 'no-transaction'::text))),
    CONSTRAINT ledger_state_check CHECK ((state = ANY (ARRAY['started'::text, 'done'::text]))),
    CONSTRAINT ledger_step_check CHECK ((step > 0))
);


ALTER TABLE emaildb.ledger OWNER TO postgres;

--
-- Name: TABLE ledger; Type: COMMENT; Schema: emaildb; Owner: postgres
--

COMMENT ON TABLE emaildb.ledger IS 'One row per step of sql/, as it was when it was applied';


--
-- Name: COLUMN ledger.hash; Type: COMMENT; Schema: emaildb; Owner: postgres
--

COMMENT ON COLUMN emaildb.ledger.hash IS 'sha256:<hex> of the file after BOM removal and CRLF to LF';


--
-- Name: COLUMN ledger.chain; Type: COMMENT; Schema: emaildb; Owner: postgres
--

COMMENT ON COLUMN emaildb.ledger.chain IS 'sha256 over the previous chain value and this hash: a changed, missing or reordered step shows';


--
-- Name: COLUMN ledger.kind; Type: COMMENT; Schema: emaildb; Owner: postgres
--

COMMENT ON COLUMN emaildb.ledger.kind IS 'transactional, or no-transaction for steps such as CREATE INDEX CONCURRENTLY';


--
-- Name: COLUMN ledger.state; Type: COMMENT; Schema: emaildb; Owner: postgres
--

COMMENT ON COLUMN emaildb.ledger.state IS 'started is possible for no-transaction steps only: such a step was interrupted or is running';


--
-- Name: ledger_event; Type: TABLE; Schema: emaildb; Owner: postgres
--

CREATE TABLE emaildb.ledger_event (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    step integer,
    name text,
    event text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    session_role text DEFAULT (SESSION_USER)::text NOT NULL,
    server_pid integer DEFAULT pg_backend_pid() NOT NULL,
    tool_version text,
    CONSTRAINT ledger_event_event_check CHECK ((event = ANY (ARRAY['started'::text, 'done'::text, 'failed'::text, 'adopted'::text, 'rebuilt'::text])))
);


ALTER TABLE emaildb.ledger_event OWNER TO postgres;

--
-- Name: TABLE ledger_event; Type: COMMENT; Schema: emaildb; Owner: postgres
--

COMMENT ON TABLE emaildb.ledger_event IS 'Append-only history of what the installer did, failures included';


--
-- Name: ledger_event_id_seq; Type: SEQUENCE; Schema: emaildb; Owner: postgres
--

ALTER TABLE emaildb.ledger_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME emaildb.ledger_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: email_accounts; Type: TABLE; Schema: public; Owner: email_owner
--

CREATE TABLE public.email_accounts (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    account_name character varying(255),
    email_address character varying(255),
    protocol character varying(20),
    hostname character varying(255),
    port integer,
    encryption character varying(20),
    username character varying(255),
    credential_id uuid,
    is_sync_enabled boolean DEFAULT true,
    sync_interval integer DEFAULT 300,
    last_sync_at bigint,
    is_syncing boolean DEFAULT false,
    is_enabled boolean DEFAULT true,
    created_at bigint DEFAULT public.email_now_ms() NOT NULL,
    updated_at bigint DEFAULT public.email_now_ms() NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_at bigint,
    sync_claim uuid,
    sync_lease_until bigint,
    changes_floor bigint DEFAULT 0 NOT NULL,
    CONSTRAINT email_accounts_deleted_check CHECK ((is_deleted = (deleted_at IS NOT NULL))),
    CONSTRAINT email_accounts_email_address_check CHECK (((email_address)::text = lower(((email_address)::text COLLATE "C")))),
    CONSTRAINT email_accounts_encryption_check CHECK (((encryption)::text = ANY ((ARRAY['none'::character varying, 'tls'::character varying, 'starttls'::character varying])::text[]))),
    CONSTRAINT email_accounts_port_check CHECK (((port >= 1) AND (port <= 65535))),
    CONSTRAINT email_accounts_protocol_check CHECK (((protocol)::text = ANY ((ARRAY['imap'::character varying, 'pop3'::character varying])::text[]))),
    CONSTRAINT email_accounts_sync_interval_check CHECK ((sync_interval > 0))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.05', autovacuum_vacuum_threshold='200');
ALTER TABLE ONLY public.email_accounts ALTER COLUMN account_name SET STATISTICS 0;
ALTER TABLE ONLY public.email_accounts ALTER COLUMN email_address SET STATISTICS 0;
ALTER TABLE ONLY public.email_accounts ALTER COLUMN hostname SET STATISTICS 0;
ALTER TABLE ONLY public.email_accounts ALTER COLUMN username SET STATISTICS 0;

ALTER TABLE ONLY public.email_accounts FORCE ROW LEVEL SECURITY;


ALTER TABLE public.email_accounts OWNER TO email_owner;

--
-- Name: TABLE email_accounts; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON TABLE public.email_accounts IS 'Mailboxes of users on remote servers, and how to reach them';


--
-- Name: COLUMN email_accounts.email_address; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_accounts.email_address IS 'Unique over all tenants; folded to lower case (ASCII letters) on the way in';


--
-- Name: COLUMN email_accounts.protocol; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_accounts.protocol IS 'imap or pop3';


--
-- Name: COLUMN email_accounts.encryption; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_accounts.encryption IS 'none, tls or starttls';


--
-- Name: COLUMN email_accounts.credential_id; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_accounts.credential_id IS 'Reference to the secret store; the secret itself is not in this database';


--
-- Name: COLUMN email_accounts.sync_interval; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_accounts.sync_interval IS 'Seconds between two synchronisations';


--
-- Name: COLUMN email_accounts.last_sync_at; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_accounts.last_sync_at IS 'End of the last synchronisation, epoch ms; NULL: never';


--
-- Name: COLUMN email_accounts.deleted_at; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_accounts.deleted_at IS 'Epoch ms; set exactly when is_deleted is, by whichever of the two is written';


--
-- Name: COLUMN email_accounts.sync_claim; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_accounts.sync_claim IS 'Who synchronises: given out by email_claim_accounts, asked back by email_release_account';


--
-- Name: COLUMN email_accounts.sync_lease_until; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_accounts.sync_lease_until IS 'Epoch ms: until then no other worker may claim the account; after a failure, the time of the next attempt';


--
-- Name: COLUMN email_accounts.changes_floor; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_accounts.changes_floor IS 'Set by retention: tombstones up to this change_seq are purged, a client whose state is older starts afresh';


--
-- Name: email_attachments; Type: TABLE; Schema: public; Owner: email_owner
--

CREATE TABLE public.email_attachments (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    filename character varying(500),
    mime_type character varying(100),
    size_bytes integer,
    storage_path character varying(1000),
    storage_type character varying(20),
    blob_id uuid,
    content_hash character varying(64),
    created_at bigint DEFAULT public.email_now_ms() NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_at bigint,
    size_bytes_wide bigint,
    CONSTRAINT email_attachments_deleted_check CHECK ((is_deleted = (deleted_at IS NOT NULL))),
    CONSTRAINT email_attachments_size_bytes_check CHECK ((size_bytes >= 0)),
    CONSTRAINT email_attachments_size_bytes_wide_check CHECK (((size_bytes_wide IS NULL) OR ((size_bytes_wide >= 0) AND (size_bytes = LEAST(size_bytes_wide, (2147483647)::bigint))))),
    CONSTRAINT email_attachments_storage_path_check CHECK ((octet_length((storage_path)::text) <= 2600)),
    CONSTRAINT email_attachments_storage_type_check CHECK (((storage_type)::text = ANY ((ARRAY['blob'::character varying, 's3'::character varying, 'local'::character varying])::text[])))
)
WITH (autovacuum_vacuum_scale_factor='0.05', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_insert_scale_factor='0.05', autovacuum_vacuum_insert_threshold='10000', autovacuum_analyze_scale_factor='0.05');
ALTER TABLE ONLY public.email_attachments ALTER COLUMN filename SET STATISTICS 0;
ALTER TABLE ONLY public.email_attachments ALTER COLUMN storage_path SET STATISTICS 0;
ALTER TABLE ONLY public.email_attachments ALTER COLUMN content_hash SET STATISTICS 0;

ALTER TABLE ONLY public.email_attachments FORCE ROW LEVEL SECURITY;


ALTER TABLE public.email_attachments OWNER TO email_owner;

--
-- Name: TABLE email_attachments; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON TABLE public.email_attachments IS 'Attachments of messages; content is kept outside the database';


--
-- Name: COLUMN email_attachments.message_id; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_attachments.message_id IS 'email_messages.id, not the Message-ID header';


--
-- Name: COLUMN email_attachments.size_bytes; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_attachments.size_bytes IS 'Decoded size; 2147483647 stands for that or more, see size_bytes_wide';


--
-- Name: COLUMN email_attachments.storage_path; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_attachments.storage_path IS 'Path or object key within storage_type, at most 2,600 bytes';


--
-- Name: COLUMN email_attachments.storage_type; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_attachments.storage_type IS 'blob, s3 or local';


--
-- Name: COLUMN email_attachments.content_hash; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_attachments.content_hash IS 'SHA-256 of the content, hexadecimal';


--
-- Name: COLUMN email_attachments.deleted_at; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_attachments.deleted_at IS 'Epoch ms; set exactly when is_deleted is, by whichever of the two is written';


--
-- Name: COLUMN email_attachments.size_bytes_wide; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_attachments.size_bytes_wide IS 'Exact decoded size, needed from 2 GiB on; NULL otherwise';


--
-- Name: email_audit_log; Type: TABLE; Schema: public; Owner: email_audit
--

CREATE TABLE public.email_audit_log (
    id bigint NOT NULL,
    tenant_id uuid NOT NULL,
    changed_at bigint DEFAULT public.email_now_ms() NOT NULL,
    txid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    session_role text DEFAULT (SESSION_USER)::text NOT NULL,
    actor_id text DEFAULT "left"(NULLIF(current_setting('app.current_user_id'::text, true), ''::text), 255),
    table_name text NOT NULL,
    operation text NOT NULL,
    record_id uuid NOT NULL,
    changed_columns text[],
    CONSTRAINT email_audit_log_changed_columns_check CHECK (((operation = 'UPDATE'::text) = (changed_columns IS NOT NULL))),
    CONSTRAINT email_audit_log_operation_check CHECK ((operation = ANY (ARRAY['INSERT'::text, 'UPDATE'::text, 'DELETE'::text])))
)
WITH (autovacuum_vacuum_insert_scale_factor='0.02', autovacuum_vacuum_insert_threshold='100000', autovacuum_analyze_scale_factor='0.05');

ALTER TABLE ONLY public.email_audit_log FORCE ROW LEVEL SECURITY;


ALTER TABLE public.email_audit_log OWNER TO email_audit;

--
-- Name: TABLE email_audit_log; Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON TABLE public.email_audit_log IS 'Who changed which row, append-only; column names but no values, so erasing a mail erases its content';


--
-- Name: COLUMN email_audit_log.changed_at; Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON COLUMN public.email_audit_log.changed_at IS 'Epoch ms, wall clock';


--
-- Name: COLUMN email_audit_log.txid; Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON COLUMN public.email_audit_log.txid IS 'Transaction; rows of one transaction belong together';


--
-- Name: COLUMN email_audit_log.session_role; Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON COLUMN public.email_audit_log.session_role IS 'Role that logged in, not the one it acted as';


--
-- Name: COLUMN email_audit_log.actor_id; Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON COLUMN public.email_audit_log.actor_id IS 'Setting app.current_user_id, as the application set it; text, because a malformed value must not stop a write';


--
-- Name: COLUMN email_audit_log.changed_columns; Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON COLUMN public.email_audit_log.changed_columns IS 'UPDATE only: names of the columns that changed, without derived ones and machine bookkeeping';


--
-- Name: email_audit_log_id_seq; Type: SEQUENCE; Schema: public; Owner: email_audit
--

ALTER TABLE public.email_audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.email_audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: email_folders; Type: TABLE; Schema: public; Owner: email_owner
--

CREATE TABLE public.email_folders (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    account_id uuid NOT NULL,
    name character varying(255),
    type character varying(20),
    unread_count integer DEFAULT 0,
    total_count integer DEFAULT 0,
    sync_token text,
    is_selectable boolean DEFAULT true,
    created_at bigint DEFAULT public.email_now_ms() NOT NULL,
    updated_at bigint DEFAULT public.email_now_ms() NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_at bigint,
    path text,
    uid_validity bigint,
    uid_next bigint,
    highest_modseq bigint,
    CONSTRAINT email_folders_deleted_check CHECK ((is_deleted = (deleted_at IS NOT NULL))),
    CONSTRAINT email_folders_highest_modseq_check CHECK ((highest_modseq >= 0)),
    CONSTRAINT email_folders_type_check CHECK (((type)::text = ANY ((ARRAY['inbox'::character varying, 'sent'::character varying, 'drafts'::character varying, 'trash'::character varying, 'spam'::character varying, 'archive'::character varying, 'custom'::character varying])::text[]))),
    CONSTRAINT email_folders_uid_next_check CHECK (((uid_next >= 1) AND (uid_next <= '4294967296'::bigint))),
    CONSTRAINT email_folders_uid_validity_check CHECK (((uid_validity >= 1) AND (uid_validity <= '4294967295'::bigint)))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.05', autovacuum_vacuum_threshold='200', autovacuum_analyze_scale_factor='0.1');
ALTER TABLE ONLY public.email_folders ALTER COLUMN name SET STATISTICS 0;
ALTER TABLE ONLY public.email_folders ALTER COLUMN sync_token SET STATISTICS 0;
ALTER TABLE ONLY public.email_folders ALTER COLUMN path SET STATISTICS 0;

ALTER TABLE ONLY public.email_folders FORCE ROW LEVEL SECURITY;


ALTER TABLE public.email_folders OWNER TO email_owner;

--
-- Name: TABLE email_folders; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON TABLE public.email_folders IS 'Folders (IMAP mailboxes) of an account';


--
-- Name: COLUMN email_folders.name; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_folders.name IS 'Name to show; the last part of path';


--
-- Name: COLUMN email_folders.type; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_folders.type IS 'Special use (RFC 6154): inbox, sent, drafts, trash, spam, archive, or custom';


--
-- Name: COLUMN email_folders.unread_count; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_folders.unread_count IS 'Messages neither read nor deleted; kept by triggers, whatever is written';


--
-- Name: COLUMN email_folders.total_count; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_folders.total_count IS 'Messages not deleted; kept by triggers, whatever is written';


--
-- Name: COLUMN email_folders.sync_token; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_folders.sync_token IS 'Opaque state of the last synchronisation';


--
-- Name: COLUMN email_folders.deleted_at; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_folders.deleted_at IS 'Epoch ms; set exactly when is_deleted is, by whichever of the two is written';


--
-- Name: COLUMN email_folders.path; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_folders.path IS 'Full name on the server, hierarchy included, unique in the account while not deleted';


--
-- Name: COLUMN email_folders.uid_validity; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_folders.uid_validity IS 'IMAP UIDVALIDITY: when it changes, every imap_uid of the folder is void';


--
-- Name: COLUMN email_folders.uid_next; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_folders.uid_next IS 'IMAP UIDNEXT';


--
-- Name: COLUMN email_folders.highest_modseq; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_folders.highest_modseq IS 'IMAP HIGHESTMODSEQ (CONDSTORE)';


--
-- Name: email_messages; Type: TABLE; Schema: public; Owner: email_owner
--

CREATE TABLE public.email_messages (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    tenant_id uuid NOT NULL,
    account_id uuid NOT NULL,
    folder_id uuid NOT NULL,
    message_id character varying(500) NOT NULL,
    imap_uid character varying(100),
    in_reply_to character varying(500),
    "from" character varying(500),
    "to" jsonb,
    cc jsonb,
    bcc jsonb,
    reply_to character varying(255),
    subject character varying(500),
    text_body text,
    html_body text,
    is_read boolean DEFAULT false,
    is_flagged boolean DEFAULT false,
    is_draft boolean DEFAULT false,
    thread_id uuid,
    sent_at bigint,
    received_at bigint,
    created_at bigint DEFAULT public.email_now_ms() NOT NULL,
    updated_at bigint DEFAULT public.email_now_ms() NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_at bigint,
    has_attachments boolean DEFAULT false NOT NULL,
    change_seq bigint NOT NULL,
    message_id_full text,
    subject_full text,
    raw_headers text,
    size_bytes bigint,
    refs character varying(500)[],
    imap_uid_num bigint GENERATED ALWAYS AS (
CASE
    WHEN (((imap_uid)::text ~ '^[1-9][0-9]{0,9}$'::text) AND (length((imap_uid)::text) <= 10)) THEN
    CASE
        WHEN ((imap_uid)::bigint <= '4294967295'::bigint) THEN (imap_uid)::bigint
        ELSE NULL::bigint
    END
    ELSE NULL::bigint
END) STORED,
    from_address text GENERATED ALWAYS AS (public.email_address_of(COALESCE(from_full, ("from")::text))) STORED COLLATE pg_catalog."C",
    from_full text,
    reply_to_full text,
    raw_sha256 bytea,
    CONSTRAINT email_messages_deleted_check CHECK ((is_deleted = (deleted_at IS NOT NULL))),
    CONSTRAINT email_messages_raw_sha256_check CHECK ((octet_length(raw_sha256) = 32)),
    CONSTRAINT email_messages_size_bytes_check CHECK ((size_bytes >= 0))
)
WITH (fillfactor='90', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_insert_scale_factor='0.02', autovacuum_vacuum_insert_threshold='10000', autovacuum_analyze_scale_factor='0.02', autovacuum_analyze_threshold='1000', toast.autovacuum_vacuum_scale_factor='0.05');
ALTER TABLE ONLY public.email_messages ALTER COLUMN message_id SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN in_reply_to SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN "from" SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN "to" SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN "to" SET COMPRESSION lz4;
ALTER TABLE ONLY public.email_messages ALTER COLUMN cc SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN cc SET COMPRESSION lz4;
ALTER TABLE ONLY public.email_messages ALTER COLUMN bcc SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN bcc SET COMPRESSION lz4;
ALTER TABLE ONLY public.email_messages ALTER COLUMN reply_to SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN subject SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN text_body SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN text_body SET COMPRESSION lz4;
ALTER TABLE ONLY public.email_messages ALTER COLUMN html_body SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN html_body SET COMPRESSION lz4;
ALTER TABLE ONLY public.email_messages ALTER COLUMN message_id_full SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN message_id_full SET COMPRESSION lz4;
ALTER TABLE ONLY public.email_messages ALTER COLUMN subject_full SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN subject_full SET COMPRESSION lz4;
ALTER TABLE ONLY public.email_messages ALTER COLUMN raw_headers SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN raw_headers SET COMPRESSION lz4;
ALTER TABLE ONLY public.email_messages ALTER COLUMN refs SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN refs SET COMPRESSION lz4;
ALTER TABLE ONLY public.email_messages ALTER COLUMN from_address SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN from_full SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN from_full SET COMPRESSION lz4;
ALTER TABLE ONLY public.email_messages ALTER COLUMN reply_to_full SET STATISTICS 0;
ALTER TABLE ONLY public.email_messages ALTER COLUMN reply_to_full SET COMPRESSION lz4;
ALTER TABLE ONLY public.email_messages ALTER COLUMN raw_sha256 SET STATISTICS 0;

ALTER TABLE ONLY public.email_messages FORCE ROW LEVEL SECURITY;


ALTER TABLE public.email_messages OWNER TO email_owner;

--
-- Name: TABLE email_messages; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON TABLE public.email_messages IS 'Messages: one row per message and folder it is in; a move changes folder_id';


--
-- Name: COLUMN email_messages.message_id; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.message_id IS 'Key made of the Message-ID header, unique in the account: its value, or sha256:<hex> of one over 500 characters, or of the raw mail when it has none; copy:<uuid> or variant:<uuid> when another message has that key';


--
-- Name: COLUMN email_messages.imap_uid; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.imap_uid IS 'UID in the folder as the server wrote it; NULL after UIDVALIDITY changed';


--
-- Name: COLUMN email_messages.in_reply_to; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.in_reply_to IS 'Key of the parent, made as message_id is';


--
-- Name: COLUMN email_messages."from"; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages."from" IS 'From header, first 500 characters; reserved word, always quoted';


--
-- Name: COLUMN email_messages."to"; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages."to" IS 'Array of addresses, ["user@example.com"]; reserved word, always quoted';


--
-- Name: COLUMN email_messages.cc; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.cc IS 'Array of addresses';


--
-- Name: COLUMN email_messages.bcc; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.bcc IS 'Array of addresses';


--
-- Name: COLUMN email_messages.subject; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.subject IS 'Subject header, first 500 characters';


--
-- Name: COLUMN email_messages.thread_id; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.thread_id IS 'Conversation; given by the application, refers to no table';


--
-- Name: COLUMN email_messages.sent_at; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.sent_at IS 'Date header, epoch ms; NULL when missing or unreadable';


--
-- Name: COLUMN email_messages.received_at; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.received_at IS 'Arrival (IMAP INTERNALDATE), epoch ms';


--
-- Name: COLUMN email_messages.deleted_at; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.deleted_at IS 'Epoch ms; set exactly when is_deleted is, by whichever of the two is written';


--
-- Name: COLUMN email_messages.has_attachments; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.has_attachments IS 'Kept by triggers on email_attachments; may be set before they are stored';


--
-- Name: COLUMN email_messages.change_seq; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.change_seq IS 'Set by triggers; grows with every change of the row; within an account in the order of commits, see email_changes';


--
-- Name: COLUMN email_messages.message_id_full; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.message_id_full IS 'Message-ID header when it differs from message_id; of a copy without one, the key of its original';


--
-- Name: COLUMN email_messages.subject_full; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.subject_full IS 'Subject header when it is longer than subject';


--
-- Name: COLUMN email_messages.raw_headers; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.raw_headers IS 'Header section as it was received, without the characters PostgreSQL cannot hold (NUL)';


--
-- Name: COLUMN email_messages.size_bytes; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.size_bytes IS 'Size of the whole message, RFC822.SIZE';


--
-- Name: COLUMN email_messages.refs; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.refs IS 'References header, one key each, made as message_id is';


--
-- Name: COLUMN email_messages.imap_uid_num; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.imap_uid_num IS 'imap_uid as a number, NULL when it is none';


--
-- Name: COLUMN email_messages.from_address; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.from_address IS 'Address of the first mailbox in the From header, ASCII lower case; the whole field when it has none';


--
-- Name: COLUMN email_messages.from_full; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.from_full IS 'From header when it is longer than "from"';


--
-- Name: COLUMN email_messages.reply_to_full; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.reply_to_full IS 'Reply-To header when it is longer than reply_to';


--
-- Name: COLUMN email_messages.raw_sha256; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_messages.raw_sha256 IS 'SHA-256 of the mail as it was received, when the application gave it';


--
-- Name: email_message_change_seq; Type: SEQUENCE; Schema: public; Owner: email_owner
--

CREATE SEQUENCE public.email_message_change_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.email_message_change_seq OWNER TO email_owner;

--
-- Name: email_message_change_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: email_owner
--

ALTER SEQUENCE public.email_message_change_seq OWNED BY public.email_messages.change_seq;


--
-- Name: SEQUENCE email_message_change_seq; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON SEQUENCE public.email_message_change_seq IS 'Source of email_messages.change_seq';


--
-- Name: email_message_search; Type: TABLE; Schema: public; Owner: email_owner
--

CREATE TABLE public.email_message_search (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    account_id uuid NOT NULL,
    received_at bigint NOT NULL,
    search_vector tsvector NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.05', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_insert_scale_factor='0.02', autovacuum_vacuum_insert_threshold='10000', autovacuum_analyze_scale_factor='0.05');
ALTER TABLE ONLY public.email_message_search ALTER COLUMN search_vector SET STATISTICS 0;
ALTER TABLE ONLY public.email_message_search ALTER COLUMN search_vector SET COMPRESSION lz4;

ALTER TABLE ONLY public.email_message_search FORCE ROW LEVEL SECURITY;


ALTER TABLE public.email_message_search OWNER TO email_owner;

--
-- Name: TABLE email_message_search; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON TABLE public.email_message_search IS 'What the search functions read, one row per message; written by triggers only';


--
-- Name: COLUMN email_message_search.message_id; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_message_search.message_id IS 'email_messages.id';


--
-- Name: COLUMN email_message_search.search_vector; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_message_search.search_vector IS 'Words of subject (weight A), names and addresses (B), text and HTML (D), and terms such as from:user@example.com';


--
-- Name: email_message_tombstones; Type: TABLE; Schema: public; Owner: email_owner
--

CREATE TABLE public.email_message_tombstones (
    tenant_id uuid NOT NULL,
    account_id uuid NOT NULL,
    folder_id uuid NOT NULL,
    message_id uuid NOT NULL,
    imap_uid bigint,
    is_gone boolean NOT NULL,
    change_seq bigint DEFAULT nextval('public.email_message_change_seq'::regclass) NOT NULL,
    recorded_at bigint DEFAULT public.email_now_ms() NOT NULL
);

ALTER TABLE ONLY public.email_message_tombstones FORCE ROW LEVEL SECURITY;


ALTER TABLE public.email_message_tombstones OWNER TO email_owner;

--
-- Name: TABLE email_message_tombstones; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON TABLE public.email_message_tombstones IS 'What left a folder: messages erased, and messages moved on; for QRESYNC VANISHED and JMAP destroyed, until purged';


--
-- Name: COLUMN email_message_tombstones.message_id; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_message_tombstones.message_id IS 'email_messages.id';


--
-- Name: COLUMN email_message_tombstones.imap_uid; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_message_tombstones.imap_uid IS 'UID it had in folder_id';


--
-- Name: COLUMN email_message_tombstones.is_gone; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_message_tombstones.is_gone IS 'true: the row is erased; false: the message is in another folder now';


--
-- Name: COLUMN email_message_tombstones.change_seq; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_message_tombstones.change_seq IS 'From the sequence of email_messages.change_seq: no two changes share a number';


--
-- Name: COLUMN email_message_tombstones.recorded_at; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON COLUMN public.email_message_tombstones.recorded_at IS 'Epoch ms';


--
-- Name: email_slow_queries; Type: VIEW; Schema: public; Owner: email_owner
--

CREATE VIEW public.email_slow_queries WITH (security_invoker='true') AS
 SELECT email_slow_queries.user_name,
    email_slow_queries.calls,
    email_slow_queries.mean_exec_time,
    email_slow_queries.max_exec_time,
    email_slow_queries.total_exec_time,
    email_slow_queries.rows,
    email_slow_queries.cache_hit_percent,
    email_slow_queries.temp_bytes,
    email_slow_queries.query
   FROM public.email_slow_queries() email_slow_queries(user_name, calls, mean_exec_time, max_exec_time, total_exec_time, rows, cache_hit_percent, temp_bytes, query)
  ORDER BY email_slow_queries.mean_exec_time DESC;


ALTER TABLE public.email_slow_queries OWNER TO email_owner;

--
-- Name: VIEW email_slow_queries; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON VIEW public.email_slow_queries IS 'Statements of this database that take one second (or setting emaildb.long_query_ms) or longer on average, slowest first, by pg_stat_statements; times in ms, literals replaced by $n';


--
-- Name: pg_connection_stats; Type: VIEW; Schema: public; Owner: email_owner
--

CREATE VIEW public.pg_connection_stats WITH (security_invoker='true') AS
 SELECT a.datname AS database_name,
    a.usename AS user_name,
    count(*) AS connections,
    count(*) FILTER (WHERE (a.state = 'active'::text)) AS active,
    count(*) FILTER (WHERE (a.state = 'idle'::text)) AS idle,
    count(*) FILTER (WHERE (a.state ~~ 'idle in transaction%'::text)) AS idle_in_transaction,
    count(*) FILTER (WHERE ((a.state = 'active'::text) AND (a.wait_event_type = 'Lock'::text))) AS waiting_for_lock,
    (((1000)::numeric * EXTRACT(epoch FROM (clock_timestamp() - min(a.backend_start)))))::bigint AS oldest_connection_ms,
    (((1000)::numeric * EXTRACT(epoch FROM (clock_timestamp() - min(a.xact_start)))))::bigint AS oldest_transaction_ms,
    (((1000)::numeric * EXTRACT(epoch FROM (clock_timestamp() - min(a.state_change) FILTER (WHERE (a.state ~~ 'idle in transaction%'::text))))))::bigint AS longest_idle_in_transaction_ms,
    s.max_connections,
    (s.max_connections - s.reserved) AS usable_connections,
    round(((100.0 * (count(*))::numeric) / (s.max_connections)::numeric), 1) AS percent_of_max
   FROM (pg_stat_activity a
     CROSS JOIN ( SELECT max((pg_settings.setting)::integer) FILTER (WHERE (pg_settings.name = 'max_connections'::text)) AS max_connections,
            sum((pg_settings.setting)::integer) FILTER (WHERE (pg_settings.name <> 'max_connections'::text)) AS reserved
           FROM pg_settings
          WHERE (pg_settings.name = ANY (ARRAY['max_connections'::text, 'superuser_reserved_connections'::text, 'reserved_connections'::text]))) s)
  WHERE (a.backend_type = 'client backend'::text)
  GROUP BY a.datname, a.usename, s.max_connections, s.reserved
  ORDER BY (count(*)) DESC, a.datname, a.usename;


ALTER TABLE public.pg_connection_stats OWNER TO email_owner;

--
-- Name: VIEW pg_connection_stats; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON VIEW public.pg_connection_stats IS 'Client connections by database and user: states, ages (ms), share of max_connections. States are NULL for roles with track_activities off';


--
-- Name: pg_long_queries; Type: VIEW; Schema: public; Owner: email_owner
--

CREATE VIEW public.pg_long_queries WITH (security_invoker='true') AS
 SELECT a.pid,
    a.datname AS database_name,
    a.usename AS user_name,
    a.application_name,
    a.client_addr,
    a.state,
    (((1000)::numeric * EXTRACT(epoch FROM (clock_timestamp() -
        CASE
            WHEN (a.state = 'active'::text) THEN a.query_start
            ELSE a.xact_start
        END))))::bigint AS duration_ms,
    (((1000)::numeric * EXTRACT(epoch FROM (clock_timestamp() - a.xact_start))))::bigint AS transaction_ms,
    a.wait_event_type,
    a.wait_event,
    pg_blocking_pids(a.pid) AS blocked_by,
    a.query
   FROM pg_stat_activity a
  WHERE ((a.backend_type = 'client backend'::text) AND (a.pid <> pg_backend_pid()) AND (a.xact_start IS NOT NULL) AND ((clock_timestamp() -
        CASE
            WHEN (a.state = 'active'::text) THEN a.query_start
            ELSE a.xact_start
        END) >= ((COALESCE((NULLIF(current_setting('emaildb.long_query_ms'::text, true), ''::text))::integer, 1000))::double precision * '00:00:00.001'::interval)))
  ORDER BY ((((1000)::numeric * EXTRACT(epoch FROM (clock_timestamp() -
        CASE
            WHEN (a.state = 'active'::text) THEN a.query_start
            ELSE a.xact_start
        END))))::bigint) DESC;


ALTER TABLE public.pg_long_queries OWNER TO email_owner;

--
-- Name: VIEW pg_long_queries; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON VIEW public.pg_long_queries IS 'Queries running, and transactions idle, for at least one second (or setting emaildb.long_query_ms), longest first, with who blocks them';


--
-- Name: email_messages change_seq; Type: DEFAULT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_messages ALTER COLUMN change_seq SET DEFAULT nextval('public.email_message_change_seq'::regclass);


--
-- Data for Name: ledger; Type: TABLE DATA; Schema: emaildb; Owner: postgres
--

COPY emaildb.ledger (step, name, hash, chain, kind, state, started_at, finished_at, duration_ms, applied_by, server_version, tool_version) FROM stdin;
1	0001_ledger	sha256:5dad22f0806ed9ab5ca4b7ec9ac1166b17d442d6e29dd84e3708fd0c4cdf5757	sha256:61f3f72d581a1813424d708fd88999c2abf835f08f46ec3258c5eaf20fa6ae4b	transactional	done	2026-11-27 19:14:43.67432+00	2026-11-27 19:14:43.68332+00	9	postgres	15.19	0.2.0
2	0002_extensions	sha256:e2cee0f065b306d74d6ef1aa7d847c4a73ce92001777353792105c787b1bbbd9	sha256:426b5b1c1b938756ce2f6e972a814a7e7ce09d507384e54289da3fa115107cc4	transactional	done	2026-11-27 19:14:43.685156+00	2026-11-27 19:14:43.707156+00	22	postgres	15.19	0.2.0
3	0003_roles	sha256:cddf309d784baf1693c73f7cbb4deaa2d72b54559fb3dd78c1bd956277e35b46	sha256:a8758ff607e1a8737b87733bafa19963c5f6bd9d2541a6c39ac96b7616c63792	transactional	done	2026-11-27 19:14:43.708233+00	2026-11-27 19:14:43.710233+00	2	postgres	15.19	0.2.0
4	0004_functions	sha256:72303094cf426dc524d27a9d7bc8f3e2544fc0954771c10746bd4dab89e6966e	sha256:6dc2a1633685fa6cb43705ded8c4989676ff5b6f89dbad828e5fe084e1205963	transactional	done	2026-11-27 19:14:43.712055+00	2026-11-27 19:14:43.713055+00	1	postgres	15.19	0.2.0
5	0005_accounts_and_folders	sha256:4137a2aa558062cdf7cd2eb0de7a77409488e1b3c12940171188cb944aac4dbb	sha256:5784c86b80eea0806e89755a8037c3dd235d027c505c17ebaabcf85953f94063	transactional	done	2026-11-27 19:14:43.714315+00	2026-11-27 19:14:43.725316+00	11	postgres	15.19	0.2.0
6	0006_messages	sha256:d70e759259295a36170c51e70a5d43763deb96d5567739e8857731654d285ef7	sha256:21cac507245de17a718f7c0f8e16bb315a7e6de0257402af131bb06f32b923e7	transactional	done	2026-11-27 19:14:43.726681+00	2026-11-27 19:14:43.732681+00	6	postgres	15.19	0.2.0
7	0007_attachments	sha256:422bd144622daf62d0fb7d6f5bd5944a3a10a62da3de68db0fb9e03d9fd6a20b	sha256:2722c40080866101c27c8df50405da1ae6a7ba8fbd2c9e66547c13e8ac033a8f	transactional	done	2026-11-27 19:14:43.734102+00	2026-11-27 19:14:43.738102+00	4	postgres	15.19	0.2.0
8	0008_row_changes	sha256:a50578f7ef9fa63a64737f302d2ac1bb4a7d3881043f49964b030073a10f76d2	sha256:a11084bc50c4d487f6cb63ef48f7ce15bd16a1f81abc69bacd929a536805ce57	transactional	done	2026-11-27 19:14:43.739359+00	2026-11-27 19:14:43.741359+00	2	postgres	15.19	0.2.0
9	0009_message_search	sha256:3619d4ee9809d7e2201b0f39ff138b6c734f3e88cd9e8b7e084eb87125e8536b	sha256:5acda52812b2ecb46b5b1f415600c089531504c872cbdb7c6370dd8ebd03cdbe	transactional	done	2026-11-27 19:14:43.742782+00	2026-11-27 19:14:43.753782+00	11	postgres	15.19	0.2.0
10	0010_writers	sha256:8ea453d93c15f4067f400ad7bb2c8287c18c4baacae79077c2b68bf772674210	sha256:474ff5faa914914598892fa2f99cb1b6e69f6c28e82410e69e2c10c4a3d48020	transactional	done	2026-11-27 19:14:43.755842+00	2026-11-27 19:14:43.763843+00	8	postgres	15.19	0.2.0
11	0011_audit	sha256:aba3a02a03a51b801925aa63388ea80afa636c03270a9e350d2d023c8c3e1550	sha256:8b4cc6796eee5285c0bfb9caeb752d14523a3a989e78d6f2a20a3e21ed899a0b	transactional	done	2026-11-27 19:14:43.765753+00	2026-11-27 19:14:43.777753+00	12	postgres	15.19	0.2.0
12	0012_row_security	sha256:dc1975dc6ccd258ffb7bddad51f810807e2921054db60895447c23923233f43d	sha256:5785a2389076c6d1307330094474110f6c189c8a5aef286b98f222c0bd58b5cb	transactional	done	2026-11-27 19:14:43.779292+00	2026-11-27 19:14:43.780293+00	1	postgres	15.19	0.2.0
13	0013_access	sha256:dade2f722d7b030c69bc7f0ce466d7eecf9c85d97cc8f238e9a6e7f644110d18	sha256:ad96225b251d56c22e076187417c71fcf12daea75a64cacc2d0c289ff82acd89	transactional	done	2026-11-27 19:14:43.781412+00	2026-11-27 19:14:43.787412+00	6	postgres	15.19	0.2.0
14	0014_indexes_documented	sha256:4f561f00cd81b5e15b58847ae7cfcc64280c546044f237fe09fce1c1824c21e2	sha256:fba2217364876d4cde14eeff2b41f79a0a5fc10672b6ba9f3080268f50fa80c3	transactional	done	2026-11-27 19:14:43.788646+00	2026-11-27 19:14:43.804647+00	16	postgres	15.19	0.2.0
15	0015_indexes_catalogue	sha256:6090411128f56f927690087b084bb1d2937fc34f58b90d23fc20d5f035ddb91e	sha256:ad02f2f63cabc5f2894d675dd6774f015c95b6fada42f3ceffa9039f83e59fa4	transactional	done	2026-11-27 19:14:43.805576+00	2026-11-27 19:14:43.827576+00	22	postgres	15.19	0.2.0
16	0016_search	sha256:4b09ab1ad9ebcd39fb91ce7fb5b6bfa934e878c0a29895e8d9ba3168882ef9ae	sha256:6c2769f8da6e5725c03a0bf63206577b6a1ca9364b32bb97b9b2187095e64baa	transactional	done	2026-11-27 19:14:43.828746+00	2026-11-27 19:14:43.831746+00	3	postgres	15.19	0.2.0
17	0017_synchronisation	sha256:d017819a57c704f36aa698652db24f0929721fc2f56c5c921726c0565bed5d19	sha256:48aa0bf716cc5d2c5b7826739297598e46345f0daa3856aec39105eae8543ef8	transactional	done	2026-11-27 19:14:43.832821+00	2026-11-27 19:14:43.834821+00	2	postgres	15.19	0.2.0
18	0018_ingest	sha256:c540785994f3b879a2a2829c21c16d6f2818a3d4ab30dc780731d1f4fd039c9b	sha256:9c1a8619f0669837444a05c2f612299002946cd5d857a36beda35b5bbb5b3695	transactional	done	2026-11-27 19:14:43.836194+00	2026-11-27 19:14:43.840194+00	4	postgres	15.19	0.2.0
19	0019_retention	sha256:07023038959c04a323ba14015de4db37e8ae97963338401875649c9ed4801741	sha256:4cc25a7bbb67777e27f6e9d6302978d7bb900a8027ce9fe121ea4ef61f179a83	transactional	done	2026-11-27 19:14:43.841102+00	2026-11-27 19:14:43.843102+00	2	postgres	15.19	0.2.0
20	0020_monitoring	sha256:50b87f60f5ad9d94af20216d8d1db6b6554625649c34367cd4c271433a79036f	sha256:9fa46458fda5b3be1af3a62d82811e76860de378b35d5589ed4930fb6efd7d47	transactional	done	2026-11-27 19:14:43.844399+00	2026-11-27 19:14:43.848399+00	4	postgres	15.19	0.2.0
21	0021_storage	sha256:3bb2e1dc9a246912a4c4fb3adf45b99aa797e22d03c24669af6462ee36d03998	sha256:9278ae490e6234bb6ebaa4a19d888e8a607987964997d3c9a5d3e90e5f1c1f75	transactional	done	2026-11-27 19:14:43.850225+00	2026-11-27 19:14:43.855225+00	5	postgres	15.19	0.2.0
22	0022_pooler	sha256:6202dcc2aca537a4a809f4041b243b0fffe205a7661afe10739f60d46b0a9d1e	sha256:f22feea082af88f60bcd68e09bee2eb23142cae7d00118b059ab048758447ec1	transactional	done	2026-11-27 19:14:43.856422+00	2026-11-27 19:14:43.857422+00	1	postgres	15.19	0.2.0
23	0023_analyze	sha256:6a8c0fa37a96acc5701c9bf052c4548c6af65519cbe31dff6d0f36d846f5d72f	sha256:3ef7e05f7190f198aec67c7f25b987de00362264820657d81308f69a09f6d54f	transactional	done	2026-11-27 19:14:43.858622+00	2026-11-27 19:14:43.860623+00	2	postgres	15.19	0.2.0
24	0024_search_box	sha256:9b5cd086866a559f9d68bea799c60fb1ce577fc80d8482d2625e2a53cf48d771	sha256:6a08d227887b86bc60a7f845924693fefdcbff73e474a2d04662eb05ce30539b	transactional	done	2026-11-27 19:14:43.861891+00	2026-11-27 19:14:43.863891+00	2	postgres	15.19	0.2.0
25	0025_repair	sha256:7117298cf04a6c7ac5f14ca6c27d9a11bbfb64be736a422f2df9697e4177b37f	sha256:732c3bbfd335cd2398be3504955dc5e30ee6d4a7f00df5efcd1a250764f2c41e	transactional	done	2026-11-27 19:14:43.864637+00	2026-11-27 19:14:43.865638+00	1	postgres	15.19	0.2.0
\.


--
-- Data for Name: ledger_event; Type: TABLE DATA; Schema: emaildb; Owner: postgres
--

COPY emaildb.ledger_event (id, at, step, name, event, detail, session_role, server_pid, tool_version) FROM stdin;
1	2026-11-27 19:14:43.683645+00	1	0001_ledger	done	{}	postgres	12840	0.2.0
2	2026-11-27 19:14:43.707234+00	2	0002_extensions	done	{}	postgres	12840	0.2.0
3	2026-11-27 19:14:43.7103+00	3	0003_roles	done	{}	postgres	12840	0.2.0
4	2026-11-27 19:14:43.713123+00	4	0004_functions	done	{}	postgres	12840	0.2.0
5	2026-11-27 19:14:43.725401+00	5	0005_accounts_and_folders	done	{}	postgres	12840	0.2.0
6	2026-11-27 19:14:43.732758+00	6	0006_messages	done	{}	postgres	12840	0.2.0
7	2026-11-27 19:14:43.738181+00	7	0007_attachments	done	{}	postgres	12840	0.2.0
8	2026-11-27 19:14:43.74143+00	8	0008_row_changes	done	{}	postgres	12840	0.2.0
9	2026-11-27 19:14:43.75386+00	9	0009_message_search	done	{}	postgres	12840	0.2.0
10	2026-11-27 19:14:43.76392+00	10	0010_writers	done	{}	postgres	12840	0.2.0
11	2026-11-27 19:14:43.777836+00	11	0011_audit	done	{}	postgres	12840	0.2.0
12	2026-11-27 19:14:43.780361+00	12	0012_row_security	done	{}	postgres	12840	0.2.0
13	2026-11-27 19:14:43.787518+00	13	0013_access	done	{}	postgres	12840	0.2.0
14	2026-11-27 19:14:43.804754+00	14	0014_indexes_documented	done	{}	postgres	12840	0.2.0
15	2026-11-27 19:14:43.827678+00	15	0015_indexes_catalogue	done	{}	postgres	12840	0.2.0
16	2026-11-27 19:14:43.831822+00	16	0016_search	done	{}	postgres	12840	0.2.0
17	2026-11-27 19:14:43.834897+00	17	0017_synchronisation	done	{}	postgres	12840	0.2.0
18	2026-11-27 19:14:43.840271+00	18	0018_ingest	done	{}	postgres	12840	0.2.0
19	2026-11-27 19:14:43.843177+00	19	0019_retention	done	{}	postgres	12840	0.2.0
20	2026-11-27 19:14:43.848473+00	20	0020_monitoring	done	{}	postgres	12840	0.2.0
21	2026-11-27 19:14:43.855298+00	21	0021_storage	done	{}	postgres	12840	0.2.0
22	2026-11-27 19:14:43.857501+00	22	0022_pooler	done	{}	postgres	12840	0.2.0
23	2026-11-27 19:14:43.860695+00	23	0023_analyze	done	{}	postgres	12840	0.2.0
24	2026-11-27 19:14:43.863974+00	24	0024_search_box	done	{}	postgres	12840	0.2.0
25	2026-11-27 19:14:43.865715+00	25	0025_repair	done	{}	postgres	12840	0.2.0
\.


--
-- Data for Name: email_accounts; Type: TABLE DATA; Schema: public; Owner: email_owner
--

COPY public.email_accounts (id, tenant_id, user_id, account_name, email_address, protocol, hostname, port, encryption, username, credential_id, is_sync_enabled, sync_interval, last_sync_at, is_syncing, is_enabled, created_at, updated_at, is_deleted, deleted_at, sync_claim, sync_lease_until, changes_floor) FROM stdin;
8a8bb7cd-343a-a2ad-99b7-d762030857a2	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	c57ed92a-79b9-41c1-8241-459166643410	\N	1@example.com	\N	\N	\N	\N	\N	\N	t	300	\N	f	t	1795806883988	1795806883988	f	\N	\N	\N	0
693a9fdd-4c2f-d070-0968-fba0d07ff3c0	0f826a89-cf68-c399-c5f4-cf320c1a5842	e156a5f5-dc58-43dc-a8fc-bf1f760ce1e6	\N	2@example.com	\N	\N	\N	\N	\N	\N	t	300	\N	f	t	1795806883988	1795806883988	f	\N	\N	\N	0
\.


--
-- Data for Name: email_attachments; Type: TABLE DATA; Schema: public; Owner: email_owner
--

COPY public.email_attachments (id, tenant_id, message_id, filename, mime_type, size_bytes, storage_path, storage_type, blob_id, content_hash, created_at, is_deleted, deleted_at, size_bytes_wide) FROM stdin;
6d865d85-813b-1261-953b-3e79cdb04716	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	c4534fe0-ca25-6b33-1e9a-3f14fe17229d	a.pdf	\N	\N	\N	\N	\N	\N	1795806884004	f	\N	\N
137b8dad-9aca-de63-b507-e67878d3b94b	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	abeccf9a-e147-d854-3653-4371f961c95b	a.pdf	\N	\N	\N	\N	\N	\N	1795806884005	f	\N	\N
2cc054e4-0be1-0899-f46d-6c41257420c4	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	01eea3d0-8de1-40d1-0f20-8f90a16b712c	a.pdf	\N	\N	\N	\N	\N	\N	1795806884005	f	\N	\N
d65a56bb-8ece-c553-93da-bf8734f6f5fa	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	29ff1cd5-62db-e3e0-bac6-ef5eab2d3945	a.pdf	\N	\N	\N	\N	\N	\N	1795806884005	f	\N	\N
0e39f3f6-373d-84e7-6913-6923b2a7cef5	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	408579fb-7db2-4b91-1748-3db59cddd769	a.pdf	\N	\N	\N	\N	\N	\N	1795806884005	f	\N	\N
d3d9513f-0727-2498-3938-46d8cc432e2c	0f826a89-cf68-c399-c5f4-cf320c1a5842	af533170-e996-8b9d-e45a-b0842b54a315	a.pdf	\N	\N	\N	\N	\N	\N	1795806884006	f	\N	\N
bc4fb7bb-2ad2-5262-594e-26b2e6df1526	0f826a89-cf68-c399-c5f4-cf320c1a5842	aa15b924-3a9f-99d1-22d5-803606e3c4df	a.pdf	\N	\N	\N	\N	\N	\N	1795806884006	f	\N	\N
e2003512-80b2-2ccd-e900-2540153e9636	0f826a89-cf68-c399-c5f4-cf320c1a5842	bc0ac5c4-5aa0-6caf-01aa-7c9b27f1191f	a.pdf	\N	\N	\N	\N	\N	\N	1795806884006	f	\N	\N
3ecff2d7-ab34-fd27-3bdd-538e968821d3	0f826a89-cf68-c399-c5f4-cf320c1a5842	dfcd69dd-8400-97f1-2b65-d678f4091b8b	a.pdf	\N	\N	\N	\N	\N	\N	1795806884006	f	\N	\N
01ac7014-b5fb-8201-dc36-4f2eafd995c7	0f826a89-cf68-c399-c5f4-cf320c1a5842	2510f6df-33cb-31bf-8b4b-05539e961720	a.pdf	\N	\N	\N	\N	\N	\N	1795806884006	f	\N	\N
\.


--
-- Data for Name: email_audit_log; Type: TABLE DATA; Schema: public; Owner: email_audit
--

COPY public.email_audit_log (id, tenant_id, changed_at, txid, session_role, actor_id, table_name, operation, record_id, changed_columns) FROM stdin;
1	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883989	739	postgres	\N	email_accounts	INSERT	8a8bb7cd-343a-a2ad-99b7-d762030857a2	\N
2	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883989	739	postgres	\N	email_accounts	INSERT	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	\N
3	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883992	740	postgres	\N	email_folders	INSERT	f344a40a-52a9-4ab7-903e-6b35896b543e	\N
4	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883992	740	postgres	\N	email_folders	INSERT	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	\N
5	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883992	740	postgres	\N	email_folders	INSERT	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	\N
6	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883992	740	postgres	\N	email_folders	INSERT	18638129-0b21-833e-0f17-61ff4a87d4ba	\N
7	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	c4534fe0-ca25-6b33-1e9a-3f14fe17229d	\N
8	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	abeccf9a-e147-d854-3653-4371f961c95b	\N
9	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	01eea3d0-8de1-40d1-0f20-8f90a16b712c	\N
10	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	29ff1cd5-62db-e3e0-bac6-ef5eab2d3945	\N
11	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	408579fb-7db2-4b91-1748-3db59cddd769	\N
12	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	ae562ec7-7081-8f5e-26a8-840cd0699a16	\N
13	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	e12e0ff7-6126-c187-8326-5a7d588b719a	\N
14	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	05ea0654-df27-241b-8d24-4a19258f8adc	\N
15	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	d92ad8f4-c2a4-686c-320f-29aef4c89d82	\N
16	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	0708f94e-166c-ba73-e03c-23a301dff5b4	\N
17	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	f7bad56b-b69b-33ac-b9f1-d007d3dba3ec	\N
18	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	43ab9661-77df-d1f6-18c7-ff1c358b818b	\N
19	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	6e7acd7c-a818-3bdd-b91a-6fde319ebc0f	\N
20	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	41b37ffc-886c-875c-4d68-1243601a49eb	\N
21	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	55a636e3-d767-06d8-779e-b15a17d67a5f	\N
22	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	57eed3ab-0e87-1408-53da-17b6bd005194	\N
23	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	61d00e1e-a794-8c76-f05f-a86e19a80b01	\N
24	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	16a2d172-33e1-11ca-b8a6-b8f84edcdb9e	\N
25	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	686313f3-a493-d253-f4db-1df77ac3da9a	\N
26	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	5e52fc48-2be1-20e8-f051-bd2de7b0c0d2	\N
27	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	fca452d8-0b01-b1d9-22f3-4107661191e3	\N
28	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	b09ee184-5a76-85f9-81a4-a73986b6f491	\N
29	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	1e2a7965-3904-2ca8-60c3-091662aa4346	\N
30	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	f83ee1b7-1410-4557-ac9e-ec011f873792	\N
31	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	0b705518-5a22-eca8-7255-40f13a4f0439	\N
32	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	d4c5d4bf-c952-7f90-d540-a3880e577f21	\N
33	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	14ea0053-3528-4faf-71b4-5e97ed1ae610	\N
34	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	53fa9225-7a09-164e-17fd-1c8ae1ae30d2	\N
35	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	17bef5d5-c29a-8094-46e1-cfdaba26934a	\N
36	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	074d8a19-f680-2709-c02b-239b1ca4c8ea	\N
37	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	e02fce06-b0f4-35ae-2da1-df1070bf3948	\N
38	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	875348d6-4c96-13ad-8da9-4d8741937512	\N
39	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	0fbaed8d-210a-7a04-8022-0a5c803d8435	\N
40	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	f5f95aaa-c269-272f-ec6b-f63fa21ed3df	\N
41	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	d5eb1e0f-ed4b-e13e-d84a-159fd995b485	\N
42	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	520d5dc6-70c2-008f-0fad-f2c18d873d24	\N
43	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	33dd5aab-1cb9-dc5c-838a-7a64190252c6	\N
44	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	91959931-498a-ff04-ec80-33910467fe65	\N
45	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	170cf3b8-1416-531a-f871-c5a410390dff	\N
46	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806883997	741	postgres	\N	email_messages	INSERT	b6ad54d3-29b4-0a7a-89e0-70f19f45034b	\N
47	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	af533170-e996-8b9d-e45a-b0842b54a315	\N
48	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	aa15b924-3a9f-99d1-22d5-803606e3c4df	\N
49	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	bc0ac5c4-5aa0-6caf-01aa-7c9b27f1191f	\N
50	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	dfcd69dd-8400-97f1-2b65-d678f4091b8b	\N
51	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	2510f6df-33cb-31bf-8b4b-05539e961720	\N
52	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	6e49d4e3-b952-416c-9920-55f91f228b71	\N
53	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	638a8c6c-b24b-3c2c-e0dd-3e2795c9bb8f	\N
54	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	41054c9c-f40d-9081-c44d-8c6ef52e299a	\N
55	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	7de5cee0-1a03-9d06-3b7c-3e376adc268a	\N
56	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	4e59b4e7-2cec-b6cc-abee-ef641e8baffb	\N
57	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	b61644bc-d367-aa60-61a3-37eeea21cb1a	\N
58	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	41533e7a-2dcd-0f3a-94a7-c71ab6568b58	\N
59	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	93629b96-d164-e4a7-e010-6229ed989050	\N
60	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	e798eeb3-428f-ff0b-d78a-82c3ef2526f1	\N
61	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	b925f0ae-4860-23d1-4d56-31d779e17610	\N
62	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	bc1d8be4-2946-8b5d-77c0-ff089c7c5dbf	\N
63	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	562ebef6-c21b-3858-8484-2228aa4f08c3	\N
64	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	377b346b-5387-47c6-7974-80882e1dcc84	\N
65	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	2ab2c144-c266-e374-fc9b-9e69b094f3c8	\N
66	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883997	741	postgres	\N	email_messages	INSERT	02c6b42c-c50f-3872-a187-a01fb7746ada	\N
67	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	caac7b98-110e-ab18-12c5-0103c56cbd0a	\N
68	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	399ec10f-7d44-0e4a-d1ba-6aacda7a629b	\N
69	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	40e28431-0aea-930a-f00f-ea59126554a2	\N
70	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	88bbe79d-101d-da07-6fe8-487eab8ba156	\N
71	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	5622f62a-8c90-bd81-87c6-52551f10c370	\N
72	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	8a0b7cec-f809-a394-1850-f059b92302fd	\N
73	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	1d01caa0-f056-1a44-718b-b55df43a4b84	\N
74	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	b3dac90a-da23-4db3-f7af-15a3a292353e	\N
75	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	80de2999-8093-c717-f59f-25857e6bc1fb	\N
76	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	53099069-d0d8-425f-699d-89e1d41a08b6	\N
77	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	67f72f4a-dbda-bb60-a6e4-0766fc6d4ac3	\N
78	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	23cc46e3-051e-ef09-b511-6ed27f819ff3	\N
79	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	fbd5fefc-08bd-6d37-ee72-033480e18688	\N
80	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	8a8a7c34-9fcb-1f29-61c1-e3d469c76ee8	\N
81	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	2d778ad4-8ed8-29b3-e5f9-69207b15a9b0	\N
82	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	a779faa7-f6e2-8f8d-acb3-2af3cd58e9e5	\N
83	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	d47f8dfe-4df5-31e5-31a9-b6781a365e33	\N
84	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	897fb7bd-ec37-eb37-ab91-80a8443a4162	\N
85	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	2a55ab0f-3c56-e8d6-7761-9e8f45159c2e	\N
86	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806883998	741	postgres	\N	email_messages	INSERT	48c45ec7-a170-4b03-643f-da5000b6cb19	\N
87	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806884007	742	postgres	\N	email_attachments	INSERT	6d865d85-813b-1261-953b-3e79cdb04716	\N
88	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806884007	742	postgres	\N	email_attachments	INSERT	137b8dad-9aca-de63-b507-e67878d3b94b	\N
89	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806884007	742	postgres	\N	email_attachments	INSERT	2cc054e4-0be1-0899-f46d-6c41257420c4	\N
90	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806884007	742	postgres	\N	email_attachments	INSERT	d65a56bb-8ece-c553-93da-bf8734f6f5fa	\N
91	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806884007	742	postgres	\N	email_attachments	INSERT	0e39f3f6-373d-84e7-6913-6923b2a7cef5	\N
92	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806884007	742	postgres	\N	email_attachments	INSERT	d3d9513f-0727-2498-3938-46d8cc432e2c	\N
93	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806884007	742	postgres	\N	email_attachments	INSERT	bc4fb7bb-2ad2-5262-594e-26b2e6df1526	\N
94	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806884007	742	postgres	\N	email_attachments	INSERT	e2003512-80b2-2ccd-e900-2540153e9636	\N
95	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806884007	742	postgres	\N	email_attachments	INSERT	3ecff2d7-ab34-fd27-3bdd-538e968821d3	\N
96	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806884007	742	postgres	\N	email_attachments	INSERT	01ac7014-b5fb-8201-dc36-4f2eafd995c7	\N
97	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806884014	744	postgres	\N	email_messages	DELETE	b6ad54d3-29b4-0a7a-89e0-70f19f45034b	\N
98	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806884014	744	postgres	\N	email_messages	DELETE	48c45ec7-a170-4b03-643f-da5000b6cb19	\N
99	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1795806884019	745	postgres	\N	email_messages	UPDATE	170cf3b8-1416-531a-f871-c5a410390dff	{deleted_at,is_deleted}
100	0f826a89-cf68-c399-c5f4-cf320c1a5842	1795806884019	745	postgres	\N	email_messages	UPDATE	2a55ab0f-3c56-e8d6-7761-9e8f45159c2e	{deleted_at,is_deleted}
\.


--
-- Data for Name: email_folders; Type: TABLE DATA; Schema: public; Owner: email_owner
--

COPY public.email_folders (id, tenant_id, account_id, name, type, unread_count, total_count, sync_token, is_selectable, created_at, updated_at, is_deleted, deleted_at, path, uid_validity, uid_next, highest_modseq) FROM stdin;
fc698bd6-eba4-453d-16fc-4acb4abf4a5a	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	F1	custom	13	19	\N	t	1795806883991	1795806884015	f	\N	\N	\N	\N	\N
f344a40a-52a9-4ab7-903e-6b35896b543e	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	F1	custom	13	19	\N	t	1795806883990	1795806884015	f	\N	\N	\N	\N	\N
8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	F2	custom	13	19	\N	t	1795806883991	1795806884019	f	\N	\N	\N	\N	\N
18638129-0b21-833e-0f17-61ff4a87d4ba	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	F2	custom	13	19	\N	t	1795806883991	1795806884019	f	\N	\N	\N	\N	\N
\.


--
-- Data for Name: email_message_search; Type: TABLE DATA; Schema: public; Owner: email_owner
--

COPY public.email_message_search (tenant_id, message_id, account_id, received_at, search_vector) FROM stdin;
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	c4534fe0-ca25-6b33-1e9a-3f14fe17229d	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000001	'1':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	abeccf9a-e147-d854-3653-4371f961c95b	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000002	'2':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	01eea3d0-8de1-40d1-0f20-8f90a16b712c	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000003	'3':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	29ff1cd5-62db-e3e0-bac6-ef5eab2d3945	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000004	'4':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	408579fb-7db2-4b91-1748-3db59cddd769	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000005	'5':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	ae562ec7-7081-8f5e-26a8-840cd0699a16	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000006	'6':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	e12e0ff7-6126-c187-8326-5a7d588b719a	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000007	'7':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	05ea0654-df27-241b-8d24-4a19258f8adc	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000008	'8':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	d92ad8f4-c2a4-686c-320f-29aef4c89d82	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000009	'9':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	0708f94e-166c-ba73-e03c-23a301dff5b4	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000010	'10':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	f7bad56b-b69b-33ac-b9f1-d007d3dba3ec	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000011	'11':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	43ab9661-77df-d1f6-18c7-ff1c358b818b	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000012	'12':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	6e7acd7c-a818-3bdd-b91a-6fde319ebc0f	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000013	'13':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	41b37ffc-886c-875c-4d68-1243601a49eb	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000014	'14':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	55a636e3-d767-06d8-779e-b15a17d67a5f	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000015	'15':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	57eed3ab-0e87-1408-53da-17b6bd005194	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000016	'16':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	61d00e1e-a794-8c76-f05f-a86e19a80b01	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000017	'17':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	16a2d172-33e1-11ca-b8a6-b8f84edcdb9e	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000018	'18':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	686313f3-a493-d253-f4db-1df77ac3da9a	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000019	'19':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	5e52fc48-2be1-20e8-f051-bd2de7b0c0d2	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000020	'20':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	fca452d8-0b01-b1d9-22f3-4107661191e3	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000021	'21':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	b09ee184-5a76-85f9-81a4-a73986b6f491	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000022	'22':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	1e2a7965-3904-2ca8-60c3-091662aa4346	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000023	'23':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	f83ee1b7-1410-4557-ac9e-ec011f873792	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000024	'24':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	0b705518-5a22-eca8-7255-40f13a4f0439	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000025	'25':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	d4c5d4bf-c952-7f90-d540-a3880e577f21	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000026	'26':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	14ea0053-3528-4faf-71b4-5e97ed1ae610	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000027	'27':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	53fa9225-7a09-164e-17fd-1c8ae1ae30d2	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000028	'28':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	17bef5d5-c29a-8094-46e1-cfdaba26934a	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000029	'29':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	074d8a19-f680-2709-c02b-239b1ca4c8ea	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000030	'30':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	e02fce06-b0f4-35ae-2da1-df1070bf3948	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000031	'31':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	875348d6-4c96-13ad-8da9-4d8741937512	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000032	'32':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	0fbaed8d-210a-7a04-8022-0a5c803d8435	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000033	'33':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	f5f95aaa-c269-272f-ec6b-f63fa21ed3df	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000034	'34':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	d5eb1e0f-ed4b-e13e-d84a-159fd995b485	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000035	'35':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	520d5dc6-70c2-008f-0fad-f2c18d873d24	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000036	'36':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	33dd5aab-1cb9-dc5c-838a-7a64190252c6	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000037	'37':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	91959931-498a-ff04-ec80-33910467fe65	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000038	'38':2A 'subject':1A
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	170cf3b8-1416-531a-f871-c5a410390dff	8a8bb7cd-343a-a2ad-99b7-d762030857a2	1700000000039	'39':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	af533170-e996-8b9d-e45a-b0842b54a315	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000001	'1':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	aa15b924-3a9f-99d1-22d5-803606e3c4df	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000002	'2':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	bc0ac5c4-5aa0-6caf-01aa-7c9b27f1191f	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000003	'3':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	dfcd69dd-8400-97f1-2b65-d678f4091b8b	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000004	'4':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	2510f6df-33cb-31bf-8b4b-05539e961720	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000005	'5':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	6e49d4e3-b952-416c-9920-55f91f228b71	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000006	'6':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	638a8c6c-b24b-3c2c-e0dd-3e2795c9bb8f	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000007	'7':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	41054c9c-f40d-9081-c44d-8c6ef52e299a	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000008	'8':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	7de5cee0-1a03-9d06-3b7c-3e376adc268a	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000009	'9':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	4e59b4e7-2cec-b6cc-abee-ef641e8baffb	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000010	'10':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	b61644bc-d367-aa60-61a3-37eeea21cb1a	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000011	'11':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	41533e7a-2dcd-0f3a-94a7-c71ab6568b58	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000012	'12':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	93629b96-d164-e4a7-e010-6229ed989050	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000013	'13':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	e798eeb3-428f-ff0b-d78a-82c3ef2526f1	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000014	'14':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	b925f0ae-4860-23d1-4d56-31d779e17610	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000015	'15':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	bc1d8be4-2946-8b5d-77c0-ff089c7c5dbf	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000016	'16':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	562ebef6-c21b-3858-8484-2228aa4f08c3	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000017	'17':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	377b346b-5387-47c6-7974-80882e1dcc84	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000018	'18':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	2ab2c144-c266-e374-fc9b-9e69b094f3c8	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000019	'19':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	02c6b42c-c50f-3872-a187-a01fb7746ada	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000020	'20':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	caac7b98-110e-ab18-12c5-0103c56cbd0a	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000021	'21':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	399ec10f-7d44-0e4a-d1ba-6aacda7a629b	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000022	'22':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	40e28431-0aea-930a-f00f-ea59126554a2	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000023	'23':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	88bbe79d-101d-da07-6fe8-487eab8ba156	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000024	'24':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	5622f62a-8c90-bd81-87c6-52551f10c370	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000025	'25':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	8a0b7cec-f809-a394-1850-f059b92302fd	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000026	'26':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	1d01caa0-f056-1a44-718b-b55df43a4b84	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000027	'27':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	b3dac90a-da23-4db3-f7af-15a3a292353e	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000028	'28':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	80de2999-8093-c717-f59f-25857e6bc1fb	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000029	'29':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	53099069-d0d8-425f-699d-89e1d41a08b6	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000030	'30':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	67f72f4a-dbda-bb60-a6e4-0766fc6d4ac3	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000031	'31':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	23cc46e3-051e-ef09-b511-6ed27f819ff3	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000032	'32':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	fbd5fefc-08bd-6d37-ee72-033480e18688	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000033	'33':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	8a8a7c34-9fcb-1f29-61c1-e3d469c76ee8	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000034	'34':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	2d778ad4-8ed8-29b3-e5f9-69207b15a9b0	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000035	'35':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	a779faa7-f6e2-8f8d-acb3-2af3cd58e9e5	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000036	'36':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	d47f8dfe-4df5-31e5-31a9-b6781a365e33	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000037	'37':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	897fb7bd-ec37-eb37-ab91-80a8443a4162	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000038	'38':2A 'subject':1A
0f826a89-cf68-c399-c5f4-cf320c1a5842	2a55ab0f-3c56-e8d6-7761-9e8f45159c2e	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	1700000000039	'39':2A 'subject':1A
\.


--
-- Data for Name: email_message_tombstones; Type: TABLE DATA; Schema: public; Owner: email_owner
--

COPY public.email_message_tombstones (tenant_id, account_id, folder_id, message_id, imap_uid, is_gone, change_seq, recorded_at) FROM stdin;
83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	b6ad54d3-29b4-0a7a-89e0-70f19f45034b	\N	t	172	1795806884015
0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	48c45ec7-a170-4b03-643f-da5000b6cb19	\N	t	173	1795806884016
\.


--
-- Data for Name: email_messages; Type: TABLE DATA; Schema: public; Owner: email_owner
--

COPY public.email_messages (id, tenant_id, account_id, folder_id, message_id, imap_uid, in_reply_to, "from", "to", cc, bcc, reply_to, subject, text_body, html_body, is_read, is_flagged, is_draft, thread_id, sent_at, received_at, created_at, updated_at, is_deleted, deleted_at, has_attachments, change_seq, message_id_full, subject_full, raw_headers, size_bytes, refs, from_full, reply_to_full, raw_sha256) FROM stdin;
ae562ec7-7081-8f5e-26a8-840cd0699a16	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<6@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 6	\N	\N	t	f	f	5c385d6d-334e-a0a9-301b-d28ea067aba7	\N	1700000000006	1795806883994	1795806883994	f	\N	f	12	\N	\N	\N	\N	\N	\N	\N	\N
e12e0ff7-6126-c187-8326-5a7d588b719a	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<7@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 7	\N	\N	f	f	f	5c385d6d-334e-a0a9-301b-d28ea067aba7	\N	1700000000007	1795806883994	1795806883994	f	\N	f	14	\N	\N	\N	\N	\N	\N	\N	\N
05ea0654-df27-241b-8d24-4a19258f8adc	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<8@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 8	\N	\N	f	f	f	5c385d6d-334e-a0a9-301b-d28ea067aba7	\N	1700000000008	1795806883994	1795806883994	f	\N	f	16	\N	\N	\N	\N	\N	\N	\N	\N
d92ad8f4-c2a4-686c-320f-29aef4c89d82	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<9@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 9	\N	\N	t	f	f	d0a4f198-4f1e-e1f7-64a0-4b6536d96b1b	\N	1700000000009	1795806883994	1795806883994	f	\N	f	18	\N	\N	\N	\N	\N	\N	\N	\N
0708f94e-166c-ba73-e03c-23a301dff5b4	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<10@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 10	\N	\N	f	f	f	d0a4f198-4f1e-e1f7-64a0-4b6536d96b1b	\N	1700000000010	1795806883994	1795806883994	f	\N	f	20	\N	\N	\N	\N	\N	\N	\N	\N
f7bad56b-b69b-33ac-b9f1-d007d3dba3ec	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<11@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 11	\N	\N	f	f	f	d0a4f198-4f1e-e1f7-64a0-4b6536d96b1b	\N	1700000000011	1795806883994	1795806883994	f	\N	f	22	\N	\N	\N	\N	\N	\N	\N	\N
43ab9661-77df-d1f6-18c7-ff1c358b818b	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<12@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 12	\N	\N	t	f	f	0ae79a56-a8ff-ad7b-e7d2-7b4ab266a912	\N	1700000000012	1795806883994	1795806883994	f	\N	f	24	\N	\N	\N	\N	\N	\N	\N	\N
6e7acd7c-a818-3bdd-b91a-6fde319ebc0f	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<13@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 13	\N	\N	f	f	f	0ae79a56-a8ff-ad7b-e7d2-7b4ab266a912	\N	1700000000013	1795806883994	1795806883994	f	\N	f	26	\N	\N	\N	\N	\N	\N	\N	\N
41b37ffc-886c-875c-4d68-1243601a49eb	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<14@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 14	\N	\N	f	f	f	0ae79a56-a8ff-ad7b-e7d2-7b4ab266a912	\N	1700000000014	1795806883994	1795806883994	f	\N	f	28	\N	\N	\N	\N	\N	\N	\N	\N
55a636e3-d767-06d8-779e-b15a17d67a5f	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<15@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 15	\N	\N	t	f	f	d4e99aaa-1f75-eb02-a66f-89dc95ca6e3c	\N	1700000000015	1795806883994	1795806883994	f	\N	f	30	\N	\N	\N	\N	\N	\N	\N	\N
57eed3ab-0e87-1408-53da-17b6bd005194	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<16@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 16	\N	\N	f	f	f	d4e99aaa-1f75-eb02-a66f-89dc95ca6e3c	\N	1700000000016	1795806883994	1795806883994	f	\N	f	32	\N	\N	\N	\N	\N	\N	\N	\N
61d00e1e-a794-8c76-f05f-a86e19a80b01	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<17@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 17	\N	\N	f	f	f	d4e99aaa-1f75-eb02-a66f-89dc95ca6e3c	\N	1700000000017	1795806883994	1795806883994	f	\N	f	34	\N	\N	\N	\N	\N	\N	\N	\N
16a2d172-33e1-11ca-b8a6-b8f84edcdb9e	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<18@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 18	\N	\N	t	f	f	e77aa1b8-a24d-a967-4c86-f83bb588777b	\N	1700000000018	1795806883994	1795806883994	f	\N	f	36	\N	\N	\N	\N	\N	\N	\N	\N
686313f3-a493-d253-f4db-1df77ac3da9a	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<19@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 19	\N	\N	f	f	f	e77aa1b8-a24d-a967-4c86-f83bb588777b	\N	1700000000019	1795806883994	1795806883994	f	\N	f	38	\N	\N	\N	\N	\N	\N	\N	\N
5e52fc48-2be1-20e8-f051-bd2de7b0c0d2	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<20@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 20	\N	\N	f	f	f	e77aa1b8-a24d-a967-4c86-f83bb588777b	\N	1700000000020	1795806883994	1795806883994	f	\N	f	40	\N	\N	\N	\N	\N	\N	\N	\N
fca452d8-0b01-b1d9-22f3-4107661191e3	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<21@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 21	\N	\N	t	f	f	4d41ca3a-e901-a60c-9d82-d1eb80b58661	\N	1700000000021	1795806883994	1795806883994	f	\N	f	42	\N	\N	\N	\N	\N	\N	\N	\N
b09ee184-5a76-85f9-81a4-a73986b6f491	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<22@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 22	\N	\N	f	f	f	4d41ca3a-e901-a60c-9d82-d1eb80b58661	\N	1700000000022	1795806883994	1795806883994	f	\N	f	44	\N	\N	\N	\N	\N	\N	\N	\N
1e2a7965-3904-2ca8-60c3-091662aa4346	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<23@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 23	\N	\N	f	f	f	4d41ca3a-e901-a60c-9d82-d1eb80b58661	\N	1700000000023	1795806883994	1795806883994	f	\N	f	46	\N	\N	\N	\N	\N	\N	\N	\N
f83ee1b7-1410-4557-ac9e-ec011f873792	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<24@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 24	\N	\N	t	f	f	856deecf-45fa-4ace-6b5b-49bd4ad54acf	\N	1700000000024	1795806883994	1795806883994	f	\N	f	48	\N	\N	\N	\N	\N	\N	\N	\N
0b705518-5a22-eca8-7255-40f13a4f0439	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<25@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 25	\N	\N	f	f	f	856deecf-45fa-4ace-6b5b-49bd4ad54acf	\N	1700000000025	1795806883994	1795806883994	f	\N	f	50	\N	\N	\N	\N	\N	\N	\N	\N
d4c5d4bf-c952-7f90-d540-a3880e577f21	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<26@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 26	\N	\N	f	f	f	856deecf-45fa-4ace-6b5b-49bd4ad54acf	\N	1700000000026	1795806883994	1795806883994	f	\N	f	52	\N	\N	\N	\N	\N	\N	\N	\N
14ea0053-3528-4faf-71b4-5e97ed1ae610	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<27@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 27	\N	\N	t	f	f	647e24fd-bfcb-c54e-7dbb-98e11c45059b	\N	1700000000027	1795806883994	1795806883994	f	\N	f	54	\N	\N	\N	\N	\N	\N	\N	\N
53fa9225-7a09-164e-17fd-1c8ae1ae30d2	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<28@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 28	\N	\N	f	f	f	647e24fd-bfcb-c54e-7dbb-98e11c45059b	\N	1700000000028	1795806883994	1795806883994	f	\N	f	56	\N	\N	\N	\N	\N	\N	\N	\N
17bef5d5-c29a-8094-46e1-cfdaba26934a	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<29@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 29	\N	\N	f	f	f	647e24fd-bfcb-c54e-7dbb-98e11c45059b	\N	1700000000029	1795806883994	1795806883994	f	\N	f	58	\N	\N	\N	\N	\N	\N	\N	\N
074d8a19-f680-2709-c02b-239b1ca4c8ea	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<30@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 30	\N	\N	t	f	f	1c3572c6-1fd1-a44b-8bc6-0d32f1f7cc1f	\N	1700000000030	1795806883994	1795806883994	f	\N	f	60	\N	\N	\N	\N	\N	\N	\N	\N
e02fce06-b0f4-35ae-2da1-df1070bf3948	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<31@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 31	\N	\N	f	f	f	1c3572c6-1fd1-a44b-8bc6-0d32f1f7cc1f	\N	1700000000031	1795806883994	1795806883994	f	\N	f	62	\N	\N	\N	\N	\N	\N	\N	\N
875348d6-4c96-13ad-8da9-4d8741937512	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<32@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 32	\N	\N	f	f	f	1c3572c6-1fd1-a44b-8bc6-0d32f1f7cc1f	\N	1700000000032	1795806883994	1795806883994	f	\N	f	64	\N	\N	\N	\N	\N	\N	\N	\N
0fbaed8d-210a-7a04-8022-0a5c803d8435	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<33@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 33	\N	\N	t	f	f	3dc7cc3b-cd55-653a-c732-ec8a3b0e09aa	\N	1700000000033	1795806883994	1795806883994	f	\N	f	66	\N	\N	\N	\N	\N	\N	\N	\N
f5f95aaa-c269-272f-ec6b-f63fa21ed3df	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<34@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 34	\N	\N	f	f	f	3dc7cc3b-cd55-653a-c732-ec8a3b0e09aa	\N	1700000000034	1795806883994	1795806883994	f	\N	f	68	\N	\N	\N	\N	\N	\N	\N	\N
d5eb1e0f-ed4b-e13e-d84a-159fd995b485	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<35@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 35	\N	\N	f	f	f	3dc7cc3b-cd55-653a-c732-ec8a3b0e09aa	\N	1700000000035	1795806883994	1795806883994	f	\N	f	70	\N	\N	\N	\N	\N	\N	\N	\N
520d5dc6-70c2-008f-0fad-f2c18d873d24	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<36@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 36	\N	\N	t	f	f	da6eea9b-a936-c68e-20fa-410302d65b09	\N	1700000000036	1795806883994	1795806883994	f	\N	f	72	\N	\N	\N	\N	\N	\N	\N	\N
33dd5aab-1cb9-dc5c-838a-7a64190252c6	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<37@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 37	\N	\N	f	f	f	da6eea9b-a936-c68e-20fa-410302d65b09	\N	1700000000037	1795806883995	1795806883995	f	\N	f	74	\N	\N	\N	\N	\N	\N	\N	\N
91959931-498a-ff04-ec80-33910467fe65	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<38@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 38	\N	\N	f	f	f	da6eea9b-a936-c68e-20fa-410302d65b09	\N	1700000000038	1795806883995	1795806883995	f	\N	f	76	\N	\N	\N	\N	\N	\N	\N	\N
408579fb-7db2-4b91-1748-3db59cddd769	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<5@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 5	\N	\N	f	f	f	99c91b97-9d23-4058-c005-ea53bf19594d	\N	1700000000005	1795806883994	1795806884008	f	\N	t	162	\N	\N	\N	\N	\N	\N	\N	\N
29ff1cd5-62db-e3e0-bac6-ef5eab2d3945	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<4@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 4	\N	\N	f	f	f	99c91b97-9d23-4058-c005-ea53bf19594d	\N	1700000000004	1795806883994	1795806884008	f	\N	t	164	\N	\N	\N	\N	\N	\N	\N	\N
01eea3d0-8de1-40d1-0f20-8f90a16b712c	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<3@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 3	\N	\N	t	f	f	99c91b97-9d23-4058-c005-ea53bf19594d	\N	1700000000003	1795806883994	1795806884008	f	\N	t	165	\N	\N	\N	\N	\N	\N	\N	\N
c4534fe0-ca25-6b33-1e9a-3f14fe17229d	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<1@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 1	\N	\N	f	f	f	47cfc27c-36f0-7700-a44a-24887ded7cec	\N	1700000000001	1795806883993	1795806884008	f	\N	t	167	\N	\N	\N	\N	\N	\N	\N	\N
170cf3b8-1416-531a-f871-c5a410390dff	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	8039b4e0-e6fe-78be-e7d3-e5cfbfa343f0	<39@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 39	\N	\N	t	f	f	93ffc7f2-4351-09a5-f050-ba34230f6acd	\N	1700000000039	1795806883995	1795806884018	t	1795806884018	f	174	\N	\N	\N	\N	\N	\N	\N	\N
6e49d4e3-b952-416c-9920-55f91f228b71	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<6@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 6	\N	\N	t	f	f	99ff292e-2379-4ad8-43b5-d75c459ed289	\N	1700000000006	1795806883995	1795806883995	f	\N	f	92	\N	\N	\N	\N	\N	\N	\N	\N
638a8c6c-b24b-3c2c-e0dd-3e2795c9bb8f	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<7@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 7	\N	\N	f	f	f	99ff292e-2379-4ad8-43b5-d75c459ed289	\N	1700000000007	1795806883995	1795806883995	f	\N	f	94	\N	\N	\N	\N	\N	\N	\N	\N
41054c9c-f40d-9081-c44d-8c6ef52e299a	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<8@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 8	\N	\N	f	f	f	99ff292e-2379-4ad8-43b5-d75c459ed289	\N	1700000000008	1795806883995	1795806883995	f	\N	f	96	\N	\N	\N	\N	\N	\N	\N	\N
7de5cee0-1a03-9d06-3b7c-3e376adc268a	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<9@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 9	\N	\N	t	f	f	de118786-b5cd-dc31-88d0-4a75e15d854e	\N	1700000000009	1795806883995	1795806883995	f	\N	f	98	\N	\N	\N	\N	\N	\N	\N	\N
4e59b4e7-2cec-b6cc-abee-ef641e8baffb	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<10@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 10	\N	\N	f	f	f	de118786-b5cd-dc31-88d0-4a75e15d854e	\N	1700000000010	1795806883995	1795806883995	f	\N	f	100	\N	\N	\N	\N	\N	\N	\N	\N
b61644bc-d367-aa60-61a3-37eeea21cb1a	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<11@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 11	\N	\N	f	f	f	de118786-b5cd-dc31-88d0-4a75e15d854e	\N	1700000000011	1795806883995	1795806883995	f	\N	f	102	\N	\N	\N	\N	\N	\N	\N	\N
41533e7a-2dcd-0f3a-94a7-c71ab6568b58	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<12@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 12	\N	\N	t	f	f	f13904a0-edbe-91cc-85cf-d7b824d9b801	\N	1700000000012	1795806883995	1795806883995	f	\N	f	104	\N	\N	\N	\N	\N	\N	\N	\N
93629b96-d164-e4a7-e010-6229ed989050	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<13@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 13	\N	\N	f	f	f	f13904a0-edbe-91cc-85cf-d7b824d9b801	\N	1700000000013	1795806883995	1795806883995	f	\N	f	106	\N	\N	\N	\N	\N	\N	\N	\N
e798eeb3-428f-ff0b-d78a-82c3ef2526f1	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<14@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 14	\N	\N	f	f	f	f13904a0-edbe-91cc-85cf-d7b824d9b801	\N	1700000000014	1795806883995	1795806883995	f	\N	f	108	\N	\N	\N	\N	\N	\N	\N	\N
b925f0ae-4860-23d1-4d56-31d779e17610	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<15@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 15	\N	\N	t	f	f	5f7478e5-2782-70a0-8513-40d2deda3943	\N	1700000000015	1795806883995	1795806883995	f	\N	f	110	\N	\N	\N	\N	\N	\N	\N	\N
bc1d8be4-2946-8b5d-77c0-ff089c7c5dbf	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<16@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 16	\N	\N	f	f	f	5f7478e5-2782-70a0-8513-40d2deda3943	\N	1700000000016	1795806883995	1795806883995	f	\N	f	112	\N	\N	\N	\N	\N	\N	\N	\N
562ebef6-c21b-3858-8484-2228aa4f08c3	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<17@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 17	\N	\N	f	f	f	5f7478e5-2782-70a0-8513-40d2deda3943	\N	1700000000017	1795806883996	1795806883996	f	\N	f	114	\N	\N	\N	\N	\N	\N	\N	\N
377b346b-5387-47c6-7974-80882e1dcc84	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<18@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 18	\N	\N	t	f	f	8557acbd-605d-ce2d-0a61-06c47bcd2338	\N	1700000000018	1795806883996	1795806883996	f	\N	f	116	\N	\N	\N	\N	\N	\N	\N	\N
2ab2c144-c266-e374-fc9b-9e69b094f3c8	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<19@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 19	\N	\N	f	f	f	8557acbd-605d-ce2d-0a61-06c47bcd2338	\N	1700000000019	1795806883996	1795806883996	f	\N	f	118	\N	\N	\N	\N	\N	\N	\N	\N
02c6b42c-c50f-3872-a187-a01fb7746ada	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<20@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 20	\N	\N	f	f	f	8557acbd-605d-ce2d-0a61-06c47bcd2338	\N	1700000000020	1795806883996	1795806883996	f	\N	f	120	\N	\N	\N	\N	\N	\N	\N	\N
caac7b98-110e-ab18-12c5-0103c56cbd0a	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<21@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 21	\N	\N	t	f	f	f1852259-718f-260c-a674-02fd8acb42f8	\N	1700000000021	1795806883996	1795806883996	f	\N	f	122	\N	\N	\N	\N	\N	\N	\N	\N
399ec10f-7d44-0e4a-d1ba-6aacda7a629b	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<22@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 22	\N	\N	f	f	f	f1852259-718f-260c-a674-02fd8acb42f8	\N	1700000000022	1795806883996	1795806883996	f	\N	f	124	\N	\N	\N	\N	\N	\N	\N	\N
40e28431-0aea-930a-f00f-ea59126554a2	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<23@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 23	\N	\N	f	f	f	f1852259-718f-260c-a674-02fd8acb42f8	\N	1700000000023	1795806883996	1795806883996	f	\N	f	126	\N	\N	\N	\N	\N	\N	\N	\N
88bbe79d-101d-da07-6fe8-487eab8ba156	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<24@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 24	\N	\N	t	f	f	074d5d17-d831-582f-fcaf-1edde78d2adb	\N	1700000000024	1795806883996	1795806883996	f	\N	f	128	\N	\N	\N	\N	\N	\N	\N	\N
5622f62a-8c90-bd81-87c6-52551f10c370	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<25@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 25	\N	\N	f	f	f	074d5d17-d831-582f-fcaf-1edde78d2adb	\N	1700000000025	1795806883996	1795806883996	f	\N	f	130	\N	\N	\N	\N	\N	\N	\N	\N
8a0b7cec-f809-a394-1850-f059b92302fd	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<26@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 26	\N	\N	f	f	f	074d5d17-d831-582f-fcaf-1edde78d2adb	\N	1700000000026	1795806883996	1795806883996	f	\N	f	132	\N	\N	\N	\N	\N	\N	\N	\N
1d01caa0-f056-1a44-718b-b55df43a4b84	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<27@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 27	\N	\N	t	f	f	081b16bc-d52a-14c8-66fe-2ab1ae3c065a	\N	1700000000027	1795806883996	1795806883996	f	\N	f	134	\N	\N	\N	\N	\N	\N	\N	\N
b3dac90a-da23-4db3-f7af-15a3a292353e	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<28@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 28	\N	\N	f	f	f	081b16bc-d52a-14c8-66fe-2ab1ae3c065a	\N	1700000000028	1795806883996	1795806883996	f	\N	f	136	\N	\N	\N	\N	\N	\N	\N	\N
80de2999-8093-c717-f59f-25857e6bc1fb	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<29@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 29	\N	\N	f	f	f	081b16bc-d52a-14c8-66fe-2ab1ae3c065a	\N	1700000000029	1795806883996	1795806883996	f	\N	f	138	\N	\N	\N	\N	\N	\N	\N	\N
53099069-d0d8-425f-699d-89e1d41a08b6	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<30@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 30	\N	\N	t	f	f	22cf1cc1-c4e1-3ca4-38a3-912c74d3f4b8	\N	1700000000030	1795806883996	1795806883996	f	\N	f	140	\N	\N	\N	\N	\N	\N	\N	\N
67f72f4a-dbda-bb60-a6e4-0766fc6d4ac3	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<31@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 31	\N	\N	f	f	f	22cf1cc1-c4e1-3ca4-38a3-912c74d3f4b8	\N	1700000000031	1795806883996	1795806883996	f	\N	f	142	\N	\N	\N	\N	\N	\N	\N	\N
23cc46e3-051e-ef09-b511-6ed27f819ff3	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<32@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 32	\N	\N	f	f	f	22cf1cc1-c4e1-3ca4-38a3-912c74d3f4b8	\N	1700000000032	1795806883996	1795806883996	f	\N	f	144	\N	\N	\N	\N	\N	\N	\N	\N
fbd5fefc-08bd-6d37-ee72-033480e18688	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<33@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 33	\N	\N	t	f	f	714b25de-66b0-a97e-9fef-da8c18d9a827	\N	1700000000033	1795806883996	1795806883996	f	\N	f	146	\N	\N	\N	\N	\N	\N	\N	\N
8a8a7c34-9fcb-1f29-61c1-e3d469c76ee8	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<34@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 34	\N	\N	f	f	f	714b25de-66b0-a97e-9fef-da8c18d9a827	\N	1700000000034	1795806883996	1795806883996	f	\N	f	148	\N	\N	\N	\N	\N	\N	\N	\N
2d778ad4-8ed8-29b3-e5f9-69207b15a9b0	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<35@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 35	\N	\N	f	f	f	714b25de-66b0-a97e-9fef-da8c18d9a827	\N	1700000000035	1795806883996	1795806883996	f	\N	f	150	\N	\N	\N	\N	\N	\N	\N	\N
a779faa7-f6e2-8f8d-acb3-2af3cd58e9e5	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<36@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 36	\N	\N	t	f	f	896032d9-7548-8750-6517-373b0d96dfa6	\N	1700000000036	1795806883996	1795806883996	f	\N	f	152	\N	\N	\N	\N	\N	\N	\N	\N
d47f8dfe-4df5-31e5-31a9-b6781a365e33	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<37@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 37	\N	\N	f	f	f	896032d9-7548-8750-6517-373b0d96dfa6	\N	1700000000037	1795806883996	1795806883996	f	\N	f	154	\N	\N	\N	\N	\N	\N	\N	\N
897fb7bd-ec37-eb37-ab91-80a8443a4162	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<38@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 38	\N	\N	f	f	f	896032d9-7548-8750-6517-373b0d96dfa6	\N	1700000000038	1795806883996	1795806883996	f	\N	f	156	\N	\N	\N	\N	\N	\N	\N	\N
aa15b924-3a9f-99d1-22d5-803606e3c4df	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<2@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 2	\N	\N	f	f	f	801886d1-5a07-a0f7-8616-9c3fa4c54b34	\N	1700000000002	1795806883995	1795806884008	f	\N	t	161	\N	\N	\N	\N	\N	\N	\N	\N
dfcd69dd-8400-97f1-2b65-d678f4091b8b	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	fc698bd6-eba4-453d-16fc-4acb4abf4a5a	<4@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 4	\N	\N	f	f	f	a4157eab-f485-18bb-1893-51bcf3b52e21	\N	1700000000004	1795806883995	1795806884008	f	\N	t	163	\N	\N	\N	\N	\N	\N	\N	\N
bc0ac5c4-5aa0-6caf-01aa-7c9b27f1191f	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<3@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 3	\N	\N	t	f	f	a4157eab-f485-18bb-1893-51bcf3b52e21	\N	1700000000003	1795806883995	1795806884008	f	\N	t	166	\N	\N	\N	\N	\N	\N	\N	\N
2510f6df-33cb-31bf-8b4b-05539e961720	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<5@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 5	\N	\N	f	f	f	a4157eab-f485-18bb-1893-51bcf3b52e21	\N	1700000000005	1795806883995	1795806884008	f	\N	t	168	\N	\N	\N	\N	\N	\N	\N	\N
af533170-e996-8b9d-e45a-b0842b54a315	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<1@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 1	\N	\N	f	f	f	801886d1-5a07-a0f7-8616-9c3fa4c54b34	\N	1700000000001	1795806883995	1795806884008	f	\N	t	169	\N	\N	\N	\N	\N	\N	\N	\N
abeccf9a-e147-d854-3653-4371f961c95b	83f1535f-99ab-0bf4-e9d0-2dfd85d3e3f7	8a8bb7cd-343a-a2ad-99b7-d762030857a2	f344a40a-52a9-4ab7-903e-6b35896b543e	<2@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 2	\N	\N	f	f	f	47cfc27c-36f0-7700-a44a-24887ded7cec	\N	1700000000002	1795806883994	1795806884011	f	\N	t	171	\N	\N	\N	\N	\N	\N	\N	\N
2a55ab0f-3c56-e8d6-7761-9e8f45159c2e	0f826a89-cf68-c399-c5f4-cf320c1a5842	693a9fdd-4c2f-d070-0968-fba0d07ff3c0	18638129-0b21-833e-0f17-61ff4a87d4ba	<39@example.com>	\N	\N	\N	\N	\N	\N	\N	subject 39	\N	\N	t	f	f	3ba52ee7-89f7-3bf5-8924-b19c24f35fa4	\N	1700000000039	1795806883996	1795806884018	t	1795806884018	f	175	\N	\N	\N	\N	\N	\N	\N	\N
\.


--
-- Name: ledger_event_id_seq; Type: SEQUENCE SET; Schema: emaildb; Owner: postgres
--

SELECT pg_catalog.setval('emaildb.ledger_event_id_seq', 25, true);


--
-- Name: email_audit_log_id_seq; Type: SEQUENCE SET; Schema: public; Owner: email_audit
--

SELECT pg_catalog.setval('public.email_audit_log_id_seq', 100, true);


--
-- Name: email_message_change_seq; Type: SEQUENCE SET; Schema: public; Owner: email_owner
--

SELECT pg_catalog.setval('public.email_message_change_seq', 175, true);


--
-- Name: ledger_event ledger_event_pkey; Type: CONSTRAINT; Schema: emaildb; Owner: postgres
--

ALTER TABLE ONLY emaildb.ledger_event
    ADD CONSTRAINT ledger_event_pkey PRIMARY KEY (id);


--
-- Name: ledger ledger_pkey; Type: CONSTRAINT; Schema: emaildb; Owner: postgres
--

ALTER TABLE ONLY emaildb.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (step);


--
-- Name: email_accounts email_accounts_pkey; Type: CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_accounts
    ADD CONSTRAINT email_accounts_pkey PRIMARY KEY (id);


--
-- Name: email_accounts email_accounts_tenant_id_key; Type: CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_accounts
    ADD CONSTRAINT email_accounts_tenant_id_key UNIQUE (tenant_id, id);


--
-- Name: email_attachments email_attachments_pkey; Type: CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_attachments
    ADD CONSTRAINT email_attachments_pkey PRIMARY KEY (id);


--
-- Name: email_audit_log email_audit_log_pkey; Type: CONSTRAINT; Schema: public; Owner: email_audit
--

ALTER TABLE ONLY public.email_audit_log
    ADD CONSTRAINT email_audit_log_pkey PRIMARY KEY (id);


--
-- Name: email_folders email_folders_pkey; Type: CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_folders
    ADD CONSTRAINT email_folders_pkey PRIMARY KEY (id);


--
-- Name: email_folders email_folders_tenant_account_id_key; Type: CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_folders
    ADD CONSTRAINT email_folders_tenant_account_id_key UNIQUE (tenant_id, account_id, id);


--
-- Name: email_message_search email_message_search_pkey; Type: CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_message_search
    ADD CONSTRAINT email_message_search_pkey PRIMARY KEY (message_id);


--
-- Name: email_message_tombstones email_message_tombstones_pkey; Type: CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_message_tombstones
    ADD CONSTRAINT email_message_tombstones_pkey PRIMARY KEY (account_id, change_seq);


--
-- Name: email_messages email_messages_pkey; Type: CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_messages
    ADD CONSTRAINT email_messages_pkey PRIMARY KEY (id);


--
-- Name: email_messages email_messages_tenant_id_key; Type: CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_messages
    ADD CONSTRAINT email_messages_tenant_id_key UNIQUE (tenant_id, id);


--
-- Name: email_accounts idx_email_accounts_email_address; Type: CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_accounts
    ADD CONSTRAINT idx_email_accounts_email_address UNIQUE (email_address);


--
-- Name: idx_email_accounts_due; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_accounts_due ON public.email_accounts USING btree (last_sync_at NULLS FIRST) INCLUDE (tenant_id, sync_interval) WHERE (is_sync_enabled AND is_enabled AND (NOT is_syncing) AND (NOT is_deleted));


--
-- Name: INDEX idx_email_accounts_due; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_accounts_due IS 'Accounts due for synchronisation, longest waiting first (worker)';


--
-- Name: INDEX idx_email_accounts_email_address; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_accounts_email_address IS 'Account by address; also the UNIQUE of the column';


--
-- Name: idx_email_accounts_stuck; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_accounts_stuck ON public.email_accounts USING btree (updated_at) WHERE is_syncing;


--
-- Name: INDEX idx_email_accounts_stuck; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_accounts_stuck IS 'Synchronisations that never ended';


--
-- Name: idx_email_accounts_sync_enabled; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_accounts_sync_enabled ON public.email_accounts USING btree (tenant_id, is_sync_enabled, last_sync_at);


--
-- Name: INDEX idx_email_accounts_sync_enabled; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_accounts_sync_enabled IS 'Synchronised accounts of a tenant, longest waiting first';


--
-- Name: idx_email_accounts_tenant_user; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_accounts_tenant_user ON public.email_accounts USING btree (tenant_id, user_id);


--
-- Name: INDEX idx_email_accounts_tenant_user; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_accounts_tenant_user IS 'Accounts of a user';


--
-- Name: idx_email_attachments_blob; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_attachments_blob ON public.email_attachments USING btree (blob_id) WHERE (blob_id IS NOT NULL);


--
-- Name: INDEX idx_email_attachments_blob; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_attachments_blob IS 'Is a blob still referred to';


--
-- Name: idx_email_attachments_content_hash; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_attachments_content_hash ON public.email_attachments USING btree (content_hash);


--
-- Name: INDEX idx_email_attachments_content_hash; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_attachments_content_hash IS 'Same content stored before (deduplication)';


--
-- Name: idx_email_attachments_filename_trgm; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_attachments_filename_trgm ON public.email_attachments USING gin (((tenant_id)::text), filename public.gin_trgm_ops);
ALTER INDEX public.idx_email_attachments_filename_trgm ALTER COLUMN 1 SET STATISTICS 0;


--
-- Name: INDEX idx_email_attachments_filename_trgm; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_attachments_filename_trgm IS 'Part of a file name (email_search_attachments)';


--
-- Name: idx_email_attachments_large; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_attachments_large ON public.email_attachments USING btree (tenant_id, size_bytes DESC) WHERE (size_bytes >= 1048576);


--
-- Name: INDEX idx_email_attachments_large; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_attachments_large IS 'Largest attachments, from 1 MiB on';


--
-- Name: idx_email_attachments_message_id; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_attachments_message_id ON public.email_attachments USING btree (message_id);


--
-- Name: INDEX idx_email_attachments_message_id; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_attachments_message_id IS 'Attachments of a message; the foreign key';


--
-- Name: idx_email_attachments_purge; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_attachments_purge ON public.email_attachments USING btree (deleted_at) WHERE is_deleted;


--
-- Name: INDEX idx_email_attachments_purge; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_attachments_purge IS 'Deleted attachments old enough to purge';


--
-- Name: idx_email_attachments_storage_path; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_attachments_storage_path ON public.email_attachments USING btree (storage_path);


--
-- Name: INDEX idx_email_attachments_storage_path; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_attachments_storage_path IS 'Who refers to a stored object, by path';


--
-- Name: idx_email_attachments_tenant; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_attachments_tenant ON public.email_attachments USING btree (tenant_id);


--
-- Name: INDEX idx_email_attachments_tenant; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_attachments_tenant IS 'Attachments of a tenant: export, offboarding';


--
-- Name: idx_email_attachments_tenant_mime; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_attachments_tenant_mime ON public.email_attachments USING btree (tenant_id, mime_type, created_at DESC);


--
-- Name: INDEX idx_email_attachments_tenant_mime; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_attachments_tenant_mime IS 'Attachments of a MIME type, newest first';


--
-- Name: idx_email_audit_log_actor; Type: INDEX; Schema: public; Owner: email_audit
--

CREATE INDEX idx_email_audit_log_actor ON public.email_audit_log USING btree (tenant_id, actor_id, changed_at DESC) WHERE (actor_id IS NOT NULL);


--
-- Name: INDEX idx_email_audit_log_actor; Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON INDEX public.idx_email_audit_log_actor IS 'What one user did';


--
-- Name: idx_email_audit_log_record; Type: INDEX; Schema: public; Owner: email_audit
--

CREATE INDEX idx_email_audit_log_record ON public.email_audit_log USING btree (record_id, changed_at DESC);


--
-- Name: INDEX idx_email_audit_log_record; Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON INDEX public.idx_email_audit_log_record IS 'History of one row';


--
-- Name: idx_email_audit_log_tenant_time; Type: INDEX; Schema: public; Owner: email_audit
--

CREATE INDEX idx_email_audit_log_tenant_time ON public.email_audit_log USING btree (tenant_id, changed_at DESC);


--
-- Name: INDEX idx_email_audit_log_tenant_time; Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON INDEX public.idx_email_audit_log_tenant_time IS 'What happened in the tenant, newest first';


--
-- Name: idx_email_audit_log_time_brin; Type: INDEX; Schema: public; Owner: email_audit
--

CREATE INDEX idx_email_audit_log_time_brin ON public.email_audit_log USING brin (changed_at);


--
-- Name: INDEX idx_email_audit_log_time_brin; Type: COMMENT; Schema: public; Owner: email_audit
--

COMMENT ON INDEX public.idx_email_audit_log_time_brin IS 'Purge of rows older than a time';


--
-- Name: idx_email_folders_account_path; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE UNIQUE INDEX idx_email_folders_account_path ON public.email_folders USING btree (tenant_id, account_id, md5(path)) WHERE (NOT is_deleted);
ALTER INDEX public.idx_email_folders_account_path ALTER COLUMN 3 SET STATISTICS 0;


--
-- Name: INDEX idx_email_folders_account_path; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_folders_account_path IS 'Folder by its name on the server: account_id = $1 AND md5(path) = md5($2)';


--
-- Name: idx_email_folders_account_type; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_folders_account_type ON public.email_folders USING btree (account_id, type);


--
-- Name: INDEX idx_email_folders_account_type; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_folders_account_type IS 'Folder of an account by role';


--
-- Name: idx_email_folders_tenant_account; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_folders_tenant_account ON public.email_folders USING btree (tenant_id, account_id);


--
-- Name: INDEX idx_email_folders_tenant_account; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_folders_tenant_account IS 'Folders of a tenant or account; the foreign key';


--
-- Name: idx_email_folders_type; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_folders_type ON public.email_folders USING btree (type) WHERE ((type)::text = ANY ((ARRAY['inbox'::character varying, 'sent'::character varying, 'drafts'::character varying, 'trash'::character varying, 'spam'::character varying, 'archive'::character varying])::text[]));


--
-- Name: INDEX idx_email_folders_type; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_folders_type IS 'All folders of a special role, over all tenants (maintenance)';


--
-- Name: idx_email_message_search_received; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_message_search_received ON public.email_message_search USING btree (tenant_id, received_at DESC);


--
-- Name: INDEX idx_email_message_search_received; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_message_search_received IS 'First page of a search for common words, newest first';


--
-- Name: idx_email_message_tombstones_tenant; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_message_tombstones_tenant ON public.email_message_tombstones USING btree (tenant_id);


--
-- Name: INDEX idx_email_message_tombstones_tenant; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_message_tombstones_tenant IS 'Tombstones of a tenant: export, offboarding';


--
-- Name: idx_email_message_tombstones_time_brin; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_message_tombstones_time_brin ON public.email_message_tombstones USING brin (recorded_at);


--
-- Name: INDEX idx_email_message_tombstones_time_brin; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_message_tombstones_time_brin IS 'Purge of tombstones older than a time';


--
-- Name: idx_email_messages_account_changes; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_account_changes ON public.email_messages USING btree (account_id, change_seq);


--
-- Name: INDEX idx_email_messages_account_changes; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_account_changes IS 'Changes of an account since a state, deletions included';


--
-- Name: idx_email_messages_account_drafts; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_account_drafts ON public.email_messages USING btree (account_id, updated_at DESC) WHERE (is_draft AND (NOT is_deleted));


--
-- Name: INDEX idx_email_messages_account_drafts; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_account_drafts IS 'Drafts of an account, last edited first';


--
-- Name: idx_email_messages_account_flagged; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_account_flagged ON public.email_messages USING btree (account_id, received_at DESC) INCLUDE (tenant_id) WHERE (is_flagged AND (NOT is_deleted));


--
-- Name: INDEX idx_email_messages_account_flagged; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_account_flagged IS 'Flagged messages of an account';


--
-- Name: idx_email_messages_account_read; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_account_read ON public.email_messages USING btree (account_id, is_read);


--
-- Name: INDEX idx_email_messages_account_read; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_account_read IS 'Read and unread totals of an account';


--
-- Name: idx_email_messages_account_unread; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_account_unread ON public.email_messages USING btree (account_id, received_at DESC) INCLUDE (tenant_id) WHERE ((NOT is_read) AND (NOT is_deleted));


--
-- Name: INDEX idx_email_messages_account_unread; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_account_unread IS 'Unread messages of an account over all folders';


--
-- Name: idx_email_messages_created_brin; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_created_brin ON public.email_messages USING brin (created_at);


--
-- Name: INDEX idx_email_messages_created_brin; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_created_brin IS 'What was stored in a span of time (incremental export)';


--
-- Name: idx_email_messages_folder_received; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_folder_received ON public.email_messages USING btree (folder_id, received_at DESC);


--
-- Name: INDEX idx_email_messages_folder_received; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_folder_received IS 'Page of a folder, newest first, by keyset (received_at, id); old rows of the trash';


--
-- Name: idx_email_messages_folder_uid; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_folder_uid ON public.email_messages USING btree (folder_id, imap_uid_num);


--
-- Name: INDEX idx_email_messages_folder_uid; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_folder_uid IS 'Range of UIDs in a folder';


--
-- Name: idx_email_messages_folder_unread; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_folder_unread ON public.email_messages USING btree (folder_id, received_at DESC) INCLUDE (tenant_id) WHERE ((NOT is_read) AND (NOT is_deleted));


--
-- Name: INDEX idx_email_messages_folder_unread; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_folder_unread IS 'Unread messages of a folder, and their number';


--
-- Name: idx_email_messages_imap_uid; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE UNIQUE INDEX idx_email_messages_imap_uid ON public.email_messages USING btree (imap_uid, folder_id);


--
-- Name: INDEX idx_email_messages_imap_uid; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_imap_uid IS 'Message by UID; NULLs (UIDVALIDITY changed) do not collide';


--
-- Name: idx_email_messages_in_reply_to; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_in_reply_to ON public.email_messages USING btree (account_id, in_reply_to) WHERE (in_reply_to IS NOT NULL);


--
-- Name: INDEX idx_email_messages_in_reply_to; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_in_reply_to IS 'Answers to a message';


--
-- Name: idx_email_messages_message_id; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE UNIQUE INDEX idx_email_messages_message_id ON public.email_messages USING btree (message_id, account_id);


--
-- Name: INDEX idx_email_messages_message_id; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_message_id IS 'Message by Message-ID; delivered twice is stored once';


--
-- Name: idx_email_messages_message_id_full; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_message_id_full ON public.email_messages USING btree (md5(message_id_full), account_id) WHERE (message_id_full IS NOT NULL);
ALTER INDEX public.idx_email_messages_message_id_full ALTER COLUMN 1 SET STATISTICS 0;


--
-- Name: INDEX idx_email_messages_message_id_full; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_message_id_full IS 'Copies and variants of a message, by its Message-ID: md5(message_id_full) = md5($1) AND account_id = $2';


--
-- Name: idx_email_messages_purge; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_purge ON public.email_messages USING btree (deleted_at) WHERE is_deleted;


--
-- Name: INDEX idx_email_messages_purge; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_purge IS 'Deleted messages old enough to purge';


--
-- Name: idx_email_messages_tenant_received; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_tenant_received ON public.email_messages USING btree (tenant_id, received_at DESC);


--
-- Name: INDEX idx_email_messages_tenant_received; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_tenant_received IS 'Messages of a tenant: time line, count, export, offboarding';


--
-- Name: idx_email_messages_text_search; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_text_search ON public.email_message_search USING gin (((tenant_id)::text), search_vector);
ALTER INDEX public.idx_email_messages_text_search ALTER COLUMN 1 SET STATISTICS 0;


--
-- Name: INDEX idx_email_messages_text_search; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_text_search IS 'Words of subject, names and body, and terms such as from:user@example.com';


--
-- Name: idx_email_messages_thread_id; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_thread_id ON public.email_messages USING btree (thread_id);


--
-- Name: INDEX idx_email_messages_thread_id; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_thread_id IS 'Messages of a conversation';


--
-- Name: idx_email_messages_with_attachments; Type: INDEX; Schema: public; Owner: email_owner
--

CREATE INDEX idx_email_messages_with_attachments ON public.email_messages USING btree (account_id, received_at DESC) WHERE (has_attachments AND (NOT is_deleted));


--
-- Name: INDEX idx_email_messages_with_attachments; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON INDEX public.idx_email_messages_with_attachments IS 'Messages of an account that have attachments';


--
-- Name: email_message_tombstones_belonging; Type: STATISTICS; Schema: public; Owner: email_owner
--

CREATE STATISTICS public.email_message_tombstones_belonging (dependencies) ON tenant_id, account_id, folder_id FROM public.email_message_tombstones;


ALTER STATISTICS public.email_message_tombstones_belonging OWNER TO email_owner;

--
-- Name: STATISTICS email_message_tombstones_belonging; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON STATISTICS public.email_message_tombstones_belonging IS 'A folder decides the account, an account the tenant';


--
-- Name: email_messages_belonging; Type: STATISTICS; Schema: public; Owner: email_owner
--

CREATE STATISTICS public.email_messages_belonging (dependencies) ON tenant_id, account_id, folder_id, thread_id FROM public.email_messages;


ALTER STATISTICS public.email_messages_belonging OWNER TO email_owner;

--
-- Name: STATISTICS email_messages_belonging; Type: COMMENT; Schema: public; Owner: email_owner
--

COMMENT ON STATISTICS public.email_messages_belonging IS 'A thread or folder decides the account, an account the tenant';


--
-- Name: ledger_event ledger_event_append_only; Type: TRIGGER; Schema: emaildb; Owner: postgres
--

CREATE TRIGGER ledger_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON emaildb.ledger_event FOR EACH STATEMENT EXECUTE FUNCTION emaildb.refuse_change();


--
-- Name: email_accounts email_accounts_audit_delete; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_accounts_audit_delete AFTER DELETE ON public.email_accounts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_delete();


--
-- Name: email_accounts email_accounts_audit_insert; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_accounts_audit_insert AFTER INSERT ON public.email_accounts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_insert();


--
-- Name: email_accounts email_accounts_audit_update; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_accounts_audit_update AFTER UPDATE ON public.email_accounts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.email_accounts_audit_update();


--
-- Name: email_accounts email_accounts_deleted; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_accounts_deleted AFTER DELETE ON public.email_accounts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_account_deleted();


--
-- Name: email_accounts email_accounts_deletion; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_accounts_deletion BEFORE INSERT OR UPDATE ON public.email_accounts FOR EACH ROW WHEN ((new.is_deleted <> (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION public.email_keep_deletion();


--
-- Name: email_accounts email_accounts_fold; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_accounts_fold BEFORE INSERT OR UPDATE OF email_address ON public.email_accounts FOR EACH ROW WHEN (((new.email_address)::text <> lower(((new.email_address)::text COLLATE "C")))) EXECUTE FUNCTION public.email_fold_address();


--
-- Name: email_accounts email_accounts_identity; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_accounts_identity BEFORE UPDATE OF id, tenant_id ON public.email_accounts FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.tenant_id IS DISTINCT FROM new.tenant_id))) EXECUTE FUNCTION public.email_refuse_new_identity();


--
-- Name: email_accounts email_accounts_lock; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_accounts_lock BEFORE INSERT OR DELETE OR UPDATE ON public.email_accounts FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.email_lock_writers();


--
-- Name: email_accounts email_accounts_new_state; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_accounts_new_state BEFORE INSERT ON public.email_accounts FOR EACH ROW WHEN (((new.changes_floor IS DISTINCT FROM 0) OR (new.sync_claim IS NOT NULL) OR (new.sync_lease_until IS NOT NULL))) EXECUTE FUNCTION public.email_keep_account_state();


--
-- Name: email_accounts email_accounts_state; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_accounts_state BEFORE UPDATE OF changes_floor, sync_claim, sync_lease_until ON public.email_accounts FOR EACH ROW WHEN (((CURRENT_USER <> 'email_keeper'::name) AND ((old.changes_floor IS DISTINCT FROM new.changes_floor) OR (old.sync_claim IS DISTINCT FROM new.sync_claim) OR (old.sync_lease_until IS DISTINCT FROM new.sync_lease_until)))) EXECUTE FUNCTION public.email_keep_account_state();


--
-- Name: email_accounts email_accounts_touch; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_accounts_touch BEFORE UPDATE ON public.email_accounts FOR EACH ROW EXECUTE FUNCTION public.email_touch_row();


--
-- Name: email_attachments email_attachments_audit_delete; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_attachments_audit_delete AFTER DELETE ON public.email_attachments REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_delete();


--
-- Name: email_attachments email_attachments_audit_insert; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_attachments_audit_insert AFTER INSERT ON public.email_attachments REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_insert();


--
-- Name: email_attachments email_attachments_audit_update; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_attachments_audit_update AFTER UPDATE ON public.email_attachments REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.email_attachments_audit_update();


--
-- Name: email_attachments email_attachments_changed; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_attachments_changed AFTER UPDATE OF message_id, is_deleted, deleted_at ON public.email_attachments FOR EACH ROW WHEN (((old.message_id <> new.message_id) OR (old.is_deleted <> new.is_deleted))) EXECUTE FUNCTION public.email_attachment_changed();


--
-- Name: email_attachments email_attachments_deleted; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_attachments_deleted AFTER DELETE ON public.email_attachments REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_attachments_deleted();


--
-- Name: email_attachments email_attachments_deletion; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_attachments_deletion BEFORE INSERT OR UPDATE ON public.email_attachments FOR EACH ROW WHEN ((new.is_deleted <> (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION public.email_keep_deletion();


--
-- Name: email_attachments email_attachments_identity; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_attachments_identity BEFORE UPDATE OF id, tenant_id ON public.email_attachments FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.tenant_id IS DISTINCT FROM new.tenant_id))) EXECUTE FUNCTION public.email_refuse_new_identity();


--
-- Name: email_attachments email_attachments_inserted; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_attachments_inserted AFTER INSERT ON public.email_attachments REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_attachments_inserted();


--
-- Name: email_attachments email_attachments_lock; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_attachments_lock BEFORE INSERT OR DELETE OR UPDATE ON public.email_attachments FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.email_lock_writers();


--
-- Name: email_audit_log email_audit_log_append_only; Type: TRIGGER; Schema: public; Owner: email_audit
--

CREATE TRIGGER email_audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.email_audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_refuse_change();


--
-- Name: email_folders email_folders_audit_delete; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_folders_audit_delete AFTER DELETE ON public.email_folders REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_delete();


--
-- Name: email_folders email_folders_audit_insert; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_folders_audit_insert AFTER INSERT ON public.email_folders REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_insert();


--
-- Name: email_folders email_folders_audit_update; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_folders_audit_update AFTER UPDATE ON public.email_folders REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.email_folders_audit_update();


--
-- Name: email_folders email_folders_counters; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_folders_counters BEFORE UPDATE OF total_count, unread_count ON public.email_folders FOR EACH ROW WHEN (((CURRENT_USER <> 'email_keeper'::name) AND ((old.total_count IS DISTINCT FROM new.total_count) OR (old.unread_count IS DISTINCT FROM new.unread_count)))) EXECUTE FUNCTION public.email_keep_folder_counters();


--
-- Name: email_folders email_folders_deletion; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_folders_deletion BEFORE INSERT OR UPDATE ON public.email_folders FOR EACH ROW WHEN ((new.is_deleted <> (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION public.email_keep_deletion();


--
-- Name: email_folders email_folders_identity; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_folders_identity BEFORE UPDATE OF id, tenant_id, account_id ON public.email_folders FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.tenant_id IS DISTINCT FROM new.tenant_id) OR (old.account_id IS DISTINCT FROM new.account_id))) EXECUTE FUNCTION public.email_refuse_new_identity();


--
-- Name: email_folders email_folders_lock; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_folders_lock BEFORE INSERT OR DELETE OR UPDATE ON public.email_folders FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.email_lock_writers();


--
-- Name: email_folders email_folders_new_counters; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_folders_new_counters BEFORE INSERT ON public.email_folders FOR EACH ROW WHEN (((new.total_count IS DISTINCT FROM 0) OR (new.unread_count IS DISTINCT FROM 0))) EXECUTE FUNCTION public.email_keep_folder_counters();


--
-- Name: email_folders email_folders_touch; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_folders_touch BEFORE UPDATE ON public.email_folders FOR EACH ROW EXECUTE FUNCTION public.email_touch_row();


--
-- Name: email_messages email_messages_audit_delete; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_audit_delete AFTER DELETE ON public.email_messages REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_delete();


--
-- Name: email_messages email_messages_audit_insert; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_audit_insert AFTER INSERT ON public.email_messages REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_audit_insert();


--
-- Name: email_messages email_messages_audit_update; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_audit_update AFTER UPDATE ON public.email_messages REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.email_messages_audit_update();


--
-- Name: email_messages email_messages_deleted; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_deleted AFTER DELETE ON public.email_messages REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_messages_deleted();


--
-- Name: email_messages email_messages_deletion; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_deletion BEFORE INSERT OR UPDATE ON public.email_messages FOR EACH ROW WHEN ((new.is_deleted <> (new.deleted_at IS NOT NULL))) EXECUTE FUNCTION public.email_keep_deletion();


--
-- Name: email_messages email_messages_fill; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_fill BEFORE INSERT OR UPDATE ON public.email_messages FOR EACH ROW WHEN (((new.is_read IS NULL) OR (new.is_flagged IS NULL) OR (new.is_draft IS NULL) OR (new.received_at IS NULL))) EXECUTE FUNCTION public.email_fill_message();


--
-- Name: email_messages email_messages_identity; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_identity BEFORE UPDATE OF id, tenant_id, account_id ON public.email_messages FOR EACH ROW WHEN (((old.id IS DISTINCT FROM new.id) OR (old.tenant_id IS DISTINCT FROM new.tenant_id) OR (old.account_id IS DISTINCT FROM new.account_id))) EXECUTE FUNCTION public.email_refuse_new_identity();


--
-- Name: email_messages email_messages_inserted; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_inserted AFTER INSERT ON public.email_messages REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_messages_inserted();


--
-- Name: email_messages email_messages_lock; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_lock BEFORE INSERT OR DELETE OR UPDATE ON public.email_messages FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.email_lock_writers();


--
-- Name: email_messages email_messages_moved; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_moved AFTER UPDATE OF folder_id ON public.email_messages FOR EACH ROW WHEN ((old.folder_id IS DISTINCT FROM new.folder_id)) EXECUTE FUNCTION public.email_message_left_folder();


--
-- Name: email_messages email_messages_number; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_number BEFORE INSERT ON public.email_messages FOR EACH ROW EXECUTE FUNCTION public.email_number_message();


--
-- Name: email_messages email_messages_search_content; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_search_content AFTER UPDATE OF received_at, subject, subject_full, "from", from_full, "to", cc, bcc, refs, text_body, html_body ON public.email_messages FOR EACH ROW WHEN (((old.received_at IS DISTINCT FROM new.received_at) OR ((old.subject)::text IS DISTINCT FROM (new.subject)::text) OR (old.subject_full IS DISTINCT FROM new.subject_full) OR ((old."from")::text IS DISTINCT FROM (new."from")::text) OR (old.from_full IS DISTINCT FROM new.from_full) OR (old."to" IS DISTINCT FROM new."to") OR (old.cc IS DISTINCT FROM new.cc) OR (old.bcc IS DISTINCT FROM new.bcc) OR (old.refs IS DISTINCT FROM new.refs) OR (old.text_body IS DISTINCT FROM new.text_body) OR (old.html_body IS DISTINCT FROM new.html_body))) EXECUTE FUNCTION public.email_search_row_changed();


--
-- Name: email_messages email_messages_touch; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_touch BEFORE UPDATE ON public.email_messages FOR EACH ROW EXECUTE FUNCTION public.email_touch_message();


--
-- Name: email_messages email_messages_updated; Type: TRIGGER; Schema: public; Owner: email_owner
--

CREATE TRIGGER email_messages_updated AFTER UPDATE ON public.email_messages REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.email_messages_updated();


--
-- Name: email_attachments email_attachments_message_fkey; Type: FK CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_attachments
    ADD CONSTRAINT email_attachments_message_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES public.email_messages(tenant_id, id) ON DELETE CASCADE;


--
-- Name: email_folders email_folders_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_folders
    ADD CONSTRAINT email_folders_account_fkey FOREIGN KEY (tenant_id, account_id) REFERENCES public.email_accounts(tenant_id, id) ON DELETE CASCADE;


--
-- Name: email_messages email_messages_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_messages
    ADD CONSTRAINT email_messages_account_fkey FOREIGN KEY (tenant_id, account_id) REFERENCES public.email_accounts(tenant_id, id) ON DELETE CASCADE;


--
-- Name: email_messages email_messages_folder_fkey; Type: FK CONSTRAINT; Schema: public; Owner: email_owner
--

ALTER TABLE ONLY public.email_messages
    ADD CONSTRAINT email_messages_folder_fkey FOREIGN KEY (tenant_id, account_id, folder_id) REFERENCES public.email_folders(tenant_id, account_id, id) ON DELETE CASCADE;


--
-- Name: email_accounts; Type: ROW SECURITY; Schema: public; Owner: email_owner
--

ALTER TABLE public.email_accounts ENABLE ROW LEVEL SECURITY;

--
-- Name: email_accounts email_accounts_keeper_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_accounts_keeper_policy ON public.email_accounts TO email_keeper USING (true) WITH CHECK (true);


--
-- Name: email_accounts email_accounts_tenant_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_accounts_tenant_policy ON public.email_accounts TO email_readonly, email_service USING ((tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid));


--
-- Name: email_attachments; Type: ROW SECURITY; Schema: public; Owner: email_owner
--

ALTER TABLE public.email_attachments ENABLE ROW LEVEL SECURITY;

--
-- Name: email_attachments email_attachments_keeper_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_attachments_keeper_policy ON public.email_attachments TO email_keeper USING (true) WITH CHECK (true);


--
-- Name: email_attachments email_attachments_search_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_attachments_search_policy ON public.email_attachments FOR SELECT TO email_search USING (true);


--
-- Name: email_attachments email_attachments_tenant_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_attachments_tenant_policy ON public.email_attachments TO email_readonly, email_service USING ((tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid));


--
-- Name: email_audit_log; Type: ROW SECURITY; Schema: public; Owner: email_audit
--

ALTER TABLE public.email_audit_log ENABLE ROW LEVEL SECURITY;

--
-- Name: email_audit_log email_audit_log_owner_policy; Type: POLICY; Schema: public; Owner: email_audit
--

CREATE POLICY email_audit_log_owner_policy ON public.email_audit_log TO email_audit USING (true) WITH CHECK (true);


--
-- Name: email_audit_log email_audit_log_tenant_policy; Type: POLICY; Schema: public; Owner: email_audit
--

CREATE POLICY email_audit_log_tenant_policy ON public.email_audit_log TO email_readonly, email_service USING ((tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid));


--
-- Name: email_folders; Type: ROW SECURITY; Schema: public; Owner: email_owner
--

ALTER TABLE public.email_folders ENABLE ROW LEVEL SECURITY;

--
-- Name: email_folders email_folders_keeper_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_folders_keeper_policy ON public.email_folders TO email_keeper USING (true) WITH CHECK (true);


--
-- Name: email_folders email_folders_search_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_folders_search_policy ON public.email_folders FOR SELECT TO email_search USING (true);


--
-- Name: email_folders email_folders_tenant_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_folders_tenant_policy ON public.email_folders TO email_readonly, email_service USING ((tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid));


--
-- Name: email_message_search; Type: ROW SECURITY; Schema: public; Owner: email_owner
--

ALTER TABLE public.email_message_search ENABLE ROW LEVEL SECURITY;

--
-- Name: email_message_search email_message_search_keeper_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_message_search_keeper_policy ON public.email_message_search TO email_keeper USING (true) WITH CHECK (true);


--
-- Name: email_message_search email_message_search_search_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_message_search_search_policy ON public.email_message_search FOR SELECT TO email_search USING (true);


--
-- Name: email_message_tombstones; Type: ROW SECURITY; Schema: public; Owner: email_owner
--

ALTER TABLE public.email_message_tombstones ENABLE ROW LEVEL SECURITY;

--
-- Name: email_message_tombstones email_message_tombstones_keeper_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_message_tombstones_keeper_policy ON public.email_message_tombstones TO email_keeper USING (true) WITH CHECK (true);


--
-- Name: email_message_tombstones email_message_tombstones_tenant_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_message_tombstones_tenant_policy ON public.email_message_tombstones FOR SELECT TO email_readonly, email_service USING ((tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid));


--
-- Name: email_messages; Type: ROW SECURITY; Schema: public; Owner: email_owner
--

ALTER TABLE public.email_messages ENABLE ROW LEVEL SECURITY;

--
-- Name: email_messages email_messages_keeper_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_messages_keeper_policy ON public.email_messages TO email_keeper USING (true) WITH CHECK (true);


--
-- Name: email_messages email_messages_search_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_messages_search_policy ON public.email_messages FOR SELECT TO email_search USING (true);


--
-- Name: email_messages email_messages_tenant_policy; Type: POLICY; Schema: public; Owner: email_owner
--

CREATE POLICY email_messages_tenant_policy ON public.email_messages TO email_readonly, email_service USING ((tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid));


--
-- Name: DATABASE email_service; Type: ACL; Schema: -; Owner: postgres
--

REVOKE CONNECT,TEMPORARY ON DATABASE email_service FROM PUBLIC;
GRANT CONNECT ON DATABASE email_service TO email_service;
GRANT CONNECT ON DATABASE email_service TO email_readonly;
GRANT CONNECT ON DATABASE email_service TO email_worker;
GRANT CONNECT ON DATABASE email_service TO email_backup;
GRANT CONNECT ON DATABASE email_service TO email_monitor;
GRANT CONNECT ON DATABASE email_service TO email_pooler;


--
-- Name: SCHEMA emaildb; Type: ACL; Schema: -; Owner: postgres
--

GRANT USAGE ON SCHEMA emaildb TO email_audit;
GRANT USAGE ON SCHEMA emaildb TO email_monitor;


--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: pg_database_owner
--

REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO email_owner;
GRANT USAGE ON SCHEMA public TO email_service;
GRANT USAGE ON SCHEMA public TO email_readonly;
GRANT USAGE ON SCHEMA public TO email_search;
GRANT USAGE ON SCHEMA public TO email_audit;
GRANT USAGE ON SCHEMA public TO email_backup;
GRANT USAGE ON SCHEMA public TO email_monitor;
GRANT USAGE ON SCHEMA public TO email_pooler;
GRANT USAGE ON SCHEMA public TO email_keeper;
GRANT USAGE ON SCHEMA public TO email_worker;
GRANT USAGE ON SCHEMA public TO email_lookup;


--
-- Name: PROCEDURE count_statements(); Type: ACL; Schema: emaildb; Owner: postgres
--

REVOKE ALL ON PROCEDURE emaildb.count_statements() FROM PUBLIC;


--
-- Name: FUNCTION refuse_change(); Type: ACL; Schema: emaildb; Owner: postgres
--

REVOKE ALL ON FUNCTION emaildb.refuse_change() FROM PUBLIC;


--
-- Name: PROCEDURE write_audit_function(IN audited regclass); Type: ACL; Schema: emaildb; Owner: postgres
--

REVOKE ALL ON PROCEDURE emaildb.write_audit_function(IN audited regclass) FROM PUBLIC;
GRANT ALL ON PROCEDURE emaildb.write_audit_function(IN audited regclass) TO email_audit;


--
-- Name: FUNCTION lo_close(integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_close(integer) FROM PUBLIC;


--
-- Name: FUNCTION lo_creat(integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_creat(integer) FROM PUBLIC;


--
-- Name: FUNCTION lo_create(oid); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_create(oid) FROM PUBLIC;


--
-- Name: FUNCTION lo_from_bytea(oid, bytea); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC;


--
-- Name: FUNCTION lo_get(oid); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_get(oid) FROM PUBLIC;


--
-- Name: FUNCTION lo_get(oid, bigint, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_get(oid, bigint, integer) FROM PUBLIC;


--
-- Name: FUNCTION lo_lseek(integer, integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_lseek(integer, integer, integer) FROM PUBLIC;


--
-- Name: FUNCTION lo_lseek64(integer, bigint, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_lseek64(integer, bigint, integer) FROM PUBLIC;


--
-- Name: FUNCTION lo_open(oid, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_open(oid, integer) FROM PUBLIC;


--
-- Name: FUNCTION lo_put(oid, bigint, bytea); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_put(oid, bigint, bytea) FROM PUBLIC;


--
-- Name: FUNCTION lo_tell(integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_tell(integer) FROM PUBLIC;


--
-- Name: FUNCTION lo_tell64(integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_tell64(integer) FROM PUBLIC;


--
-- Name: FUNCTION lo_truncate(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_truncate(integer, integer) FROM PUBLIC;


--
-- Name: FUNCTION lo_truncate64(integer, bigint); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_truncate64(integer, bigint) FROM PUBLIC;


--
-- Name: FUNCTION lo_unlink(oid); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lo_unlink(oid) FROM PUBLIC;


--
-- Name: FUNCTION loread(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.loread(integer, integer) FROM PUBLIC;


--
-- Name: FUNCTION lowrite(integer, bytea); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.lowrite(integer, bytea) FROM PUBLIC;


--
-- Name: FUNCTION pg_advisory_lock(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_lock(integer, integer) FROM PUBLIC;


--
-- Name: FUNCTION pg_advisory_lock_shared(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_lock_shared(integer, integer) FROM PUBLIC;


--
-- Name: FUNCTION pg_advisory_unlock(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_unlock(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_unlock(integer, integer) TO email_owner;


--
-- Name: FUNCTION pg_advisory_unlock_shared(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_unlock_shared(integer, integer) FROM PUBLIC;


--
-- Name: FUNCTION pg_advisory_xact_lock(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock(integer, integer) TO email_service;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock(integer, integer) TO email_keeper;


--
-- Name: FUNCTION pg_advisory_xact_lock_shared(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock_shared(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock_shared(integer, integer) TO email_service;
GRANT ALL ON FUNCTION pg_catalog.pg_advisory_xact_lock_shared(integer, integer) TO email_keeper;


--
-- Name: FUNCTION pg_cancel_backend(integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_cancel_backend(integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_cancel_backend(integer) TO pg_signal_backend;


--
-- Name: FUNCTION pg_terminate_backend(pid integer, timeout bigint); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_terminate_backend(pid integer, timeout bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_terminate_backend(pid integer, timeout bigint) TO pg_signal_backend;


--
-- Name: FUNCTION pg_try_advisory_lock(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_lock(integer, integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pg_catalog.pg_try_advisory_lock(integer, integer) TO email_owner;


--
-- Name: FUNCTION pg_try_advisory_lock_shared(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_lock_shared(integer, integer) FROM PUBLIC;


--
-- Name: FUNCTION pg_try_advisory_xact_lock(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock(integer, integer) FROM PUBLIC;


--
-- Name: FUNCTION pg_try_advisory_xact_lock_shared(integer, integer); Type: ACL; Schema: pg_catalog; Owner: postgres
--

REVOKE ALL ON FUNCTION pg_catalog.pg_try_advisory_xact_lock_shared(integer, integer) FROM PUBLIC;


--
-- Name: FUNCTION email_account_deleted(); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_account_deleted() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_account_deleted() TO email_owner;


--
-- Name: FUNCTION email_accounts_audit_update(); Type: ACL; Schema: public; Owner: email_audit
--

REVOKE ALL ON FUNCTION public.email_accounts_audit_update() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_accounts_audit_update() TO email_owner;


--
-- Name: FUNCTION email_address_found(header text); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_address_found(header text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_address_found(header text) TO email_service;
GRANT ALL ON FUNCTION public.email_address_found(header text) TO email_readonly;
GRANT ALL ON FUNCTION public.email_address_found(header text) TO email_search;
GRANT ALL ON FUNCTION public.email_address_found(header text) TO email_keeper;


--
-- Name: FUNCTION email_address_of(header text); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_address_of(header text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_address_of(header text) TO email_keeper;
GRANT ALL ON FUNCTION public.email_address_of(header text) TO email_search;
GRANT ALL ON FUNCTION public.email_address_of(header text) TO email_service;
GRANT ALL ON FUNCTION public.email_address_of(header text) TO email_readonly;


--
-- Name: FUNCTION email_attachment_changed(); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_attachment_changed() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_attachment_changed() TO email_owner;


--
-- Name: FUNCTION email_attachments_audit_update(); Type: ACL; Schema: public; Owner: email_audit
--

REVOKE ALL ON FUNCTION public.email_attachments_audit_update() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_attachments_audit_update() TO email_owner;


--
-- Name: FUNCTION email_attachments_deleted(); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_attachments_deleted() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_attachments_deleted() TO email_owner;


--
-- Name: FUNCTION email_attachments_inserted(); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_attachments_inserted() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_attachments_inserted() TO email_owner;


--
-- Name: FUNCTION email_audit_delete(); Type: ACL; Schema: public; Owner: email_audit
--

REVOKE ALL ON FUNCTION public.email_audit_delete() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_audit_delete() TO email_owner;


--
-- Name: FUNCTION email_audit_insert(); Type: ACL; Schema: public; Owner: email_audit
--

REVOKE ALL ON FUNCTION public.email_audit_insert() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_audit_insert() TO email_owner;


--
-- Name: FUNCTION email_audit_refuse_change(); Type: ACL; Schema: public; Owner: email_audit
--

REVOKE ALL ON FUNCTION public.email_audit_refuse_change() FROM PUBLIC;


--
-- Name: FUNCTION email_change_state(account_id uuid); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_change_state(account_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_change_state(account_id uuid) TO email_service;
GRANT ALL ON FUNCTION public.email_change_state(account_id uuid) TO email_readonly;


--
-- Name: FUNCTION email_changes(account_id uuid, since_seq bigint, page_size integer, full_resync boolean); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_changes(account_id uuid, since_seq bigint, page_size integer, full_resync boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_changes(account_id uuid, since_seq bigint, page_size integer, full_resync boolean) TO email_service;
GRANT ALL ON FUNCTION public.email_changes(account_id uuid, since_seq bigint, page_size integer, full_resync boolean) TO email_readonly;


--
-- Name: FUNCTION email_check_counters(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_check_counters() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_check_counters() TO email_service;
GRANT ALL ON FUNCTION public.email_check_counters() TO email_readonly;


--
-- Name: FUNCTION email_claim_accounts(worker_limit integer, lease_ms bigint); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_claim_accounts(worker_limit integer, lease_ms bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_claim_accounts(worker_limit integer, lease_ms bigint) TO email_worker;


--
-- Name: FUNCTION email_export_tenant(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_export_tenant() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_export_tenant() TO email_service;
GRANT ALL ON FUNCTION public.email_export_tenant() TO email_readonly;


--
-- Name: FUNCTION email_fill_message(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_fill_message() FROM PUBLIC;


--
-- Name: FUNCTION email_fold_address(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_fold_address() FROM PUBLIC;


--
-- Name: FUNCTION email_folders_audit_update(); Type: ACL; Schema: public; Owner: email_audit
--

REVOKE ALL ON FUNCTION public.email_folders_audit_update() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_folders_audit_update() TO email_owner;


--
-- Name: FUNCTION email_ingest(account_id uuid, folder_id uuid, messages jsonb); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_ingest(account_id uuid, folder_id uuid, messages jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_ingest(account_id uuid, folder_id uuid, messages jsonb) TO email_service;


--
-- Name: FUNCTION email_ingest_find(account_id uuid, folder_id uuid, keys text[], originals text[], uids text[]); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_ingest_find(account_id uuid, folder_id uuid, keys text[], originals text[], uids text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_ingest_find(account_id uuid, folder_id uuid, keys text[], originals text[], uids text[]) TO email_service;


--
-- Name: FUNCTION email_ingest_known(account_id uuid, folder_id uuid, message jsonb, uids text[], OUT id uuid, OUT outcome text); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_ingest_known(account_id uuid, folder_id uuid, message jsonb, uids text[], OUT id uuid, OUT outcome text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_ingest_known(account_id uuid, folder_id uuid, message jsonb, uids text[], OUT id uuid, OUT outcome text) TO email_service;


--
-- Name: FUNCTION email_ingest_new(account_id uuid, folder_id uuid, messages jsonb, places bigint[], keys text[]); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_ingest_new(account_id uuid, folder_id uuid, messages jsonb, places bigint[], keys text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_ingest_new(account_id uuid, folder_id uuid, messages jsonb, places bigint[], keys text[]) TO email_service;


--
-- Name: FUNCTION email_keep_account_state(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_keep_account_state() FROM PUBLIC;


--
-- Name: FUNCTION email_keep_deletion(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_keep_deletion() FROM PUBLIC;


--
-- Name: FUNCTION email_keep_folder_counters(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_keep_folder_counters() FROM PUBLIC;


--
-- Name: FUNCTION email_lock_tenant(tenant uuid); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_lock_tenant(tenant uuid) FROM PUBLIC;


--
-- Name: FUNCTION email_lock_writers(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_lock_writers() FROM PUBLIC;


--
-- Name: FUNCTION email_merge_search(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_merge_search() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_merge_search() TO email_worker;


--
-- Name: FUNCTION email_message_key(message_id text, raw_sha256 bytea); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_message_key(message_id text, raw_sha256 bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_message_key(message_id text, raw_sha256 bytea) TO email_service;
GRANT ALL ON FUNCTION public.email_message_key(message_id text, raw_sha256 bytea) TO email_readonly;


--
-- Name: FUNCTION email_message_fields(message jsonb); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_message_fields(message jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_message_fields(message jsonb) TO email_service;


--
-- Name: FUNCTION email_message_left_folder(); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_message_left_folder() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_message_left_folder() TO email_owner;


--
-- Name: FUNCTION email_messages_audit_update(); Type: ACL; Schema: public; Owner: email_audit
--

REVOKE ALL ON FUNCTION public.email_messages_audit_update() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_messages_audit_update() TO email_owner;


--
-- Name: FUNCTION email_messages_deleted(); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_messages_deleted() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_messages_deleted() TO email_owner;


--
-- Name: FUNCTION email_messages_inserted(); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_messages_inserted() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_messages_inserted() TO email_owner;


--
-- Name: FUNCTION email_messages_updated(); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_messages_updated() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_messages_updated() TO email_owner;


--
-- Name: FUNCTION email_move_messages(ids uuid[], target_folder uuid); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_move_messages(ids uuid[], target_folder uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_move_messages(ids uuid[], target_folder uuid) TO email_service;


--
-- Name: FUNCTION email_next_tenant(after uuid); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_next_tenant(after uuid) FROM PUBLIC;


--
-- Name: FUNCTION email_now_ms(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_now_ms() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_now_ms() TO email_keeper;
GRANT ALL ON FUNCTION public.email_now_ms() TO email_audit;
GRANT ALL ON FUNCTION public.email_now_ms() TO email_service;
GRANT ALL ON FUNCTION public.email_now_ms() TO email_readonly;
GRANT ALL ON FUNCTION public.email_now_ms() TO email_search;
GRANT ALL ON FUNCTION public.email_now_ms() TO email_worker;


--
-- Name: FUNCTION email_number_message(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_number_message() FROM PUBLIC;


--
-- Name: FUNCTION email_offboard_audit(tenant uuid, batch_size integer, OUT deleted bigint, OUT remaining bigint); Type: ACL; Schema: public; Owner: email_audit
--

REVOKE ALL ON FUNCTION public.email_offboard_audit(tenant uuid, batch_size integer, OUT deleted bigint, OUT remaining bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_offboard_audit(tenant uuid, batch_size integer, OUT deleted bigint, OUT remaining bigint) TO email_keeper;


--
-- Name: FUNCTION email_offboard_tenant(tenant uuid, batch_size integer, keep_audit boolean); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_offboard_tenant(tenant uuid, batch_size integer, keep_audit boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_offboard_tenant(tenant uuid, batch_size integer, keep_audit boolean) TO email_owner;


--
-- Name: FUNCTION email_pooler_lookup(login text); Type: ACL; Schema: public; Owner: email_lookup
--

REVOKE ALL ON FUNCTION public.email_pooler_lookup(login text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_pooler_lookup(login text) TO email_pooler;


--
-- Name: FUNCTION email_purge_audit(older_than_ms bigint, batch_size integer); Type: ACL; Schema: public; Owner: email_audit
--

REVOKE ALL ON FUNCTION public.email_purge_audit(older_than_ms bigint, batch_size integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_purge_audit(older_than_ms bigint, batch_size integer) TO email_owner;


--
-- Name: FUNCTION email_purge_deleted(older_than_ms bigint, batch_size integer); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_purge_deleted(older_than_ms bigint, batch_size integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_purge_deleted(older_than_ms bigint, batch_size integer) TO email_owner;


--
-- Name: FUNCTION email_purge_tombstones(older_than_ms bigint, batch_size integer); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_purge_tombstones(older_than_ms bigint, batch_size integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_purge_tombstones(older_than_ms bigint, batch_size integer) TO email_owner;


--
-- Name: FUNCTION email_refuse_new_identity(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_refuse_new_identity() FROM PUBLIC;


--
-- Name: FUNCTION email_refuse_other_account(); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_refuse_other_account() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_refuse_other_account() TO email_service;


--
-- Name: FUNCTION email_release_account(account_id uuid, claim uuid, succeeded boolean, retry_ms bigint); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_release_account(account_id uuid, claim uuid, succeeded boolean, retry_ms bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_release_account(account_id uuid, claim uuid, succeeded boolean, retry_ms bigint) TO email_worker;


--
-- Name: FUNCTION email_renew_claim(account_id uuid, claim uuid, lease_ms bigint); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_renew_claim(account_id uuid, claim uuid, lease_ms bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_renew_claim(account_id uuid, claim uuid, lease_ms bigint) TO email_worker;


--
-- Name: PROCEDURE email_repair(IN part text); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON PROCEDURE public.email_repair(IN part text) FROM PUBLIC;


--
-- Name: FUNCTION email_repair_counters(folder_id uuid); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_repair_counters(folder_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_repair_counters(folder_id uuid) TO email_service;


--
-- Name: FUNCTION email_repair_leftovers(batch_size integer); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_repair_leftovers(batch_size integer) FROM PUBLIC;


--
-- Name: FUNCTION email_repair_messages(after uuid, batch_size integer); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_repair_messages(after uuid, batch_size integer) FROM PUBLIC;


--
-- Name: FUNCTION email_require_tenant(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_require_tenant() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_require_tenant() TO email_service;
GRANT ALL ON FUNCTION public.email_require_tenant() TO email_readonly;
GRANT ALL ON FUNCTION public.email_require_tenant() TO email_search;
GRANT ALL ON FUNCTION public.email_require_tenant() TO email_keeper;
GRANT ALL ON FUNCTION public.email_require_tenant() TO email_worker;


--
-- Name: FUNCTION email_reset_uidvalidity(folder_id uuid, new_uid_validity bigint, batch_size integer); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_reset_uidvalidity(folder_id uuid, new_uid_validity bigint, batch_size integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_reset_uidvalidity(folder_id uuid, new_uid_validity bigint, batch_size integer) TO email_service;


--
-- Name: FUNCTION email_search(query text, account_id uuid, folder_id uuid, since bigint, until bigint, order_by text, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search(query text, account_id uuid, folder_id uuid, since bigint, until bigint, order_by text, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search(query text, account_id uuid, folder_id uuid, since bigint, until bigint, order_by text, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid) TO email_service;
GRANT ALL ON FUNCTION public.email_search(query text, account_id uuid, folder_id uuid, since bigint, until bigint, order_by text, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid) TO email_readonly;


--
-- Name: FUNCTION email_search_addresses(header jsonb); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_search_addresses(header jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_addresses(header jsonb) TO email_keeper;


--
-- Name: FUNCTION email_search_attachments(fragment text, page_size integer, after_received_at bigint, after_id uuid); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search_attachments(fragment text, page_size integer, after_received_at bigint, after_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_attachments(fragment text, page_size integer, after_received_at bigint, after_id uuid) TO email_service;
GRANT ALL ON FUNCTION public.email_search_attachments(fragment text, page_size integer, after_received_at bigint, after_id uuid) TO email_readonly;


--
-- Name: FUNCTION email_search_bytes(value text); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search_bytes(value text) FROM PUBLIC;


--
-- Name: FUNCTION email_search_character(code bigint); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_search_character(code bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_character(code bigint) TO email_keeper;


--
-- Name: FUNCTION email_search_cut(value text, bytes integer); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_search_cut(value text, bytes integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_cut(value text, bytes integer) TO email_keeper;


--
-- Name: FUNCTION email_search_day(value text); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search_day(value text) FROM PUBLIC;


--
-- Name: FUNCTION email_search_document(subject text, sender text, sender_address text, "to" jsonb, cc jsonb, bcc jsonb, refs text[], body text, html text); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_search_document(subject text, sender text, sender_address text, "to" jsonb, cc jsonb, bcc jsonb, refs text[], body text, html text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_document(subject text, sender text, sender_address text, "to" jsonb, cc jsonb, bcc jsonb, refs text[], body text, html text) TO email_keeper;


--
-- Name: FUNCTION email_search_explain(query text); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search_explain(query text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_explain(query text) TO email_service;
GRANT ALL ON FUNCTION public.email_search_explain(query text) TO email_readonly;


--
-- Name: FUNCTION email_search_fold(value text); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_search_fold(value text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_fold(value text) TO email_keeper;
GRANT ALL ON FUNCTION public.email_search_fold(value text) TO email_search;


--
-- Name: FUNCTION email_search_html(html text); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_search_html(html text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_html(html text) TO email_keeper;


--
-- Name: FUNCTION email_search_page(words tsquery, filter text, files text, account_id uuid, folder_id uuid, since bigint, until bigint, by_rank boolean, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search_page(words tsquery, filter text, files text, account_id uuid, folder_id uuid, since bigint, until bigint, by_rank boolean, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid) FROM PUBLIC;


--
-- Name: FUNCTION email_search_paired(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_search_paired() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_paired() TO email_keeper;
GRANT ALL ON FUNCTION public.email_search_paired() TO email_search;


--
-- Name: FUNCTION email_search_parse(query text, OUT words tsquery, OUT filter text, OUT files text, OUT since bigint, OUT until bigint, OUT terms jsonb); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search_parse(query text, OUT words tsquery, OUT filter text, OUT files text, OUT since bigint, OUT until bigint, OUT terms jsonb) FROM PUBLIC;


--
-- Name: FUNCTION email_search_people(header jsonb); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_search_people(header jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_people(header jsonb) TO email_keeper;


--
-- Name: FUNCTION email_search_person(kind text, value text, is_prefix boolean); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search_person(kind text, value text, is_prefix boolean) FROM PUBLIC;


--
-- Name: FUNCTION email_search_phrase(value text, weight text, is_prefix boolean); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search_phrase(value text, weight text, is_prefix boolean) FROM PUBLIC;


--
-- Name: FUNCTION email_search_recipients(address text, account_id uuid, folder_id uuid, since bigint, until bigint, page_size integer, after_received_at bigint, after_id uuid); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search_recipients(address text, account_id uuid, folder_id uuid, since bigint, until bigint, page_size integer, after_received_at bigint, after_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_recipients(address text, account_id uuid, folder_id uuid, since bigint, until bigint, page_size integer, after_received_at bigint, after_id uuid) TO email_service;
GRANT ALL ON FUNCTION public.email_search_recipients(address text, account_id uuid, folder_id uuid, since bigint, until bigint, page_size integer, after_received_at bigint, after_id uuid) TO email_readonly;


--
-- Name: FUNCTION email_search_references(keys text[]); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search_references(keys text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_references(keys text[]) TO email_service;
GRANT ALL ON FUNCTION public.email_search_references(keys text[]) TO email_readonly;


--
-- Name: FUNCTION email_search_row_changed(); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_search_row_changed() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_row_changed() TO email_owner;


--
-- Name: FUNCTION email_search_split(terms text); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_search_split(terms text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_split(terms text) TO email_keeper;


--
-- Name: FUNCTION email_search_term(term text, is_prefix boolean); Type: ACL; Schema: public; Owner: email_search
--

REVOKE ALL ON FUNCTION public.email_search_term(term text, is_prefix boolean) FROM PUBLIC;


--
-- Name: FUNCTION email_search_terms(kind text, addresses text[]); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_search_terms(kind text, addresses text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_terms(kind text, addresses text[]) TO email_keeper;


--
-- Name: FUNCTION email_search_text(value text); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_search_text(value text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_search_text(value text) TO email_keeper;
GRANT ALL ON FUNCTION public.email_search_text(value text) TO email_search;


--
-- Name: FUNCTION email_slow_queries(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_slow_queries() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_slow_queries() TO email_monitor;


--
-- Name: FUNCTION email_sync_backlog(OUT enabled bigint, OUT syncing bigint, OUT due bigint, OUT retrying bigint, OUT abandoned bigint, OUT longest_overdue_ms bigint); Type: ACL; Schema: public; Owner: email_keeper
--

REVOKE ALL ON FUNCTION public.email_sync_backlog(OUT enabled bigint, OUT syncing bigint, OUT due bigint, OUT retrying bigint, OUT abandoned bigint, OUT longest_overdue_ms bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_sync_backlog(OUT enabled bigint, OUT syncing bigint, OUT due bigint, OUT retrying bigint, OUT abandoned bigint, OUT longest_overdue_ms bigint) TO email_monitor;


--
-- Name: FUNCTION email_touch_message(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_touch_message() FROM PUBLIC;


--
-- Name: FUNCTION email_touch_row(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_touch_row() FROM PUBLIC;


--
-- Name: FUNCTION email_wait_for_writers(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.email_wait_for_writers() FROM PUBLIC;
GRANT ALL ON FUNCTION public.email_wait_for_writers() TO email_service;
GRANT ALL ON FUNCTION public.email_wait_for_writers() TO email_keeper;


--
-- Name: FUNCTION pg_stat_statements(showtext boolean, OUT userid oid, OUT dbid oid, OUT toplevel boolean, OUT queryid bigint, OUT query text, OUT plans bigint, OUT total_plan_time double precision, OUT min_plan_time double precision, OUT max_plan_time double precision, OUT mean_plan_time double precision, OUT stddev_plan_time double precision, OUT calls bigint, OUT total_exec_time double precision, OUT min_exec_time double precision, OUT max_exec_time double precision, OUT mean_exec_time double precision, OUT stddev_exec_time double precision, OUT rows bigint, OUT shared_blks_hit bigint, OUT shared_blks_read bigint, OUT shared_blks_dirtied bigint, OUT shared_blks_written bigint, OUT local_blks_hit bigint, OUT local_blks_read bigint, OUT local_blks_dirtied bigint, OUT local_blks_written bigint, OUT temp_blks_read bigint, OUT temp_blks_written bigint, OUT blk_read_time double precision, OUT blk_write_time double precision, OUT temp_blk_read_time double precision, OUT temp_blk_write_time double precision, OUT wal_records bigint, OUT wal_fpi bigint, OUT wal_bytes numeric, OUT jit_functions bigint, OUT jit_generation_time double precision, OUT jit_inlining_count bigint, OUT jit_inlining_time double precision, OUT jit_optimization_count bigint, OUT jit_optimization_time double precision, OUT jit_emission_count bigint, OUT jit_emission_time double precision); Type: ACL; Schema: public; Owner: postgres
--

REVOKE ALL ON FUNCTION public.pg_stat_statements(showtext boolean, OUT userid oid, OUT dbid oid, OUT toplevel boolean, OUT queryid bigint, OUT query text, OUT plans bigint, OUT total_plan_time double precision, OUT min_plan_time double precision, OUT max_plan_time double precision, OUT mean_plan_time double precision, OUT stddev_plan_time double precision, OUT calls bigint, OUT total_exec_time double precision, OUT min_exec_time double precision, OUT max_exec_time double precision, OUT mean_exec_time double precision, OUT stddev_exec_time double precision, OUT rows bigint, OUT shared_blks_hit bigint, OUT shared_blks_read bigint, OUT shared_blks_dirtied bigint, OUT shared_blks_written bigint, OUT local_blks_hit bigint, OUT local_blks_read bigint, OUT local_blks_dirtied bigint, OUT local_blks_written bigint, OUT temp_blks_read bigint, OUT temp_blks_written bigint, OUT blk_read_time double precision, OUT blk_write_time double precision, OUT temp_blk_read_time double precision, OUT temp_blk_write_time double precision, OUT wal_records bigint, OUT wal_fpi bigint, OUT wal_bytes numeric, OUT jit_functions bigint, OUT jit_generation_time double precision, OUT jit_inlining_count bigint, OUT jit_inlining_time double precision, OUT jit_optimization_count bigint, OUT jit_optimization_time double precision, OUT jit_emission_count bigint, OUT jit_emission_time double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION public.pg_stat_statements(showtext boolean, OUT userid oid, OUT dbid oid, OUT toplevel boolean, OUT queryid bigint, OUT query text, OUT plans bigint, OUT total_plan_time double precision, OUT min_plan_time double precision, OUT max_plan_time double precision, OUT mean_plan_time double precision, OUT stddev_plan_time double precision, OUT calls bigint, OUT total_exec_time double precision, OUT min_exec_time double precision, OUT max_exec_time double precision, OUT mean_exec_time double precision, OUT stddev_exec_time double precision, OUT rows bigint, OUT shared_blks_hit bigint, OUT shared_blks_read bigint, OUT shared_blks_dirtied bigint, OUT shared_blks_written bigint, OUT local_blks_hit bigint, OUT local_blks_read bigint, OUT local_blks_dirtied bigint, OUT local_blks_written bigint, OUT temp_blks_read bigint, OUT temp_blks_written bigint, OUT blk_read_time double precision, OUT blk_write_time double precision, OUT temp_blk_read_time double precision, OUT temp_blk_write_time double precision, OUT wal_records bigint, OUT wal_fpi bigint, OUT wal_bytes numeric, OUT jit_functions bigint, OUT jit_generation_time double precision, OUT jit_inlining_count bigint, OUT jit_inlining_time double precision, OUT jit_optimization_count bigint, OUT jit_optimization_time double precision, OUT jit_emission_count bigint, OUT jit_emission_time double precision) TO pg_monitor;


--
-- Name: FUNCTION pg_stat_statements_info(OUT dealloc bigint, OUT stats_reset timestamp with time zone); Type: ACL; Schema: public; Owner: postgres
--

REVOKE ALL ON FUNCTION public.pg_stat_statements_info(OUT dealloc bigint, OUT stats_reset timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.pg_stat_statements_info(OUT dealloc bigint, OUT stats_reset timestamp with time zone) TO pg_monitor;


--
-- Name: FUNCTION pg_table_bloat_status(); Type: ACL; Schema: public; Owner: email_owner
--

REVOKE ALL ON FUNCTION public.pg_table_bloat_status() FROM PUBLIC;
GRANT ALL ON FUNCTION public.pg_table_bloat_status() TO email_monitor;


--
-- Name: TABLE ledger; Type: ACL; Schema: emaildb; Owner: postgres
--

GRANT SELECT ON TABLE emaildb.ledger TO email_monitor;


--
-- Name: TABLE ledger_event; Type: ACL; Schema: emaildb; Owner: postgres
--

GRANT SELECT ON TABLE emaildb.ledger_event TO email_monitor;


--
-- Name: COLUMN pg_authid.rolname; Type: ACL; Schema: pg_catalog; Owner: postgres
--

GRANT SELECT(rolname) ON TABLE pg_catalog.pg_authid TO email_lookup;


--
-- Name: COLUMN pg_authid.rolpassword; Type: ACL; Schema: pg_catalog; Owner: postgres
--

GRANT SELECT(rolpassword) ON TABLE pg_catalog.pg_authid TO email_lookup;


--
-- Name: TABLE email_accounts; Type: ACL; Schema: public; Owner: email_owner
--

GRANT DELETE ON TABLE public.email_accounts TO email_keeper;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.email_accounts TO email_service;
GRANT SELECT ON TABLE public.email_accounts TO email_readonly;


--
-- Name: COLUMN email_accounts.id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(id) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.tenant_id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(tenant_id) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.is_sync_enabled; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(is_sync_enabled) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.sync_interval; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(sync_interval) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.last_sync_at; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(last_sync_at),UPDATE(last_sync_at) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.is_syncing; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(is_syncing),UPDATE(is_syncing) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.is_enabled; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(is_enabled) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.updated_at; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(updated_at) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.is_deleted; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(is_deleted),UPDATE(is_deleted) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.deleted_at; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(deleted_at) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.sync_claim; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(sync_claim),UPDATE(sync_claim) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.sync_lease_until; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(sync_lease_until),UPDATE(sync_lease_until) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: COLUMN email_accounts.changes_floor; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(changes_floor),UPDATE(changes_floor) ON TABLE public.email_accounts TO email_keeper;


--
-- Name: TABLE email_attachments; Type: ACL; Schema: public; Owner: email_owner
--

GRANT DELETE ON TABLE public.email_attachments TO email_keeper;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.email_attachments TO email_service;
GRANT SELECT ON TABLE public.email_attachments TO email_readonly;


--
-- Name: COLUMN email_attachments.id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(id) ON TABLE public.email_attachments TO email_keeper;
GRANT SELECT(id) ON TABLE public.email_attachments TO email_search;


--
-- Name: COLUMN email_attachments.tenant_id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(tenant_id) ON TABLE public.email_attachments TO email_keeper;
GRANT SELECT(tenant_id) ON TABLE public.email_attachments TO email_search;


--
-- Name: COLUMN email_attachments.message_id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(message_id) ON TABLE public.email_attachments TO email_keeper;
GRANT SELECT(message_id) ON TABLE public.email_attachments TO email_search;


--
-- Name: COLUMN email_attachments.filename; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(filename) ON TABLE public.email_attachments TO email_search;


--
-- Name: COLUMN email_attachments.is_deleted; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(is_deleted) ON TABLE public.email_attachments TO email_keeper;
GRANT SELECT(is_deleted) ON TABLE public.email_attachments TO email_search;


--
-- Name: COLUMN email_attachments.deleted_at; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(deleted_at) ON TABLE public.email_attachments TO email_keeper;


--
-- Name: TABLE email_audit_log; Type: ACL; Schema: public; Owner: email_audit
--

GRANT SELECT ON TABLE public.email_audit_log TO email_service;
GRANT SELECT ON TABLE public.email_audit_log TO email_readonly;


--
-- Name: TABLE email_folders; Type: ACL; Schema: public; Owner: email_owner
--

GRANT DELETE ON TABLE public.email_folders TO email_keeper;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.email_folders TO email_service;
GRANT SELECT ON TABLE public.email_folders TO email_readonly;


--
-- Name: COLUMN email_folders.id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(id) ON TABLE public.email_folders TO email_keeper;
GRANT SELECT(id) ON TABLE public.email_folders TO email_search;


--
-- Name: COLUMN email_folders.tenant_id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(tenant_id) ON TABLE public.email_folders TO email_keeper;
GRANT SELECT(tenant_id) ON TABLE public.email_folders TO email_search;


--
-- Name: COLUMN email_folders.account_id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(account_id) ON TABLE public.email_folders TO email_keeper;


--
-- Name: COLUMN email_folders.name; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(name) ON TABLE public.email_folders TO email_search;


--
-- Name: COLUMN email_folders.type; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(type) ON TABLE public.email_folders TO email_search;


--
-- Name: COLUMN email_folders.unread_count; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(unread_count),UPDATE(unread_count) ON TABLE public.email_folders TO email_keeper;


--
-- Name: COLUMN email_folders.total_count; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(total_count),UPDATE(total_count) ON TABLE public.email_folders TO email_keeper;


--
-- Name: COLUMN email_folders.updated_at; Type: ACL; Schema: public; Owner: email_owner
--

GRANT UPDATE(updated_at) ON TABLE public.email_folders TO email_keeper;


--
-- Name: COLUMN email_folders.is_deleted; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(is_deleted) ON TABLE public.email_folders TO email_keeper;


--
-- Name: COLUMN email_folders.deleted_at; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(deleted_at) ON TABLE public.email_folders TO email_keeper;


--
-- Name: COLUMN email_folders.path; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(path) ON TABLE public.email_folders TO email_search;


--
-- Name: TABLE email_messages; Type: ACL; Schema: public; Owner: email_owner
--

GRANT DELETE ON TABLE public.email_messages TO email_keeper;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.email_messages TO email_service;
GRANT SELECT ON TABLE public.email_messages TO email_readonly;


--
-- Name: COLUMN email_messages.id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(id) ON TABLE public.email_messages TO email_keeper;
GRANT SELECT(id) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.tenant_id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(tenant_id) ON TABLE public.email_messages TO email_keeper;
GRANT SELECT(tenant_id) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.account_id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(account_id) ON TABLE public.email_messages TO email_keeper;
GRANT SELECT(account_id) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.folder_id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(folder_id) ON TABLE public.email_messages TO email_keeper;
GRANT SELECT(folder_id) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.message_id; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(message_id) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.imap_uid; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(imap_uid) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.is_read; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(is_read) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.is_flagged; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(is_flagged) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.is_draft; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(is_draft) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.is_deleted; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(is_deleted) ON TABLE public.email_messages TO email_keeper;
GRANT SELECT(is_deleted) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.deleted_at; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(deleted_at) ON TABLE public.email_messages TO email_keeper;


--
-- Name: COLUMN email_messages.has_attachments; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(has_attachments),UPDATE(has_attachments) ON TABLE public.email_messages TO email_keeper;
GRANT SELECT(has_attachments) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.message_id_full; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(message_id_full) ON TABLE public.email_messages TO email_search;


--
-- Name: COLUMN email_messages.size_bytes; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT(size_bytes) ON TABLE public.email_messages TO email_search;


--
-- Name: SEQUENCE email_message_change_seq; Type: ACL; Schema: public; Owner: email_owner
--

GRANT USAGE ON SEQUENCE public.email_message_change_seq TO email_keeper;
GRANT USAGE ON SEQUENCE public.email_message_change_seq TO email_service;


--
-- Name: TABLE email_message_search; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.email_message_search TO email_keeper;
GRANT SELECT ON TABLE public.email_message_search TO email_search;


--
-- Name: TABLE email_message_tombstones; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT ON TABLE public.email_message_tombstones TO email_service;
GRANT SELECT ON TABLE public.email_message_tombstones TO email_readonly;
GRANT SELECT,INSERT,DELETE ON TABLE public.email_message_tombstones TO email_keeper;


--
-- Name: TABLE email_slow_queries; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT ON TABLE public.email_slow_queries TO email_monitor;


--
-- Name: TABLE pg_connection_stats; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT ON TABLE public.pg_connection_stats TO email_monitor;


--
-- Name: TABLE pg_long_queries; Type: ACL; Schema: public; Owner: email_owner
--

GRANT SELECT ON TABLE public.pg_long_queries TO email_monitor;


--
-- Name: TABLE pg_stat_statements; Type: ACL; Schema: public; Owner: postgres
--

REVOKE SELECT ON TABLE public.pg_stat_statements FROM PUBLIC;
GRANT SELECT ON TABLE public.pg_stat_statements TO pg_monitor;


--
-- Name: TABLE pg_stat_statements_info; Type: ACL; Schema: public; Owner: postgres
--

REVOKE SELECT ON TABLE public.pg_stat_statements_info FROM PUBLIC;
GRANT SELECT ON TABLE public.pg_stat_statements_info TO pg_monitor;


--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: email_audit
--

ALTER DEFAULT PRIVILEGES FOR ROLE email_audit REVOKE ALL ON FUNCTIONS  FROM PUBLIC;


--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: email_keeper
--

ALTER DEFAULT PRIVILEGES FOR ROLE email_keeper REVOKE ALL ON FUNCTIONS  FROM PUBLIC;


--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: email_lookup
--

ALTER DEFAULT PRIVILEGES FOR ROLE email_lookup REVOKE ALL ON FUNCTIONS  FROM PUBLIC;


--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: email_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE email_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;


--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: email_search
--

ALTER DEFAULT PRIVILEGES FOR ROLE email_search REVOKE ALL ON FUNCTIONS  FROM PUBLIC;


--
-- PostgreSQL database dump complete
--


