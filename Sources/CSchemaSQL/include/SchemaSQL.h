#pragma once
#include <stddef.h>

/// One embedded file: its name without folder, its bytes (no terminator), how many there are.
struct schema_sql_file {
    const char *name;
    const unsigned char *text;
    size_t size;
};

/// The files of sql/, ended by an entry whose name is NULL.
const struct schema_sql_file *schema_sql_steps(void);

/// The files of sql/layout/, ended likewise.
const struct schema_sql_file *schema_sql_layouts(void);
