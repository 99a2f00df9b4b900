/* tree.h - the processes below a supervisor, as they are now.
 *
 * Idea: what an operator wants to see of a running program: who is there, how often it was started
 * again, how much waits for it. The supervisors are asked one after the other, and the processes
 * are looked at without asking them, so one that is stuck is shown too. Meanwhile the tree may
 * change: each line was true when it was read.
 */
#ifndef OTP_TREE_H
#define OTP_TREE_H

#include <otp/supervisor.h>

/* A process, or a child that has none. */
struct otp_tree_node {
    struct otp_child_info child; /* the root's id is its registered name, its module NULL */
    const char *module;          /* "myapp.cache" */
    uint32_t depth;              /* 0: the root; one more than its supervisor's */
    uint32_t state;              /* enum otp_process_state; if it has a pid, as the next two */
    uint64_t mailbox;            /* messages that wait */
    size_t memory;               /* bytes; 0: it has ended meanwhile */
};

/* A supervisor, then for each of its children, in order of start, the same. */
struct otp_tree_nodes {
    struct otp_tree_node *nodes; /* owner: the process that asked, or the foreign thread */
    size_t count, room_;
};

OTP_BEGIN_DECLS

/* Looks at the tree of a supervisor; to be given back by otp_tree_free. NOPROC: it is not there;
 * WRONG_MODULE: it is none; NOMEM; NOT_RUNNING; then *tree is empty. Waits for answers of the
 * supervisors, which is not long: so not from a supervisor. Any thread. */
OTP_API OTP_MUST_CHECK otp_status otp_tree(otp_dest supervisor, struct otp_tree_nodes *tree);
/* Frees it, in the process or thread that asked; it is empty then. */
OTP_API void otp_tree_free(struct otp_tree_nodes *tree);

/* Writes it as a table for people, or as JSON: an object with id, pid, module, supervisor, state,
 * restarts, mailbox, memory and, of a supervisor, the array children. In names a byte that belongs
 * to no printable character, and a backslash, is \xNN in the table; in JSON control characters are
 * \uNNNN, and bytes that are no UTF-8 \ufffd. out is terminated and cut to out_size (0: nothing is
 * written); returns the length of the whole, as snprintf. Any thread. */
OTP_API size_t otp_tree_text(const struct otp_tree_nodes *tree, char *out, size_t out_size);
OTP_API size_t otp_tree_json(const struct otp_tree_nodes *tree, char *out, size_t out_size);

OTP_END_DECLS

#endif
