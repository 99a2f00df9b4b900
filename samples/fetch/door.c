/* door.c - genserver door of package fetch. */
#include "fetch_door_impl.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 50 /* then it looks whether it is to stop */

/* A socket at a free port of this machine. -1: there is none. */
static int open_listener(uint16_t *port)
{
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0)
        return -1;
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        (void)close(listener);
        return -1;
    }
    *port = ntohs(address.sin_port);
    return listener;
}

otp_next fetch_door_init(struct fetch_door *self, const struct fetch_door_options *options)
{
    (void)options;
    self->listener = open_listener(&self->port);
    if (self->listener < 0)
        return otp_stop(otp_error("no socket"));
    fetch_door_listen(otp_to(otp_self()));
    return otp_ok();
}

otp_next fetch_door_handle_port(struct fetch_door *self, otp_from from)
{
    return fetch_door_port_reply(from, self->port);
}

/* On a thread that may wait. Whoever calls meanwhile waits for WAIT_MS at most. */
otp_next fetch_door_handle_listen(struct fetch_door *self)
{
    struct pollfd ready = { self->listener, POLLIN, 0 };
    otp_pid task;
    int connection;

    if (poll(&ready, 1, WAIT_MS) == 1) {
        connection = accept(self->listener, NULL, NULL);
        if (connection >= 0 && fetch_answer_start(FETCH_ANSWERS, connection, &task) != OTP_OK)
            (void)close(connection);
    }
    fetch_door_listen(otp_to(otp_self()));
    return otp_noreply();
}

void fetch_door_terminate(struct fetch_door *self, otp_reason reason)
{
    (void)reason;
    (void)close(self->listener);
}
