/* The socket: a thread that reads, and sending in runs. */
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "inner.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

#define QUIET 500.0   /* packets per second below which nothing is held back */
#define WINDOW 0.01   /* seconds over which the rate is taken */
#define NOT_WORTH 1e-4
#define WHOLE 65000   /* bytes per GSO message */

struct reading {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct sockaddr_storage from[BATCH];
    uint8_t bytes[BATCH][LARGEST + TRAILER + 16] __attribute__((aligned(16)));
};

uint8_t *out_room(hot *core)
{
    struct sending *out = core->out;
    if (out->count == MOST_OUT || out->used + LARGEST + 80 + TRAILER > OUT_BYTES)
        out_flush(core);
    return out->memory + out->used;
}

static int group_of(hot_line *line, struct sending *out)
{
    if (line->group_serial == out->serial)
        return line->group;
    line->group_serial = out->serial;
    line->group = out->groups++;
    struct group *group = out->group + line->group;
    group->to = line->to;
    group->to_size = line->to_size;
    group->first = group->last = -1;
    return line->group;
}

bool out_commit(hot_line *line, int size)
{
    hot *core = line->core;
    struct sending *out = core->out;
    uint8_t *bytes = out->memory + out->used;
    if (core->fd >= 0 && (!line->seals || !line->to_size))
        return false;
    if (line->seals && core->seal(line->seals, bytes, &size)) {
        line->facts.unprotectable++;
        return false;
    }
    if (core->fd < 0) {
        hot_record record = {.size = (uint32_t)size, .name = line->name};
        return pipe_put(&core->pipes[HOT_SENT], &record, bytes);
    }
    struct group *group = out->group + group_of(line, out);
    int at = out->count++;
    out->packets[at] = (struct out){bytes, -1, size};
    if (group->last < 0)
        group->first = at;
    else
        out->packets[group->last].next = at;
    group->last = at;
    out->used += ((size_t)size + 15) & ~(size_t)15;
    return true;
}

static void begin_anew(hot *core, struct sending *out)
{
    out->used = 0;
    out->count = out->groups = 0;
    out->serial = ++core->serial;
}

void out_flush(hot *core)
{
    if (core->out->count)
        out_send(core, core->out);
    begin_anew(core, core->out);
}

/* One message for as many packets as the kernel may cut apart again: equal ones, then a shorter one. */
static int make_message(struct sending *out, int message, int part, struct group *group, int first, bool may_join)
{
    struct msghdr *head = &out->messages[message].msg_hdr;
    int size = out->packets[first].size, whole = 0, count = 0, at = first;
    while (at >= 0 && (!count || (may_join && count < RUN))) {
        struct out *packet = out->packets + at;
        if (packet->size > size || whole + packet->size > WHOLE)
            break;
        out->parts[part + count++] = (struct iovec){packet->bytes, (size_t)packet->size};
        whole += packet->size;
        at = packet->next;
        if (packet->size < size)
            break;
    }
    memset(head, 0, sizeof *head);
    head->msg_name = &group->to;
    head->msg_namelen = group->to_size;
    head->msg_iov = out->parts + part;
    head->msg_iovlen = (size_t)count;
    group->first = at;
    if (count < 2)
        return count;
    head->msg_control = out->control[message].room;
    head->msg_controllen = sizeof out->control[message].room;
    struct cmsghdr *control = CMSG_FIRSTHDR(head);
    control->cmsg_level = IPPROTO_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    uint16_t segment = (uint16_t)size;
    memcpy(CMSG_DATA(control), &segment, sizeof segment);
    return count;
}

/* A run that the kernel would not cut: its packets by themselves. */
static void send_apart(hot *core, const struct msghdr *run)
{
    for (size_t i = 0; i < run->msg_iovlen; i++) {
        const struct iovec *part = run->msg_iov + i;
        bool is_sent = sendto(core->fd, part->iov_base, part->iov_len, 0, run->msg_name, run->msg_namelen) >= 0;
        atomic_fetch_add(is_sent ? &core->sent : &core->unsent, 1);
    }
}

/* What to do with the first message that did not leave; true when it is dealt with. */
static bool is_past(hot *core, const struct msghdr *stuck, int error, bool *has_waited)
{
    if (error == EINTR)
        return false;
    if ((error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS) && !*has_waited) {
        struct pollfd full = {core->fd, POLLOUT, 0};
        *has_waited = true;
        poll(&full, 1, 1);
        return false;
    }
    bool is_refused = error == EIO || error == EINVAL || error == EOPNOTSUPP || error == EMSGSIZE;
    if (stuck->msg_iovlen > 1 && is_refused) {
        if (error == EIO || error == EOPNOTSUPP)
            core->has_gso = false;
        send_apart(core, stuck);
        return true;
    }
    atomic_fetch_add(&core->unsent, stuck->msg_iovlen);
    return true;
}

