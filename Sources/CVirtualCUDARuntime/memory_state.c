// The state bytes of device memory: bit 0 allocated, bit 1 initialised.
#include <string.h>

#include "host_api.h"

// The state of the part of a range that lies in the arena.
static uint8_t *states(const void *address, uint64_t *bytes) {
  const uint8_t *start = address;
  if (!vgpu_state || !*bytes || start < vgpu_arena || start >= vgpu_arena_end) return NULL;
  uint64_t room = (uint64_t)(vgpu_arena_end - start);
  if (*bytes > room) *bytes = room;
  return vgpu_state + (start - vgpu_arena);
}

void vgpu_begin_state_epoch(void) { __atomic_add_fetch(&vgpu_state_epoch, 1, __ATOMIC_SEQ_CST); }

void vgpu_mark_initialised(void *address, uint64_t bytes) {
  uint8_t *state = states(address, &bytes);
  if (state) memset(state, 3, bytes);
}

void vgpu_mark_uninitialised(void *address, uint64_t bytes) {
  uint8_t *state = states(address, &bytes);
  if (state) memset(state, 1, bytes);
  vgpu_begin_state_epoch();
}

uint64_t vgpu_first_uninitialised(const void *address, uint64_t bytes) {
  uint64_t all = bytes, i = 0;
  const uint8_t *state = states(address, &bytes);
  if (!state) return all;
  for (; i + 8 <= bytes; i += 8) {
    uint64_t eight;
    memcpy(&eight, state + i, 8);
    if ((eight & 0x0202020202020202ull) != 0x0202020202020202ull) break;
  }
  for (; i < bytes; i++)
    if (!(state[i] & 2)) return i;
  return all;
}

void vgpu_copy_states(const void *to, const void *from, uint64_t bytes) {
  uint64_t to_bytes = bytes, from_bytes = bytes;
  uint8_t *target = states(to, &to_bytes);
  const uint8_t *source = states(from, &from_bytes);
  if (!target) return;
  if (source) memmove(target, source, to_bytes < from_bytes ? to_bytes : from_bytes);
  else memset(target, 3, to_bytes);
  vgpu_begin_state_epoch();
}
