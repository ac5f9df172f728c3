// A kernel descriptor as a dispatch needs it: entry, registers, and which values a wave finds in them when it starts.
// Pure reading of 64 bytes.  Source: LLVM AMDGPU usage, "Kernel Descriptor", "compute_pgm_rsrc1..3", "Initial Kernel Execution
// State", "Preloaded Kernel Arguments"; the gfx942 columns.

struct KernelDescriptor {
  var entry: UInt64                  // address of the first instruction
  var groupSegmentFixed: UInt32, privateSegmentFixed: UInt32
  var vgprCount: Int                 // architectural and accumulation registers together
  var accumulationOffset: Int
  var mode: UInt32                   // the MODE register at start
  var userSGPRs: Int
  var enablesWorkgroupID: (x: Bool, y: Bool, z: Bool), enablesWorkgroupInfo: Bool
  var properties: UInt16
  var preloadLength: Int, preloadOffset: Int   // in dwords

  init?(at address: UInt64, _ memory: UnsafeRawPointer) {
    let entryOffset = memory.loadUnaligned(fromByteOffset: 16, as: Int64.self)
    groupSegmentFixed = memory.loadUnaligned(as: UInt32.self)
    privateSegmentFixed = memory.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    let resource3 = memory.loadUnaligned(fromByteOffset: 44, as: UInt32.self)
    let resource1 = memory.loadUnaligned(fromByteOffset: 48, as: UInt32.self)
    let resource2 = memory.loadUnaligned(fromByteOffset: 52, as: UInt32.self)
    properties = memory.loadUnaligned(fromByteOffset: 56, as: UInt16.self)
    let preload = memory.loadUnaligned(fromByteOffset: 58, as: UInt16.self)
    entry = address &+ UInt64(bitPattern: entryOffset)
    vgprCount = (Int(resource1 & 63) + 1) * 8
    accumulationOffset = (Int(resource3 & 63) + 1) * 4
    mode = resource1 >> 12 & 0xff | (resource1 >> 21 & 1) << 8 | (resource1 >> 23 & 1) << 9
    userSGPRs = Int(resource2 >> 1 & 31)
    enablesWorkgroupID = (resource2 >> 7 & 1 != 0, resource2 >> 8 & 1 != 0, resource2 >> 9 & 1 != 0)
    enablesWorkgroupInfo = resource2 >> 10 & 1 != 0
    preloadLength = Int(preload & 0x7f)
    preloadOffset = Int(preload >> 7)
    // With preloading the first 256 bytes load the arguments by instructions, for firmware that can't.
    if preloadLength > 0 { entry &+= 256 }
  }

  /// A property bit of `kernel_code_properties`.
  private func has(_ bit: Int) -> Bool { properties >> UInt16(bit) & 1 != 0 }
  var isWave32: Bool { has(10) }

  /// The user SGPRs, the same for every wave of a dispatch.  `kernargWord` reads one dword of the kernel's arguments.
  func userValues(_ dispatch: Dispatch, kernargWord: (Int) -> UInt32?) -> [UInt32]? {
    var values: [UInt32] = []
    func add(_ value: UInt64) { values.append(UInt32(truncatingIfNeeded: value)); values.append(UInt32(truncatingIfNeeded: value >> 32)) }
    if has(0) { add(0); add(0) }                            // private segment buffer: architected flat scratch needs none
    if has(1) { add(dispatch.packetAddress) }
    if has(2) { add(dispatch.queueAddress) }
    if has(3) { add(dispatch.kernarg) }
    if has(4) { add(dispatch.dispatchID) }
    if has(5) { add(0) }                                    // flat scratch init: likewise
    if has(6) { values.append(dispatch.privateSegmentSize) }
    for index in 0..<preloadLength {
      guard let word = kernargWord(preloadOffset + index) else { return nil }
      values.append(word)
    }
    while values.count < userSGPRs { values.append(0) }
    return Array(values.prefix(userSGPRs))
  }
}
