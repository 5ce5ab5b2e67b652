/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "base/finding.h"
#include "base/operation.h"

/* Checks the whole way that an image takes with the configuration at hand, one step after the
 * other, on the real store and with a real (small) image, the probe. Only a step that makes no
 * sense after an earlier failure is skipped. Nothing needs a permission on more than the objects
 * under the prefix; what does (listing) is a warning when it is denied. */

/* Runs all checks on the configuration in the environment of the process, and calls `found` with
 * each finding as soon as there is one; a check can have several. The probe is always removed, also
 * after a failure or a cancellation; if that is not possible, a finding says so. False only when
 * the checks could not be brought to their end: ERROR_CANCELLED, ERROR_NO_MEMORY. */
bool doctor_run(const struct operation *operation,
                void (*found)(void *argument, const struct finding *finding), void *argument,
                struct error *error) MUST_CHECK;

#endif
