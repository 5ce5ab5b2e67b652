/* SPDX-License-Identifier: MIT */
/* Saves and deletes of one image beside each other, in every order of their requests: each runs on
 * a thread of its own that waits before each request until it is its turn, and the orders are gone
 * through one by one. Whatever the order, an image that is there has its record. */
#include "storage/record_delete.h"

#include "base/cleanup.h"
#include "storage/storage.h"
#include "support/memory_provider.h"
#include "support/png.h"
#include "support/random.h"
#include "support/test.h"

#include <pthread.h>
#include <string.h>

enum { ACTORS_MAX = 3, STEPS_MAX = 64, NEVER = INT32_MAX };

static const int64_t september_27 = 1727431200000; /* 2024-09-27T10:00:00Z */
static const struct operation plain;

struct race;

struct actor {
    struct race *race;
    void (*act)(struct actor *actor);
    const char *prompt;
    pthread_t thread;
    int killed_at; /* from this request on it has no effect any more */
    int requests;
    bool waiting, finished; /* under the lock */
};

/* One run: a store with an image, those who work on it, and the order of their requests. */
struct race {
    struct memory_provider *memory;
    struct storage_provider_ops ops; /* of the store itself */
    struct storage *storage;
    struct blob *image;
    struct image_key key, sidecar;
    struct actor actors[ACTORS_MAX];
    size_t actor_count;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct actor *turn; /* whose request is next; NULL: nobody's */
};

static _Thread_local struct actor *self;

/* --- taking turns ----------------------------------------------------------------------------- */

/* Waits for the actor's turn; false: it was killed. */
static bool wait_for_turn(void)
{
    struct race *race;
    if (!self)
        return true;
    race = self->race;
    if (self->requests++ >= self->killed_at)
        return false;
    pthread_mutex_lock(&race->mutex);
    self->waiting = true;
    pthread_cond_broadcast(&race->changed);
    while (race->turn != self)
        pthread_cond_wait(&race->changed, &race->mutex);
    race->turn = NULL;
    self->waiting = false;
    pthread_mutex_unlock(&race->mutex);
    return true;
}

static struct race *running; /* for the operations, which know their provider only */

static bool killed(struct error *error)
{
    return error_set(error, ERROR_CANCELLED, "the process was killed");
}

static bool race_put(struct storage_provider *provider, const struct operation *operation,
                     const struct object_put *put, struct error *error)
{
    return wait_for_turn() ? running->ops.put(provider, operation, put, error) : killed(error);
}

static bool race_head(struct storage_provider *provider, const struct operation *operation,
                      const char *key, struct object_info *ret_info, struct error *error)
{
    return wait_for_turn() ? running->ops.head(provider, operation, key, ret_info, error)
                           : killed(error);
}

static bool race_get(struct storage_provider *provider, const struct operation *operation,
                     const char *key, size_t max, struct blob **ret_blob, struct error *error)
{
    return wait_for_turn() ? running->ops.get(provider, operation, key, max, ret_blob, error)
                           : killed(error);
}

static bool race_delete(struct storage_provider *provider, const struct operation *operation,
                        const char *const *keys, size_t count, struct delete_result *results,
                        struct error *error)
{
    return wait_for_turn() ? running->ops.delete(provider, operation, keys, count, results, error)
                           : killed(error);
}

static void *run_actor(void *argument)
{
    struct actor *actor = argument;
    struct race *race = actor->race;
    self = actor;
    actor->act(actor);
    pthread_mutex_lock(&race->mutex);
    actor->finished = true;
    pthread_cond_broadcast(&race->changed);
    pthread_mutex_unlock(&race->mutex);
    return NULL;
}

/* Waits until everybody waits or has finished; the ones that wait. */
static size_t await_actors_locked(struct race *race, struct actor *waiting[ACTORS_MAX])
{
    for (;;) {
        size_t count = 0, finished = 0;
        for (size_t i = 0; i < race->actor_count; i++) {
            finished += race->actors[i].finished;
            if (race->actors[i].waiting)
                waiting[count++] = &race->actors[i];
        }
        if (!race->turn && count + finished == race->actor_count)
            return count;
        pthread_cond_wait(&race->changed, &race->mutex);
    }
}

