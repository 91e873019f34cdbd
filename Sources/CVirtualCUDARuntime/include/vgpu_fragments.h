// Matrices between memory and a warp's registers: ldmatrix, stmatrix, movmatrix, and the loads and stores of wmma. How the
// registers hold them is told in vgpu_matrix.h.
#ifndef VGPU_FRAGMENTS_H
#define VGPU_FRAGMENTS_H

// `addresses` holds, for each eight lanes, where the rows of one block lie: 16 bytes each.
VGPU_MATRIX_FUNCTION vgpu_load_blocks(
  vgpu_warp *w, uint32_t site, uint32_t mask, const vu64 *addresses, int space, vu32 *out, uint32_t count,
  int is_transposed) {
  uint64_t a[32];
  uint8_t x[32][16];
  memcpy(a, addresses, sizeof a);
  if (count < 4) mask &= (1u << count * 8) - 1;
  if (VGPU_CHECK_MEMORY || VGPU_CHECK_RACES || VGPU_COUNT) mask = vgpu_inspect(w, site, mask, a, 16, VGPU_LOAD, space, 0);
  if (mask != 0xffffffffu) memset(x, 0, sizeof x);
  for (; mask; mask &= mask - 1) {
    int i = __builtin_ctz(mask);
    memcpy(x[i], (const void *)a[i], 16);
  }
  for (uint32_t k = 0; k < count; k++) {
    memcpy(&out[k], x[k * 8], sizeof out[k]);
    if (is_transposed) out[k] = vgpu_transpose(out[k]);
  }
}

VGPU_MATRIX_FUNCTION vgpu_store_blocks(
  vgpu_warp *w, uint32_t site, uint32_t mask, const vu64 *addresses, int space, const vu32 *in, uint32_t count,
  int is_transposed) {
  uint64_t a[32];
  uint8_t x[32][16];
  memcpy(a, addresses, sizeof a);
  for (uint32_t k = 0; k < count; k++) {
    vu32 block = is_transposed ? vgpu_transpose(in[k]) : in[k];
    memcpy(x[k * 8], &block, sizeof block);
  }
  if (count < 4) mask &= (1u << count * 8) - 1;
  if (VGPU_CHECK_MEMORY || VGPU_CHECK_RACES || VGPU_COUNT) mask = vgpu_inspect(w, site, mask, a, 16, VGPU_STORE, space, 0);
  while (mask) {
    int i = w->is_lane_order_reversed ? 31 - __builtin_clz(mask) : __builtin_ctz(mask);
    mask &= ~(1u << i);
    memcpy((void *)a[i], x[i], 16);
  }
}

// MARK: Tiles: where lane l = 4 g + t has its part of a block in memory.

typedef struct {
  // In lines of `pitch` bytes and bytes within a line, for the block and for each g and t.
  uint64_t line, byte;
  uint32_t line_g, line_t, byte_g, byte_t;
} vgpu_tile;

VGPU_INLINE void vgpu_tile_addresses(uint64_t *out, const vu64 *base, uint64_t pitch, vgpu_tile tile) {
  memcpy(out, base, 32 * sizeof *out);
  for (uint32_t i = 0; i < 32; i++)
    out[i] += (tile.line + i / 4 * tile.line_g + i % 4 * tile.line_t) * pitch + tile.byte + i / 4 * tile.byte_g + i % 4 * tile.byte_t;
}

// True where the parts of each four lanes lie together, and all lanes are there with one address; count is 1 or 2.
#define VGPU_IS_LINED(tile, bytes, mask, base)                                                      \
  ((tile).byte_t == (bytes) && (tile).line_t == 0 && (mask) == 0xffffffffu && count <= 2            \
   && VGPU_MASK(*(base) == (*(base))[0]) == 0xffffffffu)

