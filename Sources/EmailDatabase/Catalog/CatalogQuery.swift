import Postgres

/// The catalog queries behind ``LiveCatalog``, one for each kind of fact, over common relations.
///
/// Kinds that a newer server adds (NOT NULL constraints in 18, MAINTAIN in 17) are left out or folded into what the
/// older ones say; pg_get_viewdef is not used, as 15 and 16 qualify columns differently. An owner that is none of our
/// roles is the role that ran `init`, whatever its name.
enum CatalogQuery {
    /// The statement that yields `kind`, `object`, `value`.
    ///
    /// `$1` is the array of kinds wanted, `$2` the array of relation names that those kinds are limited to, or NULL.
    /// Branches of other kinds are not executed.
    static let text = """
        WITH \(common), fact (kind, object, value) AS (
        \(all.sorted { $0.key < $1.key }.map { "SELECT * FROM (\($0.value)) f WHERE '\($0.key)' = ANY ($1)" }
            .joined(separator: "\nUNION ALL\n"))
        )
        SELECT kind, object, value FROM fact
        """

    /// Every kind, as an array of SQL.
    static let allKinds = SQL.array(all.keys.sorted())

    /// The name of an owner as a fact states it.
    private static func owner(_ column: String) -> String {
        "CASE WHEN pg_get_userbyid(\(column)) LIKE 'email\\_%' THEN pg_get_userbyid(\(column))::text ELSE 'the installer' END"
    }

    private static let common = """
        namespace AS MATERIALIZED (
          SELECT oid, nspname, nspowner, nspacl, CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END AS prefix
          FROM pg_namespace WHERE nspname IN ('public', 'emaildb')
        ), extension_member AS MATERIALIZED (
          SELECT classid, objid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
        ), relation AS MATERIALIZED (
          SELECT c.*, n.prefix || c.relname AS object, CASE WHEN c.relkind IN ('r', 'p') THEN 'table'
            WHEN c.relkind IN ('v', 'm') THEN 'view' WHEN c.relkind IN ('i', 'I') THEN 'index'
            WHEN c.relkind = 'S' THEN 'sequence' ELSE 'relation' END AS kind
          FROM pg_class c JOIN namespace n ON n.oid = c.relnamespace
          WHERE c.relnamespace = ANY (ARRAY(SELECT oid FROM namespace))
            AND NOT EXISTS (SELECT FROM extension_member e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid) AND ($2::text[] IS NULL OR c.relname = ANY ($2))
        ), function AS MATERIALIZED (
          SELECT p.*, n.prefix || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS object
          FROM pg_proc p JOIN namespace n ON n.oid = p.pronamespace
          WHERE p.pronamespace = ANY (ARRAY(SELECT oid FROM namespace))
            AND NOT EXISTS (SELECT FROM extension_member e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
        ), grants AS (
          SELECT kind || ' ' || object AS object, relowner AS owner, relacl AS acl FROM relation WHERE kind <> 'index'
          UNION ALL SELECT 'function ' || object, proowner, COALESCE(proacl, acldefault('f', proowner)) FROM function
          UNION ALL SELECT 'schema ' || nspname, nspowner, nspacl FROM namespace
          UNION ALL SELECT 'database', datdba, COALESCE(datacl, acldefault('d', datdba))
            FROM pg_database WHERE datname = current_database()
          UNION ALL SELECT 'column ' || r.object || '.' || a.attname, r.relowner, a.attacl
            FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL
        )
        """

