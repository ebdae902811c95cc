-- What tune must know of a server beside its settings.
SELECT version(), pg_is_in_recovery() AS recovery,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
       current_setting('data_directory') AS data,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
       (SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'logical') AS logical,
       (SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'physical') AS physical,
       (SELECT count(*) FROM pg_stat_replication) AS standbys,
       (SELECT count(*) FROM pg_prepared_xacts) AS prepared,
       (SELECT sum(pg_database_size(oid)) FROM pg_database
         WHERE has_database_privilege(oid, 'CONNECT') AND datallowconn)::bigint AS size,
       EXISTS (SELECT FROM pg_settings WHERE name = 'wal_compression' AND 'lz4' = ANY (enumvals)) AS lz4,
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements') AS statistics,
       EXISTS (SELECT FROM pg_roles WHERE rolname = 'email_service') AS application;
