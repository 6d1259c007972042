/* One line of a slot: whatever occupies it leaves as one unbroken stream. As outgoing.py. */
#include <stdlib.h>
#include <string.h>

#include "inner.h"

#define RESEND_AFTER 0.02
#define LONG_AGO (-1e9)
#define FULL 3

hot_leg *hot_leg_open(hot *core, hot_line *line, const hot_leg_form *form)
{
    if (form->block_size > sizeof form->block || form->block_size % 4)
        return NULL;
    int width = form->stamp_kind == HOT_STAMP_TIME ? 3 : form->stamp_kind == HOT_STAMP_LEVEL ? 1 : 0;
    if (width && form->stamp_at + width > form->block_size)
        return NULL;
    hot_leg *leg = calloc(1, sizeof *leg);
    if (!leg)
        return NULL;
    leg->core = core;
    leg->form = *form;
    leg->is_waiting = true;
    leg->asked_at = LONG_AGO;
    leg->number = leg->level_zero = -1;
    leg->rung = FULL;
    splice_open(&leg->splice, form->clock_rate);
    leg->splice.highest = form->first_sequence;
    leg->splice.timestamp = form->first_timestamp;
    enter(core);
    core->refs++;
    leg->line = line;
    if (line) {
        leg->next = line->legs;
        leg->back = &line->legs;
        if (line->legs)
            line->legs->back = &leg->next;
        line->legs = leg;
    }
    leave(core);
    return leg;
}

void leg_leave_line(hot_leg *leg)
{
    if (!leg->line)
        return;
    *leg->back = leg->next;
    if (leg->next)
        leg->next->back = leg->back;
    leg->line = NULL;
}

void leg_leave_stream(hot_leg *leg)
{
    hot_stream *stream = leg->stream;
    if (!stream)
        return;
    hot_leg *last = stream->legs[--stream->leg_count];
    stream->legs[leg->at] = last;
    last->at = leg->at;
    leg->stream = NULL;
    leg->is_waiting = true;
    /* What was kept points into that stream's memory. */
    if (leg->kept)
        memset(leg->kept, 0, KEPT * sizeof *leg->kept);
}

void hot_leg_close(hot_leg *leg)
{
    if (!leg)
        return;
    hot *core = leg->core;
    enter(core);
    leg_leave_stream(leg);
    leg_leave_line(leg);
    leave(core);
    free(leg->kept);
    free(leg->sieve);
    free(leg);
    drop(core);
}

static bool join(hot_leg *leg, hot_stream *stream)
{
    if (stream->leg_count == stream->leg_room) {
        int room = stream->leg_room ? 2 * stream->leg_room : 8;
        hot_leg **legs = realloc(stream->legs, (size_t)room * sizeof *legs);
        if (!legs)
            return false;
        stream->legs = legs;
        stream->leg_room = room;
    }
    leg->at = stream->leg_count;
    stream->legs[stream->leg_count++] = leg;
    leg->stream = stream;
    return true;
}

void hot_leg_occupy(hot_leg *leg, hot_stream *stream)
{
    enter(leg->core);
    if (leg->stream != stream) {
        leg_leave_stream(leg);
        leg->is_waiting = true;
        leg->asked_at = LONG_AGO;
        if (stream && stream->core == leg->core && join(leg, stream)) {
            leg->breaks = stream->breaks;
            if (leg->form.has_rtx && !leg->kept)
                leg->kept = calloc(KEPT, sizeof *leg->kept);
        }
    }
    leave(leg->core);
}

void hot_leg_limit(hot_leg *leg, int rung)
{
    if (rung < 0 || rung > FULL)
        return;
    enter(leg->core);
    if (rung != leg->rung) {
        leg->rung = rung;
        if (!rung) {
            leg->is_waiting = true;
        } else if (leg->sieve || (leg->sieve = malloc(sizeof *leg->sieve))) {
            if (!leg->is_sifting)
                sieve_open(leg->sieve, FULL - 1);
            leg->is_sifting = true;
            leg->sieve->wanted = rung - 1;
        }
    }
    leave(leg->core);
}

