#include "machine_limits.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __linux__
#include <sys/mman.h>
#endif

// What all threads read together, and a thread at least and at most: more than a cache's share of it, as far as that can be without
// taking the machine's memory.
#define ALL_BYTES ((size_t)1 << 30)
#define LEAST_BYTES ((size_t)32 << 20)
#define MOST_BYTES ((size_t)256 << 20)
#define PAGE_BYTES ((size_t)2 << 20)
#define SLICE_BYTES ((size_t)4 << 20)

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

// All begin at once, when the last is ready.
typedef struct start {
  atomic_int waiting;
} start;

// One thread's part: how much it did, and from when to when.
typedef struct part {
  void (*work)(struct part *self);
  start *start;
  packed_kernel kernel;
  size_t bytes;
  double duration;
  double done;
  double began;
  double ended;
} part;

static void begin(part *self) {
  atomic_fetch_sub(&self->start->waiting, 1);
  while (atomic_load(&self->start->waiting) > 0) sched_yield();
  self->began = self->ended = seconds();
}

static bool goes_on(part *self) {
  self->ended = seconds();
  return self->ended - self->began < self->duration;
}

// The sum of some memory, which several streams of it go into.
static uint64_t sum_of(const uint64_t *words, size_t count) {
  typedef uint64_t lanes __attribute__((vector_size(64)));
  lanes sums[4] = {0};
  const lanes *all = (const lanes *)words;
  for (size_t index = 0; index < count / 8; index += 4) {
    // As far ahead as the products look.
    for (int line = 0; line < 4; line++) {
      __builtin_prefetch((const char *)(all + index + line) + (6 << 10));
      sums[line] += all[index + line];
    }
  }
  lanes sum = sums[0] + sums[1] + sums[2] + sums[3];
  uint64_t found = 0;
  for (int lane = 0; lane < 8; lane++) found += sum[lane];
  return found;
}

static void read_memory(part *self) {
  void *found = NULL;
  bool has_memory = posix_memalign(&found, PAGE_BYTES, self->bytes) == 0;
  char *memory = has_memory ? found : NULL;
  if (has_memory) {
#ifdef __linux__
    // As weights are kept. It is advice.
    madvise(memory, self->bytes, MADV_HUGEPAGE);
#endif
    memset(memory, 1, self->bytes);
  }
  size_t place = 0;
  volatile uint64_t sum = 0;
  begin(self);
  while (has_memory && goes_on(self)) {
    sum += sum_of((const uint64_t *)(memory + place), SLICE_BYTES / sizeof(uint64_t));
    place = (place + SLICE_BYTES) % self->bytes;
    self->done += SLICE_BYTES;
  }
  free(memory);
}

static void multiply(part *self) {
  begin(self);
  while (goes_on(self)) {
    for (int slice = 0; slice < 8; slice++) self->done += 2 * (double)machine_products(self->kernel);
  }
}

static void *run_part(void *given) {
  part *self = given;
  self->work(self);
  return NULL;
}

// What all parts did a second, from the first one's beginning to the last one's end.
static double rate_of(part like, int threads) {
  if (threads < 1) return 0;
  part *parts = calloc((size_t)threads, sizeof *parts);
  pthread_t *others = calloc((size_t)threads, sizeof *others);
  double rate = 0;
  if (parts && others) {
    start all = {threads};
    int begun = 1;
    for (int index = 0; index < threads; index++) {
      parts[index] = like;
      parts[index].start = &all;
    }
    while (begun < threads && pthread_create(&others[begun], NULL, run_part, &parts[begun]) == 0) begun++;
    // Nobody waits for those that could not be made.
    atomic_fetch_sub(&all.waiting, threads - begun);
    run_part(&parts[0]);
    double done = parts[0].done, began = parts[0].began, ended = parts[0].ended;
    for (int index = 1; index < begun; index++) {
      pthread_join(others[index], NULL);
      done += parts[index].done;
      if (parts[index].began < began) began = parts[index].began;
      if (parts[index].ended > ended) ended = parts[index].ended;
    }
    if (ended > began) rate = done / (ended - began);
  }
  free(parts);
  free(others);
  return rate;
}

double machine_bytes_per_second(int threads, double milliseconds) {
  if (threads < 1) return 0;
  size_t share = ALL_BYTES / (size_t)threads / SLICE_BYTES * SLICE_BYTES;
  size_t bytes = share < LEAST_BYTES ? LEAST_BYTES : share > MOST_BYTES ? MOST_BYTES : share;
  return rate_of((part){.work = read_memory, .bytes = bytes, .duration = milliseconds * 1e-3}, threads);
}

double machine_operations_per_second(packed_kernel kernel, int threads, double milliseconds) {
  return rate_of((part){.work = multiply, .kernel = kernel, .duration = milliseconds * 1e-3}, threads);
}