    private static let all: [String: String] = [
        "system-functions": """
        SELECT 'system-functions', CASE WHEN p.proname LIKE 'pg\\_%' THEN p.proname ELSE 'large objects' END,
            CASE WHEN bool_or(has_function_privilege('public', p.oid, 'EXECUTE')) THEN 'open to public'
              ELSE 'closed to public' END
          FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (p.proname IN ('loread', 'lowrite',
            'pg_terminate_backend', 'pg_cancel_backend') OR p.proname LIKE 'lo\\_%') GROUP BY 2
        """,
        "schema": """
        SELECT 'schema', nspname, 'owner ' || \(owner("nspowner")) FROM namespace WHERE nspname <> 'public'
        """,
        "extension": """
        SELECT 'extension', extname, 'schema ' || extnamespace::regnamespace FROM pg_extension
          WHERE extname NOT IN ('plpgsql', 'pg_stat_statements')
        """,
        "table": """
        SELECT 'table', object, concat_ws(', ', 'owner ' || \(owner("relowner")),
            CASE WHEN relrowsecurity THEN 'row security' END, CASE WHEN relforcerowsecurity THEN 'forced' END,
            CASE relpersistence WHEN 'u' THEN 'unlogged' END, array_to_string(reloptions, ', '),
            (SELECT 'toast ' || array_to_string(t.reloptions, ', ') FROM pg_class t
             WHERE t.oid = relation.reltoastrelid AND t.reloptions IS NOT NULL))
          FROM relation WHERE kind = 'table'
        """,
        "view": """
        SELECT 'view', object, concat_ws(', ', 'owner ' || \(owner("relowner")), array_to_string(reloptions, ', '))
          FROM relation WHERE kind = 'view'
        """,
        "column": """
        SELECT 'column', r.object || '.' || a.attname, concat_ws(', ', format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN 'not null' END,
            CASE a.attgenerated WHEN 's' THEN 'generated ' WHEN '' THEN 'default ' END || pg_get_expr(d.adbin, d.adrelid),
            CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END,
            'statistics ' || NULLIF(COALESCE(a.attstattarget, -1), -1),
            CASE WHEN a.attcollation <> t.typcollation THEN 'collation ' || a.attcollation::regcollation END,
            CASE a.attcompression WHEN 'l' THEN 'lz4' WHEN 'p' THEN 'pglz' END,
            CASE WHEN a.attstorage <> t.typstorage THEN 'storage ' || a.attstorage::text END)
          FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          WHERE r.kind IN ('table', 'view')
        """,
        "constraint": """
        SELECT 'constraint', r.object || '.' || c.conname,
            pg_get_constraintdef(c.oid) || CASE WHEN c.convalidated THEN '' ELSE ', not validated' END
          FROM pg_constraint c JOIN relation r ON r.oid = c.conrelid WHERE c.contype NOT IN ('n', 't')
        """,
        "index": """
        SELECT 'index', r.object, concat_ws(', ', pg_get_indexdef(i.indexrelid),
            CASE WHEN NOT i.indisvalid THEN 'INVALID' END, CASE WHEN NOT i.indisready THEN 'not ready' END)
          FROM relation r JOIN pg_index i ON i.indexrelid = r.oid
        """,
        "policy": """
        SELECT 'policy', r.object || '.' || p.polname, concat_ws(' ',
            CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
            CASE p.polcmd WHEN '*' THEN 'all' WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'
              ELSE 'delete' END,
            'to', (SELECT string_agg(CASE m WHEN 0 THEN 'public' ELSE pg_get_userbyid(m)::text END, ','
                     ORDER BY pg_get_userbyid(m) COLLATE "C") FROM unnest(p.polroles) m),
            'using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
            'check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
          FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
        """,
        "trigger": """
        SELECT 'trigger', r.object || '.' || t.tgname, pg_get_triggerdef(t.oid) ||
            CASE t.tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ', disabled' WHEN 'A' THEN ', always' ELSE ', replica' END
          FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
        """,
        "function": """
        SELECT 'function', f.object, concat_ws(', ', 'returns ' || pg_get_function_result(f.oid),
            'language ' || (SELECT lanname FROM pg_language l WHERE l.oid = f.prolang),
            CASE f.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
            CASE WHEN f.prosecdef THEN 'security definer' END, CASE WHEN f.proleakproof THEN 'leakproof' END,
            CASE WHEN f.proisstrict THEN 'strict' END, CASE f.proparallel WHEN 's' THEN 'parallel safe' END,
            'owner ' || \(owner("f.proowner")), array_to_string(f.proconfig, ', '),
            'body ' || md5(COALESCE(f.prosrc, '') || COALESCE(pg_get_function_sqlbody(f.oid), '')))
          FROM function f
        """,
        "grant": """
        SELECT 'grant', g.object || ' to ' || CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END,
            string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN ' with grant option' ELSE '' END, ', '
              ORDER BY a.privilege_type COLLATE "C")
          FROM grants g CROSS JOIN aclexplode(g.acl) a
          WHERE a.grantee <> g.owner AND a.privilege_type <> 'MAINTAIN'
          GROUP BY g.object, a.grantee
        """,
        "default-privileges": """
        SELECT 'default-privileges', pg_get_userbyid(d.defaclrole) || ' ' || d.defaclobjtype::text
            || COALESCE(' in ' || NULLIF(d.defaclnamespace, 0)::regnamespace, ''), d.defaclacl::text
          FROM pg_default_acl d WHERE pg_get_userbyid(d.defaclrole) LIKE 'email\\_%'
        """,
        "role": """
        SELECT 'role', rolname, concat_ws(', ', CASE WHEN rolcanlogin THEN 'login' ELSE 'nologin' END,
            CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolbypassrls THEN 'bypassrls' END,
            CASE WHEN rolcreaterole THEN 'createrole' END, CASE WHEN rolcreatedb THEN 'createdb' END,
            CASE WHEN rolreplication THEN 'replication' END, CASE WHEN NOT rolinherit THEN 'noinherit' END)
          FROM pg_roles WHERE rolname LIKE 'email\\_%'
        """,
        "membership": """
        SELECT 'membership', pg_get_userbyid(m.member) || ' in ' || pg_get_userbyid(m.roleid), 'member'
          FROM pg_auth_members m WHERE pg_get_userbyid(m.member) LIKE 'email\\_%'
        """,
        "setting": """
        SELECT 'setting', pg_get_userbyid(s.setrole) || ' ' || split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
          FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c
          WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND pg_get_userbyid(s.setrole) LIKE 'email\\_%'
        """,
    ]
}
