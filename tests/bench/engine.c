#define _GNU_SOURCE
#include "engine.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { READY = 256 };

static const int64_t SECOND = 1000000000;

int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static void *run(void *argument)
{
    struct engine *engine = argument;
    struct epoll_event ready[READY];

    /* The default slack of 50 us would gather packets that ought to leave one by one. */
    prctl(PR_SET_TIMERSLACK, 1000UL);
    /* Before the handshakes on the same core; without the right to it, it is only less punctual. */
    sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 1 });
    while (!__atomic_load_n(&engine->is_stopping, __ATOMIC_ACQUIRE)) {
        pthread_mutex_lock(&engine->lock);
        int64_t now = clock_now();
        int64_t wait = send_due(engine, now) - clock_now();
        pthread_mutex_unlock(&engine->lock);
        if (wait < 0)
            wait = 0;
        struct timespec timeout = { wait / SECOND, wait % SECOND };
        int count = epoll_pwait2(engine->epoll, ready, READY, &timeout, NULL);
        if (count <= 0)
            continue;
        pthread_mutex_lock(&engine->lock);
        for (int each = 0; each < count; each++)
            drain(engine, engine->clients[ready[each].data.u32]);
        pthread_mutex_unlock(&engine->lock);
    }
    return NULL;
}

struct engine *engine_open(const struct crypto *crypto, int pipe)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL)
        return NULL;
    engine->samples = malloc(MOST_SAMPLES * sizeof *engine->samples);
    engine->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (engine->samples == NULL || engine->epoll < 0) {
        free(engine->samples);
        free(engine);
        return NULL;
    }
    engine->crypto = *crypto;
    engine->pipe = pipe;
    pthread_mutex_init(&engine->lock, NULL);
    /* Any bytes do, as long as they are not all alike. */
    uint32_t state = 1;
    for (int at = 0; at < LARGEST; at++) {
        state = state * 1664525 + 1013904223;
        engine->noise[at] = state >> 24;
    }
    return engine;
}

/* Before the first send; what it points to must stay. */
void engine_play(struct engine *engine, const struct film *film)
{
    engine->film = *film;
}

void engine_start(struct engine *engine)
{
    pthread_create(&engine->thread, NULL, run, engine);
}

void engine_close(struct engine *engine)
{
    __atomic_store_n(&engine->is_stopping, true, __ATOMIC_RELEASE);
    pthread_join(engine->thread, NULL);
    for (int each = 0; each < engine->client_count; each++)
        free(engine->clients[each]);
    close(engine->epoll);
    free(engine->samples);
    free(engine);
}

int engine_add(struct engine *engine, int fd)
{
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return -1;
    pthread_mutex_lock(&engine->lock);
    int index = engine->client_count;
    if (index == MOST_CONNECTIONS) {
        pthread_mutex_unlock(&engine->lock);
        free(client);
        return -1;
    }
    client->fd = fd;
    client->index = index;
    engine->clients[index] = client;
    engine->client_count++;
    pthread_mutex_unlock(&engine->lock);
    struct epoll_event wanted = { .events = EPOLLIN, .data.u32 = index };
    epoll_ctl(engine->epoll, EPOLL_CTL_ADD, fd, &wanted);
    return index;
}

void engine_keys(struct engine *engine, int index, void *rx, void *tx)
{
    struct client *client = engine->clients[index];
    pthread_mutex_lock(&engine->lock);
    client->rx = rx;
    client->tx = tx;
    /* Spread over the second: real clients do not report in step. */
    client->report_at = clock_now() + SECOND / 2 + index * 37 % 100 * (SECOND / 100);
    pthread_mutex_unlock(&engine->lock);
}

/* numbers: audio SSRC, type; video SSRC, type; extension ids of level, send time, mid. */
void engine_publish(struct engine *engine, int index, const uint32_t numbers[7])
{
    struct client *client = engine->clients[index];
    pthread_mutex_lock(&engine->lock);
    client->audio = (struct flow){ .ssrc = numbers[0], .payload_type = numbers[1] };
    client->video = (struct flow){ .ssrc = numbers[2], .payload_type = numbers[3] };
    client->level_id = numbers[4];
    client->time_id = numbers[5];
    client->mid_id = numbers[6];
    /* Below half: an early wrap would test SRTP, not forwarding. */
    client->audio.sequence = client->index * 101 % 16384;
    client->video.sequence = client->index * 211 % 16384;
    client->picture = client->index * 331 % 16384;
    pthread_mutex_unlock(&engine->lock);
}

void engine_send(struct engine *engine, int index, bool on)
{
    struct client *client = engine->clients[index];
    pthread_mutex_lock(&engine->lock);
    if (on && !client->is_sending) {
        /* Phases by the golden ratio: clients are never in step, and the same in every run. */
        int64_t phase = (uint64_t)index * 618033989 % (SECOND / 30);
        int64_t now = clock_now();
        client->video.due = client->frame_at = now + phase;
        client->audio.due = now + (phase * 7) % (SECOND / 50);
        client->frame_sent = client->frame_packets = 0;
        client->wants_key_frame = true;
    }
    client->is_sending = on;
    pthread_mutex_unlock(&engine->lock);
}

void engine_window(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    engine->counts = (struct counts){ 0 };
    for (int each = 0; each < engine->client_count; each++) {
        struct client *client = engine->clients[each];
        for (int at = 0; at < client->stream_count; at++) {
            client->streams[at].base_before = client->streams[at].highest;
            client->streams[at].packets_before = client->streams[at].packets;
        }
    }
    pthread_mutex_unlock(&engine->lock);
}

/* `samples` has room for MOST_SAMPLES, or is NULL. */
void engine_read(struct engine *engine, struct counts *counts, uint32_t *samples)
{
    pthread_mutex_lock(&engine->lock);
    *counts = engine->counts;
    counts->lost = counts->flowing = 0;
    for (int each = 0; each < engine->client_count; each++) {
        struct client *client = engine->clients[each];
        for (int at = 0; at < client->stream_count; at++) {
            struct stream *stream = &client->streams[at];
            int64_t came = stream->packets - stream->packets_before;
            counts->lost += stream->highest - stream->base_before - came;
            counts->flowing += came > 0;
        }
    }
    if (samples != NULL)
        memcpy(samples, engine->samples, counts->samples * sizeof *samples);
    pthread_mutex_unlock(&engine->lock);
}
