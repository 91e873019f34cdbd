#include "kernels.h"

#include <stdatomic.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

static unsigned bit_of(packed_kernel kernel) { return 1u << kernel; }

// A bit for each kernel whose instructions there are.
static unsigned look(void) {
  unsigned found = bit_of(PACKED_KERNEL_PORTABLE);
#if defined(__x86_64__)
  // That the operating system keeps the registers is part of what the compiler's function says. Not every compiler's
  // knows the features that are asked for by number.
  unsigned a = 0, b = 0, c = 0, d = 0;
  bool has_halves = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C) != 0;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_halves) {
    found |= bit_of(PACKED_KERNEL_AVX2);
    // Leaf 7 says in its part 0 how many parts it has.
    const unsigned avx_vnni = 1u << 4;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)
      && (a & avx_vnni) != 0) {
      found |= bit_of(PACKED_KERNEL_AVX_VNNI);
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
      && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni")) {
      found |= bit_of(PACKED_KERNEL_AVX512_VNNI);
    }
  }
#elif defined(__aarch64__) && defined(__linux__)
  // The kernel's numbers (asm/hwcap.h), which older headers lack.
  const unsigned long dotprod = 1ul << 20, i8mm = 1ul << 13;
  if ((getauxval(AT_HWCAP) & dotprod) != 0) {
    found |= bit_of(PACKED_KERNEL_NEON_DOTPROD);
    if ((getauxval(AT_HWCAP2) & i8mm) != 0) found |= bit_of(PACKED_KERNEL_NEON_I8MM);
  }
#elif defined(__aarch64__) && defined(__APPLE__)
  int has = 0;
  size_t size = sizeof has;
  if (sysctlbyname("hw.optional.arm.FEAT_DotProd", &has, &size, 0, 0) == 0 && has != 0) {
    found |= bit_of(PACKED_KERNEL_NEON_DOTPROD);
    size = sizeof has;
    if (sysctlbyname("hw.optional.arm.FEAT_I8MM", &has, &size, 0, 0) == 0 && has != 0) {
      found |= bit_of(PACKED_KERNEL_NEON_I8MM);
    }
  }
#endif
  return found;
}

bool packed_kernel_is_available(packed_kernel kernel) {
  // Asking the processor takes long where it is a virtual one, and this is asked with every product. Threads that ask
  // at once all find the same.
  static atomic_uint known;
  unsigned found = atomic_load_explicit(&known, memory_order_relaxed);
  if (found == 0) {
    found = look();
    atomic_store_explicit(&known, found, memory_order_relaxed);
  }
  return (unsigned)kernel < 8 * sizeof found && (found & bit_of(kernel)) != 0;
}

packed_kernel packed_kernel_best(void) {
  static const packed_kernel fastest_first[] = {
    PACKED_KERNEL_AVX512_VNNI, PACKED_KERNEL_AVX_VNNI, PACKED_KERNEL_AVX2, PACKED_KERNEL_NEON_I8MM,
    PACKED_KERNEL_NEON_DOTPROD,
  };
  for (size_t index = 0; index < sizeof fastest_first / sizeof fastest_first[0]; index++) {
    if (packed_kernel_is_available(fastest_first[index])) return fastest_first[index];
  }
  return PACKED_KERNEL_PORTABLE;
}

const char *packed_kernel_name(packed_kernel kernel) {
  switch (kernel) {
    case PACKED_KERNEL_PORTABLE: return "portable C";
    case PACKED_KERNEL_AVX2: return "AVX2";
    case PACKED_KERNEL_AVX_VNNI: return "AVX-VNNI";
    case PACKED_KERNEL_AVX512_VNNI: return "AVX-512 VNNI";
    case PACKED_KERNEL_NEON_DOTPROD: return "NEON DotProd";
    case PACKED_KERNEL_NEON_I8MM: return "NEON I8MM";
  }
  return "unknown";
}

kernel_functions packed_kernel_functions(packed_kernel kernel) {
  switch (kernel) {
#if defined(__x86_64__)
    case PACKED_KERNEL_AVX2: return (kernel_functions){packed_round_avx2, packed_tile_avx2, attention_avx2};
    case PACKED_KERNEL_AVX_VNNI: return (kernel_functions){packed_round_avx2, packed_tile_avx_vnni, attention_avx2};
    case PACKED_KERNEL_AVX512_VNNI:
      return (kernel_functions){packed_round_avx512_vnni, packed_tile_avx512_vnni, attention_avx512};
#elif defined(__aarch64__)
    case PACKED_KERNEL_NEON_DOTPROD:
      return (kernel_functions){packed_round_neon, packed_tile_neon_dotprod, attention_neon};
    case PACKED_KERNEL_NEON_I8MM: return (kernel_functions){packed_round_neon, packed_tile_neon_i8mm, attention_neon};
#endif
    default: return (kernel_functions){packed_round_portable, packed_tile_portable, attention_portable};
  }
}
