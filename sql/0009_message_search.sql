-- emaildb: lends email_keeper
-- What search reads: one document for each message, kept by triggers.
--
-- Cost: new objects only; takes SHARE ROW EXCLUSIVE on email_messages for the moment of CREATE TRIGGER.
--
-- A table of its own, because a message changes its flags for years and its words never. Indexes on flags, one of
-- them documented, rule out updates within the page, and each other update writes every index of the table anew: with
-- the words in email_messages a read flag cost several times the WAL (figures: Documentation, Decisions). The row
-- holds what does not change: whether a message is deleted, and in which folder it is, is asked of email_messages.
-- No foreign key: a check for each row would cost more than the row, and no other role may write here.
--
-- A document is a tsvector of words with their places, and of terms without any:
--   words   of the subject (weight A), of names and addresses (B), of text_body and html_body (D)
--   terms   from:, to:, cc: and bcc: before a whole address, its local part, @domain, @parent.domain and each word of the
--           header; ref: before each key in refs
-- No text makes a term: every word is letters and digits, a term has a colon.

SET LOCAL ROLE email_owner;

CREATE TABLE public.email_message_search (
    tenant_id     uuid     NOT NULL,
    message_id    uuid     NOT NULL,
    account_id    uuid     NOT NULL,
    received_at   bigint   NOT NULL,
    search_vector tsvector NOT NULL,
    CONSTRAINT email_message_search_pkey PRIMARY KEY (message_id)
);
COMMENT ON TABLE public.email_message_search IS 'What the search functions read, one row per message; written by triggers only';
COMMENT ON COLUMN public.email_message_search.message_id IS 'email_messages.id';
COMMENT ON COLUMN public.email_message_search.search_vector IS
    'Words of subject (weight A), names and addresses (B), text and HTML (D), and terms such as from:user@example.com';

ALTER TABLE public.email_message_search ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- No policy for a tenant: only functions read here, and they name the tenant themselves.
CREATE POLICY email_message_search_keeper_policy ON public.email_message_search AS PERMISSIVE FOR ALL
    TO email_keeper USING (true) WITH CHECK (true);
CREATE POLICY email_message_search_search_policy ON public.email_message_search AS PERMISSIVE FOR SELECT
    TO email_search USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON public.email_message_search TO email_keeper;
GRANT SELECT ON public.email_message_search TO email_search;

-- The functions below have no SET clause, which would be paid on every message: what calls them has set the search_path.

