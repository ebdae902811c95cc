-- What calls ask for in one account, $1: a thousand of its messages, and where its change numbers stand.
SELECT m.account_id, m.tenant_id, m.folder_id, m.id, m.message_id, m.subject, substring(m."from" FROM '<(.*)>') AS sender,
       s.last_seq, coalesce(b.change_seq, 0) AS before_seq
  FROM (SELECT max(c.change_seq) AS last_seq FROM (
            SELECT change_seq FROM public.email_messages WHERE account_id = $1::uuid
            UNION ALL SELECT change_seq FROM public.email_message_tombstones WHERE account_id = $1::uuid) AS c) AS s
  LEFT JOIN LATERAL (SELECT change_seq FROM public.email_messages WHERE account_id = $1::uuid
                      ORDER BY change_seq DESC OFFSET 500 LIMIT 1) AS b ON true
  CROSS JOIN (SELECT * FROM public.email_messages WHERE account_id = $1::uuid AND NOT is_deleted
               ORDER BY md5(message_id) LIMIT 1000) AS m
 ORDER BY md5(m.message_id);
