// Kernels for cases, from PTX text.  They are registered as a compiled program's are: a fatbinary is built in memory around the PTX and given
// to __cudaRegisterFatBinary, so that everything works while cudaLibrary* is absent.  Loaded at first use in a process; main thread only.
import CConformance
import Glibc

/// A kernel of a module: `address` is what a program calls the host function's address.
struct Kernel {
  let address: UnsafeMutableRawPointer
  let name: String
}

/// PTX that a process registers once, with its kernels and variables.
final class Module {
  let text: String
  private var handle: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  private var kernels: [String: Kernel] = [:]
  private var variables: [String: UnsafeMutableRawPointer] = [:]
  private let kernelNames: [String]
  private let variableSizes: [(name: String, size: Int, constant: Bool)]

  init(_ text: String, kernels: [String], variables: [(name: String, size: Int, constant: Bool)] = []) {
    self.text = text
    kernelNames = kernels
    variableSizes = variables
  }

  /// A 16-byte container header, an 80-byte entry header as nvcc's (its options are an empty string), and the text, padded to 8 bytes.
  static func fatbinary(around text: String, computeCapability: UInt32 = 75) -> UnsafeMutableRawPointer {
    var payload = Array(text.utf8) + [0]
    while payload.count % 8 != 0 { payload.append(0) }
    let header = 80
    let image = UnsafeMutableRawPointer.allocate(byteCount: 16 + header + payload.count, alignment: 16)
    image.initializeMemory(as: UInt8.self, repeating: 0, count: 16 + header + payload.count)
    image.storeBytes(of: 0xBA55_ED50, as: UInt32.self)
    image.storeBytes(of: 1, toByteOffset: 4, as: UInt16.self)
    image.storeBytes(of: 16, toByteOffset: 6, as: UInt16.self)
    image.storeBytes(of: UInt64(header + payload.count), toByteOffset: 8, as: UInt64.self)
    let entry = image + 16
    entry.storeBytes(of: 1, as: UInt16.self)                                        // PTX
    entry.storeBytes(of: 0x101, toByteOffset: 2, as: UInt16.self)
    entry.storeBytes(of: UInt32(header), toByteOffset: 4, as: UInt32.self)
    entry.storeBytes(of: UInt64(payload.count), toByteOffset: 8, as: UInt64.self)
    entry.storeBytes(of: 64, toByteOffset: 20, as: UInt32.self)                     // where the options' offset and length stand
    entry.storeBytes(of: 0, toByteOffset: 24, as: UInt16.self)
    entry.storeBytes(of: 7, toByteOffset: 26, as: UInt16.self)                      // PTX ISA 7.0
    entry.storeBytes(of: computeCapability, toByteOffset: 28, as: UInt32.self)
    entry.storeBytes(of: 0x11, toByteOffset: 40, as: UInt64.self)                   // 64-bit, made on Linux
    entry.storeBytes(of: 72, toByteOffset: 64, as: UInt32.self)
    (entry + header).copyMemory(from: payload, byteCount: payload.count)
    return image
  }

  /// What a program passes to __cudaRegisterFatBinary.
  static func wrapper(around image: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let wrapper = UnsafeMutableRawPointer.allocate(byteCount: 24, alignment: 8)
    wrapper.storeBytes(of: 0x466243b1, as: UInt32.self)
    wrapper.storeBytes(of: 1, toByteOffset: 4, as: UInt32.self)
    wrapper.storeBytes(of: image, toByteOffset: 8, as: UnsafeMutableRawPointer.self)
    wrapper.storeBytes(of: 0, toByteOffset: 16, as: UInt.self)
    return wrapper
  }

