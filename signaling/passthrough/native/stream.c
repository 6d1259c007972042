/* One stream from a browser: counted, repaired, handed to legs and to Python. As incoming.py. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inner.h"

#define KEY_FRAME_EVERY 0.5
#define LONG_AGO (-1e9)

static void reception_open(hot_stream *stream)
{
    stream->base = -1;
    stream->highest = 0;
    stream->cycles = 0;
    stream->packets = stream->octets = 0;
    stream->jitter = stream->transit = 0;
    stream->has_transit = false;
    gaps_open(&stream->gaps);
}

hot_stream *hot_stream_open(hot *core, hot_line *line, const hot_stream_form *form)
{
    hot_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->core = core;
    stream->form = *form;
    stream->level = SILENCE;
    stream->asked_at = LONG_AGO;
    stream->heard_at = LONG_AGO;
    splice_open(&stream->splice, form->clock_rate);
    stream->splice.keeps_numbers = true;
    reception_open(stream);
    enter(core);
    core->refs++;
    int at = form->is_picture ? 1 : 0;
    if (line && !line->streams[at]) {
        stream->line = line;
        line->streams[at] = stream;
    }
    leave(core);
    return stream;
}

void hot_stream_close(hot_stream *stream)
{
    if (!stream)
        return;
    hot *core = stream->core;
    enter(core);
    if (stream->line)
        stream->line->streams[stream->form.is_picture ? 1 : 0] = NULL;
    while (stream->leg_count)
        leg_leave_stream(stream->legs[stream->leg_count - 1]);
    leave(core);
    free(stream->legs);
    free(stream->arena);
    free(stream);
    drop(core);
}

void hot_stream_mute(hot_stream *stream, int is_muted)
{
    enter(stream->core);
    if (stream->is_muted && !is_muted)
        stream->breaks++;
    stream->is_muted = is_muted != 0;
    if (is_muted)
        stream->level = SILENCE;
    leave(stream->core);
}

void hot_stream_tap(hot_stream *stream, int is_tapped)
{
    enter(stream->core);
    stream->is_tapped = is_tapped != 0;
    leave(stream->core);
}

void hot_stream_want(hot_stream *stream)
{
    enter(stream->core);
    stream->wants_key_frame = true;
    leave(stream->core);
}

void hot_stream_end(hot_stream *stream)
{
    enter(stream->core);
    stream->has_ssrc = false;
    stream->level = SILENCE;
    leave(stream->core);
}

void hot_stream_pause(hot_stream *stream)
{
    enter(stream->core);
    stream->breaks++;
    leave(stream->core);
}

int hot_stream_ask(hot_stream *stream, double now, uint16_t *lost, int *flags)
{
    int count = 0;
    *flags = 0;
    enter(stream->core);
    if (stream->has_ssrc && stream->form.is_picture) {
        bool gave_up = false;
        count = gaps_due(&stream->gaps, now, lost, &gave_up);
        if (gave_up) {
            *flags |= HOT_GAVE_UP;
            stream->wants_key_frame = true;
        }
        if (stream->wants_key_frame && now - stream->asked_at >= KEY_FRAME_EVERY) {
            *flags |= HOT_ASK_KEY_FRAME;
            stream->wants_key_frame = false;
            stream->asked_at = now;
            stream->key_frame_requests++;
        }
    }
    leave(stream->core);
    return count;
}

void hot_stream_look(hot_stream *stream, hot_stream_facts *facts)
{
    enter(stream->core);
    *facts = (hot_stream_facts){
        .has_ssrc = stream->has_ssrc,
        .ssrc = stream->ssrc,
        .restarts = stream->restarts,
        .base = stream->base,
        .highest = stream->highest,
        .cycles = stream->cycles,
        .timestamp_by = stream->splice.timestamp_by,
        .packets = stream->packets,
        .octets = stream->octets,
        .repaired = stream->repaired,
        .lost_for_good = stream->lost_for_good + stream->gaps.lost_for_good,
        .key_frame_requests = stream->key_frame_requests,
        .jitter = stream->jitter,
        .heard_at = stream->heard_at,
        .level = stream->level,
        .sample_count = stream->sample_count,
    };
    memcpy(facts->samples, stream->samples, (size_t)stream->sample_count * sizeof *facts->samples);
    stream->sample_count = 0;
    leave(stream->core);
}

static void receive(hot_stream *stream, const struct arrived *packet, double now)
{
    int sequence = packet->sequence;
    if (stream->base < 0)
        stream->base = stream->highest = sequence;
    if (ahead(packet->sequence, (uint16_t)stream->highest) > 0) {
        if (sequence < stream->highest)
            stream->cycles += 1 << 16;
        stream->highest = sequence;
    }
    stream->packets++;
    stream->octets += (uint64_t)packet->size;
    double transit = now * stream->form.clock_rate - packet->timestamp;
    if (stream->has_transit) {
        /* The clock wraps every half day; one odd step must not become the jitter. */
        double step = fabs(transit - stream->transit);
        if (step < stream->form.clock_rate)
            stream->jitter += (step - stream->jitter) / 16;
    }
    stream->transit = transit;
    stream->has_transit = true;
}

static void restart(hot_stream *stream, const struct arrived *packet, double now)
{
    stream->lost_for_good += stream->gaps.lost_for_good;
    reception_open(stream);
    stream->has_ssrc = true;
    stream->ssrc = packet->ssrc;
    stream->restarts++;
    splice_begin(&stream->splice, packet->sequence, packet->timestamp, now);
    if (stream->form.is_picture && stream->line)
        stream->line->has_news = true;
}

