-- Attachments: what a file is and where its bytes are; the bytes are elsewhere.

SET LOCAL ROLE email_owner;

CREATE TABLE public.email_attachments (
    id              uuid         NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
    tenant_id       uuid         NOT NULL,
    message_id      uuid         NOT NULL,
    filename        varchar(500),
    mime_type       varchar(100),
    size_bytes      integer,
    storage_path    varchar(1000),
    storage_type    varchar(20),
    blob_id         uuid,
    content_hash    varchar(64),
    created_at      bigint       NOT NULL DEFAULT public.email_now_ms(),
    is_deleted      boolean      NOT NULL DEFAULT false,
    deleted_at      bigint,
    size_bytes_wide bigint,
    CONSTRAINT email_attachments_pkey PRIMARY KEY (id),
    CONSTRAINT email_attachments_message_fkey FOREIGN KEY (tenant_id, message_id)
        REFERENCES public.email_messages (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT email_attachments_size_bytes_check CHECK (size_bytes >= 0),
    -- Both are given only for what an INTEGER cannot hold, and then they must not contradict each other.
    CONSTRAINT email_attachments_size_bytes_wide_check
        CHECK (size_bytes_wide IS NULL
               OR (size_bytes_wide >= 0 AND size_bytes = LEAST(size_bytes_wide, 2147483647))),
    -- The documented index is a B-tree: 1,000 four-byte characters would exceed its 2,704 bytes per entry.
    CONSTRAINT email_attachments_storage_path_check CHECK (octet_length(storage_path) <= 2600),
    CONSTRAINT email_attachments_storage_type_check CHECK (storage_type IN ('blob', 's3', 'local')),
    CONSTRAINT email_attachments_deleted_check CHECK (is_deleted = (deleted_at IS NOT NULL))
);
COMMENT ON TABLE public.email_attachments IS 'Attachments of messages; content is kept outside the database';
COMMENT ON COLUMN public.email_attachments.message_id IS 'email_messages.id, not the Message-ID header';
COMMENT ON COLUMN public.email_attachments.size_bytes IS 'Decoded size; 2147483647 stands for that or more, see size_bytes_wide';
COMMENT ON COLUMN public.email_attachments.size_bytes_wide IS 'Exact decoded size, needed from 2 GiB on; NULL otherwise';
COMMENT ON COLUMN public.email_attachments.storage_path IS 'Path or object key within storage_type, at most 2,600 bytes';
COMMENT ON COLUMN public.email_attachments.storage_type IS 'blob, s3 or local';
COMMENT ON COLUMN public.email_attachments.content_hash IS 'SHA-256 of the content, hexadecimal';
COMMENT ON COLUMN public.email_attachments.deleted_at IS 'Epoch ms; set exactly when is_deleted is, by whichever of the two is written';
