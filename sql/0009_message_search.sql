-- emaildb: lends email_keeper
-- What search reads: one row for each message, kept by triggers.
--
-- Cost: new objects only; takes SHARE ROW EXCLUSIVE on email_messages for the moment of CREATE TRIGGER.
--
-- A table of its own, because a message changes its flags for years and its words never. Indexes on flags, one of
-- them documented, rule out updates within the page, and each other update writes every index of the table anew: with
-- the words in email_messages a read flag cost several times the WAL (figures: Documentation, Decisions). The row
-- holds what does not change: whether a message is deleted, and in which folder it is, is asked of email_messages.
-- No foreign key: a check for each row would cost more than the row, and no other role may write here.

SET LOCAL ROLE email_owner;

CREATE TABLE public.email_message_search (
    tenant_id     uuid     NOT NULL,
    message_id    uuid     NOT NULL,
    account_id    uuid     NOT NULL,
    received_at   bigint   NOT NULL,
    subject       text,
    sender        text,
    recipients    text[],
    refs          text[],
    search_vector tsvector NOT NULL,
    CONSTRAINT email_message_search_pkey PRIMARY KEY (message_id)
);
COMMENT ON TABLE public.email_message_search IS 'What the search functions read, one row per message; written by triggers only';
COMMENT ON COLUMN public.email_message_search.message_id IS 'email_messages.id';
COMMENT ON COLUMN public.email_message_search.sender IS '"from" of the message';
COMMENT ON COLUMN public.email_message_search.recipients IS 'Addresses in "to", cc and bcc, lower case, at most 320 characters of each';
COMMENT ON COLUMN public.email_message_search.refs IS 'refs of the message';
COMMENT ON COLUMN public.email_message_search.search_vector IS
    'Words of subject (weight A) and of the first 120,000 characters of text_body, or of html_body where there is no text';

ALTER TABLE public.email_message_search ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- No policy for a tenant: only functions read here, and they name the tenant themselves.
CREATE POLICY email_message_search_keeper_policy ON public.email_message_search AS PERMISSIVE FOR ALL
    TO email_keeper USING (true) WITH CHECK (true);
CREATE POLICY email_message_search_search_policy ON public.email_message_search AS PERMISSIVE FOR SELECT
    TO email_search USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON public.email_message_search TO email_keeper;
GRANT SELECT ON public.email_message_search TO email_search;

-- A tsvector must stay under 1 MB. The worst text, long hyphenated words of four-byte characters, is stored twice
-- (whole and in parts), 8 bytes a character: it fails from 130,859 on, so the cut is below that. Configuration
-- "simple" because mail comes in every language; of HTML its parser drops the tags.
CREATE FUNCTION public.email_search_words(subject text, body text, html text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN pg_catalog.setweight(
               pg_catalog.to_tsvector('pg_catalog.simple'::regconfig, coalesce(pg_catalog."left"(subject, 500), '')), 'A')
           OPERATOR(pg_catalog.||)
           pg_catalog.to_tsvector('pg_catalog.simple'::regconfig,
               coalesce(pg_catalog."left"(coalesce(NULLIF(body, ''), html), 120000), ''));
COMMENT ON FUNCTION public.email_search_words(text, text, text) IS 'Words of a message as the search index holds them; never raises';

-- Strings anywhere in the three values count, so objects such as {"name": .., "address": ..} do as well. A GIN key
-- has a limit of about 2,700 bytes: 320 characters, the longest address there is, fit with four bytes each.
CREATE FUNCTION public.email_search_addresses("to" jsonb, cc jsonb, bcc jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT pg_catalog.array_agg(pg_catalog."left"(pg_catalog.lower(
                coalesce(pg_catalog."substring"(a.value OPERATOR(pg_catalog.#>>) '{}', '<([^<>[:space:]]+@[^<>[:space:]]+)>'),
                         pg_catalog.btrim(a.value OPERATOR(pg_catalog.#>>) '{}')) COLLATE "C"), 320))
              FROM pg_catalog.jsonb_path_query(pg_catalog.jsonb_build_array("to", cc, bcc),
                                               'strict $.** ? (@.type() == "string")') AS a (value));
COMMENT ON FUNCTION public.email_search_addresses(jsonb, jsonb, jsonb) IS
    'Addresses in three header values, ASCII lower case, as the search index holds them; never raises';
GRANT EXECUTE ON FUNCTION public.email_search_words(text, text, text), public.email_search_addresses(jsonb, jsonb, jsonb)
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
           subject = NEW.subject,
           sender = NEW."from",
           recipients = public.email_search_addresses(NEW."to", NEW.cc, NEW.bcc),
           refs = NEW.refs,
           search_vector = public.email_search_words(coalesce(NEW.subject_full, NEW.subject), NEW.text_body, NEW.html_body)
     WHERE message_id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.email_search_row_changed() IS 'Trigger: renews the search row of a message whose content changed';
GRANT EXECUTE ON FUNCTION public.email_search_row_changed() TO email_owner;

SET LOCAL ROLE email_owner;
CREATE TRIGGER email_messages_search_content
    AFTER UPDATE OF received_at, subject, subject_full, "from", "to", cc, bcc, refs, text_body, html_body
    ON public.email_messages
    FOR EACH ROW WHEN (
        OLD.received_at IS DISTINCT FROM NEW.received_at
        OR OLD.subject IS DISTINCT FROM NEW.subject
        OR OLD.subject_full IS DISTINCT FROM NEW.subject_full
        OR OLD."from" IS DISTINCT FROM NEW."from"
        OR OLD."to" IS DISTINCT FROM NEW."to"
        OR OLD.cc IS DISTINCT FROM NEW.cc
        OR OLD.bcc IS DISTINCT FROM NEW.bcc
        OR OLD.refs IS DISTINCT FROM NEW.refs
        OR OLD.text_body IS DISTINCT FROM NEW.text_body
        OR OLD.html_body IS DISTINCT FROM NEW.html_body)
    EXECUTE FUNCTION public.email_search_row_changed();
