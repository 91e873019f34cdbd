/// The hash of FIPS 180-4, to check by what the page knows its script.
enum SHA256 {
  static func digest(_ message: [UInt8]) -> [UInt8] {
    let primes = (2...311).filter { n in !(2..<n).contains { $0 * $0 <= n && n % $0 == 0 } }
    // The first 32 bits of the fractional parts of the roots.
    func fraction(_ root: Double) -> UInt32 { UInt32((root - root.rounded(.down)) * 4_294_967_296) }
    let constants = primes.map { prime in fraction(cubeRoot(Double(prime))) }
    var state = primes.prefix(8).map { fraction(Double($0).squareRoot()) }

    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    padded += (0..<8).reversed().map { UInt8(truncatingIfNeeded: (message.count * 8) >> ($0 * 8)) }
    for start in stride(from: 0, to: padded.count, by: 64) {
      var words = (0..<16).map { word in
        (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(padded[start + word * 4 + $1]) }
      }
      func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 { value >> count | value << (32 - count) }
      for place in 16..<64 {
        let early = words[place - 15]
        let late = words[place - 2]
        words.append(
          words[place - 16] &+ words[place - 7] &+ (rotated(early, 7) ^ rotated(early, 18) ^ early >> 3)
            &+ (rotated(late, 17) ^ rotated(late, 19) ^ late >> 10))
      }
      var s = state
      for place in 0..<64 {
        let sum = rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)
        let choice = (s[4] & s[5]) ^ (~s[4] & s[6])
        let first = s[7] &+ sum &+ choice &+ constants[place] &+ words[place]
        let other = rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)
        let second = other &+ ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]))
        s = [first &+ second, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
      }
      state = zip(state, s).map { $0 &+ $1 }
    }
    return state.flatMap { word in (0..<4).reversed().map { UInt8(truncatingIfNeeded: word >> UInt32($0 * 8)) } }
  }

  private static func cubeRoot(_ value: Double) -> Double {
    var root = 7.0
    for _ in 0..<60 { root -= (root * root * root - value) / (3 * root * root) }
    return root
  }
}
