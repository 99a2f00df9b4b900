/* test_supervisor_trees.c - random trees of supervisors and a model of them, side by side.
 *
 * Idea: OTP's rules for whole trees fit on two pages when nothing happens at the same time. From a
 * seed comes a tree: static supervisors of all strategies, limits and auto_shutdowns, dynamic ones,
 * workers of all restart types. Random steps (crashes, ends, kills of supervisors, requests, starts
 * that are going to fail, time that passes) are taken by both; after each the tree must become what
 * the model is: who is listed where, who runs, how often each worker was started. Inits take their
 * time, so that the steps of different supervisors mix. A failure names its seed and step.
 * OTP_STRESS=n runs n times as many seeds. */
#include "tree.h"

#define MOST_NODES    64
#define MOST_CHILDREN 4
#define MOST_DEPTH    3
#define STEPS         60
#define SEEDS         25
#define TEXT          2048

enum kind { WORKER, STATIC, DYNAMIC };

/* A worker or a supervisor; of a dynamic supervisor's children, which are all alike, the plan and
 * what is counted stand in it. */
struct node {
    enum kind kind;
    char id[16];
    struct node *parent;
    struct node *children[MOST_CHILDREN]; /* of its table */
    int n_children;
    struct otp_child line; /* as its supervisor has it */

    /* what the model knows */
    struct node *list[MOST_CHILDREN]; /* those listed, in order of start */
    int n_list;
    bool running;
    uint32_t restarts; /* within the period */
    int starts, fails; /* of workers: how many there were; how many of the next ones fail */
    int members;

    /* what is real */
    struct otp_supervisor spec;
    struct otp_dynamic_supervisor dynamic;
    struct otp_child table[MOST_CHILDREN];
    struct otp_child member; /* of a dynamic supervisor */
    struct plan plan;
    struct probe_options options;
    int yields; /* so often init lets others run */
};

static struct node nodes[MOST_NODES];
static int n_nodes;
static struct node *root;
static uint64_t random_state;

static uint32_t roll(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 33) % n;
}

/* -- the model -- */

static void child_ended(struct node *sup, struct node *child, bool clean);

static int place_of(const struct node *sup, const struct node *child)
{
    for (int i = 0; i < sup->n_list; i++)
        if (sup->list[i] == child)
            return i;
    return -1;
}

static void forget(struct node *sup, struct node *child)
{
    int place = place_of(sup, child);
    sup->n_list--;
    memmove(&sup->list[place], &sup->list[place + 1],
            (size_t)(sup->n_list - place) * sizeof(struct node *));
}

static void stop(struct node *node)
{
    node->running = false;
    node->members = 0;
}

static bool start_worker(struct node *node)
{
    node->starts++;
    if (node->fails == 0)
        return true;
    node->fails--;
    return false;
}

/* False: it fails, and nothing of it runs. */
static bool start(struct node *node)
{
    node->restarts = 0;
    node->members = 0;
    node->n_list = 0;
    for (int i = 0; i < node->n_children; i++) {
        node->list[node->n_list++] = node->children[i];
        node->children[i]->running = false;
    }
    for (int i = 0; i < node->n_children; i++)
        if (!start(node->children[i]))
            return false;
    node->running = node->kind != WORKER || start_worker(node);
    return node->running;
}

/* It ends with reason shutdown: for its own supervisor that is a clean end. */
static void shut_down(struct node *sup)
{
    stop(sup);
    if (sup->parent != NULL)
        child_ended(sup->parent, sup, true);
}

/* Stops those from place on, last first, and starts them again. Returns who fails; NULL: nobody. */
static struct node *restart_from(struct node *sup, int place)
{
    for (int i = sup->n_list - 1; i >= place; i--) {
        struct node *node = sup->list[i];
        stop(node);
        if (node->line.restart == OTP_TEMPORARY)
            forget(sup, node);
    }
    for (int i = place; i < sup->n_list; i++)
        if (!start(sup->list[i]))
            return sup->list[i];
    return NULL;
}

