/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include "base/cleanup.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

enum { ENVIRONMENT_MAX = 16 };

/* The environment of a test: "NAME=value". */
static const char *environment[ENVIRONMENT_MAX];

static char *lookup(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; environment[i]; i++)
        if (strncmp(environment[i], name, length) == 0 && environment[i][length] == '=')
            return (char *)environment[i] + length + 1;
    return NULL;
}

#define ENVIRONMENT(...) set_environment((const char *const[]){__VA_ARGS__, NULL})

static void set_environment(const char *const *entries)
{
    size_t i = 0;
    for (; entries[i]; i++) {
        assert_true(i < ENVIRONMENT_MAX - 1);
        environment[i] = entries[i];
    }
    environment[i] = NULL;
}

static struct config load(void)
{
    struct config config = {0};
    CLEANUP(buffer_finish) struct buffer problems = BUFFER_INIT(4096);
    if (!config_load(lookup, &config, &problems))
        fail_msg("%s", problems.data);
    assert_int_equal(problems.size, 0);
    return config;
}

/* Loads what must fail; the caller frees the report. */
static char *load_problems(void)
{
    struct config config;
    struct buffer problems = BUFFER_INIT(4096);
    memset(&config, 0x5A, sizeof config);
    assert_false(config_load(lookup, &config, &problems));
    for (size_t i = 0; i < sizeof config; i++)
        assert_int_equal(((unsigned char *)&config)[i], 0x5A);
    assert_int_equal(problems.data[problems.size - 1], '\n');
    return buffer_take(&problems);
}

static void assert_problem(const char *says)
{
    CLEANUP(free_cleanup) char *problems = load_problems();
    if (!strstr(problems, says))
        fail_msg("\"%s\" does not say \"%s\"", problems, says);
    assert_ptr_equal(strchr(problems, '\n') + 1, problems + strlen(problems));
}

static void nothing_set_is_a_local_store_that_works(void **state)
{
    (void)state;
    ENVIRONMENT("HOME=/home/me");
    CLEANUP(config_finish) struct config config = load();
    assert_int_equal(config.provider, CONFIG_LOCAL);
    assert_string_equal(config.storage_dir, "/home/me/.local/share/image-storage-mcp");
    assert_null(config.storage_url);
    assert_string_equal(config.s3_prefix, "generations");
    assert_int_equal(config.image_max_bytes, 64 << 20);
}

