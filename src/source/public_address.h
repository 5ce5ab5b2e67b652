/* SPDX-License-Identifier: MIT */
#ifndef SOURCE_PUBLIC_ADDRESS_H
#define SOURCE_PUBLIC_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Whether a socket address is one of the public internet, by the special-purpose registries of IANA
 * (RFC 6890) and what cloud platforms keep for themselves. Pure. */

/* NULL: it is. Else what it is instead, as a phrase: "a loopback address". */
const char *public_address_refusal(const struct sockaddr *address, socklen_t size);

/* The IPv4 address that it is, or that it carries and is routed by (IPv4-mapped, NAT64); false:
 * there is none. */
bool public_address_ipv4(const struct sockaddr *address, socklen_t size, unsigned char ret_ipv4[4]);

#endif
