-- The marks of programs that keep a server's configuration, in its files; for superusers.
SELECT (pg_stat_file('patroni.dynamic.json', true)).size IS NOT NULL AS patroni_dynamic,
       -- As bytes: nobody knows the encoding of a file that people may edit.
       position('overwritten by Patroni'::bytea IN
                coalesce(pg_read_binary_file(current_setting('config_file'), 0, 400, true), '')) > 0 AS patroni_header,
       (pg_stat_file('postgresql-auto-failover.conf', true)).size IS NOT NULL AS failover;
