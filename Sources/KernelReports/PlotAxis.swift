#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One direction of a plot: from values to places.
struct PlotAxis {
  /// The values at both ends.
  var values: ClosedRange<Double>
  /// The places of these values; the second may be the smaller one.
  var places: (Double, Double)
  /// True if the same distance stands for the same ratio.
  var isLogarithmic = false

  /// Where a value lies; one beyond the ends lies at the end.
  func place(_ value: Double) -> Double {
    let value = min(max(value, values.lowerBound), values.upperBound)
    let share =
      isLogarithmic
      ? log(value / values.lowerBound) / log(values.upperBound / values.lowerBound)
      : (value - values.lowerBound) / (values.upperBound - values.lowerBound)
    return places.0 + share * (places.1 - places.0)
  }

  /// Round values, at most so many and at least two, from `0` to `end` or a little beyond.
  static func roundSteps(to end: Double, atMost count: Int) -> [Double] {
    let rough = max(end, 1e-9) / Double(max(1, count))
    let magnitude = pow(10, floor(log10(rough)))
    let step = [1, 2, 2.5, 5, 10].map { $0 * magnitude }.first { $0 >= rough * 0.999 } ?? 10 * magnitude
    let last = Int((end / step * 0.999).rounded(.up))
    return (0...max(1, last)).map { Double($0) * step }
  }
}

/// The sizes that each plot is drawn in, of which a page shows the one that fits: letters that shrink with the picture could
/// not be read on a phone.
enum PlotSize: CaseIterable {
  case wide
  case narrow

  /// Its class in the style sheet.
  var name: String {
    switch self {
    case .wide: "wide"
    case .narrow: "narrow"
    }
  }

  var width: Double {
    switch self {
    case .wide: 900
    case .narrow: 340
    }
  }

  var height: Double {
    switch self {
    case .wide: 300
    case .narrow: 240
    }
  }
}

/// A frame with two axes, into which a plot is drawn.
struct PlotFrame {
  var size: PlotSize
  var x: PlotAxis
  var y: PlotAxis
  var xTicks: [(value: Double, label: String)]
  var xTitle: String

  /// Makes a frame for shares from 0 to 1 over `values`.
  init(_ size: PlotSize, values: ClosedRange<Double>, isLogarithmic: Bool = false) {
    self.size = size
    x = PlotAxis(values: values, places: (44, size.width - 14), isLogarithmic: isLogarithmic)
    y = PlotAxis(values: 0...1, places: (size.height - 44, 12))
    xTicks = []
    xTitle = ""
  }

  /// The drawing with its axes around `content`.
  func svg(title: String, id: String, content: Markup) -> Markup {
    let bottom = y.places.0
    let left = x.places.0
    let right = x.places.1
    var lines: [Markup] = []
    for share in [0, 0.25, 0.5, 0.75, 1] {
      let place = y.place(share)
      lines.append(
        """
        <line class="grid" x1="\(at: left)" y1="\(at: place)" x2="\(at: right)" y2="\(at: place)"/>\
        <text class="tick" x="\(at: left - 6)" y="\(at: place + 4)" text-anchor="end">\(NumberText.fixed(share * 100, 0)) %</text>
        """)
    }
    for tick in xTicks {
      let place = x.place(tick.value)
      lines.append(
        """
        <line class="grid" x1="\(at: place)" y1="\(at: y.places.1)" x2="\(at: place)" y2="\(at: bottom)"/>\
        <text class="tick" x="\(at: place)" y="\(at: bottom + 16)" text-anchor="middle">\(tick.label)</text>
        """)
    }
    return """
      <svg class="plot \(size.name)" viewBox="0 0 \(at: size.width) \(at: size.height)" role="img" \
      aria-labelledby="\(id)-\(size.name)"><title id="\(id)-\(size.name)">\(title)</title>\(lines)\
      <line class="axis" x1="\(at: left)" y1="\(at: bottom)" x2="\(at: right)" y2="\(at: bottom)"/>\
      <text class="label" x="\(at: (left + right) / 2)" y="\(at: size.height - 8)" text-anchor="middle">\(xTitle)</text>\
      \(content)</svg>
      """
  }
}
