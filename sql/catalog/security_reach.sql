-- reach: the application roles ($1) and every role they are in, by which path, and through which first membership; a query
-- of its own follows.
WITH RECURSIVE reach (app, role, hop, path) AS (
  SELECT oid, oid, NULL::oid, quote_ident(rolname) FROM pg_roles WHERE rolname = ANY ($1::name[])
  UNION
  SELECT r.app, m.roleid, COALESCE(r.hop, m.roleid), r.path || ' > ' || quote_ident(pg_get_userbyid(m.roleid))
  FROM reach r JOIN pg_auth_members m ON m.member = r.role)
