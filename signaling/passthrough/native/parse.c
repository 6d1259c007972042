/* Reading RTP and VP8's payload descriptor. Every length comes from the network. */
#include <string.h>

#include "inner.h"

static uint16_t two(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }

static uint32_t four(const uint8_t *at) { return (uint32_t)two(at) << 16 | two(at + 2); }

bool parse_rtp(const uint8_t *packet, int size, struct arrived *found)
{
    if (size < 12 || packet[0] >> 6 != 2)
        return false;
    int start = 12 + 4 * (packet[0] & 0x0F);
    found->profile = found->block_size = 0;
    found->block = packet;
    if (packet[0] & 0x10) {
        if (size < start + 4)
            return false;
        found->profile = two(packet + start);
        found->block_size = 4 * two(packet + start + 2);
        start += 4;
        if (found->block_size > size - start)
            return false;
        found->block = packet + start;
        start += found->block_size;
    }
    int end = size;
    if (packet[0] & 0x20) {
        if (!packet[size - 1])
            return false;
        end -= packet[size - 1];
    }
    if (start > end)
        return false;
    found->payload_type = packet[1] & 0x7F;
    found->marker = packet[1] >> 7;
    found->sequence = two(packet + 2);
    found->timestamp = four(packet + 4);
    found->ssrc = four(packet + 8);
    found->payload = packet + start;
    found->size = end - start;
    return true;
}

static const uint8_t *find_short(const uint8_t *block, int size, int wanted, int *length)
{
    int at = 0;
    while (at < size) {
        int head = block[at++];
        if (!head)
            continue;
        if (head >> 4 == 15)
            return NULL;
        int long_ = (head & 0x0F) + 1;
        if (head >> 4 == wanted) {
            *length = long_;
            return at + long_ <= size ? block + at : NULL;
        }
        at += long_;
    }
    return NULL;
}

static const uint8_t *find_long(const uint8_t *block, int size, int wanted, int *length)
{
    int at = 0;
    while (at < size) {
        if (!block[at]) {
            at++;
            continue;
        }
        if (at + 2 > size)
            return NULL;
        int long_ = block[at + 1];
        if (block[at] == wanted) {
            *length = long_;
            return at + 2 + long_ <= size ? block + at + 2 : NULL;
        }
        at += 2 + long_;
    }
    return NULL;
}

const uint8_t *find_extension(const struct arrived *packet, int wanted, int *length)
{
    if (packet->profile == 0xBEDE)
        return find_short(packet->block, packet->block_size, wanted, length);
    if ((packet->profile & 0xFFF0) == 0x1000)
        return find_long(packet->block, packet->block_size, wanted, length);
    return NULL;
}

static const struct picture NOTHING = {.number = -1, .number_at = -1, .level_zero = -1, .level_zero_at = -1};

struct picture look_at_picture(const uint8_t *payload, int size)
{
    struct picture found = NOTHING;
    if (size < 1)
        return NOTHING;
    int first = payload[0], at = 1;
    if (first & 0x80) {
        if (size < 2)
            return NOTHING;
        int flags = payload[1];
        at = 2;
        if (flags & 0x80) {
            if (at >= size)
                return NOTHING;
            found.number_at = at;
            found.is_long = payload[at] > 0x7F;
            found.number = payload[at] & 0x7F;
            if (found.is_long) {
                if (at + 1 >= size)
                    return NOTHING;
                found.number = found.number << 8 | payload[at + 1];
            }
            at += 1 + found.is_long;
        }
        if (flags & 0x40) {
            if (at >= size)
                return NOTHING;
            found.level_zero = payload[at];
            found.level_zero_at = at++;
        }
        if (flags & 0x30) {
            if (at >= size)
                return NOTHING;
            if (flags & 0x20) {
                found.layer = payload[at] >> 6;
                found.is_sync = payload[at] & 0x20;
            }
            at++;
        }
    }
    if ((first & 0x17) == 0x10) {
        /* Start of the first partition; the frame header's lowest bit is 0 in a key frame. */
        if (at >= size)
            return NOTHING;
        found.starts_key_frame = !(payload[at] & 0x01);
    }
    return found;
}

void renumber(uint8_t *payload, const struct picture *picture, int number_by, int level_by)
{
    if (picture->number_at >= 0) {
        int number = picture->number + number_by;
        uint8_t *at = payload + picture->number_at;
        if (picture->is_long) {
            at[0] = (uint8_t)(0x80 | (number >> 8 & 0x7F));
            at[1] = (uint8_t)number;
        } else {
            at[0] = number & 0x7F;
        }
    }
    if (picture->level_zero_at >= 0)
        payload[picture->level_zero_at] = (uint8_t)(picture->level_zero + level_by);
}
