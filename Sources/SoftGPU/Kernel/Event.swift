// Events of a process: what CREATE/DESTROY/SET/RESET_EVENT and WAIT_EVENTS do, and how interrupts of the device arrive.
// Threads: any; one lock.  Order: whoever signals has made its memory writes before it takes the lock.
// Source: the recorded answers of amdkfd 1.17 (order of checks, ids, ages, several waiters, destruction while waiting).
import ISA
import CKFD
import CSoftGPU
import Glibc
import Synchronization

final class Event {
  let id: UInt32
  let type: UInt32
  let autoReset: Bool
  var signaled = false
  /// Counts settings, from 1; 0 is never an age.
  var age: UInt64 = 1
  var waiters: [Waiter] = []
  var memoryException = kfd_hsa_memory_exception_data()
  var hardwareException = kfd_hsa_hw_exception_data()
  init(id: UInt32, type: UInt32, autoReset: Bool) { self.id = id; self.type = type; self.autoReset = autoReset }

  /// Types with a slot in the event page.
  static func hasSlot(_ type: UInt32) -> Bool { type == UInt32(KFD_IOC_EVENT_SIGNAL) || type == UInt32(KFD_IOC_EVENT_DEBUG_EVENT) }
}

/// One entry of one WAIT_EVENTS call.
final class Waiter {
  var event: Event?                 // nil once the event was destroyed
  var activated = false
  var usesAge = false
  let call: WaitCall
  init(_ event: Event, _ call: WaitCall) { self.event = event; self.call = call }
}

/// The sleeping place of one WAIT_EVENTS call.
final class WaitCall {
  let word: UnsafeMutablePointer<UInt32>
  init() { word = .allocate(capacity: 1); word.initialize(to: 0) }
  deinit { word.deallocate() }
  func wake() { word.pointee &+= 1; _ = carmine_futex_wake(word, .max) }
}

final class Events: @unchecked Sendable {
  static let firstNonSignal: UInt32 = 1 << 30
  static let pageBytes = 4096 * 8
  static let unsignaled = UInt64.max

  /// Whether ages are looked at: since version 1.14 of the interface.
  var hasAges = true
  private let lock = Lock()
  private var slots: [Event?] = [nil]                 // by id; id 0 is never given out
  private var others: [Event?] = []                   // by id - firstNonSignal
  private var page: UnsafeMutablePointer<Atomic<UInt64>>?   // by id; queues and clients write mailboxes at any time
  private var pageOffset: UInt64 = 0                  // in the backing file, when the page is ours
  private var pageIsOurs = false
  /// Ids below this may be used: it grows with what the client has mapped of the page.
  private var slotLimit = 256

  // MARK: the event page

  var hasPage: Bool { lock.withLock { page != nil } }

  /// Uses `size` bytes at `host` as the page; -EINVAL if there is one.
  func adoptPage(_ host: UnsafeMutableRawPointer, size: UInt64) -> Int32 {
    lock.withLock {
      guard page == nil else { return -EBUSY }
      guard size >= UInt64(Self.pageBytes) else {
        Log.info("CREATE_EVENT: an event page of \(size) bytes is too small, it takes \(Self.pageBytes)")
        return -EINVAL
      }
      setPage(host, count: Int(min(size / 8, 4096)))
      slotLimit = Int(min(size / 8, 4096))
      return 0
    }
  }
  private func setPage(_ host: UnsafeMutableRawPointer, count: Int) {
    let words = host.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    for index in 0..<count { words[index].store(Self.unsignaled, ordering: .relaxed) }
    page = words
  }

  /// Where in the backing file the page is, for a client that maps `length` bytes of it; negative errno if it can't.
  func mapPage(_ length: Int) -> Int64 {
    lock.withLock {
      guard page != nil, pageIsOurs, length > 0, length <= Self.pageBytes else { return Int64(-EINVAL) }
      slotLimit = (length + 4095) / 4096 * 4096 / 8
      return Int64(pageOffset)
    }
  }

  // MARK: ioctls

  /// Every event that there is, by id.
  var all: [Event] { lock.withLock { slots.compactMap { $0 } + others.compactMap { $0 } } }

