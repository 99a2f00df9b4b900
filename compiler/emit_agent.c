/* emit_agent.c - what an agent computes by itself, in the wiring.
 *
 * Idea: an agent is a genserver; where its spec gives an expression, the dispatch function computes
 * it instead of calling the user's handler. The reply is copied before the state changes. Where
 * nothing is copied that has to be owned, what is computed is a function of its own, which needs
 * nothing of the library: who asks an idle agent calls it at once. */
#include "emit_parts.h"

/* Makes what is to be copied: emits a constant of that name if there has to be one. */
static const char *emit_result(struct emitter *e, const struct plan_result *r, const char *name)
{
    if (r->address)
        return r->address;
    tmpl_put(&e->out, "    const $type$ $name$ = $text$;\n",
             EMIT_VARS(TMPL_VAR("type", r->item->view), TMPL_VAR("name", name),
                       TMPL_VAR("text", r->text)));
    return TMPL_JOIN(e->arena, "&", name);
}

static void emit_new_state(struct emitter *e, const struct plan_result *r)
{
    if (r->plain) {
        tmpl_put(&e->out, "    s_->value = $text$;\n", EMIT_VARS(TMPL_VAR("text", r->text)));
        return;
    }
    const char *view = emit_result(e, r, "state_");
    tmpl_put(&e->out, "    otp_must(otp_owned_set(&$layout$, s_, $view$));\n",
             EMIT_VARS(TMPL_VAR("layout", r->item->layout), TMPL_VAR("view", view)));
}

/* self_ and args_ by their types, as far as they are used. */
static void emit_operands(struct emitter *e, const struct plan_module *module,
                          const struct plan_message *m)
{
    const struct plan_inline *in = m->inlined;
    const struct tmpl_var *vars =
        EMIT_VARS(TMPL_VAR("c", module->c_name), TMPL_VAR("stem", m->stem),
                  TMPL_VAR("const", in->updates ? "" : "const "));
    tmpl_put(&e->out,
             in->reads_state || in->updates ? "    $const$struct $c$ *s_ = self_;\n"
                                            : "    (void)self_;\n",
             vars);
    tmpl_put(&e->out,
             in->reads_args ? "    const struct $stem$_args *a_ = args_;\n" : "    (void)args_;\n",
             vars);
}

/* A reply is staged before the state changes: it may refer to what is replaced. */
static void emit_body(struct emitter *e, const struct plan_message *m)
{
    const struct plan_inline *in = m->inlined;
    const char *reply = in->replies ? emit_result(e, &in->reply, "reply_") : "NULL";
    const struct tmpl_var *vars = EMIT_VARS(TMPL_VAR("stem", m->stem), TMPL_VAR("reply", reply));
    if (in->replies && in->updates)
        tmpl_put(&e->out, "    const otp_next next_ = otp_reply(from_, &$stem$_type, $reply$);\n",
                 vars);
    if (in->updates)
        emit_new_state(e, &in->state);
    if (in->replies && in->updates)
        tmpl_raw(&e->out, "    return next_;\n");
    else if (m->kind == PLAN_CALL)
        tmpl_put(&e->out, "    return otp_reply(from_, &$stem$_type, $reply$);\n", vars);
    else
        tmpl_raw(&e->out, "    return otp_noreply();\n");
}

