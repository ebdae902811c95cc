/// Tables, views, sequences and what is attached to them.
extension CatalogQuery {
    static func relationText(_ kind: Fact.Kind) -> String { "WITH \(namespace), \(relation) \(relationQuery(kind))" }

    private static func relationQuery(_ kind: Fact.Kind) -> String {
        switch kind {
        case .table:
            """
            SELECT object, concat_ws(', ', CASE relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END,
              CASE relkind WHEN 'p' THEN 'partitioned' END,
              CASE relreplident WHEN 'f' THEN 'replica identity full' WHEN 'n' THEN 'replica identity nothing'
                WHEN 'i' THEN 'replica identity index' END) AS value
            FROM relation WHERE kind = 'table'
            """
        case .rowSecurity:
            """
            SELECT object, CASE WHEN relrowsecurity THEN 'enabled' ELSE 'disabled' END
              || CASE WHEN relforcerowsecurity THEN ', forced' ELSE '' END AS value
            FROM relation WHERE kind = 'table'
            """
        case .parameters:
            """
            SELECT p.object, string_agg(p.option, ', ' ORDER BY p.option COLLATE "C") AS value FROM (
              SELECT r.object, o.option FROM relation r CROSS JOIN unnest(r.reloptions) o (option) WHERE r.kind = 'table'
              UNION ALL SELECT r.object, 'toast.' || o.option
                FROM relation r JOIN pg_class t ON t.oid = r.reltoastrelid CROSS JOIN unnest(t.reloptions) o (option)) p
            GROUP BY p.object
            """
        case .column, .default, .notNull, .storage, .statistics: columnQuery(kind)
        case .constraint:
            // Foreign keys are enforced by triggers of PostgreSQL's own, which a superuser can disable.
            """
            SELECT CASE tn.nspname WHEN 'public' THEN '' ELSE tn.nspname || '.' END || t.relname || '.' || c.conname AS object,
              \(normalised("pg_get_constraintdef(c.oid)")) || CASE WHEN EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = c.oid
                AND g.tgenabled <> 'O') THEN ', its triggers disabled' ELSE '' END AS value
            FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
            WHERE c.contype NOT IN ('n', 't') AND (c.conrelid IN (SELECT oid FROM relation)
              OR c.confrelid IN (SELECT oid FROM relation))
            """
        case .index:
            """
            SELECT n.prefix || c.relname AS object, concat_ws(', ', \(normalised("pg_get_indexdef(i.indexrelid)")),
              CASE WHEN NOT i.indisvalid THEN 'INVALID' END, CASE WHEN NOT i.indisready THEN 'not ready' END,
              CASE WHEN NOT i.indislive THEN 'being dropped' END) AS value
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN namespace n ON n.oid = c.relnamespace
            WHERE i.indrelid IN (SELECT oid FROM relation WHERE kind IN ('table', 'view'))
              OR i.indexrelid IN (SELECT oid FROM relation WHERE kind = 'index')
            """
        case .policy:
            """
            SELECT r.object || '.' || p.polname AS object, concat_ws(' ',
              'AS', CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
              'FOR', CASE p.polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                ELSE 'DELETE' END,
              'TO', (SELECT string_agg(CASE m WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(m)) END, ', '
                     ORDER BY pg_get_userbyid(m) COLLATE "C") FROM unnest(p.polroles) m),
              'USING (' || \(normalised("pg_get_expr(p.polqual, p.polrelid)")) || ')',
              'WITH CHECK (' || \(normalised("pg_get_expr(p.polwithcheck, p.polrelid)")) || ')') AS value
            FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
            """
        case .trigger:
            """
            SELECT r.object || '.' || t.tgname AS object, \(normalised("pg_get_triggerdef(t.oid)")) ||
              CASE t.tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ', disabled' WHEN 'A' THEN ', always' ELSE ', replica only' END
                AS value
            FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
            """
        case .rule:
            """
            SELECT r.object || '.' || w.rulename AS object, pg_get_ruledef(w.oid) AS value
            FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
            """
        case .view:
            """
            SELECT object, concat_ws(', ', CASE relkind WHEN 'm' THEN 'materialized' ELSE 'view' END,
              (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(reloptions) o)) AS value
            FROM relation WHERE kind = 'view'
            """
        case .viewDefinition:
            // PostgreSQL 15 writes the table's name before columns where 16 sees no need to; without them both say the same.
            """
            SELECT object, md5(regexp_replace(regexp_replace(\(normalised("pg_get_viewdef(oid)")), '\\m[a-z_]+\\.', '', 'g'), '[[:space:]]+', ' ', 'g'))
              AS value
            FROM relation WHERE kind = 'view'
            """
        case .sequence:
            """
            SELECT r.object, concat_ws(' ', 'AS', format_type(s.seqtypid, NULL), 'INCREMENT BY', s.seqincrement, 'MINVALUE', s.seqmin,
              'MAXVALUE', s.seqmax, 'START WITH', s.seqstart, 'CACHE', s.seqcache,
              CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END) AS value
            FROM pg_sequence s JOIN relation r ON r.oid = s.seqrelid
            """
        case .ownedBy:
            """
            SELECT r.object, t.object || '.' || a.attname || CASE d.deptype WHEN 'i' THEN ', its identity' ELSE '' END AS value
            FROM relation r JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i')
                AND d.refclassid = 'pg_class'::regclass
              JOIN (SELECT c.oid, n.prefix || c.relname AS object FROM pg_class c JOIN namespace n ON n.oid = c.relnamespace) t
                ON t.oid = d.refobjid
              JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE r.kind = 'sequence'
            """
        case .extendedStatistics:
            """
            SELECT r.object || '.' || s.stxname AS object, pg_get_statisticsobjdef(s.oid) AS value
            FROM pg_statistic_ext s JOIN relation r ON r.oid = s.stxrelid
            """
        case .inheritance:
            """
            SELECT i.inhrelid::regclass::text AS object, 'inherits from ' || i.inhparent::regclass AS value
            FROM pg_inherits i
            WHERE EXISTS (SELECT FROM relation r WHERE r.kind = 'table' AND r.oid IN (i.inhparent, i.inhrelid))
            """
        default: preconditionFailure("\(kind) is no kind of relation")
        }
    }

