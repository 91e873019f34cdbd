// The types and operations that generated kernels are made of: a warp is 32 lanes, a register of a warp one vector.
#ifndef VGPU_H
#define VGPU_H

#include <stdint.h>
#include <string.h>

#include "vgpu_engine.h"

#define VGPU_INLINE static inline __attribute__((always_inline, unused))
#define VGPU_COLD static __attribute__((noinline, cold, unused))
#define VGPU_LIKELY(x) __builtin_expect(!!(x), 1)
#define VGPU_UNLIKELY(x) __builtin_expect(!!(x), 0)

typedef _Bool vgpu_bools __attribute__((ext_vector_type(32)));
typedef uint8_t vu8 __attribute__((ext_vector_type(32)));
typedef int8_t vs8 __attribute__((ext_vector_type(32)));
typedef uint16_t vu16 __attribute__((ext_vector_type(32)));
typedef int16_t vs16 __attribute__((ext_vector_type(32)));
typedef uint32_t vu32 __attribute__((ext_vector_type(32)));
typedef int32_t vs32 __attribute__((ext_vector_type(32)));
typedef uint64_t vu64 __attribute__((ext_vector_type(32)));
typedef int64_t vs64 __attribute__((ext_vector_type(32)));
typedef float vf32 __attribute__((ext_vector_type(32)));
typedef double vf64 __attribute__((ext_vector_type(32)));
// Half a warp, for memory that half a warp touches at once.
typedef uint32_t hu32 __attribute__((ext_vector_type(16)));

// MARK: Contexts

typedef struct vgpu_barrier {
  uint32_t arrived, expected;
  uint32_t generation;
  uint32_t count, all, any;
  uint32_t last_count, last_all, last_any;
  // Where the first of those that wait has come to it, and which warp that is.
  uint32_t first_site, first_warp;
} vgpu_barrier;

struct vgpu_block;

// A batch of loads that a block has looked at before.
typedef struct {
  const vgpu_batch *batch;
  uint64_t a, b;
  int is_line;
} vgpu_batch_memo;

// Reads of shared memory since the last barrier that no entry tells of yet: see vgpu_batches.h.
typedef struct {
  const vgpu_batch *batch;
  uint32_t a, b;
  uint32_t warp, is_line;
  uint32_t clock, warp_time;
} vgpu_read;
typedef struct {
  uint32_t count, capacity;
  vgpu_read *reads;
} vgpu_read_log;

typedef struct vgpu_warp {
  // Lanes that exist and have not ended.
  uint32_t live;
  // Checked on every way back in a loop; the launch's own flag.
  const volatile int *stop;
  const uint8_t *parameters;
  uint8_t *shared;
  uint32_t shared_bytes;
  // Lane i's local memory begins at local + i * local_stride.
  uint8_t *local;
  uint32_t local_stride, local_top;
  uint8_t *stack_low;
  int32_t fuel;
  uint32_t index;
  uint32_t clock;
  vu32 tid_x, tid_y, tid_z;
  vgpu_dim3 ctaid, ntid, nctaid;
  struct vgpu_block *block;
  const vgpu_kernel *kernel;
  uint64_t *executions, *lanes_executed;
  vgpu_site_counts *site_counts;
  // State of shared memory, one byte for each byte; bit 1 initialised. For local memory the same, laid out as it is.
  uint8_t *shared_state, *local_state;
  // Race check: the last writer's and the last reader's time for each word of shared memory, and who it was race_words
  // behind; the times before which everything is ordered for this block and for this warp; the last release that this warp has
  // seen, and whether the block has seen any.
  uint32_t *shared_writers, *shared_readers;
  uint64_t race_words;
  // The same for chunks of 64 bytes, race_chunks apart: the last write's time and who, the last read's, and when a read was
  // last put into the log.
  uint32_t *shared_chunks;
  uint64_t race_chunks;
  vgpu_read_log *log;
  // Batches whose bounds and initialisation were seen to be in order in this block, and the counts of all batches.
  vgpu_batch_memo memos[8];
  uint64_t *batch_counts;
  uint32_t acquired, has_acquired;
  uint32_t barrier_time, warp_time;
  uint32_t barrier_result;
  // Identifies this block over all launches, and the first block of this launch.
  uint32_t block_serial, launch_serial;
  int is_lane_order_reversed;
  uint64_t grid_workspace;
} vgpu_warp;

// MARK: The engine's calls