static void pass_on(hot_stream *stream, const struct arrived *packet, uint16_t sequence, int skip, double now)
{
    if (!splice_belongs(&stream->splice, sequence))
        return;
    struct media media = {
        .payload = packet->payload + skip,
        .size = packet->size - skip,
        .sequence = sequence,
        .timestamp = packet->timestamp,
        .marker = packet->marker,
        .now = now,
    };
    splice_shift(&stream->splice, &media.sequence, &media.timestamp, now);
    stream_deliver(stream, &media);
}

/* How long the way took tells of a queue before anything is lost. */
static void time_it(hot_stream *stream, const struct arrived *packet, double now)
{
    int length = 0;
    if (!packet->marker || stream->form.time_id <= 0)
        return;
    const uint8_t *value = find_extension(packet, stream->form.time_id, &length);
    if (!value || length != 3)
        return;
    if (stream->sample_count == HOT_SAMPLES) {
        stream->sample_count--;
        memmove(stream->samples, stream->samples + 1, (HOT_SAMPLES - 1) * sizeof *stream->samples);
    }
    uint32_t stamp = (uint32_t)value[0] << 16 | (uint32_t)value[1] << 8 | value[2];
    stream->samples[stream->sample_count++] = (hot_sample){now, stamp};
}

static void hear(hot_stream *stream, const struct arrived *packet)
{
    int length = 0;
    if (stream->form.level_id <= 0 || stream->is_muted)
        return;
    const uint8_t *value = find_extension(packet, stream->form.level_id, &length);
    if (value && length > 0)
        stream->level = value[0] & 0x7F;
}

static void take_packet(hot_stream *stream, const struct arrived *packet, double now)
{
    if (!stream->has_ssrc || packet->ssrc != stream->ssrc)
        restart(stream, packet, now);
    receive(stream, packet, now);
    stream->heard_at = now;
    if (stream->form.is_picture) {
        if (!gaps_received(&stream->gaps, packet->sequence, now))
            stream->wants_key_frame = true;
        time_it(stream, packet, now);
    } else {
        hear(stream, packet);
    }
    pass_on(stream, packet, packet->sequence, 0, now);
}

static void take_repetition(hot_stream *stream, const struct arrived *packet, double now)
{
    if (!stream->has_ssrc || packet->size < 2)
        return;
    uint16_t sequence = (uint16_t)(packet->payload[0] << 8 | packet->payload[1]);
    /* Browsers probe the path with old packets sent again; only a filled hole is news. */
    if (!gaps_fills(&stream->gaps, sequence, now))
        return;
    stream->repaired++;
    pass_on(stream, packet, sequence, 2, now);
}

void take_rtp(hot_line *line, const uint8_t *packet, int size, double now)
{
    struct arrived arrived;
    if (!parse_rtp(packet, size, &arrived)) {
        line->facts.malformed++;
        return;
    }
    for (int i = 0; i < 2; i++) {
        hot_stream *stream = line->streams[i];
        if (!stream)
            continue;
        if (arrived.payload_type == stream->form.payload_type) {
            take_packet(stream, &arrived, now);
            return;
        }
        if (arrived.payload_type == stream->form.rtx_payload_type && stream->form.is_picture) {
            take_repetition(stream, &arrived, now);
            return;
        }
    }
    line->facts.unknown++;
}

/* The payload is kept once for all legs; what lies ARENA behind the head was written over. */
static uint64_t keep(hot_stream *stream, const uint8_t *payload, int size)
{
    if (!stream->arena && !(stream->arena = malloc(ARENA)))
        return UINT64_MAX;
    uint64_t at = stream->arena_head % ARENA;
    if (at + (uint64_t)size > ARENA) {
        stream->arena_head += ARENA - at;
        at = 0;
    }
    if (size)
        memcpy(stream->arena + at, payload, (size_t)size);
    uint64_t start = stream->arena_head;
    stream->arena_head += (uint64_t)size;
    return start;
}

static void tap(hot_stream *stream, const struct media *media)
{
    hot *core = stream->core;
    hot_record record = {
        .size = (uint32_t)media->size,
        .sequence = media->sequence,
        .marker = media->marker,
        .name = stream->form.name,
        .at = media->now,
        .timestamp = media->timestamp,
    };
    if (!pipe_put(&core->pipes[HOT_TAPPED], &record, media->payload))
        core->counts.overflowed++;
    else if (pipe_load(&core->pipes[HOT_TAPPED]) > core->pipes[HOT_TAPPED].room / 4)
        core->has_news = true;
}

void stream_deliver(hot_stream *stream, struct media *media)
{
    if (stream->is_muted)
        return;
    if (stream->is_tapped)
        tap(stream, media);
    if (!stream->leg_count)
        return;
    media->start = UINT64_MAX;
    if (stream->form.is_picture) {
        media->picture = look_at_picture(media->payload, media->size);
        media->start = keep(stream, media->payload, media->size);
    }
    for (int i = 0; i < stream->leg_count; i++)
        leg_send(stream->legs[i], media);
}

void hot_stream_push(hot_stream *stream, const hot_record *record, const uint8_t *payload, int level)
{
    if (record->size > LARGEST)
        return;
    struct media media = {
        .payload = payload,
        .size = (int)record->size,
        .sequence = record->sequence,
        .timestamp = record->timestamp,
        .marker = record->marker,
        .now = record->at,
    };
    enter(stream->core);
    set_time(stream->core);
    stream->level = level;
    stream_deliver(stream, &media);
    out_flush(stream->core);
    leave(stream->core);
}
