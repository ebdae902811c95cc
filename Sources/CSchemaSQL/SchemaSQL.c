// The files of sql/, compiled in. Written by deployment/scripts/embed-sql.
#include "SchemaSQL.h"

#define TEXT (const unsigned char[])

static const struct schema_sql steps[] = {
    {"0001_ledger", TEXT{
#embed "../../sql/0001_ledger.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0001_ledger.txt" suffix(, 0)
    }},
    {"0002_extensions", TEXT{
#embed "../../sql/0002_extensions.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0002_extensions.txt" suffix(, 0)
    }},
    {"0003_roles", TEXT{
#embed "../../sql/0003_roles.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0003_roles.txt" suffix(, 0)
    }},
    {"0004_functions", TEXT{
#embed "../../sql/0004_functions.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0004_functions.txt" suffix(, 0)
    }},
    {"0005_accounts_and_folders", TEXT{
#embed "../../sql/0005_accounts_and_folders.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0005_accounts_and_folders.txt" suffix(, 0)
    }},
    {"0006_messages", TEXT{
#embed "../../sql/0006_messages.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0006_messages.txt" suffix(, 0)
    }},
    {"0007_attachments", TEXT{
#embed "../../sql/0007_attachments.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0007_attachments.txt" suffix(, 0)
    }},
    {"0008_row_changes", TEXT{
#embed "../../sql/0008_row_changes.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0008_row_changes.txt" suffix(, 0)
    }},
    {"0009_message_search", TEXT{
#embed "../../sql/0009_message_search.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0009_message_search.txt" suffix(, 0)
    }},
    {"0010_writers", TEXT{
#embed "../../sql/0010_writers.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0010_writers.txt" suffix(, 0)
    }},
    {"0011_audit", TEXT{
#embed "../../sql/0011_audit.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0011_audit.txt" suffix(, 0)
    }},
    {"0012_row_security", TEXT{
#embed "../../sql/0012_row_security.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0012_row_security.txt" suffix(, 0)
    }},
    {"0013_access", TEXT{
#embed "../../sql/0013_access.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0013_access.txt" suffix(, 0)
    }},
    {"0014_indexes_documented", TEXT{
#embed "../../sql/0014_indexes_documented.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0014_indexes_documented.txt" suffix(, 0)
    }},
    {"0015_indexes_catalogue", TEXT{
#embed "../../sql/0015_indexes_catalogue.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0015_indexes_catalogue.txt" suffix(, 0)
    }},
    {"0016_search", TEXT{
#embed "../../sql/0016_search.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0016_search.txt" suffix(, 0)
    }},
    {"0017_synchronisation", TEXT{
#embed "../../sql/0017_synchronisation.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0017_synchronisation.txt" suffix(, 0)
    }},
    {"0018_ingest", TEXT{
#embed "../../sql/0018_ingest.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0018_ingest.txt" suffix(, 0)
    }},
    {"0019_retention", TEXT{
#embed "../../sql/0019_retention.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0019_retention.txt" suffix(, 0)
    }},
    {"0020_monitoring", TEXT{
#embed "../../sql/0020_monitoring.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0020_monitoring.txt" suffix(, 0)
    }},
    {"0021_storage", TEXT{
#embed "../../sql/0021_storage.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0021_storage.txt" suffix(, 0)
    }},
    {"0022_pooler", TEXT{
#embed "../../sql/0022_pooler.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0022_pooler.txt" suffix(, 0)
    }},
    {"0023_analyze", TEXT{
#embed "../../sql/0023_analyze.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0023_analyze.txt" suffix(, 0)
    }},
    {"0024_search_box", TEXT{
#embed "../../sql/0024_search_box.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0024_search_box.txt" suffix(, 0)
    }},
    {"0025_repair", TEXT{
#embed "../../sql/0025_repair.sql" suffix(, 0)
    }, TEXT{
#embed "../../sql/layout/0025_repair.txt" suffix(, 0)
    }},
    {0},
};

