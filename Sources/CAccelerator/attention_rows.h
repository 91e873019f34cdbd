// Which rows of a part are computed together, with which cells. For kernels that say, before they include this,
// TARGET (their instructions) and INLINE, and after it how it is done (seen_cells, attend).

#ifndef ATTENTION_ROWS_H
#define ATTENTION_ROWS_H

#include "attention_layout.h"

// Where a part's numbers lie.
typedef struct workplace {
  float *keys;
  float *weights;
  float *own;
  int32_t *cells;
  // For each sixteen cells which of them count.
  uint16_t *seen;
  // From one row's weights to the next one's.
  int64_t stride;
} workplace;

// Which of sixteen cells a row sees.
TARGET INLINE uint16_t seen_cells(const uint16_t *mask);
// Computes rows that see much the same cells.
TARGET static void attend(
  const ordered_attention *problem, const attention_part *part, int first, int rows, int64_t count, workplace place);

TARGET INLINE uint16_t seen_in_block(const uint16_t *mask, int64_t block, int64_t cells) {
  mask += block * ATTENTION_CELLS;
  int64_t there = cells - block * ATTENTION_CELLS;
  if (there >= ATTENTION_CELLS) return seen_cells(mask);
  uint16_t found = 0;
  for (int place = 0; place < there; place++) found |= (uint16_t)((mask[place] != HALF_MINUS_INFINITY) << place);
  return found;
}

// Rows of one tree see nearly the same cells and go together; those of different texts do not: each would be computed
// with the cells of all. A row joins the ones before it as long as it does not make them much more.
TARGET INLINE void attend_in_groups(const ordered_attention *problem, const attention_part *part, void *scratch) {
  int64_t blocks = cell_blocks(problem);
  workplace place;
  place.stride = blocks * ATTENTION_CELLS;
  place.keys = scratch;
  place.weights = place.keys + problem->key_length * ATTENTION_CELLS;
  place.own = place.weights + place.stride * ATTENTION_ROWS;
  place.cells = (int32_t *)(place.own + place.stride + 32);
  place.seen = (uint16_t *)(place.cells + place.stride + 16);
  uint16_t *seen = place.seen;
  for (int first = 0; first < part->count;) {
    int64_t all = 0;
    for (int64_t block = 0; block < blocks; block++) {
      seen[block] = seen_in_block(part->mask[first], block, problem->cells);
      all += __builtin_popcount(seen[block]);
    }
    int rows = 1;
    for (; first + rows < part->count; rows++) {
      const uint16_t *mask = part->mask[first + rows];
      if (mask == part->mask[first + rows - 1]) continue;
      int64_t own = 0, together = 0;
      for (int64_t block = 0; block < blocks; block++) {
        uint16_t mine = seen_in_block(mask, block, problem->cells);
        own += __builtin_popcount(mine);
        together += __builtin_popcount(mine | seen[block]);
      }
      if (together > (own > all ? own : all) * 5 / 4 + 16) break;
      for (int64_t block = 0; block < blocks; block++) seen[block] |= seen_in_block(mask, block, problem->cells);
      all = together;
    }
    int64_t count = 0;
    for (int64_t block = 0; block < blocks; block++) {
      for (unsigned left = seen[block]; left != 0; left &= left - 1) {
        place.cells[count++] = (int32_t)(block * ATTENTION_CELLS + __builtin_ctz(left));
      }
    }
    // Beyond the last cell the last one stands again; nobody sees it.
    for (int64_t beyond = count; beyond < count + ATTENTION_CELLS - 1 && count > 0; beyond++) {
      place.cells[beyond] = place.cells[count - 1];
    }
    attend(problem, part, first, rows, count, place);
    first += rows;
  }
}

#endif
