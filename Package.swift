// swift-tools-version: 6.3
// Carmine: CUDA programs on AMD GPUs.  The modules and their one arrow direction are drawn in docs/architecture.md.
import PackageDescription

/// Where Debian puts LLVM 22: outside the compiler's default search path.
let llvm = "/usr/lib/llvm-22"

let fast: [SwiftSetting] = [.unsafeFlags(["-Ounchecked", "-wmo", "-enable-testing", "-Xcc", "-march=x86-64-v3"], .when(configuration: .release))]

/// Libraries that are preloaded into other processes: a static Swift runtime, and only the listed symbols visible.
func preloaded(_ target: String, soname: String) -> [LinkerSetting] {
  [.unsafeFlags([
    "-static-stdlib", "-use-ld=lld", "-Xlinker", "-soname=\(soname)", "-Xlinker", "--version-script=Sources/\(target)/exports.map",
  ])]
}

/// A front: C and assembler only, needs nothing but libc, shows the names of its generated map.
func front(_ target: String, soname: String) -> Target {
  .target(
    name: target, dependencies: ["Front"], exclude: ["exports.map"],
    linkerSettings: [
      .unsafeFlags([
        "-nostartfiles", "-static-stdlib", "-Xlinker", "-soname=\(soname)", "-Xlinker", "--version-script=Sources/\(target)/exports.map",
        "-Xlinker", "--gc-sections",
      ])
    ])
}

