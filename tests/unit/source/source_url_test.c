/* SPDX-License-Identifier: MIT */
#include "source/source_url.h"

#include "support/test.h"

#include <arpa/inet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is refused without a word to anybody, and what takes too long. The rest needs real servers:
 * tests/e2e/source_url.test.mjs. */

enum { MAX = 1 << 20 };

static const struct operation quiet;

static void assert_refused(const char *url, enum error_code code, const char *text)
{
    struct error error = {0};
    struct blob *blob = NULL;
    if (source_url_fetch(&source_url_settings_default, url, MAX, &quiet, &blob, &error))
        fail_msg("%s was fetched", url);
    assert_null(blob);
    if (error.code != code || !strstr(error.text, text))
        fail_msg("%s: %d %s", url, error.code, error.text);
    if (strstr(error.text, "hush"))
        fail_msg("%s: a secret is in \"%s\"", url, error.text);
}

static void what_is_no_plain_https_url_is_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "not a URL"},
        {"cat.png", "not a URL"},
        {"example.com/cat.png", "not a URL"},
        {"//example.com/cat.png", "not a URL"},
        {"/home/me/cat.png", "not a URL"},
        {"https://", "not a URL"},
        {"https://example.com:99999/hush", "not a URL"},
        {"https://exa mple.com/hush", "not a URL"},
        {"https://[::1/hush", "not a URL"},
        {"http://example.com/hush", "only https"},
        {"HTTP://example.com/hush", "only https"},
        {"ftp://example.com/hush", "only https"},
        {"file:///etc/passwd", "only https"},
        {"gopher://127.0.0.1:6379/_hush", "only https"},
        {"dict://127.0.0.1:6379/hush", "only https"},
        {"data:image/png;base64,hush", ""},
        {"https://me@example.com/", "a user or a password"},
        {"https://me:hush@example.com/", "a user or a password"},
        {"https://:hush@example.com/", "a user or a password"},
        {"https://example.com:hush@127.0.0.1/", "a user or a password"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i][0], ERROR_INVALID, cases[i][1]);
}

/* Spellings that resolvers understand. Nothing listens there: it is refused before it is tried. */
static void an_address_that_is_not_public_is_refused_however_it_is_written(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"https://127.0.0.1/cat.png?key=hush", "127.0.0.1, which has a loopback address"},
        {"https://127.0.0.1:8443/", "a loopback address"},
        {"https://127.1/", "a loopback address"},
        {"https://2130706433/", "a loopback address"},
        {"https://0x7f000001/", "a loopback address"},
        {"https://0x7f.1/", "a loopback address"},
        {"https://0177.0.0.1/", "a loopback address"},
        {"https://%31%32%37.0.0.1/", "a loopback address"},
        {"https://localhost/", "a loopback address"},
        {"https://0/", "this network"},
        {"https://0.0.0.0/", "this network"},
        {"https://10.0.0.1/", "a private address"},
        {"https://172.16.0.1/", "a private address"},
        {"https://192.168.1.1/", "a private address"},
        {"https://100.64.0.1/", "a carrier's NAT"},
        {"https://169.254.169.254/latest/meta-data/", "a link-local address"},
        {"https://2852039166/latest/meta-data/", "a link-local address"},
        {"https://168.63.129.16/", "a cloud platform"},
        {"https://224.0.0.1/", "a multicast address"},
        {"https://255.255.255.255/", "a reserved address"},
        {"https://198.18.0.1/", "a benchmarking address"},
        {"https://192.0.2.1/", "a documentation address"},
        {"https://[::1]/", "[::1], which has a loopback address"},
        {"https://[0:0:0:0:0:0:0:1]/", "a loopback address"},
        {"https://[::]/", "the unspecified address"},
        {"https://[::ffff:a9fe:a9fe]/", "a link-local address"},
        {"https://[::127.0.0.1]/", "IPv4-compatible"},
        {"https://[64:ff9b::7f00:1]/", "a loopback address"},
        {"https://[2002:7f00:1::]/", "a 6to4 address"},
        {"https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "a Teredo address"},
        {"https://[fc00::1]/", "a private address"},
        {"https://[fd00:ec2::254]/", "a private address"},
        {"https://[fe80::1]/", "a link-local address"},
        {"https://[ff02::1]/", "a multicast address"},
        {"https://[2001:db8::1]/", "a documentation address"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i][0], ERROR_DENIED, cases[i][1]);
}

static void a_proxy_hides_no_destination(void **state)
{
    (void)state;
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(setenv(names[i], "http://127.0.0.1:3128", 1), 0);
    assert_refused("https://169.254.169.254/", ERROR_DENIED, "a link-local address");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(unsetenv(names[i]), 0);
}

static void what_was_cancelled_before_is_not_begun(void **state)
{
    (void)state;
    struct error error;
    struct blob *blob = NULL;
    struct cancel cancel;
    const struct operation operation = {.cancel = &cancel};
    cancel_init(&cancel);
    cancel_request(&cancel);
    assert_false(source_url_fetch(&source_url_settings_default, "https://127.0.0.1/", MAX,
                                  &operation, &blob, &error));
    assert_int_equal(error.code, ERROR_CANCELLED);
    cancel_finish(&cancel);
}

/* A network of its own, in which a public address leads to the loopback interface without being one
 * of it. False: it is not allowed here. */
static bool enter_network(const char *address)
{
    char command[128];
    snprintf(command, sizeof command, "ip link set lo up && ip route add local %s dev lo", address);
    return (unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) &&
           system(command) == 0;
}

static bool is_late(const struct source_url_settings *settings, const char *url)
{
    struct error error = {0};
    struct blob *blob = NULL;
    bool good = !source_url_fetch(settings, url, MAX, &quiet, &blob, &error) &&
                error.code == ERROR_UNAVAILABLE && strstr(error.text, "takes too long");
    if (!good)
        fprintf(stderr, "%s: %d %s\n", url, error.code, error.text);
    return good;
}

enum { CHILD_GOOD, CHILD_BAD, CHILD_NOT_ALLOWED };

/* A server that takes connections and never says a word. */
static int fetch_from_silence(void)
{
    static const char address[] = "93.184.216.34";
    static const struct source_url_settings connecting = {200, 60000, &speed_floor_default};
    static const struct source_url_settings whole = {60000, 200, &speed_floor_default};
    struct sockaddr_in in = {.sin_family = AF_INET};
    socklen_t size = sizeof in;
    char url[64];
    if (!enter_network(address))
        return CHILD_NOT_ALLOWED;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, address, &in.sin_addr);
    if (bind(fd, (const struct sockaddr *)&in, sizeof in) < 0 || listen(fd, 8) < 0 ||
        getsockname(fd, (struct sockaddr *)&in, &size) < 0)
        return CHILD_BAD;
    snprintf(url, sizeof url, "https://%s:%d/cat.png", address, ntohs(in.sin_port));
    return is_late(&connecting, url) && is_late(&whole, url) ? CHILD_GOOD : CHILD_BAD;
}

static void time_is_limited_for_a_connection_and_for_all(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(fetch_from_silence());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CHILD_NOT_ALLOWED)
        skip();
    assert_int_equal(WEXITSTATUS(status), CHILD_GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_is_limited_for_a_connection_and_for_all),
        cmocka_unit_test(what_is_no_plain_https_url_is_refused),
        cmocka_unit_test(an_address_that_is_not_public_is_refused_however_it_is_written),
        cmocka_unit_test(a_proxy_hides_no_destination),
        cmocka_unit_test(what_was_cancelled_before_is_not_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
