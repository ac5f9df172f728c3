// How packet processors touch memory: through the device's mappings, with a stop of the packet where there is none.
// Threads: a QueueThread, between its `enter` and `leave`.
import Glibc
import ISA
import Synchronization

/// Why a packet has not been processed.
enum PacketStop: Error {
  case wait                               // its condition does not hold yet: look again later
  case fault(Fault)
  case refuse(QueueError, String)         // malformed, or not implemented

  static func memory(_ address: UInt64, _ access: Fault.Access, _ size: Int) -> PacketStop {
    .fault(Fault(cause: .memory(address: address, access: access, size: size)))
  }
}

extension AddressSpace.Reader {
  /// The host address of `size` bytes in ranges that allow the access and are contiguous on the host too.
  mutating func host(_ address: UInt64, _ size: Int, write: Bool) -> UnsafeMutableRawPointer? {
    let needs: Permissions = write ? [.read, .write] : .read
    guard let range = range(address), range.permissions.isSuperset(of: needs), address &+ UInt64(size) >= address else { return nil }
    var end = range.end
    while address &+ UInt64(size) > end {
      guard let next = self.range(end), next.delta == range.delta, next.permissions.isSuperset(of: needs) else { return nil }
      end = next.end
    }
    return UnsafeMutableRawPointer(bitPattern: UInt(address &+ range.delta))
  }

  /// The host address of `address` and how many bytes from there, at most `limit`, one range holds.
  mutating func span(_ address: UInt64, _ limit: Int, write: Bool) -> (host: UnsafeMutableRawPointer, bytes: Int)? {
    guard let range = range(address), range.permissions.isSuperset(of: write ? [.read, .write] : .read),
      let host = UnsafeMutableRawPointer(bitPattern: UInt(address &+ range.delta))
    else { return nil }
    return (host, Int(min(UInt64(limit), range.end - address)))
  }
}

extension QueueThread {
  func host(_ address: UInt64, _ size: Int, _ access: Fault.Access) throws(PacketStop) -> UnsafeMutableRawPointer {
    guard let host = reader.host(address, size, write: access != .read) else { throw .memory(address, access, size) }
    return host
  }

  func load32(_ address: UInt64) throws(PacketStop) -> UInt32 {
    let host = try host(address, 4, .read)
    return address & 3 == 0 ? host.atomic32().pointee.load(ordering: .acquiring) : host.get(0)
  }
  func load64(_ address: UInt64) throws(PacketStop) -> UInt64 {
    let host = try host(address, 8, .read)
    return address & 7 == 0 ? host.atomic64().pointee.load(ordering: .acquiring) : host.get(0)
  }
  func store(_ value: UInt32, _ address: UInt64) throws(PacketStop) {
    let host = try host(address, 4, .write)
    if address & 3 == 0 { host.atomic32().pointee.store(value, ordering: .releasing) } else { host.storeBytes(of: value, as: UInt32.self) }
    caches?.noteWrite()
  }
  func store(_ value: UInt64, _ address: UInt64) throws(PacketStop) {
    let host = try host(address, 8, .write)
    if address & 7 == 0 { host.atomic64().pointee.store(value, ordering: .releasing) } else { host.storeBytes(of: value, as: UInt64.self) }
    caches?.noteWrite()
  }
}

/// Where packets of dwords come from: a ring, or an indirect buffer.
struct PacketStream {
  private(set) var base: UInt64
  /// Bytes of the ring less one; ~0 for a buffer, which does not wrap.
  private(set) var mask: UInt64
  var position: UInt64 = 0                // bytes; monotonic
  var end: UInt64                         // bytes; monotonic
  /// PRED_EXEC: the dies that execute what comes before `predicateEnd`.
  var dies: UInt32 = .max
  var predicateEnd: UInt64 = 0

  init(ring: UInt64, bytes: UInt32) { base = ring; mask = UInt64(bytes) - 1; end = 0 }
  init(buffer: UInt64, dwords: UInt32) { base = buffer; mask = .max; end = UInt64(dwords) * 4 }

  /// The ring lies elsewhere from now on, at the same pointers; 0 for the time being without one.
  mutating func move(_ address: UInt64, _ bytes: UInt32) {
    guard address != 0, bytes != 0 else { return }
    base = address
    mask = UInt64(bytes) - 1
  }

  /// Where dword `index` from the position is.
  func address(_ index: Int) -> UInt64 { base &+ ((position &+ UInt64(index) * 4) & mask) }
  var dwordsLeft: Int { Int(end &- position) / 4 }
}

/// How WAIT_REG_MEM and POLL_REGMEM compare; both engines number the functions alike.
/// Source: PACKET3_WAIT_REG_MEM__FUNCTION in AMD's nvd.h; SDMA_PKT_POLL_REGMEM_HEADER_func.
enum PollFunction {
  static func holds<T: FixedWidthInteger & UnsignedInteger>(_ function: UInt32, _ value: T, _ reference: T) -> Bool? {
    switch function {
    case 0: true
    case 1: value < reference
    case 2: value <= reference
    case 3: value == reference
    case 4: value != reference
    case 5: value >= reference
    case 6: value > reference
    default: nil
    }
  }
}
