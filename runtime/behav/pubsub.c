/* pubsub.c - messages to whoever has subscribed to a topic.
 *
 * Idea: see pubsub.h. Who has subscribed is copied out of the registry as words, which are pids,
 * and then told, so that nobody holds anything while mailboxes are filled.
 * Threads: any. Locks: none of its own. Owns: the copy.
 */
#include <otp/pubsub.h>

#include "base/misuse.h"
#include "behav/registry.h"

static const struct otp_registry *topics_of(const struct otp_pubsub *type)
{
    return &type->topics;
}

otp_status otp_pubsub_start(const struct otp_module *module, const struct otp_start *how,
                            const void *options, otp_pid *pid)
{
    const struct otp_pubsub *type = (const struct otp_pubsub *)module;

    if (options != NULL || type->topics.keys != OTP_DUPLICATE ||
        type->topics.key_kind != OTP_KEY_TEXT || type->topics.value != NULL)
        return OTPI_JUDGED(OTP_BADARG);
    return OTPI_JUDGED(otpi_registry_start(module, topics_of(type), how, pid));
}

otp_status otp_pubsub_subscribe(otp_dest pubsub, const struct otp_pubsub *type, otp_str topic)
{
    return otp_registry_register(pubsub, topics_of(type), &topic, NULL, NULL);
}

otp_status otp_pubsub_unsubscribe(otp_dest pubsub, const struct otp_pubsub *type, otp_str topic)
{
    return otp_registry_unregister(pubsub, topics_of(type), &topic);
}

otp_status otp_pubsub_count(otp_dest pubsub, const struct otp_pubsub *type, otp_str topic,
                            size_t *n)
{
    otp_pid *pids;
    otp_status status = otpi_registry_pids(pubsub, topics_of(type), &topic, &pids, n);

    if (status == OTP_OK)
        otp_free(pids);
    return OTPI_JUDGED(status);
}

/* Takes pid out, each time it is there. Gives how many are left. */
static size_t leave_out(otp_pid *pids, size_t n, otp_pid pid)
{
    size_t left = 0;

    for (size_t i = 0; i < n; i++)
        if (!otp_pid_equal(pids[i], pid))
            pids[left++] = pids[i];
    return left;
}

otp_status otp_pubsub_broadcast(otp_dest pubsub, const struct otp_pubsub *type, otp_pid except,
                                const void *event)
{
    otp_pid *pids = NULL;
    size_t n = 0;
    otp_status status = otpi_registry_pids(pubsub, topics_of(type), event, &pids, &n);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (except.bits != 0)
        n = leave_out(pids, n, except);
    status = otp_publish(pids, n, type->event, event);
    otp_free(pids);
    return OTPI_JUDGED(status);
}
