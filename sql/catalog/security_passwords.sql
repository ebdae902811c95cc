-- Passwords of our roles ($1) that are stored as MD5; for who may read pg_authid.
SELECT 'role' AS kind, NULL AS schema, rolname::text AS name, NULL AS arguments, NULL AS part, 'its password is stored as MD5' AS actual, NULL AS fix
FROM pg_authid WHERE rolname = ANY ($1::name[]) AND rolpassword LIKE 'md5%'
