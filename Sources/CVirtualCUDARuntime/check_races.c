// Races: accesses of two threads to the same bytes, at least one of them a write, that nothing puts in order.
//
// How accesses are recorded, and the common cases, are in include/vgpu_fast_checks.h; here is everything, lane by lane. The
// first rule is that what is reported is one: where the record has lost what it needs, nothing is said.
#include <stdio.h>
#include <sys/mman.h>

#include "race_order.h"

vgpu_race_memory vgpu_races;

// MARK: The record of global memory

static uint8_t *mapping;
static uint64_t mapping_bytes;

static void open_record(void) {
  uint64_t words = (uint64_t)(vgpu_arena_end - vgpu_arena) / 4 + 256, bytes = (words * 4 + 4095) & ~4095ull;
  uint64_t chunk_bytes = (words / 16 + 1) * VGPU_CHUNK_ENTRY * 4;
  void *memory =
    mmap(NULL, 6 * bytes + chunk_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    vgpu_races.state = 2;
    vgpu_report_line(
      "{\"event\":\"note\",\"message\":\"This machine gives no address space for the history of global memory: races are "
      "looked for in shared memory only.\"}");
    return;
  }
  mapping = memory;
  mapping_bytes = 6 * bytes + chunk_bytes;
  uint32_t *part[6];
  for (uint64_t i = 0; i < 6; i++) part[i] = (uint32_t *)(mapping + i * bytes);
  vgpu_races.writers = (vgpu_race_side){part[0], part[1], part[2]};
  vgpu_races.readers = (vgpu_race_side){part[3], part[4], part[5]};
  vgpu_races.chunks = (uint32_t *)(mapping + 6 * bytes);
  vgpu_races.state = 1;
}

void vgpu_race_forget(void) {
  if (mapping) madvise(mapping, mapping_bytes, MADV_DONTNEED);
}

void vgpu_race_forget_range(uint64_t address, uint64_t bytes) {
  if (vgpu_races.state != 1 || !bytes) return;
  uint64_t first = (address - (uint64_t)(uintptr_t)vgpu_arena) / 4, count = (bytes + 3) / 4;
  // Chunks at the ends may hold words of others.
  const vgpu_warp any = {0};
  for (uint64_t word = first & ~15ull; word < first + count; word += 16) vgpu_spread_chunk(&any, 0, word);
  memset(vgpu_races.writers.serial + first, 0, count * 4);
  memset(vgpu_races.readers.serial + first, 0, count * 4);
}

// MARK: Who and which bytes

// The bytes that an entry is about, as a mask of 4.
static uint32_t bytes_of(uint32_t who) {
  uint32_t shape = (who & VGPU_WHO_SHAPE) >> 10;
  return shape < 4 ? 15 : shape < 8 ? 3u << (shape - 4) : 1u << (shape - 8);
}

// Those of them that one thread touched; the first `thread` of a pair or of four is named.
static uint32_t bytes_of_thread(uint32_t who, uint32_t thread) {
  uint32_t d = thread - (who & VGPU_WHO_THREAD);
  switch (who & VGPU_WHO_SHAPE) {
  case VGPU_SHAPE_PAIR: return d < 2 ? 3u << 2 * d : 0;
  case VGPU_SHAPE_QUAD: return d < 4 ? 1u << d : 0;
  default: return d == 0 ? bytes_of(who) : 0;
  }
}

static uint32_t shape_of(uint32_t bytes) {
  if (bytes == 15) return VGPU_SHAPE_WORD;
  if (bytes == 3 || bytes == 12) return (bytes == 3 ? 4u : 6u) << 10;
  return (8u + (uint32_t)__builtin_ctz(bytes)) << 10;
}

// The thread that touched one of these bytes.
static uint32_t thread_at(uint32_t who, uint32_t bytes) {
  uint32_t byte = (uint32_t)__builtin_ctz(bytes & bytes_of(who)), thread = who & VGPU_WHO_THREAD;
  switch (who & VGPU_WHO_SHAPE) {
  case VGPU_SHAPE_PAIR: return thread + byte / 2;
  case VGPU_SHAPE_QUAD: return thread + byte;
  default: return thread;
  }
}

// MARK: One word

// One lane's access to one word.
typedef struct {
  vgpu_warp *w;
  uint32_t site, thread, bytes;
  int access, is_strong, is_volatile, is_shared;
  uint64_t address;
  uint32_t size;
} touch;

typedef struct {
  uint32_t serial, time, who;
  // The other is a thread whose number is lost, one of several.
  int is_several;
} other_touch;

