#include <spawn.h>

// glibc 2.34; the module Glibc of Swift is built without _GNU_SOURCE, and leaves it out.
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
// glibc 2.29.
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
