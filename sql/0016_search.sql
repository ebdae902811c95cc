-- emaildb: lends email_search
-- Search: the functions that may use the GIN indexes, which row security keeps from every other role.
--
-- Cost: new objects only; ACCESS EXCLUSIVE on two tables for the moment of CREATE POLICY.
--
-- ROWS 50: the caller's join then fetches each message by its key.
-- They run as email_search, which sees every tenant's search rows and nothing else, and name the tenant of the
-- transaction themselves: never as an argument. They return ids; the caller joins email_messages under row security,
-- which keeps the last word. Deleted messages are left out.

SET LOCAL ROLE email_owner;

CREATE POLICY email_messages_search_policy ON public.email_messages AS PERMISSIVE FOR SELECT TO email_search USING (true);
CREATE POLICY email_attachments_search_policy ON public.email_attachments AS PERMISSIVE FOR SELECT TO email_search USING (true);
GRANT SELECT (id, folder_id, is_deleted) ON public.email_messages TO email_search;
GRANT SELECT (id, tenant_id, message_id, filename, is_deleted) ON public.email_attachments TO email_search;

SET LOCAL ROLE email_search;

-- A rare word is found through its GIN index and its few messages are sorted. For a common word that would be most
-- of the mailbox, while its first page is among the newest messages: those are then walked in order until the page is
-- full. Which it is shows after 1,000 hits. A common word that is missing in the newest 20,000 messages is sorted.
-- Ranking considers everything that matches a rare query, and the newest 2,000 messages of the selection for a common
-- one.
-- enable_sort = off: before the first ANALYZE the planner would rather sort the whole tenant than walk.
-- enable_bitmapscan = on: the application's sessions have it off, see 0013.
-- Written as dynamic SQL: each call is planned for its own arguments. The texts put together are all from here.
CREATE FUNCTION public.email_search_page(
        condition text, words tsquery, needle text, account_id uuid, folder_id uuid, since bigint, until bigint,
        by_rank boolean, page_size integer, after_received_at bigint, after_rank real, after_id uuid)
    RETURNS TABLE (message_id uuid, received_at bigint, rank real)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp SET row_security = on SET jit = off
    SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = on
