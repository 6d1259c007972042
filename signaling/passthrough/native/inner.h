/* What the files of the core share among themselves. */
#ifndef TIEPDAN_INNER_H
#define TIEPDAN_INNER_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "api.h"

enum {
    LARGEST = 2048,      /* of a datagram; longer ones are dropped and counted */
    TRAILER = 144,       /* libsrtp's SRTP_MAX_TRAILER_LEN */
    BATCH = 128,         /* datagrams per recvmmsg */
    MOST_OUT = 1024,     /* packets per flush */
    OUT_BYTES = 1 << 20,
    RUN = 48,            /* packets per GSO message */
    KEPT = 512,          /* packets a leg can repeat */
    ARENA = KEPT * 1280, /* bytes of payload a stream remembers for its legs */
    SILENCE = 127,
    FAR = 512,           /* a jump of the sequence that is no gap */
    KNOWN_SSRCS = 64,    /* per line: libsrtp keeps memory for each for ever */
    /* What one line may send, in bytes, as police.py has it. */
    PACKET_COST = 500,
    RATE = 1500000,
    BURST = 750000,
};

struct arrived {
    int payload_type;
    bool marker;
    uint16_t sequence;
    uint32_t timestamp, ssrc;
    const uint8_t *payload;
    int size;
    const uint8_t *block; /* header extensions, undecoded */
    int block_size;
    int profile;
};

struct picture {
    int number, number_at; /* -1 when absent */
    bool is_long;
    int level_zero, level_zero_at;
    int layer; /* temporal, 0 when absent */
    bool is_sync, starts_key_frame;
};

bool parse_rtp(const uint8_t *packet, int size, struct arrived *found);
const uint8_t *find_extension(const struct arrived *packet, int wanted, int *length);
struct picture look_at_picture(const uint8_t *payload, int size);
void renumber(uint8_t *payload, const struct picture *picture, int number_by, int level_by);

static inline int ahead(uint16_t sequence, uint16_t of) { return (int16_t)(uint16_t)(sequence - of); }

/* Offsets from a stream that comes in to one that goes out and never jumps. */
struct splice {
    double at; /* negative: nothing was ever sent */
    uint32_t clock_rate, timestamp, timestamp_by;
    uint16_t highest, sequence_by, first;
    int watch;
    bool keeps_numbers;
};

void splice_open(struct splice *splice, uint32_t clock_rate);
void splice_begin(struct splice *splice, uint16_t sequence, uint32_t timestamp, double now);
bool splice_belongs(struct splice *splice, uint16_t sequence);
void splice_shift(struct splice *splice, uint16_t *sequence, uint32_t *timestamp, double now);

struct missing {
    double since, next_at;
    uint16_t sequence;
};

struct gaps {
    int highest, count; /* highest is -1 before the first packet */
    uint64_t lost_for_good;
    struct missing missing[HOT_MOST_LOST];
};

void gaps_open(struct gaps *gaps);
bool gaps_received(struct gaps *gaps, uint16_t sequence, double now);
bool gaps_fills(struct gaps *gaps, uint16_t sequence, double now);
int gaps_due(struct gaps *gaps, double now, uint16_t *ask, bool *gave_up);
bool gaps_are_due(const struct gaps *gaps, double now);

enum { SIFTED = 512 }; /* packets left out that are remembered */

struct mark {
    uint16_t since, by, picture_by;
};

struct sieve {
    int wanted, top, highest, number;
    bool is_kept;
    uint16_t by, picture_by;
    uint32_t mark_count, left_count;
    struct mark marks[SIFTED];
    uint16_t left_out[SIFTED];
};

/* A packet goes on under numbers lower by these. */
struct sifted {
    uint16_t by, picture_by;
    bool is_empty;
};

void sieve_open(struct sieve *sieve, int wanted);
bool sieve_sift(struct sieve *sieve, uint16_t sequence, const struct picture *picture, struct sifted *found);

/* A bounded ring of records between the thread and Python; full means dropped and counted. */
struct pipe {
    uint8_t *memory;
    size_t room, head, tail, end;
};

bool pipe_put(struct pipe *pipe, const hot_record *record, const uint8_t *content);
int pipe_take(struct pipe *pipe, uint8_t *into, int room);
size_t pipe_load(const struct pipe *pipe);

struct place {
    hot_address address;
    hot_line *line;
    bool is_used;
};

/* Verified addresses, open addressing, at most half full. */
struct places {
    struct place *every;
    size_t room, used;
};

