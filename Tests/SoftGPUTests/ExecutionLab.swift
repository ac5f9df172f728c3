// What the interpreter's tests share: LLVM 22's assembler and compiler as judges and as sources of machine code, an ELF loader
// of the few lines that a code object needs, and a device with memory to run kernels on.
// Threads: a lab belongs to one test.
@testable import ISA
import Glibc
import Synchronization
import Testing

@testable import SoftGPU

struct LabError: Error, CustomStringConvertible {
  var description: String
  init(_ text: String) { description = text }
}

/// Runs a program with `input` on its standard input; returns its standard output.
func runTool(_ arguments: [String], input: String = "", mayFail: Bool = false) throws -> [UInt8] {
  let directory = try temporaryDirectory()
  defer { removeTree(directory) }
  try write(Array(input.utf8), to: directory + "/in")
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, directory + "/in", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, directory + "/out", O_WRONLY | O_CREAT, 0o600)
  posix_spawn_file_actions_addopen(&actions, 2, directory + "/err", O_WRONLY | O_CREAT, 0o600)
  var child = pid_t()
  let argv = arguments.map { strdup($0) } + [nil]
  defer { argv.forEach { free($0) } }
  guard posix_spawnp(&child, arguments[0], &actions, nil, argv, environ) == 0 else { throw LabError("cannot run \(arguments[0])") }
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0 && errno == EINTR {}
  guard status == 0 || mayFail else {
    throw LabError("\(arguments.joined(separator: " ")): " + String(decoding: try read(directory + "/err"), as: UTF8.self))
  }
  return try read(directory + "/out")
}
func temporaryDirectory() throws -> String {
  var template = Array("/tmp/softgpu-test-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw LabError("no temporary directory") }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
func removeTree(_ path: String) {
  for name in ["in", "out", "err", "code.o", "code.hsaco", "source.cl", "source.s"] { unlink(path + "/" + name) }
  rmdir(path)
}
func write(_ bytes: [UInt8], to path: String) throws {
  guard let file = fopen(path, "wb") else { throw LabError("cannot write \(path)") }
  defer { fclose(file) }
  guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw LabError("cannot write \(path)") }
}
func read(_ path: String) throws -> [UInt8] {
  guard let file = fopen(path, "rb") else { throw LabError("cannot read \(path)") }
  defer { fclose(file) }
  var bytes: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes += buffer[0..<count]
  }
}

/// A device, its address space, and kernels loaded from LLVM's output.
final class Lab {
  let space = AddressSpace()
  let engine: ComputeEngine
  /// What tells clang for which processor.
  private(set) var target: [String]
  private var kernels: [String: UInt64] = [:]
  private var next: UInt64 = 0x7000_0000_0000
  private var blocks: [(address: UInt64, size: UInt64, host: UnsafeMutableRawPointer)] = []
  /// Everything that a test allocates lies far from host addresses: a translation that is skipped is noticed.
  init(_ device: DeviceKind = .mi300x, waveSize: Int? = nil) {
    engine = ComputeEngine(device: device, addressSpace: space)
    target = ["-target", "amdgcn-amd-amdhsa", "-mcpu=" + device.gfxTarget]
    if let waveSize, waveSize != device.waveSize { target.append(waveSize == 64 ? "-mwavefrontsize64" : "-mno-wavefrontsize64") }
  }
  deinit {
    engine.stop()
    for block in blocks { space.unmap(gpuAddress: block.address, size: block.size); block.host.deallocate() }
  }

  struct Buffer<T> {
    let address: UInt64
    let host: UnsafeMutablePointer<T>
    let count: Int
    subscript(index: Int) -> T { get { host[index] } nonmutating set { host[index] = newValue } }
    var array: [T] { Array(UnsafeBufferPointer(start: host, count: count)) }
  }
  func buffer<T: BitwiseCopyable>(_ values: [T], permissions: Permissions = [.read, .write]) -> Buffer<T> {
    let size = UInt64((max(1, values.count * MemoryLayout<T>.stride) + 4095) & ~4095)
    let host = UnsafeMutableRawPointer.allocate(byteCount: Int(size), alignment: 4096)
    memset(host, 0, Int(size))
    let typed = host.assumingMemoryBound(to: T.self)
    for (index, value) in values.enumerated() { typed[index] = value }
    let address = next
    next += size + 0x10000
    space.map(gpuAddress: address, size: size, host: host, permissions: permissions, allocation: address)
    blocks.append((address, size, host))
    return Buffer(address: address, host: typed, count: values.count)
  }
  func buffer<T: BitwiseCopyable>(_ value: T, count: Int) -> Buffer<T> { buffer(Array(repeating: value, count: count)) }

