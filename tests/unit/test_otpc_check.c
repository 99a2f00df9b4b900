/* test_otpc_check.c - the rules about trees and calls, against a simulator.
 *
 * Idea: random small systems are written as specs and also simply run: started one process after
 * the other, stopped in reverse, crashed again and again, with every chain of calls followed. The
 * checker must find a fault exactly where the simulator meets one. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "resolve.h"

enum { MODULES = 6, SUPERVISORS = 4, ROUNDS = 4000, TARGETS = MODULES + SUPERVISORS };

static struct arena arena;
static jmp_buf on_empty;
static uint64_t random_state;

static unsigned pick(unsigned n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state % n);
}

/* ---- A system ---- */

struct system {
    bool init_calls[MODULES][TARGETS]; /* modules, then supervisors */
    bool work_calls[MODULES][MODULES];
    bool later[MODULES];   /* its call is answered by `reply later` */
    int parent[TARGETS];   /* supervisor; -1: the root */
    int shutdown[TARGETS]; /* seconds; 0: not written; -1: infinity */
    unsigned limit[SUPERVISORS], period[SUPERVISORS], backoff[TARGETS];
};

static void invent(struct system *s, unsigned density)
{
    memset(s, 0, sizeof *s);
    for (int m = 0; m < MODULES; m++) {
        s->later[m] = pick(4) == 0;
        for (int t = 0; t < TARGETS; t++)
            s->init_calls[m][t] = pick(100) < density;
        for (int t = 0; t < MODULES; t++)
            s->work_calls[m][t] = pick(100) < density;
    }
    for (int t = 0; t < TARGETS; t++) {
        int self = t - MODULES; /* a supervisor's parent comes before it, so there is no circle */
        s->parent[t] = self == 0 ? -1 : (int)pick(self > 0 ? (unsigned)self : SUPERVISORS);
        s->shutdown[t] = pick(3) == 0 ? 0 : pick(10) == 0 ? -1 : (int)pick(20) + 1;
        s->backoff[t] = self < 0 && pick(4) == 0 ? pick(4) + 1 : 0;
    }
    for (int i = 0; i < SUPERVISORS; i++) {
        s->limit[i] = pick(4) + 1;
        s->period[i] = pick(10) + 1;
    }
}

static const char *target_name(int t)
{
    return arena_format(&arena, "%c%d", t < MODULES ? 'm' : 's', t < MODULES ? t : t - MODULES);
}

static void put_calls(struct arena_buf *b, const bool *calls, int count, const char *message)
{
    bool any = false;
    for (int t = 0; t < count; t++) {
        if (!calls[t])
            continue;
        arena_buf_printf(b, "%s%s%s", any ? ", " : " calls ", target_name(t),
                         t < MODULES ? message : "");
        any = true;
    }
}

static void put_supervisor(struct arena_buf *b, const struct system *s, int self)
{
    arena_buf_printf(b, "supervisor s%d {\n    max_restarts %u in %us;\n", self, s->limit[self],
                     s->period[self]);
    for (int t = 0; t < TARGETS; t++) {
        if (s->parent[t] != self)
            continue;
        arena_buf_printf(b, "    child %s", target_name(t));
        if (s->shutdown[t] < 0)
            arena_buf_puts(b, " shutdown infinity");
        if (s->shutdown[t] > 0)
            arena_buf_printf(b, " shutdown %ds", s->shutdown[t]);
        if (s->backoff[t] > 0)
            arena_buf_printf(b, " backoff %us", s->backoff[t]);
        arena_buf_puts(b, ";\n");
    }
    arena_buf_puts(b, "}\n");
}

static const char *write_system(const struct system *s)
{
    struct arena_buf b;
    arena_buf_init(&b, &arena);
    arena_buf_puts(&b, "package example;\n");
    for (int m = 0; m < MODULES; m++) {
        arena_buf_printf(&b, "genserver m%d {\n    name m%d;\n    call get%s;\n", m, m,
                         s->later[m] ? " reply later" : "");
        arena_buf_puts(&b, "    init");
        put_calls(&b, s->init_calls[m], TARGETS, ".get");
        arena_buf_puts(&b, ";\n    info work");
        put_calls(&b, s->work_calls[m], MODULES, ".get");
        arena_buf_puts(&b, ";\n}\n");
    }
    for (int i = 0; i < SUPERVISORS; i++)
        put_supervisor(&b, s, i);
    return b.data;
}

/* ---- The simulator ---- */

struct outcome {
    bool deadlock, self_call, absent, busy, endless;
    int killed; /* supervisors that are killed while they stop their children */
};

struct run {
    const struct system *s;
    struct outcome *o;
    bool there[TARGETS];
    bool starting[TARGETS];
};

/* Can a caller that is busy in one module be waited for by a chain of calls from another? */
static bool reaches(const struct system *s, int from, int to, unsigned seen)
{
    if (from == to)
        return true;
    if (seen & 1u << from)
        return false;
    for (int next = 0; next < MODULES; next++)
        if ((s->init_calls[from][next] || s->work_calls[from][next]) && !s->later[next] &&
            reaches(s, next, to, seen | 1u << from))
            return true;
    return false;
}

static void try_calls(const struct system *s, struct outcome *o)
{
    for (int a = 0; a < MODULES; a++) {
        for (int b = 0; b < MODULES; b++) {
            if (!s->init_calls[a][b] && !s->work_calls[a][b])
                continue;
            if (a == b)
                o->self_call = true;
            else if (!s->later[b] && reaches(s, b, a, 0))
                o->deadlock = true;
        }
    }
}

