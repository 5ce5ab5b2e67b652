/* SPDX-License-Identifier: MIT */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/output.h"

/* How a column of a table takes to little room. */
struct table_column {
    bool right;     /* numbers: aligned at their ends */
    size_t least;   /* columns of the terminal to which it can be cut; 0: it is never cut */
    unsigned drops; /* where that is not enough, the highest are left out first; 0: it stays */
};

/* A table, printed row by row when it is complete, since columns are as wide as they need to be. */
struct table {
    size_t columns;
    const char *const *titles;         /* borrowed */
    const struct table_column *layout; /* borrowed; NULL: only the last can be cut */
    char **cells;                      /* row by row */
    size_t count, capacity;            /* cells */
};

void table_init(struct table *table, const char *const *titles, size_t columns);
/* Takes a zeroed struct. */
void table_finish(struct table *table);
/* Adds a copy of the text as the next cell. */
bool table_add(struct table *table, const char *text, struct error *error) MUST_CHECK;
/* On a terminal: titles and aligned columns, which give way where lines would be longer than the
 * terminal is wide. Else: lines of cells with tabs between them, and no titles. */
bool table_print(const struct table *table, const struct output *output,
                 struct error *error) MUST_CHECK;

#endif
