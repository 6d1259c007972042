/* Rings of records towards Python, and the table of verified addresses. */
#include <stdlib.h>
#include <string.h>

#include "inner.h"

static size_t padded(size_t size) { return (size + 7) & ~(size_t)7; }

size_t pipe_load(const struct pipe *pipe)
{
    return pipe->tail >= pipe->head ? pipe->tail - pipe->head : pipe->end - pipe->head + pipe->tail;
}

bool pipe_put(struct pipe *pipe, const hot_record *record, const uint8_t *content)
{
    if (!pipe->memory && !(pipe->memory = malloc(pipe->room)))
        return false;
    if (pipe->head == pipe->tail)
        pipe->head = pipe->tail = pipe->end = 0;
    size_t need = sizeof *record + padded(record->size);
    bool is_folded = pipe->tail < pipe->head;
    if (!is_folded && pipe->tail + need > pipe->room) {
        /* Begin anew at the front; head == tail would mean empty. */
        if (need >= pipe->head)
            return false;
        pipe->end = pipe->tail;
        pipe->tail = 0;
        is_folded = true;
    }
    if (is_folded && pipe->tail + need >= pipe->head)
        return false;
    memcpy(pipe->memory + pipe->tail, record, sizeof *record);
    if (record->size)
        memcpy(pipe->memory + pipe->tail + sizeof *record, content, record->size);
    pipe->tail += need;
    if (!is_folded)
        pipe->end = pipe->tail;
    return true;
}

int pipe_take(struct pipe *pipe, uint8_t *into, int room)
{
    size_t taken = 0;
    while (pipe->head != pipe->tail) {
        if (pipe->tail < pipe->head && pipe->head == pipe->end) {
            pipe->head = 0;
            pipe->end = pipe->tail;
            continue;
        }
        hot_record record;
        memcpy(&record, pipe->memory + pipe->head, sizeof record);
        size_t need = sizeof record + padded(record.size);
        if (taken + need > (size_t)room)
            break;
        memcpy(into + taken, pipe->memory + pipe->head, sizeof record + record.size);
        memset(into + taken + sizeof record + record.size, 0, padded(record.size) - record.size);
        taken += need;
        pipe->head += need;
    }
    return (int)taken;
}

static size_t place_of(const struct places *places, const hot_address *address)
{
    uint64_t parts[2], mixed;
    memcpy(parts, address->ip, sizeof parts);
    mixed = (parts[0] ^ parts[1] * 31 ^ ((uint64_t)address->port << 17)) * 0x9E3779B97F4A7C15u;
    return (size_t)(mixed >> 32) & (places->room - 1);
}

static bool is_same(const hot_address *one, const hot_address *other)
{
    return one->port == other->port && one->is_six == other->is_six && !memcmp(one->ip, other->ip, sizeof one->ip);
}

struct place *places_find(const struct places *places, const hot_address *address)
{
    if (!places->used)
        return NULL;
    for (size_t at = place_of(places, address);; at = (at + 1) & (places->room - 1)) {
        struct place *place = places->every + at;
        if (!place->is_used)
            return NULL;
        if (is_same(&place->address, address))
            return place;
    }
}

static void insert(struct places *places, const hot_address *address, hot_line *line)
{
    size_t at = place_of(places, address);
    while (places->every[at].is_used)
        at = (at + 1) & (places->room - 1);
    places->every[at] = (struct place){*address, line, true};
    places->used++;
}

/* All but `without` into a table of `room`; false leaves the old one. */
static bool rebuild(struct places *places, size_t room, const struct place *without)
{
    struct places old = *places;
    struct place *every = calloc(room, sizeof *every);
    if (!every)
        return false;
    *places = (struct places){every, room, 0};
    for (size_t i = 0; i < old.room; i++)
        if (old.every[i].is_used && old.every + i != without)
            insert(places, &old.every[i].address, old.every[i].line);
    free(old.every);
    return true;
}

void places_put(struct places *places, const hot_address *address, hot_line *line)
{
    struct place *known = places_find(places, address);
    if (known) {
        known->line = line;
        return;
    }
    if (2 * (places->used + 1) > places->room && !rebuild(places, places->room ? 2 * places->room : 64, NULL))
        return;
    insert(places, address, line);
}

void places_remove(struct places *places, const hot_address *address)
{
    struct place *known = places_find(places, address);
    /* Rare, so that chains are mended by laying the table out anew. */
    if (known && !rebuild(places, places->room, known))
        known->line = NULL;
}

void places_let_go(struct places *places, const hot_line *line)
{
    for (size_t i = 0; i < places->room; i++)
        if (places->every[i].is_used && places->every[i].line == line)
            places->every[i].line = NULL;
}
