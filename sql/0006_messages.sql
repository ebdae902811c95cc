-- Messages: RFC 5322 headers, flags, bodies, and what search and synchronisation derive from them.
--
-- No legal mail may fail to insert because of an index or a derived column: derived columns never raise, and what
-- feeds a B-tree fits into its 2,704 bytes with every character four bytes long. What GIN indexes are made of is in
-- a table of its own: see 0009.

SET LOCAL ROLE email_owner;

CREATE SEQUENCE public.email_message_change_seq AS bigint;
COMMENT ON SEQUENCE public.email_message_change_seq IS 'Source of email_messages.change_seq';

CREATE TABLE public.email_messages (
    id              uuid         NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
    tenant_id       uuid         NOT NULL,
    account_id      uuid         NOT NULL,
    folder_id       uuid         NOT NULL,
    message_id      varchar(500) NOT NULL,
    imap_uid        varchar(100),
    in_reply_to     varchar(500),
    "from"          varchar(500),
    "to"            jsonb,
    cc              jsonb,
    bcc             jsonb,
    reply_to        varchar(255),
    subject         varchar(500),
    text_body       text,
    html_body       text,
    is_read         boolean               DEFAULT false,
    is_flagged      boolean               DEFAULT false,
    is_draft        boolean               DEFAULT false,
    thread_id       uuid,
    sent_at         bigint,
    received_at     bigint,
    created_at      bigint       NOT NULL DEFAULT public.email_now_ms(),
    updated_at      bigint       NOT NULL DEFAULT public.email_now_ms(),
    is_deleted      boolean      NOT NULL DEFAULT false,
    deleted_at      bigint,
    has_attachments boolean      NOT NULL DEFAULT false,
    change_seq      bigint       NOT NULL DEFAULT pg_catalog.nextval('public.email_message_change_seq'),
    message_id_full text,
    subject_full    text,
    raw_headers     text,
    size_bytes      bigint,
    -- varchar(500) as message_id has it: both hold the same keys, and a longer element would not fit into the index.
    refs            varchar(500)[],
    -- "10" sorts before "9" as text. Anything but a UID (RFC 9051: 1 to 2^32-1) becomes NULL, also a POP3 UIDL.
    imap_uid_num    bigint GENERATED ALWAYS AS (
        CASE WHEN imap_uid ~ '^[1-9][0-9]{0,9}$' AND length(imap_uid) <= 10
             THEN CASE WHEN imap_uid::bigint <= 4294967295 THEN imap_uid::bigint END
        END) STORED,
    -- COLLATE "C" serves ^@.
    from_address    text COLLATE "C" GENERATED ALWAYS AS (public.email_address_of(coalesce(from_full, "from"))) STORED,
    from_full       text,
    reply_to_full   text,
    raw_sha256      bytea,
    CONSTRAINT email_messages_pkey PRIMARY KEY (id),
    CONSTRAINT email_messages_tenant_id_key UNIQUE (tenant_id, id),
    CONSTRAINT email_messages_account_fkey FOREIGN KEY (tenant_id, account_id)
        REFERENCES public.email_accounts (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT email_messages_folder_fkey FOREIGN KEY (tenant_id, account_id, folder_id)
        REFERENCES public.email_folders (tenant_id, account_id, id) ON DELETE CASCADE,
    CONSTRAINT email_messages_size_bytes_check CHECK (size_bytes >= 0),
    CONSTRAINT email_messages_raw_sha256_check CHECK (octet_length(raw_sha256) = 32),
    CONSTRAINT email_messages_deleted_check CHECK (is_deleted = (deleted_at IS NOT NULL))
);
ALTER SEQUENCE public.email_message_change_seq OWNED BY public.email_messages.change_seq;

COMMENT ON TABLE public.email_messages IS 'Messages: one row per message and folder it is in; a move changes folder_id';
COMMENT ON COLUMN public.email_messages.message_id IS
    'Key made of the Message-ID header, unique in the account: its value, or sha256:<hex> of one over 500 characters, or of the raw mail when it has none; copy:<uuid> or variant:<uuid> when another message has that key';
COMMENT ON COLUMN public.email_messages.imap_uid IS 'UID in the folder as the server wrote it; NULL after UIDVALIDITY changed';
COMMENT ON COLUMN public.email_messages.in_reply_to IS 'Key of the parent, made as message_id is';
COMMENT ON COLUMN public.email_messages."from" IS 'From header, first 500 characters; reserved word, always quoted';
COMMENT ON COLUMN public.email_messages.from_full IS 'From header when it is longer than "from"';
COMMENT ON COLUMN public.email_messages.reply_to_full IS 'Reply-To header when it is longer than reply_to';
COMMENT ON COLUMN public.email_messages.raw_sha256 IS 'SHA-256 of the mail as it was received, when the application gave it';
COMMENT ON COLUMN public.email_messages."to" IS 'Array of addresses, ["user@example.com"]; reserved word, always quoted';
COMMENT ON COLUMN public.email_messages.cc IS 'Array of addresses';
COMMENT ON COLUMN public.email_messages.bcc IS 'Array of addresses';
COMMENT ON COLUMN public.email_messages.subject IS 'Subject header, first 500 characters';
COMMENT ON COLUMN public.email_messages.thread_id IS 'Conversation; given by the application, refers to no table';
COMMENT ON COLUMN public.email_messages.sent_at IS 'Date header, epoch ms; NULL when missing or unreadable';
COMMENT ON COLUMN public.email_messages.received_at IS 'Arrival (IMAP INTERNALDATE), epoch ms';
COMMENT ON COLUMN public.email_messages.deleted_at IS 'Epoch ms; set exactly when is_deleted is, by whichever of the two is written';
COMMENT ON COLUMN public.email_messages.has_attachments IS 'Kept by triggers on email_attachments; may be set before they are stored';
COMMENT ON COLUMN public.email_messages.change_seq IS 'Set by triggers; grows with every change of the row; within an account in the order of commits, see email_changes';
COMMENT ON COLUMN public.email_messages.message_id_full IS
    'Message-ID header when it differs from message_id; of a copy without one, the key of its original';
COMMENT ON COLUMN public.email_messages.subject_full IS 'Subject header when it is longer than subject';
COMMENT ON COLUMN public.email_messages.refs IS 'References header, one key each, made as message_id is';
COMMENT ON COLUMN public.email_messages.imap_uid_num IS 'imap_uid as a number, NULL when it is none';
COMMENT ON COLUMN public.email_messages.from_address IS 'Address of the first mailbox in the From header, ASCII lower case; the whole field when it has none';
COMMENT ON COLUMN public.email_messages.raw_headers IS 'Header section as it was received, without the characters PostgreSQL cannot hold (NUL)';
COMMENT ON COLUMN public.email_messages.size_bytes IS 'Size of the whole message, RFC822.SIZE';
