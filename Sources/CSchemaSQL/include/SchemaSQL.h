#pragma once

/// One embedded SQL file: its name without folder and ending, and its text, ended by NUL (which SQL cannot contain).
struct schema_sql {
    const char *name;
    const unsigned char *text;
    /// The step's expected facts, sql/layout/<name>.txt; NULL for queries.
    const unsigned char *layout;
};

/// The steps, sql/*.sql, in order, ended by an entry whose name is NULL.
const struct schema_sql *schema_sql_steps(void);

/// The queries, sql/catalog/*.sql, ended likewise.
const struct schema_sql *schema_sql_queries(void);