static void restart(struct node *sup, struct node *child)
{
    while (child != NULL) {
        if (sup->restarts >= sup->spec.max_restarts) {
            shut_down(sup);
            return;
        }
        sup->restarts++;
        if (sup->spec.strategy == OTP_ONE_FOR_ONE)
            child = start(child) ? NULL : child;
        else if (sup->spec.strategy == OTP_ONE_FOR_ALL)
            child = restart_from(sup, 0);
        else
            child = restart_from(sup, place_of(sup, child));
    }
}

static bool significant_ones_run(const struct node *sup)
{
    for (int i = 0; i < sup->n_list; i++)
        if (sup->list[i]->line.significant != 0 && sup->list[i]->running)
            return true;
    return false;
}

static void member_ended(struct node *pool, bool clean)
{
    uint32_t type = pool->member.restart;
    if (type == OTP_TEMPORARY || (type == OTP_TRANSIENT && clean)) {
        pool->members--;
        return;
    }
    do {
        if (pool->restarts >= pool->dynamic.max_restarts) {
            shut_down(pool);
            return;
        }
        pool->restarts++;
    } while (!start_worker(pool));
}

static void child_ended(struct node *sup, struct node *child, bool clean)
{
    uint32_t type = child->line.restart;
    stop(child);
    if (type == OTP_PERMANENT || (type == OTP_TRANSIENT && !clean)) {
        restart(sup, child);
        return;
    }
    if (type == OTP_TEMPORARY)
        forget(sup, child);
    if (child->line.significant == 0 || sup->spec.auto_shutdown == OTP_NEVER)
        return;
    if (sup->spec.auto_shutdown == OTP_ANY_SIGNIFICANT || !significant_ones_run(sup))
        shut_down(sup);
}

/* Runs, with all that is above it. */
static bool is_up(const struct node *node)
{
    for (; node != NULL; node = node->parent)
        if (!node->running || (node->parent != NULL && place_of(node->parent, node) < 0))
            return false;
    return true;
}

/* -- making a tree -- */

static otp_next slow_init(struct probe *self, otp_from from, void *context)
{
    struct plan *plan = context;
    const struct node *node =
        (const struct node *)(const void *)((char *)plan - offsetof(struct node, plan));
    for (int i = 0; i < node->yields; i++)
        otp_yield();
    return plan_init(self, from, context);
}

static struct otp_child worker_line(struct node *node)
{
    node->plan.id = node->id;
    node->plan.quiet = node->plan.dies = true;
    node->yields = (int)roll(4);
    struct otp_child line = tree_child(&node->plan, &node->options, (enum otp_restart)roll(3));
    node->options.init = slow_init;
    line.name = NULL;
    return line;
}

static struct otp_module supervisor_module(otp_status (*start_it)(const struct otp_module *,
                                                                  const struct otp_start *,
                                                                  const void *, otp_pid *))
{
    struct otp_module module = { .name = "tests.node", .source = "here:1", .is_supervisor = 1 };
    module.start = start_it;
    return module;
}

static struct node *make(struct node *parent, int depth);

static void make_static(struct node *node, int depth)
{
    node->spec.module = supervisor_module(otp_supervisor_start);
    node->spec.strategy = roll(3);
    node->spec.max_restarts = roll(5);
    node->spec.period = OTP_S;
    node->spec.auto_shutdown = roll(3);
    for (uint32_t n = 1 + roll(MOST_CHILDREN); n > 0 && n_nodes < MOST_NODES; n--) {
        struct node *child = make(node, depth + 1);
        node->children[node->n_children] = child;
        node->table[node->n_children++] = child->line;
    }
    node->spec.children = node->table;
    node->spec.n_children = (uint32_t)node->n_children;
    node->line.module = &node->spec.module;
}

