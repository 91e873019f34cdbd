// What the machine below the virtual GPU has.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_api.h"

static uint64_t number_in(const char *path, const char *key) {
  FILE *file = fopen(path, "re");
  if (!file) return UINT64_MAX;
  char line[256];
  uint64_t value = UINT64_MAX;
  size_t length = strlen(key);
  while (fgets(line, sizeof line, file)) {
    if (strncmp(line, key, length)) continue;
    char *end, *start = line + length;
    uint64_t read = strtoull(start, &end, 10);
    if (end != start) value = read;
    break;
  }
  fclose(file);
  return value;
}

// What this machine can still hold, as far as it says.
uint64_t vgpu_machine_bytes(void) {
  uint64_t kib = number_in("/proc/meminfo", "MemAvailable:");
  uint64_t available = kib == UINT64_MAX ? kib : kib * 1024;
  uint64_t limit = number_in("/sys/fs/cgroup/memory.max", ""), used = number_in("/sys/fs/cgroup/memory.current", "");
  if (limit != UINT64_MAX && used != UINT64_MAX) {
    uint64_t left = limit > used ? limit - used : 0;
    if (left < available) available = left;
  }
  return available;
}
