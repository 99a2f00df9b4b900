/* answer.c - task answer of package fetch: as much of HTTP as the sample needs.
 *
 * GET /page/N is a page; GET /meet/N is one too, once N have asked for that; nothing else is there.
 */
#include "fetch_answer_impl.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The request, as text. False: it is none, or too long. */
static bool read_request(int connection, char *request, size_t room)
{
    size_t size = 0;

    while (size + 1 < room) {
        ssize_t got = recv(connection, request + size, room - 1 - size, 0);
        if (got <= 0)
            return false;
        size += (size_t)got;
        request[size] = '\0';
        if (strstr(request, "\r\n\r\n") != NULL)
            return true;
    }
    return false;
}

static void send_all(int connection, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        ssize_t sent = send(connection, text, left, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        text += sent;
        left -= (size_t)sent;
    }
}

static void respond(int connection, const char *status, const char *page)
{
    char response[512];

    (void)snprintf(response, sizeof(response),
                   "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
                   "Connection: close\r\n\r\n%s",
                   status, strlen(page), page);
    fetch_site_done(FETCH_SITE);
    send_all(connection, response);
}

void fetch_answer_run(int32_t connection)
{
    char request[2048], page[64];
    unsigned n;

    if (!read_request(connection, request, sizeof(request))) {
        respond(connection, "400 Bad Request", "");
    } else if (sscanf(request, "GET /page/%u ", &n) == 1) {
        (void)snprintf(page, sizeof(page), "page %u", n);
        respond(connection, "200 OK", page);
    } else if (sscanf(request, "GET /meet/%u ", &n) == 1) {
        bool met = fetch_site_meet(FETCH_SITE, n) == OTP_OK;
        respond(connection, met ? "200 OK" : "503 Service Unavailable", "all are here");
    } else {
        respond(connection, "404 Not Found", "");
    }
    (void)close(connection);
}
