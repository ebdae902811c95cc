-- The rows of one tenant of the probe, as the application stores them: an account, two folders, and a message with an
-- attachment. The value of each block is that of its title in the blocks after it.
--- tenant
SELECT set_config('app.current_tenant_id', gen_random_uuid()::text, true), set_config('app.current_account_id', '', true)
--- accounts
INSERT INTO public.email_accounts (tenant_id, user_id, email_address, protocol)
VALUES ('{tenant}', gen_random_uuid(), '{address}', 'imap') RETURNING id
--- folders
INSERT INTO public.email_folders (tenant_id, account_id, name, path, type, uid_validity)
VALUES ('{tenant}', '{accounts}', 'INBOX', 'INBOX', 'inbox', 1) RETURNING id
--- archive
INSERT INTO public.email_folders (tenant_id, account_id, name, path, type, uid_validity)
VALUES ('{tenant}', '{accounts}', 'Archive', 'Archive', 'archive', 1) RETURNING id
--- messages
INSERT INTO public.email_messages (tenant_id, account_id, folder_id, message_id, "from", "to", subject, text_body, refs,
  received_at)
VALUES ('{tenant}', '{accounts}', '{folders}', '<{mark}@example.com>', 'Sender <sender@example.org>',
  jsonb_build_array('{address}'), 'Hello {word}', 'probe', ARRAY['<parent.{mark}@example.com>'], 1700000000000) RETURNING id
--- attachments
INSERT INTO public.email_attachments (tenant_id, message_id, filename) VALUES ('{tenant}', '{messages}', '{mark}.pdf')
RETURNING id
