-- emaildb: lends email_search
-- Ingest: mail from a server into a folder, whatever it looks like and however often it comes.
--
-- A plain multi-row INSERT is as good for mail that is surely new, and what bulk imports use; this does what each of them
-- has to think of. Every message given is answered with an outcome:
--   stored     new
--   duplicate  the same content is there: place, UID and flags are brought up to date, a deleted message lives again
--   completed  duplicate, and what was NULL is filled: headers first, body later
--   replaced   a draft in its folder with other content, and the flag is_draft
--   copied     the same mail is alive in another folder, or known by less: a row of its own, key copy:<uuid>
--   variant    the Message-ID is known with other content: a row of its own, key variant:<uuid>
--   refused    not stored, for the reason beside it; the other messages are
-- Message-IDs are chosen by senders. One that is known therefore tells nothing but where to look: rows are the same mail
-- when the SHA-256 of the raw mail is the same, or else when no header and no body that both have differs. A deleted message
-- comes back only with all the content that it has, or the size; a UID in the same folder tells two mails apart.
-- NUL cannot be stored, in jsonb not even as \u0000: the caller drops it.

SET LOCAL ROLE email_owner;

-- The usual form first: the rest takes five times as long. STABLE, as convert_to is, or it would not be merged into queries.
CREATE FUNCTION public.email_message_key(message_id text, raw_sha256 bytea DEFAULT NULL) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN message_id OPERATOR(pg_catalog.~) '^<[^<>[:space:]]+>$' AND pg_catalog.length(message_id) OPERATOR(pg_catalog.<=) 500
                THEN message_id
                WHEN pg_catalog.btrim(message_id, E' \t\r\n') OPERATOR(pg_catalog.!~) '^(<[[:space:]]*>)?$'
                THEN CASE WHEN pg_catalog.length(pg_catalog.btrim(message_id, E' \t\r\n')) OPERATOR(pg_catalog.<=) 500
                          THEN pg_catalog.btrim(message_id, E' \t\r\n')
                          ELSE 'sha256:' OPERATOR(pg_catalog.||) pg_catalog.encode(pg_catalog.sha256(
                               pg_catalog.convert_to(pg_catalog.btrim(message_id, E' \t\r\n'), 'UTF8')), 'hex') END
                ELSE 'sha256:' OPERATOR(pg_catalog.||) pg_catalog.encode(raw_sha256, 'hex') END;
COMMENT ON FUNCTION public.email_message_key(text, bytea) IS
    'Key for email_messages.message_id, in_reply_to and refs: the header, sha256:<hex> of one over 500 characters, or of the raw mail (its SHA-256 is the second argument) when there is none, <> or blanks; NULL when there is neither';

-- What an object says of a message, as the columns hold it. Values of a wrong type raise. A function of plain SQL without
-- settings is merged into the query that calls it; OFFSET 0: each expression once.
CREATE FUNCTION public.email_message_fields(message jsonb)
    RETURNS TABLE (
        key text, original text, imap_uid text, in_reply_to text, "from" text, from_full text, "to" jsonb, cc jsonb,
        bcc jsonb, reply_to text, reply_to_full text, subject text, subject_full text, text_body text, html_body text,
        is_read boolean, is_flagged boolean, is_draft boolean, thread_id uuid, sent_at bigint, received_at bigint,
        has_attachments boolean, refs varchar(500)[], raw_headers text, size_bytes bigint, raw_sha256 bytea)
    LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT k.key, k.original, r.imap_uid,
           CASE WHEN r.in_reply_to IS NOT NULL THEN public.email_message_key(r.in_reply_to) END,
           pg_catalog."left"(r."from", 500),
           CASE WHEN pg_catalog.length(r."from") OPERATOR(pg_catalog.>) 500 THEN r."from" END, r."to", r.cc, r.bcc,
           pg_catalog."left"(r.reply_to, 255),
           CASE WHEN pg_catalog.length(r.reply_to) OPERATOR(pg_catalog.>) 255 THEN r.reply_to END,
           pg_catalog."left"(r.subject, 500),
           CASE WHEN pg_catalog.length(r.subject) OPERATOR(pg_catalog.>) 500 THEN r.subject END, r.text_body, r.html_body,
           r.is_read, r.is_flagged, r.is_draft, r.thread_id, r.sent_at, r.received_at, r.has_attachments,
           CASE WHEN pg_catalog.array_to_string(r.refs, ' ') OPERATOR(pg_catalog.~) '^(<[^<>[:space:]]+> ?)+$'
                     AND pg_catalog.length(pg_catalog.array_to_string(r.refs, '')) OPERATOR(pg_catalog.<=) 500 THEN r.refs
                WHEN r.refs IS NOT NULL
                THEN ARRAY(SELECT n.key FROM pg_catalog.unnest(r.refs) WITH ORDINALITY AS u (ref, place)
                            CROSS JOIN LATERAL (SELECT public.email_message_key(u.ref) AS key OFFSET 0) AS n
                            WHERE n.key IS NOT NULL ORDER BY u.place) END,
           r.raw_headers, r.size_bytes, k.raw_sha256
      FROM pg_catalog.jsonb_to_record(message) AS r (
               message_id text, raw_sha256 text, imap_uid text, in_reply_to text, "from" text, "to" jsonb, cc jsonb, bcc jsonb,
               reply_to text, subject text, text_body text, html_body text, is_read boolean, is_flagged boolean,
               is_draft boolean, thread_id uuid, sent_at bigint, received_at bigint, has_attachments boolean, refs text[],
               raw_headers text, size_bytes bigint)
     CROSS JOIN LATERAL (
           SELECT h.raw_sha256, coalesce(h.header_key, public.email_message_key(NULL, h.raw_sha256)) AS key,
                  CASE WHEN h.header_key IS NOT NULL THEN pg_catalog.btrim(r.message_id, E' \t\r\n')
                       ELSE public.email_message_key(NULL, h.raw_sha256) END AS original
             FROM (SELECT pg_catalog.decode(r.raw_sha256, 'hex') AS raw_sha256,
                          public.email_message_key(r.message_id) AS header_key OFFSET 0) AS h
           OFFSET 0) AS k
    OFFSET 0;
