/* tree.c - the processes below a supervisor.
 *
 * Idea: depth first, each supervisor is asked for its children, which it lists last started first.
 * A supervisor that has gone meanwhile has none. Both ways of writing go through one writer that
 * counts what it cannot keep.
 * Threads: any.
 * Locks: none.
 * Owns: the nodes, which belong to who asked. */
#include <otp/tree.h>

#include <stdarg.h>
#include <stdio.h>

#include <otp/process.h>

#include "base/misuse.h"
#include "base/text.h"

/* -- looking -- */

/* Room for another node. False: no memory. */
static bool make_room(struct otp_tree_nodes *tree)
{
    if (tree->count < tree->room_)
        return true;
    size_t room = tree->room_ == 0 ? 16 : tree->room_ * 2;
    struct otp_tree_node *nodes = otp_alloc(room * sizeof(*nodes));
    if (nodes == NULL)
        return false;
    if (tree->count > 0)
        memcpy(nodes, tree->nodes, tree->count * sizeof(*nodes));
    otp_free(tree->nodes);
    tree->nodes = nodes;
    tree->room_ = room;
    return true;
}

static bool add(struct otp_tree_nodes *tree, const struct otp_child_info *child, const char *module,
                uint32_t depth)
{
    struct otp_proc_info info;
    if (!make_room(tree))
        return false;
    struct otp_tree_node *node = &tree->nodes[tree->count++];
    memset(node, 0, sizeof(*node));
    node->child = *child;
    node->module = module != NULL ? module : "-";
    node->depth = depth;
    if (child->pid.bits == 0 || otp_process_info(child->pid, &info) != OTP_OK)
        return true;
    node->state = info.state;
    node->mailbox = info.mailbox;
    node->memory = info.memory;
    return true;
}

/* All children of a supervisor, in memory of otp_alloc. */
static otp_status ask(otp_dest supervisor, struct otp_child_info **children, size_t *count)
{
    size_t room = 16;
    for (;;) {
        *children = otp_alloc(room * sizeof(**children));
        if (*children == NULL)
            return OTP_NOMEM;
        otp_status status = otp_which_children(supervisor, *children, room, count);
        if (status == OTP_OK && *count <= room)
            return OTP_OK;
        otp_free(*children);
        if (status != OTP_OK)
            return status;
        room = *count + *count / 2;
    }
}

static otp_status look_below(otp_dest supervisor, struct otp_tree_nodes *tree, uint32_t depth)
{
    struct otp_child_info *children;
    size_t count;
    otp_status status = ask(supervisor, &children, &count);
    if (status != OTP_OK)
        return status;
    while (count > 0 && status == OTP_OK) {
        const struct otp_child_info *child = &children[--count];
        status = add(tree, child, child->module->name, depth) ? OTP_OK : OTP_NOMEM;
        if (status != OTP_OK || !child->is_supervisor || child->pid.bits == 0)
            continue;
        status = look_below(otp_to(child->pid), tree, depth + 1);
        if (status != OTP_NOMEM && status != OTP_NOT_RUNNING)
            status = OTP_OK; /* it has ended: nobody is below it */
    }
    otp_free(children);
    return status;
}

static otp_status look(otp_dest supervisor, struct otp_tree_nodes *tree)
{
    struct otp_child_info root = { .state = OTP_CHILD_RUNNING, .is_supervisor = true };
    struct otp_proc_info info;
    root.pid = otp_dest_pid(supervisor);
    otp_status status = otp_process_info(root.pid, &info);
    if (status != OTP_OK)
        return status;
    if (info.name != NULL)
        strncpy(root.id, info.name, OTP_CHILD_ID_MAX);
    if (!add(tree, &root, info.module, 0))
        return OTP_NOMEM;
    return look_below(otp_to(root.pid), tree, 1);
}

otp_status otp_tree(otp_dest supervisor, struct otp_tree_nodes *tree)
{
    memset(tree, 0, sizeof(*tree));
    otp_status status = look(supervisor, tree);
    if (status != OTP_OK)
        otp_tree_free(tree);
    return OTPI_JUDGED(status);
}

void otp_tree_free(struct otp_tree_nodes *tree)
{
    otp_free(tree->nodes);
    memset(tree, 0, sizeof(*tree));
}

/* -- writing -- */

struct writer {
    char *out;
    size_t size, length; /* of out; of the whole text */
};

