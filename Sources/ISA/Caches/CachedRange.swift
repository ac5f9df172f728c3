// One piece of memory as one device's L2 shows it, beside the memory that the others see.  L2 knows physical addresses: the
// same memory at two GPU addresses is one such piece.
//
// The model keeps, for each 128-byte line, the device's bytes (`shadow`), memory itself (`memory`), and the bytes that both
// agreed on last (`agreed`).  Device and memory differ from `agreed` exactly where one of them was written since: writing back
// copies the device's changes to memory, refreshing a line copies memory's changes to the device.  A line is refreshed when it
// is touched and its epoch is older than the one that its kind of memory follows, so that an acquire costs nothing but a count.
//
// Threads: any worker of the device.  A page's lock guards `agreed` and epochs; stores of waves go to `shadow` without it, so
// it is changed by compare-and-exchange only, except for a line that was never valid.
import Glibc
import Synchronization

public struct CachedRange: @unchecked Sendable {
  public static let lineBytes: UInt64 = 128
  static let linesInPage = 32

  let size: UInt64
  let memory: UnsafeMutableRawPointer
  let shadow: UnsafeMutableRawPointer
  let agreed: UnsafeMutableRawPointer
  /// The epoch at which each line was refreshed; 0: never.
  private let epochs: UnsafeMutablePointer<Atomic<UInt32>>
  /// Of each page: lines that may differ from memory because the device wrote them.
  let dirty: UnsafeMutablePointer<Atomic<UInt32>>
  private let locks: UnsafeMutablePointer<Atomic<UInt32>>
  /// The epoch that lines must have.
  let required: UnsafeMutablePointer<Atomic<UInt32>>
  let birth: UInt32
  let startsZero: Bool
  unowned(unsafe) let caches: DeviceCaches
  /// Of the device whose memory this is, when that is another one.
  let owner: Unmanaged<DeviceCaches>?
  private let storage: UnsafeMutableRawPointer
  private let storageBytes: Int

  /// What is added to the address of a byte of memory to get the address of the device's byte.
  var shadowDistance: UInt64 { UInt64(UInt(bitPattern: shadow)) &- UInt64(UInt(bitPattern: memory)) }
  /// Of a byte of memory.
  func offset(_ host: UInt64) -> UInt64 { host &- UInt64(UInt(bitPattern: memory)) }

