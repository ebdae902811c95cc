// The files of sql/, compiled in. A new file needs two lines here; a test fails while they are missing.
#include "SchemaSQL.h"

static const unsigned char sql_0001_ledger[] = {
#embed "../../sql/0001_ledger.sql"
};
static const unsigned char sql_0002_extensions[] = {
#embed "../../sql/0002_extensions.sql"
};
static const unsigned char sql_0003_roles[] = {
#embed "../../sql/0003_roles.sql"
};
static const unsigned char sql_0004_functions[] = {
#embed "../../sql/0004_functions.sql"
};
static const unsigned char sql_0005_accounts_and_folders[] = {
#embed "../../sql/0005_accounts_and_folders.sql"
};
static const unsigned char sql_0006_messages[] = {
#embed "../../sql/0006_messages.sql"
};
static const unsigned char sql_0007_attachments[] = {
#embed "../../sql/0007_attachments.sql"
};
static const unsigned char sql_0008_row_changes[] = {
#embed "../../sql/0008_row_changes.sql"
};
static const unsigned char sql_0009_message_search[] = {
#embed "../../sql/0009_message_search.sql"
};
static const unsigned char sql_0010_writers[] = {
#embed "../../sql/0010_writers.sql"
};
static const unsigned char sql_0011_audit[] = {
#embed "../../sql/0011_audit.sql"
};
static const unsigned char sql_0012_row_security[] = {
#embed "../../sql/0012_row_security.sql"
};
static const unsigned char sql_0013_access[] = {
#embed "../../sql/0013_access.sql"
};
static const unsigned char sql_0014_indexes_documented[] = {
#embed "../../sql/0014_indexes_documented.sql"
};
static const unsigned char sql_0015_indexes_catalogue[] = {
#embed "../../sql/0015_indexes_catalogue.sql"
};
static const unsigned char sql_0016_search[] = {
#embed "../../sql/0016_search.sql"
};
static const unsigned char sql_0017_synchronisation[] = {
#embed "../../sql/0017_synchronisation.sql"
};
static const unsigned char sql_0018_ingest[] = {
#embed "../../sql/0018_ingest.sql"
};
static const unsigned char sql_0019_retention[] = {
#embed "../../sql/0019_retention.sql"
};
static const unsigned char sql_0020_monitoring[] = {
#embed "../../sql/0020_monitoring.sql"
};
static const unsigned char sql_0021_storage[] = {
#embed "../../sql/0021_storage.sql"
};
static const unsigned char sql_0022_pooler[] = {
#embed "../../sql/0022_pooler.sql"
};
static const unsigned char sql_0023_analyze[] = {
#embed "../../sql/0023_analyze.sql"
};
static const unsigned char layout_0001_ledger[] = {
#embed "../../sql/layout/0001_ledger.txt"
};
static const unsigned char layout_0002_extensions[] = {
#embed "../../sql/layout/0002_extensions.txt"
};
static const unsigned char layout_0003_roles[] = {
#embed "../../sql/layout/0003_roles.txt"
};
static const unsigned char layout_0004_functions[] = {
#embed "../../sql/layout/0004_functions.txt"
};
static const unsigned char layout_0005_accounts_and_folders[] = {
#embed "../../sql/layout/0005_accounts_and_folders.txt"
};
static const unsigned char layout_0006_messages[] = {
#embed "../../sql/layout/0006_messages.txt"
};
static const unsigned char layout_0007_attachments[] = {
#embed "../../sql/layout/0007_attachments.txt"
};
static const unsigned char layout_0008_row_changes[] = {
#embed "../../sql/layout/0008_row_changes.txt"
};
static const unsigned char layout_0009_message_search[] = {
#embed "../../sql/layout/0009_message_search.txt"
};
static const unsigned char layout_0010_writers[] = {
#embed "../../sql/layout/0010_writers.txt"
};
static const unsigned char layout_0011_audit[] = {
#embed "../../sql/layout/0011_audit.txt"
};
static const unsigned char layout_0012_row_security[] = {
#embed "../../sql/layout/0012_row_security.txt"
};
static const unsigned char layout_0013_access[] = {
#embed "../../sql/layout/0013_access.txt"
};
static const unsigned char layout_0014_indexes_documented[] = {
#embed "../../sql/layout/0014_indexes_documented.txt"
};
static const unsigned char layout_0015_indexes_catalogue[] = {
#embed "../../sql/layout/0015_indexes_catalogue.txt"
};
static const unsigned char layout_0016_search[] = {
#embed "../../sql/layout/0016_search.txt"
};
static const unsigned char layout_0017_synchronisation[] = {
#embed "../../sql/layout/0017_synchronisation.txt"
};
static const unsigned char layout_0018_ingest[] = {
#embed "../../sql/layout/0018_ingest.txt"
};
static const unsigned char layout_0019_retention[] = {
#embed "../../sql/layout/0019_retention.txt"
};
static const unsigned char layout_0020_monitoring[] = {
#embed "../../sql/layout/0020_monitoring.txt"
};
static const unsigned char layout_0021_storage[] = {
#embed "../../sql/layout/0021_storage.txt"
};
static const unsigned char layout_0022_pooler[] = {
#embed "../../sql/layout/0022_pooler.txt"
};
static const unsigned char layout_0023_analyze[] = {
#embed "../../sql/layout/0023_analyze.txt"
};

#define STEP(name) {#name ".sql", sql_##name, sizeof sql_##name}
#define LAYOUT(name) {#name ".txt", layout_##name, sizeof layout_##name}

static const struct schema_sql_file steps[] = {
    STEP(0001_ledger),
    STEP(0002_extensions),
    STEP(0003_roles),
    STEP(0004_functions),
    STEP(0005_accounts_and_folders),
    STEP(0006_messages),
    STEP(0007_attachments),
    STEP(0008_row_changes),
    STEP(0009_message_search),
    STEP(0010_writers),
    STEP(0011_audit),
    STEP(0012_row_security),
    STEP(0013_access),
    STEP(0014_indexes_documented),
    STEP(0015_indexes_catalogue),
    STEP(0016_search),
    STEP(0017_synchronisation),
    STEP(0018_ingest),
    STEP(0019_retention),
    STEP(0020_monitoring),
    STEP(0021_storage),
    STEP(0022_pooler),
    STEP(0023_analyze),
    {0},
};

static const struct schema_sql_file layouts[] = {
    LAYOUT(0001_ledger),
    LAYOUT(0002_extensions),
    LAYOUT(0003_roles),
    LAYOUT(0004_functions),
    LAYOUT(0005_accounts_and_folders),
    LAYOUT(0006_messages),
    LAYOUT(0007_attachments),
    LAYOUT(0008_row_changes),
    LAYOUT(0009_message_search),
    LAYOUT(0010_writers),
    LAYOUT(0011_audit),
    LAYOUT(0012_row_security),
    LAYOUT(0013_access),
    LAYOUT(0014_indexes_documented),
    LAYOUT(0015_indexes_catalogue),
    LAYOUT(0016_search),
    LAYOUT(0017_synchronisation),
    LAYOUT(0018_ingest),
    LAYOUT(0019_retention),
    LAYOUT(0020_monitoring),
    LAYOUT(0021_storage),
    LAYOUT(0022_pooler),
    LAYOUT(0023_analyze),
    {0},
};

const struct schema_sql_file *schema_sql_steps(void) { return steps; }

const struct schema_sql_file *schema_sql_layouts(void) { return layouts; }
