/* Opening, closing and asking; lines and the sorting of datagrams. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "inner.h"

#define ASK_AGAIN_AFTER 0.5

void enter(hot *core)
{
    atomic_fetch_add(&core->waiters, 1);
    pthread_mutex_lock(&core->lock);
    atomic_fetch_sub(&core->waiters, 1);
}

void leave(hot *core) { pthread_mutex_unlock(&core->lock); }

double now_is(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void set_time(hot *core)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t fraction = ((uint64_t)now.tv_nsec << 18) / 1000000000u;
    core->send_time = (uint32_t)(((uint64_t)now.tv_sec << 18 | fraction) & 0xFFFFFF);
}

hot *hot_open(int fd, int news, hot_crypt seal, hot_crypt unseal)
{
    hot *core = calloc(1, sizeof *core);
    if (!core)
        return NULL;
    core->own = core->out = calloc(1, sizeof *core->own);
    if (!core->own) {
        free(core);
        return NULL;
    }
    pthread_mutex_init(&core->lock, NULL);
    core->refs = 1;
    core->fd = fd;
    core->news = news;
    core->stop = -1;
    core->seal = seal;
    core->unseal = unseal;
    core->most_wait = 0.001;
    core->has_gso = fd >= 0;
    core->serial = core->own->serial = 1;
    core->pipes[HOT_STRANGE].room = 1 << 20;
    core->pipes[HOT_TAPPED].room = 16 << 20;
    core->pipes[HOT_SENT].room = 4 << 20;
    return core;
}

/* Objects may outlive the core they belong to; the last one turns off the light. */
void drop(hot *core)
{
    enter(core);
    bool is_last = --core->refs == 0;
    leave(core);
    if (!is_last)
        return;
    for (int i = 0; i < 3; i++)
        free(core->pipes[i].memory);
    free(core->places.every);
    free(core->own);
    free(core->of_thread);
    pthread_mutex_destroy(&core->lock);
    free(core);
}

void hot_close(hot *core)
{
    if (!core)
        return;
    hot_stop(core);
    drop(core);
}

void hot_counters(hot *core, hot_counts *counts)
{
    enter(core);
    *counts = core->counts;
    leave(core);
    counts->sent = core->sent;
    counts->unsent = core->unsent;
    counts->messages = core->messages;
    counts->merged = core->merged;
    counts->has_gso = core->has_gso;
}

void hot_coalesce(hot *core, double most)
{
    enter(core);
    core->most_wait = most;
    leave(core);
}

int hot_drain(hot *core, int pipe, uint8_t *into, int room)
{
    if (pipe < 0 || pipe > 2)
        return 0;
    enter(core);
    int taken = pipe_take(&core->pipes[pipe], into, room);
    leave(core);
    return taken;
}

static void ask_for_legs(const hot_line *line, double now)
{
    for (hot_leg *leg = line->legs; leg; leg = leg->next) {
        if (!leg->stream || !leg->rung || !leg->is_waiting || !leg->form.is_picture || now - leg->asked_at < ASK_AGAIN_AFTER)
            continue;
        leg->asked_at = now;
        leg->stream->wants_key_frame = true;
    }
}

static bool is_due(const hot_line *line, double now)
{
    const hot_stream *picture = line->streams[1];
    if (line->has_news)
        return true;
    if (!picture || !picture->has_ssrc)
        return false;
    bool may_ask = picture->wants_key_frame && now - picture->asked_at >= ASK_AGAIN_AFTER;
    return may_ask || gaps_are_due(&picture->gaps, now);
}

int hot_due(hot *core, double now, uint64_t *names, int room)
{
    int found = 0;
    enter(core);
    for (hot_line *line = core->lines; line; line = line->next)
        ask_for_legs(line, now);
    for (hot_line *line = core->lines; line && found < room; line = line->next) {
        if (!is_due(line, now))
            continue;
        line->has_news = false;
        names[found++] = line->name;
    }
    leave(core);
    return found;
}

void hot_verify(hot *core, const hot_address *address, hot_line *line)
{
    enter(core);
    places_put(&core->places, address, line);
    leave(core);
}

void hot_forget(hot *core, const hot_address *address)
{
    enter(core);
    places_remove(&core->places, address);
    leave(core);
}

hot_line *hot_line_open(hot *core, uint64_t name)
{
    hot_line *line = calloc(1, sizeof *line);
    if (!line)
        return NULL;
    line->core = core;
    line->name = name;
    line->budget = BURST;
    enter(core);
    core->refs++;
    line->next = core->lines;
    line->back = &core->lines;
    if (core->lines)
        core->lines->back = &line->next;
    core->lines = line;
    leave(core);
    return line;
}

