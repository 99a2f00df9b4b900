/* request.h - asking without waiting: requests, and their answers later.
 *
 * Idea: what OTP calls send_request. A request is a call that is sent now and whose answer is
 * fetched later: so one process has many questions open at once, and takes the answers in any
 * order. What the answer refers to belongs to who takes it, as after a call. Generated code has
 * two typed functions per call, CALL_request and CALL_receive; what is not about one type of reply
 * is here.
 * Threads: a request belongs to the process or foreign thread that has sent it; nobody else may
 * use it. One that is never taken goes with its process or thread, however that ends.
 */
#ifndef OTP_REQUEST_H
#define OTP_REQUEST_H

#include <otp/message.h>

/* A request that was sent. All zero: none. A copy is the same request. */
typedef struct otp_request {
    uint64_t id_;
    uint32_t index_;
    uint32_t epoch_;
} otp_request;

OTP_BEGIN_DECLS

/* For generated code: asks dest and does not wait for the answer (for room, if its mailbox is
 * full and says `block`). Borrows args. The outcome, whatever it is, comes
 * with the answer: if nobody is there NOPROC, if the server ends EXIT. A process may ask itself and
 * take the answer in a later handler. BADARG: type is no call. NOMEM, NOT_RUNNING, FORKED: nothing
 * is sent, *request is none. Any thread. */
OTP_API OTP_MUST_CHECK otp_status otp_send_request(otp_dest dest,
                                                   const struct otp_message_type *type,
                                                   const void *args, otp_request *request);

/* For behaviours: a request that is sent to nobody. Whoever gets *from answers it, or ends with it
 * (struct otp_process_spec). NOMEM, NOT_RUNNING, FORKED: *request is none. Any thread. */
OTP_API OTP_MUST_CHECK otp_status otp_open_request(const struct otp_message_type *type,
                                                   otp_request *request, otp_from *from);
/* Whom it was sent to, or who was started with it; no pid if nobody, or if it is over. Only its
 * owner. */
OTP_API otp_pid otp_request_server(const otp_request *request);

/* For behaviours: whether it can be waited for as one of type. BADARG: it is of another type.
 * WRONG_THREAD, NOT_FOUND as below. Only looks. */
OTP_API OTP_MUST_CHECK otp_status otp_check_request(const otp_request *request,
                                                    const struct otp_message_type *type);

/* For generated code: waits at most timeout for the answer and takes it, with the outcomes of
 * otp_call. The request is over then and *request none, on TIMEOUT too: the late answer is dropped,
 * what was asked is still carried out. The request stays on BADARG (a negative timeout, or it is
 * of another type) and on WRONG_THREAD (it is somebody else's). NOT_FOUND: it is none, or over. */
OTP_API OTP_MUST_CHECK otp_status otp_receive_response(otp_request *request,
                                                       const struct otp_message_type *type,
                                                       void *reply, otp_duration timeout);

/* Waits until the answer to *request is there (OK: take it, nothing is waited for then) or until
 * timeout has passed (TIMEOUT: the request stays; 0 only looks). BADARG: a negative timeout.
 * WRONG_THREAD, NOT_FOUND as above. NOMEM: it could not wait. */
OTP_API OTP_MUST_CHECK otp_status otp_wait_response(const otp_request *request,
                                                    otp_duration timeout);
/* The same for the first answer to any of count requests, of which *which gets the index. Those
 * that are over are passed by: NOT_FOUND once all are. So a loop takes all answers as they come. */
OTP_API OTP_MUST_CHECK otp_status otp_wait_any_response(const otp_request *requests, size_t count,
                                                        otp_duration timeout, size_t *which);
/* The same until all of count requests that are not over have their answers. TIMEOUT: some have
 * not. With requests to many servers and a receive of each without a timeout this is OTP's
 * multi_call. */
OTP_API OTP_MUST_CHECK otp_status otp_wait_all_responses(const otp_request *requests, size_t count,
                                                         otp_duration timeout);

/* The same until all have, or one has failed: EXIT and the like, the reason is otp_last_reason(),
 * and *which is its index. It stays, to be taken as any other. BADARG also: one is there twice. */
OTP_API OTP_MUST_CHECK otp_status otp_wait_no_failure(const otp_request *requests, size_t count,
                                                      otp_duration timeout, size_t *which);

/* Gives *request up: its answer, early or late, is dropped. *request is none then. NOT_FOUND,
 * WRONG_THREAD as above. */
OTP_API otp_status otp_abandon_request(otp_request *request);

OTP_END_DECLS

#endif
