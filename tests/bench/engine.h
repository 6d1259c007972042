/* The media half of the load generator: one thread that owns the sockets of every client.
 *
 * Python makes the clients (ICE and DTLS are aiortc's) and hands over SRTP sessions and the
 * addresses of libsrtp's functions, so nothing is linked. All numbers are in nanoseconds of
 * CLOCK_REALTIME unless said otherwise. Every function may be called from any one thread.
 */
#ifndef TIEPDAN_BENCH_ENGINE_H
#define TIEPDAN_BENCH_ENGINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    MOST_CONNECTIONS = 2048,
    MOST_STREAMS = 16,   /* SSRCs one client receives: seven slots of two */
    LARGEST = 2048,
    MOST_SAMPLES = 1 << 20,
    TRAILER = 20,        /* stamp, sender, index, magic at the end of each payload */
    NOISE_FROM = 24,     /* bytes at the start of a payload that a server may rewrite */
};

typedef int (*srtp_call)(void *session, void *packet, int *length);

struct crypto {
    srtp_call protect, unprotect, protect_rtcp, unprotect_rtcp;
};

/* What a client sends under one SSRC. */
struct flow {
    uint32_t ssrc, timestamp, packets, octets;
    uint16_t sequence;
    uint8_t payload_type;
    int64_t due;
};

/* What a client receives under one SSRC; numbers are extended by their wraps. */
struct stream {
    uint32_t ssrc, report_middle;
    int64_t reported_at;
    int64_t base, highest, packets;
    int64_t base_before, packets_before;   /* when the window was opened */
};

struct client {
    int fd;
    uint32_t index;
    void *rx, *tx;
    bool is_sending, wants_key_frame;
    struct flow audio, video;
    uint8_t level_id, time_id, mid_id;
    uint16_t picture;
    int frame_packets, frame_sent, frame_size;
    bool is_key_frame;
    int64_t frame_at, key_frame_at, report_at;
    int stream_count;
    struct stream streams[MOST_STREAMS];
};

/* What happened since the window was opened. */
struct counts {
    int64_t sent, received, received_octets, lost, flowing;
    int64_t checked, wrong, unauthentic, early, unsent;
    int64_t key_frames_asked, nacks, late, spilled, samples;
};

/* Real pictures and sound, for a server that looks inside: one second, over and over. */
struct film {
    int frames, sound_size;
    const uint32_t *starts;   /* one more than frames */
    const uint8_t *pictures, *sound;
};

struct engine {
    struct crypto crypto;
    struct film film;         /* no frames: noise is sent */
    int epoll, pipe;
    pthread_t thread;
    pthread_mutex_t lock;
    bool is_stopping;
    int client_count;
    struct client *clients[MOST_CONNECTIONS];
    struct counts counts;
    uint32_t *samples;      /* latencies, nanoseconds, at most four seconds */
    uint8_t noise[LARGEST];
};

struct engine *engine_open(const struct crypto *crypto, int pipe);
void engine_play(struct engine *engine, const struct film *film);
void engine_start(struct engine *engine);
void engine_close(struct engine *engine);
int engine_add(struct engine *engine, int fd);
void engine_keys(struct engine *engine, int index, void *rx, void *tx);
void engine_publish(struct engine *engine, int index, const uint32_t numbers[7]);
void engine_send(struct engine *engine, int index, bool on);
void engine_window(struct engine *engine);
void engine_read(struct engine *engine, struct counts *counts, uint32_t *samples);

/* sending.c */
int64_t clock_now(void);
int64_t send_due(struct engine *engine, int64_t now);

/* receiving.c */
void drain(struct engine *engine, struct client *client);

static inline void put16(uint8_t *at, uint32_t value) { at[0] = value >> 8; at[1] = value; }
static inline void put32(uint8_t *at, uint32_t value) { put16(at, value >> 16); put16(at + 2, value); }
static inline void put64(uint8_t *at, uint64_t value) { put32(at, value >> 32); put32(at + 4, value); }
static inline uint32_t get16(const uint8_t *at) { return at[0] << 8 | at[1]; }
static inline uint32_t get32(const uint8_t *at) { return get16(at) << 16 | get16(at + 2); }
static inline uint64_t get64(const uint8_t *at) { return (uint64_t)get32(at) << 32 | get32(at + 4); }

#endif
