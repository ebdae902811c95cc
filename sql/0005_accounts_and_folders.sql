-- E-mail accounts, and their folders.
--
-- Rules of all four tables: documented columns come first, in documented order and type, then ours. Times are epoch
-- milliseconds. Every key that another table points at starts with tenant_id, and every foreign key carries it, so
-- no row can refer across tenants, whatever the application does. Rows are hidden by is_deleted; a hard DELETE is
-- for purge and offboarding, and cascades downwards: what is erased must leave nothing behind.

SET LOCAL ROLE email_owner;

CREATE TABLE public.email_accounts (
    id              uuid         NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
    tenant_id       uuid         NOT NULL,
    user_id         uuid         NOT NULL,
    account_name    varchar(255),
    email_address   varchar(255),
    protocol        varchar(20),
    hostname        varchar(255),
    port            integer,
    encryption      varchar(20),
    username        varchar(255),
    credential_id   uuid,
    is_sync_enabled boolean               DEFAULT true,
    sync_interval   integer               DEFAULT 300,
    last_sync_at    bigint,
    is_syncing      boolean               DEFAULT false,
    is_enabled      boolean               DEFAULT true,
    created_at      bigint       NOT NULL DEFAULT public.email_now_ms(),
    updated_at      bigint       NOT NULL DEFAULT public.email_now_ms(),
    is_deleted      boolean      NOT NULL DEFAULT false,
    deleted_at      bigint,
    sync_claim      uuid,
    sync_lease_until bigint,
    changes_floor   bigint       NOT NULL DEFAULT 0,
    CONSTRAINT email_accounts_pkey PRIMARY KEY (id),
    CONSTRAINT email_accounts_tenant_id_key UNIQUE (tenant_id, id),
    -- Named like the documented index: one index is both the documented UNIQUE and the documented look-up.
    CONSTRAINT idx_email_accounts_email_address UNIQUE (email_address),
    -- COLLATE "C": the answer must not change with an operating system upgrade.
    CONSTRAINT email_accounts_email_address_check CHECK (email_address = lower(email_address COLLATE "C")),
    CONSTRAINT email_accounts_protocol_check CHECK (protocol IN ('imap', 'pop3')),
    CONSTRAINT email_accounts_encryption_check CHECK (encryption IN ('none', 'tls', 'starttls')),
    CONSTRAINT email_accounts_port_check CHECK (port BETWEEN 1 AND 65535),
    CONSTRAINT email_accounts_sync_interval_check CHECK (sync_interval > 0),
    CONSTRAINT email_accounts_deleted_check CHECK (is_deleted = (deleted_at IS NOT NULL))
);
COMMENT ON TABLE public.email_accounts IS 'Mailboxes of users on remote servers, and how to reach them';
COMMENT ON COLUMN public.email_accounts.email_address IS 'Unique over all tenants; folded to lower case (ASCII letters) on the way in';
COMMENT ON COLUMN public.email_accounts.protocol IS 'imap or pop3';
COMMENT ON COLUMN public.email_accounts.encryption IS 'none, tls or starttls';
COMMENT ON COLUMN public.email_accounts.credential_id IS 'Reference to the secret store; the secret itself is not in this database';
COMMENT ON COLUMN public.email_accounts.sync_interval IS 'Seconds between two synchronisations';
COMMENT ON COLUMN public.email_accounts.last_sync_at IS 'End of the last synchronisation, epoch ms; NULL: never';
COMMENT ON COLUMN public.email_accounts.deleted_at IS 'Epoch ms; set exactly when is_deleted is, by whichever of the two is written';
COMMENT ON COLUMN public.email_accounts.sync_claim IS 'Who synchronises: given out by email_claim_accounts, asked back by email_release_account';
COMMENT ON COLUMN public.email_accounts.sync_lease_until IS 'Epoch ms: until then no other worker may claim the account; after a failure, the time of the next attempt';
COMMENT ON COLUMN public.email_accounts.changes_floor IS 'Set by retention: tombstones up to this change_seq are purged, a client whose state is older starts afresh';

CREATE TABLE public.email_folders (
    id             uuid         NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
    tenant_id      uuid         NOT NULL,
    account_id     uuid         NOT NULL,
    name           varchar(255),
    type           varchar(20),
    unread_count   integer               DEFAULT 0,
    total_count    integer               DEFAULT 0,
    sync_token     text,
    is_selectable  boolean               DEFAULT true,
    created_at     bigint       NOT NULL DEFAULT public.email_now_ms(),
    updated_at     bigint       NOT NULL DEFAULT public.email_now_ms(),
    is_deleted     boolean      NOT NULL DEFAULT false,
    deleted_at     bigint,
    path           text,
    uid_validity   bigint,
    uid_next       bigint,
    highest_modseq bigint,
    CONSTRAINT email_folders_pkey PRIMARY KEY (id),
    -- What messages point at: a message's folder belongs to the message's account, and so to its tenant.
    CONSTRAINT email_folders_tenant_account_id_key UNIQUE (tenant_id, account_id, id),
    CONSTRAINT email_folders_account_fkey FOREIGN KEY (tenant_id, account_id)
        REFERENCES public.email_accounts (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT email_folders_type_check
        CHECK (type IN ('inbox', 'sent', 'drafts', 'trash', 'spam', 'archive', 'custom')),
    -- RFC 9051: both are 32-bit; UIDNEXT may be one past the last UID. RFC 7162: MODSEQ is 63-bit.
    CONSTRAINT email_folders_uid_validity_check CHECK (uid_validity BETWEEN 1 AND 4294967295),
    CONSTRAINT email_folders_uid_next_check CHECK (uid_next BETWEEN 1 AND 4294967296),
    CONSTRAINT email_folders_highest_modseq_check CHECK (highest_modseq >= 0),
    CONSTRAINT email_folders_deleted_check CHECK (is_deleted = (deleted_at IS NOT NULL))
);
COMMENT ON TABLE public.email_folders IS 'Folders (IMAP mailboxes) of an account';
COMMENT ON COLUMN public.email_folders.name IS 'Name to show; the last part of path';
COMMENT ON COLUMN public.email_folders.type IS 'Special use (RFC 6154): inbox, sent, drafts, trash, spam, archive, or custom';
COMMENT ON COLUMN public.email_folders.unread_count IS 'Messages neither read nor deleted; kept by triggers, whatever is written';
COMMENT ON COLUMN public.email_folders.total_count IS 'Messages not deleted; kept by triggers, whatever is written';
COMMENT ON COLUMN public.email_folders.sync_token IS 'Opaque state of the last synchronisation';
COMMENT ON COLUMN public.email_folders.path IS 'Full name on the server, hierarchy included, unique in the account while not deleted';
COMMENT ON COLUMN public.email_folders.uid_validity IS 'IMAP UIDVALIDITY: when it changes, every imap_uid of the folder is void';
COMMENT ON COLUMN public.email_folders.uid_next IS 'IMAP UIDNEXT';
COMMENT ON COLUMN public.email_folders.highest_modseq IS 'IMAP HIGHESTMODSEQ (CONDSTORE)';
COMMENT ON COLUMN public.email_folders.deleted_at IS 'Epoch ms; set exactly when is_deleted is, by whichever of the two is written';
