/* Leaves the upper temporal layers of a picture out, so that nothing looks lost. As sieve.py. */
#include <string.h>

#include "inner.h"

void sieve_open(struct sieve *sieve, int wanted)
{
    memset(sieve, 0, sizeof *sieve);
    sieve->wanted = sieve->top = wanted;
    sieve->highest = sieve->number = -1;
    sieve->is_kept = true;
}

static void mark(struct sieve *sieve, uint16_t since)
{
    sieve->marks[sieve->mark_count++ % SIFTED] = (struct mark){since, sieve->by, sieve->picture_by};
}

static void leave_out(struct sieve *sieve, uint16_t sequence)
{
    sieve->left_out[sieve->left_count++ % SIFTED] = sequence;
    sieve->by++;
    mark(sieve, (uint16_t)(sequence + 1));
}

static void begin_picture(struct sieve *sieve, const struct picture *picture)
{
    bool was_kept = sieve->is_kept;
    sieve->number = picture->number;
    if (sieve->top > sieve->wanted)
        sieve->top = sieve->wanted;
    if (picture->starts_key_frame)
        sieve->top = sieve->wanted;
    else if (picture->layer == sieve->top + 1 && picture->layer <= sieve->wanted && picture->is_sync)
        sieve->top = picture->layer;
    sieve->is_kept = picture->layer <= sieve->top;
    if (!sieve->is_kept)
        sieve->picture_by += picture->number >= 0;
    else if (!was_kept)
        mark(sieve, (uint16_t)sieve->highest);
}

static void numbers_at(const struct sieve *sieve, uint16_t sequence, struct sifted *found)
{
    uint32_t held = sieve->mark_count < SIFTED ? sieve->mark_count : SIFTED;
    found->by = found->picture_by = 0;
    for (uint32_t back = 1; back <= held; back++) {
        const struct mark *mark = sieve->marks + (sieve->mark_count - back) % SIFTED;
        if (ahead(sequence, mark->since) >= 0 || back == SIFTED) {
            found->by = mark->by;
            found->picture_by = mark->picture_by;
            return;
        }
    }
}

static bool is_late_kept(const struct sieve *sieve, uint16_t sequence, const struct picture *picture,
                         struct sifted *found)
{
    uint32_t held = sieve->left_count < SIFTED ? sieve->left_count : SIFTED;
    for (uint32_t i = 0; i < held; i++)
        if (sieve->left_out[i] == sequence)
            return false;
    numbers_at(sieve, sequence, found);
    /* Its place was kept because nobody knew its layer; now it is filled without content. */
    found->is_empty = picture->layer > sieve->top;
    return true;
}

bool sieve_sift(struct sieve *sieve, uint16_t sequence, const struct picture *picture, struct sifted *found)
{
    found->is_empty = false;
    int step = sieve->highest < 0 ? 1 : ahead(sequence, (uint16_t)sieve->highest);
    if (step <= 0)
        return is_late_kept(sieve, sequence, picture, found);
    uint16_t previous = (uint16_t)sieve->highest;
    sieve->highest = sequence;
    if (picture->number < 0 || picture->number != sieve->number) {
        begin_picture(sieve, picture);
    } else if (!sieve->is_kept) {
        /* On both sides of the gap is the picture that is left out: so is what is between. */
        int skipped = step - 1 > SIFTED ? step - 1 - SIFTED : 0;
        sieve->by = (uint16_t)(sieve->by + skipped);
        for (int back = 1 + skipped; back < step; back++)
            leave_out(sieve, (uint16_t)(previous + back));
    }
    if (!sieve->is_kept) {
        leave_out(sieve, sequence);
        return false;
    }
    found->by = sieve->by;
    found->picture_by = sieve->picture_by;
    return true;
}
