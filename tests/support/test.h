/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_TEST_H
#define SUPPORT_TEST_H

/* cmocka, with the headers that it needs before it: what every test begins with. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* The four above come first. */
#include <cmocka.h>

#endif