void vgpu_barrier_wait(vgpu_warp *, uint32_t id, uint32_t threads, uint32_t lanes, uint32_t site);
void vgpu_barrier_arrive(vgpu_warp *, uint32_t id, uint32_t threads, uint32_t lanes, uint32_t site);
// Arrives, and returns the generation to wait for.
uint32_t vgpu_barrier_enter(vgpu_warp *, uint32_t id, uint32_t threads, uint32_t lanes, uint32_t site);
int vgpu_barrier_is_open(vgpu_warp *, uint32_t id, uint32_t generation);
void vgpu_block_warp(vgpu_warp *, uint32_t site);
void vgpu_barrier_contribute(vgpu_warp *, uint32_t id, uint32_t lanes, uint32_t predicate);
uint32_t vgpu_barrier_result(vgpu_warp *, uint32_t id, int kind);
void vgpu_lanes_exit(vgpu_warp *, uint32_t lanes);
// Lets other warps and blocks run.
void vgpu_yield(vgpu_warp *);
void vgpu_stopped(vgpu_warp *, uint32_t site) __attribute__((noreturn));
void vgpu_abort(vgpu_warp *, int error) __attribute__((noreturn));
void vgpu_stack_overflow(vgpu_warp *, uint32_t site) __attribute__((noreturn));
void vgpu_trap(vgpu_warp *, uint32_t site, uint32_t lanes) __attribute__((noreturn));
int vgpu_print(vgpu_warp *, uint32_t lane, uint64_t format, uint64_t arguments);
void vgpu_assert_failed(
  vgpu_warp *, uint32_t site, uint32_t lane, uint64_t message, uint64_t file, uint32_t line, uint64_t function);
uint64_t vgpu_device_malloc(vgpu_warp *, uint64_t bytes);
void vgpu_device_free(vgpu_warp *, uint64_t address);
uint64_t vgpu_nanoseconds(void);
uint64_t vgpu_cycles(void);

// Checks, off the fast paths. `lanes` holds an address for each lane of the mask.
enum { VGPU_LOAD = 0, VGPU_STORE = 1, VGPU_ATOMIC = 2 };
enum { VGPU_GLOBAL = 0, VGPU_SHARED = 1, VGPU_LOCAL = 2, VGPU_CONST = 3, VGPU_GENERIC = 4, VGPU_PARAM = 5 };
// Returns the lanes whose access is sound; the others were reported.
uint32_t vgpu_check_access(
  vgpu_warp *, uint32_t site, uint32_t mask, const uint64_t *addresses, uint32_t bytes, int access, int space);
void vgpu_count_access(
  vgpu_warp *, uint32_t site, uint32_t mask, const uint64_t *addresses, uint32_t bytes, int space);
void vgpu_race_access(
  vgpu_warp *, uint32_t site, uint32_t mask, const uint64_t *addresses, uint32_t bytes, int access, int space,
  int is_volatile);
// After a store: lanes that find another's value where they wrote.
void vgpu_race_values(
  vgpu_warp *, uint32_t site, uint32_t mask, const uint64_t *addresses, const void *values, uint32_t bytes, uint32_t count,
  int space);
void vgpu_race_fence(vgpu_warp *, uint32_t lanes, int scope);
void vgpu_warp_sync(vgpu_warp *);
// Records the reads of the block's log and empties it.
void vgpu_settle_reads(vgpu_warp *);
void vgpu_make_room(vgpu_warp *);

// MARK: Masks and conversions between a lane's value and a warp's

static const vu32 vgpu_lanes = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
static const vu32 vgpu_half_lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                                     0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

VGPU_INLINE uint32_t vgpu_pack(vgpu_bools b) {
  uint32_t mask;
  memcpy(&mask, &b, 4);
  return mask;
}

VGPU_INLINE vgpu_bools vgpu_unpack(uint32_t mask) {
  vgpu_bools b;
  memcpy(&b, &mask, 4);
  return b;
}

// A comparison's result (all ones or zero in each lane) as a mask.
#define VGPU_MASK(comparison) vgpu_pack(__builtin_convertvector((comparison), vgpu_bools))
#define VGPU_SELECT8(mask, a, b) ((__builtin_convertvector(vgpu_unpack(mask), vs8) != 0) ? (a) : (b))
#define VGPU_SELECT16(mask, a, b) ((__builtin_convertvector(vgpu_unpack(mask), vs16) != 0) ? (a) : (b))
#define VGPU_SELECT32(mask, a, b) ((__builtin_convertvector(vgpu_unpack(mask), vs32) != 0) ? (a) : (b))
#define VGPU_SELECT64(mask, a, b) ((__builtin_convertvector(vgpu_unpack(mask), vs64) != 0) ? (a) : (b))
// Hides where a value comes from. clang 21 folds logic of three operands, one of them in memory, into a masked
// `vpternlog` and forgets to turn its truth table round; so what a selection chooses from is kept apart from it.
#if defined(__AVX512F__)
#define VGPU_OPAQUE_FORM(bits, count)                                                     \
  static inline __attribute__((always_inline, unused)) vu##bits vgpu_opaque##bits(vu##bits v) { \
    typedef int zmm __attribute__((vector_size(64)));                                     \
    zmm part[count];                                                                      \
    memcpy(part, &v, sizeof part);                                                        \
    for (int i = 0; i < count; i++) __asm__("" : "+v"(part[i]));                          \
    memcpy(&v, part, sizeof part);                                                        \
    return v;                                                                             \
  }
