// A software GPU in strict mode for tests of planted omissions: memory of every kind at one address for host and device,
// kernels from LLVM's assembler, AQL packets with chosen fences.
// Threads: a lab belongs to one test; what host and kernels exchange while a kernel runs is read and written atomically.
import CKFD
import Glibc
import Synchronization
import Testing

@testable import ISA
@testable import SoftGPU

/// The fences of a packet's header.
struct Fences {
  var acquire = FenceScope.system, release = FenceScope.system
  static let both = Fences(), none = Fences(acquire: .none, release: .none)
  var bits: UInt16 { UInt16(acquire.rawValue) << 9 | UInt16(release.rawValue) << 11 }
}

final class StrictLab {
  let machine: Machine
  let queue: TestQueue
  let target: String
  private let inactive: TestSignal

  /// The first device of `models`; `sharing` gives another one of the same process.
  init(_ models: [DeviceKind] = [.mi300x], sharing other: StrictLab? = nil) {
    machine = other.map { Machine(process: $0.machine.process, index: 1) } ?? Machine(process: SoftProcess(kinds: models, strict: true))
    target = machine.device.kind.gfxTarget
    queue = TestQueue(machine)
    inactive = TestSignal(machine, 0)
    queue.control.storeBytes(of: inactive.handle, toByteOffset: 192, as: UInt64.self)
  }

  // MARK: memory

