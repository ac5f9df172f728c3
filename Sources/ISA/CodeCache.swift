// Decoded instructions of one worker: windows of 64 KiB of code, each an array with one entry a word, decoded when first
// reached.  Private to its worker, so nothing is locked.  The bytes that were decoded are kept and compared with memory again
// when a later dispatch or a changed mapping could have changed them, as the hardware's instruction cache is invalidated then.
import CSoftGPU
import Glibc

public struct CodeWindow {
  public static let bytes: UInt64 = 65536
  public static let entries = 16384
  public static let storage = (entries + 4) * MemoryLayout<carmine_op>.stride

  public var base: UInt64
  public var epoch: UInt64
  /// Strict mode: the instruction-cache epoch in which it was filled, and which memory each page was.
  var fetched: UInt64 = 0
  private let places: UnsafeMutablePointer<(delta: UInt64, allocation: UInt64)>
  public let ops: UnsafeMutablePointer<carmine_op>                 // entries + 4: what lies behind the end leads to the next window
  public let copy: UnsafeMutableRawPointer                         // 64 KiB, page by page as decoded
  public var bounds: UnsafeMutablePointer<(low: UInt16, high: UInt16)>   // of each 4 KiB page: the part copied

  public init(base: UInt64, epoch: UInt64) {
    self.base = base
    self.epoch = epoch
    let memory = mmap(nil, CodeWindow.storage + 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else { fatalError("SoftGPU: no memory for decoded instructions") }
    ops = memory.assumingMemoryBound(to: carmine_op.self)
    copy = memory + CodeWindow.storage
    bounds = .allocate(capacity: 16)
    bounds.initialize(repeating: (0, 0), count: 16)
    places = .allocate(capacity: 16)
    places.initialize(repeating: (0, 0), count: 16)
  }
  func note(_ page: Int, _ range: AddressSpace.Range) { places[page] = (range.delta, range.allocation) }
  func wasIn(_ page: Int, _ range: AddressSpace.Range) -> Bool { places[page] == (range.delta, range.allocation) }
  public func destroy() {
    places.deallocate()
    munmap(UnsafeMutableRawPointer(ops), CodeWindow.storage + 65536)
    bounds.deallocate()
  }
  public func clear() {
    madvise(UnsafeMutableRawPointer(ops), CodeWindow.storage + 65536, MADV_DONTNEED)
    bounds.update(repeating: (0, 0), count: 16)
  }
}

extension UnsafeMutablePointer<WorkerState> {
  /// The instruction cache forgets: code is looked at again before it is executed.
  public func forgetCode() {
    pointee.codeEpoch &+= 1
    pointee.fetchEpoch &+= 1
  }

  /// The decoded entry for `address`; makes its window current.
  @inlinable @inline(__always) public func locate(_ address: UInt64) -> Op {
    let base = address & ~(CodeWindow.bytes - 1)
    if base != pointee.windowBase || pointee.windowEpoch != pointee.codeEpoch { enter(base) }
    return Op(pointee.windowOps + Int((address - base) >> 2))
  }

  @inline(never) @usableFromInline func enter(_ base: UInt64) {
    var at = pointee.windows.firstIndex { $0.base == base }
    if at == nil {
      if pointee.windows.count >= 64 {
        for window in pointee.windows { window.destroy() }
        pointee.windows.removeAll()
      }
      pointee.windows.append(CodeWindow(base: base, epoch: pointee.codeEpoch))
      pointee.windows[pointee.windows.count - 1].fetched = pointee.fetchEpoch
      at = pointee.windows.count - 1
    }
    let index = at.unsafelyUnwrapped
    if pointee.windows[index].epoch != pointee.codeEpoch {
      if !isCurrent(pointee.windows[index]) {
        pointee.windows[index].clear()
        pointee.windows[index].fetched = pointee.fetchEpoch
      }
      pointee.windows[index].epoch = pointee.codeEpoch
    }
    pointee.windowBase = base
    pointee.windowOps = pointee.windows[index].ops
    pointee.windowEpoch = pointee.codeEpoch
    pointee.windowIndex = index
  }

  /// Whether what was decoded is still there; in strict mode what was fetched stays until the instruction cache forgets it, as
  /// long as the same memory is mapped there.
  private func isCurrent(_ window: CodeWindow) -> Bool {
    let keeps = pointee.strict != nil && window.fetched == pointee.fetchEpoch
    for page in 0..<16 {
      let (low, high) = window.bounds[page]
      guard high > low else { continue }
      let start = window.base + UInt64(page) << 12 + UInt64(low)
      guard let range = pointee.reader.range(start), range.permissions.contains(.execute), range.end >= start + UInt64(high - low),
        keeps ? window.wasIn(page, range) : memcmp(range.code(start, UInt64(high - low)), window.copy + page << 12 + Int(low), Int(high - low)) == 0
      else { return false }
    }
    return true
  }

