// What each SDMA packet does.
// Threads: the copying thread.  Source: as SDMAPacket.swift; counts are stored less one; POLL_REGMEM with `mem_poll` clear is
// the HDP flush that ROCr and the kernel write.
import Glibc
import ISA

extension SDMAQueue {
  /// `words` begin with the header; `stream` stands at it.  How many dwords to skip after the packet.
  func execute(_ packet: SDMAPacket, _ words: UnsafeBufferPointer<UInt32>, _ stream: PacketStream, _ thread: QueueThread) throws(PacketStop) -> Int {
    func address(_ index: Int) -> UInt64 { UInt64(words[index]) | UInt64(words[index + 1]) << 32 }
    let header = words[0]
    switch packet.operation {
    case .nop: break
    case .copyLinear:
      let bytes = UInt64(words[1] & device.kind.sdmaCountMask) + 1
      transfer = Transfer(copy: bytes, from: address(3), to: address(5), and: words.count == 9 ? address(7) : nil)
    case .copyWindow: transfer = window(words)
    case .fill:
      // The low bits of a count of dwords are not looked at: one client gives bytes - 1, another bytes - 4.
      let size = header >> 30, count = UInt64(words[4] & device.kind.sdmaCountMask)
      guard size != 3 else { throw .refuse(.invalidPacket, "SDMA CONST_FILL with fillsize 3") }
      let element = 1 << Int(size)
      let pattern: UInt32 = size == 0 ? (words[3] & 0xff) &* 0x0101_0101 : size == 1 ? (words[3] & 0xffff) &* 0x0001_0001 : words[3]
      transfer = Transfer(fill: (count >> UInt64(size) + 1) << UInt64(size), at: address(1), with: pattern, element: element)
    case .write:
      let count = Int(words[3] & 0xf_ffff) + 1, destination = address(1)
      for index in 0..<count { try thread.store(thread.load32(stream.address(4 + index)), destination &+ UInt64(index * 4)) }
    case .fence: try thread.store(words[3], address(1))
    case .trap: processor.events.interrupt(words[1] & 0xfff_ffff, bits: 28)
    case .poll: try poll(words)
    case .atomic:
      guard let atomic = PacketAtomic(header >> 25) else { throw .refuse(.invalidPacket, "SDMA ATOMIC operation \(header >> 25)") }
      let result = try atomic.perform(address(1), source: address(3), compare: address(5), thread)
      if header >> 16 & 1 != 0 && !result.stored { throw .wait }          // loop until the comparison holds
    case .timestampGet: try thread.store(GPUClock.now(), address(1) & ~7)
    case .timestampSet: break                                              // the engine's clock is the device's
    case .cacheControl: CacheActions(gcr: words[2] >> 16).apply(to: device.addressSpace.caches)
    case .conditional: return try thread.load32(address(1)) == words[3] ? 0 : Int(words[4] & 0x3fff)
    case .semaphore: try semaphore(header, address(1), thread)
    case .indirect:
      guard indirect == nil else { throw .refuse(.invalidPacket, "SDMA INDIRECT inside an indirect buffer") }
      indirect = PacketStream(buffer: address(1), dwords: words[3] & 0xf_ffff)
    case .refused: throw .refuse(.invalidPacket, "SDMA \(packet.name)")
    }
    return 0

    func poll(_ words: UnsafeBufferPointer<UInt32>) throws(PacketStop) {
      let function = header >> 28 & 7
      guard header >> 31 != 0 else {
        guard function == 0 || header >> 26 & 1 != 0 else {
          throw .refuse(.invalidPacket, "SDMA POLL_REGMEM of register \(hex(address(1))): only HDP flushes are for user space")
        }
        CacheActions.flushHDP.apply(to: device.addressSpace.caches)
        return
      }
      guard let holds = PollFunction.holds(function, try thread.load32(address(1)) & words[4], words[3]) else {
        throw .refuse(.invalidPacket, "SDMA POLL_REGMEM function \(function)")
      }
      if !holds { throw .wait }
    }
  }

  /// A counting semaphore of 64 bits.
  private func semaphore(_ header: UInt32, _ address: UInt64, _ thread: QueueThread) throws(PacketStop) {
    guard header >> 31 == 0 else { throw .refuse(.invalidPacket, "SDMA SEMAPHORE with a mailbox") }
    if header >> 30 & 1 != 0 {
      if header >> 29 & 1 != 0 { return try thread.store(UInt64(1), address) }
      _ = try PacketAtomic(0x2f)!.perform(address, source: 1, compare: 0, thread)
      return
    }
    let value = try thread.load64(address)
    guard value > 0 else { throw .wait }
    guard try PacketAtomic(0x28)!.perform(address, source: value - 1, compare: value, thread).stored else { throw .wait }
  }

  /// Offsets, pitches and extents count elements; pitches and extents are stored less one.
  private func window(_ words: UnsafeBufferPointer<UInt32>) -> Transfer {
    let shift = UInt64(words[0] >> 29)
    func side(_ at: Int) -> Transfer.Window {
      let x = UInt64(words[at + 2] & 0x3fff), y = UInt64(words[at + 2] >> 16 & 0x3fff), z = UInt64(words[at + 3] & 0x7ff)
      let pitch = (UInt64(words[at + 3] >> 13) + 1) << shift, slice = (UInt64(words[at + 4] & 0xfff_ffff) + 1) << shift
      let base = UInt64(words[at]) | UInt64(words[at + 1]) << 32
      return Transfer.Window(address: base &+ x << shift &+ y &* pitch &+ z &* slice, pitch: pitch, slice: slice)
    }
    let rect = (
      x: (UInt64(words[11] & 0x3fff) + 1) << shift, y: UInt64(words[11] >> 16 & 0x3fff) + 1, z: UInt64(words[12] & 0x7ff) + 1)
    return Transfer(from: side(1), to: side(6), rect: rect)
  }
}

extension DeviceKind {
  /// The count field of linear copies and fills: 22 bits, 30 since SDMA 4.4.
  var sdmaCountMask: UInt32 {
    guard let block = ipBlocks.first(where: { $0.name == "SDMA0" }) else { return 0x3f_ffff }
    return (block.major, block.minor) >= (4, 4) ? 0x3fff_ffff : 0x3f_ffff
  }
}
