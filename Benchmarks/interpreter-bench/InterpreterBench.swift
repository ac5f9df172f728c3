// Wave-instructions a second of the software GPU's interpreter on one thread, for five kernels: single precision fused
// multiply-adds (arithmetic-heavy, what the project's target is stated for), integer and bit operations, double precision, and
// loads and stores over 64 KiB.  Each is measured beside itself in strict mode, where memory is behind modelled caches; the
// ratios are the last line.
// The kernels are assembled by LLVM 22 when the benchmark runs.  What is timed includes fetching decoded instructions, operand
// preparation, EXEC handling and loop control; it excludes dispatch (one dispatch of one workgroup a sample).
// Prints the median of nine samples; a number below the target makes the exit status 1 with --check.
@testable import ISA
import CSoftGPU
import Glibc
@testable import SoftGPU

struct Failure: Error { let text: String }

func assemble(_ body: String, name: String) throws -> [UInt8] {
  let source = """
    .amdgcn_target "amdgcn-amd-amdhsa--gfx942"
    .text
    .globl \(name)
    .p2align 8
    .type \(name),@function
    \(name):
    \(body)
    s_endpgm
    .rodata
    .p2align 6
    .amdhsa_kernel \(name)
      .amdhsa_next_free_vgpr 64
      .amdhsa_next_free_sgpr 32
      .amdhsa_accum_offset 64
    .end_amdhsa_kernel
    """
  let base = "/tmp/interpreter-bench-\(getpid())"
  defer { unlink(base + ".s"); unlink(base + ".hsaco") }
  guard let file = fopen(base + ".s", "w") else { throw Failure(text: "cannot write \(base).s") }
  fputs(source, file)
  fclose(file)
  guard system("clang-22 -x assembler -target amdgcn-amd-amdhsa -mcpu=gfx942 -o \(base).hsaco \(base).s") == 0, let code = fopen(base + ".hsaco", "r")
  else { throw Failure(text: "clang-22 cannot assemble the kernel; install clang-22 and lld-22") }
  defer { fclose(code) }
  var bytes = [UInt8](repeating: 0, count: 1 << 20)
  let count = fread(&bytes, 1, bytes.count, code)
  return Array(bytes.prefix(count))
}

/// The ELF's segments at their addresses, and the kernel descriptor's address within.
func image(_ elf: [UInt8]) -> (bytes: [UInt8], descriptor: UInt64) {
  func get<T: FixedWidthInteger>(_ at: Int, _: T.Type) -> T { elf.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: T.self) } }
  var bytes = [UInt8](repeating: 0, count: 1 << 16), descriptor: UInt64 = 0
  let headers = Int(get(32, UInt64.self))
  for index in 0..<Int(get(56, UInt16.self)) where get(headers + index * 56, UInt32.self) == 1 {
    let offset = Int(get(headers + index * 56 + 8, UInt64.self)), address = Int(get(headers + index * 56 + 16, UInt64.self))
    for byte in 0..<Int(get(headers + index * 56 + 32, UInt64.self)) { bytes[address + byte] = elf[offset + byte] }
  }
  let sections = Int(get(40, UInt64.self))
  for index in 0..<Int(get(60, UInt16.self)) where get(sections + index * 64 + 4, UInt32.self) == 2 {
    let symbols = Int(get(sections + index * 64 + 24, UInt64.self)), size = Int(get(sections + index * 64 + 32, UInt64.self))
    let strings = Int(get(sections + Int(get(sections + index * 64 + 40, UInt32.self)) * 64 + 24, UInt64.self))
    for at in stride(from: symbols, to: symbols + size, by: 24) {
      let name = elf[(strings + Int(get(at, UInt32.self)))...].prefix { $0 != 0 }
      if name.suffix(3).elementsEqual(Array(".kd".utf8)) { descriptor = get(at + 8, UInt64.self) }
    }
  }
  return (bytes, descriptor)
}

func loop(_ lines: [String], setup: String) -> String {
  """
  \(setup)
  s_mov_b32 s16, 20000
  loop:
  \(Array(repeating: lines, count: 8).flatMap { $0 }.joined(separator: "\n"))
  s_sub_u32 s16, s16, 1
  s_cmp_lg_u32 s16, 0
  s_cbranch_scc1 loop
  """
}

