/// Functions; owners and grants.
extension CatalogQuery {
    static let functions = """
        SELECT k.kind, f.object, k.value FROM function f
        \(facts([
            (.function, """
                concat_ws(', ', 'returns ' || pg_get_function_result(f.oid),
                  'language ' || (SELECT lanname FROM pg_language l WHERE l.oid = f.prolang),
                  CASE f.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
                  CASE WHEN f.prosecdef THEN 'security definer' END, CASE WHEN f.proleakproof THEN 'leakproof' END,
                  CASE WHEN f.proisstrict THEN 'strict' END,
                  CASE f.proparallel WHEN 's' THEN 'parallel safe' WHEN 'r' THEN 'parallel restricted' END,
                  CASE WHEN f.procost <> 100 THEN 'cost ' || f.procost END,
                  CASE WHEN f.prorows NOT IN (0, 1000) THEN 'rows ' || f.prorows END,
                  'defaults ' || pg_get_expr(f.proargdefaults, 0), array_to_string(f.proconfig, ', '))
                """),
            (.functionBody, "md5(COALESCE(f.prosrc, '') || COALESCE(pg_get_function_sqlbody(f.oid), ''))"),
        ]))
        """

    static let access = [
        // A sequence of a column always belongs to the table's owner.
        """
        \(fact(.owner, "o.object", roleName("o.owner"))) FROM (
          SELECT type || ' ' || object AS object, relowner AS owner FROM relation WHERE type IN ('table', 'view')
          UNION ALL SELECT 'sequence ' || object, relowner FROM relation r WHERE type = 'sequence' AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i'))
          UNION ALL SELECT 'function ' || object, proowner FROM function
          UNION ALL SELECT 'schema emaildb', nspowner FROM namespace WHERE nspname = 'emaildb') o
        """,
        // The database, schema public and the catalog of roles (where passwords are) are shared with whatever else lives
        // there: of them, only what everybody or one of our roles may do is ours to judge.
        """
        \(fact(.grant, "g.object || ' to ' || CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END", """
            string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '
              ORDER BY a.privilege_type COLLATE "C")
            """))
        FROM (
            SELECT type || ' ' || object AS object, relowner AS owner, relacl AS acl, true AS ours FROM relation
              WHERE type <> 'index'
            UNION ALL SELECT 'function ' || object, proowner, COALESCE(proacl, acldefault('f', proowner)), true FROM function
            UNION ALL SELECT 'schema ' || nspname, nspowner, nspacl, nspname = 'emaildb' FROM namespace
            UNION ALL SELECT 'database', datdba, COALESCE(datacl, acldefault('d', datdba)), false
              FROM pg_database WHERE datname = current_database()
            UNION ALL SELECT 'column ' || r.object || '.' || a.attname, r.relowner, a.attacl, true
              FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
            UNION ALL SELECT 'table pg_catalog.pg_authid', relowner, relacl, false FROM pg_class WHERE oid = 'pg_authid'::regclass
            UNION ALL SELECT 'column pg_catalog.pg_authid.' || attname, (SELECT relowner FROM pg_class WHERE oid = attrelid), attacl, false
              FROM pg_attribute WHERE attrelid = 'pg_authid'::regclass AND attacl IS NOT NULL) g
          CROSS JOIN aclexplode(g.acl) a
        WHERE a.grantee <> g.owner AND a.privilege_type <> 'MAINTAIN'
          AND (g.ours OR a.grantee = 0 OR pg_get_userbyid(a.grantee) = ANY (\(roles)))
        GROUP BY g.object, a.grantee
        """,
        // Of other roles, only what would open new objects to everybody or to our roles.
        """
        \(fact(.defaultPrivileges, """
            pg_get_userbyid(d.defaclrole) || CASE d.defaclobjtype WHEN 'r' THEN ' on TABLES' WHEN 'S' THEN ' on SEQUENCES'
              WHEN 'f' THEN ' on FUNCTIONS' WHEN 'T' THEN ' on TYPES' WHEN 'n' THEN ' on SCHEMAS' ELSE ' on LARGE OBJECTS' END
              || COALESCE(' in ' || NULLIF(d.defaclnamespace, 0)::regnamespace, '')
            """, """
            COALESCE((SELECT string_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END, ', ')
              FROM aclexplode(d.defaclacl) a WHERE a.grantee <> d.defaclrole), 'nobody')
            """))
        FROM pg_default_acl d
        WHERE pg_get_userbyid(d.defaclrole) = ANY (\(roles)) OR EXISTS (
          SELECT FROM aclexplode(d.defaclacl) a WHERE pg_get_userbyid(a.grantee) = ANY (\(roles))
            OR a.grantee = 0 AND d.defaclobjtype IN ('r', 'S', 'n'))
        """,
    ]
}
