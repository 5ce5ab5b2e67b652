/* SPDX-License-Identifier: MIT */
/* Of IPv4 all is public but what is listed; of IPv6 nothing is but 2000::/3, less what is listed.
 * The first line that fits decides. Addresses that carry an IPv4 address and are routed by it are
 * judged by that one; those of mechanisms that are gone (RFC 4291 2.5.5.1, RFC 7526) or that nobody
 * serves images from (Teredo) are refused whatever they carry. */
#include "source/public_address.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct range {
    unsigned char prefix[16];
    unsigned char bits;
    const char *kind;       /* NULL: public */
    unsigned char embedded; /* where the IPv4 address is that decides; 0: nowhere */
};

static const struct range ipv4[] = {
    {{0}, 8, "an address of \"this network\"", 0},
    {{10}, 8, "a private address", 0},
    {{100, 64}, 10, "an address shared behind a carrier's NAT", 0},
    {{127}, 8, "a loopback address", 0},
    {{168, 63, 129, 16}, 32, "a cloud platform's internal address", 0}, /* Azure */
    {{169, 254}, 16, "a link-local address", 0},
    {{172, 16}, 12, "a private address", 0},
    {{192, 0, 0}, 24, "an address reserved for protocols", 0},
    {{192, 0, 2}, 24, "a documentation address", 0},
    {{192, 88, 99}, 24, "a 6to4 relay's address", 0},
    {{192, 168}, 16, "a private address", 0},
    {{198, 18}, 15, "a benchmarking address", 0},
    {{198, 51, 100}, 24, "a documentation address", 0},
    {{203, 0, 113}, 24, "a documentation address", 0},
    {{224}, 4, "a multicast address", 0},
    {{240}, 4, "a reserved address", 0},
    {{0}, 0, NULL, 0},
};

static const struct range ipv6[] = {
    {{0}, 128, "the unspecified address", 0},
    {{[15] = 1}, 128, "a loopback address", 0},
    {{[10] = 0xff, 0xff}, 96, NULL, 12}, /* IPv4-mapped */
    {{0}, 96, "an IPv4-compatible address", 0},
    {{0x00, 0x64, 0xff, 0x9b}, 96, NULL, 12}, /* NAT64, RFC 6052 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, "an address of a local NAT64", 0},
    {{0x20, 0x01, 0x00, 0x00}, 32, "a Teredo address", 0},
    {{0x20, 0x01, 0x00, 0x02}, 48, "a benchmarking address", 0},
    {{0x20, 0x01}, 23, "an address reserved for protocols", 0},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "a documentation address", 0},
    {{0x20, 0x02}, 16, "a 6to4 address", 0},
    {{0x3f, 0xfe}, 16, "a reserved address", 0}, /* the 6bone's, given back */
    {{0x3f, 0xff}, 20, "a documentation address", 0},
    {{0x20}, 3, NULL, 0},
    {{0xfc}, 7, "a private address", 0},
    {{0xfe, 0x80}, 10, "a link-local address", 0},
    {{0xfe, 0xc0}, 10, "a private address", 0}, /* site-local */
    {{0xff}, 8, "a multicast address", 0},
    {{0}, 0, "a reserved address", 0},
};

static bool is_in(const unsigned char *address, const struct range *range)
{
    size_t whole = range->bits / 8;
    unsigned char mask = (unsigned char)(0xFF00 >> range->bits % 8);
    return memcmp(address, range->prefix, whole) == 0 &&
           (mask == 0 || (address[whole] & mask) == range->prefix[whole]);
}

static const struct range *address_find(const struct range *ranges, const unsigned char *address)
{
    while (!is_in(address, ranges)) /* the last line fits everything */
        ranges++;
    return ranges;
}

bool public_address_ipv4(const struct sockaddr *address, socklen_t size, unsigned char ret_ipv4[4])
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (address->sa_family == AF_INET && size >= sizeof in) {
        memcpy(&in, address, sizeof in);
        memcpy(ret_ipv4, &in.sin_addr, 4);
        return true;
    }
    if (address->sa_family != AF_INET6 || size < sizeof in6)
        return false;
    memcpy(&in6, address, sizeof in6);
    size_t embedded = address_find(ipv6, in6.sin6_addr.s6_addr)->embedded;
    memcpy(ret_ipv4, in6.sin6_addr.s6_addr + embedded, 4);
    return embedded > 0;
}

const char *public_address_refusal(const struct sockaddr *address, socklen_t size)
{
    unsigned char carried[4];
    struct sockaddr_in6 in6;
    if (public_address_ipv4(address, size, carried))
        return address_find(ipv4, carried)->kind;
    if (address->sa_family != AF_INET6 || size < sizeof in6)
        return "an address of another kind than IPv4 and IPv6";
    memcpy(&in6, address, sizeof in6);
    return address_find(ipv6, in6.sin6_addr.s6_addr)->kind;
}
