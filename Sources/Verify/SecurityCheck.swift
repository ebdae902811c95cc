import Core
import Fix
import Postgres
import Schema

/// One question about who can reach what, whoever made that possible: what a comparison of facts cannot know.
///
/// Its query yields `object`, `actual` and `mending` (NULL where a finding of the layout mends it, or no SQL can).
struct SecurityCheck: Sendable {
    let code: FindingCode
    let phase: Repair.Phase
    let sql: String
    /// What the connected role has to be allowed for it; nil for what everybody may read.
    var needs: Privilege?

    enum Privilege: Sendable {
        /// Reading the rules of pg_hba.conf.
        case connectionRules
    }

    init(_ code: FindingCode, _ phase: Repair.Phase, needs: Privilege? = nil, _ sql: String) {
        self.code = code
        self.phase = phase
        self.needs = needs
        self.sql = sql
    }

    /// The roles that applications log in as.
    static let applicationRoles = Role.allCases.filter(\.isApplication).map(\.name)

    /// All checks.
    /// - Parameters:
    ///   - expected: whose grants are the allow-list of definer functions, and whose constraints the layout mends.
    ///   - serverVersion: of which the set of leakproof functions is known.
    static func all(_ expected: ExpectedLayout, serverVersion: Int) -> [SecurityCheck] {
        let facts = expected.facts.values
        let allowed = facts.filter { $0.kind == .grant && $0.object.hasPrefix("function ") }.map(\.object).sorted()
        let constraints = facts.filter { $0.kind == .constraint }.map(\.object).sorted()
        let tables = facts.filter { $0.kind == .table }.map(\.object).sorted()
        let stock = StockLeakproof.identifiers(serverVersion: serverVersion).map(String.init).joined(separator: ",")
        return roles + grants(tables) + objects(tables, constraints: constraints, allowed: allowed)
            + [leakproof(stock)] + connections
    }

    // MARK: - Common relations

    private static let applications = "ARRAY[" + applicationRoles.map(SQL.literal).joined(separator: ", ") + "]::name[]"

    /// `reach`: the application roles and every role they are in, by which path, and through which first membership.
    private static let reach = """
        WITH RECURSIVE reach (app, role, hop, path) AS (
          SELECT oid, oid, NULL::oid, rolname::text FROM pg_roles WHERE rolname = ANY (\(applications))
          UNION
          SELECT r.app, m.roleid, COALESCE(r.hop, m.roleid), r.path || ' > ' || pg_get_userbyid(m.roleid)
          FROM reach r JOIN pg_auth_members m ON m.member = r.role)
        """

    /// How to cut a path of memberships, or, at its beginning, something else.
    private static func cut(_ otherwise: String) -> String {
        "CASE WHEN r.hop IS NOT NULL THEN format('REVOKE %I FROM %I CASCADE;', pg_get_userbyid(r.hop), pg_get_userbyid(r.app)) ELSE \(otherwise) END"
    }

    private static func array(_ texts: [String]) -> String { SQL.literal(SQL.array(texts)) + "::text[]" }

    /// Our tables: `oid` and `object`.
    private static func ours(_ tables: [String]) -> String {
        """
        (SELECT c.oid, c.relname, c.relacl, c.relowner, CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS object
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('public', 'emaildb') AND c.relkind IN ('r', 'p')
           AND CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname = ANY (\(array(tables))))
        """
    }

    // MARK: - Roles

    private static let roles = [
        SecurityCheck(
            .reachesPrivilege, .membership,
            """
            \(reach)
            SELECT 'role ' || pg_get_userbyid(r.app) AS object, r.path || ' ' || a.attribute AS actual,
              \(cut("format('ALTER ROLE %I %s;', pg_get_userbyid(r.app), a.undo)")) AS mending
            FROM reach r JOIN pg_roles p ON p.oid = r.role CROSS JOIN LATERAL (VALUES
              (p.rolsuper, 'is a superuser', 'NOSUPERUSER'), (p.rolbypassrls, 'has BYPASSRLS', 'NOBYPASSRLS'),
              (p.rolcreaterole, 'has CREATEROLE', 'NOCREATEROLE'), (p.rolcreatedb, 'has CREATEDB', 'NOCREATEDB'),
              (p.rolreplication, 'has REPLICATION', 'NOREPLICATION'),
              (p.oid < 16384 AND p.rolname LIKE 'pg\\_%', 'is a predefined role', '')) a (holds, attribute, undo)
            WHERE a.holds
            """),
        SecurityCheck(
            .reachesOwner, .membership,
            """
            \(reach)
            SELECT 'role ' || pg_get_userbyid(r.app) AS object,
              r.path || ' owns ' || (array_agg(pg_describe_object(d.classid, d.objid, 0) ORDER BY d.classid, d.objid))[1]
                || CASE WHEN count(*) > 1 THEN ' and ' || count(*) - 1 || ' more' ELSE '' END AS actual,
              \(cut("format('REASSIGN OWNED BY %I TO email_owner;', pg_get_userbyid(r.app))")) AS mending
            FROM reach r JOIN pg_shdepend d ON d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.role AND d.deptype = 'o'
              AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            GROUP BY r.app, r.role, r.hop, r.path
            """),
    ]

