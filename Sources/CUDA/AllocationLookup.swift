// Which allocation an address belongs to.  A thread remembers the last few, so that copies between the same buffers take no lock.
// Threads: any.  What a thread remembers holds until anything is allocated or freed in the process (`allocationGeneration`).
import CThreadLocal
import GPU

extension Runtime {
  /// The allocation that holds a host or device address, and the device it belongs to; nil for memory that is nobody's.
  static func find(_ address: UInt64) -> (device: Device, allocation: Allocation)? {
    guard let devices = try? devices() else { return nil }
    let generation = allocationGeneration.load(ordering: .acquiring)
    let state = CurrentThread.state
    let lookups = (UnsafeMutableRawPointer(state) + lookupsOffset).assumingMemoryBound(to: carmine_lookup.self)
    for index in 0..<Int(CARMINE_LOOKUPS) where lookups[index].generation == generation {
      let known = lookups[index]
      guard address &- known.device_address < known.byte_count || address &- known.host_address < known.byte_count else { continue }
      return (
        devices[Int(known.device)],
        Allocation(
          deviceAddress: known.device_address, hostAddress: known.host_address, byteCount: known.byte_count, heap: Heap(rawValue: known.heap)!,
          flags: known.flags, serial: known.serial, isInternal: known.is_internal != 0)
      )
    }
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

  private static let lookupsOffset = MemoryLayout<carmine_thread_state>.offset(of: \.lookups)!
}
