/* SPDX-License-Identifier: MIT */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include "base/operation.h"

/* Ctrl-C (SIGINT), SIGTERM and SIGHUP ask what is under way to stop, so that it can say what was
 * done; the second one ends the process. Those that the process was started to ignore (nohup, or in
 * the background of a script) stay ignored. For a process with one command. */

/* Blocks the signals in all threads started from now on, and starts one that waits for them. */
bool interrupt_start(struct cancel *cancel, struct error *error) MUST_CHECK;

/* While nothing is under way that could be left half done (a question is asked, standard input is
 * read), the first signal ends the process as well. */
void interrupt_ends_process(bool ends);

/* The signal that came, or 0. */
int interrupt_signal(void);

/* Ends the process as the signal does when nobody handles it, so that whoever started it (a loop of
 * a shell) sees that it was interrupted. */
__attribute__((noreturn)) void interrupt_end(int signal);

#endif
