/// Where the wrong elements of an output lie, and what they have in common: what tells a person which mistake to look for.
public struct MismatchPattern: Sendable, Hashable, CustomStringConvertible {
  /// Where they lie.
  public enum Place: Sendable, Hashable {
    /// Nearly everywhere.
    case everywhere
    /// In the last elements, in memory order: a block that is not full.
    case tail(count: Int)
    /// In elements that follow one another, in memory order.
    case run(first: Int, count: Int)
    /// At every `step`-th element from `first` on, in memory order.
    case every(step: Int, first: Int)
    /// At certain indices along each dimension: a row, a column, a tile.
    case block([Extent])
    /// At the edges of the last dimensions: what a stencil reads beyond them.
    case border
    /// In a few places that have nothing in common.
    case isolated
    /// In many.
    case scattered
  }

  /// Indices along one dimension.
  public enum Extent: Sendable, Hashable {
    /// All of them.
    case all
    /// One.
    case one(Int)
    /// Those that follow one another.
    case range(Range<Int>)
    /// The last ones.
    case last(Int)
    /// Every `step`-th from `first` on.
    case every(step: Int, first: Int)
  }

  /// What the candidate has in the wrong places.
  public enum Content: Sendable, Hashable {
    /// Zeros.
    case zero
    /// One number.
    case constant(Double)
    /// Nothing that is a number.
    case notANumber
    /// What is expected, times a number.
    case scaled(by: Double)
    /// What is expected, plus a number.
    case shifted(by: Double)
  }

  /// Where they lie.
  public let place: Place
  /// What they hold; `nil` if nothing can be said.
  public let content: Content?

  /// Two half-sentences for a person.
  public var description: String {
    guard let content else { return placeText }
    return "\(placeText), and \(Self.text(content))"
  }

  private var placeText: String {
    switch place {
    case .everywhere: "the whole output is wrong"
    case .tail(let count): "wrong are the last \(count) elements, as where the last block is not full"
    case .run(let first, let count): "wrong are \(count) elements in a row in memory, from number \(first) on"
    case .every(let step, let first): "wrong is every \(Self.ordinal(step)) element from number \(first) on"
    case .block(let extents): "wrong are \(Self.text(extents))"
    case .border: "wrong are the borders, and the inside is right, as where a stencil reads beyond its input"
    case .isolated: "they lie in isolated places, as where threads race or an edge case is missed"
    case .scattered: "they are scattered over the output"
    }
  }

  private static func text(_ extents: [Extent]) -> String {
    let parts = extents.enumerated().compactMap { dimension, extent -> String? in
      switch extent {
      case .all: nil
      case .one(let index): "index \(index) of dimension \(dimension)"
      case .range(let range): "\(range.lowerBound) to \(range.upperBound - 1) of dimension \(dimension)"
      case .last(let count): "the last \(count) of dimension \(dimension)"
      case .every(let step, let first): "every \(ordinal(step)) from \(first) on of dimension \(dimension)"
      }
    }
    return "exactly the elements of " + parts.joined(separator: " and ")
  }

  private static func text(_ content: Content) -> String {
    switch content {
    case .zero: "there the candidate has zeros"
    case .constant(let value): "there the candidate has \(Comparison.text(value)) throughout"
    case .notANumber: "there the candidate has nothing but NaN"
    case .scaled(let factor): "there the candidate is \(Comparison.text(factor)) times what is expected"
    case .shifted(let offset): "there the candidate is what is expected plus \(Comparison.text(offset))"
    }
  }

  static func ordinal(_ number: Int) -> String {
    let ending =
      switch (number % 10, number % 100) {
      case (_, 11...13): "th"
      case (1, _): "st"
      case (2, _): "nd"
      case (3, _): "rd"
      default: "th"
      }
    return "\(number)\(ending)"
  }
}
