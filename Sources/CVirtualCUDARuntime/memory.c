// Device memory: one reservation of address space, cut from the bottom up into extents that are kept in order of address.
// An extent is 512-byte aligned, ends in a guard of 512 bytes or more, and keeps its bounds for the life of the process
// unless the address space runs short. Freed extents wait in a quarantine before they are used again, so that a
// use after free is seen for what it is.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host_api.h"

#define UNIT 512ull
#define MiB (1024ull * 1024)
#define GiB (1024ull * MiB)
#define QUARANTINE (256 * MiB)       // freed after an extent before it is used again
#define RETURNED (32 * MiB)          // extents from this size on give their pages back when freed
#define FILLED GiB                   // allocations up to this size are filled as a whole
#define FILLED_ENDS (256 * MiB)      // of larger ones, this much at either end
#define CONTEXT (520 * MiB)          // what a CUDA context keeps for itself
#define CLASSES 512

uint8_t *vgpu_arena, *vgpu_arena_end, *vgpu_state;
uint32_t *vgpu_written, vgpu_state_epoch = 1;

enum { LIVE, QUARANTINED, FREE };

typedef struct {
  uint64_t address, size, span;
  const char *what;
  uint32_t serial;
  int32_t next;                      // in a list of free extents or the quarantine, -1 at its end
  uint8_t kind, state;
} extent;

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static extent *extents;
static int32_t count, capacity;
static uint64_t top;                 // where the next new extent begins
static int32_t lists[CLASSES];
static int32_t oldest = -1, newest = -1;
static uint64_t quarantined;
static uint64_t device_bytes;        // live, counted against the GPU