-- Unicode without its many ways to write a letter: compatibility forms (ligatures, full width), marks on letters and what
-- has no width go, case and spellings of one letter become one. By tables, not by a collation: a database with locale C
-- folds ASCII only, and a server may lack ICU. Marks of Indic scripts are vowels and stay, but for the dot (nukta).
CREATE FUNCTION public.email_search_fold(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
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
COMMENT ON FUNCTION public.email_search_fold(text) IS
    'Text in one spelling: without case, compatibility forms, marks on letters, and characters that have no width';

-- Thai, Lao, Burmese, Khmer; kana, Han, Korean.
CREATE FUNCTION public.email_search_paired() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1050-\u109f\u1780-\u17d3\ua9e0-\ua9ff\uaa60-\uaa7f'
           '\u3005-\u3007\u3041-\u30fa\u30fc-\u318e\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff';
COMMENT ON FUNCTION public.email_search_paired() IS
    'Characters of scripts that put no space between words, and of Korean, as ranges of a regular expression';

-- Words as the index holds them, for documents and queries alike. Runs of scripts that put no space between words, and
-- Korean, whose particles stick to a word, become pairs of characters: each character X turns into "X X", so that a run ABC
-- reads A AB BC C. A word inside a run is then a phrase of pairs. What is ASCII costs seven microseconds a kilobyte.
CREATE FUNCTION public.email_search_text(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
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
COMMENT ON FUNCTION public.email_search_text(text) IS
    'Words of a text as documents and queries hold them, one spelling each, apart at punctuation, in pairs of characters where a script has no spaces';

CREATE FUNCTION public.email_search_character(code bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN code BETWEEN 1 AND 55295 OR code BETWEEN 57344 AND 1114111 THEN pg_catalog.chr(code::integer) ELSE ' ' END;
COMMENT ON FUNCTION public.email_search_character(bigint) IS 'Character of a code; a space for what is none';

-- What a reader sees of HTML. Styles, scripts, comments and data: URIs go before anything is cut; then tags; then entities
-- are decoded, which therefore cannot make a tag. Of the named ones those of Latin-1, in the order of their codes; the
-- others are punctuation, and end a word.
CREATE FUNCTION public.email_search_html(html text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
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
$$;
COMMENT ON FUNCTION public.email_search_html(text) IS 'Text of an HTML document, without styles, scripts, comments, data: URIs and tags; never raises';

CREATE FUNCTION public.email_search_cut(value text, bytes integer) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
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
COMMENT ON FUNCTION public.email_search_cut(text, integer) IS 'Beginning of a text, at most so many bytes of it';

-- Strings anywhere in a value count, so objects such as {"name": .., "address": ..} do as well.
CREATE FUNCTION public.email_search_people(header jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
DECLARE
    t text := left(header::text, 20000);
BEGIN
    IF t ~ '[\\{]' THEN
        SELECT left(string_agg(s.value #>> '{}', ' '), 20000) INTO t
          FROM jsonb_path_query(header, 'strict $.** ? (@.type() == "string")') AS s (value);
    END IF;
    RETURN public.email_search_cut(public.email_search_text(t), 20000);
END
$$;
COMMENT ON FUNCTION public.email_search_people(jsonb) IS 'Words of a header value, names and addresses; never raises';

CREATE FUNCTION public.email_search_addresses(header jsonb) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$
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
$$;
COMMENT ON FUNCTION public.email_search_addresses(jsonb) IS 'Addresses in a header value, ASCII lower case, at most 1,000; never raises';

-- Terms are put together as text with \x01 between them, which none has: an array would be copied for each.
CREATE FUNCTION public.email_search_terms(kind text, addresses text[]) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
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
COMMENT ON FUNCTION public.email_search_terms(text, text[]) IS
    'Terms of addresses: each with its domain and parent domains, after \x01 and the kind';

CREATE FUNCTION public.email_search_split(terms text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
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
COMMENT ON FUNCTION public.email_search_split(text) IS 'Terms as an array, at most 120,000 bytes of them and 510 characters of each';

-- A tsvector must stay under 1 MB. A word of n bytes takes up to n + 5 in it, and n + 1 in the text: twice as many for words
-- of three bytes, which are the worst. So whatever they hold, 360,000 bytes of body, 20,000 of each header and 120,000 of
-- terms stay below.
CREATE FUNCTION public.email_search_document(
        subject text, sender text, sender_address text, "to" jsonb, cc jsonb, bcc jsonb, refs text[], body text, html text)
    RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
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
COMMENT ON FUNCTION public.email_search_document(text, text, text, jsonb, jsonb, jsonb, text[], text, text) IS
    'The document of a message, from its headers, text and HTML; never raises';
GRANT EXECUTE ON FUNCTION
    public.email_search_fold(text), public.email_search_paired(), public.email_search_text(text), public.email_address_of(text)
    TO email_keeper, email_search;
GRANT EXECUTE ON FUNCTION public.email_search_cut(text, integer),
    public.email_search_character(bigint), public.email_search_html(text), public.email_search_addresses(jsonb),
    public.email_search_terms(text, text[]), public.email_search_people(jsonb), public.email_search_split(text),
    public.email_search_document(text, text, text, jsonb, jsonb, jsonb, text[], text, text)
    TO email_keeper;

-- Drafts are edited, received mail is not: one call for each row whose content really changed.
SET LOCAL ROLE email_keeper;
CREATE FUNCTION public.email_search_row_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET row_security = on SET client_min_messages = warning
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
COMMENT ON FUNCTION public.email_search_row_changed() IS 'Trigger: renews the search row of a message whose content changed';
GRANT EXECUTE ON FUNCTION public.email_search_row_changed() TO email_owner;

SET LOCAL ROLE email_owner;
CREATE TRIGGER email_messages_search_content
    AFTER UPDATE OF received_at, subject, subject_full, "from", from_full, "to", cc, bcc, refs, text_body, html_body
    ON public.email_messages
    FOR EACH ROW WHEN (
        OLD.received_at IS DISTINCT FROM NEW.received_at
        OR OLD.subject IS DISTINCT FROM NEW.subject
        OR OLD.subject_full IS DISTINCT FROM NEW.subject_full
        OR OLD."from" IS DISTINCT FROM NEW."from"
        OR OLD.from_full IS DISTINCT FROM NEW.from_full
        OR OLD."to" IS DISTINCT FROM NEW."to"
        OR OLD.cc IS DISTINCT FROM NEW.cc
        OR OLD.bcc IS DISTINCT FROM NEW.bcc
        OR OLD.refs IS DISTINCT FROM NEW.refs
        OR OLD.text_body IS DISTINCT FROM NEW.text_body
        OR OLD.html_body IS DISTINCT FROM NEW.html_body)
    EXECUTE FUNCTION public.email_search_row_changed();
