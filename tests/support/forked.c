/* SPDX-License-Identifier: MIT */
/* A sandbox cannot be left again, so each test of one runs in a process of its own. The child
 * cannot use cmocka's assertions, which would go on with the next test in there: it ends with a
 * status instead. */
#include "support/forked.h"

#include <sys/wait.h>

void run_in_child(void (*body)(void))
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}
