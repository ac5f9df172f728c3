// All memory that one device's owner has allocated: large pieces are the kernel's own allocations, small ones share chunks.
// Threads: any; one lock, held for look-ups and, while allocating a new block, for the kernel's calls.
// Full: outOfMemory, and nothing has changed.  An empty chunk goes back to the kernel at once, so that what the kernel reports
// as available plus what chunks have free is exactly what can still be had.
import Glibc
import KFD
import Synchronization

/// Serial numbers of allocations; unique in the process.
private let nextSerial = Atomic<UInt64>(1)

/// Counts changes of what is allocated anywhere in the process: what was looked up while it had the same value still holds.
public let allocationGeneration = Atomic<UInt64>(1)

/// Memory as it can be handed to another process or driver.
public struct ExportedMemory: Sendable {
  /// A dma-buf; the receiver closes it.
  public var descriptor: Int32
  /// Of the whole dma-buf, and where the allocation begins in it.
  public var blockBytes, offset: UInt64
  public var allocation: Allocation
}

final class DeviceMemory: @unchecked Sendable {  // everything below `lock` is guarded by it
  static let chunkBytes: UInt64 = 2 << 20
  static let largestShared: UInt64 = 512 << 10
  static let granule: UInt64 = 256

  private final class Chunk {
    var block: Block
    let group: UInt64
    var free: FreeList
    init(_ block: Block, _ group: UInt64) {
      self.block = block
      self.group = group
      free = FreeList(capacity: block.byteCount)
    }
  }

  private struct Record {
    var allocation: Allocation
    var isInternal: Bool
    var rounded: UInt64
    var chunk: Chunk?     // nil: the block is this allocation's own
    var block: Block
    var group: UInt64 = 0
  }

  private unowned let device: Device
  private let lock = Lock()
  private var chunks: [[Chunk]] = Heap.allCases.map { _ in [] }
  private var records = AddressMap<Record>()        // by device address
  private var displaced = AddressMap<UInt64>()      // registered memory by host address, where that is not the device's

  /// Other GPUs that this one's memory is mapped on as well, by groups of memory.  Group 0 is what belongs to no group; memory of two
  /// groups shares no page, so that a GPU reaches the one and not the other.
  private let guests = Mutex<[UInt64: [UInt32]]>([:])

  init(device: Device) { self.device = device }

  private static func flags(_ heap: Heap) -> AllocationFlags {
    switch heap {
    case .deviceLocal: [.vram, .public, .writable, .noSubstitute]
    case .code: [.vram, .public, .writable, .executable, .noSubstitute]
    case .host, .managed: [.gtt, .writable, .coherent, .noSubstitute]
    case .registered: [.userPointer, .writable, .coherent, .noSubstitute]
    case .imported, .importedHost: []   // made elsewhere
    }
  }

  private func gpuIDs(_ heap: Heap, group: UInt64 = 0) -> [UInt32] {
    switch heap {
    case .deviceLocal: [device.node.gpuID] + guests.withLock { $0[group] ?? [] }
    case .code, .imported: [device.node.gpuID]
    case .host, .managed, .registered, .importedHost: device.system.gpuIDs
    }
  }

  /// Maps a group's memory, and what comes later, on another GPU too.  Throws and changes nothing where the kernel refuses.
  func admit(_ gpuID: UInt32, group: UInt64 = 0) throws(GPUError) {
    try lock.withLock { () throws(GPUError) in
      guard guests.withLock({ !($0[group] ?? []).contains(gpuID) }) else { return }
      guests.withLock { $0[group, default: []].append(gpuID) }
      var done: [Block] = []
      do throws(KFDError) {
        try changeBlocks(of: group) { (block) throws(KFDError) in
          try device.system.driver.mapToGPUs(handle: block.handle, gpuIDs: [gpuID])
          block.gpuIDs.append(gpuID)
          done.append(block)
        }
      } catch {
        guests.withLock { $0[group]?.removeAll { $0 == gpuID } }
        for block in done { try? device.system.driver.unmapFromGPUs(handle: block.handle, gpuIDs: [gpuID]) }
        try? changeBlocks(of: group) { (block) throws(KFDError) in block.gpuIDs.removeAll { $0 == gpuID } }
        throw GPUError(error)
      }
    }
  }

  func dismiss(_ gpuID: UInt32, group: UInt64 = 0) throws(GPUError) {
    try lock.withLock { () throws(GPUError) in
      guests.withLock { $0[group]?.removeAll { $0 == gpuID } }
      do throws(KFDError) {
        try changeBlocks(of: group) { (block) throws(KFDError) in
          guard block.gpuIDs.contains(gpuID) else { return }
          try device.system.driver.unmapFromGPUs(handle: block.handle, gpuIDs: [gpuID])
          block.gpuIDs.removeAll { $0 == gpuID }
        }
      } catch { throw GPUError(error) }
    }
  }

