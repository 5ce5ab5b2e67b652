/* SPDX-License-Identifier: MIT */
/* Without arguments the process is an MCP server on stdin and stdout, with arguments a command for
 * people. Everything that the parts need of each other is tied here: who observes the storage,
 * what the tools may use, what the sandbox lets through. */
#include "background/auto_cleanup.h"
#include "background/url_watch.h"
#include "base/crypto.h"
#include "base/log.h"
#include "cli/cli.h"
#include "config/config.h"
#include "config/config_sandbox.h"
#include "config/config_storage.h"
#include "mcp/server.h"
#include "tools/tools.h"
#include "version.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

/* Exit codes: 0 fine, 1 something failed while running, 2 wrong arguments or configuration. */
enum { EXIT_USAGE = 2 };

static const char instructions[] =
    "Stores generated images and gives back their public URLs. After generating an image that the "
    "user may want to keep, call save_image with the prompt, the model and the image as you have "
    "it: "
    "the path of its file, its https URL, the content block that a tool returned, or its complete "
    "base64. Show the user the URL or the Markdown that comes back. Saving the same image twice is "
    "harmless. list_images and get_image find images again; before delete_image and before "
    "confirming cleanup_images, ask the user.";

/* Memory that a large image took goes back to the system when it is done, and threads share two
 * heaps instead of having one each. */
static void tune_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024);
    mallopt(M_ARENA_MAX, 2);
}

/* A standard stream that is closed must not become one of our own files. Nothing can be written to
 * what takes its place, so a closed output still is one. */
static void fill_standard_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

/* Where a sandbox around the server forbids it to have one of its own, it has that one. */
static bool enter_sandbox(const struct config *config)
{
    struct error error;
    if (config_sandbox_enter(config, &error))
        return true;
    log_error("%s", error.text);
    return error.code != ERROR_NO_MEMORY;
}

static int serve(const struct config *config)
{
    struct error error;
    CLEANUP(storage_destroy_cleanup) struct storage *storage = NULL;
    CLEANUP(url_watch_destroy_cleanup) struct url_watch *url_watch = NULL;
    CLEANUP(auto_cleanup_destroy_cleanup) struct auto_cleanup *cleanup = NULL;
    if (!storage_from_config(config, &storage, &error)) {
        log_error("%s", error.text);
        return EXIT_USAGE;
    }
    if (!url_watch_create(config, storage, &url_watch, &error) ||
        (config->cleanup_enabled && !auto_cleanup_create(config, storage, &cleanup, &error))) {
        log_error("%s", error.text);
        return EXIT_FAILURE;
    }
    struct tools_context context = {
        .storage = storage,
        .max_bytes = config->image_max_bytes,
        .files = {.directories = config->image_source_dirs, .home = config->home_dir},
        .max_inline_bytes = config->image_max_inline_bytes,
        .confirm_cleanup = config->cleanup_confirm,
        .notice = url_watch_notice,
        .notice_argument = url_watch,
        .config = config,
    };
    struct server_config server = {
        .input = STDIN_FILENO,
        .output = STDOUT_FILENO,
        .name = "image-storage-mcp",
        .title = "Image storage",
        .version = VERSION,
        .instructions = instructions,
        .tools = tools_all(&context),
        .resources = image_resources(&context),
        .max_bytes = config->image_max_bytes,
    };
    enum server_end end;
    if (isatty(STDIN_FILENO))
        fprintf(stderr,
                "image-storage-mcp %s is waiting for an MCP host to write JSON-RPC messages to its "
                "standard input.\nimage-storage-mcp --help shows what it can do for you; Ctrl-D "
                "ends it.\n",
                VERSION);
    if (!server_run(&server, &end, &error)) {
        log_error("%s", error.text);
        return EXIT_FAILURE;
    }
    return end == SERVER_OUTPUT_ENDED ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* What must be done before there are threads, and before anything else of OpenSSL. */
static bool prepare(const struct config *config, struct crypto_start *crypto)
{
    struct error error;
    if (!enter_sandbox(config))
        return false;
    if (crypto_start_end(crypto, &error))
        return true;
    log_error("%s", error.text);
    return false;
}

static int load_and_serve(void)
{
    struct config config;
    CLEANUP(crypto_start_finish) struct crypto_start crypto;
    crypto_start_begin(&crypto);
    if (!config_load_or_report(&config, stderr))
        return EXIT_USAGE;
    int status = prepare(&config, &crypto) ? serve(&config) : EXIT_FAILURE;
    config_finish(&config);
    return status;
}

/* A file that outgrows RLIMIT_FSIZE is a failed write, which says so, and not the end. */
static void ignore_size_signal(void)
{
    signal(SIGXFSZ, SIG_IGN);
}

int main(int argc, char **argv)
{
    ignore_size_signal();
    fill_standard_streams();
    tune_memory();
    return argc > 1 ? cli_main(argc, argv) : load_and_serve();
}