  func create(type: UInt32, autoReset: Bool, allocatePage: () -> Extent?) -> (id: UInt32, error: Int32) {
    lock.lock()
    defer { lock.unlock() }
    if Event.hasSlot(type) {
      if page == nil {
        guard let extent = allocatePage() else { return (0, -ENOMEM) }
        setPage(extent.host, count: 4096)
        pageOffset = extent.offset
        pageIsOurs = true
      }
      let free = slots.indices.first { $0 > 0 && slots[$0] == nil } ?? slots.count
      guard free < slotLimit else { return (0, -ENOSPC) }
      let event = Event(id: UInt32(free), type: type, autoReset: autoReset)
      if free == slots.count { slots.append(event) } else { slots[free] = event }
      page![free].store(Self.unsignaled, ordering: .relaxed)
      return (event.id, 0)
    }
    let free = others.firstIndex { $0 == nil } ?? others.count
    let event = Event(id: Self.firstNonSignal + UInt32(free), type: type, autoReset: autoReset)
    if free == others.count { others.append(event) } else { others[free] = event }
    return (event.id, 0)
  }

  private func find(_ id: UInt32) -> Event? {
    if id < Self.firstNonSignal { return Int(id) < slots.count ? slots[Int(id)] : nil }
    let index = Int(id - Self.firstNonSignal)
    return index < others.count ? others[index] : nil
  }

  func destroy(_ id: UInt32) -> Int32 {
    lock.withLock {
      guard let event = find(id) else { return -EINVAL }
      for waiter in event.waiters { waiter.event = nil; waiter.call.wake() }
      event.waiters = []
      if id < Self.firstNonSignal { slots[Int(id)] = nil } else { others[Int(id - Self.firstNonSignal)] = nil }
      return 0
    }
  }

  func set(_ id: UInt32) -> Int32 {
    lock.withLock {
      guard let event = find(id), event.type == UInt32(KFD_IOC_EVENT_SIGNAL) else { return -EINVAL }
      set(event)
      return 0
    }
  }

  func reset(_ id: UInt32) -> Int32 {
    lock.withLock {
      guard let event = find(id), event.type == UInt32(KFD_IOC_EVENT_SIGNAL) else { return -EINVAL }
      event.signaled = false
      return 0
    }
  }

  private func set(_ event: Event) {
    event.signaled = !event.autoReset || event.waiters.isEmpty
    event.age &+= 1
    if event.age == 0 { event.age = 2 }
    let waiters = event.waiters
    event.waiters = []
    for waiter in waiters { waiter.activated = true; waiter.call.wake() }
  }

  // MARK: interrupts

  /// The device interrupts with the low `bits` bits of an event's id.  An event counts as signalled only when its mailbox, the slot
  /// of the page that its id names, has been written to: so a number that says nothing is looked for among all slots, and an
  /// interrupt without a mailbox wakes nobody.  Source: kfd_signal_event_interrupt of kfd_events.c, Linux 6.12.
  func interrupt(_ partial: UInt32, bits: Int = 32) {
    lock.withLock {
      guard let page else { return }
      func acknowledge(_ id: Int) -> Bool {
        guard id > 0, id < slots.count, page[id].load(ordering: .acquiring) != Self.unsignaled, let event = slots[id], Event.hasSlot(event.type) else { return false }
        page[id].store(Self.unsignaled, ordering: .relaxed)
        set(event)
        return true
      }
      if bits > 0 {
        let step = bits < 12 ? 1 << bits : 4096
        var id = Int(partial)
        while id < 4096 {
          if acknowledge(id) { return }
          id += step
        }
      }
      for id in slots.indices { _ = acknowledge(id) }
    }
  }

  /// The device has been reset and its memory is lost.
  func raiseReset(gpuID: UInt32) {
    raiseHardwareException(kfd_hsa_hw_exception_data(reset_type: 0, reset_cause: 0, memory_lost: 1, gpu_id: gpuID))
  }

  func raiseMemoryException(_ data: kfd_hsa_memory_exception_data) {
    lock.withLock {
      for case let event? in others where event.type == UInt32(KFD_IOC_EVENT_MEMORY) { event.memoryException = data; set(event) }
    }
  }

  func raiseHardwareException(_ data: kfd_hsa_hw_exception_data) {
    lock.withLock {
      for case let event? in others where event.type == UInt32(KFD_IOC_EVENT_HW_EXCEPTION) { event.hardwareException = data; set(event) }
    }
  }

  // MARK: waiting