static void make_dynamic(struct node *node)
{
    node->dynamic.module = supervisor_module(otp_dynamic_supervisor_start);
    node->dynamic.max_restarts = roll(5);
    node->dynamic.period = OTP_S;
    node->dynamic.max_children = 1 + roll(4);
    node->member = worker_line(node);
    node->line.module = &node->dynamic.module;
}

static struct node *make(struct node *parent, int depth)
{
    struct node *node = &nodes[n_nodes++];
    memset(node, 0, sizeof(*node));
    snprintf(node->id, sizeof(node->id), "n%d", n_nodes);
    node->parent = parent;
    node->line.shutdown = OTP_SHUTDOWN_DEFAULT;
    node->line.restart = (uint8_t)roll(3);
    if (depth == 0 || (depth < MOST_DEPTH && roll(3) == 0)) {
        node->kind = STATIC;
        make_static(node, depth);
    } else if (roll(4) == 0) {
        node->kind = DYNAMIC;
        make_dynamic(node);
    } else {
        node->kind = WORKER;
        node->line = worker_line(node);
    }
    node->line.id = node->id;
    node->line.significant = parent != NULL && parent->spec.auto_shutdown != OTP_NEVER &&
                             node->line.restart != OTP_PERMANENT && roll(2) == 0;
    return node;
}

/* -- looking at the real tree -- */

static otp_pid top;

/* What a supervisor lists, in order of start; -1: it is not there. */
static int list(otp_pid pid, struct otp_child_info *infos)
{
    struct otp_child_info all[8];
    size_t count;
    if (pid.bits == 0 || otp_which_children(otp_to(pid), all, 8, &count) != OTP_OK)
        return -1;
    ck_assert_uint_le(count, 8);
    for (size_t i = 0; i < count; i++)
        infos[i] = all[count - 1 - i];
    return (int)count;
}

/* Its process; no pid if it has none, or is not listed. */
static otp_pid pid_of(const struct node *node)
{
    struct otp_child_info infos[8];
    if (node->parent == NULL)
        return top;
    int n = list(pid_of(node->parent), infos);
    for (int i = 0; i < n; i++)
        if (strcmp(infos[i].id, node->id) == 0)
            return infos[i].pid;
    return otp_no_pid();
}

static void put(char text[TEXT], const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(char text[TEXT], const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + used, TEXT - used, format, args);
    va_end(args);
}

static struct node *node_called(const char *id)
{
    for (int i = 0; i < n_nodes; i++)
        if (strcmp(nodes[i].id, id) == 0)
            return &nodes[i];
    ck_abort_msg("a child called %s", id);
}

/* "n2(n3:1 -n4:2 n5{2}:3)": who is listed, who does not run, how often they were started. */
static void put_real(char text[TEXT], const struct node *node, otp_pid pid)
{
    struct otp_child_info infos[8];
    int n = node->kind == WORKER ? 0 : list(pid, infos);
    if (n < 0) {
        put(text, "%s is gone", node->id);
        return;
    }
    if (node->kind == STATIC)
        put(text, "(");
    for (int i = 0; i < n && node->kind == STATIC; i++) {
        const struct node *child = node_called(infos[i].id);
        put(text, "%s%s%s", i > 0 ? " " : "", infos[i].pid.bits == 0 ? "-" : "", child->id);
        if (infos[i].pid.bits != 0)
            put_real(text, child, infos[i].pid);
    }
    if (node->kind == STATIC)
        put(text, ")");
    for (int i = 0; i < n && node->kind == DYNAMIC; i++)
        if (infos[i].state != OTP_CHILD_RUNNING)
            put(text, "?");
    if (node->kind == DYNAMIC)
        put(text, "{%d}", n);
}

