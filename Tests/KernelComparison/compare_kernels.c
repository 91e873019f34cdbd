// Compares every kernel that this processor has with the definition, to the bit.
//
//   compare_kernels [NAME]
//
// NAME is that of the kernel which has to be this processor's fastest. The last line is a number made of the
// definition's results, which are the same on every machine. Status 0 where everything is equal.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "comparing.h"

uint64_t seed = 1;
packed_kernel kernels[8];
int kernel_count = 0;
int64_t failures = 0;
int64_t cases = 0;
uint64_t definition = 14695981039346656037u;

uint64_t next_bits(void) {
  seed += 0x9E3779B97F4A7C15u;
  uint64_t z = seed;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

int64_t between(int64_t least, int64_t most) { return least + (int64_t)(next_bits() % (uint64_t)(most - least + 1)); }

float between_floats(float least, float most) {
  // No multiplication that is followed by an addition: its rounding would be the compiler's choice.
  double share = (double)(next_bits() >> 40) * 0x1p-24;
  double part = share * ((double)most - (double)least);
  return (float)((double)least + part);
}

bool chance(double share) { return (double)(next_bits() >> 40) * 0x1p-24 < share; }

float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

uint16_t half_of(float value) {
  uint32_t bits = bits_of(value);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  int exponent = (int)(bits >> 23 & 255) - 112;
  if (exponent <= 0) return sign;
  if (exponent >= 31) return sign | 0x7C00;
  return (uint16_t)(sign | exponent << 10 | (bits >> 13 & 0x3FF));
}

static struct {
  void *start;
  size_t bytes;
} pieces[64];
static int piece_count = 0;

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER
#endif
#endif

// So many bytes, aligned to 64 or at the end of a page.
static void *piece(size_t bytes, bool is_aligned) {
  void *found = 0;
  size_t own = bytes;
#ifdef HAS_SANITIZER
  // It watches what is before the memory, too.
  bool has_memory = posix_memalign(&found, 64, bytes) == 0;
  (void)is_aligned;
#else
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t whole = (bytes + page - 1) / page * page;
  own = whole + page;
  char *start = mmap(0, own, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  bool has_memory = start != MAP_FAILED && mprotect(start + whole, page, PROT_NONE) == 0;
  found = start;
#endif
  if (!has_memory || piece_count == 64) {
    fprintf(stderr, "no memory\n");
    exit(2);
  }
  pieces[piece_count].start = found;
  pieces[piece_count++].bytes = own;
#ifdef HAS_SANITIZER
  return found;
#else
  return start + whole - (is_aligned ? (bytes + 63) / 64 * 64 : bytes);
#endif
}

void *memory(size_t bytes) { return piece(bytes, false); }
void *aligned_memory(size_t bytes) { return piece(bytes, true); }

void release_memory(void) {
  while (piece_count > 0) {
    piece_count--;
#ifdef HAS_SANITIZER
    free(pieces[piece_count].start);
#else
    munmap(pieces[piece_count].start, pieces[piece_count].bytes);
#endif
  }
}

void fail(const char *what, packed_kernel kernel) {
  if (failures++ < 20) printf("%s: %s\n", packed_kernel_name(kernel), what);
}

bool is_same(const char *what, packed_kernel kernel, const float *found, const float *expected, size_t count) {
  for (size_t index = 0; index < count; index++) {
    bool are_none = found[index] != found[index] && expected[index] != expected[index];
    if (bits_of(found[index]) != bits_of(expected[index]) && !are_none) {
      char text[300];
      snprintf(
        text, sizeof text, "%s: element %zu is %a, not %a", what, index, (double)found[index], (double)expected[index]);
      fail(text, kernel);
      return false;
    }
  }
  return true;
}

void define(const float *values, size_t count) {
  for (size_t index = 0; index < count; index++) {
    // What is no number has any sign and fraction.
    uint32_t bits = values[index] == values[index] ? bits_of(values[index]) : 0x7FC00000;
    definition = (definition ^ bits) * 1099511628211u;
  }
}

int main(int count, char **arguments) {
  printf("kernels: %s (the definition)", packed_kernel_name(PACKED_KERNEL_PORTABLE));
  for (int kernel = PACKED_KERNEL_PORTABLE + 1; kernel < 8; kernel++) {
    if (!packed_kernel_is_available((packed_kernel)kernel)) continue;
    kernels[kernel_count++] = (packed_kernel)kernel;
    printf(", %s", packed_kernel_name((packed_kernel)kernel));
  }
  const char *best = packed_kernel_name(packed_kernel_best());
  printf("; the fastest: %s\n", best);
  if (count > 1 && strcmp(arguments[1], best) != 0) {
    printf("the fastest should be %s\n", arguments[1]);
    return 1;
  }
  void (*const parts[])(void) = {compare_rounding, compare_products, compare_attention};
  const char *const names[] = {"columns rounded", "products", "attentions"};
  for (int part = 0; part < 3; part++) {
    cases = 0;
    parts[part]();
    printf("%lld %s%s", (long long)cases, names[part], part < 2 ? ", " : " compared");
  }
  printf(": %s\n", failures == 0 ? "all equal" : "not all equal");
  printf("definition %016llx\n", (unsigned long long)definition);
  return failures == 0 ? 0 : 1;
}
