-- Rules of pg_hba.conf that admit clients of other machines (of this one are its loopback addresses) with one of the methods
-- $1, or by one of the types $2, to this database or for replication, which copies every database. Named by its words, because
-- numbers of lines change.
SELECT NULL AS kind, NULL AS schema, 'pg_hba.conf ' || r.rule AS name, NULL AS arguments, NULL AS part,
  'line ' || string_agg(r.line_number::text, ', ' ORDER BY r.line_number) AS actual, NULL AS fix
FROM (SELECT *, concat_ws(' ', type, array_to_string(database, ','), array_to_string(user_name, ','), address, netmask,
    auth_method) AS rule FROM pg_hba_file_rules) r
WHERE r.error IS NULL AND r.type LIKE 'host%' AND r.auth_method <> 'reject'
  AND ('all' = ANY (r.database) OR current_database()::text = ANY (r.database) OR 'sameuser' = ANY (r.database)
    OR 'samerole' = ANY (r.database) OR 'replication' = ANY (r.database)
    OR EXISTS (SELECT FROM unnest(r.database) d WHERE d LIKE '/%'))
  AND NOT (r.address IN ('localhost', 'samehost') OR r.address LIKE '127.%' AND r.netmask LIKE '255.%'
    OR r.address = '::1' AND r.netmask = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')
  AND (r.auth_method = ANY ($1::text[]) OR r.type = ANY ($2::text[]))
GROUP BY r.rule