AS $$
DECLARE
    tenant constant uuid := public.email_require_tenant();
    few    constant integer := 1000;
    page   constant integer := least(greatest(coalesce(page_size, 50), 1), 500);
    -- $1 tenant, $2 words, $3 needle, $4 account, $5 folder, $6 since, $7 until, $8 page, $9 to $11 the keyset
    narrow constant text := concat(
        CASE WHEN account_id IS NOT NULL THEN ' AND s.account_id = $4' END,
        CASE WHEN since IS NOT NULL THEN ' AND s.received_at >= $6' END,
        CASE WHEN until IS NOT NULL THEN ' AND s.received_at < $7' END,
        CASE WHEN NOT by_rank AND after_received_at IS NOT NULL THEN ' AND s.received_at <= $9' END,
        CASE WHEN NOT by_rank AND after_received_at IS NOT NULL AND after_id IS NOT NULL
             THEN ' AND (s.received_at, s.message_id) < ($9, $11)'
             WHEN NOT by_rank AND after_received_at IS NOT NULL THEN ' AND s.received_at < $9' END);
    rest   constant text := concat(
        ' JOIN public.email_messages AS m ON m.id = c.message_id WHERE NOT m.is_deleted',
        CASE WHEN folder_id IS NOT NULL THEN ' AND m.folder_id = $5' END,
        CASE WHEN by_rank AND after_rank IS NOT NULL AND after_received_at IS NOT NULL AND after_id IS NOT NULL
             THEN ' AND (c.rank, c.received_at, c.message_id) < ($10, $9, $11)' END,
        CASE WHEN by_rank THEN ' ORDER BY c.rank DESC, c.received_at DESC, c.message_id DESC LIMIT $8'
             ELSE ' ORDER BY c.received_at DESC, c.message_id DESC LIMIT $8' END);
    ranked constant text := CASE WHEN by_rank THEN 'ts_rank(s.search_vector, $2)' ELSE 'NULL::real' END;
    found  constant text := format(
        'SELECT s.message_id, s.received_at, %s AS rank FROM public.email_message_search AS s
          WHERE s.tenant_id::text = $1::text AND %s %s', ranked, condition, narrow);
    -- IS TRUE: the same condition in a form that no index serves.
    walked constant text := format(
        'SELECT s.message_id, s.received_at, %s AS rank
           FROM (SELECT s.* FROM public.email_message_search AS s
                  WHERE s.tenant_id = $1 %s ORDER BY s.received_at DESC LIMIT %%s) AS s
          WHERE (%s) IS TRUE', ranked, narrow, condition);
    gather constant text := 'SELECT array_agg(c.message_id), array_agg(c.received_at), array_agg(c.rank) FROM (%s) AS c';
    ids    uuid[];
    times  bigint[];
    ranks  real[];
BEGIN
    -- Of addresses and fragments the common ones (one's own address, a list's tag) are expensive to look up, and on
    -- nearly every message: for them a glance at the newest comes first.
    IF words IS NULL THEN
        EXECUTE format(gather, format('SELECT c.* FROM (%s) AS c %s', format(walked, 500), rest)) INTO ids, times, ranks
            USING tenant, words, needle, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id;
        IF cardinality(ids) = page THEN
            RETURN QUERY SELECT * FROM unnest(ids, times, ranks);
            RETURN;
        END IF;
    END IF;

    EXECUTE format(gather, found || ' LIMIT ' || few + 1) INTO ids, times, ranks
        USING tenant, words, needle, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id;
    IF cardinality(ids) > few THEN
        EXECUTE format(gather, format('SELECT c.* FROM (%s) AS c %s',
                               format(walked, CASE WHEN by_rank THEN 2000 ELSE 20000 END), rest)) INTO ids, times, ranks
            USING tenant, words, needle, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id;
        IF NOT by_rank AND coalesce(cardinality(ids), 0) < page THEN
            RETURN QUERY EXECUTE format('SELECT c.* FROM (%s) AS c %s', found, rest)
                USING tenant, words, needle, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id;
        ELSE
            RETURN QUERY SELECT * FROM unnest(ids, times, ranks);  -- still in the order they were gathered in
        END IF;
    ELSIF ids IS NOT NULL THEN
        RETURN QUERY EXECUTE format('SELECT c.* FROM unnest($12, $13, $14) AS c (message_id, received_at, rank) %s', rest)
            USING tenant, words, needle, account_id, folder_id, since, until, page, after_received_at, after_rank, after_id,
                  ids, times, ranks;
    END IF;
END
$$;
COMMENT ON FUNCTION public.email_search_page(text, tsquery, text, uuid, uuid, bigint, bigint, boolean, integer, bigint, real, uuid) IS
    'Common part of the search functions; condition is SQL text, so only these functions may call it';

CREATE FUNCTION public.email_search(
        query text, account_id uuid DEFAULT NULL, folder_id uuid DEFAULT NULL, since bigint DEFAULT NULL,
        until bigint DEFAULT NULL, order_by text DEFAULT 'newest', page_size integer DEFAULT 50,
        after_received_at bigint DEFAULT NULL, after_rank real DEFAULT NULL, after_id uuid DEFAULT NULL)
    RETURNS TABLE (message_id uuid, received_at bigint, rank real)
    LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Blank is not worth the notice that PostgreSQL would give.
    words constant tsquery := CASE WHEN btrim(query) <> ''
                                   THEN websearch_to_tsquery('pg_catalog.simple', left(query, 10000)) END;
BEGIN
    PERFORM public.email_require_tenant();
    IF order_by IS NULL OR order_by NOT IN ('newest', 'rank') THEN
        RAISE EXCEPTION 'order_by is newest or rank, not %', coalesce(order_by, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- No word, or words to exclude only: not a search.
    IF words IS NULL OR querytree(words) IN ('', 'T') THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT * FROM public.email_search_page('s.search_vector @@ $2', words, NULL, account_id, folder_id,
        since, until, order_by = 'rank', page_size, after_received_at, after_rank, after_id);
END
$$;
COMMENT ON FUNCTION public.email_search(text, uuid, uuid, bigint, bigint, text, integer, bigint, real, uuid) IS
    'Ids of messages whose subject or body has the words (as web search engines take them: "a phrase", or, -not), received from since to before until, newest first or by rank; the next page is what follows the last row given as after_*. At most 500';

CREATE FUNCTION public.email_search_recipients(
        address text, account_id uuid DEFAULT NULL, folder_id uuid DEFAULT NULL, since bigint DEFAULT NULL,
        until bigint DEFAULT NULL, page_size integer DEFAULT 50, after_received_at bigint DEFAULT NULL, after_id uuid DEFAULT NULL)
    RETURNS TABLE (message_id uuid, received_at bigint)
    LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM public.email_require_tenant();
    RETURN QUERY SELECT p.message_id, p.received_at FROM public.email_search_page('s.recipients @> ARRAY[$3]', NULL,
        left(lower(btrim(address) COLLATE "C"), 320), account_id, folder_id, since, until, false, page_size,
        after_received_at, NULL, after_id) AS p;
END
$$;
COMMENT ON FUNCTION public.email_search_recipients(text, uuid, uuid, bigint, bigint, integer, bigint, uuid) IS
    'Ids of messages to, cc or bcc an address, newest first; paging as in email_search';

CREATE FUNCTION public.email_search_substring(
        fragment text, account_id uuid DEFAULT NULL, folder_id uuid DEFAULT NULL, since bigint DEFAULT NULL,
        until bigint DEFAULT NULL, page_size integer DEFAULT 50, after_received_at bigint DEFAULT NULL, after_id uuid DEFAULT NULL)
    RETURNS TABLE (message_id uuid, received_at bigint)
    LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM public.email_require_tenant();
    IF fragment <> '' THEN
        RETURN QUERY SELECT p.message_id, p.received_at FROM public.email_search_page(
            '(s.subject ILIKE $3 OR s.sender ILIKE $3)', NULL,
            '%' || regexp_replace(left(fragment, 500), '([\\%_])', '\\\1', 'g') || '%', account_id, folder_id, since, until,
            false, page_size, after_received_at, NULL, after_id) AS p;
    END IF;
END
$$;
COMMENT ON FUNCTION public.email_search_substring(text, uuid, uuid, bigint, bigint, integer, bigint, uuid) IS
    'Ids of messages with a text anywhere in subject or sender, upper and lower case alike, newest first; fast from three characters on; paging as in email_search';

CREATE FUNCTION public.email_search_attachments(
        fragment text, page_size integer DEFAULT 50, after_received_at bigint DEFAULT NULL, after_id uuid DEFAULT NULL)
    RETURNS TABLE (attachment_id uuid, message_id uuid, received_at bigint)
    LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET jit = off SET enable_seqscan = off
    SET enable_bitmapscan = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    tenant constant uuid := public.email_require_tenant();
BEGIN
    IF fragment <> '' THEN
        RETURN QUERY
        SELECT a.id, a.message_id, s.received_at
          FROM public.email_attachments AS a
          JOIN public.email_message_search AS s ON s.message_id = a.message_id
          JOIN public.email_messages AS m ON m.id = a.message_id
         WHERE a.tenant_id::text = tenant::text
           AND a.filename ILIKE '%' || regexp_replace(left(fragment, 500), '([\\%_])', '\\\1', 'g') || '%'
           AND NOT a.is_deleted AND NOT m.is_deleted
           AND (after_received_at IS NULL OR after_id IS NULL OR (s.received_at, a.id) < (after_received_at, after_id))
         ORDER BY s.received_at DESC, a.id DESC
         LIMIT least(greatest(coalesce(page_size, 50), 1), 500);
    END IF;
END
$$;
COMMENT ON FUNCTION public.email_search_attachments(text, integer, bigint, uuid) IS
    'Ids of attachments with a text anywhere in their file name, those of the newest messages first; after_id is the attachment_id of the last row';

CREATE FUNCTION public.email_search_references(keys text[])
    RETURNS TABLE (message_id uuid)
    LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET jit = off SET enable_seqscan = off
    SET enable_bitmapscan = on SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    tenant constant uuid := public.email_require_tenant();
BEGIN
    RETURN QUERY
    SELECT s.message_id FROM public.email_message_search AS s
     WHERE s.tenant_id::text = tenant::text AND s.refs && keys
     LIMIT 1000;
END
$$;
COMMENT ON FUNCTION public.email_search_references(text[]) IS
    'Ids of at most 1,000 messages that refer to one of the keys (email_messages.message_id): children that arrived before their parent';

GRANT EXECUTE ON FUNCTION
    public.email_search(text, uuid, uuid, bigint, bigint, text, integer, bigint, real, uuid),
    public.email_search_recipients(text, uuid, uuid, bigint, bigint, integer, bigint, uuid),
    public.email_search_substring(text, uuid, uuid, bigint, bigint, integer, bigint, uuid),
    public.email_search_attachments(text, integer, bigint, uuid),
    public.email_search_references(text[])
    TO email_service, email_readonly;
