-- Rules of pg_hba.conf that admit clients of other machines (of this one are its loopback addresses) with one of the methods
-- $1, or by one of the types $2.
SELECT NULL AS kind, NULL AS schema, 'pg_hba.conf:' || r.line_number AS name, NULL AS arguments, NULL AS part,
  concat_ws(' ', r.type, array_to_string(r.database, ','), array_to_string(r.user_name, ','), r.address, r.netmask,
    r.auth_method) AS actual, NULL AS fix
FROM pg_hba_file_rules r
WHERE r.error IS NULL AND r.type LIKE 'host%' AND r.auth_method <> 'reject'
  AND ('all' = ANY (r.database) OR current_database()::text = ANY (r.database) OR 'sameuser' = ANY (r.database)
    OR 'samerole' = ANY (r.database) OR EXISTS (SELECT FROM unnest(r.database) d WHERE d LIKE '/%'))
  AND r.address NOT IN ('127.0.0.1', '::1', 'localhost', 'samehost') AND r.address NOT LIKE '127.%'
  AND (r.auth_method = ANY ($1::text[]) OR r.type = ANY ($2::text[]))