static const char *name_thread(const vgpu_launch_state *launch, uint32_t thread, char *out, uint64_t size) {
  uint32_t x = launch->block.x, y = launch->block.y;
  snprintf(out, size, "(%u,%u,%u)", thread % x, thread / x % y, thread / (x * y));
  return out;
}

static void report(const touch *t, const other_touch *o, int is_write) {
  vgpu_warp *w = t->w;
  const vgpu_launch_state *launch = w->block->launch;
  uint32_t thread = thread_at(o->who, t->bytes), site = o->who >> VGPU_WHO_SITE;
  uint64_t block = t->is_shared ? w->block->linear : o->serial - w->launch_serial;
  int is_same_block = block == w->block->linear, is_same_warp = is_same_block && thread / 32 == w->index;
  int is_atomic = (o->who & (VGPU_WHO_STRONG | VGPU_WHO_VOLATILE)) == VGPU_WHO_STRONG;
  char one[96], two[48], place[80] = "", message[400];
  name_thread(launch, t->thread, one, sizeof one);
  if (o->is_several) snprintf(two, sizeof two, "another thread");
  else memcpy(two, "thread ", 7), name_thread(launch, thread, two + 7, sizeof two - 7);
  if (!is_same_block) {
    vgpu_dim3 here = w->ctaid;
    snprintf(one + strlen(one), sizeof one - strlen(one), " of block (%u,%u,%u)", here.x, here.y, here.z);
    uint64_t x = launch->grid.x, y = launch->grid.y;
    snprintf(
      place, sizeof place, " of block (%llu,%llu,%llu)", (unsigned long long)(block % x),
      (unsigned long long)(block / x % y), (unsigned long long)(block / (x * y)));
  }
  snprintf(
    message, sizeof message, "Thread %s %s what %s%s %s, %s.", one,
    t->access == VGPU_LOAD ? "reads" : t->access == VGPU_STORE ? "writes" : "updates", two, place,
    !is_write ? "has read" : is_atomic ? "has updated" : "has written",
    is_same_warp    ? "and no __syncwarp() lies between"
    : is_same_block ? "and no barrier lies between"
                    : "and nothing puts the two blocks in order");
  vgpu_finding f = {
    .kind = "race", .space = t->is_shared ? "shared" : "global", .message = message, .bytes = t->size,
    .access = t->access == VGPU_LOAD ? "load" : t->access == VGPU_STORE ? "store" : "atomic",
    .lane = t->thread & 31, .site = t->site, .address = t->address,
    .other_site = site == VGPU_NO_SITE ? UINT32_MAX : site, .other_thread = o->is_several ? UINT32_MAX : thread,
    .other_block = block, .other_access = !is_write ? "load" : is_atomic ? "atomic" : "store"};
  vgpu_report_finding(w, &f);
}

// Something that was recorded in this block is in order with this thread; o->who's warp is meant.
static int is_ordered(const touch *t, const other_touch *o, uint32_t thread) {
  vgpu_warp *w = t->w;
  if (t->is_shared || o->serial == w->block_serial) {
    if (o->time < w->barrier_time) return 1;
    if (thread / 32 == w->index && o->time < w->warp_time) return 1;
  }
  return vgpu_order_is_released(
    w, t->is_shared ? w->block_serial : o->serial, thread / 32, o->time, (o->who & VGPU_WHO_STRONG) != 0);
}

// Looks for the write that this access collides with; 1 if it reported one.
static int check_write(const touch *t, vgpu_race_place at) {
  vgpu_warp *w = t->w;
  other_touch o = {at.write_serial ? *at.write_serial : w->block_serial, *at.write_time, *at.write_who, 0};
  if (at.write_serial ? o.serial < w->launch_serial : o.time < w->barrier_time) return 0;
  // Volatile shared memory does not order the lanes of a warp, though code from before Volta leans on it.
  int is_lockstep = t->is_shared && t->access == VGPU_LOAD && t->is_volatile && (o.who & VGPU_WHO_VOLATILE) &&
                    (o.who & VGPU_WHO_THREAD) / 32 == w->index;
  if ((o.who & VGPU_WHO_STRONG) && t->is_strong && !is_lockstep) return 0;
  uint32_t shared = bytes_of(o.who) & t->bytes;
  if (o.serial == w->block_serial) shared &= ~bytes_of_thread(o.who, t->thread);
  if (!shared || is_ordered(t, &o, thread_at(o.who, shared))) return 0;
  touch part = *t;
  part.bytes = shared;
  report(&part, &o, 1);
  return 1;
}