  enum Kind: UInt32 {
    case vram = 0xb000_0001            // WRITABLE | NO_SUBSTITUTE | PUBLIC
    case vramCode = 0xf000_0001        // EXECUTABLE too
    case fine = 0x9400_0002            // GTT, COHERENT
    case code = 0xd400_0002
    case readOnly = 0x1400_0002
    case coarse = 0x9000_0002          // GTT
    case user = 0x9000_0004            // USERPTR
  }
  struct Memory: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let handle: UInt64
    var address: UInt64 { UInt64(UInt(bitPattern: base)) }
    /// Words, as the host sees them now.
    subscript(index: Int) -> UInt32 {
      get { cell(index).pointee.load(ordering: .acquiring) }
      nonmutating set { cell(index).pointee.store(newValue, ordering: .releasing) }
    }
    private func cell(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
      (base + index * 4).assumingMemoryBound(to: Atomic<UInt32>.self)
    }
  }
  /// `size` bytes at one address for host and device.
  func memory(_ kind: Kind, _ size: Int = 4096, mapped: Bool = true) -> Memory {
    let base = Machine.pages(size, kind == .user ? PROT_READ | PROT_WRITE : PROT_NONE), address = UInt64(UInt(bitPattern: base))
    let made = machine.allocate(kind.rawValue, UInt64(size), at: address, userPointer: address)
    precondition(made.error == 0)
    if kind != .user {
      let file = Descriptors.shared.open(RenderFile(process: machine.process, device: machine.device), name: "render", closeOnExec: true)
      precondition(Calls.mmap(base, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, Int64(made.offset)) == Int(bitPattern: base))
      _ = Calls.close(file)
    }
    if mapped { precondition(machine.map(made.handle) == 0) }
    return Memory(base: base, handle: made.handle)
  }

  /// Writes HDP_MEM_FLUSH_CNTL, as clients do.
  func flushHDP() { machine.process.remappedRegisters(of: machine.device)!.host.assumingMemoryBound(to: UInt32.self).pointee = 1 }

  // MARK: kernels

  /// Machine code of a body; s[0:1] is the kernarg pointer, s2 the workgroup, v0 the work-item.
  func assemble(_ body: String) throws -> [UInt32] {
    let directory = try temporaryDirectory()
    defer { removeTree(directory) }
    try write(Array(".text\n\(body)\ns_endpgm\n".utf8), to: directory + "/source.s")
    _ = try runTool(["clang-22", "-x", "assembler", "-target", "amdgcn-amd-amdhsa", "-mcpu=\(target)", "-c", "-o", directory + "/code.o", directory + "/source.s"])
    let elf = try read(directory + "/code.o")
    func get<T: FixedWidthInteger>(_ at: Int, _: T.Type = T.self) -> T { elf.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: T.self) } }
    let sections = Int(get(40, UInt64.self))
    for index in 0..<Int(get(60, UInt16.self)) {
      let header = sections + index * 64
      guard get(header + 4, UInt32.self) == 1, get(header + 8, UInt64.self) & 4 != 0, get(header + 32, UInt64.self) > 0 else { continue }
      let start = Int(get(header + 24, UInt64.self)), size = Int(get(header + 32, UInt64.self))
      return (0..<size / 4).map { get(start + $0 * 4) }
    }
    throw LabError("no code in what the assembler made")
  }

  /// Writes a kernel's descriptor and code into memory; the code begins 256 bytes in.  Source: LLVM AMDGPU usage, "Kernel Descriptor".
  func install(_ code: [UInt32], in memory: Memory, scratch: UInt32 = 0) {
    let at = memory.base
    memset(at, 0, 64)
    at.storeBytes(of: scratch, toByteOffset: 4, as: UInt32.self)
    at.storeBytes(of: 256, toByteOffset: 16, as: Int64.self)
    at.storeBytes(of: 15, toByteOffset: 44, as: UInt32.self)                        // RSRC3: accum_offset 64
    at.storeBytes(of: 15 | 0x2c_0000, toByteOffset: 48, as: UInt32.self)            // RSRC1: 128 VGPRs, denormals, IEEE
    at.storeBytes(of: 2 << 1 | 1 << 7 | (scratch > 0 ? 1 : 0), toByteOffset: 52, as: UInt32.self)   // RSRC2: 2 user SGPRs, workgroup id x
    at.storeBytes(of: 1 << 3, toByteOffset: 56, as: UInt16.self)                    // kernarg segment pointer
    for (index, word) in code.enumerated() { memory[64 + index] = word }
  }
  func kernel(_ body: String, scratch: UInt32 = 0) throws -> UInt64 {
    let code = memory(.code, 8192)
    install(try assemble(body), in: code, scratch: scratch)
    return code.address
  }

  /// Loads `count` pointers of the kernel's arguments to s[4:5], s[6:7] …
  static func pointers(_ count: Int) -> String {
    (0..<count).map { "s_load_dwordx2 s[\(4 + 2 * $0):\(5 + 2 * $0)], s[0:1], \($0 * 8)\n" }.joined() + "s_waitcnt lgkmcnt(0)\nv_mov_b32 v0, 0\n"
  }

  // MARK: packets

  final class Launch {
    let signal: TestSignal, inactive: TestSignal
    init(_ signal: TestSignal, _ inactive: TestSignal) { self.signal = signal; self.inactive = inactive }
    /// Whether it completed, and didn't fault.
    var completes: Bool { eventually { signal.value == 0 || inactive.value != 0 } && signal.value == 0 }
    var faults: Bool { eventually { signal.value == 0 || inactive.value != 0 } && inactive.value != 0 }
  }
  func start(_ kernel: UInt64, _ arguments: [Memory], _ fences: Fences = .both, groups: UInt32 = 1, lds: UInt32 = 0, scratch: UInt32 = 0, kernarg: Memory? = nil) -> Launch {
    start(kernel, arguments.map(\.address), fences, groups: groups, lds: lds, scratch: scratch, kernarg: kernarg)
  }
  func start(
    _ kernel: UInt64, _ arguments: [UInt64], _ fences: Fences = .both, groups: UInt32 = 1, lds: UInt32 = 0, scratch: UInt32 = 0, kernarg: Memory? = nil
  ) -> Launch {
    let kernarg = kernarg ?? memory(.fine), signal = TestSignal(machine)
    for (index, argument) in arguments.enumerated() { kernarg.base.storeBytes(of: argument, toByteOffset: index * 8, as: UInt64.self) }
    queue.submit(header: 2 | 1 << 8 | fences.bits, setup: 1) { packet in
      packet.storeBytes(of: 64, toByteOffset: 4, as: UInt16.self)
      packet.storeBytes(of: 1, toByteOffset: 6, as: UInt16.self)
      packet.storeBytes(of: 1, toByteOffset: 8, as: UInt16.self)
      packet.storeBytes(of: 64 * groups, toByteOffset: 12, as: UInt32.self)
      packet.storeBytes(of: 1, toByteOffset: 16, as: UInt32.self)
      packet.storeBytes(of: 1, toByteOffset: 20, as: UInt32.self)
      packet.storeBytes(of: scratch, toByteOffset: 24, as: UInt32.self)
      packet.storeBytes(of: lds, toByteOffset: 28, as: UInt32.self)
      packet.storeBytes(of: kernel, toByteOffset: 32, as: UInt64.self)
      packet.storeBytes(of: kernarg.address, toByteOffset: 40, as: UInt64.self)
      packet.storeBytes(of: signal.handle, toByteOffset: 56, as: UInt64.self)
    }
    return Launch(signal, inactive)
  }
  /// Runs a kernel that must complete.
  func run(_ kernel: UInt64, _ arguments: [Memory], _ fences: Fences = .both, groups: UInt32 = 1, lds: UInt32 = 0, scratch: UInt32 = 0,
           kernarg: Memory? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(start(kernel, arguments, fences, groups: groups, lds: lds, scratch: scratch, kernarg: kernarg).completes, sourceLocation: sourceLocation)
  }
  func barrier(_ fences: Fences) {
    let signal = TestSignal(machine)
    queue.submit(header: 3 | 1 << 8 | fences.bits) { TestQueue.fill($0, [], signal) }
    #expect(signal.reaches(0))
  }

  // MARK: kernels that many tests use

  /// *second = *first, by vector instructions.
  func copier() throws -> UInt64 {
    try kernel(Self.pointers(2) + """
      global_load_dword v1, v0, s[4:5]
      s_waitcnt vmcnt(0)
      global_store_dword v0, v1, s[6:7]
      s_waitcnt vmcnt(0)
      """)
  }
  /// *first = number.
  func writer(_ number: UInt32) throws -> UInt64 {
    try kernel(Self.pointers(1) + "v_mov_b32 v1, \(number)\nglobal_store_dword v0, v1, s[4:5]\ns_waitcnt vmcnt(0)")
  }
}
