/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_OWN_ADDRESS_H
#define SOURCE_OWN_ADDRESS_H

#include <ifaddrs.h>
#include <stdbool.h>

/* Whether a socket address is one of this machine: a server with a public address of its own often
 * has services behind it that only trust themselves. */

/* NULL: it is none. Else what it is, as a phrase: "an address of this machine". Asks the system. */
const char *own_address_refusal(const struct sockaddr *address, socklen_t size);

/* Whether it is among these, as getifaddrs() gives them. Pure. */
bool own_address_is_among(const struct ifaddrs *interfaces, const struct sockaddr *address,
                          socklen_t size);

#endif
