/* Feeds a core with mutated packets and every control call, in any order, for some seconds.

   Built with the sanitizers; the first fault ends it with a report. The "cipher" is a byte of
   exclusive-or, so that mutations reach the parser behind it. fuzz SECONDS [SEED] */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inner.h"

enum { LINES = 6, LEGS = 24, PLACES = 8, TAG = 16 };

/* Each thread its own; the core's thread draws too, inside the cipher. */
static _Thread_local uint64_t state = 88172645463325252u;

static uint32_t chance(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

static int seal(void *session, void *packet, int *size)
{
    (void)session;
    memset((uint8_t *)packet + *size, 0x5A, TAG);
    *size += TAG;
    return chance(200) == 0;
}

static int unseal(void *session, void *packet, int *size)
{
    (void)session;
    (void)packet;
    if (*size < 12 + TAG)
        return 2;
    *size -= TAG;
    return chance(50) == 0;
}

static hot *core;
static hot_line *lines[LINES];
static hot_stream *streams[LINES][2];
static hot_leg *legs[LEGS];
static double now = 1;
static uint16_t sequences[LINES];
static uint64_t packets, calls;
static int session_mark;

static int fd = -1;
static struct sockaddr_in here; /* of the socket, which is one of the places */

static hot_address place(uint32_t number)
{
    if (number == 0 && fd >= 0) {
        hot_address own = {.port = ntohs(here.sin_port)};
        memcpy(own.ip, &here.sin_addr, 4);
        return own;
    }
    hot_address address = {.port = (uint16_t)(9 + number), .is_six = number % 2};
    address.ip[0] = (uint8_t)number;
    return address;
}

static int write_rtp(uint8_t *into, int line, int kind)
{
    static const uint8_t types[] = {96, 111, 97, 100};
    int size = 12;
    uint16_t sequence = sequences[line];
    if (kind < 2)
        sequence = (uint16_t)(sequences[line] += (uint16_t)(chance(20) ? 1 : chance(700)));
    if (!chance(8))
        sequence = (uint16_t)(sequence - chance(300));
    memset(into, 0, 12);
    into[0] = (uint8_t)(0x80 | (chance(3) ? 0 : 0x10) | (chance(6) ? 0 : 0x20) | (chance(9) ? 0 : chance(16)));
    into[1] = (uint8_t)(types[kind] | (chance(2) ? 0x80 : 0));
    into[2] = (uint8_t)(sequence >> 8);
    into[3] = (uint8_t)sequence;
    into[6] = (uint8_t)chance(256);
    into[11] = (uint8_t)(chance(60) ? 1 : chance(100));
    size += 4 * (into[0] & 15);
    memset(into + 12, 7, (size_t)(size - 12));
    if (into[0] & 0x10) {
        int words = (int)chance(6);
        uint8_t *block = into + size;
        block[0] = chance(2) ? 0xBE : 0x10;
        block[1] = block[0] == 0xBE ? 0xDE : (uint8_t)chance(16);
        block[2] = 0;
        block[3] = (uint8_t)(chance(30) ? words : (int)chance(256));
        for (int i = 0; i < 4 * words; i++)
            block[4 + i] = (uint8_t)(chance(3) ? chance(48) : 0);
        size += 4 + 4 * words;
    }
    static const int lengths[] = {0, 1, 2, 3, 7, 8, 20, 1000, 1180, 1900};
    int length = lengths[chance(10)];
    for (int i = 0; i < length; i++)
        into[size + i] = (uint8_t)(i < 8 ? chance(256) : (uint32_t)i);
    if (length >= 8 && chance(3)) {
        memcpy(into + size, (uint8_t[]){0x90, 0xF0, 0x80, 0, 0, 0x20, 0x10, 0}, 8);
        into[size + (kind == 2 ? 2 : 0)] = 0x90;
        into[size + 6] = (uint8_t)(0x10 | chance(2));
        if (kind == 2) {
            into[size] = (uint8_t)(sequence >> 8);
            into[size + 1] = (uint8_t)(sequence - chance(4));
        }
    }
    size += length;
    if (into[0] & 0x20)
        into[size++] = (uint8_t)(chance(4) ? 1 : chance(256));
    return size;
}

static int write_packet(uint8_t *into)
{
    int size;
    if (!chance(12)) {
        size = (int)chance(60);
        for (int i = 0; i < size; i++)
            into[i] = (uint8_t)chance(256);
        return size;
    }
    size = write_rtp(into, (int)chance(LINES), (int)chance(4));
    for (uint32_t left = chance(4) ? 0 : chance(8); left; left--)
        into[chance((uint32_t)(chance(2) ? 32 : size))] = (uint8_t)chance(256);
    if (!chance(10))
        size = (int)chance((uint32_t)size + 1);
    return size;
}

/* The exact size on the heap, so that one byte too far is seen. */
static void feed(void)
{
    uint8_t wide[4096];
    int size = write_packet(wide);
    packets++;
    if (chance(2)) {
        uint8_t *exact = malloc((size_t)size + 1);
        int line = (int)chance(LINES);
        memcpy(exact, wide, (size_t)size);
        exact = realloc(exact, size ? (size_t)size : 1);
        if (lines[line])
            hot_line_take(lines[line], exact, size, now);
        free(exact);
        return;
    }
    memset(wide + size, 0, TAG);
    if (fd >= 0) {
        if (!chance(50))
            size = (int)chance(4000);
        sendto(fd, wide, (size_t)(size + TAG), 0, (struct sockaddr *)&here, sizeof here);
        return;
    }
    hot_address from = place(chance(PLACES + 2));
    hot_datagram(core, &from, wide, size + TAG, now);
}

static void open_line(int at)
{
    lines[at] = hot_line_open(core, (uint64_t)at);
    if (chance(5))
        hot_line_keys(lines[at], &session_mark, &session_mark);
    hot_address to = place(chance(PLACES));
    hot_line_route(lines[at], &to);
    hot_verify(core, &to, lines[at]);
}

static void open_stream(int line, int is_picture)
{
    hot_stream_form form = {
        .is_picture = is_picture,
        .payload_type = is_picture ? 96 : 111,
        .rtx_payload_type = is_picture ? 97 : -1,
        .level_id = (int)chance(16) - 1,
        .time_id = (int)chance(16) - 1,
        .clock_rate = is_picture ? 90000 : 48000,
        .name = (uint64_t)line,
    };
    streams[line][is_picture] = hot_stream_open(core, lines[line], &form);
}

static void open_leg(int at)
{
    hot_leg_form form = {
        .is_picture = (int)chance(2),
        .payload_type = 96,
        .rtx_payload_type = 97,
        .has_rtx = (int)chance(2),
        .ssrc = chance(1000),
        .rtx_ssrc = chance(1000),
        .clock_rate = 90000,
        .first_sequence = (uint16_t)chance(65536),
        .block_size = (uint16_t)(4 * chance(20)),
        .stamp_at = (uint16_t)chance(70),
        .stamp_kind = (uint16_t)chance(3),
    };
    legs[at] = hot_leg_open(core, lines[chance(LINES)], &form);
}

static void use_leg(int at)
{
    uint16_t lost[40];
    hot_leg_facts facts;
    for (int i = 0; i < 40; i++)
        lost[i] = (uint16_t)chance(65536);
    switch (chance(5)) {
    case 0:
        hot_leg_occupy(legs[at], chance(5) ? streams[chance(LINES)][chance(2)] : NULL);
        break;
    case 1:
        lost[0] = legs[at]->splice.highest;
        lost[1] = (uint16_t)(lost[0] - chance(600));
        hot_leg_repeat(legs[at], lost, 40, (int)chance(400), now);
        break;
    case 2:
        hot_leg_limit(legs[at], (int)chance(6) - 1);
        break;
    case 3:
        hot_leg_look(legs[at], &facts);
        break;
    default:
        if (chance(20) == 0) {
            hot_leg_close(legs[at]);
            legs[at] = NULL;
        }
    }
}

static void use_stream(int line, int kind)
{
    hot_stream *stream = streams[line][kind];
    uint16_t lost[HOT_MOST_LOST];
    hot_stream_facts facts;
    uint8_t payload[64] = {0x90, 0xE0, 0x80};
    int flags;
    hot_record record = {.size = chance(65), .sequence = (uint16_t)chance(65536), .at = now};
    switch (chance(9)) {
    case 0:
        hot_stream_mute(stream, (int)chance(2));
        break;
    case 1:
        hot_stream_tap(stream, (int)chance(2));
        break;
    case 2:
        hot_stream_want(stream);
        break;
    case 3:
        hot_stream_end(stream);
        break;
    case 4:
        hot_stream_pause(stream);
        break;
    case 5:
        hot_stream_ask(stream, now, lost, &flags);
        break;
    case 6:
        hot_stream_look(stream, &facts);
        break;
    case 7:
        hot_stream_push(stream, &record, payload, (int)chance(128));
        break;
    default:
        if (chance(30) == 0) {
            hot_stream_close(stream);
            streams[line][kind] = NULL;
        }
    }
}

static void use_line(int at)
{
    hot_line_facts facts;
    hot_address address = place(chance(PLACES + 4));
    switch (chance(6)) {
    case 0:
        hot_line_look(lines[at], &facts);
        break;
    case 1:
        hot_verify(core, &address, chance(3) ? lines[at] : NULL);
        break;
    case 2:
        hot_forget(core, &address);
        break;
    case 3:
        hot_line_route(lines[at], &address);
        break;
    case 4:
        hot_line_keys(lines[at], chance(4) ? &session_mark : NULL, chance(4) ? &session_mark : NULL);
        break;
    default:
        if (chance(40) == 0) {
            hot_line_close(lines[at]);
            lines[at] = NULL;
        }
    }
}

static void call(void)
{
    static uint8_t drained[1 << 18];
    uint64_t names[LINES];
    hot_counts counts;
    calls++;
    int line = (int)chance(LINES), kind = (int)chance(2), leg = (int)chance(LEGS);
    switch (chance(6)) {
    case 0:
        lines[line] ? use_line(line) : open_line(line);
        break;
    case 1:
        streams[line][kind] ? use_stream(line, kind) : open_stream(line, kind);
        break;
    case 2:
    case 3:
        legs[leg] ? use_leg(leg) : open_leg(leg);
        break;
    case 4:
        hot_due(core, now, names, (int)chance(LINES + 1));
        hot_counters(core, &counts);
        break;
    default:
        hot_drain(core, (int)chance(4) - 1, drained, (int)chance(chance(3) ? 9000 : sizeof drained));
    }
}

static void round_of(int steps)
{
    core = hot_open(fd, -1, seal, unseal);
    for (int i = 0; i < 3; i++)
        core->pipes[i].room = 1 << 16; /* so that they fill and go round */
    if (fd >= 0)
        hot_start(core);
    for (int i = 0; i < steps; i++) {
        now += chance(10) ? 0.0001 : chance(1000) / 500.0;
        chance(4) ? feed() : call();
    }
    hot *closing = core;
    /* With a thread the core goes first, so that no cipher runs on. */
    bool is_first = fd >= 0 || chance(2);
    if (is_first)
        hot_close(closing);
    for (int i = 0; i < LINES; i++) {
        hot_line_close(lines[i]);
        hot_stream_close(streams[i][0]);
        hot_stream_close(streams[i][1]);
        lines[i] = NULL;
        streams[i][0] = streams[i][1] = NULL;
    }
    for (int i = 0; i < LEGS; i++) {
        hot_leg_close(legs[i]);
        legs[i] = NULL;
    }
    if (!is_first)
        hot_close(closing);
}

/* A socket that sends to itself: the thread reads while the calls go on. */
static void open_socket(void)
{
    socklen_t size = sizeof here;
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    here = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, size) || getsockname(fd, (struct sockaddr *)&here, &size))
        exit(2);
}

int main(int count, char **words)
{
    double seconds = count > 1 ? atof(words[1]) : 10;
    state = count > 2 ? strtoull(words[2], NULL, 10) : (uint64_t)getpid() << 20 ^ (uint64_t)(now_is() * 1e6);
    state |= 1;
    printf("seed %" PRIu64 "\n", state);
    fflush(stdout);
    double end = now_is() + seconds;
    uint64_t rounds = 0;
    while (now_is() < end) {
        if (!chance(4))
            open_socket();
        round_of(fd >= 0 ? 5000 : chance(8) ? 20000 : 300000);
        if (fd >= 0)
            close(fd);
        fd = -1;
        rounds++;
    }
    printf("%" PRIu64 " packets, %" PRIu64 " calls, %" PRIu64 " cores, no fault\n", packets, calls, rounds);
    return 0;
}
