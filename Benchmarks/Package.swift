// swift-tools-version: 6.2

import PackageDescription

// Micro-benchmarks of the host's side of decoding. Whole decodings are measured by `basic bench decode`.
//
//   swift run -c release --package-path Benchmarks decoding
//
// `virtual-gpu` measures the virtual GPU beside plain C, with the `basic` that `make build` has built.
//
//   swift run -c release --package-path Benchmarks virtual-gpu
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "bASIC", path: ".."),
    .package(url: "https://github.com/google/swift-benchmark", from: "0.1.2"),
  ],
  targets: [
    .executableTarget(
      name: "decoding",
      dependencies: [
        .product(name: "SpeculativeDecoding", package: "bASIC"),
        .product(name: "Benchmark", package: "swift-benchmark"),
      ]),
    .executableTarget(name: "virtual-gpu"),
  ],
  swiftLanguageModes: [.v6]
)
