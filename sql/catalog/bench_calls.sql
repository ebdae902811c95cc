-- Calls of the functions of applications and workers. Each {name} is a value of the mailbox that is asked for.
--- email_changes, nothing new
SELECT * FROM public.email_changes({account}::uuid, {last}::bigint)
--- email_changes, 500
SELECT * FROM public.email_changes({account}::uuid, {before}::bigint)
--- email_change_state
SELECT * FROM public.email_change_state({account}::uuid)
--- email_search, rare word
SELECT m.id, m.subject FROM public.email_search({rare}) AS s JOIN public.email_messages AS m ON m.id = s.message_id
--- email_search, common word
SELECT m.id, m.subject FROM public.email_search({common}) AS s JOIN public.email_messages AS m ON m.id = s.message_id
--- email_search, prefix
SELECT m.id, m.subject FROM public.email_search({prefix}) AS s JOIN public.email_messages AS m ON m.id = s.message_id
--- email_search, folder and word
SELECT m.id, m.subject FROM public.email_search({common}, {account}::uuid, {folder}::uuid) AS s
  JOIN public.email_messages AS m ON m.id = s.message_id
--- email_search_explain
SELECT public.email_search_explain({rare})
--- email_search_recipients
SELECT * FROM public.email_search_recipients({address})
--- email_search_attachments
SELECT * FROM public.email_search_attachments('.pdf')
--- email_search_references
SELECT * FROM public.email_search_references(ARRAY[{key}::text])
