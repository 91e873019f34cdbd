// An addition of ours to libllama, compiled into its archive.

#pragma once

#include <stdbool.h>

#include "llama.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Makes the CPU's attention go through the cached tokens one by one, in the order of their cells, whatever else is in the
/// pass. Without this a token's logits depend on how many tokens are computed beside it (64 and more are tiled, a single
/// one over 512 cells is split), and token trees could not be compared with plain decoding to the bit.
///
/// Returns whether every backend of the context is a CPU backend that now does so.
bool basic_use_ordered_attention(struct llama_context * context);

#ifdef __cplusplus
}
#endif
