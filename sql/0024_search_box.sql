-- emaildb: lends email_search
-- The search box: what a person typed, as a tsquery, conditions on messages, and JSON that says what was understood.
--
-- Cost: new objects only.
--
-- Nothing typed raises an error. What is no operator, or an operator with a value that it does not know, is words. Words must
-- all be there; OR between two takes either, and binds closer than that. A query is read in one place, for the search and for
-- its explanation alike. The first 2,000 characters and 100 parts of it count.

SET LOCAL ROLE email_search;

-- Half pairs at the ends of a run (see email_search_text) are dropped; a character alone is the beginning of pairs.
CREATE FUNCTION public.email_search_phrase(value text, weight text, is_prefix boolean) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
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
$$;
COMMENT ON FUNCTION public.email_search_phrase(text, text, boolean) IS
    'Query for the words of a text, one after the other, in parts of a document with a weight; NULL when there are none';

CREATE FUNCTION public.email_search_term(term text, is_prefix boolean) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN pg_catalog.concat('''', pg_catalog.replace(pg_catalog.replace(pg_catalog."left"(term, 510), '\', '\\'), '''', ''''''),
                             '''', CASE WHEN is_prefix THEN ':*' END)::tsquery;
COMMENT ON FUNCTION public.email_search_term(text, boolean) IS 'Query for a term of documents, such as from:user@example.com';

CREATE FUNCTION public.email_search_person(kind text, value text, is_prefix boolean) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
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
$$;
COMMENT ON FUNCTION public.email_search_person(text, text, boolean) IS
    'Query for a value of from:, to:, cc: or bcc:, an address, @domain, a domain or words of the header; NULL when it is none';

CREATE FUNCTION public.email_search_day(value text) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
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
$$;
COMMENT ON FUNCTION public.email_search_day(text) IS
    'First moment, in UTC, of 2024, 2024-05, 2024-05-17, 2024/5/17 or 17.5.2024, epoch ms; NULL for what is no date';

CREATE FUNCTION public.email_search_bytes(value text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (pg_catalog."substring"(value, '^([0-9]{1,9})[kKmMgG]?[bB]?$'))::bigint
           OPERATOR(pg_catalog.*) CASE pg_catalog.lower(pg_catalog."substring"(value, '[kKmMgG]'))
                                  WHEN 'k' THEN 1024 WHEN 'm' THEN 1048576 WHEN 'g' THEN 1073741824 ELSE 1 END;
COMMENT ON FUNCTION public.email_search_bytes(text) IS
    'Bytes of 2048, 500K, 10M or 1G, in powers of 1,024; NULL for what is no size';

-- Parts joined by OR are a group: a tsquery, or SQL when one of them is no words. Literals in SQL are quoted here.
CREATE FUNCTION public.email_search_parse(
        query text, OUT words tsquery, OUT filter text, OUT files text, OUT since bigint, OUT until bigint, OUT terms jsonb)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
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
$$;
COMMENT ON FUNCTION public.email_search_parse(text) IS
    'What a person typed: a tsquery; SQL on s, email_message_search, and m, email_messages, with $1 for the tenant; an ILIKE pattern for a file name; epoch ms; and what email_search_explain returns. Never raises';

CREATE FUNCTION public.email_search_explain(query text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT p.terms FROM public.email_search_parse(query) AS p);
END
$$;
COMMENT ON FUNCTION public.email_search_explain(text) IS
    'How email_search reads a query: an array of its parts, each with kind (words, phrase, prefix, or the operator), value, and where they apply not, or (with the part before), prefix, number (epoch ms or bytes)';
GRANT EXECUTE ON FUNCTION public.email_search_explain(text) TO email_service, email_readonly;
