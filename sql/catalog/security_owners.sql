SELECT 'role' AS kind, NULL AS schema, pg_get_userbyid(r.app) AS name, NULL AS arguments, NULL AS part,
  r.path || ' owns ' || (array_agg(pg_describe_object(d.classid, d.objid, 0) ORDER BY d.classid, d.objid))[1]
    || CASE WHEN count(*) > 1 THEN ' and ' || count(*) - 1 || ' more' ELSE '' END AS actual,
  CASE WHEN r.hop IS NULL THEN format('REASSIGN OWNED BY %I TO email_owner;', pg_get_userbyid(r.app))
    ELSE format('REVOKE %I FROM %I CASCADE;', pg_get_userbyid(r.hop), pg_get_userbyid(r.app)) END AS fix
FROM reach r JOIN pg_shdepend d ON d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.role AND d.deptype = 'o'
  -- Default privileges are facts of their own, and no REASSIGN OWNED moves them.
  AND d.classid <> 'pg_default_acl'::regclass
  AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
GROUP BY r.app, r.role, r.hop, r.path
