-- The marks of programs that keep a server's configuration and restart it, as far as every role can see them.
SELECT current_setting('cluster_name') AS cluster,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
       -- Names only: a value may be hidden from this role.
       (SELECT string_agg(name, ' ') FROM pg_settings WHERE source = 'command line') AS arguments,
       -- Where values come from is for members of pg_read_all_settings.
       EXISTS (SELECT FROM pg_settings WHERE sourcefile LIKE '%/postgresql.base.conf') AS patroni_base,
       -- A setting of another program is not listed in pg_settings, whatever file gives it.
       current_setting('cnpg.config_sha256', true) <> '' AS cnpg_digest,
       EXISTS (SELECT FROM pg_settings WHERE name IN ('archive_command', 'restore_command')
                  AND setting LIKE '%/controller/manager %') AS cnpg_command,
       EXISTS (SELECT FROM pg_settings WHERE sourcefile LIKE '%/postgresql-auto-failover.conf') AS failover,
       -- Of the services: a setting together with the role that only the provider logs in as.
       (SELECT count(*) FROM pg_roles WHERE rolname = 'rdsadmin') > 0
         AND current_setting('rds.extensions', true) IS NOT NULL AS rds,
       (SELECT count(*) FROM pg_roles WHERE rolname = 'cloudsqladmin') > 0
         AND (EXISTS (SELECT FROM pg_settings WHERE name LIKE 'cloudsql.%')
           OR current_setting('cloudsql.iam_authentication', true) IS NOT NULL) AS cloudsql,
       (SELECT count(*) FROM pg_roles WHERE rolname IN ('azuresu', 'azure_pg_admin')) > 0
         AND current_setting('azure.extensions', true) IS NOT NULL AS azure,
       -- From 17 on.
       current_setting('allow_alter_system', true) = 'off' AS fixed;
