// What is known of each block of the stream-ordered pools, found by its address without a lock.
// A record belongs to an address for ever: a block that goes back to the device leaves its record behind, and the next block at
// that address takes it again.  Addresses come from windows that are filled from the bottom, so there are few.
// Threads: `block(at:)`, any; `record(for:)` takes a lock.  A record's plain fields belong to whoever owns the block: the thread
// that allocates it, the stream that keeps it (under that stream's lock), the pool.

typealias PoolBlockPointer = UnsafeMutablePointer<PoolBlock>

import GPU
import Synchronization

struct PoolBlock: ~Copyable {
  enum State {
    static let none: UInt32 = 0   // the device's again
    static let live: UInt32 = 1   // the program's
    static let kept: UInt32 = 2   // freed, to be given out again
  }
  let address: UInt64
  /// Written last by whoever makes the record say something new; a free must change live to kept.
  let state = Atomic<UInt32>(State.none)
  var byteCount: UInt64 = 0
  /// What the program asked for.
  var usedBytes: UInt64 = 0
  var pool: Unmanaged<MemoryPool>! = nil
  /// Where it was freed, in the timeline of the stream that keeps it.
  var position: UInt64 = 0
  var next: PoolBlockPointer? = nil
  /// The memory is another process's.
  var isImported = false

  init(address: UInt64) { self.address = address }
}

enum PoolBlocks {
  /// Open addressing; an entry is a record's address, written once.
  private struct Table {
    let mask: Int
    let entries: UnsafeMutablePointer<Atomic<UInt>>

    init(capacity: Int) {
      mask = capacity - 1
      entries = .allocate(capacity: capacity)
      for index in 0..<capacity { (entries + index).initialize(to: Atomic(0)) }
    }

    func start(_ address: UInt64) -> Int { Int(truncatingIfNeeded: ((address >> 8) &* 0x9e37_79b9_7f4a_7c15) >> 20) & mask }

    @inline(__always)
    func find(_ address: UInt64) -> PoolBlockPointer? {
      var index = start(address)
      while let record = PoolBlockPointer(bitPattern: entries[index].load(ordering: .acquiring)) {
        if record.pointee.address == address { return record }
        index = (index + 1) & mask
      }
      return nil
    }

    func add(_ record: PoolBlockPointer) {
      var index = start(record.pointee.address)
      while entries[index].load(ordering: .relaxed) != 0 { index = (index + 1) & mask }
      entries[index].store(UInt(bitPattern: record), ordering: .releasing)
    }
  }

  private static let lock = Lock()
  /// A pointer to the table.  Tables that were outgrown stay: a reader may be in one, and together they are smaller than the last.
  private static let current = Atomic<UInt>(0)
  private nonisolated(unsafe) static var count = 0   // lock

  private static func table() -> UnsafeMutablePointer<Table>? { UnsafeMutablePointer(bitPattern: current.load(ordering: .acquiring)) }

  /// The record of a block, if the address was ever one of a pool's.
  @inline(__always)
  static func block(at address: UInt64) -> PoolBlockPointer? { table()?.pointee.find(address) }

  /// The record of an address, made if there is none.
  static func record(for address: UInt64) -> PoolBlockPointer {
    lock.withLock {
      if let found = block(at: address) { return found }
      let record = PoolBlockPointer.allocate(capacity: 1)
      record.initialize(to: PoolBlock(address: address))
      let old = table()
      if let old, count * 2 < old.pointee.mask {
        old.pointee.add(record)
      } else {
        let bigger = UnsafeMutablePointer<Table>.allocate(capacity: 1)
        bigger.initialize(to: Table(capacity: old.map { ($0.pointee.mask + 1) * 2 } ?? 1024))
        if let old {
          for index in 0...old.pointee.mask {
            if let moved = PoolBlockPointer(bitPattern: old.pointee.entries[index].load(ordering: .relaxed)) { bigger.pointee.add(moved) }
          }
        }
        bigger.pointee.add(record)
        current.store(UInt(bitPattern: bigger), ordering: .releasing)
      }
      count += 1
      return record
    }
  }
}

extension PoolBlocks {
  /// Marks what the program still had of a pool as the device's again (cudaDeviceReset).
  static func forgetLive(of pool: MemoryPool) {
    lock.withLock {
      guard let table = table() else { return }
      for index in 0...table.pointee.mask {
        guard let block = PoolBlockPointer(bitPattern: table.pointee.entries[index].load(ordering: .relaxed)),
          block.pointee.state.load(ordering: .acquiring) == PoolBlock.State.live, block.pointee.pool?.toOpaque() == Unmanaged.passUnretained(pool).toOpaque()
        else { continue }
        block.pointee.state.store(PoolBlock.State.none, ordering: .releasing)
      }
    }
  }
}
