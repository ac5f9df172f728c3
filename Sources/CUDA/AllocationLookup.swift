// Which allocation an address belongs to.  A thread remembers the last few, so that copies between the same buffers take no lock.
// Threads: any.  What a thread remembers holds until anything is allocated or freed in the process (`allocationGeneration`).
import CThreadLocal
import GPU

extension Runtime {
  /// The allocation that holds a host or device address, and the device it belongs to; nil for memory that is nobody's.
  static func find(_ address: UInt64) -> (device: Device, allocation: Allocation)? {
    guard let devices = try? devices() else { return nil }
    if let known = remembered(address) { return (devices[Int(known.pointee.device)], Allocation(known)) }
    return look(for: address, in: devices)
  }

  /// The same where nobody asks whose it is: of what this thread remembers, it counts no reference.
  static func allocation(at address: UInt64) -> Allocation? {
    if let known = remembered(address) { return Allocation(known) }
    guard let devices = try? devices() else { return nil }
    return look(for: address, in: devices)?.allocation
  }

  private static var lookups: UnsafeMutablePointer<carmine_lookup> {
    let offset = MemoryLayout<carmine_thread_state>.offset(of: \.lookups)!
    return (UnsafeMutableRawPointer(CurrentThread.state) + offset).assumingMemoryBound(to: carmine_lookup.self)
  }

  @inline(__always)
  private static func remembered(_ address: UInt64) -> UnsafePointer<carmine_lookup>? {
    let generation = allocationGeneration.load(ordering: .acquiring), lookups = lookups
    for index in 0..<Int(CARMINE_LOOKUPS) where lookups[index].generation == generation {
      let known = UnsafePointer(lookups + index)
      if address &- known.pointee.device_address < known.pointee.byte_count || address &- known.pointee.host_address < known.pointee.byte_count { return known }
    }
    return nil
  }

  @inline(never)
  private static func look(for address: UInt64, in devices: [Device]) -> (device: Device, allocation: Allocation)? {
    let generation = allocationGeneration.load(ordering: .acquiring), state = CurrentThread.state
    for device in devices {
      guard let found = device.gpu.allocation(containing: address) else { continue }
      lookups[Int(state.pointee.next_lookup)] = carmine_lookup(
        generation: generation, device_address: found.deviceAddress, host_address: found.hostAddress, byte_count: found.byteCount, serial: found.serial,
        flags: found.flags, heap: found.heap.rawValue, is_internal: found.isInternal ? 1 : 0, device: UInt16(truncatingIfNeeded: device.ordinal))
      state.pointee.next_lookup = (state.pointee.next_lookup + 1) % UInt32(CARMINE_LOOKUPS)
      return (device, found)
    }
    return nil
  }
}

extension Allocation {
  fileprivate init(_ known: UnsafePointer<carmine_lookup>) {
    let known = known.pointee
    self.init(
      deviceAddress: known.device_address, hostAddress: known.host_address, byteCount: known.byte_count, heap: Heap(rawValue: known.heap)!,
      flags: known.flags, serial: known.serial, isInternal: known.is_internal != 0)
  }
}