/* --- the orders ------------------------------------------------------------------------------- */

/* The choices of one run, and how many there were each time. */
struct order {
    size_t chosen[STEPS_MAX], from[STEPS_MAX];
    size_t steps;
    bool random; /* otherwise as chosen, and then the first */
};

static void run_race(struct race *race, struct order *order)
{
    struct actor *waiting[ACTORS_MAX];
    size_t count, step = 0;
    for (size_t i = 0; i < race->actor_count; i++)
        assert_int_equal(pthread_create(&race->actors[i].thread, NULL, run_actor, &race->actors[i]),
                         0);
    pthread_mutex_lock(&race->mutex);
    while ((count = await_actors_locked(race, waiting)) > 0) {
        assert_true(step < STEPS_MAX);
        if (order->random)
            order->chosen[step] = (size_t)random_below((int64_t)count);
        else if (step >= order->steps)
            order->chosen[step] = 0;
        order->from[step] = count;
        race->turn = waiting[order->chosen[step++]];
        pthread_cond_broadcast(&race->changed);
    }
    pthread_mutex_unlock(&race->mutex);
    order->steps = step;
    for (size_t i = 0; i < race->actor_count; i++)
        assert_int_equal(pthread_join(race->actors[i].thread, NULL), 0);
}

/* The next order, by counting up at the last place that has another choice; false: that was all. */
static bool next_order(struct order *order)
{
    while (order->steps > 0) {
        size_t last = order->steps - 1;
        if (++order->chosen[last] < order->from[last])
            return true;
        order->steps--;
    }
    return false;
}

/* --- who works on the image ------------------------------------------------------------------- */

static void save(struct actor *actor)
{
    struct race *race = actor->race;
    CLEANUP(stored_image_finish) struct stored_image image = {0};
    struct error error = {0};
    const struct image_metadata metadata = {
        .prompt = (char *)actor->prompt, .model = (char *)"m", .timestamp_ms = september_27};
    bool saved = storage_save(race->storage, &plain, race->image, &metadata, &image, &error);
    assert_true(saved || actor->killed_at != NEVER || error.code == ERROR_UNAVAILABLE);
}

static void delete_image(struct actor *actor)
{
    struct image_key key;
    struct error error = {0};
    bool deleted;
    bool done = storage_delete(actor->race->storage, &plain, actor->race->key.text, &deleted, &key,
                               &error);
    assert_true(done || actor->killed_at != NEVER);
}

/* As a clean-up does with a sidecar that it has found without an image. */
static void delete_orphan(struct actor *actor)
{
    struct race *race = actor->race;
    struct error error;
    bool done = record_delete(&race->memory->provider, &plain, race->key.text, &error);
    assert_true(done || actor->killed_at != NEVER);
}

/* --- a store ---------------------------------------------------------------------------------- */

enum beginning { EMPTY, STORED, ORPHAN };

static void begin(struct race *race, enum beginning beginning)
{
    struct error error;
    const struct image_info info = {.format = IMAGE_PNG, .width = 8, .height = 4};
    *race = (struct race){.memory = memory_create(0)};
    running = race;
    pthread_mutex_init(&race->mutex, NULL);
    pthread_cond_init(&race->changed, NULL);
    race->image = test_png(8, 4, 1);
    assert_true(storage_create(&race->memory->provider, "g", &race->storage, &error));
    assert_true(image_key_build("g", september_27, "m", race->image->sha256, &info,
                                IMAGE_KEY_ID_SHORT, &race->key, &error));
    assert_true(image_key_sidecar(race->key.text, &race->sidecar, &error));
    race->ops = race->memory->ops;
    if (beginning != EMPTY) {
        struct actor first = {.race = race, .prompt = "first", .killed_at = NEVER};
        save(&first);
    }
    if (beginning == ORPHAN)
        memory_remove(race->memory, race->key.text);
    race->memory->ops.put = race_put;
    race->memory->ops.head = race_head;
    race->memory->ops.get = race_get;
    race->memory->ops.delete = race_delete;
}