  /// WAIT_EVENTS.  Fills `wait_result` and, when a signal handler ran, leaves in `timeout` what remains.
  func wait(_ arguments: inout kfd_ioctl_wait_events_args) -> Int32 {
    arguments.wait_result = UInt32(KFD_IOC_WAIT_RESULT_FAIL)
    let count = Int(arguments.num_events), stride = MemoryLayout<kfd_event_data_1_13>.stride
    guard count <= 1 << 16 else { return -ENOMEM }
    let all = arguments.wait_for_all != 0
    let call = WaitCall()
    var waiters: [Waiter] = []
    waiters.reserveCapacity(count)
    let start = GPUClock.nanoseconds(CLOCK_MONOTONIC)
    let limit: UInt64? = arguments.timeout == .max ? nil : UInt64(arguments.timeout) * 1_000_000

    lock.lock()
    defer { lock.unlock() }
    var interrupted = false
    defer {
      for waiter in waiters {
        guard let event = waiter.event else { continue }
        event.waiters.removeAll { $0 === waiter }
        if interrupted && waiter.activated && event.autoReset { set(event) }
      }
    }
    for index in 0..<count {
      var data = kfd_event_data_1_13()
      guard carmine_copy_in(&data, arguments.events_ptr &+ UInt64(index * stride), stride) == 0 else { return -EFAULT }
      guard let event = find(data.event_id) else { return -EINVAL }
      let waiter = Waiter(event, call)
      waiter.activated = event.signaled
      event.signaled = event.signaled && !event.autoReset
      let age = data.signal_event_data.last_event_age
      if hasAges && event.type == UInt32(KFD_IOC_EVENT_SIGNAL) && age != 0 {
        waiter.usesAge = true
        if age != event.age { waiter.activated = true }
      }
      if !waiter.activated { event.waiters.append(waiter) }
      waiters.append(waiter)
    }
    while true {
      let result = condition(waiters, all)
      if result == UInt32(KFD_IOC_WAIT_RESULT_FAIL) { return -EIO }
      if result == UInt32(KFD_IOC_WAIT_RESULT_COMPLETE) {
        guard copyResults(waiters, arguments.events_ptr) else { return -EFAULT }
        arguments.wait_result = result
        return 0
      }
      let passed = GPUClock.nanoseconds(CLOCK_MONOTONIC) - start
      if let limit, passed >= limit { arguments.wait_result = result; return 0 }
      let seen = call.word.pointee
      lock.unlock()
      let woken = carmine_futex_wait(call.word, seen, limit.map { Int64($0 - passed) } ?? -1)
      lock.lock()
      if woken == -EINTR && condition(waiters, all) == UInt32(KFD_IOC_WAIT_RESULT_TIMEOUT) {
        if let limit {
          let gone = GPUClock.nanoseconds(CLOCK_MONOTONIC) - start
          if gone >= limit { continue }
          arguments.timeout = UInt32((limit - gone) / 1_000_000)
        }
        interrupted = true
        return -EINTR
      }
    }
  }

  private func condition(_ waiters: [Waiter], _ all: Bool) -> UInt32 {
    var activated = 0
    for waiter in waiters {
      guard waiter.event != nil else { return UInt32(KFD_IOC_WAIT_RESULT_FAIL) }
      guard waiter.activated else { continue }
      if !all { return UInt32(KFD_IOC_WAIT_RESULT_COMPLETE) }
      activated += 1
    }
    return activated == waiters.count ? UInt32(KFD_IOC_WAIT_RESULT_COMPLETE) : UInt32(KFD_IOC_WAIT_RESULT_TIMEOUT)
  }

  private func copyResults(_ waiters: [Waiter], _ pointer: UInt64) -> Bool {
    for (index, waiter) in waiters.enumerated() {
      guard waiter.activated, let event = waiter.event else { continue }
      let address = pointer &+ UInt64(index * MemoryLayout<kfd_event_data_1_13>.stride)
      let error: Int32 =
        switch event.type {
        case UInt32(KFD_IOC_EVENT_MEMORY):
          withUnsafeBytes(of: event.memoryException) { carmine_copy_out(address, $0.baseAddress, $0.count) }
        case UInt32(KFD_IOC_EVENT_HW_EXCEPTION):
          withUnsafeBytes(of: event.hardwareException) { carmine_copy_out(address, $0.baseAddress, $0.count) }
        case UInt32(KFD_IOC_EVENT_SIGNAL) where waiter.usesAge:
          withUnsafeBytes(of: event.age) { carmine_copy_out(address, $0.baseAddress, $0.count) }
        default: 0
        }
      if error != 0 { return false }
    }
    return true
  }
}
