/// A module's batches: loads of shared memory that are checked together. See `include/vgpu_batches.h`.
final class BatchTable {
  /// One load: the place that findings name, and what is added to the address register.
  struct Load: Hashable {
    var site: Int
    var offset: Int64
  }

  private(set) var batches: [[Load]] = []

  /// Adds a batch and returns its number.
  func add(_ loads: [Load]) -> Int {
    batches.append(loads)
    return batches.count - 1
  }

  /// The tables in C: `batches`, and what its rows point to.
  var source: String {
    var text = ""
    for (number, loads) in batches.enumerated() {
      let rows = loads.map { "{\($0.site), \($0.offset)}" }.joined(separator: ", ")
      text += "static const vgpu_batch_load batch_\(number)[] = {\(rows)};\n"
    }
    text += "static const vgpu_batch batches[] = {\n"
    for (number, loads) in batches.enumerated() {
      let offsets = loads.map(\.offset)
      text += "{\(number), \(loads.count), \(offsets.min() ?? 0), \(offsets.max() ?? 0), batch_\(number)},\n"
    }
    return text + "{0}};\n"
  }
}
