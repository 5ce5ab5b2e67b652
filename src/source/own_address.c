/* SPDX-License-Identifier: MIT */
/* Addresses are compared as what decides where a packet goes: an IPv6 address that carries an IPv4
 * address (source/public_address.h) is compared as that one. The loopback interface is reached at
 * every IPv4 address of its networks, not just at its own. */
#include "source/own_address.h"

#include "source/public_address.h"

#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

struct bytes {
    unsigned char data[16];
    size_t size; /* 4, 16, or 0: of another kind */
};

static struct bytes bytes_of(const struct sockaddr *address, socklen_t size)
{
    struct bytes bytes = {.size = 4};
    struct sockaddr_in6 in6;
    if (public_address_ipv4(address, size, bytes.data))
        return bytes;
    bytes.size = address->sa_family == AF_INET6 && size >= sizeof in6 ? 16 : 0;
    if (bytes.size > 0) {
        memcpy(&in6, address, sizeof in6);
        memcpy(bytes.data, in6.sin6_addr.s6_addr, 16);
    }
    return bytes;
}

static struct bytes bytes_of_interface(const struct sockaddr *address)
{
    if (!address)
        return (struct bytes){.size = 0};
    return bytes_of(address, address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                            : sizeof(struct sockaddr_in));
}

static bool is_of(const struct ifaddrs *interface, const struct bytes *address)
{
    struct bytes own = bytes_of_interface(interface->ifa_addr);
    struct bytes mask = {.size = 0};
    if (interface->ifa_flags & IFF_LOOPBACK && own.size == 4)
        mask = bytes_of_interface(interface->ifa_netmask);
    if (own.size == 0 || own.size != address->size)
        return false;
    for (size_t i = 0; i < own.size; i++)
        if ((own.data[i] ^ address->data[i]) & (mask.size == own.size ? mask.data[i] : 0xff))
            return false;
    return true;
}

bool own_address_is_among(const struct ifaddrs *interfaces, const struct sockaddr *address,
                          socklen_t size)
{
    const struct bytes bytes = bytes_of(address, size);
    while (interfaces && !is_of(interfaces, &bytes))
        interfaces = interfaces->ifa_next;
    return interfaces;
}

const char *own_address_refusal(const struct sockaddr *address, socklen_t size)
{
    struct ifaddrs *interfaces;
    if (getifaddrs(&interfaces) < 0)
        return "an address that cannot be told from this machine's own";
    bool is_own = own_address_is_among(interfaces, address, size);
    freeifaddrs(interfaces);
    return is_own ? "an address of this machine" : NULL;
}
