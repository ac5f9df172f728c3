// What a program has said about managed memory: advice and prefetches, page by page.  The memory is in one place that host and
// devices reach, so nothing moves; what was said is remembered and told when asked (cudaMemRangeGetAttribute).
// Threads: any; one lock.  Order: advice takes effect when it is given, as cudaMemAdvise's does.
// Source: CUDA Runtime API, cudaMemAdvise, cudaMemPrefetchAsync, cudaMemRangeGetAttribute.
import GPU

/// enum cudaMemoryAdvise.
public enum Advice: Int32, Sendable {
  case setReadMostly = 1, unsetReadMostly, setPreferredLocation, unsetPreferredLocation, setAccessedBy, unsetAccessedBy
}

/// What holds for some pages.
struct PageAdvice: Equatable, Sendable {
  var isReadMostly = false
  var preferred: MemoryLocation?
  /// Device numbers; -1 is the host.
  var accessedBy: [Int32] = []
  var lastPrefetch: MemoryLocation?
}

/// Ranges of pages that were told different things: sorted, without holes, from 0 to the end of the allocation.
struct PageAdviceMap: Sendable {
  private(set) var runs: [(end: UInt64, advice: PageAdvice)]

  init(end: UInt64) { runs = [(end, PageAdvice())] }

  /// Changes [start, end).
  mutating func change(_ start: UInt64, _ end: UInt64, _ body: (inout PageAdvice) -> Void) {
    var result: [(end: UInt64, advice: PageAdvice)] = []
    func add(_ end: UInt64, _ advice: PageAdvice) {
      if let last = result.last, last.advice == advice { result[result.count - 1].end = end } else { result.append((end, advice)) }
    }
    var from: UInt64 = 0
    for run in runs {
      let low = max(from, start), high = min(run.end, end)
      if low < high {
        if from < low { add(low, run.advice) }
        var changed = run.advice
        body(&changed)
        add(high, changed)
        if high < run.end { add(run.end, run.advice) }
      } else {
        add(run.end, run.advice)
      }
      from = run.end
    }
    runs = result
  }

  /// What is said of the pages from `start` to before `end`, run by run.
  func advice(_ start: UInt64, _ end: UInt64) -> [PageAdvice] {
    var from: UInt64 = 0
    var found: [PageAdvice] = []
    for run in runs {
      if max(from, start) < min(run.end, end) { found.append(run.advice) }
      from = run.end
    }
    return found
  }
}

public final class ManagedAdvice: @unchecked Sendable {  // maps: lock
  public static let shared = ManagedAdvice()
  private let lock = Lock()
  private var maps: [UInt64: PageAdviceMap] = [:]   // by the allocation's serial number

  private init() {}

  /// A part of a managed allocation, in whole pages of the host.
  private struct Place {
    var serial, start, end, size: UInt64
  }

  /// Throws cudaErrorInvalidValue unless the whole range is managed memory.
  private func place(_ pointer: UnsafeRawPointer?, _ byteCount: UInt) throws(CUDAError) -> Place {
    let address = UInt64(UInt(bitPattern: pointer))
    guard let (_, allocation) = Runtime.find(address), allocation.heap == .managed else { throw .invalidValue.because("the memory is not managed") }
    let offset = address - allocation.deviceAddress
    guard byteCount > 0, UInt64(byteCount) <= allocation.byteCount - offset else {
      throw .invalidValue.because("\(byteCount) bytes at \(offset) of an allocation of \(allocation.byteCount)")
    }
    let page: UInt64 = 4096, base = allocation.deviceAddress % page   // small allocations share pages
    let start = (base + offset) / page, end = (base + offset + UInt64(byteCount) + page - 1) / page
    return Place(serial: allocation.serial, start: start, end: end, size: (base + allocation.byteCount + page - 1) / page)
  }

  private func change(_ place: Place, _ body: (inout PageAdvice) -> Void) {
    lock.withLock { maps[place.serial, default: PageAdviceMap(end: place.size)].change(place.start, place.end, body) }
  }

