/// What hangs on tables and views: constraints, indexes, policies, triggers.
extension CatalogQuery {
    static let attachments = [
        // Foreign keys are enforced by triggers of PostgreSQL's own, which a superuser can disable.
        """
        \(fact(.constraint,
            "CASE tn.nspname WHEN 'public' THEN '' ELSE tn.nspname || '.' END || t.relname || '.' || c.conname", """
            \(normalised("pg_get_constraintdef(c.oid)")) || CASE WHEN EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = c.oid
              AND g.tgenabled <> 'O') THEN ', its triggers disabled' ELSE '' END
            """))
        FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
        WHERE c.contype NOT IN ('n', 't') AND (c.conrelid IN (SELECT oid FROM relation)
          OR c.confrelid IN (SELECT oid FROM relation))
        """,
        """
        \(fact(.index, "n.prefix || c.relname", """
            concat_ws(', ', \(normalised("pg_get_indexdef(i.indexrelid)")),
              CASE WHEN NOT i.indisvalid THEN 'INVALID' END, CASE WHEN NOT i.indisready THEN 'not ready' END,
              CASE WHEN NOT i.indislive THEN 'being dropped' END)
            """))
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN namespace n ON n.oid = c.relnamespace
        WHERE i.indrelid IN (SELECT oid FROM relation WHERE type IN ('table', 'view'))
          OR i.indexrelid IN (SELECT oid FROM relation WHERE type = 'index')
        """,
        """
        \(fact(.policy, "r.object || '.' || p.polname", """
            concat_ws(' ',
              'AS', CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
              'FOR', CASE p.polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                ELSE 'DELETE' END,
              'TO', (SELECT string_agg(CASE m WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(m)) END, ', '
                     ORDER BY pg_get_userbyid(m) COLLATE "C") FROM unnest(p.polroles) m),
              'USING (' || \(normalised("pg_get_expr(p.polqual, p.polrelid)")) || ')',
              'WITH CHECK (' || \(normalised("pg_get_expr(p.polwithcheck, p.polrelid)")) || ')')
            """))
        FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
        """,
        """
        \(fact(.trigger, "r.object || '.' || t.tgname", """
            \(normalised("pg_get_triggerdef(t.oid)")) ||
              CASE t.tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ', disabled' WHEN 'A' THEN ', always' ELSE ', replica only' END
            """))
        FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
        """,
        """
        \(fact(.rule, "r.object || '.' || w.rulename", "pg_get_ruledef(w.oid)"))
        FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
        """,
        """
        \(fact(.extendedStatistics, "r.object || '.' || s.stxname", "pg_get_statisticsobjdef(s.oid)"))
        FROM pg_statistic_ext s JOIN relation r ON r.oid = s.stxrelid
        """,
        """
        \(fact(.inheritance, "i.inhrelid::regclass", "'inherits from ' || i.inhparent::regclass"))
        FROM pg_inherits i
        WHERE EXISTS (SELECT FROM relation r WHERE r.type = 'table' AND r.oid IN (i.inhparent, i.inhrelid))
        """,
    ]
}
