// An addition of ours to libllama, compiled into its archive.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ordered_attention;

/// Packs weights and multiplies with them; a tile is `tile_rows` rows, a block `block_elements` elements of a column. A type is one of those of `packed_matrix.h`, by its
/// number. And attention in the order of the cells, of which a part has at most `attention_rows` rows.
struct basic_accelerator_operations {
    int64_t tile_rows;
    int64_t block_elements;
    size_t (*matrix_bytes)(int32_t type, int64_t rows, int64_t columns);
    void (*pack)(int32_t type, const void * source, int64_t rows, int64_t columns, int64_t first_tile, int64_t end_tile,
                 void * packed);
    size_t (*activations_bytes)(int32_t type, int64_t length, int64_t count);
    void (*set_activations)(int32_t type, const float * column, int64_t length, int64_t first_block, int64_t end_block,
                            int64_t count, int64_t index, void * activations);
    void (*multiply)(int32_t type, const void * packed, int64_t rows, int64_t columns, int64_t first_tile,
                     int64_t end_tile, const void * activations, int64_t count, const int64_t * places, float * result,
                     int64_t stride);
    int64_t attention_rows;
    bool (*attention_supports)(int64_t key_length, int64_t value_length);
    size_t (*attention_scratch_bytes)(const struct ordered_attention * problem);
    int64_t (*attention_parts)(const struct ordered_attention * problem, int64_t rows);
    void (*attention_compute)(const struct ordered_attention * problem, int64_t rows, int64_t part, void * scratch);
};

/// Offers the CPU backend a type of buffer whose weights are packed, before its own: models that are loaded afterwards have
/// their weights there, as far as they are of a type that is packed, and all of the backend's threads multiply with them.
///
/// Called once, before anything else asks the CPU backend which types of buffers it has. Returns whether that was so.
bool basic_use_accelerator(const struct basic_accelerator_operations * operations);

/// Whether models that are loaded from now on are offered packed buffers. The first call also settles, for good, whether attention is
/// computed here.
void basic_set_accelerator_enabled(bool enabled);

#ifdef __cplusplus
}
#endif
