/* What Python may call. cffi reads this very file, so it holds declarations only.

   A core without a socket (fd -1) has no thread: what it would send waits in the pipe HOT_SENT.
   Every object is freed by its own close, in any order; what it was joined to only lets go.
   Moments are seconds of CLOCK_MONOTONIC, which is Python's time.monotonic(). */

#define HOT_STRANGE 0
#define HOT_TAPPED 1
#define HOT_SENT 2
#define HOT_MOST_LOST 256
#define HOT_SAMPLES 16

#define HOT_ASK_KEY_FRAME 1
#define HOT_GAVE_UP 2

#define HOT_STAMP_NONE 0
#define HOT_STAMP_LEVEL 1
#define HOT_STAMP_TIME 2

typedef struct hot hot;
typedef struct hot_line hot_line;
typedef struct hot_stream hot_stream;
typedef struct hot_leg hot_leg;

/* srtp_protect and srtp_unprotect, as libsrtp declares them. */
typedef int (*hot_crypt)(void *session, void *packet, int *size);

typedef struct {
    uint8_t ip[16]; /* IPv4 in the first four */
    uint16_t port;
    uint16_t is_six;
} hot_address;

/* What stands before each record that hot_drain gives; its content follows, padded to 8 bytes. */
typedef struct {
    uint32_t size;
    uint16_t sequence;
    uint8_t marker;
    uint8_t spare;
    uint64_t name;
    double at;
    uint32_t timestamp;
    hot_address from;
} hot_record;

typedef struct {
    int is_picture;
    int payload_type;
    int rtx_payload_type;
    int level_id; /* of a sound's level, -1 for none */
    int time_id;  /* of a picture's abs-send-time, -1 for none */
    uint32_t clock_rate;
    uint64_t name;
} hot_stream_form;

typedef struct {
    int is_picture;
    int payload_type;
    int rtx_payload_type;
    int has_rtx;
    uint32_t ssrc;
    uint32_t rtx_ssrc;
    uint32_t clock_rate;
    uint32_t first_timestamp;
    uint16_t first_sequence;
    uint16_t block_size; /* of the header extensions, a multiple of four, 0 for none */
    uint16_t stamp_at;   /* where in the block the one changing value stands */
    uint16_t stamp_kind;
    uint8_t block[64];
} hot_leg_form;

typedef struct {
    uint64_t received, passed, sent, unsent, strangers, too_long, overflowed, messages, batches;
    uint64_t merged; /* of the sent, those that left in a run */
    int has_gso;
} hot_counts;

typedef struct {
    double heard_at;
    uint64_t unauthentic, malformed, policed, unknown, unprotectable;
} hot_line_facts;

/* When a packet came, and when it says that it left (abs-send-time). */
typedef struct {
    double at;
    uint32_t stamp;
} hot_sample;

typedef struct {
    int has_ssrc;
    uint32_t ssrc;
    uint32_t restarts;
    int32_t base, highest;
    uint32_t cycles;
    uint32_t timestamp_by;
    uint64_t packets, octets, repaired, lost_for_good, key_frame_requests;
    double jitter, heard_at;
    int level;
    int sample_count; /* ends of pictures since the last look, the newest when there were more */
    hot_sample samples[HOT_SAMPLES];
} hot_stream_facts;

typedef struct {
    int is_waiting;
    uint32_t timestamp_by;
    uint64_t packets, octets, dropped, repeated, left_out;
} hot_leg_facts;

hot *hot_open(int fd, int news, hot_crypt seal, hot_crypt unseal);
int hot_start(hot *core);
void hot_stop(hot *core);
void hot_close(hot *core);
void hot_counters(hot *core, hot_counts *counts);
void hot_coalesce(hot *core, double most);
int hot_drain(hot *core, int pipe, uint8_t *into, int room);
int hot_due(hot *core, double now, uint64_t *names, int room);
void hot_verify(hot *core, const hot_address *address, hot_line *line);
void hot_forget(hot *core, const hot_address *address);
void hot_datagram(hot *core, const hot_address *from, const uint8_t *packet, int size, double now);

hot_line *hot_line_open(hot *core, uint64_t name);
void hot_line_close(hot_line *line);
void hot_line_keys(hot_line *line, void *unseals, void *seals);
void hot_line_route(hot_line *line, const hot_address *address);
void hot_line_look(hot_line *line, hot_line_facts *facts);
void hot_line_take(hot_line *line, const uint8_t *packet, int size, double now);

hot_stream *hot_stream_open(hot *core, hot_line *line, const hot_stream_form *form);
void hot_stream_close(hot_stream *stream);
void hot_stream_mute(hot_stream *stream, int is_muted);
void hot_stream_tap(hot_stream *stream, int is_tapped);
void hot_stream_want(hot_stream *stream);
void hot_stream_end(hot_stream *stream);
void hot_stream_pause(hot_stream *stream);
int hot_stream_ask(hot_stream *stream, double now, uint16_t *lost, int *flags);
void hot_stream_look(hot_stream *stream, hot_stream_facts *facts);
void hot_stream_push(hot_stream *stream, const hot_record *record, const uint8_t *payload, int level);

hot_leg *hot_leg_open(hot *core, hot_line *line, const hot_leg_form *form);
void hot_leg_close(hot_leg *leg);
void hot_leg_occupy(hot_leg *leg, hot_stream *stream);
int hot_leg_repeat(hot_leg *leg, const uint16_t *lost, int count, int most, double now);
void hot_leg_limit(hot_leg *leg, int rung);
void hot_leg_look(hot_leg *leg, hot_leg_facts *facts);