void hot_leg_look(hot_leg *leg, hot_leg_facts *facts)
{
    enter(leg->core);
    *facts = (hot_leg_facts){
        .is_waiting = leg->is_waiting,
        .timestamp_by = leg->splice.timestamp_by,
        .packets = leg->packets,
        .octets = leg->octets,
        .dropped = leg->dropped,
        .repeated = leg->repeated,
        .left_out = leg->left_out,
    };
    leave(leg->core);
}

static void put_two(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put_four(uint8_t *at, uint32_t value)
{
    put_two(at, value >> 16);
    put_two(at + 2, value & 0xFFFF);
}

struct head {
    int payload_type;
    bool marker;
    uint16_t sequence;
    uint32_t timestamp, ssrc;
    int level;
};

/* Returns the size of what was written. */
static int write_head(const hot_leg *leg, uint8_t *at, const struct head *head)
{
    const hot_leg_form *form = &leg->form;
    at[0] = form->block_size ? 0x90 : 0x80;
    at[1] = (uint8_t)((head->payload_type & 0x7F) | (head->marker ? 0x80 : 0));
    put_two(at + 2, head->sequence);
    put_four(at + 4, head->timestamp);
    put_four(at + 8, head->ssrc);
    if (!form->block_size)
        return 12;
    uint8_t *block = at + 12;
    memcpy(block, form->block, form->block_size);
    if (form->stamp_kind == HOT_STAMP_LEVEL) {
        block[form->stamp_at] = (uint8_t)head->level;
    } else if (form->stamp_kind == HOT_STAMP_TIME) {
        block[form->stamp_at] = (uint8_t)(leg->core->send_time >> 16);
        put_two(block + form->stamp_at + 1, leg->core->send_time & 0xFFFF);
    }
    return 12 + form->block_size;
}

/* Numbers of pictures go on where the last occupant's stopped. */
static void join_pictures(hot_leg *leg, const struct picture *picture)
{
    leg->number_by = leg->level_by = 0;
    if (leg->number >= 0 && picture->number >= 0)
        leg->number_by = (leg->number + 1 - picture->number) & 0x7FFF;
    if (leg->level_zero >= 0 && picture->level_zero >= 0)
        leg->level_by = (leg->level_zero + 1 - picture->level_zero) & 0xFF;
}

static void begin(hot_leg *leg, const struct media *media)
{
    leg->is_waiting = false;
    splice_begin(&leg->splice, media->sequence, media->timestamp, media->now);
    leg->is_sifting = leg->rung < FULL && leg->sieve;
    if (leg->is_sifting)
        sieve_open(leg->sieve, leg->rung - 1);
}

static bool may_go(hot_leg *leg, const struct media *media)
{
    if (leg->breaks != leg->stream->breaks) {
        leg->breaks = leg->stream->breaks;
        leg->is_waiting = true;
    }
    if (!leg->form.is_picture) {
        if (leg->is_waiting)
            begin(leg, media);
        return true;
    }
    if (leg->is_waiting) {
        if (!media->picture.starts_key_frame)
            return false;
        join_pictures(leg, &media->picture);
        begin(leg, media);
    }
    return true;
}

static void note_numbers(hot_leg *leg, const struct picture *picture, int number_by)
{
    if (picture->number >= 0)
        leg->number = (picture->number + number_by) & 0x7FFF;
    if (picture->level_zero >= 0)
        leg->level_zero = (picture->level_zero + leg->level_by) & 0xFF;
}

/* What becomes of one packet on this leg. */
struct passage {
    const uint8_t *payload;
    int size, number_by;
    uint16_t sequence;
    uint32_t timestamp;
    struct picture picture;
};

static void remember(hot_leg *leg, const struct media *media, const struct passage *out)
{
    leg->kept[out->sequence % KEPT] = (struct kept){
        .start = media->start,
        .timestamp = out->timestamp,
        .sequence = out->sequence,
        .size = (uint16_t)out->size,
        .number_by = (uint16_t)out->number_by,
        .level_by = (uint8_t)leg->level_by,
        .is_used = media->start != UINT64_MAX,
        .marker = media->marker,
    };
}

/* False: of a layer that is left out. */
static bool may_pass(hot_leg *leg, struct passage *out)
{
    struct sifted sifted;
    if (!leg->is_sifting)
        return true;
    if (!sieve_sift(leg->sieve, out->sequence, &out->picture, &sifted))
        return false;
    out->sequence = (uint16_t)(out->sequence - sifted.by);
    out->number_by = (out->number_by - sifted.picture_by) & 0x7FFF;
    if (sifted.is_empty) {
        out->size = 0;
        out->picture = look_at_picture(out->payload, 0);
    }
    return true;
}

static void emit(hot_leg *leg, const struct media *media, const struct passage *out)
{
    uint8_t *at = leg->line ? out_room(leg->core) : NULL;
    if (!at) {
        leg->dropped++;
        return;
    }
    int size = write_head(leg, at, &(struct head){leg->form.payload_type, media->marker, out->sequence,
                                                  out->timestamp, leg->form.ssrc, leg->stream->level});
    if (out->size)
        memcpy(at + size, out->payload, (size_t)out->size);
    if (leg->form.is_picture && out->picture.number >= 0 && (out->number_by || leg->level_by))
        renumber(at + size, &out->picture, out->number_by, leg->level_by);
    if (!out_commit(leg->line, size + out->size))
        leg->dropped++;
}

void leg_send(hot_leg *leg, const struct media *media)
{
    if (!leg->rung)
        return;
    if (!may_go(leg, media) || !splice_belongs(&leg->splice, media->sequence)) {
        leg->dropped++;
        return;
    }
    struct passage out = {media->payload, media->size, leg->number_by,
                          media->sequence, media->timestamp, media->picture};
    if (!may_pass(leg, &out)) {
        leg->left_out++;
        return;
    }
    splice_shift(&leg->splice, &out.sequence, &out.timestamp, media->now);
    if (out.sequence == leg->splice.highest) {
        /* The newest, or its double. */
        leg->splice.at = media->now;
        if (leg->form.is_picture)
            note_numbers(leg, &out.picture, out.number_by);
    }
    if (leg->kept)
        remember(leg, media, &out);
    leg->packets++;
    leg->octets += (uint64_t)out.size;
    emit(leg, media, &out);
}

static bool repeat(hot_leg *leg, uint16_t sequence, double now)
{
    struct kept *kept = leg->kept + sequence % KEPT;
    if (!kept->is_used || kept->sequence != sequence || now - kept->resent_at < RESEND_AFTER)
        return false;
    hot_stream *stream = leg->stream;
    if (!stream->arena || stream->arena_head - kept->start > ARENA)
        return false;
    uint8_t *at = leg->line ? out_room(leg->core) : NULL;
    if (!at)
        return false;
    kept->resent_at = now;
    int size = write_head(leg, at, &(struct head){leg->form.rtx_payload_type, kept->marker, leg->rtx_sequence++,
                                                  kept->timestamp, leg->form.rtx_ssrc, 0});
    put_two(at + size, sequence);
    size += 2;
    if (kept->size)
        memcpy(at + size, stream->arena + kept->start % ARENA, kept->size);
    struct picture picture = look_at_picture(at + size, kept->size);
    if (picture.number >= 0 && (kept->number_by || kept->level_by))
        renumber(at + size, &picture, kept->number_by, kept->level_by);
    return out_commit(leg->line, size + kept->size);
}

int hot_leg_repeat(hot_leg *leg, const uint16_t *lost, int count, int most, double now)
{
    int repeated = 0;
    enter(leg->core);
    set_time(leg->core);
    if (leg->stream && leg->kept) {
        for (int i = 0; i < count && repeated < most; i++)
            repeated += repeat(leg, lost[i], now);
        leg->repeated += (uint64_t)repeated;
        out_flush(leg->core);
    }
    leave(leg->core);
    return repeated;
}
