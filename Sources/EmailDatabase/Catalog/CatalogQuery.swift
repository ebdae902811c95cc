import Postgres

/// The catalog queries behind ``LiveCatalog``, one for each kind of fact.
///
/// Each yields `object` and `value`, and takes one parameter: the names, without schema, of the relations and functions
/// that are spoken of (as name[], which can be hashed where text[] would be looked up one by one), or NULL for all of the schemas `public` and `emaildb`. Whatever is in `emaildb` is spoken of in
/// any case. Kinds that a newer server adds (NOT NULL constraints in 18, MAINTAIN in 17) are left out or folded into what
/// the older ones say. The owner of schema `emaildb`, whatever its name, is `the installer`.
///
/// One statement for each kind, so that a session plans only what it asks for, and only once.
enum CatalogQuery {
    /// The name under which ``preparation`` prepares the query of a kind.
    static func name(_ kind: Fact.Kind) -> String {
        "emaildb_" + kind.rawValue.replacing("-", with: "_")
    }

    /// SQL that prepares the queries of some kinds for the length of the session.
    static func preparation(_ kinds: some Sequence<Fact.Kind>) -> String {
        kinds.map { "PREPARE \(name($0)) (name[]) AS \(text($0));" }.joined(separator: "\n")
    }

    /// The query of a kind.
    static func text(_ kind: Fact.Kind) -> String {
        switch kind {
        // Of these there are few: all are read, whatever names are asked for.
        case .schema, .extension, .role, .membership, .setting, .systemFunctions:
            "WITH unused AS (SELECT $1::name[]) " + clusterText(kind)
        case .defaultPrivileges: "WITH unused AS (SELECT $1::name[]) " + accessText(kind)
        case .owner, .grant: accessText(kind)
        case .function, .functionBody: functionText(kind)
        default: relationText(kind)
        }
    }

    // MARK: - Common relations

    /// The two schemas; `prefix` is how a fact names what is in them.
    static let namespace = """
        namespace AS MATERIALIZED (
          SELECT oid, nspname, nspowner, nspacl, CASE nspname WHEN 'public' THEN '' ELSE 'emaildb.' END AS prefix
          FROM pg_namespace WHERE nspname IN ('public', 'emaildb'))
        """

    /// Relations of ours: tables, views, sequences, indexes.
    static let relation = """
        relation AS MATERIALIZED (
          SELECT c.oid, c.relname, c.relkind, c.relowner, c.relacl, c.reloptions, c.reltoastrelid, c.relpersistence,
            c.relreplident, c.relrowsecurity, c.relforcerowsecurity, n.prefix || c.relname AS object,
            CASE WHEN c.relkind IN ('r', 'p') THEN 'table' WHEN c.relkind IN ('v', 'm') THEN 'view'
              WHEN c.relkind IN ('i', 'I') THEN 'index' WHEN c.relkind = 'S' THEN 'sequence' ELSE 'relation' END AS kind
          FROM pg_class c JOIN namespace n ON n.oid = c.relnamespace
          WHERE ($1::name[] IS NULL OR c.relname = ANY ($1::name[]) OR n.nspname = 'emaildb') AND \(notOfExtension("pg_class", "c.oid")))
        """

    /// Functions and procedures of ours.
    static let function = """
        function AS MATERIALIZED (
          SELECT p.*, n.prefix || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS object
          FROM pg_proc p JOIN namespace n ON n.oid = p.pronamespace
          WHERE ($1::name[] IS NULL OR p.proname = ANY ($1::name[]) OR n.nspname = 'emaildb') AND \(notOfExtension("pg_proc", "p.oid")))
        """

    private static func notOfExtension(_ catalog: String, _ oid: String) -> String {
        """
        NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '\(catalog)'::regclass AND e.objid = \(oid)
          AND e.deptype = 'e' AND e.refclassid = 'pg_extension'::regclass)
        """
    }

    /// The names of our roles as an SQL array.
    static let roles = "ARRAY[" + Preflight.roles.map(SQL.literal).joined(separator: ", ") + "]::name[]"

    /// Whether a role, by its oid, is the one that ran `init`.
    static func isInstaller(_ oid: String) -> String {
        "\(oid) IS NOT DISTINCT FROM (SELECT nspowner FROM pg_namespace WHERE nspname = 'emaildb')"
    }