    private static func columnQuery(_ kind: Fact.Kind) -> String {
        // Index columns have statistics of their own; nothing else of them is not in the index's definition.
        let kinds = kind == .statistics ? "'table', 'index'" : kind == .column ? "'table', 'view'" : "'table'"
        let columns = """
            FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
              JOIN pg_type t ON t.oid = a.atttypid
            """
        let object = "r.object || '.' || a.attname AS object"
        return switch kind {
        case .column:
            """
            SELECT \(object), concat_ws(' ', format_type(a.atttypid, a.atttypmod),
              CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || a.attcollation::regcollation END,
              CASE a.attgenerated WHEN 's' THEN 'GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
                WHEN 'v' THEN 'GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') VIRTUAL' END,
              CASE a.attidentity WHEN 'a' THEN 'GENERATED ALWAYS AS IDENTITY' WHEN 'd' THEN 'GENERATED BY DEFAULT AS IDENTITY' END)
                AS value
            \(columns) LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE r.kind IN (\(kinds))
            """
        case .default:
            """
            SELECT \(object), pg_get_expr(d.adbin, d.adrelid) AS value
            \(columns) JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE r.kind IN (\(kinds)) AND a.attgenerated = ''
            """
        case .notNull: "SELECT \(object), 'NOT NULL' AS value \(columns) WHERE r.kind IN (\(kinds)) AND a.attnotnull"
        case .storage:
            """
            SELECT \(object), concat_ws(', ', CASE a.attcompression WHEN 'l' THEN 'compression lz4' WHEN 'p' THEN 'compression pglz' END,
              CASE WHEN a.attstorage <> t.typstorage THEN 'storage ' || \(storageName("a.attstorage")) || ' instead of '
                || \(storageName("t.typstorage")) END) AS value
            \(columns) WHERE r.kind IN (\(kinds)) AND (a.attcompression <> '' OR a.attstorage <> t.typstorage)
            """
        default:
            """
            SELECT r.object || '.' || CASE r.kind WHEN 'index' THEN a.attnum::text ELSE a.attname END AS object,
              concat_ws(', ', 'target ' || NULLIF(COALESCE(a.attstattarget, -1), -1), array_to_string(a.attoptions, ', ')) AS value
            \(columns) WHERE r.kind IN (\(kinds)) AND (COALESCE(a.attstattarget, -1) <> -1 OR a.attoptions IS NOT NULL)
            """
        }
    }

    private static func storageName(_ column: String) -> String {
        "CASE \(column) WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END"
    }
}