static void put(struct writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(struct writer *writer, const char *format, ...)
{
    size_t used = writer->length < writer->size ? writer->length : writer->size;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(used < writer->size ? writer->out + used : NULL, writer->size - used, format,
                      args);
    va_end(args);
    writer->length += n > 0 ? (size_t)n : 0;
}

static const char *state_of(const struct otp_tree_node *node)
{
    static const char *const child_states[] = { "ended", "starting", "stopped", "restarting" };
    static const char *const states[] = { "idle", "queued", "running", "parked" };
    if (node->child.state != OTP_CHILD_RUNNING || node->memory == 0)
        return child_states[node->child.state];
    return states[node->state];
}

static const char *pid_of(const struct otp_tree_node *node, char text[32])
{
    return node->child.pid.bits == 0 ? "-" : otp_pid_format(node->child.pid, text, 32);
}

/* -- as a table -- */

enum { NAME, PID, MODULE, STATE, N_TEXTS };

struct widths {
    int of[N_TEXTS];
};

static void widen(int *width, size_t text)
{
    if ((size_t)*width < text)
        *width = (int)text;
}

/* Children of dynamic supervisors have no id: there the name of the module stands. */
static const char *name_of(const struct otp_tree_node *node)
{
    return node->child.id[0] != '\0' ? node->child.id : node->module;
}

/* So that a name cannot move the cursor: what is no printable character, and a backslash, as
 * \xNN. */
static void put_shown(struct writer *writer, const char *text)
{
    size_t size = strlen(text), length;
    for (size_t i = 0; i < size; i += length) {
        length = text[i] == '\\' ? 0 : otpi_text_printable(text + i, size - i);
        if (length > 0)
            put(writer, "%.*s", (int)length, text + i);
        else
            put(writer, "\\x%02x", (unsigned)(unsigned char)text[i]);
        length += length == 0;
    }
}

static size_t shown_size(const char *text)
{
    struct writer none = { NULL, 0, 0 };
    put_shown(&none, text);
    return none.length;
}

/* In a column of that width, with what stands between two of them. */
static void put_column(struct writer *writer, int width, const char *text)
{
    put_shown(writer, text);
    put(writer, "%*s", width - (int)shown_size(text) + 2, "");
}

static void put_line(struct writer *writer, const struct widths *widths,
                     const struct otp_tree_node *node)
{
    char pid[32];
    int indent = 2 * (int)node->depth;
    put(writer, "%*s", indent, "");
    put_column(writer, widths->of[NAME] - indent, name_of(node));
    put_column(writer, widths->of[PID], pid_of(node, pid));
    put_column(writer, widths->of[MODULE], node->module);
    put_column(writer, widths->of[STATE], state_of(node));
    put(writer, "%8llu  %7llu  %8llu\n", (unsigned long long)node->child.restarts,
        (unsigned long long)node->mailbox, (unsigned long long)node->memory);
}

size_t otp_tree_text(const struct otp_tree_nodes *tree, char *out, size_t out_size)
{
    struct writer writer = { out, out_size, 0 };
    struct widths widths = { { 5, 3, 6, 5 } };
    char pid[32];
    for (size_t i = 0; i < tree->count; i++) {
        const struct otp_tree_node *node = &tree->nodes[i];
        widen(&widths.of[NAME], 2 * (size_t)node->depth + shown_size(name_of(node)));
        widen(&widths.of[PID], strlen(pid_of(node, pid)));
        widen(&widths.of[MODULE], shown_size(node->module));
        widen(&widths.of[STATE], strlen(state_of(node)));
    }
    put(&writer, "%-*s  %-*s  %-*s  %-*s  restarts  mailbox    memory\n", widths.of[NAME], "child",
        widths.of[PID], "pid", widths.of[MODULE], "module", widths.of[STATE], "state");
    for (size_t i = 0; i < tree->count; i++)
        put_line(&writer, &widths, &tree->nodes[i]);
    return writer.length;
}

/* -- as JSON -- */

/* Bytes that are no printable character: of a control character, of one that ends a line for some,
 * or no UTF-8. Gives how many of them this was about. */
static size_t put_odd(struct writer *writer, const char *text, size_t size)
{
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] < 0x80) {
        put(writer, "\\u%04x", (unsigned)at[0]);
        return 1;
    }
    if (at[0] == 0xc2 && size > 1 && at[1] >= 0x80 && at[1] < 0xa0) {
        put(writer, "\\u%04x", (unsigned)at[1]);
        return 2;
    }
    if (at[0] == 0xe2 && size > 2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9)) {
        put(writer, "\\u20%02x", (unsigned)at[2] - 0x80);
        return 3;
    }
    put(writer, "\\ufffd");
    return 1;
}

static void put_string(struct writer *writer, const char *text)
{
    size_t size = strlen(text), length;
    put(writer, "\"");
    for (size_t i = 0; i < size; i += length) {
        length = otpi_text_printable(text + i, size - i);
        if (text[i] == '"' || text[i] == '\\')
            put(writer, "\\%c", text[i]);
        else if (length > 0)
            put(writer, "%.*s", (int)length, text + i);
        else
            length = put_odd(writer, text + i, size - i);
    }
    put(writer, "\"");
}

static void put_object(struct writer *writer, const struct otp_tree_node *node)
{
    char pid[32];
    put(writer, "{\"id\":");
    put_string(writer, node->child.id);
    put(writer, ",\"pid\":");
    if (node->child.pid.bits == 0)
        put(writer, "null");
    else
        put_string(writer, pid_of(node, pid));
    put(writer, ",\"module\":");
    put_string(writer, node->module);
    put(writer,
        ",\"supervisor\":%s,\"state\":\"%s\",\"restarts\":%llu,\"mailbox\":%llu,\"memory\":%llu",
        node->child.is_supervisor ? "true" : "false", state_of(node),
        (unsigned long long)node->child.restarts, (unsigned long long)node->mailbox,
        (unsigned long long)node->memory);
    if (node->child.is_supervisor)
        put(writer, ",\"children\":[");
}

/* The nodes are in order: between two of them stands what closes those that are left. */
size_t otp_tree_json(const struct otp_tree_nodes *tree, char *out, size_t out_size)
{
    struct writer writer = { out, out_size, 0 };
    for (size_t i = 0; i < tree->count; i++) {
        const struct otp_tree_node *node = &tree->nodes[i];
        put_object(&writer, node);
        bool last = i + 1 == tree->count;
        uint32_t next = last ? 0 : node[1].depth;
        if (!last && next > node->depth)
            continue; /* its first child follows */
        put(&writer, node->child.is_supervisor ? "]}" : "}");
        for (uint32_t depth = node->depth; depth > next; depth--)
            put(&writer, "]}");
        if (!last)
            put(&writer, ",");
    }
    return writer.length;
}
