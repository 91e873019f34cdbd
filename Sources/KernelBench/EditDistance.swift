/// The Levenshtein distance between two byte strings: the least number of bytes to insert, delete or replace.
///
/// - Complexity: O(*n* · *m*) time, O(*m*) memory.
func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
  var row = Array(0...second.count)
  for (i, byte) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in second.enumerated() {
      let above = row[j + 1]
      row[j + 1] = byte == other ? diagonal : 1 + min(diagonal, above, row[j])
      diagonal = above
    }
  }
  return row[second.count]
}

/// The candidates nearest to what was written, best first, without those that have little in common with it.
///
/// Letter case does not count, and a candidate that holds the text or is held by it counts as near.
package func nearest<Candidate>(
  to text: String, in candidates: [Candidate], limit: Int = 3, by name: (Candidate) -> String
) -> [Candidate] {
  let wanted = Array(text.lowercased().utf8.prefix(200))
  let scored = candidates.enumerated().compactMap { index, candidate -> (Int, Int, Candidate)? in
    let name = Array(name(candidate).lowercased().utf8.prefix(200))
    let isPart = name.count >= 3 && wanted.count >= 3 && (holds(name, wanted) || holds(wanted, name))
    let distance = isPart ? abs(name.count - wanted.count) / 4 : editDistance(wanted, name)
    return distance <= max(2, wanted.count / 3) ? (distance, index, candidate) : nil
  }
  return scored.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(limit).map(\.2)
}

private func holds(_ text: [UInt8], _ part: [UInt8]) -> Bool {
  guard part.count <= text.count else { return false }
  return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
}
