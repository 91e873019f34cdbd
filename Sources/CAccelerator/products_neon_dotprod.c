#if defined(__aarch64__)

#define TARGET __attribute__((target("dotprod")))
#include "products_neon.h"

INLINE void add_products(
  int32x4_t sum[], const packed_type type, const int first_group, const int end_group, const uint8_t *weights,
  const int8_t *bytes, const int count) {
  add_column_by_column(sum, type, first_group, end_group, weights, bytes, count);
}

PACKED_TILE_KERNEL(TARGET, packed_tile_neon_dotprod)

#endif
