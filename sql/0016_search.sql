-- emaildb: lends email_search
-- Search: the functions that may use the GIN indexes, which row security keeps from every other role.
--
-- Cost: new objects only; ACCESS EXCLUSIVE on three tables for the moment of CREATE POLICY.
--
-- ROWS 50: the caller's join then fetches each message by its key.
-- They run as email_search, which sees every tenant's search rows and what a condition needs of mail, and name the tenant of the
-- transaction themselves: never as an argument. They return ids; the caller joins email_messages under row security,
-- which keeps the last word. Deleted messages are left out.

SET LOCAL ROLE email_owner;

CREATE POLICY email_messages_search_policy ON public.email_messages AS PERMISSIVE FOR SELECT TO email_search USING (true);
CREATE POLICY email_attachments_search_policy ON public.email_attachments AS PERMISSIVE FOR SELECT TO email_search USING (true);
CREATE POLICY email_folders_search_policy ON public.email_folders AS PERMISSIVE FOR SELECT TO email_search USING (true);
GRANT SELECT (id, folder_id, is_deleted, is_read, is_flagged, is_draft, has_attachments, size_bytes)
    ON public.email_messages TO email_search;
GRANT SELECT (id, tenant_id, name, type, path) ON public.email_folders TO email_search;
GRANT SELECT (id, tenant_id, message_id, filename, is_deleted) ON public.email_attachments TO email_search;

SET LOCAL ROLE email_search;

-- Hits are asked for newest first, a page at a time. A word on every twentieth message fills its page from the newest thousand;
-- a rare one has few entries in the GIN index. But of a common word the index collects all entries before the first row
-- comes. Nothing tells beforehand which a word is: statistics on words would tell one tenant of another's. So, each step only
-- when those before it did not fill the page:
--   1. The newest 64 messages, which may be all there are of a span of time.
--   2. When fewer than two of them are hits: the GIN index, which may turn out to have at most 1,000.
--   3. The newest 20,000 messages, in order until the page is full.
--   4. All hits of the index; of those the newest 2,000; then the rest.
-- Ranking takes the newest 2,000 hits. Where there are no words, all messages are walked.
-- enable_sort = off: before the first ANALYZE the planner would rather sort the whole tenant than walk.
-- enable_bitmapscan = on: the application's sessions have it off, see 0013.
-- Written as dynamic SQL: each call is planned for its own arguments. The texts put together are from here and from
-- email_search_parse, which quotes what was typed.
CREATE FUNCTION public.email_search_page(
        words tsquery, filter text, files text, account_id uuid, folder_id uuid, since bigint, until bigint,
        by_rank boolean, page_size integer, after_received_at bigint, after_rank double precision, after_id uuid)
    RETURNS TABLE (message_id uuid, received_at bigint, rank double precision)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp SET row_security = on SET jit = off
    SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = on
AS $$
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
$$;
COMMENT ON FUNCTION public.email_search_page(tsquery, text, text, uuid, uuid, bigint, bigint, boolean, integer, bigint, double precision, uuid) IS
    'Common part of the search functions; filter is SQL text, so only these functions may call it';

CREATE FUNCTION public.email_search(
        query text, account_id uuid DEFAULT NULL, folder_id uuid DEFAULT NULL, since bigint DEFAULT NULL,
        until bigint DEFAULT NULL, order_by text DEFAULT 'newest', page_size integer DEFAULT 50,
        after_received_at bigint DEFAULT NULL, after_rank double precision DEFAULT NULL, after_id uuid DEFAULT NULL)
    RETURNS TABLE (message_id uuid, received_at bigint, rank double precision)
    LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
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
COMMENT ON FUNCTION public.email_search(text, uuid, uuid, bigint, bigint, text, integer, bigint, double precision, uuid) IS
    'Ids of messages that match what a person typed: words, "a phrase", -not, OR, prefix*, from: to: cc: bcc: subject: filename: has:attachment is:unread is:read is:flagged is:draft in:folder before: after: larger: smaller:; received from since to before until, newest first or by rank; the next page is what follows the last row given as after_*. At most 500';

CREATE FUNCTION public.email_search_recipients(
        address text, account_id uuid DEFAULT NULL, folder_id uuid DEFAULT NULL, since bigint DEFAULT NULL,
        until bigint DEFAULT NULL, page_size integer DEFAULT 50, after_received_at bigint DEFAULT NULL, after_id uuid DEFAULT NULL)
    RETURNS TABLE (message_id uuid, received_at bigint)
    LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
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
COMMENT ON FUNCTION public.email_search_recipients(text, uuid, uuid, bigint, bigint, integer, bigint, uuid) IS
    'Ids of messages to, cc or bcc an address or @domain, newest first; paging as in email_search';

-- As email_search_page does: up to 1,000 hits of the index are sorted; of more, the newest 20,000 messages are walked, and only
-- when they do not fill the page are all hits sorted. Fewer than three characters have no entry in the index: then all of the
-- tenant's file names are read.
CREATE FUNCTION public.email_search_attachments(
        fragment text, page_size integer DEFAULT 50, after_received_at bigint DEFAULT NULL, after_id uuid DEFAULT NULL)
    RETURNS TABLE (attachment_id uuid, message_id uuid, received_at bigint)
    LANGUAGE plpgsql STABLE ROWS 50 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET jit = off SET enable_seqscan = off SET enable_sort = off
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = on SET plan_cache_mode = force_custom_plan
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
COMMENT ON FUNCTION public.email_search_references(text[]) IS
    'Ids of at most 1,000 messages that refer to one of the keys (email_messages.message_id): children that arrived before their parent';

GRANT EXECUTE ON FUNCTION
    public.email_search(text, uuid, uuid, bigint, bigint, text, integer, bigint, double precision, uuid),
    public.email_search_recipients(text, uuid, uuid, bigint, bigint, integer, bigint, uuid),
    public.email_search_attachments(text, integer, bigint, uuid),
    public.email_search_references(text[])
    TO email_service, email_readonly;
