#define _GNU_SOURCE
#include "engine.h"

#include <string.h>
#include <sys/socket.h>

/* 720p30 at 1.2 Mb/s: each second one key frame of 12 packets and 29 frames of 4, 1174 bytes
 * on average, in pairs 5 ms apart; and 32 kb/s of Opus in packets of 20 ms. */
enum {
    FRAMES = 30,
    KEY_FRAME_PACKETS = 12,
    FRAME_PACKETS = 4,
    MEAN_SIZE = 1174,
    SIZE_SPREAD = 50,
    OPUS_SIZE = 80,
    DESCRIPTOR = 4,
    PICTURES = 32760,   /* a multiple of FRAMES within 15 bits */
    VP8_CLOCK = 90000 / FRAMES,
    OPUS_CLOCK = 48000 / 50,
};

static const int64_t SECOND = 1000000000;
static const int64_t PAIR_EVERY = 5000000;
static const int64_t KEY_FRAME_AT_MOST_EVERY = 300000000;
static const int64_t TOO_LATE = 100000000;
static const uint32_t MAGIC = 0x54644442;

/* An extension block with MID, and level or send time, as browsers write it. */
static int put_extensions(const struct client *client, uint8_t *at, bool is_video, int64_t now)
{
    int length = 4;
    if (client->mid_id) {
        at[length++] = client->mid_id << 4;
        at[length++] = is_video ? '1' : '0';
    }
    if (is_video && client->time_id) {
        at[length++] = client->time_id << 4 | 2;
        uint32_t time = (uint64_t)(now % (64 * SECOND)) * (1 << 18) / SECOND;
        at[length++] = time >> 16;
        put16(at + length, time);
        length += 2;
    } else if (!is_video && client->level_id) {
        at[length++] = client->level_id << 4;
        at[length++] = 0x80 | 30;
    }
    while (length % 4)
        at[length++] = 0;
    put16(at, 0xBEDE);
    put16(at + 2, length / 4 - 1);
    return length;
}

/* RFC 7741, with a 15-bit picture id. */
static void put_descriptor(const struct client *client, uint8_t *at)
{
    at[0] = 0x80 | (client->frame_sent == 0 ? 0x10 : 0);
    at[1] = 0x80;
    put16(at + 2, 0x8000 | client->picture);
}

/* Noise that begins as a VP8 frame does and ends in the stamp. */
static void put_noise(const struct engine *engine, const struct client *client, uint8_t *at, int length, bool is_video,
                      int64_t now)
{
    memcpy(at, engine->noise, length);
    if (is_video) {
        static const uint8_t start[] = { 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02 };
        put_descriptor(client, at);
        if (client->frame_sent == 0 && client->is_key_frame)
            memcpy(at + DESCRIPTOR, start, sizeof start);
        else if (client->frame_sent == 0)
            at[DESCRIPTOR] = 0x11;
    }
    uint8_t *trailer = at + length - TRAILER;
    put64(trailer, now);
    put32(trailer + 8, client->index);
    put32(trailer + 12, length);
    put32(trailer + 16, MAGIC);
}

/* The part of the film whose turn it is; returns its length. */
static int put_film(const struct engine *engine, const struct client *client, uint8_t *at, bool is_video)
{
    const struct film *film = &engine->film;
    if (!is_video) {
        memcpy(at, film->sound, film->sound_size);
        return film->sound_size;
    }
    int frame = client->picture % film->frames;
    int size = film->starts[frame + 1] - film->starts[frame];
    int from = size * client->frame_sent / client->frame_packets;
    int until = size * (client->frame_sent + 1) / client->frame_packets;
    put_descriptor(client, at);
    memcpy(at + DESCRIPTOR, film->pictures + film->starts[frame] + from, until - from);
    return DESCRIPTOR + until - from;
}

static void send_packet(struct engine *engine, struct client *client, struct flow *flow, int size, bool marker)
{
    uint8_t packet[LARGEST];
    bool is_video = flow == &client->video;
    int64_t now = clock_now();
    packet[0] = 0x90;
    packet[1] = flow->payload_type | (marker ? 0x80 : 0);
    put16(packet + 2, flow->sequence);
    put32(packet + 4, flow->timestamp);
    put32(packet + 8, flow->ssrc);
    int head = 12 + put_extensions(client, packet + 12, is_video, now);
    int length = is_video ? size - head : size;
    if (engine->film.frames)
        length = put_film(engine, client, packet + head, is_video);
    else
        put_noise(engine, client, packet + head, length, is_video, now);
    int whole = head + length;
    bool is_sealed = engine->crypto.protect(client->tx, packet, &whole) == 0;
    if (is_sealed && send(client->fd, packet, whole, MSG_DONTWAIT) == whole)
        engine->counts.sent++;
    else
        engine->counts.unsent++;
    flow->sequence++;
    flow->packets++;
    flow->octets += length;
}

