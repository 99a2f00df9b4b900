/* emit_main.c - PACKAGE.otp.main.c: a program that runs the application.
 *
 * Idea: the library does all of it; this gives it the application's table. */
#include "emit_parts.h"

void emit_main(struct emitter *e)
{
    const struct plan *p = e->plan;
    emit_banner(e);
    tmpl_put(&e->out,
             "/* Runs application $name$ until SIGTERM or SIGINT, or until its tree ends. */\n"
             "#include \"$file$.h\"\n\n"
             "int main(int argc, char **argv)\n"
             "{\n"
             "    return otp_application_main(&$package$_application, argc, argv);\n"
             "}\n",
             EMIT_VARS(TMPL_VAR("name", p->application->name), TMPL_VAR("file", p->file),
                       TMPL_VAR("package", p->package)));
    emit_finish(e, TMPL_JOIN(e->arena, p->file, ".main.c"), EMIT_MAIN);
}