void hot_line_close(hot_line *line)
{
    if (!line)
        return;
    hot *core = line->core;
    enter(core);
    places_let_go(&core->places, line);
    while (line->legs)
        leg_leave_line(line->legs);
    for (int i = 0; i < 2; i++)
        if (line->streams[i])
            line->streams[i]->line = NULL;
    *line->back = line->next;
    if (line->next)
        line->next->back = line->back;
    leave(core);
    free(line);
    drop(core);
}

void hot_line_keys(hot_line *line, void *unseals, void *seals)
{
    enter(line->core);
    line->unseals = unseals;
    line->seals = seals;
    leave(line->core);
}

void hot_line_route(hot_line *line, const hot_address *address)
{
    struct sockaddr_storage to = {0};
    socklen_t size;
    if (address->is_six) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)&to;
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(address->port);
        memcpy(&six->sin6_addr, address->ip, 16);
        size = sizeof *six;
    } else {
        struct sockaddr_in *four = (struct sockaddr_in *)&to;
        four->sin_family = AF_INET;
        four->sin_port = htons(address->port);
        memcpy(&four->sin_addr, address->ip, 4);
        size = sizeof *four;
    }
    enter(line->core);
    line->to = to;
    line->to_size = size;
    leave(line->core);
}

void hot_line_look(hot_line *line, hot_line_facts *facts)
{
    enter(line->core);
    *facts = line->facts;
    leave(line->core);
}

void hot_line_take(hot_line *line, const uint8_t *packet, int size, double now)
{
    if (size < 0 || size > LARGEST)
        return;
    enter(line->core);
    set_time(line->core);
    line->facts.heard_at = now;
    take_rtp(line, packet, size, now);
    out_flush(line->core);
    leave(line->core);
}

static bool may_pass(hot_line *line, int size, double now)
{
    double passed = now - line->budget_at;
    line->budget_at = now;
    if (passed > 0)
        line->budget += passed * RATE;
    if (!(line->budget < BURST))
        line->budget = BURST;
    if (line->budget < size) {
        line->facts.policed++;
        return false;
    }
    line->budget -= size + PACKET_COST;
    return true;
}

/* A liar with keys could have libsrtp remember one SSRC after another. */
static bool is_known(hot_line *line, const uint8_t *packet, int size)
{
    uint32_t ssrc = 0;
    if (size < 12)
        return true;
    memcpy(&ssrc, packet + 8, sizeof ssrc);
    for (int i = 0; i < line->known_count; i++)
        if (line->known[i] == ssrc)
            return true;
    return line->known_count < KNOWN_SSRCS;
}

static void note_ssrc(hot_line *line, const uint8_t *packet)
{
    uint32_t ssrc;
    memcpy(&ssrc, packet + 8, sizeof ssrc);
    for (int i = 0; i < line->known_count; i++)
        if (line->known[i] == ssrc)
            return;
    line->known[line->known_count++] = ssrc;
}

static void take_media(hot_line *line, uint8_t *packet, int size, double now)
{
    if (!is_known(line, packet, size)) {
        line->facts.policed++;
        return;
    }
    if (line->core->unseal(line->unseals, packet, &size) || size < 12 || size > LARGEST) {
        line->facts.unauthentic++;
        return;
    }
    note_ssrc(line, packet);
    line->facts.heard_at = now;
    take_rtp(line, packet, size, now);
}

static bool is_welcome(const uint8_t *packet, int size)
{
    if (size >= 20 && packet[0] < 4 && !memcmp(packet + 4, "\x21\x12\xa4\x42", 4))
        return true;
    return size > 0 && packet[0] >= 20 && packet[0] <= 63;
}

static bool is_media(const uint8_t *packet, int size)
{
    if (size < 1 || packet[0] < 128 || packet[0] > 191)
        return false;
    return size < 2 || packet[1] < 192 || packet[1] > 223;
}

void take_datagram(hot *core, const hot_address *from, uint8_t *packet, int size, double now)
{
    core->counts.received++;
    const struct place *place = places_find(&core->places, from);
    hot_line *line = place ? place->line : NULL;
    if (line && !may_pass(line, size, now))
        return;
    if (line && line->unseals && is_media(packet, size)) {
        take_media(line, packet, size, now);
        return;
    }
    if (!place && !is_welcome(packet, size)) {
        core->counts.strangers++;
        return;
    }
    hot_record record = {.size = (uint32_t)size, .at = now, .from = *from};
    core->has_news = true;
    if (pipe_put(&core->pipes[HOT_STRANGE], &record, packet))
        core->counts.passed++;
    else
        core->counts.overflowed++;
}

void hot_datagram(hot *core, const hot_address *from, const uint8_t *packet, int size, double now)
{
    uint8_t copy[LARGEST + TRAILER];
    if (size < 0 || size > LARGEST)
        return;
    if (size)
        memcpy(copy, packet, (size_t)size);
    enter(core);
    set_time(core);
    take_datagram(core, from, copy, size, now);
    out_flush(core);
    leave(core);
}
