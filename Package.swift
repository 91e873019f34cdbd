// swift-tools-version: 6.2

import Foundation
import PackageDescription

// The engine (libllama as a static library) is built by `make setup` and is not part of a clone. SwiftPM refuses a
// manifest that names a missing bundle, for this package and for everything that depends on it, so the targets that
// need the engine are listed only where its bundle exists.
let engineBundle = ".engine/CLlama.artifactbundle"
let enginePath = Context.packageDirectory + "/" + engineBundle
let hasEngine = FileManager.default.fileExists(atPath: enginePath + "/info.json")

var products: [Product] = [
  .library(name: "SpeculativeDecoding", targets: ["SpeculativeDecoding"])
]

var targets: [Target] = [
  .target(name: "SpeculativeDecoding", dependencies: [.product(name: "RealModule", package: "swift-numerics")]),
  .testTarget(name: "SpeculativeDecodingTests", dependencies: ["SpeculativeDecoding"]),

  // Matrix products with few columns; the engine computes with them.
  .target(name: "CAccelerator"),
  .testTarget(name: "CAcceleratorTests", dependencies: ["CAccelerator"]),

  .target(name: "LanguageModels"),
  .testTarget(name: "LanguageModelsTests", dependencies: ["LanguageModels"]),

  .target(name: "ServerSentEvents"),
  .testTarget(name: "ServerSentEventsTests", dependencies: ["ServerSentEvents"]),

  .target(
    name: "LanguageModelClients",
    dependencies: [
      "JSONReading", "LanguageModels", "ServerSentEvents",
      .product(name: "AsyncHTTPClient", package: "async-http-client"),
      .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
      .product(name: "NIOPosix", package: "swift-nio"),
    ]),
  // Its server of trouble is NIO's too, on the loopback device.
  .testTarget(
    name: "LanguageModelClientsTests",
    dependencies: [
      "LanguageModelClients", "LanguageModels", "ServerSentEvents", .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
    ]),

  // llama.cpp's own programs, which decoding is measured against and endpoints are tested with.
  .target(
    name: "LlamaPrograms",
    dependencies: [
      .product(name: "AsyncHTTPClient", package: "async-http-client"), .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOHTTP1", package: "swift-nio"),
    ]),
  .testTarget(name: "LlamaProgramsTests", dependencies: ["LlamaPrograms"]),

  // JSON, read into whatever type of values.
  .target(name: "JSONReading"),
  .testTarget(name: "JSONReadingTests", dependencies: ["JSONReading"]),

  .target(name: "KernelBench", dependencies: ["JSONReading"]),
  .testTarget(name: "KernelBenchTests", dependencies: ["KernelBench"]),

  .target(name: "PTX"),
  .testTarget(name: "PTXTests", dependencies: ["PTX"], exclude: ["Fixtures"]),

  .target(name: "KernelVerdicts"),
  .testTarget(name: "KernelVerdictsTests", dependencies: ["KernelVerdicts"]),

  .target(name: "RunStore", dependencies: ["KernelVerdicts", .product(name: "GRDB", package: "GRDB.swift")]),
  // Killed and resumed by the tests.
  .executableTarget(
    name: "RunStoreKillDriver", dependencies: ["RunStore", "KernelVerdicts"], path: "Tests/RunStoreKillDriver"),
  .testTarget(
    name: "RunStoreTests",
    dependencies: [
      "RunStore", "RunStoreKillDriver", "KernelVerdicts", .product(name: "GRDB", package: "GRDB.swift"),
    ]),

  .target(name: "GPUModels"),
  .testTarget(name: "GPUModelsTests", dependencies: ["GPUModels"]),

  .target(name: "KernelPrompting", dependencies: ["GPUModels", "KernelBench"]),
  .testTarget(name: "KernelPromptingTests", dependencies: ["KernelPrompting", "GPUModels", "KernelBench"]),

  .target(
    name: "CUDAToolchain",
    dependencies: ["GPUModels", .product(name: "Subprocess", package: "swift-subprocess")],
    // Embedded by Scripts/embed-resources.sh, so that an installed `basic` is one file.
    exclude: ["Resources"]),
  .testTarget(name: "CUDAToolchainTests", dependencies: ["CUDAToolchain", "GPUModels"]),

  // The C of Sources/CVirtualCUDARuntime is embedded (Scripts/embed-resources.sh): the user's clang compiles it with the
  // kernels, for the user's processor.
  .target(
    name: "VirtualGPU",
    dependencies: [
      "PTX", "CUDAToolchain", "GPUModels", "KernelVerdicts", .product(name: "Subprocess", package: "swift-subprocess"),
    ]),
  .testTarget(
    name: "VirtualGPUTests",
    dependencies: ["VirtualGPU", "PTX", "CUDAToolchain", "GPUModels", "KernelVerdicts"],
    exclude: ["Programs", "Planted", "Unsupported", "HostAPI", "OperationDriver"]),

  .target(
    name: "KernelEvaluation",
    dependencies: ["JSONReading", "CUDAToolchain", "GPUModels", "KernelBench", "KernelVerdicts", "VirtualGPU"]),
  .testTarget(
    name: "KernelEvaluationTests",
    dependencies: [
      "KernelEvaluation", "JSONReading", "CUDAToolchain", "GPUModels", "KernelBench", "KernelVerdicts", "VirtualGPU",
    ],
    exclude: ["Exploits", "Hostile", "Python"]),

  .target(name: "KernelReports", dependencies: ["KernelBench", "KernelVerdicts"]),
  .testTarget(
    name: "KernelReportsTests", dependencies: ["KernelReports", "KernelBench", "KernelVerdicts"], exclude: ["Golden"]),

  .target(
    name: "KernelSearch",
    dependencies: [
      "LanguageModels", "KernelPrompting", "KernelEvaluation", "KernelVerdicts", "KernelBench", "VirtualGPU",
    ]),
  .testTarget(
    name: "KernelSearchTests",
    dependencies: [
      "KernelSearch", "LanguageModels", "KernelPrompting", "KernelEvaluation", "KernelVerdicts", "KernelBench",
      "VirtualGPU",
    ]),
]

