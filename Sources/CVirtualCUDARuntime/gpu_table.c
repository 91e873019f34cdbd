// The GPUs that can be named, as cudaGetDeviceProperties and the architecture whitepapers describe them.
#include <string.h>

#include "host_api.h"

#define MiB (1024ull * 1024)
#define KiB 1024u

static const vgpu_gpu gpus[] = {
  {
    .key = "h100", .name = "NVIDIA H100 80GB HBM3", .major = 9, .minor = 0,
    .multiprocessors = 132, .clock_khz = 1980000, .memory_clock_khz = 2619000, .bus_bits = 5120,
    .memory_bytes = 81008 * MiB, .l2_bytes = 50 * MiB, .persisting_l2_bytes = 32768000,
    .shared_per_block = 48 * KiB, .shared_optin = 227 * KiB, .shared_per_multiprocessor = 228 * KiB,
    .shared_reserved = KiB, .shared_granularity = 128, .registers_per_multiprocessor = 65536,
    .threads_per_multiprocessor = 2048, .blocks_per_multiprocessor = 32,
    .copy_engines = 3, .single_to_double = 2, .ecc = 1, .clusters = 1,
  },
  {
    .key = "a100", .name = "NVIDIA A100-SXM4-80GB", .major = 8, .minor = 0,
    .multiprocessors = 108, .clock_khz = 1410000, .memory_clock_khz = 1593000, .bus_bits = 5120,
    .memory_bytes = 81050 * MiB, .l2_bytes = 40 * MiB, .persisting_l2_bytes = 30 * MiB,
    .shared_per_block = 48 * KiB, .shared_optin = 163 * KiB, .shared_per_multiprocessor = 164 * KiB,
    .shared_reserved = KiB, .shared_granularity = 128, .registers_per_multiprocessor = 65536,
    .threads_per_multiprocessor = 2048, .blocks_per_multiprocessor = 32,
    .copy_engines = 3, .single_to_double = 2, .ecc = 1, .clusters = 0,
  },
  {
    .key = "l40s", .name = "NVIDIA L40S", .major = 8, .minor = 9,
    .multiprocessors = 142, .clock_khz = 2520000, .memory_clock_khz = 9001000, .bus_bits = 384,
    .memory_bytes = 45589 * MiB, .l2_bytes = 96 * MiB, .persisting_l2_bytes = 66 * MiB,
    .shared_per_block = 48 * KiB, .shared_optin = 99 * KiB, .shared_per_multiprocessor = 100 * KiB,
    .shared_reserved = KiB, .shared_granularity = 128, .registers_per_multiprocessor = 65536,
    .threads_per_multiprocessor = 1536, .blocks_per_multiprocessor = 24,
    .copy_engines = 2, .single_to_double = 64, .ecc = 1, .clusters = 0,
  },
  {
    .key = "rtx4090", .name = "NVIDIA GeForce RTX 4090", .major = 8, .minor = 9,
    .multiprocessors = 128, .clock_khz = 2520000, .memory_clock_khz = 10501000, .bus_bits = 384,
    .memory_bytes = 24217 * MiB, .l2_bytes = 72 * MiB, .persisting_l2_bytes = 49.5 * MiB,
    .shared_per_block = 48 * KiB, .shared_optin = 99 * KiB, .shared_per_multiprocessor = 100 * KiB,
    .shared_reserved = KiB, .shared_granularity = 128, .registers_per_multiprocessor = 65536,
    .threads_per_multiprocessor = 1536, .blocks_per_multiprocessor = 24,
    .copy_engines = 2, .single_to_double = 64, .ecc = 0, .clusters = 0,
  },
  {
    .key = "t4", .name = "Tesla T4", .major = 7, .minor = 5,
    .multiprocessors = 40, .clock_khz = 1590000, .memory_clock_khz = 5001000, .bus_bits = 256,
    .memory_bytes = 15102 * MiB, .l2_bytes = 4 * MiB, .persisting_l2_bytes = 0,
    .shared_per_block = 48 * KiB, .shared_optin = 64 * KiB, .shared_per_multiprocessor = 64 * KiB,
    .shared_reserved = 0, .shared_granularity = 256, .registers_per_multiprocessor = 65536,
    .threads_per_multiprocessor = 1024, .blocks_per_multiprocessor = 16,
    .copy_engines = 3, .single_to_double = 32, .ecc = 1, .clusters = 0,
  },
};

const vgpu_gpu *vgpu_named_gpu(void) {
  static const vgpu_gpu *named;
  const vgpu_gpu *known = __atomic_load_n(&named, __ATOMIC_ACQUIRE);
  if (known) return known;
  vgpu_options_load();
  known = &gpus[0];
  for (size_t i = 0; i < sizeof gpus / sizeof *gpus; i++)
    if (!strcmp(gpus[i].key, vgpu_options.gpu)) known = &gpus[i];
  __atomic_store_n(&named, known, __ATOMIC_RELEASE);
  return known;
}