static uint8_t *reserve(uint64_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

static void open_memory(void) {
  vgpu_options_load();
  for (int i = 0; i < CLASSES; i++) lists[i] = -1;
  // Twice the GPU's memory: guards, the quarantine and pinned memory of the host live here too.
  for (uint64_t bytes = (2 * vgpu_named_gpu()->memory_bytes + 2 * MiB) & ~(2 * MiB - 1); bytes >= 64 * MiB; bytes /= 2) {
    bytes &= ~(2 * MiB - 1);
    vgpu_arena = reserve(bytes);
    if (vgpu_arena && vgpu_options.check_memory) {
      vgpu_state = reserve(bytes);
      vgpu_written = (uint32_t *)reserve(bytes / 16);
      if (!vgpu_state || !vgpu_written) {
        munmap(vgpu_arena, bytes);
        if (vgpu_state) munmap(vgpu_state, bytes);
        if (vgpu_written) munmap(vgpu_written, bytes / 16);
        vgpu_arena = vgpu_state = NULL;
      }
    }
    if (!vgpu_arena) continue;
    vgpu_arena_end = vgpu_arena + bytes;
    top = (uint64_t)vgpu_arena + 4096;
    return;
  }
  fprintf(stderr, "virtual GPU: cannot reserve address space for device memory: %s\n", strerror(errno));
  exit(70);
}

void vgpu_memory_open(void) { pthread_once(&once, open_memory); }

// The class of an extent of this many units, and the units that all extents of the class have (12.5 % more at most).
static int class_of(uint64_t units, uint64_t *rounded) {
  if (units < 16) {
    *rounded = units;
    return (int)units;
  }
  int exponent = 63 - __builtin_clzll(units);
  uint64_t step = 1ull << (exponent - 3), steps = (units + step - 1) / step;  // 8 … 16
  *rounded = steps * step;
  if (steps == 16) exponent++, steps = 8;
  return 16 + (exponent - 4) * 8 + (int)(steps - 8);
}

static int is_counted(int kind) { return kind != VGPU_MEMORY_HOST && kind != VGPU_MEMORY_MANAGED; }
static uint64_t charge(uint64_t size) { return (size + UNIT - 1) / UNIT * UNIT; }
static uint64_t budget(void) {
  uint64_t all = vgpu_named_gpu()->memory_bytes;
  return all > CONTEXT ? all - CONTEXT : all;
}

// The extent that begins at or below the address; -1 if none.
static int32_t at_or_below(uint64_t address) {
  int32_t low = 0, high = count;
  while (low < high) {
    int32_t middle = low + (high - low) / 2;
    if (extents[middle].address <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

static int32_t new_extent(int32_t at) {
  if (count == capacity) {
    int32_t larger = capacity ? capacity * 2 : 1024;
    extent *moved = realloc(extents, (size_t)larger * sizeof *moved);
    if (!moved) return -1;
    extents = moved;
    capacity = larger;
  }
  memmove(extents + at + 1, extents + at, (size_t)(count - at) * sizeof *extents);
  count++;
  return at;
}

// The address space has run short: joins neighbours that are free, ends the quarantine, and cuts a piece from the first
// one that is large enough.
static int32_t reclaim(uint64_t span) {
  int32_t kept = 0;
  for (int32_t i = 0; i < count; i++) {
    extent next = extents[i];
    if (next.state == QUARANTINED) next.state = FREE;
    next.next = -1;
    if (kept && next.state == FREE && extents[kept - 1].state == FREE) extents[kept - 1].span += next.span;
    else extents[kept++] = next;
  }
  count = kept;
  oldest = newest = -1;
  quarantined = 0;
  for (int i = 0; i < CLASSES; i++) lists[i] = -1;
  int32_t found = -1;
  for (int32_t i = 0; i < count && found < 0; i++)
    if (extents[i].state == FREE && extents[i].span >= span) found = i;
  if (found >= 0 && extents[found].span > span) {
    if (new_extent(found + 1) < 0) return -1;
    extents[found + 1] = extents[found];
    extents[found + 1].address += span;
    extents[found + 1].span -= span;
    extents[found].span = span;
  }
  for (int32_t i = 0; i < count; i++) {
    uint64_t rounded;
    if (extents[i].state != FREE || i == found) continue;
    int class = class_of(extents[i].span / UNIT, &rounded);
    if (rounded * UNIT != extents[i].span) continue;
    extents[i].next = lists[class];
    lists[class] = i;
  }
  return found;
}

static void fill(uint8_t *address, uint64_t bytes) {
  uint32_t pattern = vgpu_options.poison;
  uint64_t pairs = (uint64_t)pattern << 32 | pattern, tail = bytes & 7;
  uint64_t *words = (uint64_t *)address;
  for (uint64_t i = 0; i < bytes / 8; i++) words[i] = pairs;
  memcpy(address + bytes - tail, &pairs, tail);
}

void *vgpu_allocate(uint64_t bytes, int kind, const char *what) {
  vgpu_memory_open();
  int is_variable = kind == VGPU_MEMORY_VARIABLE || kind == VGPU_MEMORY_CONSTANT;
  if (bytes > (uint64_t)(vgpu_arena_end - vgpu_arena)) return NULL;
  uint64_t rounded, size = charge(bytes ? bytes : 1);
  int class = class_of(size / UNIT + 1, &rounded);
  uint64_t span = rounded * UNIT;
  if (bytes >= 64 * MiB && vgpu_machine_bytes() < bytes) {
    vgpu_report_line("{\"event\":\"error\",\"code\":2,\"name\":\"cudaErrorMemoryAllocation\",\"call\":\"%s\",\"message\":"
                     "\"%llu bytes are more than this machine has free\"}", what, (unsigned long long)bytes);
    return NULL;
  }
  pthread_rwlock_wrlock(&lock);
  int32_t index = -1;
  if (is_counted(kind) && (device_bytes + size > budget())) goto done;
  if (lists[class] >= 0) {
    index = lists[class];
    lists[class] = extents[index].next;
  } else if (top + span <= (uint64_t)vgpu_arena_end) {
    index = new_extent(count);
    if (index >= 0) extents[index] = (extent){.address = top, .span = span};
    if (index >= 0) top += span;
  } else {
    index = reclaim(span);
  }
  if (index < 0) goto done;
  extent *made = &extents[index];
  *made = (extent){.address = made->address, .size = bytes, .span = made->span, .what = what, .next = -1,
                   .serial = is_variable ? 0 : vgpu_next_serial(), .kind = (uint8_t)kind, .state = LIVE};
  if (is_counted(kind)) device_bytes += size;
done:;
  uint8_t *address = index < 0 ? NULL : (uint8_t *)extents[index].address;
  pthread_rwlock_unlock(&lock);
  if (!address) return NULL;
  if (vgpu_poison_wanted() && !is_variable) {
    if (bytes <= FILLED) fill(address, bytes);
    else fill(address, FILLED_ENDS), fill(address + ((bytes - FILLED_ENDS) & ~7ull), FILLED_ENDS + (bytes & 7));
  } else if (is_variable) {
    memset(address, 0, bytes);
  }
  // The host writes to managed and pinned memory unseen.
  int is_written = is_variable || kind == VGPU_MEMORY_MANAGED || kind == VGPU_MEMORY_HOST;
  if (vgpu_state) memset(vgpu_state + (address - vgpu_arena), is_written ? 3 : 1, bytes);
  vgpu_begin_state_epoch();
  return address;
}

// Gives whole pages back to the machine; what remains at either end is cleared.
static void give_back(uint8_t *start, uint64_t bytes, int clears) {
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  uint8_t *first = (uint8_t *)(((uint64_t)start + page - 1) & ~(page - 1));
  uint8_t *last = (uint8_t *)(((uint64_t)start + bytes) & ~(page - 1));
  if (bytes < RETURNED || first >= last) {
    if (clears) memset(start, 0, bytes);
    return;
  }
  madvise(first, (size_t)(last - first), MADV_DONTNEED);
  if (!clears) return;
  memset(start, 0, (size_t)(first - start));
  memset(last, 0, (size_t)(start + bytes - last));
}

static void release_extent(int32_t index) {
  extent *freed = &extents[index];
  freed->state = QUARANTINED;
  if (is_counted(freed->kind)) device_bytes -= charge(freed->size ? freed->size : 1);
  freed->next = -1;
  if (newest >= 0) extents[newest].next = index;
  else oldest = index;
  newest = index;
  quarantined += freed->span;
  if (vgpu_state) give_back(vgpu_state + (freed->address - (uint64_t)vgpu_arena), freed->size, 1);
  vgpu_begin_state_epoch();
  give_back((uint8_t *)freed->address, freed->size, 0);
  while (oldest >= 0 && quarantined - extents[oldest].span >= QUARANTINE) {
    int32_t ready = oldest;
    uint64_t rounded;
    quarantined -= extents[ready].span;
    oldest = extents[ready].next;
    if (oldest < 0) newest = -1;
    int class = class_of(extents[ready].span / UNIT, &rounded);
    extents[ready].state = FREE;
    extents[ready].next = -1;
    if (rounded * UNIT != extents[ready].span) continue;
    extents[ready].next = lists[class];
    lists[class] = ready;
  }
}

int vgpu_release(void *address) {
  vgpu_memory_open();
  pthread_rwlock_wrlock(&lock);
  int32_t index = at_or_below((uint64_t)address);
  int found = index >= 0 && extents[index].address == (uint64_t)address && extents[index].state == LIVE;
  if (found) release_extent(index);
  pthread_rwlock_unlock(&lock);
  return found ? 0 : -1;
}

static void describe(int32_t index, vgpu_allocation *out) {
  const extent *found = &extents[index];
  *out = (vgpu_allocation){.address = found->address, .size = found->size, .serial = found->serial, .kind = found->kind,
                           .live = found->state == LIVE, .what = found->what};
}

int vgpu_find_allocation(uint64_t address, vgpu_allocation *out) {
  vgpu_memory_open();
  if (address < (uint64_t)vgpu_arena || address >= (uint64_t)vgpu_arena_end) return vgpu_find_host_range(address, out);
  pthread_rwlock_rdlock(&lock);
  int32_t index = at_or_below(address);
  if (index >= 0) describe(index, out);
  pthread_rwlock_unlock(&lock);
  return index >= 0;
}

int vgpu_find_allocation_above(uint64_t address, vgpu_allocation *out) {
  vgpu_memory_open();
  if (address < (uint64_t)vgpu_arena || address >= (uint64_t)vgpu_arena_end) return 0;
  pthread_rwlock_rdlock(&lock);
  int32_t index = at_or_below(address) + 1;
  int found = index < count;
  if (found) describe(index, out);
  pthread_rwlock_unlock(&lock);
  return found;
}

void vgpu_for_each_live(void (*visit)(const vgpu_allocation *, void *), void *context) {
  pthread_rwlock_rdlock(&lock);
  for (int32_t i = 0; i < count; i++) {
    vgpu_allocation found;
    if (extents[i].state != LIVE) continue;
    describe(i, &found);
    visit(&found, context);
  }
  pthread_rwlock_unlock(&lock);
}

void vgpu_memory_reset(void) {
  vgpu_memory_open();
  pthread_rwlock_wrlock(&lock);
  for (int32_t i = 0; i < count; i++) {
    int is_variable = extents[i].kind == VGPU_MEMORY_VARIABLE || extents[i].kind == VGPU_MEMORY_CONSTANT;
    if (extents[i].state == LIVE && !is_variable) release_extent(i);
  }
  pthread_rwlock_unlock(&lock);
}

uint64_t vgpu_memory_total_bytes(void) { return vgpu_named_gpu()->memory_bytes; }

uint64_t vgpu_memory_free_bytes(void) {
  vgpu_memory_open();
  pthread_rwlock_rdlock(&lock);
  uint64_t used = device_bytes;
  pthread_rwlock_unlock(&lock);
  return budget() > used ? budget() - used : 0;
}