  /// Puts imported memory into a group: whoever reaches that reaches this.
  func assign(_ address: UInt64, to group: UInt64) throws(GPUError) {
    try lock.withLock { () throws(GPUError) in
      guard var record = records.find(address)?.value, record.chunk == nil else { throw GPUError(.notFound, "no import at 0x" + String(address, radix: 16)) }
      record.group = group
      let others = guests.withLock { $0[group] ?? [] }.filter { !record.block.gpuIDs.contains($0) }
      if !others.isEmpty {
        do throws(KFDError) { try device.system.driver.mapToGPUs(handle: record.block.handle, gpuIDs: others) } catch { throw GPUError(error) }
        record.block.gpuIDs += others
      }
      records.replace(address, record)
    }
  }

  /// Nothing of the group is left.
  func forgetGroup(_ group: UInt64) { guests.withLock { $0[group] = nil } }

  /// Every block of a group's device memory that programs' pointers lead to.  Lock held.
  private func changeBlocks(of group: UInt64, _ change: (inout Block) throws(KFDError) -> Void) throws(KFDError) {
    for chunk in chunks[Int(Heap.deviceLocal.rawValue)] where chunk.group == group { try change(&chunk.block) }
    for start in records.starts {
      guard var record = records.find(start)?.value, record.chunk == nil, record.group == group,
        record.allocation.heap == .deviceLocal || group != 0 && record.allocation.heap == .imported
      else { continue }
      try change(&record.block)
      records.replace(start, record)
    }
  }

  /// A block of the kernel's that no program pointer leads to (rings, save areas).
  func makeBlock(_ byteCount: UInt64, heap: Heap, group: UInt64 = 0) throws(GPUError) -> Block {
    try Block.allocate(byteCount, flags: Self.flags(heap), on: device, mappedOn: gpuIDs(heap, group: group))
  }

  func allocate(_ byteCount: UInt64, heap: Heap, flags: UInt32, isInternal: Bool, group: UInt64 = 0) throws(GPUError) -> UInt64 {
    let (padded, overflow) = max(byteCount, 1).addingReportingOverflow(Self.granule - 1)
    guard !overflow else { throw GPUError(.outOfMemory, "\(byteCount) bytes") }
    let rounded = padded & ~(Self.granule - 1)
    return try lock.withLock { () throws(GPUError) in
      let address: UInt64, block: Block
      var chunk: Chunk?
      if rounded <= Self.largestShared {
        let (found, offset) = try carve(rounded, heap, group)
        chunk = found
        block = found.block
        address = block.address + offset
      } else {
        block = try makeBlock(rounded, heap: heap, group: group)
        address = block.address
      }
      let allocation = Allocation(
        deviceAddress: address, hostAddress: address, byteCount: byteCount, heap: heap, flags: flags,
        serial: nextSerial.add(1, ordering: .relaxed).oldValue, isInternal: isInternal)
      records.insert(
        address, max(byteCount, 1),
        Record(allocation: allocation, isInternal: isInternal, rounded: rounded, chunk: chunk, block: block, group: group))
      allocationGeneration.add(1, ordering: .releasing)
      return address
    }
  }

  // MARK: addresses first, memory later

  /// Address space for `byteCount` bytes of the device's own memory, without memory.
  func reserve(_ byteCount: UInt64) throws(GPUError) -> UInt64 { try Block.reserveLocal(max(byteCount, 1), on: device) }

  /// Puts memory behind a reserved address; from now on a look-up finds it.  `others`: GPUs that reach it besides those that reach all.
  func commit(_ address: UInt64, _ byteCount: UInt64, others: [UInt32]) throws(GPUError) {
    try lock.withLock { () throws(GPUError) in
      let all = gpuIDs(.deviceLocal), ids = all + others.filter { !all.contains($0) }
      let block = try Block.allocate(max(byteCount, 1), at: address, flags: Self.flags(.deviceLocal), on: device, mappedOn: ids)
      let allocation = Allocation(
        deviceAddress: address, hostAddress: address, byteCount: byteCount, heap: .deviceLocal, flags: 0,
        serial: nextSerial.add(1, ordering: .relaxed).oldValue, isInternal: true)
      records.insert(address, max(byteCount, 1), Record(allocation: allocation, isInternal: true, rounded: block.byteCount, chunk: nil, block: block))
    }
  }