/// What a dispatch of one wave that ends at once costs the engine when the queue's thread runs it, submit to completion.
func nullKernel() throws {
  let code = image(try assemble("s_nop 0", name: "null"))
  let space = AddressSpace(), engine = ComputeEngine(device: .mi300x, addressSpace: space)
  let memory = UnsafeMutableRawPointer.allocate(byteCount: code.bytes.count, alignment: 4096)
  memory.copyMemory(from: code.bytes, byteCount: code.bytes.count)
  space.map(gpuAddress: 0x1000_0000, size: UInt64(code.bytes.count), host: memory, permissions: .all, allocation: 1)
  let dispatch = Dispatch(
    workgroupSize: (64, 1, 1), gridSize: (64, 1, 1), privateSegmentSize: 0, groupSegmentSize: 0, kernelObject: 0x1000_0000 + code.descriptor,
    kernarg: 0, packetAddress: 0, queueAddress: 0, dispatchID: 0, queueID: 0)
  var times: [UInt64] = []
  for _ in 0..<9 {
    let start = GPUClock.nanoseconds(CLOCK_MONOTONIC)
    for _ in 0..<2000 { engine.runInline(dispatch) { _ in } }
    times.append((GPUClock.nanoseconds(CLOCK_MONOTONIC) - start) / 2000)
  }
  print("null kernel: \(times.sorted()[4]) ns from submit to completion, run inline")
  engine.stop()
  space.unmap(gpuAddress: 0x1000_0000, size: UInt64(code.bytes.count))
  memory.deallocate()
}

/// Medians of nine samples each, in turn so that a busy host disturbs both alike.
func measure(_ code: (bytes: [UInt8], descriptor: UInt64), _ name: String) throws -> (plain: Double, strict: Double) {
  let sides = [false, true].map { Bench(code, strict: $0) }
  defer { sides.forEach { $0.end() } }
  var rates: [[Double]] = [[], []]
  for _ in 0..<9 { for side in 0..<2 { rates[side].append(try sides[side].sample(name)) } }
  func median(_ list: [Double]) -> Double { (list.sorted()[4] * 10).rounded() / 10 }
  return (median(rates[0]), median(rates[1]))
}

/// A device with one worker that is driven directly: one thread, one workgroup of one wave.
final class Bench {
  private let space: AddressSpace, engine: ComputeEngine, worker: Worker
  private let code: UnsafeMutableRawPointer, data: UnsafeMutableRawPointer, codeBytes: UInt64, descriptor: UInt64
  private static let dataBytes: UInt64 = 1 << 20

  init(_ image: (bytes: [UInt8], descriptor: UInt64), strict: Bool) {
    space = AddressSpace(caches: strict ? DeviceCaches(target: .gfx942, computeUnits: 304) : nil)
    engine = ComputeEngine(device: .mi300x, addressSpace: space)
    worker = Worker(engine)
    codeBytes = UInt64(image.bytes.count)
    descriptor = image.descriptor
    code = .allocate(byteCount: image.bytes.count, alignment: 4096)
    code.copyMemory(from: image.bytes, byteCount: image.bytes.count)
    data = .allocate(byteCount: Int(Self.dataBytes), alignment: 4096)
    memset(data, 0, Int(Self.dataBytes))
    let vram = MemoryTraits(.local, isLocalVRAM: true)
    space.map(gpuAddress: 0x1000_0000, size: codeBytes, host: code, permissions: .all, allocation: 1, traits: vram)
    space.map(gpuAddress: 0x2000_0000, size: Self.dataBytes, host: data, permissions: [.read, .write], allocation: 2, traits: vram)
  }
  func end() {
    worker.destroy()
    engine.stop()
    space.unmap(gpuAddress: 0x1000_0000, size: codeBytes)
    space.unmap(gpuAddress: 0x2000_0000, size: Self.dataBytes)
    code.deallocate()
    data.deallocate()
  }
  /// Million wave-instructions a second.
  func sample(_ name: String) throws -> Double {
    let dispatch = Dispatch(
      workgroupSize: (64, 1, 1), gridSize: (64, 1, 1), privateSegmentSize: 0, groupSegmentSize: 0, kernelObject: 0x1000_0000 + descriptor,
      kernarg: 0, packetAddress: 0, queueAddress: 0, dispatchID: 0, queueID: 0)
    let before = worker.state.pointee.executed, start = GPUClock.now()
    if let fault = worker.runAlone(dispatch) { throw Failure(text: fault.diagnosis(addressSpace: space, kernelName: name)) }
    let seconds = Double(GPUClock.now() - start) / Double(GPUClock.frequency)
    return Double(worker.state.pointee.executed - before) / seconds / 1e6
  }
}

