// One wave and no program: an instruction's text goes through LLVM 22's assembler, our decoder, and is executed on registers,
// LDS and memory that a test sets.  A bench belongs to one test.
import CSoftGPU
import Glibc
import Testing

@testable import ISA

final class InstructionBench {
  let set: UnsafeMutablePointer<InstructionSet>
  let space = AddressSpace()
  let state: UnsafeMutablePointer<WorkerState>
  let wave: Wave
  let lanes: Int
  private let storage: UnsafeMutablePointer<UInt32>
  private let mask: Lanes
  private var blocks: [(address: UInt64, size: UInt64, host: UnsafeMutableRawPointer)] = []
  private var next: UInt64 = 0x7000_0000_0000

  /// All lanes on, every VGPR filled with garbage of its own.
  init(_ instructions: InstructionSet, lanes: Int = 64, ldsBytes: Int = 0) {
    self.lanes = lanes
    set = .allocate(capacity: 1)
    set.initialize(to: instructions)
    state = .allocate(capacity: 1)
    state.initialize(to: WorkerState(addressSpace: space, instructions: UnsafePointer(set)))
    _ = state.pointee.reader.refresh()
    storage = .allocate(capacity: 544 * 64 + 1024)
    for index in 0..<(544 * 64 + 1024) { storage[index] = 0xdead_0000 &+ UInt32(index) }
    wave = .allocate(capacity: 1)
    mask = .allocate(capacity: 64)
    let scalars = storage + 544 * 64
    for code in 0..<1024 { scalars[code] = 0 }
    InlineConstant.fill(scalars)
    let memory = UnsafeMutableRawPointer(wave)
    memset(memory, 0, MemoryLayout<carmine_wave>.size)
    wave.pointee.vgpr = storage
    wave.pointee.agpr = storage + 256 * 64
    wave.pointee.scalars = scalars
    wave.pointee.laneMask = mask
    memset(mask, 0, 256)
    wave.pointee.buffers = state.pointee.buffers
    wave.pointee.worker = UnsafeMutableRawPointer(state)
    wave.pointee.group = UnsafeMutableRawPointer(state)
    wave.pointee.lanes = UInt32(lanes)
    wave.pointee.allLanes = lanes == 32 ? 0xffff_ffff : ~0
    wave.pointee.lds = UnsafeMutableRawPointer.allocate(byteCount: max(64, ldsBytes), alignment: 64).assumingMemoryBound(to: UInt8.self)
    memset(wave.pointee.lds, 0, ldsBytes)
    wave.pointee.ldsBytes = UInt32(ldsBytes)
    wave.pointee.vgprCount = 256
    HardwareRegister.setMode(wave, 0x1f0)      // denormals kept; a NaN clamps to 0, as compilers have it
    wave.exec = ~0
  }
  deinit {
    state.pointee.reader.leave()
    for block in blocks { space.unmap(gpuAddress: block.address, size: block.size); block.host.deallocate() }
    state.pointee.destroy()
    wave.pointee.lds.deallocate()
    wave.deallocate(); storage.deallocate(); mask.deallocate(); state.deallocate(); set.deallocate()
  }