VGPU_OPAQUE_FORM(16, 1)
VGPU_OPAQUE_FORM(32, 2)
VGPU_OPAQUE_FORM(64, 4)
#define VGPU_OPAQUE16(v) vgpu_opaque16(v)
#define VGPU_OPAQUE32(v) vgpu_opaque32(v)
#define VGPU_OPAQUE64(v) vgpu_opaque64(v)
#else
#define VGPU_OPAQUE16(v) (v)
#define VGPU_OPAQUE32(v) (v)
#define VGPU_OPAQUE64(v) (v)
#endif

// A predicate that all lanes share, as a mask.
#define VGPU_SPREAD(predicate) (0u - (uint32_t)((predicate) != 0))

VGPU_INLINE float s_f32(uint32_t bits) {
  float f;
  memcpy(&f, &bits, 4);
  return f;
}
VGPU_INLINE uint32_t s_bits_f32(float f) {
  uint32_t bits;
  memcpy(&bits, &f, 4);
  return bits;
}
VGPU_INLINE double s_f64(uint64_t bits) {
  double f;
  memcpy(&f, &bits, 8);
  return f;
}
VGPU_INLINE uint64_t s_bits_f64(double f) {
  uint64_t bits;
  memcpy(&bits, &f, 8);
  return bits;
}

// The lanes of a vector operation, one after another, where no vector form is worth writing.
// As a loop until the vectoriser has seen it: unrolled before, 32 single operations would take clang long to put together.
#define VGPU_EACH(i) \
  _Pragma("clang loop unroll(disable) vectorize(enable)") for (int i = 0; i < 32; i++)

// MARK: Divergence

// Groups of lanes that wait at a block of the program while another group runs. Blocks are numbered so that running the
// lowest number first brings groups together again where the paths meet.
typedef struct {
  uint32_t count;
  // The lowest number of a group that can run; UINT32_MAX where none waits.
  uint32_t lowest;
  // Set while a group that waited long runs without regard to the order.
  uint32_t is_free_running;
  uint32_t block[32];
  uint32_t mask[32];
  // What a group waits for: 0 nothing, 1 that lanes named in a .sync mask arrive, 2 a barrier, 3 that all others arrive.
  uint8_t waiting[32];
  uint8_t barrier[32];
  uint32_t generation[32];
  uint32_t age[32];
} vgpu_groups;

void vgpu_groups_add(vgpu_groups *, uint32_t block, uint32_t mask);
// Takes the group that is to run next; its mask goes to *mask. There must be one.
uint32_t vgpu_groups_take(vgpu_warp *, vgpu_groups *, uint32_t *mask, uint32_t site);
// The running group arrives at a block while others wait at it or before it: merges or changes places.
uint32_t vgpu_groups_arrive(vgpu_warp *, vgpu_groups *, uint32_t block, uint32_t *mask);
// The running group arrives where the ways of all lanes meet: it goes on when all of them are there.
uint32_t vgpu_groups_meet(vgpu_warp *, vgpu_groups *, uint32_t block, uint32_t *mask, uint32_t site);
// The running group waits until the lanes of `members` are with it, or cannot come; returns the block to go on with.
uint32_t vgpu_groups_gather(
  vgpu_warp *, vgpu_groups *, uint32_t block, uint32_t *mask, uint32_t members, uint32_t site);
// The running group, apart from others of its warp, enters a barrier; returns the block to go on with.
uint32_t vgpu_groups_barrier(
  vgpu_warp *, vgpu_groups *, uint32_t next, uint32_t *mask, uint32_t id, uint32_t threads, uint32_t site);
// The running group has gone round a loop for long while others wait: takes another.
uint32_t vgpu_groups_rotate(vgpu_warp *, vgpu_groups *, uint32_t block, uint32_t *mask);

#include "vgpu_arithmetic.h"
#include "vgpu_memory.h"
#include "vgpu_warp.h"
#include "vgpu_matrix.h"
#include "vgpu_fragments.h"

#endif