static int check_read(const touch *t, vgpu_race_place at) {
  vgpu_warp *w = t->w;
  other_touch o = {at.read_serial ? *at.read_serial : w->block_serial, *at.read_time, *at.read_who, 0};
  if (at.read_serial ? o.serial < w->launch_serial : o.time < w->barrier_time) return 0;
  uint32_t shared = bytes_of(o.who) & t->bytes;
  if (!shared) return 0;
  touch part = *t;
  part.bytes = shared;
  uint32_t thread = thread_at(o.who, shared);
  if (o.serial == w->block_serial) {
    uint32_t others = shared & ~bytes_of_thread(o.who, t->thread);
    if (others) part.bytes = others, thread = thread_at(o.who, others);
    int is_near = o.time >= w->barrier_time && !is_ordered(&part, &o, thread);
    if (others && is_near) return report(&part, &o, 0), 1;
    // It was this thread itself, or one of its warp before a sync: others may have been there too.
    o.is_several = 1;
    if (o.time >= w->barrier_time && (o.who & VGPU_WHO_BLOCK_TOO) && !w->has_acquired)
      return report(&part, &o, 0), 1;
    if (!others && is_near && o.time >= w->warp_time && (o.who & VGPU_WHO_WARP_TOO)) return report(&part, &o, 0), 1;
    if ((o.who & VGPU_WHO_GRID_TOO) && !w->has_acquired) {
      // Which of the others it was is not known: the launch's first block stands for it in the report.
      o.serial = w->block_serial;
      return report(&part, &o, 0), 1;
    }
    return 0;
  }
  if (is_ordered(&part, &o, thread)) return 0;
  report(&part, &o, 0);
  return 1;
}

static inline void note_write(const touch *t, vgpu_race_place at) {
  vgpu_warp *w = t->w;
  uint32_t who = vgpu_who(w, t->site, 0) + (t->thread & 31);
  uint32_t shape = shape_of(t->bytes), old = *at.write_who;
  int is_now = *at.write_time == w->clock && (!at.write_serial || *at.write_serial == w->block_serial);
  // Two neighbours that write the halves of a word in one instruction.
  if (is_now && t->bytes == 12 && (old & (VGPU_WHO_THREAD | VGPU_WHO_SHAPE)) == ((t->thread - 1) | 4u << 10))
    shape = VGPU_SHAPE_PAIR, who--;
  if (at.write_serial) *at.write_serial = w->block_serial;
  *at.write_time = w->clock;
  *at.write_who = who | shape | (t->is_strong ? VGPU_WHO_STRONG : 0) | (t->is_volatile ? VGPU_WHO_VOLATILE : 0);
}

static inline void note_read(const touch *t, vgpu_race_place at) {
  vgpu_warp *w = t->w;
  uint32_t who = (vgpu_who(w, t->site, 0) + (t->thread & 31)) | shape_of(t->bytes), old = *at.read_who, time = *at.read_time;
  int is_now = !at.read_serial || *at.read_serial >= w->launch_serial;
  int is_mine = !at.read_serial || *at.read_serial == w->block_serial;
  int is_near = is_now && is_mine && time >= w->barrier_time, is_same = (bytes_of(old) & t->bytes) == t->bytes;
  // Two neighbours that read the halves of a word in one instruction.
  if (is_near && time == w->clock && t->bytes == 12 &&
      (old & (VGPU_WHO_THREAD | VGPU_WHO_SHAPE)) == ((t->thread - 1) | 4u << 10)) {
    who = (who - 1) & ~VGPU_WHO_SHAPE;
    who |= VGPU_SHAPE_PAIR;
    is_same = 0;
  }
  // Readers that are in order with this one are in order with what follows it.
  if (is_same && is_now && w->has_acquired &&
      vgpu_order_is_released(
        w, at.read_serial ? *at.read_serial : w->block_serial, (old & VGPU_WHO_THREAD) / 32, time, 0))
    is_same = 0;
  if (is_same && is_near) {
    uint32_t own = bytes_of_thread(old, t->thread) & t->bytes;
    if ((old & VGPU_WHO_BLOCK_TOO) || ((old ^ who) & VGPU_WHO_WARP)) who |= VGPU_WHO_BLOCK_TOO;
    if (time >= w->warp_time && ((old & VGPU_WHO_WARP_TOO) || !own)) who |= VGPU_WHO_WARP_TOO;
  }
  if (is_same && is_now) who |= is_mine ? old & VGPU_WHO_GRID_TOO : VGPU_WHO_GRID_TOO;
  if (at.read_serial) *at.read_serial = w->block_serial;
  *at.read_time = w->clock;
  *at.read_who = who;
}

// MARK: A warp