static void the_data_directory_is_that_of_the_xdg_specification(void **state)
{
    (void)state;
    static const struct {
        const char *xdg, *directory;
    } cases[] = {
        {"XDG_DATA_HOME=/data", "/data/image-storage-mcp"},
        {"XDG_DATA_HOME=relative", "/home/me/.local/share/image-storage-mcp"},
        {"XDG_DATA_HOME=", "/home/me/.local/share/image-storage-mcp"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ENVIRONMENT("HOME=/home/me", cases[i].xdg);
        CLEANUP(config_finish) struct config config = load();
        assert_string_equal(config.storage_dir, cases[i].directory);
    }
    ENVIRONMENT("PATH=/bin");
    assert_problem("IMAGE_STORAGE_DIR is not set");
}

static void everything_about_s3_is_read(void **state)
{
    (void)state;
    ENVIRONMENT("S3_BUCKET=images", "S3_REGION=eu-west-1", "S3_ACCESS_KEY=AK",
                "S3_SECRET_KEY=s/+=", "S3_SESSION_TOKEN=token",
                "S3_ENDPOINT=https://s3.example.com/", "S3_CDN_URL=https://cdn.example.com/i//",
                "S3_PREFIX=/team/art/", "S3_ADDRESSING_STYLE=virtual", "S3_ALLOW_HTTP=Yes",
                "S3_ACL=public-read", "S3_CA_BUNDLE=/dev/null", "IMAGE_MAX_BYTES=10MB");
    CLEANUP(config_finish) struct config config = load();
    assert_int_equal(config.provider, CONFIG_S3);
    assert_string_equal(config.s3_bucket, "images");
    assert_string_equal(config.s3_region, "eu-west-1");
    assert_string_equal(config.s3_access_key, "AK");
    assert_string_equal(config.s3_secret_key, "s/+=");
    assert_string_equal(config.s3_session_token, "token");
    assert_string_equal(config.s3_endpoint, "https://s3.example.com");
    assert_string_equal(config.s3_cdn_url, "https://cdn.example.com/i");
    assert_string_equal(config.s3_prefix, "team/art");
    assert_string_equal(config.s3_addressing_style, "virtual");
    assert_true(config.s3_allow_http);
    assert_string_equal(config.s3_ca_bundle, "/dev/null");
    assert_string_equal(config.s3_acl, "public-read");
    assert_int_equal(config.image_max_bytes, 10000000);
}

static void the_provider_follows_from_what_is_set(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second;
        enum config_provider provider;
    } cases[] = {
        {"S3_BUCKET=b", "X=", CONFIG_S3},
        {"S3_BUCKET=b", "IMAGE_STORAGE_PROVIDER=local", CONFIG_LOCAL},
        {"S3_BUCKET=b", "IMAGE_STORAGE_PROVIDER=S3", CONFIG_S3},
        {"S3_PREFIX=art", "X=", CONFIG_LOCAL},
        {"AWS_ACCESS_KEY_ID=AK", "AWS_REGION=eu-west-1", CONFIG_LOCAL},
        {"S3_BUCKET=${S3_BUCKET}", "S3_REGION=${S3_REGION:-}", CONFIG_LOCAL},
        {"S3_BUCKET=", "S3_REGION= \t", CONFIG_LOCAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ENVIRONMENT("HOME=/h", cases[i].first, cases[i].second);
        CLEANUP(config_finish) struct config config = load();
        assert_int_equal(config.provider, cases[i].provider);
    }
}

static void values_are_trimmed_and_placeholders_are_nothing(void **state)
{
    (void)state;
    ENVIRONMENT("S3_BUCKET= images\t\r\n", "S3_REGION=${S3_REGION}", "S3_CDN_URL= ${CDN} ",
                "HOME=/h");
    CLEANUP(config_finish) struct config config = load();
    assert_string_equal(config.s3_bucket, "images");
    assert_string_equal(config.s3_region, "us-east-1");
    assert_null(config.s3_cdn_url);
}

static void keys_come_as_a_pair_from_one_source(void **state)
{
    (void)state;
    ENVIRONMENT("S3_BUCKET=b", "S3_ACCESS_KEY=own", "S3_SECRET_KEY=own-secret",
                "AWS_ACCESS_KEY_ID=aws", "AWS_SECRET_ACCESS_KEY=aws-secret",
                "AWS_SESSION_TOKEN=aws-token");
    CLEANUP(config_finish) struct config own = load();
    assert_string_equal(own.s3_access_key, "own");
    assert_null(own.s3_session_token);
    assert_string_equal(own.s3_keys_from, "S3_ACCESS_KEY and S3_SECRET_KEY");

    ENVIRONMENT("S3_BUCKET=b", "AWS_ACCESS_KEY_ID=aws", "AWS_SECRET_ACCESS_KEY=aws-secret",
                "AWS_SESSION_TOKEN=aws-token");
    CLEANUP(config_finish) struct config aws = load();
    assert_string_equal(aws.s3_access_key, "aws");
    assert_string_equal(aws.s3_secret_key, "aws-secret");
    assert_string_equal(aws.s3_session_token, "aws-token");
    assert_string_equal(aws.s3_keys_from, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");

    ENVIRONMENT("S3_BUCKET=b");
    CLEANUP(config_finish) struct config none = load();
    assert_null(none.s3_keys_from);

    ENVIRONMENT("S3_BUCKET=b", "S3_ACCESS_KEY=own", "AWS_SECRET_ACCESS_KEY=s",
                "AWS_ACCESS_KEY_ID=a");
    assert_problem("S3_SECRET_KEY is not set, but S3_ACCESS_KEY is");
    ENVIRONMENT("S3_BUCKET=b", "S3_SECRET_KEY=s");
    assert_problem("S3_ACCESS_KEY is not set, but S3_SECRET_KEY is");
    ENVIRONMENT("S3_BUCKET=b", "S3_SESSION_TOKEN=t");
    assert_problem("S3_SESSION_TOKEN is set without its keys");
    ENVIRONMENT("S3_BUCKET=b", "AWS_ACCESS_KEY_ID=a");
    assert_problem("AWS_SECRET_ACCESS_KEY is not set, but AWS_ACCESS_KEY_ID is");
}

static void without_keys_the_profile_of_the_aws_tools_is_named(void **state)
{
    (void)state;
    ENVIRONMENT("S3_BUCKET=b", "HOME=/h/");
    CLEANUP(config_finish) struct config usual = load();
    assert_string_equal(usual.aws_credentials_file, "/h/.aws/credentials");
    assert_string_equal(usual.aws_profile, "default");
    ENVIRONMENT("S3_BUCKET=b", "HOME=/h", "AWS_SHARED_CREDENTIALS_FILE=~/keys",
                "AWS_PROFILE=my images");
    CLEANUP(config_finish) struct config special = load();
    assert_string_equal(special.aws_credentials_file, "/h/keys");
    assert_string_equal(special.aws_profile, "my images");
    ENVIRONMENT("S3_BUCKET=b");
    CLEANUP(config_finish) struct config homeless = load();
    assert_null(homeless.aws_credentials_file);
}

static void the_region_falls_back_to_that_of_the_aws_tools(void **state)
{
    (void)state;
    static const struct {
        const char *entries[3];
        const char *region;
    } cases[] = {
        {{"X=", "X=", "X="}, "us-east-1"},
        {{"AWS_DEFAULT_REGION=d", "X=", "X="}, "d"},
        {{"AWS_DEFAULT_REGION=d", "AWS_REGION=r", "X="}, "r"},
        {{"AWS_REGION=r", "S3_REGION=s", "X="}, "s"},
        {{"AWS_REGION=r", "S3_ENDPOINT=https://id.r2.cloudflarestorage.com", "X="}, "auto"},
        {{"X=", "S3_ENDPOINT=https://id.eu.R2.cloudflarestorage.com:443", "X="}, "auto"},
        {{"S3_REGION=weur", "S3_ENDPOINT=https://id.r2.cloudflarestorage.com", "X="}, "weur"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ENVIRONMENT("S3_BUCKET=b", cases[i].entries[0], cases[i].entries[1], cases[i].entries[2]);
        CLEANUP(config_finish) struct config config = load();
        assert_string_equal(config.s3_region, cases[i].region);
    }
}

static void a_wrong_value_is_named_quoted_and_explained(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *says;
    } cases[] = {
        {"IMAGE_STORAGE_PROVIDER=gcs", "IMAGE_STORAGE_PROVIDER is \"gcs\": expected s3 or local"},
        {"S3_BUCKET=s3://images", "S3_BUCKET is \"s3://images\": expected the name of the bucket "
                                  "alone: write images"},
        {"S3_BUCKET=s3://images/art/", "write images, and set S3_PREFIX to the folder in it, art/"},
        {"S3_BUCKET=arn:aws:s3:::images", "write images"},
        {"S3_BUCKET=arn:aws:s3:::images/*", "write images"},
        {"S3_BUCKET=images/art", "write images, and set S3_PREFIX to the folder in it, art"},
        {"S3_BUCKET=images/", "write images"},
        {"S3_BUCKET=https://images.nyc3.digitaloceanspaces.com/",
         "not a URL: write images, and set S3_ENDPOINT=https://nyc3.digitaloceanspaces.com"},
        {"S3_BUCKET=https://minio.example.com", "not a URL, which goes into S3_ENDPOINT"},
        {"S3_BUCKET=S3_BUCKET=images", "begins with \"S3_BUCKET=\": leave that away"},
        {"S3_REGION=export AWS_REGION=eu", "begins with \"export AWS_REGION=\""},
        {"S3_BUCKET=my images", "S3_BUCKET is \"my images\""},
        {"S3_REGION=eu west", "S3_REGION is \"eu west\""},
        {"S3_ENDPOINT=minio:9000", "S3_ENDPOINT is \"minio:9000\": the scheme is missing: write "
                                   "https://minio:9000"},
        {"S3_ENDPOINT=ftp://minio", "expected a URL"},
        {"S3_ENDPOINT=https://", "expected a URL"},
        {"S3_ENDPOINT=https://:9000", "expected a URL"},
        {"S3_ENDPOINT=https://host name", "expected a URL"},
        {"S3_ENDPOINT=https://h\xC3\xB6st", "expected a URL"},
        {"S3_ENDPOINT=https://${HOST}", "expected a URL"},
        {"S3_ENDPOINT=https://h?x=1", "without '?'"},
        {"S3_ENDPOINT=https:/h.example.com", "write https://h.example.com"},
        {"S3_ENDPOINT=https//h.example.com", "write https://h.example.com"},
        {"S3_ENDPOINT=https:h.example.com", "write https://h.example.com"},
        {"S3_ENDPOINT=https:// h.example.com", "write https://h.example.com"},
        {"S3_ENDPOINT=http:\\\\h\\p", "write http://h/p"},
        {"S3_ENDPOINT=//h.example.com", "write https://h.example.com"},
        {"S3_ENDPOINT=\\\\h\\p", "write https://h/p"},
        {"S3_ENDPOINT=\\\\", "the scheme is missing\n"},
        {"S3_ENDPOINT=https://https://h.example.com", "write https://h.example.com"},
        {"S3_ENDPOINT=https://http://127.0.0.1:9000/", "write http://127.0.0.1:9000"},
        {"S3_ENDPOINT=https://https//h.example.com", "write https://h.example.com"},
        {"S3_ENDPOINT=<https://h.example.com>", "write https://h.example.com"},
        {"S3_ENDPOINT=\"https://h.example.com", "write https://h.example.com"},
        {"S3_ENDPOINT=https://h.example.com;", "write https://h.example.com"},
        {"S3_ENDPOINT=https://h.example.com/p?x=1", "write https://h.example.com/p"},
        {"S3_ENDPOINT=localhost:9000", "the scheme is missing: write http://localhost:9000"},
        {"S3_ENDPOINT=https://imgs.nyc3.digitaloceanspaces.com", "names the bucket \"imgs\""},
        {"S3_CDN_URL=https://nyc3.digitaloceanspaces.com",
         "set S3_CDN_URL=https://bkt.nyc3.digitaloceanspaces.com"},
        {"S3_CDN_URL=cdn.example.com", "write https://cdn.example.com"},
        {"S3_CDN_URL=https://h#x", "without '?'"},
        {"S3_CDN_URL=file:///srv", "expected a URL"},
        {"S3_CDN_URL=https://id.r2.cloudflarestorage.com/b", "r2.dev"},
        {"S3_PREFIX=../up", "S3_PREFIX is \"../up\""},
        {"S3_ADDRESSING_STYLE=dns", "expected auto, path or virtual"},
        {"S3_ALLOW_HTTP=maybe", "expected true or false"},
        {"S3_ACL=public", "expected one of private, public-read"},
        {"S3_CA_BUNDLE=/does/not/exist", "cannot be read: No such file"},
        {"AWS_CA_BUNDLE=/does/not/exist", "AWS_CA_BUNDLE is \"/does/not/exist\""},
        {"IMAGE_STORAGE_DIR=images", "expected an absolute path"},
        {"IMAGE_STORAGE_DIR=$HOME/images", "write ~/images"},
        {"IMAGE_STORAGE_DIR=${HOME}/images", "write ~/images"},
        {"IMAGE_STORAGE_DIR=file:///srv/images", "write /srv/images"},
        {"IMAGE_STORAGE_DIR=~you/images", "expected an absolute path"},
        {"IMAGE_STORAGE_URL=/images", "expected a URL"},
        {"IMAGE_STORAGE_URL=file://host/x", "expected a URL"},
        {"IMAGE_SOURCE_DIRS=images", "expected an absolute path"},
        {"IMAGE_SOURCE_DIRS=/a:~you/images", "\"~you/images\": expected an absolute path"},
        {"IMAGE_SOURCE_DIRS=/a:b", "\"b\": expected an absolute path"},
        {"IMAGE_SOURCE_DIRS=/a,/b", "separated by ':': write /a:/b"},
        {"IMAGE_SOURCE_DIRS=/a; ~/b;", "separated by ':': write /a:~/b"},
        {"IMAGE_SOURCE_DIRS=/a\n/b", "separated by ':': write /a:/b"},
        {"IMAGE_SOURCE_DIRS=::", "expected absolute paths separated by ':'"},
        {"IMAGE_MAX_BYTES=lots", "expected a size"},
        {"IMAGE_MAX_BYTES=-1", "expected a size"},
        {"IMAGE_MAX_BYTES=10 XB", "expected a size"},
        {"IMAGE_MAX_BYTES=20M", "write 20MB"},
        {"IMAGE_MAX_BYTES=20 mi", "write 20MiB"},
        {"IMAGE_MAX_BYTES=1023", "expected a size from 1024 to 1073741824 bytes"},
        {"IMAGE_MAX_BYTES=2GiB", "expected a size from"},
        {"IMAGE_MAX_BYTES=18446744073709551616", "expected a size from"},
        {"IMAGE_MAX_BYTES=18446744073709551615GB", "expected a size from"},
        {"IMAGE_MAX_BYTES=18014398509482048KiB", "expected a size from"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ENVIRONMENT(cases[i].entry, "S3_BUCKET=bkt", "HOME=/h");
        assert_problem(cases[i].says);
    }
}

static void right_values_in_unusual_shape_are_taken(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t bytes;
    } sizes[] = {{"1024", 1024},       {"20MB", 20000000},  {"20 mb", 20000000},
                 {"1GiB", 1073741824}, {"64mib", 67108864}, {"2048B", 2048},
                 {"2KiB", 2048},       {"1 GB", 1000000000}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char entry[64];
        snprintf(entry, sizeof entry, "IMAGE_MAX_BYTES=%s", sizes[i].text);
        ENVIRONMENT(entry, "HOME=/h", "S3_PREFIX=/", "IMAGE_STORAGE_DIR=~/images//",
                    "IMAGE_STORAGE_URL=file:///mnt/images/");
        CLEANUP(config_finish) struct config config = load();
        assert_int_equal(config.image_max_bytes, sizes[i].bytes);
        assert_string_equal(config.s3_prefix, "");
        assert_string_equal(config.storage_dir, "/h/images");
        assert_string_equal(config.storage_url, "file:///mnt/images");
    }
    ENVIRONMENT("IMAGE_STORAGE_DIR=/", "IMAGE_STORAGE_URL=HTTPS://h:8443");
    CLEANUP(config_finish) struct config config = load();
    assert_string_equal(config.storage_dir, "/");
    assert_string_equal(config.storage_url, "HTTPS://h:8443");
    ENVIRONMENT("S3_BUCKET=b", "S3_ENDPOINT=https://b.example.com", "HOME=/h",
                "S3_ADDRESSING_STYLE=path");
    CLEANUP(config_finish) struct config same_name = load();
    assert_string_equal(same_name.s3_endpoint, "https://b.example.com");
}

static void what_stands_around_a_value_is_not_part_of_it(void **state)
{
    (void)state;
    static const char *const entries[] = {
        "S3_BUCKET=\"images\"",
        "S3_BUCKET='images'",
        "S3_BUCKET=' images\r\n'",
        "S3_BUCKET=\xE2\x80\x9Cimages\xE2\x80\x9D",
        "S3_BUCKET=\xEF\xBB\xBFimages\xC2\xA0\xE2\x80\x8B\n",
        "S3_BUCKET=`images`",
    };
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        ENVIRONMENT("HOME=/h", entries[i], "S3_SECRET_KEY=\"s/+=\"", "S3_ACCESS_KEY='AK'",
                    "S3_ALLOW_HTTP='True'", "S3_REGION=\"\"", "S3_CDN_URL=\"${S3_CDN_URL}\"");
        CLEANUP(config_finish) struct config config = load();
        assert_string_equal(config.s3_bucket, "images");
        assert_string_equal(config.s3_secret_key, "s/+=");
        assert_true(config.s3_allow_http);
        assert_string_equal(config.s3_region, "us-east-1");
        assert_null(config.s3_cdn_url);
    }
    ENVIRONMENT("HOME=/h", "S3_BUCKET=\"a\" \"b\"");
    assert_problem("S3_BUCKET is");
}

static void an_endpoint_may_name_the_bucket_and_the_region(void **state)
{
    (void)state;
    static const struct {
        const char *entries[3];
        const char *endpoint, *region;
        bool names_bucket, names_region;
    } cases[] = {
        {{"S3_ENDPOINT=https://images.nyc3.digitaloceanspaces.com", "S3_BUCKET=images", "X="},
         "https://nyc3.digitaloceanspaces.com",
         "nyc3",
         true,
         true},
        {{"S3_ENDPOINT=https://images.nyc3.digitaloceanspaces.com/", "AWS_REGION=eu-west-1", "X="},
         "https://nyc3.digitaloceanspaces.com",
         "nyc3",
         true,
         true},
        {{"S3_ENDPOINT=https://s3.fr-par.scw.cloud", "S3_BUCKET=images", "S3_REGION=nl-ams"},
         "https://s3.fr-par.scw.cloud",
         "nl-ams",
         false,
         false},
        {{"S3_ENDPOINT=https://minio.example.com/images", "S3_BUCKET=images", "X="},
         "https://minio.example.com",
         "us-east-1",
         true,
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ENVIRONMENT("HOME=/h", cases[i].entries[0], cases[i].entries[1], cases[i].entries[2]);
        CLEANUP(config_finish) struct config config = load();
        assert_string_equal(config.s3_bucket, "images");
        assert_string_equal(config.s3_endpoint, cases[i].endpoint);
        assert_string_equal(config.s3_region, cases[i].region);
        assert_int_equal(config.s3_endpoint_names_bucket, cases[i].names_bucket);
        assert_int_equal(config.s3_endpoint_names_region, cases[i].names_region);
    }
}

static void keys_copied_with_something_else_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *access, *secret, *says;
    } cases[] = {
        {"S3_ACCESS_KEY=Bearer AK", "S3_SECRET_KEY=s", "S3_ACCESS_KEY: it begins with \"Bearer \""},
        {"S3_ACCESS_KEY=AK", "S3_SECRET_KEY=aws_secret_access_key = s",
         "begins with \"aws_secret_access_key =\""},
        {"S3_ACCESS_KEY=AK", "S3_SECRET_KEY==s", "begins with '='"},
        {"S3_ACCESS_KEY=AK", "S3_SECRET_KEY=\"s", "a quotation mark"},
        {"S3_ACCESS_KEY=AK", "S3_SECRET_KEY=two words", "a space"},
        {"S3_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
         "S3_SECRET_KEY=AKIAIOSFODNN7EXAMPLE", "S3_ACCESS_KEY and S3_SECRET_KEY are swapped"},
        {"AWS_ACCESS_KEY_ID=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
         "AWS_SECRET_ACCESS_KEY=AKIAIOSFODNN7EXAMPLE",
         "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are swapped"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ENVIRONMENT("HOME=/h", "S3_BUCKET=images", cases[i].access, cases[i].secret);
        assert_problem(cases[i].says);
    }
    ENVIRONMENT("HOME=/h", "S3_BUCKET=images", "S3_ACCESS_KEY=minioadmin",
                "S3_SECRET_KEY=minioadmin");
    CLEANUP(config_finish) struct config config = load();
    assert_string_equal(config.s3_secret_key, "minioadmin");
}

static void directories_to_read_from_are_a_list(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *directories;
    } cases[] = {
        {"X=", NULL},
        {"IMAGE_SOURCE_DIRS=${IMAGE_SOURCE_DIRS}", NULL},
        {"IMAGE_SOURCE_DIRS=/a", "/a"},
        {"IMAGE_SOURCE_DIRS=:~/my pictures/::/b:", "/h/my pictures:/b"},
        {"IMAGE_SOURCE_DIRS=~", "/h"},
        {"IMAGE_SOURCE_DIRS=/", "/"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ENVIRONMENT("HOME=/h", cases[i].entry);
        CLEANUP(config_finish) struct config config = load();
        assert_string_equal(config.home_dir, "/h");
        if (cases[i].directories)
            assert_string_equal(config.image_source_dirs, cases[i].directories);
        else
            assert_null(config.image_source_dirs);
    }
    ENVIRONMENT("IMAGE_SOURCE_DIRS=~/a", "IMAGE_STORAGE_DIR=/s");
    assert_problem("HOME");
}

static void automatic_clean_up_has_its_rules(void **state)
{
    (void)state;
    ENVIRONMENT("HOME=/h");
    CLEANUP(config_finish) struct config off = load();
    assert_false(off.cleanup_enabled);
    ENVIRONMENT("HOME=/h", "IMAGE_CLEANUP_ENABLED=true", "IMAGE_CLEANUP_OLDER_THAN_DAYS=30",
                "IMAGE_CLEANUP_KEEP_COUNT=500", "IMAGE_CLEANUP_RUN_ON_SAVE=yes");
    CLEANUP(config_finish) struct config both = load();
    assert_true(both.cleanup_enabled);
    assert_int_equal(both.cleanup_older_than_days, 30);
    assert_int_equal(both.cleanup_keep_count, 500);
    assert_true(both.cleanup_run_on_save);
    ENVIRONMENT("HOME=/h", "IMAGE_CLEANUP_ENABLED=true", "IMAGE_CLEANUP_KEEP_COUNT=1");
    CLEANUP(config_finish) struct config one = load();
    assert_int_equal(one.cleanup_older_than_days, 0);
    assert_int_equal(one.cleanup_keep_count, 1);
    assert_false(one.cleanup_run_on_save);
    ENVIRONMENT("HOME=/h", "IMAGE_CLEANUP_ENABLED=false", "IMAGE_CLEANUP_KEEP_COUNT=1",
                "IMAGE_CLEANUP_RUN_ON_SAVE=true");
    CLEANUP(config_finish) struct config switched_off = load();
    assert_false(switched_off.cleanup_enabled);
    ENVIRONMENT("HOME=/h", "IMAGE_CLEANUP_RUN_ON_SAVE=false");
    CLEANUP(config_finish) struct config nothing = load();
    assert_false(nothing.cleanup_run_on_save);
}

static void automatic_clean_up_by_halves_is_refused(void **state)
{
    (void)state;
    ENVIRONMENT("HOME=/h", "IMAGE_CLEANUP_ENABLED=true", "IMAGE_CLEANUP_RUN_ON_SAVE=true");
    assert_problem("IMAGE_CLEANUP_ENABLED is true without a rule");
    static const char *const parts[] = {"IMAGE_CLEANUP_OLDER_THAN_DAYS=30",
                                        "IMAGE_CLEANUP_KEEP_COUNT=7",
                                        "IMAGE_CLEANUP_RUN_ON_SAVE=true"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        ENVIRONMENT("HOME=/h", parts[i]);
        assert_problem("is set, but IMAGE_CLEANUP_ENABLED is not");
    }
    static const char *const wrong[] = {
        "0", "-1", "1.5", "1e3", "0x10", "10001", "thirty", "30d", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char entry[64];
        snprintf(entry, sizeof entry, "IMAGE_CLEANUP_OLDER_THAN_DAYS=%s", wrong[i]);
        ENVIRONMENT("HOME=/h", "IMAGE_CLEANUP_ENABLED=true", entry);
        assert_problem("expected a whole number from 1 to 10000");
    }
    ENVIRONMENT("HOME=/h", "IMAGE_CLEANUP_ENABLED=true", "IMAGE_CLEANUP_OLDER_THAN_DAYS=30 days");
    assert_problem("without a unit: write 30");
    ENVIRONMENT("HOME=/h", "IMAGE_CLEANUP_ENABLED=true", "IMAGE_CLEANUP_KEEP_COUNT=0");
    assert_problem("expected a whole number from 1 to 1000000000");
}

static void all_problems_come_at_once(void **state)
{
    (void)state;
    ENVIRONMENT("S3_ACCESS_KEY=a", "S3_ENDPOINT=minio", "S3_ALLOW_HTTP=2", "IMAGE_MAX_BYTES=x");
    CLEANUP(free_cleanup) char *problems = load_problems();
    static const char *const names[] = {"S3_BUCKET is not set", "S3_SECRET_KEY is not set",
                                        "S3_ENDPOINT is", "S3_ALLOW_HTTP is", "IMAGE_MAX_BYTES is"};
    size_t lines = 0;
    for (const char *c = problems; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, sizeof names / sizeof *names);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(problems, names[i]));
}