END;
COMMENT ON FUNCTION public.email_message_fields(jsonb) IS
    'The columns of email_messages that an object for email_ingest stands for: keys made, long headers cut and in full beside; original is the Message-ID, or the key where there is none; raises class 22 for values of a wrong type';

-- The rows that a message could be, or takes the UID from. Row security would add a condition on the tenant, and then the planner,
-- which knows nothing of accounts and folders that are new since the last ANALYZE, expects one row in them and reads them whole
-- (140 ms for one message into a folder of 185,000). Compared as rows, and by a role that names the tenant itself, only the
-- indexes on keys and UIDs can serve.
GRANT SELECT (id, tenant_id, account_id, folder_id, message_id, message_id_full, imap_uid) ON public.email_messages TO email_search;
SET LOCAL ROLE email_search;
CREATE FUNCTION public.email_ingest_find(account_id uuid, folder_id uuid, keys text[], originals text[], uids text[])
    RETURNS TABLE (ordinal bigint, message_id uuid, found_by text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET jit = off SET enable_seqscan = off
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off
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
COMMENT ON FUNCTION public.email_ingest_find(uuid, uuid, text[], text[], text[]) IS
    'Part of email_ingest: ids of messages of an account that have one of the keys, are copies or variants of one of the originals, or have one of the UIDs in a folder';
GRANT EXECUTE ON FUNCTION public.email_ingest_find(uuid, uuid, text[], text[], text[]) TO email_service;

SET LOCAL ROLE email_owner;

-- Inserts messages, those in the given places of the array, each under its key.
CREATE FUNCTION public.email_ingest_new(account_id uuid, folder_id uuid, messages jsonb, places bigint[], keys text[])
    RETURNS TABLE (ordinal bigint, id uuid)
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
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
COMMENT ON FUNCTION public.email_ingest_new(uuid, uuid, jsonb, bigint[], text[]) IS 'Part of email_ingest: inserts messages';

-- One message whose key, or whose UID in the folder, is known. uids: of all messages of the call.
CREATE FUNCTION public.email_ingest_known(
        account_id uuid, folder_id uuid, message jsonb, uids text[], OUT id uuid, OUT outcome text)
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
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
COMMENT ON FUNCTION public.email_ingest_known(uuid, uuid, jsonb, text[]) IS 'Part of email_ingest: one message whose key or UID is known';

CREATE FUNCTION public.email_ingest(account_id uuid, folder_id uuid, messages jsonb)
    RETURNS TABLE (ordinal bigint, id uuid, outcome text, reason text)
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
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
$$;
COMMENT ON FUNCTION public.email_ingest(uuid, uuid, jsonb) IS
    'Stores an array of messages, objects with the column names of email_messages (headers in full length, raw_sha256 as hex), in a folder; returns a row for each, in order: stored, duplicate, completed, replaced, copied, variant, or refused with the reason (Guide: Using the database). Raises 22023 for keys that it does not know';
GRANT EXECUTE ON FUNCTION public.email_message_key(text, bytea), public.email_message_fields(jsonb),
    public.email_ingest_new(uuid, uuid, jsonb, bigint[], text[]), public.email_ingest_known(uuid, uuid, jsonb, text[]),
    public.email_ingest(uuid, uuid, jsonb) TO email_service;
GRANT EXECUTE ON FUNCTION public.email_message_key(text, bytea) TO email_readonly;

-- What is new in a GIN index waits in a list, until somebody moves it into place: the insert that finds 4 MB of it, and with it
-- all writers of its account for up to a second; autovacuum; or whoever calls this, best a worker, each second: then no insert
-- finds the list full. An insert never waits for one that is at it.
CREATE FUNCTION public.email_merge_search() RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN gin_clean_pending_list('public.idx_email_messages_text_search')
         + gin_clean_pending_list('public.idx_email_attachments_filename_trgm');
END
$$;
COMMENT ON FUNCTION public.email_merge_search() IS
    'Moves what was stored since the last call into place in the search indexes, so that no insert has to; returns how many pages of 8 kB that were. For a worker, once a second';
GRANT EXECUTE ON FUNCTION public.email_merge_search() TO email_worker;