static const struct schema_sql queries[] = {
    {"adopt_columns", TEXT{
#embed "../../sql/catalog/adopt_columns.sql" suffix(, 0)
    }},
    {"adopt_copy", TEXT{
#embed "../../sql/catalog/adopt_copy.sql" suffix(, 0)
    }},
    {"adopt_dependants", TEXT{
#embed "../../sql/catalog/adopt_dependants.sql" suffix(, 0)
    }},
    {"adopt_functions", TEXT{
#embed "../../sql/catalog/adopt_functions.sql" suffix(, 0)
    }},
    {"adopt_gate", TEXT{
#embed "../../sql/catalog/adopt_gate.sql" suffix(, 0)
    }},
    {"adopt_made", TEXT{
#embed "../../sql/catalog/adopt_made.sql" suffix(, 0)
    }},
    {"adopt_moves", TEXT{
#embed "../../sql/catalog/adopt_moves.sql" suffix(, 0)
    }},
    {"adopt_outsiders", TEXT{
#embed "../../sql/catalog/adopt_outsiders.sql" suffix(, 0)
    }},
    {"adopt_owned", TEXT{
#embed "../../sql/catalog/adopt_owned.sql" suffix(, 0)
    }},
    {"adopt_rights", TEXT{
#embed "../../sql/catalog/adopt_rights.sql" suffix(, 0)
    }},
    {"adopt_rows", TEXT{
#embed "../../sql/catalog/adopt_rows.sql" suffix(, 0)
    }},
    {"adopt_sessions", TEXT{
#embed "../../sql/catalog/adopt_sessions.sql" suffix(, 0)
    }},
    {"adopt_state", TEXT{
#embed "../../sql/catalog/adopt_state.sql" suffix(, 0)
    }},
    {"adopt_tables", TEXT{
#embed "../../sql/catalog/adopt_tables.sql" suffix(, 0)
    }},
    {"adopt_taken", TEXT{
#embed "../../sql/catalog/adopt_taken.sql" suffix(, 0)
    }},
    {"adopt_undo", TEXT{
#embed "../../sql/catalog/adopt_undo.sql" suffix(, 0)
    }},
    {"adopt_work", TEXT{
#embed "../../sql/catalog/adopt_work.sql" suffix(, 0)
    }},
    {"backup_slot", TEXT{
#embed "../../sql/catalog/backup_slot.sql" suffix(, 0)
    }},
    {"backup_source", TEXT{
#embed "../../sql/catalog/backup_source.sql" suffix(, 0)
    }},
    {"backup_tenants", TEXT{
#embed "../../sql/catalog/backup_tenants.sql" suffix(, 0)
    }},
    {"bench_attachments", TEXT{
#embed "../../sql/catalog/bench_attachments.sql" suffix(, 0)
    }},
    {"bench_calls", TEXT{
#embed "../../sql/catalog/bench_calls.sql" suffix(, 0)
    }},
    {"bench_login", TEXT{
#embed "../../sql/catalog/bench_login.sql" suffix(, 0)
    }},
    {"bench_mailbox", TEXT{
#embed "../../sql/catalog/bench_mailbox.sql" suffix(, 0)
    }},
    {"bench_parts", TEXT{
#embed "../../sql/catalog/bench_parts.sql" suffix(, 0)
    }},
    {"bench_rows", TEXT{
#embed "../../sql/catalog/bench_rows.sql" suffix(, 0)
    }},
    {"bench_sizes", TEXT{
#embed "../../sql/catalog/bench_sizes.sql" suffix(, 0)
    }},
    {"bench_targets", TEXT{
#embed "../../sql/catalog/bench_targets.sql" suffix(, 0)
    }},
    {"completeness", TEXT{
#embed "../../sql/catalog/completeness.sql" suffix(, 0)
    }},
    {"data_checks", TEXT{
#embed "../../sql/catalog/data_checks.sql" suffix(, 0)
    }},
    {"data_gate", TEXT{
#embed "../../sql/catalog/data_gate.sql" suffix(, 0)
    }},
    {"doctor_database", TEXT{
#embed "../../sql/catalog/doctor_database.sql" suffix(, 0)
    }},
    {"doctor_deep", TEXT{
#embed "../../sql/catalog/doctor_deep.sql" suffix(, 0)
    }},
    {"doctor_indexes", TEXT{
#embed "../../sql/catalog/doctor_indexes.sql" suffix(, 0)
    }},
    {"doctor_locks", TEXT{
#embed "../../sql/catalog/doctor_locks.sql" suffix(, 0)
    }},
    {"doctor_log", TEXT{
#embed "../../sql/catalog/doctor_log.sql" suffix(, 0)
    }},
    {"doctor_login", TEXT{
#embed "../../sql/catalog/doctor_login.sql" suffix(, 0)
    }},
    {"doctor_sessions", TEXT{
#embed "../../sql/catalog/doctor_sessions.sql" suffix(, 0)
    }},
    {"doctor_settings", TEXT{
#embed "../../sql/catalog/doctor_settings.sql" suffix(, 0)
    }},
    {"doctor_tables", TEXT{
#embed "../../sql/catalog/doctor_tables.sql" suffix(, 0)
    }},
    {"documented_layout", TEXT{
#embed "../../sql/catalog/documented_layout.sql" suffix(, 0)
    }},
    {"facts_access", TEXT{
#embed "../../sql/catalog/facts_access.sql" suffix(, 0)
    }},
    {"facts_attachments", TEXT{
#embed "../../sql/catalog/facts_attachments.sql" suffix(, 0)
    }},
    {"facts_cluster", TEXT{
#embed "../../sql/catalog/facts_cluster.sql" suffix(, 0)
    }},
    {"facts_columns", TEXT{
#embed "../../sql/catalog/facts_columns.sql" suffix(, 0)
    }},
    {"facts_functions", TEXT{
#embed "../../sql/catalog/facts_functions.sql" suffix(, 0)
    }},
    {"facts_relations", TEXT{
#embed "../../sql/catalog/facts_relations.sql" suffix(, 0)
    }},
    {"facts_scope", TEXT{
#embed "../../sql/catalog/facts_scope.sql" suffix(, 0)
    }},
    {"index_builders", TEXT{
#embed "../../sql/catalog/index_builders.sql" suffix(, 0)
    }},
    {"install_lock_holders", TEXT{
#embed "../../sql/catalog/install_lock_holders.sql" suffix(, 0)
    }},
    {"install_plan", TEXT{
#embed "../../sql/catalog/install_plan.sql" suffix(, 0)
    }},
    {"ledger", TEXT{
#embed "../../sql/catalog/ledger.sql" suffix(, 0)
    }},
    {"ledger_records", TEXT{
#embed "../../sql/catalog/ledger_records.sql" suffix(, 0)
    }},
    {"monitor_cache", TEXT{
#embed "../../sql/catalog/monitor_cache.sql" suffix(, 0)
    }},
    {"monitor_connections", TEXT{
#embed "../../sql/catalog/monitor_connections.sql" suffix(, 0)
    }},
    {"monitor_indexes", TEXT{
#embed "../../sql/catalog/monitor_indexes.sql" suffix(, 0)
    }},
    {"monitor_progress", TEXT{
#embed "../../sql/catalog/monitor_progress.sql" suffix(, 0)
    }},
    {"monitor_queries", TEXT{
#embed "../../sql/catalog/monitor_queries.sql" suffix(, 0)
    }},
    {"monitor_replication", TEXT{
#embed "../../sql/catalog/monitor_replication.sql" suffix(, 0)
    }},
    {"monitor_slow", TEXT{
#embed "../../sql/catalog/monitor_slow.sql" suffix(, 0)
    }},
    {"monitor_tables", TEXT{
#embed "../../sql/catalog/monitor_tables.sql" suffix(, 0)
    }},
    {"monitor_tenants", TEXT{
#embed "../../sql/catalog/monitor_tenants.sql" suffix(, 0)
    }},
    {"plan_settings", TEXT{
#embed "../../sql/catalog/plan_settings.sql" suffix(, 0)
    }},
    {"plan_values", TEXT{
#embed "../../sql/catalog/plan_values.sql" suffix(, 0)
    }},
    {"planned_queries", TEXT{
#embed "../../sql/catalog/planned_queries.sql" suffix(, 0)
    }},
    {"pooler_leftovers", TEXT{
#embed "../../sql/catalog/pooler_leftovers.sql" suffix(, 0)
    }},
    {"preflight", TEXT{
#embed "../../sql/catalog/preflight.sql" suffix(, 0)
    }},
    {"preflight_blank", TEXT{
#embed "../../sql/catalog/preflight_blank.sql" suffix(, 0)
    }},
    {"preflight_extensions", TEXT{
#embed "../../sql/catalog/preflight_extensions.sql" suffix(, 0)
    }},
    {"preflight_objects", TEXT{
#embed "../../sql/catalog/preflight_objects.sql" suffix(, 0)
    }},
    {"preflight_public", TEXT{
#embed "../../sql/catalog/preflight_public.sql" suffix(, 0)
    }},
    {"probe_attacks", TEXT{
#embed "../../sql/catalog/probe_attacks.sql" suffix(, 0)
    }},
    {"probe_tenant", TEXT{
#embed "../../sql/catalog/probe_tenant.sql" suffix(, 0)
    }},
    {"role_settings", TEXT{
#embed "../../sql/catalog/role_settings.sql" suffix(, 0)
    }},
    {"sample_mail", TEXT{
#embed "../../sql/catalog/sample_mail.sql" suffix(, 0)
    }},
    {"security_catalog_rights", TEXT{
#embed "../../sql/catalog/security_catalog_rights.sql" suffix(, 0)
    }},
    {"security_connection_rules", TEXT{
#embed "../../sql/catalog/security_connection_rules.sql" suffix(, 0)
    }},
    {"security_creators", TEXT{
#embed "../../sql/catalog/security_creators.sql" suffix(, 0)
    }},
    {"security_definers", TEXT{
#embed "../../sql/catalog/security_definers.sql" suffix(, 0)
    }},
    {"security_event_triggers", TEXT{
#embed "../../sql/catalog/security_event_triggers.sql" suffix(, 0)
    }},
    {"security_foreign_code", TEXT{
#embed "../../sql/catalog/security_foreign_code.sql" suffix(, 0)
    }},
    {"security_foreign_keys", TEXT{
#embed "../../sql/catalog/security_foreign_keys.sql" suffix(, 0)
    }},
    {"security_grants", TEXT{
#embed "../../sql/catalog/security_grants.sql" suffix(, 0)
    }},
    {"security_home_owners", TEXT{
#embed "../../sql/catalog/security_home_owners.sql" suffix(, 0)
    }},
    {"security_leakproof", TEXT{
#embed "../../sql/catalog/security_leakproof.sql" suffix(, 0)
    }},
    {"security_locale", TEXT{
#embed "../../sql/catalog/security_locale.sql" suffix(, 0)
    }},
    {"security_logins", TEXT{
#embed "../../sql/catalog/security_logins.sql" suffix(, 0)
    }},
    {"security_other_databases", TEXT{
#embed "../../sql/catalog/security_other_databases.sql" suffix(, 0)
    }},
    {"security_owners", TEXT{
#embed "../../sql/catalog/security_owners.sql" suffix(, 0)
    }},
    {"security_password_encryption", TEXT{
#embed "../../sql/catalog/security_password_encryption.sql" suffix(, 0)
    }},
    {"security_passwords", TEXT{
#embed "../../sql/catalog/security_passwords.sql" suffix(, 0)
    }},
    {"security_policies", TEXT{
#embed "../../sql/catalog/security_policies.sql" suffix(, 0)
    }},
    {"security_presets", TEXT{
#embed "../../sql/catalog/security_presets.sql" suffix(, 0)
    }},
    {"security_privileges", TEXT{
#embed "../../sql/catalog/security_privileges.sql" suffix(, 0)
    }},
    {"security_reach", TEXT{
#embed "../../sql/catalog/security_reach.sql" suffix(, 0)
    }},
    {"security_replication", TEXT{
#embed "../../sql/catalog/security_replication.sql" suffix(, 0)
    }},
    {"security_shadows", TEXT{
#embed "../../sql/catalog/security_shadows.sql" suffix(, 0)
    }},
    {"security_statistics", TEXT{
#embed "../../sql/catalog/security_statistics.sql" suffix(, 0)
    }},
    {"security_user_schemas", TEXT{
#embed "../../sql/catalog/security_user_schemas.sql" suffix(, 0)
    }},
    {"security_views", TEXT{
#embed "../../sql/catalog/security_views.sql" suffix(, 0)
    }},
    {"server_manager", TEXT{
#embed "../../sql/catalog/server_manager.sql" suffix(, 0)
    }},
    {"server_manager_files", TEXT{
#embed "../../sql/catalog/server_manager_files.sql" suffix(, 0)
    }},
    {"server_state", TEXT{
#embed "../../sql/catalog/server_state.sql" suffix(, 0)
    }},
    {"session_overview", TEXT{
#embed "../../sql/catalog/session_overview.sql" suffix(, 0)
    }},
    {"statistics_open_to_public", TEXT{
#embed "../../sql/catalog/statistics_open_to_public.sql" suffix(, 0)
    }},
    {"tune_privileges", TEXT{
#embed "../../sql/catalog/tune_privileges.sql" suffix(, 0)
    }},
    {"undelete_columns", TEXT{
#embed "../../sql/catalog/undelete_columns.sql" suffix(, 0)
    }},
    {"undelete_merge", TEXT{
#embed "../../sql/catalog/undelete_merge.sql" suffix(, 0)
    }},
    {0},
};

const struct schema_sql *schema_sql_steps(void) { return steps; }

const struct schema_sql *schema_sql_queries(void) { return queries; }
