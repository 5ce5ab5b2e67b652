/* SPDX-License-Identifier: MIT */
#include "s3/s3_service.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static void services_are_known_by_their_hosts(void **state)
{
    (void)state;
    static const struct {
        const char *host, *bucket, *region, *api;
        bool refused;
    } cases[] = {
        {"nyc3.digitaloceanspaces.com", "", "nyc3", "nyc3.digitaloceanspaces.com", false},
        {"b.nyc3.digitaloceanspaces.com", "b", "nyc3", "nyc3.digitaloceanspaces.com", false},
        {"my.b.nyc3.digitaloceanspaces.com", "my.b", "nyc3", "nyc3.digitaloceanspaces.com", false},
        {"b.nyc3.cdn.digitaloceanspaces.com", "b", "nyc3", "nyc3.digitaloceanspaces.com", true},
        {"b.s3.us-west-004.backblazeb2.com", "b", "us-west-004", "s3.us-west-004.backblazeb2.com",
         false},
        {"f005.backblazeb2.com", "", "", "s3.REGION.backblazeb2.com", true},
        {"b.s3.eu-central-2.wasabisys.com", "b", "eu-central-2", "s3.eu-central-2.wasabisys.com",
         false},
        {"b.s3.wasabisys.com", "b", "us-east-1", "s3.wasabisys.com", false},
        {"b.s3.fr-par.scw.cloud", "b", "fr-par", "s3.fr-par.scw.cloud", false},
        {"b.us-iad-1.linodeobjects.com", "b", "us-iad-1", "us-iad-1.linodeobjects.com", false},
        {"b.fsn1.your-objectstorage.com", "b", "fsn1", "fsn1.your-objectstorage.com", false},
        {"b.storage.googleapis.com", "b", "auto", "storage.googleapis.com", false},
        {"b.oss-cn-hangzhou.aliyuncs.com", "b", "cn-hangzhou", "oss-cn-hangzhou.aliyuncs.com",
         false},
        {"oss-cn-hangzhou-internal.aliyuncs.com", "", "cn-hangzhou",
         "oss-cn-hangzhou-internal.aliyuncs.com", false},
        {"b.s3.eu-west-1.amazonaws.com", "b", "eu-west-1", "s3.eu-west-1.amazonaws.com", false},
        {"b.s3.amazonaws.com", "b", "", "s3.amazonaws.com", false},
        {"b.s3-eu-west-1.amazonaws.com", "b", "eu-west-1", "s3-eu-west-1.amazonaws.com", false},
        {"b.s3.dualstack.eu-west-1.amazonaws.com", "b", "eu-west-1",
         "s3.dualstack.eu-west-1.amazonaws.com", false},
        {"s3.cn-north-1.amazonaws.com.cn", "", "cn-north-1", "s3.cn-north-1.amazonaws.com.cn",
         false},
        {"b.s3-website-eu-west-1.amazonaws.com", "b", "eu-west-1", "s3.eu-west-1.amazonaws.com",
         true},
        {"b.l4g4.ch11.idrivee2-2.com", "b", "", "l4g4.ch11.idrivee2-2.com", false},
        {"b.s3.us-west-1.idrivee2.com", "b", "us-west-1", "s3.us-west-1.idrivee2.com", false},
        {"b.s3.gra.io.cloud.ovh.net", "b", "gra", "s3.gra.io.cloud.ovh.net", false},
        {"b.ewr1.vultrobjects.com", "b", "ewr1", "ewr1.vultrobjects.com", false},
        {"b.fly.storage.tigris.dev", "b", "auto", "fly.storage.tigris.dev", false},
        {"id.r2.cloudflarestorage.com", "", "auto", "id.r2.cloudflarestorage.com", false},
        {"b.id.r2.cloudflarestorage.com", "b", "auto", "id.r2.cloudflarestorage.com", false},
        {"id.eu.r2.cloudflarestorage.com", "", "auto", "id.eu.r2.cloudflarestorage.com", false},
        {"b.id.eu.r2.cloudflarestorage.com", "b", "auto", "id.eu.r2.cloudflarestorage.com", false},
        {"pub-1234.r2.dev", "pub-1234", "", "ACCOUNT_ID.r2.cloudflarestorage.com", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct s3_service service;
        if (!s3_service_find(cases[i].host, &service))
            fail_msg("%s is not known", cases[i].host);
        assert_string_equal(service.bucket, cases[i].bucket);
        assert_string_equal(service.region, cases[i].region);
        assert_string_equal(service.host, cases[i].api);
        assert_int_equal(service.instead != NULL, cases[i].refused);
    }
}

static void other_hosts_are_of_no_service(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "minio.example.com",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "",
        "digitaloceanspaces.com",
        "nyc3.digitaloceanspaces.com.example.com",
        "xdigitaloceanspaces.com",
        "a..digitaloceanspaces.com",
        "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com",
        "lb.eu-west-1.elb.amazonaws.com",
        "r2.cloudflarestorage.com",
    };
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct s3_service service;
        if (s3_service_find(hosts[i], &service))
            fail_msg("%s is taken for %s", hosts[i], service.name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(services_are_known_by_their_hosts),
        cmocka_unit_test(other_hosts_are_of_no_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
