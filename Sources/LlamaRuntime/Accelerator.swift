import CAccelerator
import CLlama
import Synchronization

/// Our own matrix products with few columns, and attention, which the CPU's threads compute instead of libllama's.
///
/// Weights of some ``types`` are packed while a model is loaded, and are kept nowhere else. Everything that is not packed stays
/// libllama's.
public enum Accelerator {
  /// The types of weights that are packed, as GGUF files name them.
  public static let types = ["Q8_0", "Q4_0", "Q4_K", "Q6_K", "F16", "BF16", "F32"]

  /// Whether models that are loaded now have their weights packed. One at a time is loaded.
  private static let loading = Mutex(())

  /// Set up with the library, before anything asks for the types of its buffers.
  static let isOffered: Bool = {
    // Plain C is there to be compared with; libllama's own products are faster.
    guard packed_kernel_best() != PACKED_KERNEL_PORTABLE else { return false }
    var operations = basic_accelerator_operations(
      tile_rows: Int64(PACKED_ROWS), block_elements: Int64(PACKED_BLOCK),
      matrix_bytes: { type, rows, columns in packed_matrix_bytes(packed_type(UInt32(type)), rows, columns) },
      pack: { type, source, rows, columns, firstTile, endTile, packed in
        packed_matrix_pack(packed_type(UInt32(type)), source, rows, columns, firstTile, endTile, packed)
      },
      activations_bytes: { type, length, count in packed_activations_bytes(packed_type(UInt32(type)), length, count) },
      set_activations: { type, column, length, firstBlock, endBlock, count, index, activations in
        packed_activations_set(
          packed_kernel_best(), packed_type(UInt32(type)), column, length, firstBlock, endBlock, count, index,
          activations)
      },
      multiply: { type, packed, rows, columns, firstTile, endTile, activations, count, places, result, stride in
        packed_matrix_multiply(
          packed_kernel_best(), packed_type(UInt32(type)), packed, rows, columns, firstTile, endTile, activations,
          count, places, result, stride)
      },
      attention_rows: Int64(ATTENTION_ROWS), attention_supports: ordered_attention_supports,
      attention_scratch_bytes: ordered_attention_scratch_bytes, attention_parts: ordered_attention_parts,
      attention_compute: { problem, rows, part, scratch in
        ordered_attention_compute(packed_kernel_best(), problem, rows, part, scratch)
      })
    return basic_use_accelerator(&operations)
  }()

  /// Loads a model with its weights packed, or not.
  static func whileLoading<Result>(packs: Bool, _ load: () -> Result) -> Result {
    loading.withLock { _ in
      basic_set_accelerator_enabled(packs)
      return load()
    }
  }

  /// The instructions that they are computed with; nil where this processor has none that would be faster than libllama.
  public static var instructions: String? {
    LlamaLibrary.start()
    return isOffered ? String(cString: packed_kernel_name(packed_kernel_best())) : nil
  }
}