#define VGPU_TILES(T)                                                                                                \
  VGPU_MATRIX_FUNCTION vgpu_tile_load_##T(                                                                           \
    vgpu_warp *w, uint32_t site, uint32_t mask, const vu64 *base, int space, uint64_t pitch, vgpu_tile tile,         \
    v##T *out, uint32_t count) {                                                                                     \
    uint64_t a[32];                                                                                                  \
    uint32_t sound = mask, bytes = sizeof(VGPU_T_##T) * count;                                                       \
    vgpu_tile_addresses(a, base, pitch, tile);                                                                       \
    if (VGPU_CHECK_MEMORY || VGPU_CHECK_RACES || VGPU_COUNT)                                                         \
      sound = vgpu_inspect(w, site, mask, a, bytes, VGPU_LOAD, space, 0);                                            \
    if (VGPU_IS_LINED(tile, bytes, sound, base)) {                                                                   \
      VGPU_T_##T x[64], y[32];                                                                                       \
      for (int g = 0; g < 8; g++) memcpy(x + g * 4 * count, (const void *)a[g * 4], 4 * bytes);                      \
      if (count == 1) {                                                                                              \
        memcpy(out, x, sizeof *out);                                                                                 \
        return;                                                                                                      \
      }                                                                                                              \
      for (int k = 0; k < 2; k++) {                                                                                  \
        for (int i = 0; i < 32; i++) y[i] = x[i * 2 + k];                                                            \
        memcpy(&out[k], y, sizeof y);                                                                                \
      }                                                                                                              \
    } else {                                                                                                         \
      vgpu_gather_##T(out, count, sound, a);                                                                         \
    }                                                                                                                \
  }                                                                                                                  \
  VGPU_MATRIX_FUNCTION vgpu_tile_store_##T(                                                                          \
    vgpu_warp *w, uint32_t site, uint32_t mask, const vu64 *base, int space, uint64_t pitch, vgpu_tile tile,         \
    const v##T *in, uint32_t count) {                                                                                \
    uint64_t a[32];                                                                                                  \
    vgpu_tile_addresses(a, base, pitch, tile);                                                                       \
    if (VGPU_CHECK_MEMORY || VGPU_CHECK_RACES || VGPU_COUNT)                                                         \
      mask = vgpu_inspect(w, site, mask, a, sizeof(VGPU_T_##T) * count, VGPU_STORE, space, 0);                       \
    if (VGPU_IS_LINED(tile, sizeof(VGPU_T_##T) * count, mask, base)) {                                               \
      VGPU_T_##T x[64], y[32];                                                                                       \
      for (uint32_t k = 0; k < count; k++) {                                                                         \
        memcpy(y, &in[k], sizeof y);                                                                                 \
        for (uint32_t i = 0; i < 32; i++) x[i * count + k] = y[i];                                                   \
      }                                                                                                              \
      for (int g = 0; g < 8; g++) memcpy((void *)a[g * 4], x + g * 4 * count, 4 * sizeof(VGPU_T_##T) * count);       \
      return;                                                                                                        \
    }                                                                                                                \
    vgpu_scatter_##T(in, count, mask, a, w->is_lane_order_reversed);                                                 \
  }
VGPU_TILES(u8)
VGPU_TILES(u32)
VGPU_TILES(u64)

// MARK: Fragments of A and B; accumulators of halves are held as A is.

// Block r of a matrix whose blocks lie `down` below each other (8 lines of its own) and `along` beside each other, columns
// first where `is_row_first` is 0.
VGPU_INLINE uint64_t vgpu_down(uint32_t r, uint32_t down, uint32_t along, int is_row_first) {
  return is_row_first ? r / along % down : r % down;
}
VGPU_INLINE uint64_t vgpu_along(uint32_t r, uint32_t down, uint32_t along, int is_row_first) {
  return is_row_first ? r % along : r / down % along;
}

// Registers of 32 bits. `is_across`: memory has the lines along the blocks' columns.
VGPU_MATRIX_FUNCTION vgpu_fragment_load_u32(
  vgpu_warp *w, uint32_t site, uint32_t mask, const vu64 *base, int space, uint64_t pitch, vu32 *out, uint32_t registers,
  uint32_t down, uint32_t along, int is_row_first, int is_across, uint32_t element) {
  for (uint32_t r = 0; r < registers; r++) {
    if (r >= down * along) {
      out[r] = out[r - down * along];
      continue;
    }
    const uint64_t i = vgpu_down(r, down, along, is_row_first), j = vgpu_along(r, down, along, is_row_first);
    if (!is_across) {
      vgpu_tile tile = {i * 8, j * 16, 1, 0, 0, 4};
      vgpu_tile_load_u32(w, site, mask, base, space, pitch, tile, &out[r], 1);
    } else if (element == 4) {
      vgpu_tile tile = {j * 4, i * 32, 0, 1, 4, 0};
      vgpu_tile_load_u32(w, site, mask, base, space, pitch, tile, &out[r], 1);
    } else if (element == 2) {
      vgpu_tile tile = {j * 8, i * 16, 1, 0, 0, 4};
      vgpu_tile_load_u32(w, site, mask, base, space, pitch, tile, &out[r], 1);
      out[r] = vgpu_transpose(out[r]);
    } else {
      out[r] = 0;
      for (uint32_t s = 0; s < 4; s++) {
        vu8 bytes;
        vgpu_tile tile = {j * 16 + s, i * 8, 0, 4, 1, 0};
        vgpu_tile_load_u8(w, site, mask, base, space, pitch, tile, &bytes, 1);
        out[r] |= __builtin_convertvector(bytes, vu32) << s * 8;
      }
    }
  }
}
VGPU_MATRIX_FUNCTION vgpu_fragment_load_u64(
  vgpu_warp *w, uint32_t site, uint32_t mask, const vu64 *base, int space, uint64_t pitch, vu64 *out, uint32_t registers,
  uint32_t down, uint32_t along, int is_row_first, int is_across, uint32_t element) {
  (void)element;
  for (uint32_t r = 0; r < registers; r++) {
    const uint64_t i = vgpu_down(r, down, along, is_row_first), j = vgpu_along(r, down, along, is_row_first);
    vgpu_tile tile = {i * 8, j * 32, 1, 0, 0, 8}, across = {j * 4, i * 64, 0, 1, 8, 0};
    vgpu_tile_load_u64(w, site, mask, base, space, pitch, is_across ? across : tile, &out[r], 1);
  }
}
// Halves of an accumulator.
VGPU_MATRIX_FUNCTION vgpu_fragment_store_u32(
  vgpu_warp *w, uint32_t site, uint32_t mask, const vu64 *base, int space, uint64_t pitch, const vu32 *in,
  uint32_t registers, uint32_t down, int is_across) {
  for (uint32_t r = 0; r < registers; r++) {
    const uint64_t i = r % down, j = r / down;
    const vu32 block = is_across ? vgpu_transpose(in[r]) : in[r];
    vgpu_tile tile = {is_across ? j * 8 : i * 8, is_across ? i * 16 : j * 16, 1, 0, 0, 4};
    vgpu_tile_store_u32(w, site, mask, base, space, pitch, tile, &block, 1);
  }
}

// MARK: Accumulators whose lanes hold two neighbours of a row in two registers

#define VGPU_ACCUMULATOR(T)                                                                                          \
  VGPU_MATRIX_FUNCTION vgpu_accumulator_load_##T(                                                                    \
    vgpu_warp *w, uint32_t site, uint32_t mask, const vu64 *base, int space, uint64_t pitch, v##T *out,              \
    uint32_t registers, uint32_t down, int is_across) {                                                              \
    const uint32_t size = sizeof(VGPU_T_##T);                                                                        \
    for (uint32_t r = 0; r < registers / 2; r++) {                                                                   \
      const uint64_t i = r % down, j = r / down;                                                                     \
      if (!is_across) {                                                                                              \
        vgpu_tile tile = {i * 8, j * 8 * size, 1, 0, 0, 2 * size};                                                   \
        vgpu_tile_load_##T(w, site, mask, base, space, pitch, tile, &out[r * 2], 2);                                 \
        continue;                                                                                                    \
      }                                                                                                              \
      for (uint32_t s = 0; s < 2; s++) {                                                                             \
        vgpu_tile tile = {j * 8 + s, i * 8 * size, 0, 2, size, 0};                                                   \
        vgpu_tile_load_##T(w, site, mask, base, space, pitch, tile, &out[r * 2 + s], 1);                             \
      }                                                                                                              \
    }                                                                                                                \
  }                                                                                                                  \
  VGPU_MATRIX_FUNCTION vgpu_accumulator_store_##T(                                                                   \
    vgpu_warp *w, uint32_t site, uint32_t mask, const vu64 *base, int space, uint64_t pitch, const v##T *in,         \
    uint32_t registers, uint32_t down, int is_across) {                                                              \
    const uint32_t size = sizeof(VGPU_T_##T);                                                                        \
    for (uint32_t r = 0; r < registers / 2; r++) {                                                                   \
      const uint64_t i = r % down, j = r / down;                                                                     \
      if (!is_across) {                                                                                              \
        vgpu_tile tile = {i * 8, j * 8 * size, 1, 0, 0, 2 * size};                                                   \
        vgpu_tile_store_##T(w, site, mask, base, space, pitch, tile, &in[r * 2], 2);                                 \
        continue;                                                                                                    \
      }                                                                                                              \
      for (uint32_t s = 0; s < 2; s++) {                                                                             \
        vgpu_tile tile = {j * 8 + s, i * 8 * size, 0, 2, size, 0};                                                   \
        vgpu_tile_store_##T(w, site, mask, base, space, pitch, tile, &in[r * 2 + s], 1);                             \
      }                                                                                                              \
    }                                                                                                                \
  }
VGPU_ACCUMULATOR(u32)
VGPU_ACCUMULATOR(u64)

#endif
