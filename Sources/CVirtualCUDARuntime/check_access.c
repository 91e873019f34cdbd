// Checks of memory accesses, lane by lane: bounds, alignment, life and initialisation of what is touched.
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vgpu_internal.h"

typedef struct {
  vgpu_warp *w;
  uint32_t site, bytes, lane;
  int access;
  uint64_t address;
  const char *space;
} place;

static const char *verb_of(int access) {
  return access == VGPU_LOAD ? "reads" : access == VGPU_STORE ? "writes" : "updates";
}

// `format` takes what begins every sentence here: the verb and the number of bytes.
static void report(const place *p, const char *kind, const char *rest) {
  char message[512];
  snprintf(
    message, sizeof message, "A thread %s %u byte%s %s", verb_of(p->access), p->bytes, p->bytes == 1 ? "" : "s", rest);
  vgpu_finding f = {
    .kind = kind, .space = p->space, .message = message, .bytes = p->bytes, .lane = p->lane, .site = p->site,
    .access = p->access == VGPU_LOAD ? "load" : p->access == VGPU_STORE ? "store" : "atomic", .address = p->address,
    .other_site = UINT32_MAX};
  vgpu_report_finding(p->w, &f);
}

// A finding after which a GPU would end the launch; this one goes on, so that a run shows all it can.
static void fail(const place *p, const char *kind, const char *rest, int error) {
  report(p, kind, rest);
  int none = 0;
  __atomic_compare_exchange_n(
    &p->w->block->launch->error, &none, error, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

// "cudaMalloc #3", or a variable's name.
static const char *name_of(const vgpu_allocation *a, char *out, uint64_t size) {
  if (a->serial) snprintf(out, size, "%s #%u", a->what ? a->what : "allocation", a->serial);
  else snprintf(out, size, "%s", a->what ? a->what : "a variable");
  return out;
}

static int is_mapped(uint64_t address) {
  unsigned char in_core;
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  return mincore((void *)(address & ~(page - 1)), 1, &in_core) == 0;
}

// An access that is not within a live allocation.
static void report_outside(const place *p) {
  char rest[400], name[160];
  uint64_t a = p->address;
  vgpu_allocation below, above;
  int is_in_arena = a >= (uint64_t)(uintptr_t)vgpu_arena && a < (uint64_t)(uintptr_t)vgpu_arena_end;
  if (!is_in_arena) {
    if (a < 65536)
      snprintf(rest, sizeof rest, "at address 0x%llx: a null pointer.", (unsigned long long)a);
    else if (vgpu_find_allocation(a, &below) && a - below.address < below.size)
      snprintf(
        rest, sizeof rest, "at offset %llu of a buffer of %llu bytes (%s): past its end.",
        (unsigned long long)(a - below.address), (unsigned long long)below.size, name_of(&below, name, sizeof name));
    else if (is_mapped(a))
      snprintf(
        rest, sizeof rest, "at 0x%llx, an address of the host's memory, which a kernel cannot use.", (unsigned long long)a);
    else
      snprintf(rest, sizeof rest, "at 0x%llx, where there is no memory.", (unsigned long long)a);
    fail(p, "out-of-bounds", rest, 700);
    return;
  }
  int is_below = vgpu_find_allocation(a, &below), is_above = vgpu_find_allocation_above(a, &above) && above.live;
  if (is_below && !below.live && a - below.address < below.size) {
    snprintf(
      rest, sizeof rest, "at offset %llu of a buffer of %llu bytes (%s) that has been freed.",
      (unsigned long long)(a - below.address), (unsigned long long)below.size, name_of(&below, name, sizeof name));
    fail(p, "use-after-free", rest, 700);
    return;
  }
  uint64_t past = is_below && a - below.address >= below.size ? a - below.address - below.size : 0;
  if (is_above && above.address - a <= 4096 && (!is_below || !below.live || above.address - a < past)) {
    snprintf(
      rest, sizeof rest, "%llu byte%s before the start of a buffer of %llu bytes (%s).",
      (unsigned long long)(above.address - a), above.address - a == 1 ? "" : "s", (unsigned long long)above.size,
      name_of(&above, name, sizeof name));
  } else if (is_below && a - below.address < below.size) {
    snprintf(
      rest, sizeof rest, "at offset %llu of a buffer of %llu bytes (%s): the access begins within it and ends outside.",
      (unsigned long long)(a - below.address), (unsigned long long)below.size, name_of(&below, name, sizeof name));
  } else if (is_below && below.live) {
    snprintf(
      rest, sizeof rest, "at offset %llu of a buffer of %llu bytes (%s): %llu byte%s past its end.",
      (unsigned long long)(a - below.address), (unsigned long long)below.size, name_of(&below, name, sizeof name),
      (unsigned long long)past, past == 1 ? "" : "s");
  } else {
    snprintf(rest, sizeof rest, "at 0x%llx, which belongs to no buffer.", (unsigned long long)a);
  }
  fail(p, "out-of-bounds", rest, 700);
}

// All of the bytes' states have these bits; counts up to 8 at once.
static int have_all(const uint8_t *states, uint32_t bytes, uint8_t bits) {
  uint64_t all = 0x0101010101010101ull * bits;
  for (; bytes >= 8; bytes -= 8, states += 8) {
    uint64_t eight;
    memcpy(&eight, states, 8);
    if ((eight & all) != all) return 0;
  }
  // Sizes that the compiler knows.
  uint64_t rest = all;
  switch (bytes) {
  case 0: return 1;
  case 1: memcpy(&rest, states, 1); break;
  case 2: memcpy(&rest, states, 2); break;
  case 4: memcpy(&rest, states, 4); break;
  default: memcpy(&rest, states, bytes);
  }
  return (rest & all) == all;
}

// What is read has to be written before; what was found is marked, so that one cause is one finding.
static void check_states(const place *p, uint8_t *states, const char *what) {
  if (p->access != VGPU_STORE && !have_all(states, p->bytes, 2)) {
    uint32_t unwritten = 0;
    char rest[300];
    for (uint32_t i = 0; i < p->bytes; i++) unwritten += !(states[i] & 2);
    if (unwritten == p->bytes) snprintf(rest, sizeof rest, "of %s that nothing has written.", what);
    else snprintf(rest, sizeof rest, "of %s, %u of which nothing has written.", what, unwritten);
    report(p, "uninitialized-read", rest);
  } else if (p->access == VGPU_LOAD) {
    return;
  }
  for (uint32_t i = 0; i < p->bytes; i++) states[i] |= 2;
}

static int check_shared(place *p) {
  vgpu_warp *w = p->w;
  p->space = "shared";
  uint64_t offset = p->address - (uint64_t)(uintptr_t)w->shared;
  if (offset < w->shared_bytes && offset + p->bytes <= w->shared_bytes) {
    if (w->shared_state) check_states(p, w->shared_state + offset, "shared memory");
    return 1;
  }
  char rest[300];
  if ((int64_t)offset < 0)
    snprintf(
      rest, sizeof rest, "%llu bytes before the start of the block's %u bytes of shared memory.",
      (unsigned long long)-offset, w->shared_bytes);
  else if (w->shared_bytes == 0)
    snprintf(rest, sizeof rest, "of shared memory, of which the launch gives the block none.");
  else
    snprintf(
      rest, sizeof rest, "at offset %llu of the block's %u bytes of shared memory: %llu bytes past its end.",
      (unsigned long long)offset, w->shared_bytes,
      (unsigned long long)(offset < w->shared_bytes ? offset + p->bytes - w->shared_bytes : offset - w->shared_bytes));
  fail(p, "out-of-bounds", rest, 700);
  return 0;
}

static int check_local(place *p) {
  vgpu_warp *w = p->w;
  p->space = "local";
  uint64_t base = (uint64_t)(uintptr_t)w->local, offset = p->address - base - (uint64_t)p->lane * w->local_stride;
  // What no function on the stack has asked for is nobody's.
  if (w->local && offset < w->local_top && offset + p->bytes <= w->local_top) {
    if (w->local_state) check_states(p, w->local_state + (p->address - base), "its local memory");
    return 1;
  }
  char rest[300];
  if (p->address - (uint64_t)(uintptr_t)w->block->local < (uint64_t)w->block->thread_count * w->local_stride)
    snprintf(
      rest, sizeof rest, "of another thread's local memory: %lld bytes from the start of its own %u bytes.",
      (long long)offset, w->kernel->local_bytes);
  else
    snprintf(
      rest, sizeof rest, "outside of its local memory of %u bytes: %lld bytes from its start.", w->kernel->local_bytes,
      (long long)offset);
  fail(p, "out-of-bounds", rest, 700);
  return 0;
}

static int check_global(place *p) {
  uint64_t offset = p->address - (uint64_t)(uintptr_t)vgpu_arena, size = (uint64_t)(vgpu_arena_end - vgpu_arena);
  if (offset < size && size - offset >= p->bytes) {
    if (!vgpu_state) return 1;
    uint8_t *states = vgpu_state + offset;
    if (have_all(states, p->bytes, 3)) return 1;
    if (have_all(states, p->bytes, 1)) {
      char what[220], name[160];
      vgpu_allocation a;
      if (p->access == VGPU_STORE || !vgpu_find_allocation(p->address, &a)) snprintf(what, sizeof what, "memory");
      else snprintf(
        what, sizeof what, "a buffer of %llu bytes (%s)", (unsigned long long)a.size, name_of(&a, name, sizeof name));
      check_states(p, states, what);
      return 1;
    }
  } else {
    // Memory of the program's own that it registered with the device.
    vgpu_allocation a;
    if (p->address >= 65536 && vgpu_find_allocation(p->address, &a) && a.live && p->address >= a.address &&
        p->address - a.address < a.size && a.size - (p->address - a.address) >= p->bytes)
      return 1;
  }
  report_outside(p);
  return 0;
}

static int check_alignment(const place *p) {
  uint64_t over = p->address & (p->bytes - 1);
  if (!over) return 1;
  char rest[200];
  snprintf(
    rest, sizeof rest, "at an address that is %llu more than a multiple of %u.", (unsigned long long)over, p->bytes);
  fail(p, "misaligned", rest, 716);
  return 0;
}

static int is_parameter(const place *p) {
  uint64_t offset = p->address - (uint64_t)(uintptr_t)p->w->parameters, bytes = p->w->kernel->parameter_bytes;
  return p->access == VGPU_LOAD && p->w->parameters && offset < bytes && offset + p->bytes <= bytes;
}

static int check_lane(place *p, int space) {
  const vgpu_warp *w = p->w;
  if (space == VGPU_GENERIC) {
    uint64_t a = p->address;
    // A little behind its end an address is still meant as one of shared memory.
    if (a - (uint64_t)(uintptr_t)w->shared < w->shared_bytes + 4096ull && w->shared_bytes) space = VGPU_SHARED;
    else if (w->local && a - (uint64_t)(uintptr_t)w->block->local < (uint64_t)w->block->thread_count * w->local_stride)
      space = VGPU_LOCAL;
    else if (is_parameter(p)) space = VGPU_PARAM;
  }
  if (space == VGPU_PARAM && is_parameter(p)) return 1;
  p->space = space == VGPU_SHARED ? "shared" : space == VGPU_LOCAL ? "local" : space == VGPU_CONST ? "const" : "global";
  if (p->bytes & (p->bytes - 1)) return 1;
  // An access that is wrong in both ways is called out of bounds where the address is none at all.
  if (p->address >= 65536 && !check_alignment(p)) return 0;
  return space == VGPU_SHARED ? check_shared(p) : space == VGPU_LOCAL ? check_local(p) : check_global(p);
}

uint32_t vgpu_check_access(
  vgpu_warp *w, uint32_t site, uint32_t mask, const uint64_t *addresses, uint32_t bytes, int access, int space) {
  uint32_t sound = mask;
  uint64_t arena = (uint64_t)(uintptr_t)vgpu_arena, size = (uint64_t)(vgpu_arena_end - vgpu_arena);
  uint64_t shared = (uint64_t)(uintptr_t)w->shared;
  for (uint32_t m = mask; m; m &= m - 1) {
    uint32_t lane = (uint32_t)__builtin_ctz(m);
    uint64_t a = addresses[lane];
    // What is in order needs no more than this.
    if (!(a & (bytes - 1))) {
      uint64_t offset = a - arena;
      if (space != VGPU_SHARED && offset < size && size - offset >= bytes && vgpu_state &&
          have_all(vgpu_state + offset, bytes, 3))
        continue;
      offset = a - shared;
      if (space == VGPU_SHARED && offset < w->shared_bytes && offset + bytes <= w->shared_bytes && w->shared_state &&
          have_all(w->shared_state + offset, bytes, 2))
        continue;
    }
    place p = {.w = w, .site = site, .bytes = bytes, .lane = lane, .access = access, .address = a};
    if (!check_lane(&p, space)) sound &= ~(1u << lane);
  }
  return sound;
}
