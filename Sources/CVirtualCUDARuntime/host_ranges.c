// Memory of the program's own that it registered with the device (cudaHostRegister). It lies outside the arena.
#include <pthread.h>
#include <stdlib.h>

#include "host_api.h"

typedef struct {
  uint64_t address, size;
  uint32_t serial;
} range;

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static range *ranges;
static int count, capacity;

uint32_t vgpu_next_serial(void) {
  static uint32_t last;
  return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

int vgpu_find_host_range(uint64_t address, vgpu_allocation *out) {
  if (!__atomic_load_n(&count, __ATOMIC_ACQUIRE)) return 0;
  int found = 0;
  pthread_rwlock_rdlock(&lock);
  for (int i = 0; i < count && !found; i++) {
    if (address < ranges[i].address || address - ranges[i].address >= ranges[i].size) continue;
    *out = (vgpu_allocation){.address = ranges[i].address, .size = ranges[i].size, .serial = ranges[i].serial,
                             .kind = VGPU_MEMORY_REGISTERED, .live = 1, .what = "cudaHostRegister"};
    found = 1;
  }
  pthread_rwlock_unlock(&lock);
  return found;
}

int vgpu_register_host_range(void *address, uint64_t bytes) {
  int result = -1;
  uint64_t start = (uint64_t)address;
  pthread_rwlock_wrlock(&lock);
  for (int i = 0; i < count; i++)
    if (start < ranges[i].address + ranges[i].size && ranges[i].address < start + bytes) goto done;
  if (count == capacity) {
    int larger = capacity ? 2 * capacity : 16;
    range *moved = realloc(ranges, (size_t)larger * sizeof *moved);
    if (!moved) goto done;
    ranges = moved;
    capacity = larger;
  }
  ranges[count] = (range){.address = start, .size = bytes, .serial = vgpu_next_serial()};
  __atomic_store_n(&count, count + 1, __ATOMIC_RELEASE);
  result = 0;
done:
  pthread_rwlock_unlock(&lock);
  return result;
}

int vgpu_unregister_host_range(void *address) {
  int result = -1;
  pthread_rwlock_wrlock(&lock);
  for (int i = 0; i < count && result; i++) {
    if (ranges[i].address != (uint64_t)address) continue;
    ranges[i] = ranges[count - 1];
    __atomic_store_n(&count, count - 1, __ATOMIC_RELEASE);
    result = 0;
  }
  pthread_rwlock_unlock(&lock);
  return result;
}

void vgpu_forget_host_ranges(void) {
  pthread_rwlock_wrlock(&lock);
  __atomic_store_n(&count, 0, __ATOMIC_RELEASE);
  pthread_rwlock_unlock(&lock);
}