  /// OpenCL C without its library: clang's builtins are what there is.
  func compile(_ source: String, options: [String] = ["-O3"]) throws {
    let directory = try temporaryDirectory()
    defer { removeTree(directory) }
    let prelude = """
      #pragma OPENCL EXTENSION cl_khr_fp64 : enable
      #pragma OPENCL EXTENSION cl_khr_fp16 : enable
      typedef unsigned int u32; typedef unsigned long u64; typedef unsigned short u16; typedef unsigned char u8;
      #define GID ((u32)__builtin_amdgcn_workgroup_id_x() * ((u32)__builtin_amdgcn_workgroup_size_x()) + __builtin_amdgcn_workitem_id_x())
      #define LID __builtin_amdgcn_workitem_id_x()
      #define WG __builtin_amdgcn_workgroup_id_x()

      """
    try write(Array((prelude + source).utf8), to: directory + "/source.cl")
    _ = try runTool(
      ["clang-22", "-x", "cl", "-cl-std=CL2.0", "-nogpulib", "-mcode-object-version=5"] + target + options + ["-o", directory + "/code.hsaco", directory + "/source.cl"])
    try load(try read(directory + "/code.hsaco"))
  }
  func assemble(_ source: String) throws {
    let directory = try temporaryDirectory()
    defer { removeTree(directory) }
    try write(Array(source.utf8), to: directory + "/source.s")
    _ = try runTool(["clang-22", "-x", "assembler"] + target + ["-o", directory + "/code.hsaco", directory + "/source.s"])
    try load(try read(directory + "/code.hsaco"))
  }

