/* tree.h - supervisors for tests, whose children do as a plan says.
 *
 * Idea: a tree is a supervisor's table filled in by hand, at most twelve children, each a probe
 * (probe.h) registered under its id. A keeper process starts it and notes its end. That the
 * supervisor has finished what it is doing shows in the answer to a request that changes nothing:
 * it is answered in order. */
#ifndef OTP_TESTS_TREE_H
#define OTP_TESTS_TREE_H

#include <stdatomic.h>

#include "probe.h"

/* How a child behaves. All zero: it starts and traps exits, so that terminate is noted. */
struct plan {
    const char *id;
    bool dies;           /* it does not trap exits: signals end it */
    bool ignores;        /* init says ignore */
    bool quiet;          /* its starts are only counted */
    bool crashes;        /* a failing init exits instead of stopping */
    bool garbles;        /* a failing init returns a wrong shape */
    _Atomic int fails;   /* that many starts fail, from after on */
    _Atomic int after;   /* that many starts are good before */
    _Atomic int starts;  /* so often init was called */
    struct gate *gate;   /* init waits there */
    struct gate *work;   /* its continue waits there */
    struct gate *stop;   /* terminate waits there */
    const char *later;   /* the id of a child that must be dead before this one is told to stop */
    const char *instead; /* terminate ends with that reason */
};

#define TREE_MOST 12

struct tree {
    struct otp_supervisor spec;
    struct otp_child children[TREE_MOST];
    struct probe_options options[TREE_MOST];
    struct plan plans[TREE_MOST];
    const struct otp_module *module; /* what the keeper starts instead; NULL: spec's */
    bool link;                       /* the keeper is its parent, and traps exits */
    otp_pid pid, keeper;
    otp_status status;
    struct gate started;
};

static inline otp_next plan_work(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    gate_pass(context);
    return otp_noreply();
}

static inline otp_next plan_terminate(struct probe *self, otp_from from, void *context)
{
    const struct plan *plan = context;
    (void)self, (void)from;
    if (plan->later != NULL && otp_whereis(plan->later).bits != 0)
        note("%s still lives", plan->later);
    if (plan->stop != NULL)
        gate_pass(plan->stop);
    if (plan->instead != NULL)
        otp_exit(otp_error(plan->instead));
    return otp_noreply();
}

static inline otp_next plan_init(struct probe *self, otp_from from, void *context)
{
    struct plan *plan = context;
    (void)from;
    self->context = plan;
    atomic_fetch_add(&plan->starts, 1);
    if (!plan->quiet)
        note("start %s", plan->id);
    if (plan->gate != NULL)
        gate_pass(plan->gate);
    if (!plan->dies)
        otp_trap_exit(true);
    if (atomic_load(&plan->after) > 0) {
        atomic_fetch_sub(&plan->after, 1);
    } else if (atomic_load(&plan->fails) > 0) {
        atomic_fetch_sub(&plan->fails, 1);
        if (plan->crashes)
            otp_exit(otp_error("crashed"));
        return plan->garbles ? otp_noreply() : otp_stop(otp_error("nope"));
    }
    if (plan->ignores)
        return otp_ignore();
    if (plan->work != NULL)
        return otp_and_continue(otp_ok(), probe_continue(plan_work, plan->work));
    return otp_ok();
}

/* An empty tree. The caller keeps it until the runtime has stopped. */
static inline void tree_make(struct tree *tree, enum otp_strategy strategy, uint32_t max_restarts)
{
    static const struct gate closed = GATE;
    memset(tree, 0, sizeof(*tree));
    tree->spec.module.name = "tests.tree";
    tree->spec.module.source = "tree.h:1";
    tree->spec.module.is_supervisor = 1;
    tree->spec.module.start = otp_supervisor_start;
    tree->spec.strategy = strategy;
    tree->spec.max_restarts = max_restarts;
    tree->spec.period = OTP_HOUR; /* no restart is forgotten, however long it takes */
    tree->spec.children = tree->children;
    tree->started = closed;
}

/* Fills in a child whose plan and options the caller keeps. */
static inline struct otp_child tree_child(struct plan *plan, struct probe_options *options,
                                          enum otp_restart restart)
{
    struct otp_child child = { 0 };
    options->init = plan_init;
    options->terminate = plan_terminate;
    options->context = plan;
    options->label = otp_cstr(plan->id);
    child.id = plan->id;
    child.name = plan->id;
    child.module = &probe_module.module;
    child.options = options;
    child.shutdown = OTP_SHUTDOWN_DEFAULT;
    child.restart = (uint8_t)restart;
    return child;
}

/* Adds a child; its plan may be changed before it starts. */
static inline struct plan *tree_add(struct tree *tree, const char *id, enum otp_restart restart)
{
    uint32_t i = tree->spec.n_children++;
    ck_assert_uint_lt(i, TREE_MOST);
    tree->plans[i].id = id;
    tree->children[i] = tree_child(&tree->plans[i], &tree->options[i], restart);
    return &tree->plans[i];
}

