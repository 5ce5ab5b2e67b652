/* SPDX-License-Identifier: MIT */
/* What the server will give up when it starts (config/config_sandbox.h), as far as the system lets
 * it. The doctor itself gives up nothing. A system without Landlock is nothing to mend, so this
 * never fails. */
#include "base/sandbox.h"
#include "doctor/doctor_state.h"

void check_sandbox(struct doctor *doctor)
{
    const char *reason;
    int version = sandbox_landlock(&reason);
    if (version > 0)
        doctor_report(doctor, FINDING_OK, NULL,
                      "the server gets no new privileges, writes no core dumps and, by Landlock "
                      "(version %d), opens no files but those of its store, its settings, the "
                      "source directories, names and certificates",
                      version);
    else
        doctor_report(doctor, FINDING_OK, NULL,
                      "the server opens whatever its user may open: there is no Landlock, %s",
                      reason);
}