static void no_secret_is_in_a_problem(void **state)
{
    (void)state;
    ENVIRONMENT("S3_BUCKET=b", "S3_ACCESS_KEY=hush one", "S3_SECRET_KEY=hush\ntwo",
                "S3_SESSION_TOKEN=hush three", "S3_ENDPOINT=https://me:hush@host",
                "S3_CDN_URL=https://hush@host/?x");
    CLEANUP(free_cleanup) char *problems = load_problems();
    assert_null(strstr(problems, "hush"));
    assert_non_null(strstr(problems, "S3_SECRET_KEY: "));
    assert_non_null(strstr(problems, "S3_ENDPOINT: "));
    static const char *const endpoints[] = {"S3_ENDPOINT=me:hush@host",
                                            "S3_ENDPOINT=https:/me:hush@h",
                                            "S3_ENDPOINT=https://https://me:hush@h"};
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
        ENVIRONMENT("S3_BUCKET=b", endpoints[i]);
        CLEANUP(free_cleanup) char *more = load_problems();
        assert_null(strstr(more, "hush"));
    }
}

static void a_long_or_broken_value_stays_on_its_line(void **state)
{
    (void)state;
    char entry[500] = "S3_ALLOW_HTTP=a\nb\x1b[31m";
    memset(entry + strlen(entry), 'x', 400);
    ENVIRONMENT(entry, "S3_BUCKET=b", "HOME=/h");
    assert_problem("S3_ALLOW_HTTP is \"a b [31mxxx");
}