    // MARK: - Grants

    private static func grants(_ tables: [String]) -> [SecurityCheck] {
        let toApplications = """
            CROSS JOIN LATERAL (SELECT DISTINCT a.grantee, a.privilege_type FROM aclexplode(o.acl) a
              WHERE a.grantee = 0 OR a.grantee IN (SELECT role FROM reach)) a
            """
        let grantee = "CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END"
        // What comes through a membership is mended by ending that.
        let isDirect = "a.grantee = 0 OR pg_get_userbyid(a.grantee) = ANY (\(applications))"
        return [
            SecurityCheck(
                .beyondRowSecurity, .revoke,
                """
                \(reach)
                SELECT 'table ' || o.object AS object, \(grantee) || ' may ' || string_agg(a.privilege_type, ', '
                    ORDER BY a.privilege_type COLLATE "C") AS actual,
                  CASE WHEN \(isDirect) THEN format('REVOKE %s ON TABLE %s FROM %s CASCADE;', string_agg(a.privilege_type, ', '
                    ORDER BY a.privilege_type COLLATE "C"), o.oid::regclass, \(grantee)) END AS mending
                FROM (SELECT oid, object, relowner AS owner, relacl AS acl FROM \(ours(tables)) t) o \(toApplications)
                WHERE a.grantee <> o.owner AND a.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
                GROUP BY o.object, o.oid, a.grantee
                """),
            SecurityCheck(
                .mayCreate, .revoke,
                """
                \(reach)
                SELECT o.kind || COALESCE(' ' || o.name, '') AS object, \(grantee) || ' may ' || string_agg(a.privilege_type, ', '
                    ORDER BY a.privilege_type COLLATE "C") AS actual,
                  CASE WHEN \(isDirect) THEN format('REVOKE %s ON %s %I FROM %s CASCADE;', string_agg(a.privilege_type, ', '
                    ORDER BY a.privilege_type COLLATE "C"), upper(o.kind), COALESCE(o.name, current_database()), \(grantee)) END AS mending
                FROM (SELECT 'database' AS kind, NULL::name AS name, datdba AS owner, COALESCE(datacl, acldefault('d', datdba)) AS acl
                      FROM pg_database WHERE datname = current_database()
                    UNION ALL SELECT 'schema', nspname, nspowner, nspacl FROM pg_namespace WHERE nspname IN ('public', 'emaildb')) o
                  \(toApplications)
                WHERE a.grantee <> o.owner AND a.privilege_type IN ('CREATE', 'TEMPORARY')
                GROUP BY o.kind, o.name, a.grantee
                """),
            SecurityCheck(
                .foreignServer, .revoke,
                """
                \(reach)
                SELECT 'server ' || o.name AS object, \(grantee) || ' may use it' AS actual,
                  CASE WHEN \(isDirect) THEN format('REVOKE USAGE ON FOREIGN SERVER %I FROM %s CASCADE;', o.name, \(grantee)) END AS mending
                FROM (SELECT srvname AS name, srvowner AS owner, srvacl AS acl FROM pg_foreign_server) o \(toApplications)
                WHERE a.grantee <> o.owner
                """),
            SecurityCheck(
                .openStatistics, .revoke,
                """
                SELECT 'extension pg_stat_statements' AS object, string_agg(p.rolname, ', ' ORDER BY p.rolname) || ' may read it' AS actual,
                  \(SQL.literal(Mending.closeStatistics)) AS mending
                FROM pg_roles p WHERE p.rolname = ANY (\(applications)) AND NOT p.rolsuper AND EXISTS (
                  SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'pg_stat_statements'
                  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.classid = 'pg_class'::regclass
                    AND has_table_privilege(p.oid, d.objid, 'SELECT'))
                HAVING count(*) > 0
                """),
        ]
    }

    // MARK: - Functions, keys, policies, views

