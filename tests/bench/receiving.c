#define _GNU_SOURCE
#include "engine.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 16, CHECK_ONE_IN = 16, TAG = 16 };

static const int64_t SECOND = 1000000000;
static const uint32_t MAGIC = 0x54644442;

/* STUN and DTLS are Python's: client, address and port it came from, datagram. */
static void pass_on(struct engine *engine, struct client *client, const struct sockaddr_in *from,
                    const uint8_t *packet, int length)
{
    uint8_t note[LARGEST + 10];
    put32(note, client->index);
    memcpy(note + 4, &from->sin_addr, 4);
    memcpy(note + 8, &from->sin_port, 2);
    memcpy(note + 10, packet, length);
    if (send(engine->pipe, note, length + 10, MSG_DONTWAIT) < 0)
        engine->counts.spilled++;
}

static struct stream *find_stream(struct client *client, uint32_t ssrc)
{
    for (int at = 0; at < client->stream_count; at++)
        if (client->streams[at].ssrc == ssrc)
            return &client->streams[at];
    return NULL;
}

static struct stream *count(struct client *client, uint32_t ssrc, uint16_t sequence)
{
    struct stream *stream = find_stream(client, ssrc);
    if (stream == NULL) {
        if (client->stream_count == MOST_STREAMS)
            return NULL;
        stream = &client->streams[client->stream_count++];
        *stream = (struct stream){ .ssrc = ssrc, .base = sequence, .highest = sequence };
        stream->base_before = sequence - 1;
    }
    int16_t step = sequence - (uint16_t)stream->highest;
    if (step > 0)
        stream->highest += step;
    stream->packets++;
    return stream;
}

/* Whether a decrypted packet ends as some client sent it; gives its stamp. */
static bool read_stamp(struct engine *engine, const uint8_t *packet, int length, int64_t *stamp)
{
    int head = 12 + 4 * (packet[0] & 0x0F);
    if (packet[0] & 0x10 && head + 4 <= length)
        head += 4 + 4 * get16(packet + head + 2);
    int size = length - head;
    if (size < TRAILER + NOISE_FROM)
        return false;
    const uint8_t *payload = packet + head, *trailer = payload + size - TRAILER;
    *stamp = get64(trailer);
    return get32(trailer + 16) == MAGIC && get32(trailer + 12) == (uint32_t)size &&
           get32(trailer + 8) < (uint32_t)engine->client_count &&
           memcmp(payload + NOISE_FROM, engine->noise + NOISE_FROM, size - TRAILER - NOISE_FROM) == 0;
}

static void check(struct engine *engine, struct client *client, uint8_t *packet, int length, int64_t arrived)
{
    int64_t stamp = 0;
    if (engine->crypto.unprotect(client->rx, packet, &length) != 0) {
        engine->counts.unauthentic++;
        return;
    }
    engine->counts.checked++;
    if (engine->film.frames)
        return;
    if (!read_stamp(engine, packet, length, &stamp)) {
        engine->counts.wrong++;
        return;
    }
    int64_t taken = arrived - stamp;
    if (taken < 0)
        taken = 0;
    if (engine->counts.samples < MOST_SAMPLES)
        engine->samples[engine->counts.samples++] = taken < 4 * SECOND ? taken : 4 * SECOND;
}

static void take_rtp(struct engine *engine, struct client *client, uint8_t *packet, int length, int64_t arrived)
{
    uint16_t sequence = get16(packet + 2);
    engine->counts.received++;
    engine->counts.received_octets += length;
    if (count(client, get32(packet + 8), sequence) == NULL)
        engine->counts.wrong++;
    else if (sequence % CHECK_ONE_IN == 0)
        check(engine, client, packet, length, arrived);
}

static void take_rtcp(struct engine *engine, struct client *client, uint8_t *packet, int length, int64_t arrived)
{
    if (engine->crypto.unprotect_rtcp(client->rx, packet, &length) != 0) {
        engine->counts.unauthentic++;
        return;
    }
    for (int at = 0; at + 8 <= length; at += 4 * (get16(packet + at + 2) + 1)) {
        int kind = packet[at + 1], format = packet[at] & 0x1F;
        if (kind == 200 && at + 16 <= length) {
            struct stream *stream = find_stream(client, get32(packet + at + 4));
            if (stream != NULL) {
                stream->report_middle = get32(packet + at + 10);
                stream->reported_at = arrived;
            }
        } else if (kind == 206 && (format == 1 || format == 4)) {
            client->wants_key_frame = true;
            engine->counts.key_frames_asked++;
        } else if (kind == 205 && format == 1) {
            engine->counts.nacks++;
        }
    }
}

static void take(struct engine *engine, struct client *client, struct msghdr *message, int length)
{
    uint8_t *packet = message->msg_iov->iov_base;
    bool is_media = length >= 12 && packet[0] >> 6 == 2;
    if (!is_media) {
        pass_on(engine, client, message->msg_name, packet, length);
        return;
    }
    if (client->rx == NULL) {
        engine->counts.early++;
        return;
    }
    int64_t arrived = 0;
    struct cmsghdr *note = CMSG_FIRSTHDR(message);
    if (note != NULL && note->cmsg_type == SCM_TIMESTAMPNS) {
        struct timespec at;
        memcpy(&at, CMSG_DATA(note), sizeof at);
        arrived = at.tv_sec * SECOND + at.tv_nsec;
    }
    if (arrived == 0)
        arrived = clock_now();
    if (packet[1] >= 192 && packet[1] <= 223)
        take_rtcp(engine, client, packet, length, arrived);
    else if (length >= 12 + TAG)
        take_rtp(engine, client, packet, length, arrived);
}

void drain(struct engine *engine, struct client *client)
{
    static uint8_t packets[BATCH][LARGEST];
    struct sockaddr_in sources[BATCH];
    uint64_t notes[BATCH][8];
    struct iovec places[BATCH];
    struct mmsghdr messages[BATCH];

    for (int each = 0; each < BATCH; each++) {
        places[each] = (struct iovec){ packets[each], LARGEST };
        messages[each].msg_hdr = (struct msghdr){
            .msg_name = &sources[each], .msg_namelen = sizeof sources[each],
            .msg_iov = &places[each], .msg_iovlen = 1,
            .msg_control = notes[each], .msg_controllen = sizeof notes[each],
        };
    }
    int count = recvmmsg(client->fd, messages, BATCH, MSG_DONTWAIT, NULL);
    for (int each = 0; each < count; each++)
        take(engine, client, &messages[each].msg_hdr, messages[each].msg_len);
}
