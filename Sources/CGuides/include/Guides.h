#pragma once

/// A guide: a page of Documentation.docc, by its name without folder and ending, and its text, ended by NUL.
struct guide {
    const char *name;
    const unsigned char *text;
};

/// All guides by name, ended by an entry whose name is NULL.
const struct guide *guides(void);
