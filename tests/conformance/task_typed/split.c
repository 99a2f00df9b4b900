/* split.c - task split of package jobs: at spaces. */
#include "jobs_split_impl.h"

enum { MOST = 16 };

otp_next jobs_split_run(otp_from from, otp_str text, const enum jobs_mood *mood)
{
    struct jobs_word words[MOST];
    size_t n = 0, begin = 0;
    for (size_t i = 0; i <= text.size && n < MOST; i++) {
        if (i < text.size && text.data[i] != ' ')
            continue;
        if (i > begin) {
            words[n].text = (otp_str){ text.data + begin, i - begin };
            words[n++].mood = mood != NULL ? *mood : JOBS_MOOD_CALM;
        }
        begin = i + 1;
    }
    return n > 0 ? jobs_split_reply_words(from, words, n) : jobs_split_reply_nothing(from);
}