static int film_packets(const struct film *film, int picture)
{
    int frame = picture % film->frames;
    return (film->starts[frame + 1] - film->starts[frame]) / MEAN_SIZE + 1;
}

static void begin_frame(const struct engine *engine, struct client *client, int64_t now)
{
    bool is_asked = client->wants_key_frame && now - client->key_frame_at > KEY_FRAME_AT_MOST_EVERY;
    client->picture = (client->picture + 1) % PICTURES;
    client->is_key_frame = is_asked || client->picture % FRAMES == 0;
    if (client->is_key_frame) {
        client->wants_key_frame = false;
        client->key_frame_at = now;
    }
    client->frame_packets = client->is_key_frame ? KEY_FRAME_PACKETS : FRAME_PACKETS;
    if (engine->film.frames)
        client->frame_packets = film_packets(&engine->film, client->picture);
    /* Chromium cuts one frame into equal parts; frames differ. */
    client->frame_size = MEAN_SIZE - SIZE_SPREAD + client->picture * 61 % (2 * SIZE_SPREAD + 1);
    client->frame_sent = 0;
    client->video.timestamp += VP8_CLOCK;
}

static void send_video(struct engine *engine, struct client *client, int64_t now)
{
    if (client->frame_sent >= client->frame_packets)
        begin_frame(engine, client, now);
    for (int each = 0; each < 2 && client->frame_sent < client->frame_packets; each++) {
        bool is_last = client->frame_sent + 1 == client->frame_packets;
        send_packet(engine, client, &client->video, client->frame_size - is_last, is_last);
        client->frame_sent++;
    }
    client->video.due += PAIR_EVERY;
    if (client->frame_sent >= client->frame_packets) {
        client->frame_at += SECOND / FRAMES;
        client->video.due = client->frame_at;
    }
}

static void send_audio(struct engine *engine, struct client *client)
{
    send_packet(engine, client, &client->audio, OPUS_SIZE, false);
    client->audio.timestamp += OPUS_CLOCK;
    client->audio.due += SECOND / 50;
}

static int put_sender_report(const struct flow *flow, uint8_t *at, int64_t now)
{
    const uint64_t since_1900 = 2208988800u;
    put32(at, 0x80C80006);
    put32(at + 4, flow->ssrc);
    put32(at + 8, now / SECOND + since_1900);
    put32(at + 12, ((uint64_t)(now % SECOND) << 32) / SECOND);
    put32(at + 16, flow->timestamp);
    put32(at + 20, flow->packets);
    put32(at + 24, flow->octets);
    return 28;
}

static int put_receiver_report(const struct client *client, uint8_t *at, int64_t now)
{
    put32(at, 0x80C90001 | client->stream_count << 24 | 6 * client->stream_count);
    put32(at + 4, client->video.ssrc ? client->video.ssrc : client->index + 1);
    at += 8;
    for (int each = 0; each < client->stream_count; each++, at += 24) {
        const struct stream *stream = &client->streams[each];
        int64_t lost = stream->highest - stream->base + 1 - stream->packets;
        put32(at, stream->ssrc);
        put32(at + 4, (lost < 0 ? 0 : lost) & 0xFFFFFF);
        put32(at + 8, stream->highest);
        put32(at + 12, 0);
        put32(at + 16, stream->report_middle);
        put32(at + 20, stream->report_middle ? (now - stream->reported_at) * 65536 / SECOND : 0);
    }
    return 8 + 24 * client->stream_count;
}

/* One compound a second: what we send, what we receive, and who we are. */
static void send_report(struct engine *engine, struct client *client, int64_t now)
{
    uint8_t packet[LARGEST];
    int length = 0;
    if (client->is_sending) {
        length += put_sender_report(&client->audio, packet, now);
        length += put_sender_report(&client->video, packet + length, now);
    }
    length += put_receiver_report(client, packet + length, now);
    put32(packet + length, 0x81CA0003);
    put32(packet + length + 4, client->video.ssrc ? client->video.ssrc : client->index + 1);
    memcpy(packet + length + 8, "\1\5bench\0", 8);
    length += 16;
    if (engine->crypto.protect_rtcp(client->tx, packet, &length) == 0)
        send(client->fd, packet, length, MSG_DONTWAIT);
    client->report_at += SECOND;
}

/* Sends what is due; returns when something will be due again. */
int64_t send_due(struct engine *engine, int64_t now)
{
    int64_t next = now + SECOND / 50;
    for (int each = 0; each < engine->client_count; each++) {
        struct client *client = engine->clients[each];
        if (client->tx == NULL)
            continue;
        if (client->report_at <= now)
            send_report(engine, client, now);
        if (!client->is_sending)
            continue;
        if (now - client->video.due > TOO_LATE)
            engine->counts.late++;
        while (client->video.due <= now)
            send_video(engine, client, now);
        while (client->audio.due <= now)
            send_audio(engine, client);
        if (client->video.due < next)
            next = client->video.due;
        if (client->audio.due < next)
            next = client->audio.due;
    }
    return next;
}