/* Both results are there before anything changes. */
static void emit_compute(struct emitter *e, const struct plan_module *module,
                         const struct plan_message *m)
{
    const struct plan_inline *in = m->inlined;
    const struct tmpl_var *vars =
        EMIT_VARS(TMPL_VAR("stem", m->stem), TMPL_VAR("reply", in->replies ? in->reply.text : ""),
                  TMPL_VAR("reply_type", in->replies ? in->reply.item->view : ""),
                  TMPL_VAR("state", in->updates ? in->state.text : ""),
                  TMPL_VAR("state_type", in->updates ? in->state.item->view : ""));
    tmpl_put(&e->out,
             "static uint32_t $stem$_compute(void *self_, const void *args_, void *reply_)\n"
             "{\n",
             vars);
    emit_operands(e, module, m);
    if (!in->replies)
        tmpl_raw(&e->out, "    (void)reply_;\n");
    if (in->fails)
        tmpl_raw(&e->out, "    uint32_t fault_ = OTP_FAULT_NONE;\n");
    if (in->replies)
        tmpl_put(&e->out, "    const $reply_type$ value_ = $reply$;\n", vars);
    if (in->updates)
        tmpl_put(&e->out, "    const $state_type$ state_ = $state$;\n", vars);
    if (in->fails)
        tmpl_raw(&e->out, "    if (fault_ != OTP_FAULT_NONE)\n"
                          "        return fault_;\n");
    if (in->replies)
        tmpl_put(&e->out, "    *($reply_type$ *)reply_ = value_;\n", vars);
    if (in->updates)
        tmpl_raw(&e->out, "    s_->value = state_;\n");
    tmpl_raw(&e->out, "    return OTP_FAULT_NONE;\n"
                      "}\n\n");
}

/* The same as a message. */
static void emit_computed(struct emitter *e, const struct plan_message *m)
{
    const struct plan_inline *in = m->inlined;
    const struct tmpl_var *vars =
        EMIT_VARS(TMPL_VAR("stem", m->stem), TMPL_VAR("reply", in->replies ? "&reply_" : "NULL"),
                  TMPL_VAR("type", in->replies ? in->reply.item->view : ""));
    if (in->replies)
        tmpl_put(&e->out, "    $type$ reply_;\n", vars);
    tmpl_put(&e->out, "    otp_no_fault($stem$_compute(self_, args_, $reply$));\n", vars);
    if (m->kind == PLAN_CALL)
        tmpl_put(&e->out, "    return otp_reply(from_, &$stem$_type, $reply$);\n", vars);
    else
        tmpl_raw(&e->out, "    return otp_noreply();\n");
}

void emit_agent_dispatch(struct emitter *e, const struct plan_module *module,
                         const struct plan_message *m)
{
    const struct tmpl_var *vars = EMIT_VARS(TMPL_VAR("stem", m->stem));
    if (m->kind == PLAN_CALL)
        tmpl_put(&e->out, "static const struct otp_message_type $stem$_type;\n\n", vars);
    if (m->inlined->computes)
        emit_compute(e, module, m);
    tmpl_put(&e->out,
             "static otp_next $stem$_dispatch(void *self_, otp_from from_, const void *args_)\n"
             "{\n",
             vars);
    if (!m->inlined->computes)
        emit_operands(e, module, m);
    if (m->kind != PLAN_CALL)
        tmpl_raw(&e->out, "    (void)from_;\n");
    if (m->inlined->computes)
        emit_computed(e, m);
    else
        emit_body(e, m);
    tmpl_raw(&e->out, "}\n");
}

void emit_agent_init(struct emitter *e, const struct plan_module *m)
{
    const struct plan_item *item = m->agent_item;
    tmpl_put(&e->out,
             item->kind == PLAN_SCALAR
                 ? "static otp_next $stem$_init_thunk(void *self_, const void *options_)\n"
                   "{\n"
                   "    struct $c$ *s_ = self_;\n"
                   "    const struct $c$_options *o_ = options_;\n"
                   "    s_->value = o_->initial;\n"
                   "    return otp_ok();\n"
                   "}\n\n"
                 : "static otp_next $stem$_init_thunk(void *self_, const void *options_)\n"
                   "{\n"
                   "    otp_must(otp_owned_set(&$layout$, self_, options_));\n"
                   "    return otp_ok();\n"
                   "}\n\n",
             EMIT_VARS(TMPL_VAR("stem", m->stem), TMPL_VAR("c", m->c_name),
                       TMPL_VAR("layout", item->layout)));
}