  /// cudaMemAdvise.  Advice that is about no place still wants a location that is one.
  public func advise(_ pointer: UnsafeRawPointer?, _ byteCount: UInt, _ number: Int32, _ location: () throws(CUDAError) -> MemoryLocation) throws(CUDAError) {
    guard let advice = Advice(rawValue: number) else { throw .invalidValue.because("advice \(number)") }
    let location = try location()
    guard location.kind != .none else { throw .invalidValue.because("location type 0") }
    switch advice {
    case .setReadMostly, .unsetReadMostly:
      let isSet = advice == .setReadMostly
      change(try place(pointer, byteCount)) { $0.isReadMostly = isSet }
    case .unsetPreferredLocation: change(try place(pointer, byteCount)) { $0.preferred = nil }
    case .setPreferredLocation:
      try check(location)
      change(try place(pointer, byteCount)) { $0.preferred = location }
    case .setAccessedBy, .unsetAccessedBy:
      guard location.kind == .device || location.kind == .host else { throw .invalidValue.because("location type \(location.kind.rawValue)") }
      try check(location)
      let number = location.deviceNumber
      change(try place(pointer, byteCount)) {
        $0.accessedBy.removeAll { $0 == number }
        if advice == .setAccessedBy { $0.accessedBy.append(number) }
      }
    }
  }

  /// Advice about a device that isn't there is an invalid value, where prefetching to it is an invalid device.
  private func check(_ location: MemoryLocation) throws(CUDAError) {
    do throws(CUDAError) { try location.checkForManagedMemory() } catch { throw .invalidValue.because(error.reason ?? "no such place") }
  }

  /// cudaMemPrefetchAsync, checked; the stream has nothing to do.
  public func prefetch(_ pointer: UnsafeRawPointer?, _ byteCount: UInt, to location: MemoryLocation) throws(CUDAError) {
    try location.checkForManagedMemory()
    change(try place(pointer, byteCount)) { $0.lastPrefetch = location }
  }

  /// What prefetching and discarding check before anything of a batch is done.
  public func check(_ pointer: UnsafeRawPointer?, _ byteCount: UInt) throws(CUDAError) { _ = try place(pointer, byteCount) }

  func forget(_ serial: UInt64) { lock.withLock { maps[serial] = nil } }
  func forgetAll() { lock.withLock { maps = [:] } }

  /// cudaMemRangeGetAttribute.  `room`: how many ints there is place for.
  public func attribute(_ number: Int32, _ pointer: UnsafeRawPointer?, _ byteCount: UInt, room: Int) throws(CUDAError) -> [Int32] {
    guard (1...8).contains(number) else { throw .invalidValue.because("range attribute \(number)") }
    guard number == 3 ? room > 0 : room == 1 else { throw .invalidValue.because("room for \(room) ints") }
    let place = try place(pointer, byteCount)
    let said = lock.withLock { maps[place.serial]?.advice(place.start, place.end) } ?? [PageAdvice()]
    /// What all pages agree on.
    func common(_ value: (PageAdvice) -> MemoryLocation?) -> MemoryLocation? {
      let first = said.first.flatMap(value)
      return said.allSatisfy { value($0) == first } ? first : nil
    }
    switch number {
    case 1: return [said.allSatisfy(\.isReadMostly) ? 1 : 0]
    case 2: return [common(\.preferred)?.deviceNumber ?? -2]
    case 3:
      let everywhere = (said.first?.accessedBy ?? []).filter { device in said.allSatisfy { $0.accessedBy.contains(device) } }
      return Array((everywhere + [Int32](repeating: -2, count: room)).prefix(room))
    case 4: return [common(\.lastPrefetch)?.deviceNumber ?? -2]
    case 5: return [common(\.preferred)?.kind.rawValue ?? 0]
    case 6: return [common(\.preferred)?.idForQueries ?? -2]
    case 7: return [common(\.lastPrefetch)?.kind.rawValue ?? 0]
    default: return [common(\.lastPrefetch)?.idForQueries ?? -2]
    }
  }
}
