/* SPDX-License-Identifier: MIT */
#ifndef CONFORMANCE_CONFORMANCE_H
#define CONFORMANCE_CONFORMANCE_H

/* The groups of tests. Each returns how many of its tests have failed. */
int conformance_objects(void);
int conformance_listing(void);
int conformance_images(void);

#endif
