-- Stores attachments of tenant $1, account $2: arrays of the message's key, then of the columns. For {columns} and {values},
-- bench writes what the documented layout has no default for.
INSERT INTO public.email_attachments
       (id, tenant_id, message_id, filename, mime_type, size_bytes, storage_path, storage_type, content_hash{columns})
SELECT a.id::uuid, $1::uuid, m.id, a.filename, a.mime_type, a.size::integer, a.path, 's3', a.hash{values}
  FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
       AS a (key, id, filename, mime_type, size, path, hash)
  JOIN public.email_messages AS m ON m.message_id = a.key AND m.account_id = $2::uuid;