let package = Package(
  name: "carmine",
  products: [
    .library(name: "carmine-core", type: .dynamic, targets: ["Core"]),
    // Installed as libcarmine.so, libcudart.so.12, libcudart.so.13 and libcuda.so.1.
    .library(name: "carmine-cudart12", type: .dynamic, targets: ["FrontCudart12"]),
    .library(name: "carmine-cudart13", type: .dynamic, targets: ["FrontCudart13"]),
    .library(name: "carmine-cuda", type: .dynamic, targets: ["FrontCudaDriver"]),
    .library(name: "carmine-softgpu", type: .dynamic, targets: ["SoftGPULibrary"]),
    .library(name: "carmine-kfd", type: .dynamic, targets: ["KFDShim"]),
    .executable(name: "carmine", targets: ["carmine"]),
    .executable(name: "carmine-conformance", targets: ["carmine-conformance"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // C: headers and what Swift cannot say.
    .target(name: "CKFD"),
    .target(name: "CSoftGPU"),
    .target(name: "CDeviceABI"),
    .target(name: "CThreadLocal", cSettings: [.unsafeFlags(["-mtls-dialect=gnu2", "-O2"])]),   // TLS descriptors: no call where the place is fixed
    .target(name: "CSpawn"),
    .target(name: "CDescriptors"),
    .target(name: "CCUDA"),
    .systemLibrary(name: "CLLVM"),
    .systemLibrary(name: "CLibELF"),
    .systemLibrary(name: "CLZ4"),
    .systemLibrary(name: "CZstd"),
    .target(
      name: "CLLD", cxxSettings: [.unsafeFlags(["-I\(llvm)/include"])],
      linkerSettings: [
        .unsafeFlags(["-L\(llvm)/lib"]),
        .linkedLibrary("lldELF"), .linkedLibrary("lldCommon"), .linkedLibrary("LLVM-22"),
        .linkedLibrary("z"), .linkedLibrary("zstd"),
      ]),

    .target(name: "CCodeGen", cxxSettings: [.unsafeFlags(["-I\(llvm)/include"])]),

    .target(name: "Settings", swiftSettings: [.strictMemorySafety()]),

    // The compiler's side; nothing of it is loaded into a user's process.
    .target(name: "PTX", swiftSettings: [.strictMemorySafety()]),
    .target(name: "KernelImage", dependencies: ["CDeviceABI"], swiftSettings: [.strictMemorySafety()]),
    .target(name: "CodeObject", dependencies: ["KernelImage", "CLibELF", "CLZ4", "CZstd"]),
    .target(
      name: "Compiler", dependencies: ["PTX", "CodeObject", "KernelImage", "Settings", "CDeviceABI", "CLLVM", "CLLD", "CCodeGen"],
      swiftSettings: [.unsafeFlags(["-Xcc", "-I\(llvm)/include"])],
      linkerSettings: [.unsafeFlags(["-L\(llvm)/lib", "-Xlinker", "-rpath=\(llvm)/lib"]), .linkedLibrary("LLVM-22")]),

    // The device's side: preloaded, so Glibc and Synchronization only.
    .target(name: "KFD", dependencies: ["CKFD", "CSoftGPU", "Settings"], swiftSettings: [.strictMemorySafety()]),
    .target(name: "ISA", dependencies: ["CSoftGPU"], swiftSettings: fast),
    .target(name: "GFX9", dependencies: ["ISA", "CSoftGPU"], swiftSettings: fast),
    .target(name: "GFX11", dependencies: ["ISA", "CSoftGPU"], swiftSettings: fast),
    .target(name: "Disassembler", dependencies: ["ISA", "GFX9", "GFX11"]),
    .target(
      name: "SoftGPU", dependencies: ["CKFD", "CSoftGPU", "Settings", "ISA", "GFX9", "GFX11"], swiftSettings: fast),
    .target(
      name: "SoftGPULibrary", dependencies: ["SoftGPU"], exclude: ["exports.map"],
      linkerSettings: preloaded("SoftGPULibrary", soname: "libcarmine-softgpu.so")),
    // Preloaded into other people's programs: C that needs nothing but libc.
    .target(
      name: "KFDShim", exclude: ["exports.map"],
      cSettings: [.headerSearchPath("../CSoftGPU/include"), .unsafeFlags(["-fvisibility=hidden", "-fno-builtin", "-O2"])],
      linkerSettings: [
        .unsafeFlags([
          "-nostartfiles", "-static-stdlib", "-use-ld=lld", "-Xlinker", "-soname=libcarmine-kfd.so", "-Xlinker",
          "--version-script=Sources/KFDShim/exports.map", "-Xlinker", "--gc-sections",
        ])
      ]),
    .target(name: "GPU", dependencies: ["KFD", "CKFD", "CSoftGPU", "CDeviceABI"]),
    .target(name: "ModuleLoading", dependencies: ["CSpawn", "CDeviceABI", "KernelImage", "GPU", "Settings"]),
    .target(name: "CUDA", dependencies: ["ModuleLoading", "GPU", "KernelImage", "Settings", "CDeviceABI", "CDescriptors", "CThreadLocal", "CCUDA"]),
    .target(name: "Cudart", dependencies: ["CUDA", "CCUDA", "CThreadLocal", "GPU", "ModuleLoading", "Settings"]),
    .target(name: "Cudart12", dependencies: ["Cudart", "CUDA", "CCUDA"]),
    .target(name: "Cudart13", dependencies: ["Cudart", "CUDA", "CCUDA"]),
    .target(name: "CudaDriver", dependencies: ["Cudart", "CUDA", "CCUDA", "CSpawn", "CThreadLocal", "GPU", "ModuleLoading", "Settings"]),
    .target(
      name: "Core", dependencies: ["Cudart", "Cudart12", "Cudart13", "CudaDriver"], exclude: ["exports.map"],
      linkerSettings: preloaded("Core", soname: "libcarmine.so")),

    .target(name: "Front"),
    front("FrontCudart12", soname: "libcudart.so.12"),
    front("FrontCudart13", soname: "libcudart.so.13"),
    front("FrontCudaDriver", soname: "libcuda.so.1"),

    .executableTarget(
      name: "interpreter-bench", dependencies: ["SoftGPU", "ISA", "CSoftGPU"], path: "Benchmarks/interpreter-bench", swiftSettings: fast),
    .executableTarget(
      name: "carmine",
      dependencies: [
        "Compiler", "PTX", "CodeObject", "KernelImage", "KFD", "ModuleLoading", "Settings", "CSpawn", "CLibELF", "ISA", "GFX9", "GFX11", "Disassembler",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Benchmarks; nothing depends on them.
    .executableTarget(
      name: "code-quality", dependencies: ["SoftGPU", "ISA", "CSoftGPU", "CodeObject", "KernelImage", "CDeviceABI"], path: "Benchmarks/CodeQuality",
      exclude: ["include", "kernels.cu", "launches.tsv", "code-quality.sh"], swiftSettings: fast),
    .executableTarget(name: "queue-bench", dependencies: ["KFD", "CKFD"], path: "Benchmarks/QueueBench"),

    // Mutated input for the readers; `make test-fuzz` runs it.
    .executableTarget(name: "fuzz", dependencies: ["PTX", "CodeObject", "KernelImage"], path: "Tests/Fuzz"),

    // Traffic for hours; `make test-soak` runs it.
    .executableTarget(name: "soak", dependencies: ["KFD", "CKFD"], path: "Tests/Soak"),

    // Run by Tools/test-kernel.sh on the real driver, and under the shim.
    .executableTarget(name: "kernel-check", dependencies: ["KFD", "CKFD"], path: "Tests/KernelReference/check"),

    // Every variant of the instruction table against references; `make test` runs it.
    .executableTarget(
      name: "ptx-semantics", dependencies: ["PTX", "CCUDA"], path: "Tests/PTXSemantics", exclude: ["nvidia.tsv"],
      linkerSettings: [.unsafeFlags(["-static-stdlib"])]),

    // What a given libcudart does; imports nothing of ours, and must run on another machine: a static Swift runtime, glibc.
    .target(name: "CConformance", path: "Conformance/CConformance"),
    .executableTarget(
      name: "carmine-conformance", dependencies: ["CConformance"], path: "Conformance/Runner",
      linkerSettings: [.unsafeFlags(["-static-stdlib"]), .linkedLibrary("dl")]),

    .testTarget(name: "SettingsTests", dependencies: ["Settings"]),
    .testTarget(name: "PTXTests", dependencies: ["PTX"], exclude: ["Samples"]),
    .testTarget(name: "KernelImageTests", dependencies: ["KernelImage", "CDeviceABI"]),
    .testTarget(name: "CodeObjectTests", dependencies: ["CodeObject", "KernelImage", "CLZ4", "CZstd"]),
    .testTarget(name: "CompilerTests", dependencies: ["Compiler", "PTX", "CodeObject"]),
    .testTarget(name: "KFDTests", dependencies: ["KFD", "CKFD"]),
    .testTarget(name: "SoftGPUTests", dependencies: ["SoftGPU", "ISA", "GFX9", "GFX11", "Disassembler", "KFD", "CKFD", "CSoftGPU"]),
    .testTarget(name: "GPUTests", dependencies: ["GPU", "CSoftGPU"]),
    .testTarget(name: "ModuleLoadingTests", dependencies: ["ModuleLoading", "KernelImage"]),
    .testTarget(name: "CUDATests", dependencies: ["CUDA", "KernelImage", "ModuleLoading", "GPU"], exclude: ["Layout"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