  /// Takes the memory away again; the address stays reserved.
  func decommit(_ address: UInt64) throws(GPUError) {
    try lock.withLock { () throws(GPUError) in
      guard let record = records.remove(address) else { throw GPUError(.notFound, "nothing is committed at 0x" + String(address, radix: 16)) }
      try record.block.release(device, keepsAddress: true)
    }
  }

  /// Gives up address space without memory.
  func unreserve(_ address: UInt64, _ byteCount: UInt64) {
    if let window = device.localWindow, window.contains(address) {
      window.forget(address, Block.rounded(max(byteCount, 1)))
    } else {
      munmap(UnsafeMutableRawPointer(bitPattern: UInt(address)), Int(Block.rounded(max(byteCount, 1))))
    }
  }

  // MARK: memory at addresses of the program's choice

  /// From now on a look-up finds a mapping that VirtualMapping made; nothing here frees it.  Neighbours are found as one range, since copies
  /// go across them.  `flags` are nobody else's.
  func enter(_ mapping: VirtualMapping, flags: UInt32) {
    let heap: Heap = mapping.memory.isLocal ? .imported : .importedHost
    lock.withLock {
      var start = mapping.address, end = mapping.address + mapping.byteCount
      func neighbour(_ address: UInt64) -> (start: UInt64, count: UInt64)? {
        guard let found = records.find(address), found.value.allocation.heap == heap, found.value.allocation.flags == flags else { return nil }
        _ = records.remove(found.start)
        return (found.start, found.count)
      }
      if let before = neighbour(start - 1) { start = before.start }
      if let after = neighbour(end) { end = after.start + after.count }
      insertVirtual(start, end, heap, flags)
    }
    allocationGeneration.add(1, ordering: .releasing)
  }

  func leave(_ mapping: VirtualMapping) {
    lock.withLock {
      let start = mapping.address, end = mapping.address + mapping.byteCount
      guard let found = records.find(start) else { return }
      let allocation = found.value.allocation
      _ = records.remove(found.start)
      if found.start < start { insertVirtual(found.start, start, allocation.heap, allocation.flags) }
      if end < found.start + found.count { insertVirtual(end, found.start + found.count, allocation.heap, allocation.flags) }
    }
    allocationGeneration.add(1, ordering: .releasing)
  }

  /// Lock held.
  private func insertVirtual(_ start: UInt64, _ end: UInt64, _ heap: Heap, _ flags: UInt32) {
    let allocation = Allocation(
      deviceAddress: start, hostAddress: start, byteCount: end - start, heap: heap, flags: flags,
      serial: nextSerial.add(1, ordering: .relaxed).oldValue, isInternal: true)
    let block = Block(address: start, byteCount: end - start, handle: 0, gpuIDs: [], isMappedHere: true)
    records.insert(start, end - start, Record(allocation: allocation, isInternal: true, rounded: end - start, chunk: nil, block: block))
  }

  private func carve(_ count: UInt64, _ heap: Heap, _ group: UInt64) throws(GPUError) -> (Chunk, UInt64) {
    for chunk in chunks[Int(heap.rawValue)] where chunk.group == group {
      if let offset = chunk.free.allocate(count, alignment: Self.granule) { return (chunk, offset) }
    }
    let chunk = Chunk(try makeBlock(Self.chunkBytes, heap: heap, group: group), group)
    chunks[Int(heap.rawValue)].append(chunk)
    return (chunk, chunk.free.allocate(count, alignment: Self.granule)!)
  }

  /// Throws notFound for an address at which no allocation starts.
  func free(_ address: UInt64) throws(GPUError) {
    try lock.withLock { () throws(GPUError) in
      guard let record = records.remove(address) else {
        throw GPUError(.notFound, "no allocation starts at 0x" + String(address, radix: 16))
      }
      allocationGeneration.add(1, ordering: .releasing)
      if record.allocation.hostAddress != address { _ = displaced.remove(record.allocation.hostAddress) }
      guard let chunk = record.chunk else { return try record.block.release(device) }
      chunk.free.free(address - chunk.block.address, record.rounded)
      guard chunk.free.isWhole else { return }
      chunks[Int(record.allocation.heap.rawValue)].removeAll { $0 === chunk }
      try chunk.block.release(device)
    }
  }

