/* SPDX-License-Identifier: MIT */
#ifndef CLI_CLI_H
#define CLI_CLI_H

/* Runs the command that the command line names; returns the exit code of the process
 * (cli/command.h). argc is 2 or more. */
int cli_main(int argc, char **argv);

#endif
