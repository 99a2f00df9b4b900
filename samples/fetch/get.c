/* get.c - task get of package fetch, by libcurl.
 *
 * Idea: the task is declared `blocking`, so it has a thread of its own while libcurl waits. A task
 * that is killed meanwhile is dead for all others, but its thread goes on to the end of this
 * function: so what libcurl has is given back before the library is called again.
 */
#include "fetch_get_impl.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT_MS 8000L

struct page {
    char text[4096];
    size_t size;
};

/* Of libcurl: takes size bytes; fewer than that is an error. */
static size_t take(char *bytes, size_t one, size_t n, void *context)
{
    struct page *page = context;
    size_t size = one * n;

    if (size > sizeof(page->text) - page->size)
        return 0;
    memcpy(page->text + page->size, bytes, size);
    page->size += size;
    return size;
}

static CURLcode perform(CURL *curl, const char *url, struct page *page, long *status)
{
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);

    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, page);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L); /* there are other threads */
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    if (code == CURLE_OK)
        code = curl_easy_perform(curl);
    if (code == CURLE_OK)
        code = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
    return code;
}

otp_next fetch_get_run(otp_from from, otp_str url)
{
    char address[256], why[32];
    struct page page = { .size = 0 };
    CURLcode code = CURLE_FAILED_INIT;
    long status = 0;
    CURL *curl = url.size < sizeof(address) ? curl_easy_init() : NULL;

    if (curl != NULL) {
        memcpy(address, url.data, url.size);
        address[url.size] = '\0';
        code = perform(curl, address, &page, &status);
        curl_easy_cleanup(curl);
    }
    if (code != CURLE_OK)
        otp_exit(otp_error(curl_easy_strerror(code)));
    if (status != 200) {
        (void)snprintf(why, sizeof(why), "HTTP status %ld", status);
        otp_exit(otp_error(why));
    }
    return fetch_get_reply(from, (otp_str){ page.text, page.size });
}
