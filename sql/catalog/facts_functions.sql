-- Functions and procedures.
SELECT k.kind, NULL AS type, f.schema, f.name, f.arguments, NULL AS part, NULL AS role, k.value
FROM function f CROSS JOIN LATERAL (VALUES
  ('function', concat_ws(', ', 'returns ' || pg_get_function_result(f.oid),
    'language ' || (SELECT lanname FROM pg_language l WHERE l.oid = f.prolang),
    CASE f.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
    CASE WHEN f.prosecdef THEN 'security definer' END, CASE WHEN f.proleakproof THEN 'leakproof' END,
    CASE WHEN f.proisstrict THEN 'strict' END,
    CASE f.proparallel WHEN 's' THEN 'parallel safe' WHEN 'r' THEN 'parallel restricted' END,
    CASE WHEN f.procost <> 100 THEN 'cost ' || f.procost END,
    CASE WHEN f.prorows NOT IN (0, 1000) THEN 'rows ' || f.prorows END,
    'defaults ' || pg_get_expr(f.proargdefaults, 0), array_to_string(f.proconfig, ', '))),
  ('function-body', md5(COALESCE(f.prosrc, '') || COALESCE(pg_get_function_sqlbody(f.oid), '')))) k (kind, value)
