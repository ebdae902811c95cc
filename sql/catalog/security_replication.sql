-- Publications that carry tables of ours ($1) away, and subscriptions that write to them.
SELECT r.kind, NULL AS schema, r.name, NULL AS arguments, NULL AS part, r.actual, r.fix
FROM (
  SELECT 'publication' AS kind, p.pubname::text AS name, CASE WHEN p.puballtables THEN 'publishes all tables'
      ELSE 'publishes ' || string_agg(quote_ident(t.tablename), ', ' ORDER BY t.tablename) END AS actual,
    CASE WHEN p.puballtables OR EXISTS (SELECT FROM pg_publication_namespace s WHERE s.pnpubid = p.oid)
      THEN format('DROP PUBLICATION %I;', p.pubname)
      ELSE format('ALTER PUBLICATION %I DROP TABLE %s;', p.pubname,
        string_agg(format('%I.%I', t.schemaname, t.tablename), ', ' ORDER BY t.tablename)) END AS fix
  FROM pg_publication p JOIN pg_publication_tables t ON t.pubname = p.pubname
  WHERE t.schemaname IN ('public', 'emaildb') AND t.tablename = ANY ($1::name[])
  GROUP BY p.oid, p.pubname, p.puballtables
  UNION ALL
  SELECT 'subscription', s.subname, 'writes to ' || string_agg(quote_ident(c.relname), ', ' ORDER BY c.relname),
    format('ALTER SUBSCRIPTION %I DISABLE;', s.subname)
  FROM pg_subscription s JOIN pg_subscription_rel m ON m.srsubid = s.oid JOIN pg_class c ON c.oid = m.srrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND n.nspname IN ('public', 'emaildb') AND c.relname = ANY ($1::name[])
  GROUP BY s.subname) r