/* The same for a supervisor below. */
static inline void tree_add_tree(struct tree *tree, const char *id, const struct tree *inner,
                                 enum otp_restart restart)
{
    uint32_t i = tree->spec.n_children++;
    ck_assert_uint_lt(i, TREE_MOST);
    tree->children[i].id = id;
    tree->children[i].name = id;
    tree->children[i].module = &inner->spec.module;
    tree->children[i].shutdown = OTP_SHUTDOWN_DEFAULT;
    tree->children[i].restart = (uint8_t)restart;
}

static inline void tree_keep(void *arg)
{
    struct tree *tree = arg;
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, tree->link, true, false, &monitor, NULL };
    const struct otp_message *message;
    char text[128];
    otp_trap_exit(true);
    const struct otp_module *module = tree->module != NULL ? tree->module : &tree->spec.module;
    otp_status status = module->start(module, &how, NULL, &tree->pid);
    tree->status = status;
    if (status == OTP_EXIT)
        note("failed %s", reason_text(otp_last_reason(), text));
    gate_open(&tree->started); /* whoever waits for this may take the tree away */
    if (status != OTP_OK)
        return;
    do {
        ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    } while (message->kind != OTP_MESSAGE_DOWN);
    note("ended %s", reason_text(*message->reason, text));
}

static inline void tree_launch(struct tree *tree)
{
    ck_assert_int_eq(otp_spawn(tree_keep, tree, NULL, &tree->keeper), OTP_OK);
}

/* Starts it, which must succeed, and forgets what was noted. */
static inline void tree_start(struct tree *tree)
{
    tree_launch(tree);
    gate_pass(&tree->started);
    ck_assert_int_eq(tree->status, OTP_OK);
    forget_notes();
}

/* Stops it and waits until its keeper has noted the end. */
static inline void tree_stop(struct tree *tree)
{
    ck_assert_int_eq(otp_stop_process(otp_to(tree->pid), otp_shutdown(), OTP_INFINITY), OTP_OK);
    await_note("ended shutdown");
}

/* Returns when the supervisor has dealt with what had arrived before. */
static inline void tree_sync(const struct tree *tree)
{
    ck_assert_int_eq(otp_delete_child(otp_to(tree->pid), "there is no such child"), OTP_NOT_FOUND);
}

/* What which_children says about id; false: nothing. */
static inline bool tree_find(const struct tree *tree, const char *id, struct otp_child_info *info)
{
    struct otp_child_info infos[32];
    size_t count;
    ck_assert_int_eq(otp_which_children(otp_to(tree->pid), infos, 32, &count), OTP_OK);
    ck_assert_uint_le(count, 32);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(infos[i].id, id) != 0)
            continue;
        *info = infos[i];
        return true;
    }
    return false;
}

/* Waits until the child is in that state (-1: not listed). */
static inline void tree_await(const struct tree *tree, const char *id, int state)
{
    struct otp_child_info info = { 0 };
    for (;;) {
        tree_sync(tree);
        int now = tree_find(tree, id, &info) ? (int)info.state : -1;
        if (now == state)
            return;
        step_aside();
    }
}

/* The ids of which_children, parted by blanks; those without a pid with a dash before them. */
static inline const char *tree_list(const struct tree *tree, char text[512])
{
    struct otp_child_info infos[32];
    size_t count, size = 0;
    ck_assert_int_eq(otp_which_children(otp_to(tree->pid), infos, 32, &count), OTP_OK);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        size += (size_t)snprintf(text + size, 512 - size, "%s%s%s", i > 0 ? " " : "",
                                 infos[i].pid.bits == 0 ? "-" : "", infos[i].id);
    return text;
}

static inline void tree_expect(const struct tree *tree, const char *want)
{
    char text[512];
    ck_assert_str_eq(tree_list(tree, text), want);
}

/* "specs/active/supervisors/workers" of a supervisor */
static inline void expect_counts_of(otp_dest supervisor, const char *want)
{
    struct otp_child_counts counts;
    char text[128];
    ck_assert_int_eq(otp_count_children(supervisor, &counts), OTP_OK);
    snprintf(text, sizeof(text), "%d/%d/%d/%d", (int)counts.specs, (int)counts.active,
             (int)counts.supervisors, (int)counts.workers);
    ck_assert_str_eq(text, want);
}

static inline void tree_expect_counts(const struct tree *tree, const char *want)
{
    expect_counts_of(otp_to(tree->pid), want);
}

static inline otp_next tree_stop_with(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    return otp_stop(*(otp_reason *)context);
}

/* The child id ends by itself with reason, which the caller keeps. */
static inline void tree_end_child(const char *id, otp_reason *reason)
{
    otp_pid pid = otp_whereis(id);
    ck_assert(pid.bits != 0);
    probe_cast(pid, tree_stop_with, reason);
}

static inline otp_pid tree_kill_child(const char *id)
{
    otp_pid pid = otp_whereis(id);
    ck_assert(pid.bits != 0);
    ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
    return pid;
}

#endif