  // Registers.
  func vgpr(_ number: Int) -> [UInt32] { (0..<lanes).map { wave.vgpr(number)[$0] } }
  func setVGPR(_ number: Int, _ value: (Int) -> UInt32) { for lane in 0..<64 { wave.vgpr(number)[lane] = value(lane) } }
  func setWide(_ number: Int, _ value: (Int) -> UInt64) {
    setVGPR(number) { UInt32(truncatingIfNeeded: value($0)) }
    setVGPR(number + 1) { UInt32(truncatingIfNeeded: value($0) >> 32) }
  }
  func setSGPR(_ number: Int, _ values: UInt32...) { for (index, value) in values.enumerated() { wave.pointee.scalars[number + index] = value } }
  func setSGPR(_ number: Int, wide value: UInt64) { setSGPR(number, UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)) }
  func lds<T>(_: T.Type) -> UnsafeMutablePointer<T> { UnsafeMutableRawPointer(wave.pointee.lds).assumingMemoryBound(to: T.self) }

  // Memory.
  struct Block<T> {
    let address: UInt64
    let host: UnsafeMutablePointer<T>
    let count: Int
    subscript(index: Int) -> T { get { host[index] } nonmutating set { host[index] = newValue } }
    var array: [T] { Array(UnsafeBufferPointer(start: host, count: count)) }
  }
  /// Exactly so many bytes are mapped, far from host addresses.
  func block<T: BitwiseCopyable>(_ values: [T]) -> Block<T> {
    let size = values.count * MemoryLayout<T>.stride
    let host = UnsafeMutableRawPointer.allocate(byteCount: max(64, size), alignment: 4096)
    let typed = host.assumingMemoryBound(to: T.self)
    for (index, value) in values.enumerated() { typed[index] = value }
    let address = next
    next += UInt64((size + 0x1_ffff) & ~0xffff)
    space.map(gpuAddress: address, size: UInt64(size), host: host, permissions: [.read, .write], allocation: address)
    blocks.append((address, UInt64(size), host))
    _ = state.pointee.reader.refresh()
    return Block(address: address, host: typed, count: values.count)
  }

  /// Assembles and executes.  Returns the fault, if there was one.
  @discardableResult func run(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Fault? {
    let instructions = try InstructionBench.assemble(text, set.pointee.target.rawValue, lanes: lanes)
    if instructions.isEmpty { Issue.record("\(text): not assembled", sourceLocation: sourceLocation) }
    for words in instructions {
      if let fault = execute(words, text, sourceLocation: sourceLocation) { return fault }
    }
    return nil
  }

  /// Executes one instruction; `text` says in complaints what it is.
  func execute(_ words: [UInt32], _ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> Fault? {
    guard let result = set.pointee.decode(set.pointee.table, { $0 < words.count ? words[$0] : 0 }), result.known else {
      Issue.record("\(text): not decoded", sourceLocation: sourceLocation)
      return nil
    }
    guard Int(result.op.size) == words.count else {
      Issue.record("\(text): \(result.op.size) words, not \(words.count)", sourceLocation: sourceLocation)
      return nil
    }
    guard let execute = result.op.execute else {
      Issue.record("\(text): not executed", sourceLocation: sourceLocation)
      return nil
    }
    // A dual instruction's other half lies in the next entry.
    withUnsafeTemporaryAllocation(of: carmine_op.self, capacity: 2) { entries in
      entries.initializeElement(at: 0, to: result.op)
      entries.initializeElement(at: 1, to: result.second ?? carmine_op())
      execute(wave, UnsafePointer(entries.baseAddress!))
    }
    guard wave.pointee.state == UInt32(CARMINE_WAVE_FAULTED) else { return nil }
    wave.pointee.state = UInt32(CARMINE_WAVE_RUNNING)
    defer { state.pointee.fault = nil }
    return state.pointee.fault
  }

  /// The words of each instruction of `text`.
  static func assemble(_ text: String, _ cpu: String, lanes: Int) throws -> [[UInt32]] {
    var arguments = ["llvm-mc-22", "-triple=amdgcn-amd-amdhsa", "-mcpu=\(cpu)", "-show-encoding"]
    if cpu.hasPrefix("gfx11") { arguments.append(lanes == 64 ? "-mattr=+wavefrontsize64" : "-mattr=+wavefrontsize32") }
    let output = String(decoding: try runTool(arguments, input: text + "\n"), as: UTF8.self)
    return output.split(separator: "\n").compactMap { line in
      guard let start = line.range(of: "encoding: [")?.upperBound, let end = line[start...].firstIndex(of: "]") else { return nil }
      let bytes = line[start..<end].split(separator: ",").map { UInt32($0.dropFirst(2), radix: 16)! }
      return stride(from: 0, to: bytes.count, by: 4).map { bytes[$0] | bytes[$0 + 1] << 8 | bytes[$0 + 2] << 16 | bytes[$0 + 3] << 24 }
    }
  }
}

extension Substring {
  fileprivate func range(of text: String) -> Range<Index>? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
      at = index(after: at)
    }
    return nil
  }
}