  /// `size` is whole pages.
  init(size: UInt64, memory: UnsafeMutableRawPointer, traits: MemoryTraits, caches: DeviceCaches, owner: DeviceCaches?) {
    self.size = size; self.memory = memory; self.caches = caches
    self.owner = owner.map { Unmanaged.passUnretained($0) }
    required = caches.epochs(for: traits)
    birth = required.pointee.load(ordering: .acquiring)
    startsZero = traits.startsZero
    let bytes = Int(size), lines = bytes / 128, pages = bytes / 4096
    storageBytes = bytes * 2 + lines * 4 + pages * 8
    let got = mmap(nil, storageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let got, got != MAP_FAILED else { fatalError("SoftGPU: no address space for strict mode's copy of \(size) bytes") }
    storage = got
    shadow = got
    agreed = got + bytes
    epochs = (got + 2 * bytes).assumingMemoryBound(to: Atomic<UInt32>.self)
    dirty = (got + 2 * bytes + lines * 4).assumingMemoryBound(to: Atomic<UInt32>.self)
    locks = (got + 2 * bytes + lines * 4 + pages * 4).assumingMemoryBound(to: Atomic<UInt32>.self)
  }
  func destroy() { munmap(storage, storageBytes) }

  private func lock(_ page: Int) {
    while locks[page].exchange(1, ordering: .acquiring) != 0 { sched_yield() }
  }
  private func unlock(_ page: Int) { locks[page].store(0, ordering: .releasing) }

  /// Makes the line that holds byte `offset` readable.
  @inline(__always) func ensure(_ offset: UInt64) {
    if !isCurrent(Int(offset >> 7)) { refresh(Int(offset >> 7)) }
  }
  @inline(__always) func isCurrent(_ line: Int) -> Bool {
    epochs[line].load(ordering: .acquiring) == required.pointee.load(ordering: .relaxed)
  }

  @inline(never) func refresh(_ line: Int) {
    let page = line >> 5, at = line << 7
    lock(page)
    defer { unlock(page) }
    let needed = required.pointee.load(ordering: .acquiring), was = epochs[line].load(ordering: .relaxed)
    guard was != needed else { return }
    if was == 0 {
      // Memory that was zero when mapped, and nothing has pushed the host's writes in since: the device sees zeros.
      if !(startsZero && needed == birth) {
        memcpy(agreed + at, memory + at, 128)
        memcpy(shadow + at, agreed + at, 128)
      }
    } else if memcmp(memory + at, agreed + at, 128) != 0 {
      for word in 0..<16 { takeIn(at + word * 8) }
    }
    epochs[line].store(needed, ordering: .releasing)
  }

  /// Memory's changes to the device, 8 bytes; the device's own changes stay.
  private func takeIn(_ at: Int) {
    let there = word(memory, at).load(), base = (agreed + at).load(as: UInt64.self)
    guard there != base else { return }
    let changed = changedBytes(there, base), cell = word(shadow, at)
    var here = cell.load()
    while true {
      let incoming = changed & ~changedBytes(here, base)
      let (done, seen) = cell.exchange(here, for: here & ~incoming | there & incoming)
      if done { (agreed + at).storeBytes(of: base & ~incoming | there & incoming, as: UInt64.self); return }
      here = seen
    }
  }

  /// The device's changes to memory, for the lines of a page in `lines`; true if there were any.
  func writeBack(page: Int, lines: UInt32) -> Bool {
    var left = lines, wrote = false
    lock(page)
    while left != 0 {
      let at = ((page << 5) + left.trailingZeroBitCount) << 7
      left &= left &- 1
      guard memcmp(shadow + at, agreed + at, 128) != 0 else { continue }
      wrote = true
      for part in 0..<16 {
        let at = at + part * 8
        let here = word(shadow, at).load(), base = (agreed + at).load(as: UInt64.self)
        guard here != base else { continue }
        let changed = changedBytes(here, base), cell = word(memory, at)
        if changed == ~0 {
          cell.store(here)
        } else {
          var there = cell.load()
          while true {
            let (done, seen) = cell.exchange(there, for: there & ~changed | here & changed)
            if done { break }
            there = seen
          }
        }
        (agreed + at).storeBytes(of: here, as: UInt64.self)
      }
    }
    unlock(page)
    return wrote
  }

  /// Whether memory holds something else than the device sees in these bytes, which lie in one line.
  func isStale(_ offset: UInt64, _ count: Int) -> Bool {
    isCurrent(Int(offset >> 7)) && memcmp(memory + Int(offset), agreed + Int(offset), count) != 0
  }

  private func word(_ base: UnsafeMutableRawPointer, _ at: Int) -> Cell { Cell(base + at) }
}

/// All bits of each byte in which two words differ.
@inline(__always) func changedBytes(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let x = a ^ b
  let high = ((x & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7f7f_7f7f_7f7f_7f7f | x) & 0x8080_8080_8080_8080
  return (high >> 7) &* 0xff
}

/// Eight bytes that others change too.
private struct Cell {
  private let pointer: UnsafeMutablePointer<Atomic<UInt64>>
  init(_ address: UnsafeMutableRawPointer) { pointer = address.assumingMemoryBound(to: Atomic<UInt64>.self) }
  func load() -> UInt64 { pointer.pointee.load(ordering: .relaxed) }
  func store(_ value: UInt64) { pointer.pointee.store(value, ordering: .releasing) }
  func exchange(_ expected: UInt64, for desired: UInt64) -> (Bool, UInt64) {
    let (done, seen) = pointer.pointee.compareExchange(expected: expected, desired: desired, ordering: .acquiringAndReleasing)
    return (done, seen)
  }
}
