/* test_supervisor_model.c - a supervisor and a model of it, side by side.
 *
 * Idea: OTP's rules for children fit on a page when nothing happens at the same time. Random steps
 * (crashes, normal ends, requests) are taken by both; after each the supervisor must list what the
 * model lists, in its order, and each child must have been started as often. A failure names its
 * seed and step. */
#include "tree.h"

#define KINDS 8
#define STEPS 300

/* -- the model -- */

struct model {
    enum otp_strategy strategy;
    int order[KINDS]; /* which children there are, in order of start */
    int n;
    bool running[KINDS];
    int starts[KINDS];
    enum otp_restart restart[KINDS];
};

static int place_of(const struct model *model, int child)
{
    for (int i = 0; i < model->n; i++) {
        if (model->order[i] == child)
            return i;
    }
    return -1;
}

static void forget(struct model *model, int child)
{
    int place = place_of(model, child);
    model->n--;
    memmove(&model->order[place], &model->order[place + 1],
            (size_t)(model->n - place) * sizeof(*model->order));
}

static void start(struct model *model, int child)
{
    model->running[child] = true;
    model->starts[child]++;
}

/* It stops and is not started again. */
static void stop(struct model *model, int child)
{
    model->running[child] = false;
    if (model->restart[child] == OTP_TEMPORARY)
        forget(model, child);
}

static void restart(struct model *model, int child)
{
    int first = model->strategy == OTP_ONE_FOR_ALL ? 0 : place_of(model, child);
    if (model->strategy == OTP_ONE_FOR_ONE) {
        start(model, child);
        return;
    }
    for (int i = model->n - 1; i >= first; i--)
        stop(model, model->order[i]);
    for (int i = first; i < model->n; i++)
        start(model, model->order[i]);
}

static void end(struct model *model, int child, bool clean)
{
    enum otp_restart type = model->restart[child];
    model->running[child] = false;
    if (type == OTP_PERMANENT || (type == OTP_TRANSIENT && !clean))
        restart(model, child);
    else
        stop(model, child);
}

/* -- steps -- */

enum step { STEP_KILL, STEP_END, STEP_TERMINATE, STEP_RESTART, STEP_DELETE, STEP_START, N_STEPS };

struct bench {
    struct model model;
    struct tree tree;
    struct plan plans[KINDS];
    struct probe_options options[KINDS];
    struct otp_child specs[KINDS];
    uint64_t random;
};

static uint32_t roll(struct bench *bench, uint32_t n)
{
    bench->random ^= bench->random << 13;
    bench->random ^= bench->random >> 7;
    bench->random ^= bench->random << 17;
    return (uint32_t)(bench->random >> 33) % n;
}

/* Waits until as many children were started as the model says, and the supervisor is done. */
static void wait_for_starts(struct bench *bench)
{
    for (int i = 0; i < KINDS; i++) {
        while (atomic_load(&bench->plans[i].starts) < bench->model.starts[i])
            step_aside();
    }
    tree_sync(&bench->tree);
}

static void end_child(struct bench *bench, int child, bool clean)
{
    static otp_reason normal;
    const char *id = bench->specs[child].id;
    normal = otp_normal();
    int starts = bench->model.starts[child];
    end(&bench->model, child, clean);
    if (clean)
        tree_end_child(id, &normal);
    else
        tree_kill_child(id);
    if (bench->model.starts[child] == starts)
        tree_await(&bench->tree, id,
                   bench->model.restart[child] == OTP_TEMPORARY ? -1 : OTP_CHILD_STOPPED);
    wait_for_starts(bench);
}

/* What a request for that child must be answered; the model takes the step. */
static otp_status model_request(struct model *model, enum step step, int child)
{
    bool listed = place_of(model, child) >= 0;
    bool running = listed && model->running[child];
    if (step == STEP_START) {
        if (listed)
            return running ? OTP_ALREADY_STARTED : OTP_ALREADY_PRESENT;
        model->order[model->n++] = child;
        start(model, child);
        return OTP_OK;
    }
    if (!listed)
        return OTP_NOT_FOUND;
    if (step == STEP_TERMINATE) {
        stop(model, child);
        return OTP_OK;
    }
    if (running)
        return OTP_RUNNING;
    if (step == STEP_RESTART)
        start(model, child);
    else
        forget(model, child);
    return OTP_OK;
}

static otp_status real_request(struct bench *bench, enum step step, int child)
{
    otp_dest to = otp_to(bench->tree.pid);
    const char *id = bench->specs[child].id;
    if (step == STEP_START)
        return otp_start_child(to, &bench->specs[child], NULL);
    if (step == STEP_TERMINATE)
        return otp_terminate_child(to, id);
    if (step == STEP_RESTART)
        return otp_restart_child(to, id, NULL);
    return otp_delete_child(to, id);
}

static void compare(struct bench *bench, uint64_t seed, int number)
{
    char want[512] = "", got[512];
    struct model *model = &bench->model;
    for (int i = model->n - 1; i >= 0; i--) {
        int child = model->order[i];
        snprintf(want + strlen(want), sizeof(want) - strlen(want), "%s%s%s",
                 i < model->n - 1 ? " " : "", model->running[child] ? "" : "-",
                 bench->specs[child].id);
    }
    tree_list(&bench->tree, got);
    ck_assert_msg(strcmp(want, got) == 0, "seed %d, step %d: is '%s', should be '%s'", (int)seed,
                  number, got, want);
    for (int i = 0; i < KINDS; i++)
        ck_assert_msg(atomic_load(&bench->plans[i].starts) == model->starts[i],
                      "seed %d, step %d: child %d was started %d times, not %d", (int)seed, number,
                      i, atomic_load(&bench->plans[i].starts), model->starts[i]);
}

static void take_step(struct bench *bench)
{
    int child = (int)roll(bench, KINDS);
    enum step step = (enum step)roll(bench, N_STEPS);
    bool running = place_of(&bench->model, child) >= 0 && bench->model.running[child];
    if (step == STEP_KILL || step == STEP_END) {
        if (running)
            end_child(bench, child, step == STEP_END);
        return;
    }
    otp_status want = model_request(&bench->model, step, child);
    ck_assert_int_eq(real_request(bench, step, child), want);
}

static void run_model(enum otp_strategy strategy, uint64_t seed)
{
    static const char *const ids[KINDS] = { "a", "b", "c", "d", "e", "f", "g", "h" };
    static struct bench bench;
    memset(&bench, 0, sizeof(bench));
    bench.random = seed * 2654435761u + 1;
    bench.model.strategy = strategy;
    tree_make(&bench.tree, strategy, 1000000);
    for (int i = 0; i < KINDS; i++) {
        bench.plans[i].id = ids[i];
        bench.plans[i].quiet = true;
        bench.plans[i].dies = true;
        bench.model.restart[i] = (enum otp_restart)(i % 3);
        bench.specs[i] = tree_child(&bench.plans[i], &bench.options[i], bench.model.restart[i]);
    }
    tree_start(&bench.tree);
    for (int i = 0; i < STEPS; i++) {
        take_step(&bench);
        compare(&bench, seed, i);
        forget_notes();
    }
    tree_stop(&bench.tree);
}

START_TEST(supervisor_agrees_with_its_model)
{
    start_runtime(false, false);
    for (uint64_t seed = 1; seed <= 3; seed++)
        run_model((enum otp_strategy)_i, seed);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("supervisor_model");
    tcase_add_loop_test(support_case(s, "model", 60.0), supervisor_agrees_with_its_model,
                        OTP_ONE_FOR_ONE, OTP_REST_FOR_ONE + 1);
    return support_run(s);
}