  func register(host: UInt64, byteCount: UInt64, flags: UInt32) throws(GPUError) -> UInt64 {
    let first = host & ~(Block.pageSize - 1)
    let size = Block.rounded(host + byteCount - first)
    return try lock.withLock { () throws(GPUError) in
      // Two registrations may share a page; the second then gets addresses of its own on the GPU.
      var elsewhere: UInt64?
      for record in records.values where record.allocation.heap == .registered {
        let block = record.block
        if block.address < first + size && first < block.address + block.byteCount { elsewhere = try Block.reserve(size) }
        if elsewhere != nil { break }
      }
      let block = try Block.register(
        host: first, byteCount: size, gpuAddress: elsewhere, isReadOnly: flags & 8 != 0, on: device, mappedOn: gpuIDs(.registered))
      let address = block.address + (host - first)
      let allocation = Allocation(
        deviceAddress: address, hostAddress: host, byteCount: byteCount, heap: .registered, flags: flags,
        serial: nextSerial.add(1, ordering: .relaxed).oldValue, isInternal: false)
      records.insert(
        address, byteCount, Record(allocation: allocation, isInternal: false, rounded: size, chunk: nil, block: block))
      if address != host { displaced.insert(host, byteCount, address) }
      allocationGeneration.add(1, ordering: .releasing)
      return address
    }
  }

  /// Maps `byteCount` bytes at `offset` of a dma-buf of `blockBytes`; the address of the first.  The descriptor stays the caller's.
  func importMemory(
    _ descriptor: Int32, blockBytes: UInt64, offset: UInt64, byteCount: UInt64, heap: Heap, flags: UInt32, isInternal: Bool
  ) throws(GPUError) -> UInt64 {
    let (end, overflow) = offset.addingReportingOverflow(byteCount)
    guard byteCount > 0, !overflow, end <= Block.rounded(blockBytes) else {
      throw GPUError(.invalidArgument, "\(byteCount) bytes at \(offset) of a dma-buf of \(blockBytes)")
    }
    return try lock.withLock { () throws(GPUError) in
      let block = try Block.imported(descriptor, byteCount: blockBytes, isLocal: heap == .imported, on: device, mappedOn: gpuIDs(heap))
      let address = block.address + offset
      let allocation = Allocation(
        deviceAddress: address, hostAddress: address, byteCount: byteCount, heap: heap, flags: flags,
        serial: nextSerial.add(1, ordering: .relaxed).oldValue, isInternal: isInternal)
      records.insert(address, byteCount, Record(allocation: allocation, isInternal: isInternal, rounded: byteCount, chunk: nil, block: block))
      allocationGeneration.add(1, ordering: .releasing)
      return address
    }
  }

  /// A dma-buf of the kernel's allocation that an address lies in, and where in it.
  func export(_ address: UInt64) throws(GPUError) -> ExportedMemory {
    try lock.withLock { () throws(GPUError) in
      guard let found = records.find(address) else { throw GPUError(.notFound, "no allocation at 0x" + String(address, radix: 16)) }
      let record = found.value
      do throws(KFDError) {
        let descriptor = try device.system.driver.exportDMABuf(handle: record.block.handle)
        return ExportedMemory(
          descriptor: descriptor, blockBytes: record.block.byteCount, offset: record.allocation.deviceAddress - record.block.address,
          allocation: record.allocation)
      } catch { throw GPUError(error) }
    }
  }

  func overlaps(_ address: UInt64, _ byteCount: UInt64) -> Bool {
    lock.withLock { records.overlaps(address, byteCount) || displaced.overlaps(address, byteCount) }
  }

  func find(_ address: UInt64) -> Allocation? {
    lock.withLock {
      if let found = records.find(address) { return found.value.allocation }
      guard let device = displaced.find(address)?.value else { return nil }
      return records.find(device)?.value.allocation
    }
  }

  /// Device addresses of what the program allocated or registered.
  func programAllocations() -> [UInt64] {
    lock.withLock { records.values.filter { !$0.isInternal }.map(\.allocation.deviceAddress) }
  }

  /// Bytes of VRAM that can still be had.
  func available() throws(GPUError) -> UInt64 {
    try lock.withLock { () throws(GPUError) in
      do throws(KFDError) {
        // A group's chunks have room for that group alone.
        let kept = chunks[Int(Heap.deviceLocal.rawValue)].reduce(0) { $0 + ($1.group == 0 ? $1.free.freeCount : 0) }
        // The driver counts each buffer of its own in steps of 2 MiB (amdgpu_amdkfd_get_available_memory); callers count pages.
        let step: UInt64 = 2 << 20
        let rounding = records.values.reduce(UInt64(0)) { sum, record in
          guard record.chunk == nil, record.allocation.heap == .deviceLocal else { return sum }
          return sum + ((record.block.byteCount + step - 1) & ~(step - 1)) - record.block.byteCount
        }
        return try device.system.driver.availableMemory(gpuID: device.node.gpuID) + kept + rounding
      } catch { throw GPUError(error) }
    }
  }
}