void vgpu_race_access(
  vgpu_warp *w, uint32_t site, uint32_t mask, const uint64_t *addresses, uint32_t bytes, int access, int space,
  int is_volatile) {
  if (!vgpu_options.check_races) return;
  uint64_t arena = (uint64_t)(uintptr_t)vgpu_arena, arena_size = (uint64_t)(vgpu_arena_end - vgpu_arena);
  uint64_t shared = (uint64_t)(uintptr_t)w->shared;
  int is_strong = access == VGPU_ATOMIC || is_volatile;
  vgpu_order_begin(w);
  if (is_strong && access != VGPU_STORE) vgpu_order_acquire(w);
  // First all lanes look, then all are recorded: lanes of one instruction do not collide with each other here.
  for (int step = 0; step < 2; step++)
    for (uint32_t m = mask; m; m &= m - 1) {
      uint32_t lane = (uint32_t)__builtin_ctz(m);
      uint64_t offset = addresses[lane] - shared;
      int is_shared = 0;
      if (offset < w->shared_bytes && w->shared_writers && space != VGPU_GLOBAL && offset + bytes <= w->shared_bytes) {
        is_shared = 1;
      } else {
        offset = addresses[lane] - arena;
        if (offset >= arena_size || arena_size - offset < bytes || space == VGPU_SHARED) continue;
        if (!vgpu_races.state) open_record();
        if (vgpu_races.state != 1) continue;
      }
      for (uint64_t word = offset >> 2; word <= (offset + bytes - 1) >> 2; word++) {
        if (step == 0 && is_shared && vgpu_is_logged(w, word << 2, 4)) vgpu_settle_reads(w);
        vgpu_spread_chunk(w, is_shared, word);
        vgpu_race_place at = vgpu_race_at(w, is_shared, word);
        // Nobody has been there.
        if (step == 0 && (is_shared ? *at.write_time < w->barrier_time : *at.write_serial < w->launch_serial) &&
            (access == VGPU_LOAD || (is_shared ? *at.read_time < w->barrier_time : *at.read_serial < w->launch_serial)))
          continue;
        touch t = {
          .w = w, .site = site, .thread = w->index * 32 + lane, .access = access, .is_strong = is_strong,
          .is_volatile = is_volatile == 2, .is_shared = is_shared, .address = addresses[lane], .size = bytes,
          .bytes = bytes >= 4 ? 15 : ((1u << bytes) - 1) << (offset & 3)};
        if (step == 0) {
          if (check_write(&t, at) || (access != VGPU_LOAD && check_read(&t, at))) break;
        } else if (access != VGPU_LOAD) {
          note_write(&t, at);
          vgpu_touch_chunk(w, is_shared, word, 1);
        } else if (!is_strong) {
          note_read(&t, at);
          vgpu_touch_chunk(w, is_shared, word, 0);
        }
      }
    }
  if (is_strong && access != VGPU_LOAD) vgpu_order_release(w);
}

void vgpu_race_values(
  vgpu_warp *w, uint32_t site, uint32_t mask, const uint64_t *addresses, const void *values, uint32_t bytes, uint32_t count,
  int space) {
  if (!vgpu_options.check_races) return;
  for (uint32_t m = mask; m; m &= m - 1) {
    uint32_t lane = (uint32_t)__builtin_ctz(m), other = UINT32_MAX, k = 0;
    for (; k < count; k++)
      if (memcmp((const void *)(addresses[lane] + k * bytes), (const uint8_t *)values + (k * 32 + lane) * bytes, bytes)) break;
    if (k == count) continue;
    for (uint32_t n = mask & ~(1u << lane); n; n &= n - 1) {
      uint64_t d = addresses[__builtin_ctz(n)] - addresses[lane];
      if (d < bytes * count || -d < bytes * count) other = (uint32_t)__builtin_ctz(n);
    }
    // A block on another core wrote there between: seen where races are looked for across blocks.
    if (other == UINT32_MAX) continue;
    char one[48], two[48], message[300];
    name_thread(w->block->launch, w->index * 32 + lane, one, sizeof one);
    name_thread(w->block->launch, w->index * 32 + other, two, sizeof two);
    snprintf(
      message, sizeof message, "Threads %s and %s write different values to one place in one instruction.", one, two);
    uint64_t in_shared = addresses[lane] - (uint64_t)(uintptr_t)w->shared;
    vgpu_finding f = {
      .kind = "race", .space = space == VGPU_SHARED || in_shared < w->shared_bytes ? "shared" : "global",
      .message = message, .bytes = bytes * count, .access = "store", .lane = lane, .site = site,
      .address = addresses[lane], .other_site = site, .other_thread = w->index * 32 + other,
      .other_block = w->block->linear, .other_access = "store"};
    vgpu_report_finding(w, &f);
    return;
  }
}