if hasEngine {
  // A backend other than the CPU's has libraries of its own; set-up writes their names beside the bundle's description.
  let linked = (try? String(contentsOfFile: enginePath + "/link-libraries", encoding: .utf8)) ?? ""
  let backendLibraries = linked.split(separator: "\n").map { LinkerSetting.linkedLibrary(String($0)) }

  products.append(.executable(name: "basic", targets: ["basic"]))
  targets += [
    .binaryTarget(name: "CLlama", path: engineBundle),
    .target(
      name: "LlamaRuntime",
      dependencies: ["CLlama", "CAccelerator", "SpeculativeDecoding", "LanguageModels"],
      linkerSettings: [
        .linkedLibrary("stdc++", .when(platforms: [.linux])),
        .linkedLibrary("m", .when(platforms: [.linux])),
        .linkedLibrary("c++", .when(platforms: [.macOS])),
        .linkedFramework("Accelerate", .when(platforms: [.macOS])),
        .linkedFramework("Foundation", .when(platforms: [.macOS])),
        .linkedFramework("Metal", .when(platforms: [.macOS])),
        .linkedFramework("MetalKit", .when(platforms: [.macOS])),
      ] + backendLibraries),
    .testTarget(name: "LlamaRuntimeTests", dependencies: ["LlamaRuntime", "SpeculativeDecoding", "LanguageModels"]),

    .target(
      name: "BasicCommands",
      dependencies: [
        "LlamaRuntime", "SpeculativeDecoding", "LanguageModels", "GPUModels", "KernelBench", "KernelPrompting",
        "CUDAToolchain", "VirtualGPU", "KernelEvaluation", "KernelVerdicts", "PTX", "LanguageModelClients", "RunStore",
        "KernelSearch", "KernelReports", "LlamaPrograms", "JSONReading",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "TOMLKit", package: "TOMLKit"),
      ]),
    .testTarget(
      name: "BasicCommandsTests",
      dependencies: [
        "BasicCommands", "LlamaRuntime", "SpeculativeDecoding", "KernelBench", "KernelPrompting", "KernelVerdicts",
        "CUDAToolchain", "GPUModels", "KernelEvaluation", "KernelReports", "KernelSearch", "LanguageModelClients",
        "RunStore",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
      ],
      exclude: ["Golden"]),
    .executableTarget(name: "basic", dependencies: ["BasicCommands"]),

    // Skipped unless BASIC_LLAMA_SERVER names a llama-server: `make test-endpoints` builds one.
    .testTarget(
      name: "EndpointTests",
      dependencies: [
        "LanguageModelClients", "LanguageModels", "LlamaPrograms", "LlamaRuntime", "SpeculativeDecoding",
        "KernelPrompting", "KernelBench", .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
      ]),
  ]
}

let package = Package(
  name: "bASIC",
  platforms: [.macOS(.v15)],
  products: products,
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: targets,
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .binary && target.type != .system {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
      .treatAllWarnings(as: .error),
    ]
}