    /// The name of a role as a fact states it.
    static func roleName(_ oid: String) -> String {
        """
        CASE WHEN pg_get_userbyid(\(oid)) <> ALL (\(roles)) AND \(isInstaller(oid)) THEN 'the installer' \
        ELSE pg_get_userbyid(\(oid))::text END
        """
    }

    // MARK: - The cluster and the database

    private static func clusterText(_ kind: Fact.Kind) -> String {
        switch kind {
        case .schema:
            "SELECT nspname::text AS object, 'present' AS value FROM pg_namespace WHERE nspname = 'emaildb'"
        case .extension:
            """
            SELECT e.extname::text AS object, concat_ws(', ', 'schema ' || e.extnamespace::regnamespace,
              CASE WHEN a.default_version <> e.extversion
                THEN 'version ' || e.extversion || ' instead of ' || a.default_version END) AS value
            FROM pg_extension e LEFT JOIN pg_available_extensions() a ON a.name = e.extname
            WHERE e.extname = ANY (ARRAY[\(Preflight.extensions.map(SQL.literal).joined(separator: ", "))]::name[])
            """
        case .role:
            """
            SELECT rolname::text AS object, concat_ws(' ', CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
              CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
              CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
              CASE WHEN rolreplication THEN 'REPLICATION' END, CASE WHEN NOT rolinherit THEN 'NOINHERIT' END) AS value
            FROM pg_roles WHERE rolname = ANY (\(roles))
            """
        case .membership:
            // to_jsonb, because the options of a membership came with 16.
            """
            SELECT pg_get_userbyid(m.member) || ' in ' || pg_get_userbyid(m.roleid) AS object,
              concat_ws(', ', 'member', CASE WHEN bool_or(m.admin_option) THEN 'with ADMIN OPTION' END,
                CASE WHEN NOT bool_or(COALESCE((to_jsonb(m) ->> 'inherit_option')::boolean, true)) THEN 'without INHERIT' END,
                CASE WHEN NOT bool_or(COALESCE((to_jsonb(m) ->> 'set_option')::boolean, true)) THEN 'without SET' END) AS value
            FROM pg_auth_members m
            WHERE (pg_get_userbyid(m.member) = ANY (\(roles)) OR pg_get_userbyid(m.roleid) = ANY (\(roles)))
              AND NOT \(isInstaller("m.member"))
            GROUP BY m.member, m.roleid
            """
        case .setting:
            // In this database our roles have the settings of sql/ and no others. What is set for every database or every role
            // is the operator's, but for what bends names, tenants or row security.
            """
            SELECT CASE s.setrole WHEN 0 THEN 'database' ELSE pg_get_userbyid(s.setrole)::text END || ' ' || split_part(c, '=', 1)
              || CASE WHEN s.setdatabase = 0 THEN ' in every database' ELSE '' END AS object,
              substr(c, strpos(c, '=') + 1) AS value
            FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c
            WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
              AND (pg_get_userbyid(s.setrole) = ANY (\(roles)) OR s.setrole = 0)
              AND (s.setdatabase <> 0 AND s.setrole <> 0
                OR split_part(c, '=', 1) = ANY ('{role,session_authorization,row_security,search_path,
                     session_replication_role,track_activities,session_preload_libraries,local_preload_libraries}')
                OR c LIKE 'app.%')
            """
        default:
            """
            SELECT CASE WHEN p.proname LIKE 'pg\\_%' THEN p.proname ELSE 'large objects' END AS object,
              CASE WHEN bool_or(has_function_privilege('public', p.oid, 'EXECUTE')) THEN 'open to public'
                ELSE 'closed to public' END AS value
            FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (p.proname IN ('loread', 'lowrite',
              'pg_terminate_backend', 'pg_cancel_backend') OR p.proname LIKE 'lo\\_%') GROUP BY 1
            """
        }
    }

    // MARK: - Expressions

    /// An expression's text in one spelling.
    ///
    /// What PostgreSQL prints of `varchar IN ('a', 'b')` means the same when it is read back, but is then printed otherwise:
    /// the casts move from the array to its elements. After a dump and restore, or mending, both are found.
    static func normalised(_ text: String) -> String {
        let literals = "replace(\(text), '''::character varying', '''::text')"
        let arrays = #"regexp_replace(\#(literals), '\(ARRAY\[([^]]*)\]\)::text\[\]', 'ARRAY[\1]', 'g')"#
        return #"regexp_replace(\#(arrays), '\((''[^'']*''::text)\)::text', '\1', 'g')"#
    }
}
