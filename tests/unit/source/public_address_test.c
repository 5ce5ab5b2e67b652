/* SPDX-License-Identifier: MIT */
#include "source/public_address.h"
#include "support/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static const char *refusal(const char *text)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(443)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(443)};
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        return public_address_refusal((const struct sockaddr *)&in, sizeof in);
    if (inet_pton(AF_INET6, text, &in6.sin6_addr) != 1)
        fail_msg("%s is no address", text);
    return public_address_refusal((const struct sockaddr *)&in6, sizeof in6);
}

static void assert_kind(const char *address, const char *kind)
{
    const char *actual = refusal(address);
    if (!kind != !actual || (kind && !strstr(actual, kind)))
        fail_msg("%s: %s instead of %s", address, actual ? actual : "public",
                 kind ? kind : "public");
}

/* The first and the last address of each range. */
static void what_is_not_public_is_refused_and_named(void **state)
{
    (void)state;
    static const struct {
        const char *first, *last, *kind;
    } ranges[] = {
        {"0.0.0.0", "0.255.255.255", "this network"},
        {"10.0.0.0", "10.255.255.255", "private"},
        {"100.64.0.0", "100.127.255.255", "carrier"},
        {"100.100.100.200", "100.100.100.200", "carrier"}, /* metadata of Alibaba */
        {"127.0.0.0", "127.255.255.255", "loopback"},
        {"168.63.129.16", "168.63.129.16", "platform"},
        {"169.254.0.0", "169.254.255.255", "link-local"},
        {"169.254.169.254", "169.254.170.2", "link-local"}, /* metadata of most */
        {"172.16.0.0", "172.31.255.255", "private"},
        {"192.0.0.0", "192.0.0.255", "protocols"},
        {"192.0.2.0", "192.0.2.255", "documentation"},
        {"192.88.99.0", "192.88.99.255", "6to4"},
        {"192.168.0.0", "192.168.255.255", "private"},
        {"198.18.0.0", "198.19.255.255", "benchmarking"},
        {"198.51.100.0", "198.51.100.255", "documentation"},
        {"203.0.113.0", "203.0.113.255", "documentation"},
        {"224.0.0.0", "239.255.255.255", "multicast"},
        {"240.0.0.0", "255.255.255.254", "reserved"},
        {"255.255.255.255", "255.255.255.255", "reserved"},
        {"::", "::", "unspecified"},
        {"::1", "::1", "loopback"},
        {"::2", "::ffff:ffff", "IPv4-compatible"},
        {"::127.0.0.1", "::8.8.8.8", "IPv4-compatible"},
        {"::ffff:0.0.0.0", "::ffff:0.255.255.255", "this network"},
        {"::ffff:10.0.0.0", "::ffff:10.255.255.255", "private"},
        {"::ffff:127.0.0.1", "::ffff:127.255.255.255", "loopback"},
        {"::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "link-local"},
        {"::ffff:192.168.0.1", "::ffff:192.168.255.255", "private"},
        {"::ffff:0:0:0", "::ffff:0:ffff:ffff", "reserved"}, /* IPv4-translated */
        {"64:ff9b::127.0.0.1", "64:ff9b::127.255.255.255", "loopback"},
        {"64:ff9b::10.0.0.1", "64:ff9b::a00:2", "private"},
        {"64:ff9b::169.254.169.254", "64:ff9b::169.254.169.254", "link-local"},
        {"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "NAT64"},
        {"64:ff9b:0:0:0:1::", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", "reserved"},
        {"100::", "100::ffff:ffff:ffff:ffff", "reserved"}, /* discard-only */
        {"100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", "reserved"},
        {"2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "Teredo"},
        {"2001:1::1", "2001:1::2", "protocols"},
        {"2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "benchmarking"},
        {"2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "protocols"}, /* ORCHID */
        {"2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", "protocols"},
        {"2001:30::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "protocols"},
        {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"},
        {"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "6to4"},
        {"2002:7f00:1::1", "2002:808:808::1", "6to4"},
        {"3ffe::", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved"},
        {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"},
        {"4000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved"},
        {"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved"}, /* SRv6 */
        {"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private"},
        {"fd00:ec2::254", "fd20:ce::254", "private"}, /* metadata of AWS and Google */
        {"fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "reserved"},
        {"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "link-local"},
        {"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private"},
        {"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        assert_kind(ranges[i].first, ranges[i].kind);
        assert_kind(ranges[i].last, ranges[i].kind);
    }
}

/* The neighbours of the ranges. */
static void what_is_public_is_taken(void **state)
{
    (void)state;
    static const char *const addresses[] = {
        "1.0.0.0",          "9.255.255.255",
        "11.0.0.0",         "100.63.255.255",
        "100.128.0.0",      "126.255.255.255",
        "128.0.0.0",        "168.63.129.15",
        "168.63.129.17",    "169.253.255.255",
        "169.255.0.0",      "172.15.255.255",
        "172.32.0.0",       "191.255.255.255",
        "192.0.1.0",        "192.0.3.0",
        "192.88.98.255",    "192.88.100.0",
        "192.167.255.255",  "192.169.0.0",
        "198.17.255.255",   "198.20.0.0",
        "198.51.99.255",    "198.51.101.0",
        "203.0.112.255",    "203.0.114.0",
        "223.255.255.255",  "8.8.8.8",
        "::ffff:8.8.8.8",   "::ffff:11.0.0.0",
        "64:ff9b::8.8.8.8", "2000::",
        "2001:200::",       "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db9::",       "2003::",
        "2606:4700::1111",  "3ffd:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff:1000::",      "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    };
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        assert_kind(addresses[i], NULL);
}

static void other_families_and_cut_addresses_are_refused(void **state)
{
    (void)state;
    struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/socket"};
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    inet_pton(AF_INET, "8.8.8.8", &in.sin_addr);
    inet_pton(AF_INET6, "2606:4700::1111", &in6.sin6_addr);
    assert_non_null(public_address_refusal((const struct sockaddr *)&un, sizeof un));
    assert_non_null(public_address_refusal((const struct sockaddr *)&in, sizeof in - 1));
    assert_non_null(public_address_refusal((const struct sockaddr *)&in6, sizeof in6 - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_public_is_refused_and_named),
        cmocka_unit_test(what_is_public_is_taken),
        cmocka_unit_test(other_families_and_cut_addresses_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
