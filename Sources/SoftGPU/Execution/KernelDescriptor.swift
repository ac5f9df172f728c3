// A kernel descriptor as a dispatch needs it: entry, registers, and which values a wave finds in them when it starts.
// Pure reading of 64 bytes, and only of those that AMD's older 256-byte kernel objects have too: entry at 16, the three
// resource registers at 44, 48 and 52, properties at 56.
// Source: LLVM AMDGPU usage, "Kernel Descriptor", "compute_pgm_rsrc1..3", "Initial Kernel Execution State", "Preloaded Kernel
// Arguments".

struct KernelDescriptor {
  var entry: UInt64                  // address of the first instruction
  var isWave32: Bool
  var vgprCount: Int                 // architectural and accumulation registers together, as the kernel counts them
  var accumulationOffset: Int        // first accumulation register; vgprCount where there are none
  var mode: UInt32                   // the MODE register at start
  var usesPair: Bool                 // may spread over both compute units of a workgroup processor
  var userSGPRs: Int
  var enablesWorkgroupID: (x: Bool, y: Bool, z: Bool), enablesWorkgroupInfo: Bool
  var enablesPrivateSegment: Bool
  var properties: UInt16
  var preloadLength: Int, preloadOffset: Int   // in dwords

  var lanes: Int { isWave32 ? 32 : 64 }

  init(at address: UInt64, _ memory: UnsafeRawPointer, _ kind: DeviceKind) {
    let entryOffset = memory.loadUnaligned(fromByteOffset: 16, as: Int64.self)
    let resource3 = memory.loadUnaligned(fromByteOffset: 44, as: UInt32.self)
    self.init(
      entry: address &+ UInt64(bitPattern: entryOffset), resource1: memory.loadUnaligned(fromByteOffset: 48, as: UInt32.self),
      resource2: memory.loadUnaligned(fromByteOffset: 52, as: UInt32.self), resource3: resource3,
      properties: memory.loadUnaligned(fromByteOffset: 56, as: UInt16.self), kind)
    preload(memory.loadUnaligned(fromByteOffset: 58, as: UInt16.self), kind)
  }

  /// From register values, as PM4 packets give them.
  init(entry: UInt64, resource1: UInt32, resource2: UInt32, resource3: UInt32, properties: UInt16, _ kind: DeviceKind) {
    let isNew = kind.family.rawValue >= DeviceKind.Family.gfx10.rawValue
    self.properties = properties
    self.entry = entry
    isWave32 = isNew && properties >> 10 & 1 != 0
    vgprCount = (Int(resource1 & 63) + 1) * (isNew && !isWave32 ? 4 : 8)
    accumulationOffset = isNew ? vgprCount : (Int(resource3 & 63) + 1) * 4
    mode = resource1 >> 12 & 0xff | (resource1 >> 21 & 1) << 8 | (resource1 >> 23 & 1) << 9 | (resource1 >> 26 & 1) << 23
    // Enabled exceptions: invalid, denormal input, division by zero, overflow, underflow, inexact, integer division by zero,
    // and above them address watch and memory violation.
    mode |= (resource2 >> 24 & 0x7f) << 12 | (resource2 >> 13 & 3) << 19
    usesPair = isNew && resource1 >> 29 & 1 != 0
    userSGPRs = Int(resource2 >> 1 & 31)
    enablesPrivateSegment = resource2 & 1 != 0
    enablesWorkgroupID = (resource2 >> 7 & 1 != 0, resource2 >> 8 & 1 != 0, resource2 >> 9 & 1 != 0)
    enablesWorkgroupInfo = resource2 >> 10 & 1 != 0
    preloadLength = 0
    preloadOffset = 0
  }

  /// Preloaded kernel arguments, on parts that know them; elsewhere, and in older objects, these bits are something else.
  private mutating func preload(_ word: UInt16, _ kind: DeviceKind) {
    guard kind.family == .gfx9, word & 0x7f != 0, fixedSGPRs + Int(word & 0x7f) <= userSGPRs else { return }
    preloadLength = Int(word & 0x7f)
    preloadOffset = Int(word >> 7)
    // The first 256 bytes load the arguments by instructions, for firmware that can't.
    entry &+= 256
  }

  /// A property bit of `kernel_code_properties`.
  private func has(_ bit: Int) -> Bool { properties >> UInt16(bit) & 1 != 0 }
  /// User SGPRs that properties ask for, before preloaded arguments.
  private var fixedSGPRs: Int { (has(0) ? 4 : 0) + (1...5).reduce(0) { $0 + (has($1) ? 2 : 0) } + (has(6) ? 1 : 0) }

  /// The user SGPRs, the same for every wave of a dispatch.  `kernargWord` reads one dword of the kernel's arguments.
  func userValues(_ dispatch: Dispatch, _ scratch: ScratchSetup, kernargWord: (Int) -> UInt32?) -> [UInt32]? {
    if let given = dispatch.userSGPRs { return Array(given.prefix(userSGPRs)) + Array(repeating: 0, count: max(0, userSGPRs - given.count)) }
    var values: [UInt32] = []
    func add(_ value: UInt64) { values.append(UInt32(truncatingIfNeeded: value)); values.append(UInt32(truncatingIfNeeded: value >> 32)) }
    if has(0) { for word in 0..<4 { values.append(scratch.descriptor[word]) } }
    if has(1) { add(dispatch.packetAddress) }
    if has(2) { add(dispatch.queueAddress) }
    if has(3) { add(dispatch.kernarg) }
    if has(4) { add(dispatch.dispatchID) }
    if has(5) { add(scratch.base) }
    if has(6) { values.append(dispatch.privateSegmentSize) }
    for index in 0..<preloadLength {
      guard let word = kernargWord(preloadOffset + index) else { return nil }
      values.append(word)
    }
    while values.count < userSGPRs { values.append(0) }
    return Array(values.prefix(userSGPRs))
  }
}