  /// One word of code, from the kept copy; nil when it isn't executable memory.
  private func fetch(_ address: UInt64) -> UInt32? {
    let base = address & ~(CodeWindow.bytes - 1)
    let offset = Int(address - base), page = offset >> 12
    guard base == pointee.windowBase else {                 // the tail of an instruction that runs over the window's end
      guard let range = pointee.reader.range(address), range.permissions.contains(.execute), range.end - address >= 4 else { return nil }
      return range.code(address, 4).loadUnaligned(as: UInt32.self)
    }
    let window = pointee.windows[pointee.windowIndex]
    if window.bounds[page].high == 0 {
      guard let range = pointee.reader.range(address), range.permissions.contains(.execute) else { return nil }
      let pageStart = base + UInt64(page) << 12
      let low = max(range.start, pageStart), high = min(range.end, pageStart + 4096)
      memcpy(window.copy + Int(low - base), range.code(low, high - low), Int(high - low))
      window.bounds[page] = (UInt16(low - pageStart), UInt16(high - pageStart))
      window.note(page, range)
    }
    let inPage = UInt16(offset & 4095), (low, high) = window.bounds[page]
    guard inPage >= low, inPage + 4 <= high else { return nil }
    return (window.copy + offset).load(as: UInt32.self)
  }

  /// Decodes the entry that `op` points to.  Returns where to go on (another window's entry at the end of this one), or nil
  /// when the wave stops with a fault.
  @inline(never) public func decode(_ wave: Wave, _ op: Op) -> Op? {
    let index = op - Op(pointee.windowOps)
    let address = pointee.windowBase + UInt64(index) << 2
    if index >= CodeWindow.entries { return locate(address) }
    let set = pointee.instructions
    guard let result = set.pointee.decode(set.pointee.table, { self.fetch(address + UInt64($0) << 2) }) else {
      stop(wave, op, .instructionFetch(address: address))
      return nil
    }
    let entry = pointee.windowOps + index
    var decoded = result.op
    if decoded.execute == nil {
      decoded.kind = UInt8(CARMINE_OP_CONTROL)
      decoded.execute = result.known ? notImplemented : unknownInstruction
    }
    if decoded.flags & UInt16(CARMINE_OP_FLAG_BRANCH) != 0 {
      let target = index + 1 + Int(decoded.immediate)
      if target >= 0 && target < CodeWindow.entries { decoded.target = UnsafePointer(pointee.windowOps + target) }
    }
    entry.pointee = decoded
    if let second = result.second { entry[1] = second }
    return op
  }
}

private let notImplemented: carmine_execute = { w, o in
  let state = w.pointee.worker.assumingMemoryBound(to: WorkerState.self)
  let name = state.pointee.instructions.pointee.table.rows[Int(o.pointee.row)].name.description
  stop(w, o, .illegalInstruction(words: words(of: o), name: name))
}
private let unknownInstruction: carmine_execute = { w, o in stop(w, o, .illegalInstruction(words: words(of: o), name: nil)) }

public func words(of o: Op) -> [UInt32] {
  let words = [o.pointee.words.0, o.pointee.words.1, o.pointee.literal]
  return Array(words.prefix(Int(o.pointee.size)))
}

// Program control, for the rows of the tables.

@inlinable @inline(__always) public func worker(_ w: Wave) -> UnsafeMutablePointer<WorkerState> { w.pointee.worker.assumingMemoryBound(to: WorkerState.self) }

/// The GPU address of a decoded instruction in the current window.
public func address(of o: Op, _ w: Wave) -> UInt64 {
  let state = worker(w)
  return state.pointee.windowBase + UInt64(o - Op(state.pointee.windowOps)) << 2
}
public func jump(_ w: Wave, _ o: Op, _ address: UInt64) { w.pointee.next = worker(w).locate(address & ~3) }

@inlinable @inline(__always) public func branch(_ w: Wave, _ o: Op) {
  if let target = o.pointee.target { w.pointee.next = target } else { farBranch(w, o) }
}
@inline(never) @usableFromInline func farBranch(_ w: Wave, _ o: Op) {
  jump(w, o, address(of: o, w) &+ 4 &+ UInt64(bitPattern: Int64(o.pointee.immediate) * 4))
}

/// Ends the wave with a fault; the worker takes it from there.
@inline(never) public func stop(_ w: Wave, _ o: Op, _ cause: Fault.Cause, lane: Int? = nil) {
  let state = worker(w)
  w.pointee.state = UInt32(CARMINE_WAVE_FAULTED)
  guard state.pointee.fault == nil else { return }
  var fault = Fault(cause: cause)
  fault.programCounter = address(of: o, w)
  if o.pointee.execute != nil || o.pointee.kind != 0 {
    let fetched = words(of: o)
    let set = state.pointee.instructions.pointee
    let name = set.decode(set.table) { $0 < fetched.count ? fetched[$0] : 0 }.flatMap { set.mnemonic(set.table, $0) } ?? "?"
    fault.instruction = name + " [" + fetched.map { hex(UInt64($0), digits: 8) }.joined(separator: " ") + "]"
  }
  fault.wave = Int(w.pointee.index)
  fault.lane = lane
  state.pointee.fault = fault
}