  /// Maps an ELF's segments and notes its kernel descriptors.
  func load(_ elf: [UInt8]) throws {
    func get<T: FixedWidthInteger>(_ at: Int, _: T.Type = T.self) -> T { elf.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: T.self) } }
    let programHeaders = Int(get(32, UInt64.self)), count = Int(get(56, UInt16.self))
    var end = 0
    for index in 0..<count where get(programHeaders + index * 56, UInt32.self) == 1 {
      end = max(end, Int(get(programHeaders + index * 56 + 16, UInt64.self)) + Int(get(programHeaders + index * 56 + 40, UInt64.self)))
    }
    let image = buffer([UInt8](repeating: 0, count: end), permissions: [.read, .write, .execute])
    for index in 0..<count where get(programHeaders + index * 56, UInt32.self) == 1 {
      let header = programHeaders + index * 56
      let offset = Int(get(header + 8, UInt64.self)), address = Int(get(header + 16, UInt64.self)), size = Int(get(header + 32, UInt64.self))
      for byte in 0..<size { image[address + byte] = elf[offset + byte] }
    }
    let sections = Int(get(40, UInt64.self)), sectionCount = Int(get(60, UInt16.self))
    for index in 0..<sectionCount where get(sections + index * 64 + 4, UInt32.self) == 2 {
      let symbols = Int(get(sections + index * 64 + 24, UInt64.self)), size = Int(get(sections + index * 64 + 32, UInt64.self))
      let strings = Int(get(sections + Int(get(sections + index * 64 + 40, UInt32.self)) * 64 + 24, UInt64.self))
      for at in stride(from: symbols, to: symbols + size, by: 24) {
        let start = strings + Int(get(at, UInt32.self))
        let name = String(decoding: elf[start...].prefix { $0 != 0 }, as: UTF8.self)
        if name.hasSuffix(".kd") { kernels[String(name.dropLast(3))] = image.address + get(at + 8, UInt64.self) }
      }
    }
  }

  enum Argument {
    case pointer(UInt64), u32(UInt32), u64(UInt64), f32(Float), f64(Double)
  }

  private final class Mailbox: @unchecked Sendable {
    var outcome: DispatchOutcome?
    let done = Atomic<Bool>(false)
  }

  func address(of name: String) -> UInt64 { kernels[name]! }

  /// Runs a kernel and waits for it.  `inline` lets the calling thread execute small dispatches.
  func run(
    _ name: String, groups: (Int, Int, Int) = (1, 1, 1), size: (Int, Int, Int) = (64, 1, 1), items: (Int, Int, Int)? = nil, inline: Bool = false,
    lds: UInt32 = 0, _ arguments: [Argument], scratch: UInt32 = 0
  ) throws -> DispatchOutcome {
    try start(name, groups: groups, size: size, items: items, inline: inline, lds: lds, arguments, scratch: scratch)()
  }
  /// Starts a kernel; the closure waits for it.
  func start(
    _ name: String, groups: (Int, Int, Int) = (1, 1, 1), size: (Int, Int, Int) = (64, 1, 1), items: (Int, Int, Int)? = nil, inline: Bool = false,
    lds: UInt32 = 0, _ arguments: [Argument], scratch: UInt32 = 0
  ) throws -> () -> DispatchOutcome {
    guard let kernel = kernels[name] else { throw LabError("no kernel \(name)") }
    var bytes: [UInt8] = []
    func append<T: FixedWidthInteger>(_ value: T) {
      while bytes.count % MemoryLayout<T>.size != 0 { bytes.append(0) }
      withUnsafeBytes(of: value) { bytes += $0 }
    }
    for argument in arguments {
      switch argument {
      case .pointer(let value), .u64(let value): append(value)
      case .u32(let value): append(value)
      case .f32(let value): append(value.bitPattern)
      case .f64(let value): append(value.bitPattern)
      }
    }
    // Hidden arguments of code object 5: block counts (3 x u32), group sizes (3 x u16), remainders (3 x u16).
    while bytes.count % 8 != 0 { bytes.append(0) }
    for value in [groups.0, groups.1, groups.2] { append(UInt32(value)) }
    for value in [size.0, size.1, size.2, 0, 0, 0] { append(UInt16(value)) }
    bytes += [UInt8](repeating: 0, count: 256)
    let kernarg = buffer(bytes)
    let grid = items ?? (groups.0 * size.0, groups.1 * size.1, groups.2 * size.2)
    let packet = buffer([UInt8](repeating: 0, count: 64))
    packet.host.withMemoryRebound(to: UInt16.self, capacity: 32) {
      $0[2] = UInt16(size.0); $0[3] = UInt16(size.1); $0[4] = UInt16(size.2)
    }
    packet.host.withMemoryRebound(to: UInt32.self, capacity: 16) {
      $0[3] = UInt32(grid.0); $0[4] = UInt32(grid.1); $0[5] = UInt32(grid.2)
    }
    let descriptor = space.translate(kernel, 64, .read)!
    let dispatch = Dispatch(
      workgroupSize: (UInt32(size.0), UInt32(size.1), UInt32(size.2)), gridSize: (UInt32(grid.0), UInt32(grid.1), UInt32(grid.2)),
      privateSegmentSize: max(scratch, descriptor.loadUnaligned(fromByteOffset: 4, as: UInt32.self)),
      groupSegmentSize: descriptor.loadUnaligned(as: UInt32.self) + lds, kernelObject: kernel, kernarg: kernarg.address,
      packetAddress: packet.address, queueAddress: 0, dispatchID: 1, queueID: 1)
    let box = Mailbox()
    let completion: @Sendable (DispatchOutcome) -> Void = { box.outcome = $0; box.done.store(true, ordering: .releasing) }
    if inline { engine.runInline(dispatch, completion: completion) } else { engine.submit(dispatch, completion: completion) }
    return {
      while !box.done.load(ordering: .acquiring) { usleep(50) }
      return box.outcome!
    }
  }

  /// Runs a kernel that must complete.
  func complete(
    _ name: String, groups: (Int, Int, Int) = (1, 1, 1), size: (Int, Int, Int) = (64, 1, 1), items: (Int, Int, Int)? = nil, inline: Bool = false,
    lds: UInt32 = 0, _ arguments: [Argument], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    if case .faulted(let fault) = try run(name, groups: groups, size: size, items: items, inline: inline, lds: lds, arguments) {
      Issue.record("\(fault.diagnosis(addressSpace: space, kernelName: name))", sourceLocation: sourceLocation)
    }
  }
}