static struct actor *add(struct race *race, void (*act)(struct actor *actor), const char *prompt)
{
    struct actor *actor = &race->actors[race->actor_count++];
    *actor = (struct actor){.race = race, .act = act, .prompt = prompt, .killed_at = NEVER};
    return actor;
}

/* An image that is there has the record of one of those who saved it. */
static void check(struct race *race, const struct order *order)
{
    struct memory_object *sidecar = memory_find(race->memory, race->sidecar.text);
    if (memory_find(race->memory, race->key.text) && !sidecar) {
        char text[2 * STEPS_MAX + 1] = "";
        for (size_t i = 0; i < order->steps; i++)
            snprintf(text + 2 * i, sizeof text - 2 * i, " %zu", order->chosen[i]);
        fail_msg("the image has lost its record in the order%s", text);
    }
    if (sidecar)
        assert_non_null(memmem(sidecar->blob->data, sidecar->blob->size, "\"sha256\":", 9));
}

static void end(struct race *race)
{
    storage_destroy(race->storage);
    blob_destroy(race->image);
    pthread_cond_destroy(&race->changed);
    pthread_mutex_destroy(&race->mutex);
}

/* --- tests ------------------------------------------------------------------------------------ */

/* All orders of a save and another; the save is killed before its request `killed_at`. Returns how
 * many there are. */
static unsigned run_all(enum beginning beginning, void (*other)(struct actor *actor), int killed_at)
{
    struct order order = {0};
    unsigned count = 0;
    do {
        struct race race;
        begin(&race, beginning);
        add(&race, save, "second")->killed_at = killed_at;
        add(&race, other, NULL);
        run_race(&race, &order);
        check(&race, &order);
        end(&race);
        count++;
    } while (next_order(&order));
    return count;
}

static void a_save_beside_a_delete_keeps_its_record(void **state)
{
    (void)state;
    assert_true(run_all(STORED, delete_image, NEVER) > 100);
    assert_true(run_all(EMPTY, delete_image, NEVER) > 10);
    assert_true(run_all(ORPHAN, delete_image, NEVER) > 10);
}

static void a_save_beside_the_clean_up_of_its_sidecar_keeps_its_record(void **state)
{
    (void)state;
    assert_true(run_all(ORPHAN, delete_orphan, NEVER) > 50);
    assert_true(run_all(STORED, delete_orphan, NEVER) > 5);
}

/* Its requests are: look for the image, put the sidecar, put the image. */
static void a_save_that_is_killed_leaves_no_image_without_its_record(void **state)
{
    (void)state;
    for (int killed_at = 1; killed_at < 3; killed_at++) {
        run_all(STORED, delete_image, killed_at);
        run_all(ORPHAN, delete_orphan, killed_at);
    }
}

static void run_three(void (*second)(struct actor *actor), void (*third)(struct actor *actor))
{
    for (int i = 0; i < 300; i++) {
        struct race race;
        struct order order = {.random = true};
        begin(&race, i % 2 ? STORED : EMPTY);
        add(&race, save, "second");
        add(&race, second, "third");
        add(&race, third, NULL);
        run_race(&race, &order);
        check(&race, &order);
        end(&race);
    }
}

static void two_saves_and_a_delete_keep_the_record(void **state)
{
    (void)state;
    run_three(save, delete_image);
}

static void a_save_and_two_deletes_keep_the_record(void **state)
{
    (void)state;
    run_three(delete_image, delete_image);
    run_three(delete_orphan, delete_image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_save_beside_a_delete_keeps_its_record),
        cmocka_unit_test(a_save_beside_the_clean_up_of_its_sidecar_keeps_its_record),
        cmocka_unit_test(a_save_that_is_killed_leaves_no_image_without_its_record),
        cmocka_unit_test(two_saves_and_a_delete_keep_the_record),
        cmocka_unit_test(a_save_and_two_deletes_keep_the_record),
    };
    return cmocka_run_group_tests(tests, random_set_up, NULL);
}
