-- Repairs: what triggers keep, made right again where they were switched off, as a restore does.
--
-- For a superuser, who sees all rows: "emaildb verify --only data" finds the damage, and its fix is CALL email_repair(...).
-- Each function works for the tenant of the transaction, and lets its writers wait; of a message only what is wrong is
-- written, so that clients get no more changes than there are. Nothing that came from outside is deleted.

SET LOCAL ROLE email_owner;

CREATE FUNCTION public.email_repair_messages(after uuid DEFAULT NULL, batch_size integer DEFAULT 500) RETURNS uuid
    LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, pg_temp SET row_security = off SET client_min_messages = warning
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
COMMENT ON FUNCTION public.email_repair_messages(uuid, integer) IS
    'Repairs a batch of messages of the tenant, in the order of their ids: folder (Recovered, where theirs is none of their account), thread shared with another tenant, NULL flags, deleted_at, has_attachments, tombstones of what is not gone, search row. Returns the id after which the next batch begins, NULL at the end. For a superuser';

-- From index to index, with a plan for the value: no table is read.
CREATE FUNCTION public.email_next_tenant(after uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp SET row_security = off SET plan_cache_mode = force_custom_plan
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
COMMENT ON FUNCTION public.email_next_tenant(uuid) IS
    'The tenant that follows in the order of ids, the first one after NULL, of those that have rows; NULL after the last. For a superuser';

CREATE FUNCTION public.email_repair_leftovers(batch_size integer DEFAULT 1000) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET row_security = off
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
COMMENT ON FUNCTION public.email_repair_leftovers(integer) IS
    'Erases a batch of the tenant''s search rows without a message and tombstones without an account; returns how many, 0: nothing is left. For a superuser';

-- No SET clause: with one it could not commit. So every name has its schema, and every operator is PostgreSQL's by
-- the search_path that is set for each transaction anew.
CREATE PROCEDURE public.email_repair(part text)
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
COMMENT ON PROCEDURE public.email_repair(text) IS
    'Repairs the messages, leftovers or counters of all tenants, each batch in a transaction of its own; can be stopped and called again at any time. For a superuser, outside of a transaction';
