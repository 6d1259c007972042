/* Joining streams without a jump, and which packets are missing. As splice.py and gaps.py. */
#include <string.h>

#include "inner.h"

#define REPEAT_AFTER 0.06
#define GIVE_UP_AFTER 0.6
#define WATCHED 128
#define LONGEST_PAUSE 1e6 /* keeps the product inside its integer */

void splice_open(struct splice *splice, uint32_t clock_rate)
{
    memset(splice, 0, sizeof *splice);
    splice->at = -1;
    splice->clock_rate = clock_rate;
}

void splice_begin(struct splice *splice, uint16_t sequence, uint32_t timestamp, double now)
{
    splice->first = sequence;
    splice->watch = WATCHED;
    if (splice->at < 0 && splice->keeps_numbers) {
        splice->at = now;
        splice->highest = sequence;
        splice->timestamp = timestamp;
        return;
    }
    double passed = 0;
    if (splice->at >= 0) {
        passed = now - splice->at;
        if (passed < 1.0 / 30)
            passed = 1.0 / 30;
        if (!(passed < LONGEST_PAUSE))
            passed = LONGEST_PAUSE;
    }
    splice->sequence_by = (uint16_t)(splice->highest + 1 - sequence);
    splice->timestamp_by = splice->timestamp + (uint32_t)(int64_t)(passed * splice->clock_rate) - timestamp;
}

bool splice_belongs(struct splice *splice, uint16_t sequence)
{
    if (!splice->watch)
        return true;
    splice->watch--;
    return ahead(sequence, splice->first) >= 0;
}

void splice_shift(struct splice *splice, uint16_t *sequence, uint32_t *timestamp, double now)
{
    *sequence = (uint16_t)(*sequence + splice->sequence_by);
    *timestamp += splice->timestamp_by;
    if (splice->at < 0 || ahead(*sequence, splice->highest) > 0) {
        splice->highest = *sequence;
        splice->timestamp = *timestamp;
        splice->at = now;
    }
}

void gaps_open(struct gaps *gaps)
{
    gaps->highest = -1;
    gaps->count = 0;
    gaps->lost_for_good = 0;
}

static bool gaps_remove(struct gaps *gaps, uint16_t sequence)
{
    for (int i = 0; i < gaps->count; i++) {
        if (gaps->missing[i].sequence != sequence)
            continue;
        gaps->count--;
        /* In order: the oldest is asked for first. */
        memmove(gaps->missing + i, gaps->missing + i + 1, (size_t)(gaps->count - i) * sizeof *gaps->missing);
        return true;
    }
    return false;
}

bool gaps_received(struct gaps *gaps, uint16_t sequence, double now)
{
    if (gaps->highest < 0) {
        gaps->highest = sequence;
        return true;
    }
    int step = ahead(sequence, (uint16_t)gaps->highest);
    if (step <= 0) {
        gaps_remove(gaps, sequence);
        return true;
    }
    uint16_t previous = (uint16_t)gaps->highest;
    gaps->highest = sequence;
    if (step == 1)
        return true;
    if (step > FAR || gaps->count + step > HOT_MOST_LOST) {
        gaps->lost_for_good += (uint64_t)step - 1;
        gaps->count = 0;
        return false;
    }
    for (int back = 1; back < step; back++)
        gaps->missing[gaps->count++] = (struct missing){now, now, (uint16_t)(previous + back)};
    return true;
}

bool gaps_fills(struct gaps *gaps, uint16_t sequence, double now)
{
    if (gaps_remove(gaps, sequence))
        return true;
    bool is_new = gaps->highest >= 0 && ahead(sequence, (uint16_t)gaps->highest) > 0;
    return is_new && gaps_received(gaps, sequence, now);
}

int gaps_due(struct gaps *gaps, double now, uint16_t *ask, bool *gave_up)
{
    int kept = 0, asked = 0;
    for (int i = 0; i < gaps->count; i++) {
        struct missing each = gaps->missing[i];
        if (now - each.since > GIVE_UP_AFTER) {
            gaps->lost_for_good++;
            *gave_up = true;
            continue;
        }
        if (now >= each.next_at) {
            ask[asked++] = each.sequence;
            each.next_at = now + REPEAT_AFTER;
        }
        gaps->missing[kept++] = each;
    }
    gaps->count = kept;
    return asked;
}

bool gaps_are_due(const struct gaps *gaps, double now)
{
    for (int i = 0; i < gaps->count; i++)
        if (now >= gaps->missing[i].next_at || now - gaps->missing[i].since > GIVE_UP_AFTER)
            return true;
    return false;
}