@main enum InterpreterBench {
  static func main() throws {
    setenv("CARMINE_SOFT_THREADS", "1", 1)
    let kernels: [(name: String, target: Double, body: String)] = [
      ("fma_f32", 40, loop(
        ["v_fma_f32 v1, v2, v3, v1", "v_fma_f32 v4, v2, v5, v4", "v_mul_f32 v6, v1, v3", "v_add_f32 v7, v6, v4", "v_fmac_f32 v8, v7, v3",
         "v_fma_f32 v9, v2, s4, v9", "v_add_f32 v10, v9, v8", "v_mul_f32 v11, 0.5, v10"],
        setup: (1..<12).map { "v_cvt_f32_u32 v\($0), v0" }.joined(separator: "\n") + "\ns_mov_b32 s4, 0x3f000000")),
      ("integer", 20, loop(
        ["v_add_u32 v1, v1, v2", "v_xor_b32 v3, v1, v4", "v_lshl_add_u32 v5, v3, 3, v1", "v_mul_lo_u32 v6, v5, v2", "v_and_or_b32 v7, v6, v4, v3",
         "v_cmp_gt_u32 vcc, v7, v2", "v_cndmask_b32 v8, v1, v7, vcc", "v_alignbit_b32 v9, v8, v8, 13"],
        setup: (1..<12).map { "v_mul_u32_u24 v\($0), 77, v0" }.joined(separator: "\n"))),
      ("fma_f64", 10, loop(
        ["v_fma_f64 v[2:3], v[4:5], v[6:7], v[2:3]", "v_add_f64 v[8:9], v[2:3], v[4:5]", "v_mul_f64 v[10:11], v[8:9], v[6:7]", "v_fma_f64 v[12:13], v[10:11], 0.5, v[12:13]"],
        setup: stride(from: 2, to: 16, by: 2).map { "v_cvt_f64_u32 v[\($0):\($0 + 1)], v0" }.joined(separator: "\n"))),
      ("half_lanes", 20, loop(
        ["v_fma_f32 v1, v2, v3, v1", "v_mul_f32 v6, v1, v3", "v_add_f32 v7, v6, v4", "v_add_u32 v8, v8, v6"],
        setup: (1..<12).map { "v_cvt_f32_u32 v\($0), v0" }.joined(separator: "\n") + "\ns_mov_b64 exec, 0x55555555")),
      ("memory", 10, loop(
        ["global_load_dword v2, v1, s[4:5]", "global_load_dword v3, v1, s[4:5] offset:256", "s_waitcnt vmcnt(0)", "v_fma_f32 v4, v2, v3, v4", "v_mul_f32 v5, v2, v4",
         "v_add_f32 v6, v5, v3", "global_store_dword v1, v6, s[4:5] offset:512", "s_add_u32 s4, s4, 256", "s_and_b32 s4, s4, 0x2000ffff"],
        setup: "v_lshlrev_b32 v1, 2, v0\ns_mov_b32 s4, 0x20000000\ns_mov_b32 s5, 0\nv_mov_b32 v4, 0")),
    ]
    var failed = false, worst = (ratio: 0.0, name: ""), memory = 0.0
    for (name, target, body) in kernels {
      let code = image(try assemble(body, name: name))
      let rates = try measure(code, name)
      print("\(name): \(rates.plain) million wave-instructions/s on one thread (target \(target)); strict \(rates.strict)")
      if rates.plain < target { failed = true }
      let ratio = rates.plain / rates.strict
      if name == "memory" { memory = ratio } else if ratio > worst.ratio { worst = (ratio, name) }
    }
    func rounded(_ ratio: Double) -> Double { (ratio * 100).rounded() / 100 }
    print("strict: at most \(rounded(worst.ratio)) times slower on arithmetic (\(worst.name)), \(rounded(memory)) times on loads and stores")
    if worst.ratio > 1.5 { failed = true }
    try nullKernel()
    if failed && CommandLine.arguments.contains("--check") { exit(1) }
  }
}