static void put_model(char text[TEXT], const struct node *node)
{
    if (node->kind == STATIC)
        put(text, "(");
    for (int i = 0; i < node->n_list && node->kind == STATIC; i++) {
        put(text, "%s%s%s", i > 0 ? " " : "", node->list[i]->running ? "" : "-", node->list[i]->id);
        if (node->list[i]->running)
            put_model(text, node->list[i]);
    }
    if (node->kind == STATIC)
        put(text, ")");
    if (node->kind == DYNAMIC)
        put(text, "{%d}", node->members);
}

/* Both as texts; the starts behind. */
static bool agree(char want[TEXT], char got[TEXT])
{
    want[0] = got[0] = '\0';
    if (root->running) {
        put_model(want, root);
        put_real(got, root, top);
    } else {
        put(want, "gone");
        put(got, otp_is_alive(top) ? "there" : "gone");
    }
    for (int i = 0; i < n_nodes; i++) {
        put(want, " %d", nodes[i].starts);
        put(got, " %d", atomic_load(&nodes[i].plan.starts));
    }
    return strcmp(want, got) == 0;
}

/* Returns when every supervisor has dealt with what had arrived before. */
static void sync_all(const struct node *node)
{
    otp_pid pid = node->kind == WORKER ? otp_no_pid() : pid_of(node);
    if (pid.bits == 0)
        return;
    otp_status status = node->kind == STATIC ? otp_delete_child(otp_to(pid), "nobody")
                                             : otp_terminate_child_by_pid(otp_to(pid), pid);
    (void)status; /* it may have gone meanwhile */
    for (int i = 0; i < node->n_children; i++)
        sync_all(node->children[i]);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now); /* the runtime's clock stands still */
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The tree becomes what the model is, and stays so. */
static void compare(uint64_t seed, int step)
{
    char want[TEXT], got[TEXT];
    double until = seconds() + 10.0 * (double)support_slow();
    while (!agree(want, got)) {
        ck_assert_msg(seconds() < until, "seed %d, step %d:\nis        %s\nshould be %s", (int)seed,
                      step, got, want);
        step_aside();
    }
    sync_all(root);
    ck_assert_msg(agree(want, got), "seed %d, step %d:\nbecomes   %s\nshould be %s", (int)seed,
                  step, got, want);
}

/* -- steps -- */

static otp_reason normal;

static void end_worker(struct node *node)
{
    bool clean = roll(2) == 0;
    otp_pid pid = pid_of(node);
    if (clean)
        probe_cast(pid, tree_stop_with, &normal);
    else
        ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
    child_ended(node->parent, node, clean);
}

static void kill_supervisor(struct node *node)
{
    if (node->parent == NULL)
        return;
    ck_assert_int_eq(otp_exit_signal(pid_of(node), otp_kill()), OTP_OK);
    child_ended(node->parent, node, false);
}

/* One of the requests about a child of a static supervisor that runs. */
static void ask(struct node *node)
{
    struct node *sup = node->parent;
    otp_dest dest = otp_to(pid_of(sup));
    int place = place_of(sup, node);
    otp_status want = OTP_NOT_FOUND, got;
    switch (roll(4)) {
    case 0:
        got = otp_terminate_child(dest, node->id);
        if (place >= 0) {
            want = OTP_OK;
            stop(node);
            if (node->line.restart == OTP_TEMPORARY)
                forget(sup, node);
        }
        break;
    case 1:
        got = otp_restart_child(dest, node->id, NULL);
        if (place >= 0)
            want = node->running ? OTP_RUNNING : start(node) ? OTP_OK : OTP_EXIT;
        break;
    case 2:
        got = otp_delete_child(dest, node->id);
        if (place >= 0)
            want = node->running ? OTP_RUNNING : OTP_OK;
        if (want == OTP_OK)
            forget(sup, node);
        break;
    default:
        got = otp_start_child(dest, &node->line, NULL);
        want = node->running ? OTP_ALREADY_STARTED : OTP_ALREADY_PRESENT;
        if (place < 0) {
            sup->list[sup->n_list++] = node;
            want = start(node) ? OTP_OK : OTP_EXIT;
        }
        if (want == OTP_EXIT)
            forget(sup, node);
        break;
    }
    ck_assert_int_eq(got, want);
}

