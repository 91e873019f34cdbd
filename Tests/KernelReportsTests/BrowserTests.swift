import Foundation
import Testing

@testable import KernelReports

@Suite(.serialized, .enabled(if: Browser.program != nil, Comment(rawValue: Browser.isMissing)))
struct BrowserTests {
  /// Writes a page, to be kept in `BASIC_REPORT_FOLDER` where that is set, and hands it to a body.
  private func withPage<Result>(_ html: String, _ name: String, _ body: (URL) throws -> Result) throws -> Result {
    let kept = ProcessInfo.processInfo.environment["BASIC_REPORT_FOLDER"]
    let folder =
      kept.map { URL(filePath: $0) }
      ?? FileManager.default.temporaryDirectory.appending(path: "basic-page-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { if kept == nil { try? FileManager.default.removeItem(at: folder) } }
    let page = folder.appending(path: name)
    try Data(html.utf8).write(to: page)
    return try body(page)
  }

  @Test(arguments: ["several-runs", "one-timed-run", "one-untimed-run", "no-problems"])
  func `a browser shows the page and its console stays silent`(_ name: String) throws {
    let runs =
      switch name {
      case "several-runs": [Sample.timed, Sample.sampled, Sample.untimed]
      case "one-timed-run": [Sample.timed]
      case "one-untimed-run": [Sample.untimed]
      default: [SuiteResults(name: "empty", id: "r", model: "m", strategy: "greedy", device: "cuda", problems: [])]
      }
    let visit = try withPage(try PageTests.page(runs), "\(name).html") { try Browser.visit($0) }
    #expect(visit.status == 0)
    #expect(visit.console == [])
    // The page's own script ran, and nobody else's did.
    #expect(visit.document.contains("data-ready=\"true\""))
    #expect(!visit.document.contains("<title>taken</title>"))
    #expect(visit.document.components(separatedBy: "class=\"run\"").count - 1 == runs.count)
    let problems = runs.reduce(0) { $0 + $1.problems.count }
    #expect(visit.document.components(separatedBy: "<details class=\"problem\"").count - 1 == problems)
  }

  /// What a page looks like at a width and in a colour scheme.
  private struct Look: Decodable {
    var scrollWidth: Double
    var background: String
    var leastContrast: Double
    var leastContrastAt: String
    var texts: Int
    var shown: Int
    var failed: Int
    var open: Int
  }

  @Test(arguments: [375, 768, 1400], ["light", "dark"])
  func `nothing sticks out, and every text stands off its ground`(_ width: Int, _ scheme: String) throws {
    let page = try PageTests.page([Sample.timed, Sample.untimed])
    let visit = try withPage(page, "look.html") { page in
      let frame = page.deletingLastPathComponent().appending(path: "probe-\(width)-\(scheme).html")
      try Data(Probe.page(of: page.lastPathComponent, width: width).utf8).write(to: frame)
      return try Browser.visit(
        frame,
        options: [
          "--allow-file-access-from-files", "--window-size=1500,1200",
          "--blink-settings=preferredColorScheme=\(scheme == "dark" ? 0 : 1)",
        ])
    }
    #expect(visit.console == [])
    let start = try #require(visit.document.range(of: "<pre id=\"look\">"))
    let end = try #require(visit.document.range(of: "</pre>", range: start.upperBound..<visit.document.endIndex))
    let text = visit.document[start.upperBound..<end.lowerBound]
    let look = try JSONDecoder().decode(Look.self, from: Data(text.utf8))
    #expect(look.scrollWidth <= Double(width))
    #expect(look.background == (scheme == "dark" ? "rgb(15, 19, 24)" : "rgb(246, 247, 249)"))
    // WCAG 2.2, success criterion 1.4.3.
    #expect(look.leastContrast >= 4.5, "\(look.leastContrastAt)")
    #expect(look.texts > 1000)
    // Of the plots' two sizes one is shown.
    #expect(look.shown == 2)
    #expect(look.failed == 1)
    #expect(look.open == 0)
  }

  @Test func `a link to a candidate opens it and the problem around it`() throws {
    let visit = try withPage(try PageTests.page([Sample.timed]), "link.html") {
      try Browser.visit($0, fragment: "#r0-p3-c2")
    }
    #expect(visit.console == [])
    #expect(visit.document.contains(/<details class="problem" id="r0-p3"[^>]* open=""/))
    #expect(visit.document.contains(/<details id="r0-p3-c2" open=""/))
    #expect(visit.document.components(separatedBy: " open=\"\"").count - 1 == 2)
  }
}

/// A page that shows another in a frame and measures it.
private enum Probe {
  static func page(of name: String, width: Int) -> String {
    """
    <!DOCTYPE html><html><body><iframe src="\(name)" width="\(width)" height="900" style="border: 0"></iframe>
    <pre id="look"></pre><script>
    const numbers = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
    const light = (color) => {
      const [r, g, b] = numbers(color).map((c) => c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const opaque = (color) => { const parts = numbers(color); return parts.length === 3 || parts[3] > 0; };
    const frame = document.querySelector("iframe");
    frame.addEventListener("load", () => {
      const inner = frame.contentDocument, view = frame.contentWindow;
      for (const details of inner.querySelectorAll("details")) details.open = true;
      const look = { leastContrast: 99, leastContrastAt: "", texts: 0, shown: 0 };
      const walk = inner.createTreeWalker(inner.body, NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const element = node.parentElement;
        if (!node.data.trim() || !element.getClientRects().length || element.closest("title, script, style, .skip")) continue;
        const style = view.getComputedStyle(element);
        let back = null;
        if (element.ownerSVGElement) {
          const circle = element.parentElement.querySelector("circle.node");
          if (circle) back = view.getComputedStyle(circle).fill;
        }
        for (let at = element; at && !back; at = at.parentElement) {
          const color = view.getComputedStyle(at).backgroundColor;
          if (opaque(color)) back = color;
        }
        const front = element.ownerSVGElement ? style.fill : style.color;
        const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        look.texts += 1;
        if (contrast < look.leastContrast) {
          look.leastContrast = contrast;
          look.leastContrastAt = (element.className.baseVal ?? element.className) + " " + front + " on " + back;
        }
      }
      for (const plot of inner.querySelectorAll("svg.plot")) if (plot.getClientRects().length) look.shown += 1;
      look.scrollWidth = inner.documentElement.scrollWidth;
      look.background = view.getComputedStyle(inner.body).backgroundColor;
      inner.querySelector("[data-show=failed]").click();
      look.failed = inner.querySelector(".problems").querySelectorAll(".problem:not([hidden])").length;
      inner.querySelector("[data-close]").click();
      look.open = inner.querySelector(".problems").querySelectorAll("details[open]").length;
      document.getElementById("look").textContent = JSON.stringify(look);
    });
    </script></body></html>
    """
  }
}
