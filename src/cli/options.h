/* SPDX-License-Identifier: MIT */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/command.h"

/* Reads the command line of cli->command (argv[0] is the command's name) into cli->given and
 * cli->arguments: GNU conventions, options and arguments in any order, "--" ends the options. argv
 * is put into another order, and what comes out is borrowed from it; the caller frees cli->given,
 * also on failure.
 * ERROR_INVALID says what is wrong with it. */
bool options_read(struct cli *cli, int argc, char **argv, struct error *error) MUST_CHECK;

#endif
