/* emit_typed.c - functions that give the library's the types of a spec.
 *
 * Idea: what otpc writes for a kind of module is a table: for which modules there is a function,
 * what its prototype and what its body is. Here such a table becomes prototypes, and bodies. */
#include "emit_parts.h"

void emit_typed_heads(struct emitter *e, const struct emit_typed *functions, size_t n, unsigned is,
                      emit_put *put, const void *what)
{
    for (const struct emit_typed *f = functions; f < functions + n; f++) {
        if ((f->when & ~is) != 0)
            continue;
        if (f->doc)
            tmpl_comment(&e->out, 0, f->doc, NULL);
        tmpl_raw(&e->out, f->must ? "OTP_MUST_CHECK " : "");
        put(e, what, f->head);
        tmpl_raw(&e->out, ";\n");
    }
}

void emit_typed_bodies(struct emitter *e, const struct emit_typed *functions, size_t n, unsigned is,
                       emit_put *put, const void *what)
{
    for (const struct emit_typed *f = functions; f < functions + n; f++) {
        if ((f->when & ~is) != 0)
            continue;
        put(e, what, f->head);
        tmpl_raw(&e->out, "\n{\n");
        put(e, what, f->body);
        tmpl_raw(&e->out, "}\n\n");
    }
}

const char *emit_item_address(struct emitter *e, const struct plan_item *item, const char *name)
{
    return item->kind == PLAN_STRUCT ? name : TMPL_JOIN(e->arena, "&", name);
}

const char *emit_item_deref(struct emitter *e, const struct plan_item *item, const char *name)
{
    return item->kind == PLAN_STRUCT ? name
                                     : TMPL_JOIN(e->arena, "*(const ", item->view, " *)", name);
}
