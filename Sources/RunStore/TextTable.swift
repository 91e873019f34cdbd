internal import Foundation
internal import GRDB

/// The table in which long texts stand once each.
enum TextTable {
  /// The number of a text, which is added where it is not there yet. To be called in a transaction that writes.
  ///
  /// O(length). Two texts of one hash stay two texts, as their contents are compared.
  static func number(of text: String, in db: Database) throws -> Int64 {
    let content = Data(text.utf8)
    let hash = Int64(bitPattern: fnv1a(content))
    let known = try db.cachedStatement(sql: "SELECT number FROM texts WHERE hash = ? AND content = ?")
    if let number = try Int64.fetchOne(known, arguments: [hash, content]) { return number }
    try db.cachedStatement(sql: "INSERT INTO texts (hash, content) VALUES (?, ?)").execute(arguments: [hash, content])
    return db.lastInsertedRowID
  }

  /// Removes the texts that nothing refers to any more.
  static func removeUnused(in db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM texts
        WHERE NOT EXISTS (SELECT 1 FROM candidates WHERE source = texts.number)
          AND NOT EXISTS (SELECT 1 FROM candidates WHERE answer = texts.number)
          AND NOT EXISTS (SELECT 1 FROM candidates WHERE prompt = texts.number)
          AND NOT EXISTS (SELECT 1 FROM problems WHERE reference = texts.number)
        """)
  }

  /// FNV-1a: an index into the table, and no proof of anything.
  private static func fnv1a(_ bytes: Data) -> UInt64 {
    bytes.withUnsafeBytes { bytes in
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      return hash
    }
  }
}