  func register() throws {
    if handle != nil { return }
    let handle = try __cudaRegisterFatBinary(Module.wrapper(around: Module.fatbinary(around: text)))
    guard handle != nil else { throw Deviation(message: "__cudaRegisterFatBinary answered null") }
    self.handle = handle
    for name in kernelNames {
      let address = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
      let symbol = strdup(name)!
      try __cudaRegisterFunction(handle, UnsafePointer(address.assumingMemoryBound(to: CChar.self)), symbol, symbol, -1, nil, nil, nil, nil, nil)
      kernels[name] = Kernel(address: address, name: name)
    }
    for variable in variableSizes {
      let address = UnsafeMutableRawPointer.allocate(byteCount: max(16, variable.size), alignment: 16)
      let symbol = strdup(variable.name)!
      try __cudaRegisterVar(
        handle, address.assumingMemoryBound(to: CChar.self), symbol, symbol, 0, variable.size, variable.constant ? 1 : 0, 0)
      variables[variable.name] = address
    }
    try __cudaRegisterFatBinaryEnd(handle)
  }

  /// The handle of the registration, once there is one.
  var registration: UnsafeMutablePointer<UnsafeMutableRawPointer?>? { handle }

  func kernel(_ name: String) throws -> Kernel {
    try register()
    guard let kernel = kernels[name] else { fatalError("no kernel \(name) in this module") }
    return kernel
  }

  /// Loads every kernel now: where loading is lazy it may wait for the device, which a kernel that waits for the host would not survive.
  func load() throws {
    if loaded { return }
    loaded = true
    for name in kernelNames {
      var attributes = cudaFuncAttributes()
      try ok(cudaFuncGetAttributes(&attributes, kernel(name).address), "loading \(name)")
    }
  }
  private var loaded = false

  /// The host address that stands for a device variable.
  func variable(_ name: String) throws -> UnsafeMutableRawPointer {
    try register()
    guard let address = variables[name] else { fatalError("no variable \(name) in this module") }
    return address
  }

  func unregister() throws {
    try __cudaUnregisterFatBinary(handle)
    handle = nil
  }
}

/// What a kernel can be given: values of their own size.
protocol KernelArgument { func store(_ to: UnsafeMutableRawPointer) }
extension KernelArgument { func store(_ to: UnsafeMutableRawPointer) { to.storeBytes(of: self, as: Self.self) } }
extension Int32: KernelArgument {}
extension UInt32: KernelArgument {}
extension Int: KernelArgument {}
extension UInt64: KernelArgument {}
extension Float: KernelArgument {}
extension UnsafeMutableRawPointer: KernelArgument {}
extension UnsafeMutablePointer: KernelArgument {}
extension Optional: KernelArgument where Wrapped: KernelArgument {
  func store(_ to: UnsafeMutableRawPointer) { if let self { self.store(to) } else { to.storeBytes(of: 0, as: UInt64.self) } }
}

/// The array of pointers that a launch takes; valid inside `body`.
func withArguments<Result>(_ arguments: [any KernelArgument], _ body: (UnsafeMutablePointer<UnsafeMutableRawPointer?>) throws -> Result) rethrows -> Result {
  let storage = UnsafeMutableRawPointer.allocate(byteCount: max(1, arguments.count) * 16, alignment: 16)
  let pointers = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: arguments.count + 1)
  defer { storage.deallocate(); pointers.deallocate() }
  for (index, argument) in arguments.enumerated() {
    argument.store(storage + index * 16)
    pointers[index] = storage + index * 16
  }
  pointers[arguments.count] = nil
  return try body(pointers)
}

func dim(_ x: Int, _ y: Int = 1, _ z: Int = 1) -> dim3 { dim3(x: UInt32(x), y: UInt32(y), z: UInt32(z)) }

/// cudaLaunchKernel with these arguments: its answer.
func launch(
  _ kernel: Kernel, _ grid: dim3, _ block: dim3, shared: Int = 0, stream: cudaStream_t? = nil, _ arguments: any KernelArgument...
) throws -> cudaError_t {
  try withArguments(arguments) { try cudaLaunchKernel(kernel.address, grid, block, $0, shared, stream) }
}

/// One block of one thread.
func launch(_ kernel: Kernel, stream: cudaStream_t? = nil, _ arguments: any KernelArgument...) throws -> cudaError_t {
  try withArguments(arguments) { try cudaLaunchKernel(kernel.address, dim(1), dim(1), $0, 0, stream) }
}

