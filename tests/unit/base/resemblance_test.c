/* SPDX-License-Identifier: MIT */
#include "base/resemblance.h"
#include "support/test.h"

static void typing_mistakes_and_other_spellings_resemble(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"promt", "prompt"},          {"Prompt", "prompt"},        {"pormpt", "prompt"},
        {"prompts", "prompt"},        {"dateRange", "date_range"}, {"date-range", "date_range"},
        {"modle", "model"},           {"mode", "model"},           {"OLDER_THAN", "older_than"},
        {"older_then", "older_than"}, {"keepcount", "keep_count"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (!resembles(cases[i][0], cases[i][1]))
            fail_msg("%s does not resemble %s", cases[i][0], cases[i][1]);
}

static void other_names_do_not(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"task_progress", "prompt"},
        {"text", "prompt"},
        {"", "name"},
        {"___", "name"},
        {"title", "model"},
        {"reason", "name"},
        {"tone", "name"},
        {"mood", "model"},
        {"explanation", "confirm"},
        {"purpose", "prompt"},
        {"a_name_that_is_far_too_long_to_be_one_of_ours", "name"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (resembles(cases[i][0], cases[i][1]))
            fail_msg("%s resembles %s", cases[i][0], cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typing_mistakes_and_other_spellings_resemble),
        cmocka_unit_test(other_names_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
