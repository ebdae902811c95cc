-- Which of the roles $1 are there already and not the session's to administer.
SELECT rolname FROM pg_catalog.pg_roles
WHERE rolname = ANY ($1::text[]) AND NOT pg_has_role(session_user, oid, 'MEMBER WITH ADMIN OPTION')
ORDER BY rolname;
