/* SPDX-License-Identifier: MIT */
#include "source/own_address.h"
#include "support/test.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

struct any_address {
    struct sockaddr_storage storage;
    socklen_t size;
};

static struct any_address parse(const char *text)
{
    struct any_address any = {.size = sizeof(struct sockaddr_in)};
    struct sockaddr_in *in = (struct sockaddr_in *)&any.storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&any.storage;
    if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        return any;
    }
    assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
    in6->sin6_family = AF_INET6;
    any.size = sizeof *in6;
    return any;
}

static void every_way_to_an_address_of_an_interface_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool own;
    } cases[] = {
        {"93.184.216.34", true},
        {"93.184.216.35", false},
        {"::ffff:93.184.216.34", true},
        {"::ffff:93.184.216.35", false},
        {"64:ff9b::93.184.216.34", true},
        {"64:ff9b::93.184.216.35", false},
        {"2606:4700::1111", true},
        {"2606:4700::1112", false},
        {"127.0.0.1", true},
        {"127.9.9.9", true}, /* the loopback interface has all of its network */
        {"128.0.0.1", false},
    };
    struct any_address lo = parse("127.0.0.1"), lo_mask = parse("255.0.0.0");
    struct any_address four = parse("93.184.216.34"), four_mask = parse("255.255.255.0");
    struct any_address six = parse("2606:4700::1111");
    struct sockaddr packet = {.sa_family = AF_PACKET};
    struct ifaddrs interfaces[] = {
        {.ifa_addr = &packet},
        {.ifa_addr = NULL}, /* an interface without an address */
        {.ifa_addr = (struct sockaddr *)&lo.storage,
         .ifa_netmask = (struct sockaddr *)&lo_mask.storage,
         .ifa_flags = IFF_LOOPBACK},
        {.ifa_addr = (struct sockaddr *)&four.storage,
         .ifa_netmask = (struct sockaddr *)&four_mask.storage},
        {.ifa_addr = (struct sockaddr *)&six.storage},
    };
    for (size_t i = 0; i + 1 < sizeof interfaces / sizeof *interfaces; i++)
        interfaces[i].ifa_next = &interfaces[i + 1];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct any_address address = parse(cases[i].address);
        const struct sockaddr *socket_address = (const struct sockaddr *)&address.storage;
        if (own_address_is_among(interfaces, socket_address, address.size) != cases[i].own)
            fail_msg("%s", cases[i].address);
        assert_false(own_address_is_among(NULL, socket_address, address.size));
    }
}

static void an_address_of_another_kind_is_none(void **state)
{
    (void)state;
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    assert_null(own_address_refusal((const struct sockaddr *)&un, sizeof un));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_to_an_address_of_an_interface_is_found),
        cmocka_unit_test(an_address_of_another_kind_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