/* A child of a dynamic supervisor comes, goes or crashes. */
static void change_members(struct node *pool)
{
    struct otp_child_info infos[8];
    otp_pid pid = pid_of(pool), member;
    int n = list(pid, infos);
    uint32_t what = roll(4);
    ck_assert_int_eq(n, pool->members);
    if (n == 0 || what == 0) {
        otp_status want = OTP_MAX_CHILDREN;
        if ((uint64_t)pool->members < pool->dynamic.max_children)
            want = start_worker(pool) ? OTP_OK : OTP_EXIT;
        pool->members += want == OTP_OK;
        ck_assert_int_eq(otp_start_child(otp_to(pid), &pool->member, NULL), want);
        return;
    }
    member = infos[roll((uint32_t)n)].pid;
    if (what == 1) {
        ck_assert_int_eq(otp_terminate_child_by_pid(otp_to(pid), member), OTP_OK);
        pool->members--;
    } else if (what == 2) {
        ck_assert_int_eq(otp_exit_signal(member, otp_kill()), OTP_OK);
        member_ended(pool, false);
    } else {
        probe_cast(member, tree_stop_with, &normal);
        member_ended(pool, true);
    }
}

/* Restarts that were are forgotten. */
static void let_time_pass(void)
{
    ck_assert_int_eq(otp_clock_advance(OTP_S + 1), OTP_OK);
    for (int i = 0; i < n_nodes; i++)
        nodes[i].restarts = 0;
}

static void take_step(void)
{
    struct node *node = &nodes[roll((uint32_t)n_nodes)];
    uint32_t what = roll(10);
    if (what == 0) {
        let_time_pass();
    } else if (what == 1 && node->kind != STATIC) {
        node->fails = (int)roll(4);
        atomic_store(&node->plan.fails, node->fails);
    } else if (what <= 3 && node->parent != NULL && is_up(node->parent)) {
        ask(node);
    } else if (is_up(node) && node->kind == WORKER) {
        end_worker(node);
    } else if (is_up(node) && node->kind == DYNAMIC && what < 9) {
        change_members(node);
    } else if (is_up(node) && what == 9) {
        kill_supervisor(node);
    }
}

static void start_root(void)
{
    const struct otp_start how = { 0 };
    ck_assert_int_eq(root->spec.module.start(&root->spec.module, &how, NULL, &top), OTP_OK);
    ck_assert(start(root));
}

/* Nobody looks at the nodes any more. */
static void await_nobody(void)
{
    size_t n;
    do {
        step_aside();
        ck_assert_int_eq(otp_processes(NULL, 0, &n), OTP_OK);
    } while (n > 0);
}

static void run_seed(uint64_t seed)
{
    random_state = seed * 2654435761u + 1;
    n_nodes = 0;
    root = make(NULL, 0);
    start_root();
    compare(seed, -1);
    for (int i = 0; i < STEPS && root->running; i++) {
        take_step();
        compare(seed, i);
    }
    if (root->running)
        ck_assert_int_eq(otp_stop_process(otp_to(top), otp_shutdown(), OTP_INFINITY), OTP_OK);
    await_nobody();
}

START_TEST(trees_agree_with_their_model)
{
    const char *stress = getenv("OTP_STRESS");
    uint64_t n = SEEDS * (stress != NULL ? strtoull(stress, NULL, 10) : 1);
    normal = otp_normal();
    start_runtime(true, false);
    for (uint64_t seed = 1; seed <= n; seed++)
        run_seed(seed);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("supervisor_trees");
    const char *stress = getenv("OTP_STRESS");
    double most = stress != NULL ? 60.0 * strtod(stress, NULL) : 60.0;
    tcase_add_test(support_case(s, "model", most), trees_agree_with_their_model);
    return support_run(s);
}
