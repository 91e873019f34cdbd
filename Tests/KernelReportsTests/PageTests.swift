import Foundation
import Testing

@testable import KernelReports

@Suite struct PageTests {
  static func page(_ runs: [SuiteResults]) throws -> String {
    try SuitePage(runs, report: SuiteReport(runs)).html()
  }

  @Test func `nothing that a model wrote is markup`() throws {
    let page = try Self.page([Sample.timed, Sample.untimed])
    #expect(page.components(separatedBy: "<script").count - 1 == 2)
    #expect(page.components(separatedBy: "</script").count - 1 == 2)
    #expect(!page.contains("<img"))
    #expect(!page.contains("<b>bold"))
    #expect(page.contains("&lt;/script&gt;&lt;script&gt;console.error(&quot;kernel&quot;)"))
    #expect(!page.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{0}" || $0 == "\u{1B}" || $0 == "\u{7}" })
    #expect(page.contains("\\u{202E}desrever\\u{202C}"))
  }
}