static void start(struct run *r, int t)
{
    r->starting[t] = true;
    for (int other = 0; t < MODULES && other < TARGETS; other++) {
        if (!r->s->init_calls[t][other] || other == t)
            continue;
        if (r->starting[other] && other >= MODULES)
            r->o->busy = true;
        else if (!r->there[other])
            r->o->absent = true;
    }
    for (int child = 0; t >= MODULES && child < TARGETS; child++)
        if (r->s->parent[child] == t - MODULES)
            start(r, child);
    r->starting[t] = false;
    r->there[t] = true;
}

/* How long a stop takes when everything takes as long as it may; -1: for ever. */
static int stop(const struct system *s, struct outcome *o, int t)
{
    int allowed = s->shutdown[t] ? s->shutdown[t] : t < MODULES ? 5 : -1;
    int need = 0;
    if (t < MODULES)
        return allowed;
    for (int child = 0; child < TARGETS; child++) {
        if (s->parent[child] != t - MODULES)
            continue;
        int one = stop(s, o, child);
        need = one < 0 || need < 0 ? -1 : need + one;
    }
    if (s->parent[t] < 0 || allowed < 0)
        return need;
    if (need < 0 || need > allowed) {
        o->killed++;
        return allowed;
    }
    return need;
}

/* One child crashes as fast as it can: does its supervisor ever give up? */
static bool gives_up(const struct system *s, int t)
{
    const int supervisor = s->parent[t];
    for (unsigned crash = 0; crash < 100; crash++) {
        unsigned now = crash * s->backoff[t], within = 0;
        for (unsigned earlier = 0; earlier <= crash; earlier++)
            within += now - earlier * s->backoff[t] <= s->period[supervisor];
        if (within > s->limit[supervisor])
            return true;
    }
    return false;
}

static void simulate(const struct system *s, struct outcome *o)
{
    struct run r = { .s = s, .o = o };
    *o = (struct outcome){ 0 };
    try_calls(s, o);
    start(&r, MODULES);
    stop(s, o, MODULES);
    for (int t = 0; t < MODULES; t++)
        o->endless = o->endless || !gives_up(s, t);
}

/* ---- The checker ---- */

static void check(const char *spec, struct outcome *o)
{
    struct unit *u = ARENA_NEW(&arena, struct unit);
    ast_unit_init(u, &arena);
    u->diag_options.all = true;
    struct source *source = source_from_bytes(&u->sources, "example.otp", spec, strlen(spec));
    resolve_load_source(u, source);
    resolve_names(u);
    check_unit(u);
    *o = (struct outcome){ 0 };
    for (size_t i = 0; i < u->diags.count; i++) {
        enum diag_code code = u->diags.items[i]->code;
        o->deadlock = o->deadlock || code == E_CALL_CYCLE;
        o->self_call = o->self_call || code == E_SELF_CALL;
        o->absent = o->absent || code == E_START_ORDER;
        o->busy = o->busy || code == E_ASKS_SUPERVISOR;
        o->killed += code == E_SHUTDOWN_BUDGET;
        o->endless = o->endless || code == W_INTENSITY;
        bool expected = o->deadlock || o->self_call || o->absent || o->busy || o->killed ||
                        o->endless || code == E_NOT_BUILT ||
                        diag_info(code)->severity == DIAG_SEVERITY_WARNING;
        ck_assert_msg(expected, "%s: %s\n%s", diag_info(code)->id, u->diags.items[i]->text, spec);
    }
}

static void open_arena(void)
{
    arena_init(&arena, &on_empty);
    if (setjmp(on_empty) != 0)
        abort(); /* memory for one small spec is always there */
}

START_TEST(the_checker_finds_what_a_run_would_meet)
{
    int met[6] = { 0 };
    for (int round = 0; round < ROUNDS; round++) {
        struct system s;
        struct outcome want, have;
        open_arena();
        random_state = (uint64_t)round * 2654435761u + 88172645463325252u;
        invent(&s, 1 + pick(12));
        simulate(&s, &want);
        const char *spec = write_system(&s);
        check(spec, &have);
        ck_assert_msg(want.deadlock == have.deadlock, "round %d: deadlock\n%s", round, spec);
        ck_assert_msg(want.self_call == have.self_call, "round %d: self call\n%s", round, spec);
        ck_assert_msg(want.absent == have.absent, "round %d: absent callee\n%s", round, spec);
        ck_assert_msg(want.busy == have.busy, "round %d: busy supervisor\n%s", round, spec);
        ck_assert_msg(want.killed == have.killed, "round %d: shutdown\n%s", round, spec);
        ck_assert_msg(want.endless == have.endless, "round %d: intensity\n%s", round, spec);
        met[0] += want.deadlock;
        met[1] += want.self_call;
        met[2] += want.absent;
        met[3] += want.busy;
        met[4] += want.killed > 0;
        met[5] += want.endless;
        arena_free(&arena);
    }
    for (int i = 0; i < 6; i++) {
        ck_assert_int_gt(met[i], ROUNDS / 20);
        ck_assert_int_lt(met[i], ROUNDS - ROUNDS / 20);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("check");
    TCase *c = support_case(suite, "check", 60.0);
    tcase_add_test(c, the_checker_finds_what_a_run_would_meet);
    return support_run(suite);
}