    private static func objects(_ tables: [String], constraints: [String], allowed: [String]) -> [SecurityCheck] {
        [
            SecurityCheck(
                .definerFunction, .revoke,
                """
                SELECT 'function ' || f.object AS object, string_agg(f.app, ', ' ORDER BY f.app) || ' may execute it as ' || f.owner
                    || CASE WHEN f.pinned THEN '' ELSE ', with the search_path of the caller' END AS actual,
                  format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC, %s;', f.oid::regprocedure, string_agg(quote_ident(f.app), ', ')) AS mending
                FROM (SELECT p.oid, a.rolname::text AS app, pg_get_userbyid(p.proowner) AS owner,
                    EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%') AS pinned,
                    CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || p.proname
                      || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS object
                  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace CROSS JOIN pg_roles a
                  WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND a.rolname = ANY (\(applications))
                    AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype) AND NOT a.rolsuper
                    AND has_schema_privilege(a.oid, n.oid, 'USAGE') AND has_function_privilege(a.oid, p.oid, 'EXECUTE')
                    AND NOT pg_has_role(a.oid, p.proowner, 'MEMBER')) f
                WHERE 'function ' || f.object || ' to ' || f.app <> ALL (\(array(allowed)))
                GROUP BY f.object, f.owner, f.pinned, f.oid
                """),
            SecurityCheck(
                .foreignKeyWithoutTenant, .remove,
                """
                SELECT 'constraint ' || k.object AS object, pg_get_constraintdef(k.oid) AS actual,
                  CASE WHEN k.object <> ALL (\(array(constraints)))
                    THEN format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I;', k.conrelid::regclass, k.conname) END AS mending
                FROM (SELECT c.*, CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || t.relname || '.' || c.conname AS object
                  FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
                  WHERE c.contype = 'f' AND c.confrelid IN (SELECT oid FROM \(ours(tables)) o WHERE object LIKE 'email\\_%')) k
                WHERE NOT EXISTS (
                  SELECT FROM unnest(k.conkey, k.confkey) p (mine, theirs)
                    JOIN pg_attribute m ON m.attrelid = k.conrelid AND m.attnum = p.mine AND m.attname = 'tenant_id'
                    JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = p.theirs AND t.attname = 'tenant_id')
                """),
            SecurityCheck(
                .policyFunction, .policy,
                """
                SELECT 'policy ' || o.object || '.' || y.polname AS object, 'calls ' || p.oid::regprocedure || ', which is '
                    || CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' ELSE 'VOLATILE' END AS actual, NULL AS mending
                FROM pg_policy y JOIN \(ours(tables)) o ON o.oid = y.polrelid
                  JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = y.oid AND d.refclassid = 'pg_proc'::regclass
                  JOIN pg_proc p ON p.oid = d.refobjid
                WHERE p.provolatile <> 's'
                """),
            SecurityCheck(
                .openView, .view,
                """
                SELECT 'view ' || v.oid::regclass AS object, 'reads ' || string_agg(DISTINCT o.object, ', ') || ' as '
                    || pg_get_userbyid(v.relowner) AS actual,
                  CASE v.relkind WHEN 'v' THEN format('ALTER VIEW %s SET (security_invoker = true);', v.oid::regclass)
                    ELSE format('DROP MATERIALIZED VIEW %s CASCADE;', v.oid::regclass) END AS mending
                FROM pg_rewrite w JOIN pg_class v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm')
                  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
                  JOIN \(ours(tables)) o ON o.oid = d.refobjid
                WHERE v.relkind = 'm' OR NOT COALESCE((SELECT option_value::boolean FROM pg_options_to_table(v.reloptions)
                  WHERE option_name = 'security_invoker'), false)
                GROUP BY v.oid, v.relkind, v.relowner
                """),
        ]
    }

    private static func leakproof(_ stock: String) -> SecurityCheck {
        SecurityCheck(
            .leakproof, .last,
            """
            SELECT 'function ' || p.oid::regprocedure AS object, CASE WHEN p.proleakproof THEN 'LEAKPROOF' ELSE 'not LEAKPROOF' END AS actual,
              format('ALTER ROUTINE %s %sLEAKPROOF;', p.oid::regprocedure, CASE WHEN p.proleakproof THEN 'NOT ' ELSE '' END) AS mending
            FROM pg_proc p LEFT JOIN unnest('{\(stock)}'::oid[]) s (oid) ON s.oid = p.oid
            WHERE p.proleakproof <> (s.oid IS NOT NULL)
            """)
    }

    // MARK: - Connections

    private static let connections: [SecurityCheck] = {
        // Of this machine are its loopback addresses.
        let remote = """
            FROM pg_hba_file_rules r
            WHERE r.error IS NULL AND r.type LIKE 'host%' AND r.auth_method <> 'reject'
              AND ('all' = ANY (r.database) OR current_database()::text = ANY (r.database) OR 'sameuser' = ANY (r.database)
                OR 'samerole' = ANY (r.database) OR EXISTS (SELECT FROM unnest(r.database) d WHERE d LIKE '/%'))
              AND r.address NOT IN ('127.0.0.1', '::1', 'localhost', 'samehost') AND r.address NOT LIKE '127.%'
            """
        let line =
            "'pg_hba.conf:' || r.line_number AS object, concat_ws(' ', r.type, array_to_string(r.database, ','), array_to_string(r.user_name, ','), r.address, r.netmask, r.auth_method) AS actual, NULL AS mending"
        return [
            SecurityCheck(
                .connectionRule, .last, needs: .connectionRules,
                "SELECT \(line) \(remote) AND r.auth_method IN ('trust', 'password', 'md5', 'ident')"),
            SecurityCheck(
                .connectionWithoutTLS, .last, needs: .connectionRules,
                "SELECT \(line) \(remote) AND r.type IN ('host', 'hostnossl')"),
            SecurityCheck(
                .passwordEncryption, .last,
                """
                SELECT 'setting password_encryption' AS object, current_setting('password_encryption') AS actual,
                  NULL AS mending
                WHERE current_setting('password_encryption') <> 'scram-sha-256'
                """),
        ]
    }()
}
