/* SPDX-License-Identifier: MIT */
/* What every provider must do, over the provider that the environment configures. The same program
 * proves them all: a test script sets the variables (S3_ENDPOINT and so on, or IMAGE_STORAGE_DIR)
 * and runs it. */
#include "conformance/conformance.h"

int main(void)
{
    int objects = conformance_objects(), listing = conformance_listing();
    return objects + listing + conformance_images();
}
