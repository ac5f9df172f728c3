// The driver API of a libcuda given by its path: ours, or NVIDIA's.
import Glibc

struct CUDAFailure: Error, CustomStringConvertible { let description: String }

final class CUDALibrary {
  typealias Pointer = UnsafeMutableRawPointer
  private let handle: Pointer
  private let errorName: @convention(c) (Int32, UnsafeMutablePointer<UnsafePointer<CChar>?>) -> Int32
  private let moduleLoadData: @convention(c) (UnsafeMutablePointer<Pointer?>, UnsafeRawPointer) -> Int32
  private let moduleGetFunction: @convention(c) (UnsafeMutablePointer<Pointer?>, Pointer?, UnsafePointer<CChar>) -> Int32
  private let moduleUnload: @convention(c) (Pointer?) -> Int32
  private let memAlloc: @convention(c) (UnsafeMutablePointer<UInt64>, Int) -> Int32
  private let memFree: @convention(c) (UInt64) -> Int32
  private let copyIn: @convention(c) (UInt64, UnsafeRawPointer, Int) -> Int32
  private let copyOut: @convention(c) (UnsafeMutableRawPointer, UInt64, Int) -> Int32
  private let set8: @convention(c) (UInt64, UInt8, Int) -> Int32
  private let launchKernel: @convention(c) (
    Pointer?, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, Pointer?, UnsafeMutablePointer<Pointer?>?, UnsafeMutablePointer<Pointer?>?) -> Int32
  private let synchronizeContext: @convention(c) () -> Int32
  private let getAttribute: @convention(c) (UnsafeMutablePointer<Int32>, Int32, Int32) -> Int32
  private let contextReset: @convention(c) (Int32) -> Int32

  /// Opens device 0.
  init(_ path: String) throws {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL) else { throw CUDAFailure(description: String(cString: dlerror())) }
    self.handle = handle
    func symbol<T>(_ name: String) throws -> T {
      guard let address = dlsym(handle, name) else { throw CUDAFailure(description: "\(path) lacks \(name)") }
      return unsafeBitCast(address, to: T.self)
    }
    errorName = try symbol("cuGetErrorName")
    moduleLoadData = try symbol("cuModuleLoadData")
    moduleGetFunction = try symbol("cuModuleGetFunction")
    moduleUnload = try symbol("cuModuleUnload")
    memAlloc = try symbol("cuMemAlloc_v2")
    memFree = try symbol("cuMemFree_v2")
    copyIn = try symbol("cuMemcpyHtoD_v2")
    copyOut = try symbol("cuMemcpyDtoH_v2")
    set8 = try symbol("cuMemsetD8_v2")
    launchKernel = try symbol("cuLaunchKernel")
    synchronizeContext = try symbol("cuCtxSynchronize")
    getAttribute = try symbol("cuDeviceGetAttribute")
    contextReset = try symbol("cuDevicePrimaryCtxReset_v2")
    let start: @convention(c) (UInt32) -> Int32 = try symbol("cuInit")
    let retain: @convention(c) (UnsafeMutablePointer<Pointer?>, Int32) -> Int32 = try symbol("cuDevicePrimaryCtxRetain")
    let setCurrent: @convention(c) (Pointer?) -> Int32 = try symbol("cuCtxSetCurrent")
    try check(start(0), "cuInit")
    var context: Pointer?
    try check(retain(&context, 0), "cuDevicePrimaryCtxRetain")
    try check(setCurrent(context), "cuCtxSetCurrent")
  }

  private func check(_ status: Int32, _ what: String) throws {
    guard status != 0 else { return }
    var name: UnsafePointer<CChar>?
    _ = errorName(status, &name)
    throw CUDAFailure(description: "\(what): \(name.map { String(cString: $0) } ?? "error \(status)")")
  }

  /// 90 for compute capability 9.0.
  func computeCapability() throws -> Int {
    var major: Int32 = 0, minor: Int32 = 0
    try check(getAttribute(&major, 75, 0), "cuDeviceGetAttribute")
    try check(getAttribute(&minor, 76, 0), "cuDeviceGetAttribute")
    return Int(major * 10 + minor)
  }

  /// One block of 256 threads of kernel k(out, in), and one of `after` if there is one; returns `outputCount` groups of 256 values of 8 bytes.
  func run(_ ptx: String, inputs: [[UInt64]], outputCount: Int, needsTwo: Bool = false) throws -> [[UInt64]] {
    var module: Pointer?
    try ptx.withCString { try check(moduleLoadData(&module, $0), "cuModuleLoadData") }
    defer { _ = moduleUnload(module) }
    let functions = try (needsTwo ? ["k", "after"] : ["k"]).map { name in
      var function: Pointer?
      try check(moduleGetFunction(&function, module, name), "cuModuleGetFunction")
      return function
    }
    let threads = Inputs.threads, inputBytes = max(1, inputs.count) * threads * 8, outputBytes = max(1, outputCount) * threads * 8
    var input: UInt64 = 0, output: UInt64 = 0
    try check(memAlloc(&input, inputBytes), "cuMemAlloc")
    defer { _ = memFree(input) }
    try check(memAlloc(&output, outputBytes), "cuMemAlloc")
    defer { _ = memFree(output) }
    var flat: [UInt64] = []
    for values in inputs { flat += values }
    if !flat.isEmpty { try check(copyIn(input, flat, flat.count * 8), "cuMemcpyHtoD") }
    try check(set8(output, 0, outputBytes), "cuMemsetD8")
    try withUnsafeMutablePointer(to: &output) { out in
      try withUnsafeMutablePointer(to: &input) { `in` in
        let block = Pointer.allocate(byteCount: 64, alignment: 16)  // a parameter by value, all ones
        defer { block.deallocate() }
        block.initializeMemory(as: UInt8.self, repeating: 1, count: 64)
        var arguments: [Pointer?] = [Pointer(out), Pointer(`in`), block]
        for function in functions { try check(launchKernel(function, 1, 1, 1, UInt32(threads), 1, 1, 0, nil, &arguments, nil), "cuLaunchKernel") }
      }
    }
    try check(synchronizeContext(), "cuCtxSynchronize")
    var answers = [UInt64](repeating: 0, count: outputBytes / 8)
    try check(copyOut(&answers, output, outputBytes), "cuMemcpyDtoH")
    return (0..<outputCount).map { Array(answers[($0 * threads)..<(($0 + 1) * threads)]) }
  }
}
