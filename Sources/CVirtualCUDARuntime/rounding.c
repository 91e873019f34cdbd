// Doubles rounded in a direction: the processor's own mode is set around the operation.
#include <math.h>
#include <stdint.h>

double vgpu_directed_f64(int operation, char mode, double a, double b, double c);

double vgpu_directed_f64(int operation, char mode, double a, double b, double c) {
  volatile double x = a, y = b, z = c, r = 0;
#if defined(__x86_64__)
  uint32_t old, set;
  __asm__ volatile("stmxcsr %0" : "=m"(old));
  set = (old & ~0x6000u) | (mode == 'm' ? 0x2000u : mode == 'p' ? 0x4000u : 0x6000u);
  __asm__ volatile("ldmxcsr %0" : : "m"(set));
#else
  uint64_t old, set;
  __asm__ volatile("mrs %0, fpcr" : "=r"(old));
  set = (old & ~0xc00000ull) | (mode == 'p' ? 0x400000ull : mode == 'm' ? 0x800000ull : 0xc00000ull);
  __asm__ volatile("msr fpcr, %0" : : "r"(set));
#endif
  switch (operation) {
  case '+': r = x + y; break;
  case '-': r = x - y; break;
  case '*': r = x * y; break;
  case '/': r = x / y; break;
  case 's': r = sqrt(x); break;
  default: r = __builtin_fma(x, y, z);
  }
#if defined(__x86_64__)
  __asm__ volatile("ldmxcsr %0" : : "m"(old));
#else
  __asm__ volatile("msr fpcr, %0" : : "r"(old));
#endif
  return r;
}