static void help_names_every_variable(void **state)
{
    (void)state;
    static const char *const names[] = {"IMAGE_STORAGE_PROVIDER",
                                        "S3_BUCKET",
                                        "S3_REGION",
                                        "S3_ACCESS_KEY",
                                        "S3_SECRET_KEY",
                                        "S3_SESSION_TOKEN",
                                        "S3_ENDPOINT",
                                        "S3_CDN_URL",
                                        "S3_PREFIX",
                                        "S3_ADDRESSING_STYLE",
                                        "S3_ACL",
                                        "S3_ALLOW_HTTP",
                                        "S3_CA_BUNDLE",
                                        "AWS_ACCESS_KEY_ID",
                                        "AWS_PROFILE",
                                        "AWS_CA_BUNDLE",
                                        "AWS_SHARED_CREDENTIALS_FILE",
                                        "AWS_REGION",
                                        "AWS_DEFAULT_REGION",
                                        "IMAGE_STORAGE_DIR",
                                        "IMAGE_STORAGE_URL",
                                        "IMAGE_SOURCE_DIRS",
                                        "IMAGE_MAX_BYTES",
                                        "IMAGE_CLEANUP_ENABLED",
                                        "IMAGE_CLEANUP_OLDER_THAN_DAYS",
                                        "IMAGE_CLEANUP_KEEP_COUNT",
                                        "IMAGE_CLEANUP_RUN_ON_SAVE",
                                        "64MiB",
                                        "generations"};
    CLEANUP(buffer_finish) struct buffer text = BUFFER_INIT(64 * 1024);
    struct config_variable variable;
    struct error error;
    for (size_t i = 0; config_describe(i, &variable); i++) {
        assert_true(buffer_printf(&text, &error, "%s: %s %s\n", variable.name, variable.help,
                                  variable.initial ? variable.initial : ""));
        for (size_t j = 0; j < CONFIG_FALLBACKS && variable.fallbacks[j]; j++)
            assert_true(buffer_printf(&text, &error, "%s\n", variable.fallbacks[j]));
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(text.data, names[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_set_is_a_local_store_that_works),
        cmocka_unit_test(the_data_directory_is_that_of_the_xdg_specification),
        cmocka_unit_test(everything_about_s3_is_read),
        cmocka_unit_test(the_provider_follows_from_what_is_set),
        cmocka_unit_test(values_are_trimmed_and_placeholders_are_nothing),
        cmocka_unit_test(keys_come_as_a_pair_from_one_source),
        cmocka_unit_test(without_keys_the_profile_of_the_aws_tools_is_named),
        cmocka_unit_test(the_region_falls_back_to_that_of_the_aws_tools),
        cmocka_unit_test(a_wrong_value_is_named_quoted_and_explained),
        cmocka_unit_test(right_values_in_unusual_shape_are_taken),
        cmocka_unit_test(what_stands_around_a_value_is_not_part_of_it),
        cmocka_unit_test(an_endpoint_may_name_the_bucket_and_the_region),
        cmocka_unit_test(keys_copied_with_something_else_are_refused),
        cmocka_unit_test(directories_to_read_from_are_a_list),
        cmocka_unit_test(automatic_clean_up_has_its_rules),
        cmocka_unit_test(automatic_clean_up_by_halves_is_refused),
        cmocka_unit_test(all_problems_come_at_once),
        cmocka_unit_test(no_secret_is_in_a_problem),
        cmocka_unit_test(a_long_or_broken_value_stays_on_its_line),
        cmocka_unit_test(help_names_every_variable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