struct place *places_find(const struct places *places, const hot_address *address);
void places_put(struct places *places, const hot_address *address, hot_line *line);
void places_remove(struct places *places, const hot_address *address);
void places_let_go(struct places *places, const hot_line *line);

/* Packets of one flush to one address, in order. */
struct group {
    struct sockaddr_storage to;
    socklen_t to_size;
    int first, last;
};

struct out {
    uint8_t *bytes;
    int next; /* in the same group, -1 at its end */
    int size;
};

/* Control calls have one, the thread another that it sends from outside the lock. */
struct sending {
    size_t used;
    int count, groups;
    uint64_t serial;
    struct out packets[MOST_OUT];
    struct group group[MOST_OUT];
    struct mmsghdr messages[MOST_OUT];
    struct iovec parts[MOST_OUT];
    union {
        char room[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr align;
    } control[MOST_OUT];
    uint8_t memory[OUT_BYTES];
};

struct hot {
    pthread_mutex_t lock;
    atomic_int waiters;
    int refs;
    int fd, news, stop;
    bool is_running, has_news;
    atomic_bool has_gso, is_stopping;
    pthread_t thread;
    hot_crypt seal, unseal;
    hot_line *lines;
    struct places places;
    struct pipe pipes[3];
    struct sending *out, *own, *of_thread;
    uint64_t serial;
    hot_counts counts; /* under the lock; what sending counts is below */
    atomic_uint_fast64_t sent, unsent, messages, merged;
    double most_wait;
    uint32_t send_time; /* abs-send-time of this batch */
};

struct hot_line {
    hot *core;
    hot_line *next, **back;
    uint64_t name;
    void *unseals, *seals;
    struct sockaddr_storage to;
    socklen_t to_size;
    int group;
    uint64_t group_serial;
    hot_stream *streams[2];
    hot_leg *legs;
    double budget, budget_at;
    uint32_t known[KNOWN_SSRCS];
    int known_count;
    bool has_news;
    hot_line_facts facts;
};

struct hot_stream {
    hot *core;
    hot_line *line;
    hot_stream_form form;
    bool has_ssrc, is_muted, is_tapped, wants_key_frame;
    uint32_t ssrc, restarts, breaks;
    int level;
    double heard_at, asked_at;
    uint64_t repaired, key_frame_requests, lost_for_good;
    /* Reception, RFC 3550 appendix A. */
    int32_t base, highest;
    uint32_t cycles;
    uint64_t packets, octets;
    double jitter, transit;
    bool has_transit;
    int sample_count;
    hot_sample samples[HOT_SAMPLES]; /* since last looked at */
    struct splice splice;
    struct gaps gaps;
    uint8_t *arena;
    uint64_t arena_head;
    hot_leg **legs;
    int leg_count, leg_room;
};

struct kept {
    uint64_t start; /* in the stream's arena */
    double resent_at;
    uint32_t timestamp;
    uint16_t sequence, size;
    uint16_t number_by;
    uint8_t level_by;
    bool is_used : 1, marker : 1;
};

struct hot_leg {
    hot *core;
    hot_line *line;
    hot_leg *next, **back; /* beside it on the line */
    hot_stream *stream;
    int at; /* index in stream->legs */
    hot_leg_form form;
    bool is_waiting;
    uint32_t breaks;
    double asked_at;
    struct splice splice;
    int number, level_zero; /* of the last picture sent, -1 before */
    int number_by, level_by;
    int rung; /* 3 everything, 2 and 1 without upper layers, 0 nothing */
    bool is_sifting;
    struct sieve *sieve;
    uint16_t rtx_sequence;
    uint64_t packets, octets, dropped, repeated, left_out;
    struct kept *kept;
};

/* One packet of a stream on its way to the legs. */
struct media {
    const uint8_t *payload;
    int size;
    uint16_t sequence;
    uint32_t timestamp;
    bool marker;
    double now;
    uint64_t start; /* in the arena, valid when the stream has one */
    struct picture picture;
};

void enter(hot *core);
void leave(hot *core);
void drop(hot *core); /* one reference, outside the lock */

void take_datagram(hot *core, const hot_address *from, uint8_t *packet, int size, double now);
void take_rtp(hot_line *line, const uint8_t *packet, int size, double now);
void stream_deliver(hot_stream *stream, struct media *media);
void leg_send(hot_leg *leg, const struct media *media);
void leg_leave_stream(hot_leg *leg);
void leg_leave_line(hot_leg *leg);

uint8_t *out_room(hot *core);
bool out_commit(hot_line *line, int size);
void out_flush(hot *core);
void out_send(hot *core, struct sending *out);
void set_time(hot *core);
double now_is(void);

#endif
