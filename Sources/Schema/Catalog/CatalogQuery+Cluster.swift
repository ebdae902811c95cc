import Postgres

/// Roles, extensions, settings: what belongs to the cluster or the database. Of these there are few; all are read, whatever
/// names are asked for.
extension CatalogQuery {
    static let cluster = [
        "\(fact(.schema, "nspname", "'present'")) FROM pg_namespace WHERE nspname = 'emaildb'",
        """
        \(fact(.extension, "e.extname", """
            concat_ws(', ', 'schema ' || e.extnamespace::regnamespace, CASE WHEN a.default_version <> e.extversion
              THEN 'version ' || e.extversion || ' instead of ' || a.default_version END)
            """))
        FROM pg_extension e LEFT JOIN pg_available_extensions() a ON a.name = e.extname
        WHERE e.extname = ANY (ARRAY[\(SchemaStep.extensions.map(SQL.literal).joined(separator: ", "))]::name[])
        """,
        """
        \(fact(.role, "rolname", """
            concat_ws(' ', CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
              CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
              CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
              CASE WHEN rolreplication THEN 'REPLICATION' END, CASE WHEN NOT rolinherit THEN 'NOINHERIT' END)
            """))
        FROM pg_roles WHERE rolname = ANY (\(roles))
        """,
        // to_jsonb, because the options of a membership came with 16.
        """
        \(fact(.membership, "pg_get_userbyid(m.member) || ' in ' || pg_get_userbyid(m.roleid)", """
            concat_ws(', ', 'member', CASE WHEN bool_or(m.admin_option) THEN 'with ADMIN OPTION' END,
              CASE WHEN NOT bool_or(COALESCE((to_jsonb(m) ->> 'inherit_option')::boolean, true)) THEN 'without INHERIT' END,
              CASE WHEN NOT bool_or(COALESCE((to_jsonb(m) ->> 'set_option')::boolean, true)) THEN 'without SET' END)
            """))
        FROM pg_auth_members m
        WHERE (pg_get_userbyid(m.member) = ANY (\(roles)) OR pg_get_userbyid(m.roleid) = ANY (\(roles)))
          AND NOT \(isInstaller("m.member"))
        GROUP BY m.member, m.roleid
        """,
        // In this database our roles have the settings of sql/ and no others. What is set for every database or every role
        // is the operator's, but for what bends names, tenants or row security.
        """
        \(fact(.setting, """
            CASE s.setrole WHEN 0 THEN 'database' ELSE pg_get_userbyid(s.setrole)::text END || ' ' || split_part(c, '=', 1)
              || CASE WHEN s.setdatabase = 0 THEN ' in every database' ELSE '' END
            """, "substr(c, strpos(c, '=') + 1)"))
        FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c
        WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
          AND (pg_get_userbyid(s.setrole) = ANY (\(roles)) OR s.setrole = 0)
          AND (s.setdatabase <> 0 AND s.setrole <> 0
            OR split_part(c, '=', 1) = ANY ('{role,session_authorization,row_security,search_path,
                 session_replication_role,track_activities,session_preload_libraries,local_preload_libraries}')
            OR c LIKE 'app.%')
        """,
        """
        \(fact(.systemFunctions, systemFunction, """
            CASE WHEN bool_or(has_function_privilege('public', p.oid, 'EXECUTE')) THEN 'open to public' ELSE 'closed to public' END
            """))
        FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (p.proname IN ('loread', 'lowrite',
          'pg_terminate_backend', 'pg_cancel_backend') OR p.proname LIKE 'lo\\_%') GROUP BY \(systemFunction)
        """,
    ]

    private static let systemFunction = "CASE WHEN p.proname LIKE 'pg\\_%' THEN p.proname ELSE 'large objects' END"
}
