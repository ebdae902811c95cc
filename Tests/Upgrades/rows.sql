-- Two tenants with two folders each and a thread; one message moved, one erased, one marked deleted, some read.
INSERT INTO public.email_accounts (id, tenant_id, user_id, email_address)
SELECT md5('a' || t)::uuid, md5('t' || t)::uuid, gen_random_uuid(), t || '@example.com' FROM generate_series(1, 2) t;
INSERT INTO public.email_folders (id, tenant_id, account_id, name, type)
SELECT md5('f' || t || f)::uuid, md5('t' || t)::uuid, md5('a' || t)::uuid, 'F' || f, 'custom'
FROM generate_series(1, 2) t, generate_series(1, 2) f;
INSERT INTO public.email_messages (id, tenant_id, account_id, folder_id, message_id, subject, is_read, thread_id, received_at)
SELECT md5('m' || t || n)::uuid, md5('t' || t)::uuid, md5('a' || t)::uuid, md5('f' || t || 1 + n % 2)::uuid,
  '<' || n || '@example.com>', 'subject ' || n, n % 3 = 0, md5('c' || t || n / 3)::uuid, 1700000000000 + n
FROM generate_series(1, 2) t, generate_series(1, 40) n;
INSERT INTO public.email_attachments (id, tenant_id, message_id, filename)
SELECT md5('x' || t || n)::uuid, md5('t' || t)::uuid, md5('m' || t || n)::uuid, 'a.pdf'
FROM generate_series(1, 2) t, generate_series(1, 5) n;
UPDATE public.email_messages SET folder_id = md5('f11')::uuid WHERE id = md5('m12')::uuid;
DELETE FROM public.email_messages WHERE message_id = '<40@example.com>';
UPDATE public.email_messages SET is_deleted = true WHERE message_id = '<39@example.com>';