/// The module that most cases share.  Every kernel takes one element a thread, in one dimension.
nonisolated(unsafe) let basic = Module(
  """
  .version 7.0
  .target sm_75
  .address_size 64

  .visible .global .align 8 .b8 numbers[256];
  .visible .const .align 4 .b8 constants[64];

  // fill(p, n, value): p[i] = value
  .visible .entry fill(.param .u64 p, .param .u32 n, .param .u32 value)
  {
    .reg .pred %q; .reg .b32 %i, %b, %t, %n, %v; .reg .b64 %p, %o;
    mov.u32 %b, %ctaid.x; mov.u32 %t, %ntid.x; mov.u32 %i, %tid.x; mad.lo.u32 %i, %b, %t, %i;
    ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; ld.param.u32 %v, [value];
    mul.wide.u32 %o, %i, 4; add.u64 %p, %p, %o; st.global.u32 [%p], %v; ret;
  }
  // iota(p, n, base): p[i] = base + i
  .visible .entry iota(.param .u64 p, .param .u32 n, .param .u32 base)
  {
    .reg .pred %q; .reg .b32 %i, %b, %t, %n, %v; .reg .b64 %p, %o;
    mov.u32 %b, %ctaid.x; mov.u32 %t, %ntid.x; mov.u32 %i, %tid.x; mad.lo.u32 %i, %b, %t, %i;
    ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; ld.param.u32 %v, [base]; add.u32 %v, %v, %i;
    mul.wide.u32 %o, %i, 4; add.u64 %p, %p, %o; st.global.u32 [%p], %v; ret;
  }
  // add(p, n, value): p[i] += value
  .visible .entry add(.param .u64 p, .param .u32 n, .param .u32 value)
  {
    .reg .pred %q; .reg .b32 %i, %b, %t, %n, %v, %w; .reg .b64 %p, %o;
    mov.u32 %b, %ctaid.x; mov.u32 %t, %ntid.x; mov.u32 %i, %tid.x; mad.lo.u32 %i, %b, %t, %i;
    ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; ld.param.u32 %v, [value];
    mul.wide.u32 %o, %i, 4; add.u64 %p, %p, %o; ld.global.u32 %w, [%p]; add.u32 %w, %w, %v; st.global.u32 [%p], %w; ret;
  }
  // scale(p, n, factor, addend): p[i] = p[i] * factor + addend; two of them show in which order they ran
  .visible .entry scale(.param .u64 p, .param .u32 n, .param .u32 factor, .param .u32 addend)
  {
    .reg .pred %q; .reg .b32 %i, %b, %t, %n, %v, %w, %a; .reg .b64 %p, %o;
    mov.u32 %b, %ctaid.x; mov.u32 %t, %ntid.x; mov.u32 %i, %tid.x; mad.lo.u32 %i, %b, %t, %i;
    ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; ld.param.u32 %v, [factor]; ld.param.u32 %a, [addend];
    mul.wide.u32 %o, %i, 4; add.u64 %p, %p, %o; ld.global.u32 %w, [%p]; mad.lo.u32 %w, %w, %v, %a; st.global.u32 [%p], %w; ret;
  }
  // copy(to, from, n): to[i] = from[i]
  .visible .entry copy(.param .u64 to, .param .u64 from, .param .u32 n)
  {
    .reg .pred %q; .reg .b32 %i, %b, %t, %n, %v; .reg .b64 %p, %s, %o;
    mov.u32 %b, %ctaid.x; mov.u32 %t, %ntid.x; mov.u32 %i, %tid.x; mad.lo.u32 %i, %b, %t, %i;
    ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;
    ld.param.u64 %p, [to]; cvta.to.global.u64 %p, %p; ld.param.u64 %s, [from]; cvta.to.global.u64 %s, %s;
    mul.wide.u32 %o, %i, 4; add.u64 %p, %p, %o; add.u64 %s, %s, %o; ld.global.u32 %v, [%s]; st.global.u32 [%p], %v; ret;
  }
  // hold(flag): one thread waits until the host stores to *flag, or about ten seconds
  .visible .entry hold(.param .u64 flag)
  {
    .reg .pred %q; .reg .b32 %v; .reg .b64 %p, %t, %e;
    ld.param.u64 %p, [flag];
    mov.u64 %t, %globaltimer; add.u64 %e, %t, 10000000000;
  again:
    ld.volatile.u32 %v, [%p]; setp.ne.u32 %q, %v, 0; @%q bra done;
    mov.u64 %t, %globaltimer; setp.lt.u64 %q, %t, %e; @%q bra again;
  done:
    ret;
  }
  // raise(flag, value): *flag = value, seen by the host
  .visible .entry raise(.param .u64 flag, .param .u32 value)
  {
    .reg .b32 %v; .reg .b64 %p;
    ld.param.u64 %p, [flag]; ld.param.u32 %v, [value]; st.volatile.u32 [%p], %v; membar.sys; ret;
  }
  // geometry(p): six words of the last thread: %ntid and %nctaid
  .visible .entry geometry(.param .u64 p)
  {
    .reg .b32 %v; .reg .b64 %p;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p;
    mov.u32 %v, %ntid.x; st.global.u32 [%p], %v; mov.u32 %v, %ntid.y; st.global.u32 [%p+4], %v; mov.u32 %v, %ntid.z; st.global.u32 [%p+8], %v;
    mov.u32 %v, %nctaid.x; st.global.u32 [%p+12], %v; mov.u32 %v, %nctaid.y; st.global.u32 [%p+16], %v; mov.u32 %v, %nctaid.z; st.global.u32 [%p+20], %v;
    ret;
  }
  // count(p): every thread adds one
  .visible .entry count(.param .u64 p)
  {
    .reg .b32 %v; .reg .b64 %p;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; atom.global.add.u32 %v, [%p], 1; ret;
  }
  // nothing(): no parameters
  .visible .entry nothing() { ret; }
  // trapping(): ends the context with an error
  .visible .entry trapping() { trap; ret; }
  // read_numbers(p, n): p[i] = numbers[i]
  .visible .entry read_numbers(.param .u64 p, .param .u32 n)
  {
    .reg .pred %q; .reg .b32 %i, %n, %v; .reg .b64 %p, %s, %o;
    mov.u32 %i, %tid.x; ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; mov.u64 %s, numbers;
    mul.wide.u32 %o, %i, 4; add.u64 %p, %p, %o; add.u64 %s, %s, %o; ld.global.u32 %v, [%s]; st.global.u32 [%p], %v; ret;
  }
  // write_numbers(n, base): numbers[i] = base + i
  .visible .entry write_numbers(.param .u32 n, .param .u32 base)
  {
    .reg .pred %q; .reg .b32 %i, %n, %v; .reg .b64 %s, %o;
    mov.u32 %i, %tid.x; ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;
    mov.u64 %s, numbers; ld.param.u32 %v, [base]; add.u32 %v, %v, %i;
    mul.wide.u32 %o, %i, 4; add.u64 %s, %s, %o; st.global.u32 [%s], %v; ret;
  }
  // read_constants(p, n): p[i] = constants[i]
  .visible .entry read_constants(.param .u64 p, .param .u32 n)
  {
    .reg .pred %q; .reg .b32 %i, %n, %v; .reg .b64 %p, %s, %o;
    mov.u32 %i, %tid.x; ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;
    ld.param.u64 %p, [p]; cvta.to.global.u64 %p, %p; mov.u64 %s, constants;
    mul.wide.u32 %o, %i, 4; add.u64 %p, %p, %o; add.u64 %s, %s, %o; ld.const.u32 %v, [%s]; st.global.u32 [%p], %v; ret;
  }
  """,
  kernels: [
    "fill", "iota", "add", "scale", "copy", "hold", "raise", "geometry", "count", "nothing", "trapping", "read_numbers", "write_numbers",
    "read_constants",
  ],
  variables: [("numbers", 256, false), ("constants", 64, true)])