void out_send(hot *core, struct sending *out)
{
    int messages = 0, parts = 0, done = 0;
    uint64_t sent = 0, merged = 0;
    bool may_join = core->has_gso, has_waited = false;
    for (int i = 0; i < out->groups; i++)
        while (out->group[i].first >= 0)
            parts += make_message(out, messages++, parts, out->group + i, out->group[i].first, may_join);
    while (done < messages) {
        int count = sendmmsg(core->fd, out->messages + done, (unsigned)(messages - done), MSG_DONTWAIT);
        if (count <= 0) {
            done += is_past(core, &out->messages[done].msg_hdr, errno, &has_waited);
            continue;
        }
        for (int i = 0; i < count; i++) {
            size_t each = out->messages[done + i].msg_hdr.msg_iovlen;
            sent += each;
            merged += each > 1 ? each : 0;
        }
        done += count;
    }
    atomic_fetch_add(&core->sent, sent);
    atomic_fetch_add(&core->merged, merged);
    atomic_fetch_add(&core->messages, (uint64_t)messages);
}

static void read_address(const struct sockaddr_storage *from, hot_address *address)
{
    memset(address, 0, sizeof *address);
    if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;
        address->is_six = 1;
        address->port = ntohs(six->sin6_port);
        memcpy(address->ip, &six->sin6_addr, 16);
    } else {
        const struct sockaddr_in *four = (const struct sockaddr_in *)from;
        address->port = ntohs(four->sin_port);
        memcpy(address->ip, &four->sin_addr, 4);
    }
}

static int receive(hot *core, struct reading *reading)
{
    for (int i = 0; i < BATCH; i++) {
        struct msghdr *head = &reading->messages[i].msg_hdr;
        head->msg_namelen = sizeof reading->from[i];
        head->msg_flags = 0;
    }
    return recvmmsg(core->fd, reading->messages, BATCH, MSG_DONTWAIT, NULL);
}

static void prepare(struct reading *reading)
{
    for (int i = 0; i < BATCH; i++) {
        reading->parts[i] = (struct iovec){reading->bytes[i], LARGEST};
        reading->messages[i].msg_hdr.msg_name = reading->from + i;
        reading->messages[i].msg_hdr.msg_iov = reading->parts + i;
        reading->messages[i].msg_hdr.msg_iovlen = 1;
    }
}

static void take_batch(hot *core, struct reading *reading, int count, double now)
{
    enter(core);
    begin_anew(core, core->of_thread);
    core->out = core->of_thread;
    core->has_news = false;
    set_time(core);
    for (int i = 0; i < count; i++) {
        const struct mmsghdr *message = reading->messages + i;
        hot_address from;
        if (message->msg_hdr.msg_flags & MSG_TRUNC) {
            core->counts.received++;
            core->counts.too_long++;
            continue;
        }
        read_address(reading->from + i, &from);
        take_datagram(core, &from, reading->bytes[i], (int)message->msg_len, now);
    }
    core->counts.batches++;
    core->out = core->own;
    bool has_news = core->has_news;
    leave(core);
    if (core->waiters)
        sched_yield();
    if (core->of_thread->count)
        out_send(core, core->of_thread);
    uint64_t one = 1;
    if (has_news && write(core->news, &one, sizeof one) < 0 && errno != EAGAIN)
        return;
}

/* Little to do: every packet leaves at once. Much to do: up to a millisecond is gathered first. */
struct pace {
    double since, rate;
    int count;
};

static double wait_for(struct pace *pace, int count, double now, double most)
{
    pace->count += count;
    if (now - pace->since >= WINDOW) {
        double rate = pace->count / (now - pace->since);
        pace->rate = (pace->rate + rate) / 2;
        pace->since = now;
        pace->count = 0;
    }
    double wait = (pace->rate - QUIET) * 0.5e-6;
    if (wait > most)
        wait = most;
    return wait < NOT_WORTH || count == BATCH ? 0 : wait;
}

static void sleep_until(double moment)
{
    struct timespec at = {(time_t)moment, 0};
    at.tv_nsec = (long)((moment - (double)at.tv_sec) * 1e9);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static void *run(void *argument)
{
    hot *core = argument;
    struct reading *reading = calloc(1, sizeof *reading);
    struct pace pace = {now_is(), 0, 0};
    struct pollfd watched[2] = {{core->fd, POLLIN, 0}, {core->stop, POLLIN, 0}};
    if (!reading)
        return NULL;
    prepare(reading);
    while (!core->is_stopping) {
        int count = receive(core, reading);
        if (count <= 0) {
            if (errno == EBADF || errno == ENOTSOCK)
                break;
            /* Other errors are news of packets we sent; they are read away. */
            if (errno == EAGAIN || errno == EWOULDBLOCK)
                poll(watched, 2, -1);
            continue;
        }
        double now = now_is();
        take_batch(core, reading, count, now);
        double wait = wait_for(&pace, count, now, core->most_wait);
        if (wait > 0)
            sleep_until(now + wait);
    }
    free(reading);
    return NULL;
}

int hot_start(hot *core)
{
    sigset_t all, before;
    if (core->fd < 0 || core->is_running)
        return EINVAL;
    core->of_thread = calloc(1, sizeof *core->of_thread);
    core->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!core->of_thread || core->stop < 0)
        return ENOMEM;
    core->of_thread->serial = ++core->serial;
    /* Signals are Python's. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int error = pthread_create(&core->thread, NULL, run, core);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        return error;
    core->is_running = true;
    pthread_setname_np(core->thread, "media");
    return 0;
}

void hot_stop(hot *core)
{
    uint64_t one = 1;
    core->is_stopping = true;
    if (core->is_running && write(core->stop, &one, sizeof one) == sizeof one)
        pthread_join(core->thread, NULL);
    core->is_running = false;
    if (core->stop >= 0)
        close(core->stop);
    core->stop = -1;
}
