// One thread of a soaking process: it makes, uses, checks and destroys memory, queues and events in random order.
// What it launches it checks, word for word; what it makes it destroys.
import CKFD
import Glibc
import KFD
import Synchronization

/// xorshift64*: the same seed, the same traffic.
struct Random {
  var state: UInt64
  mutating func next() -> UInt64 {
    state ^= state >> 12; state ^= state << 25; state ^= state >> 27
    return state &* 0x2545_f491_4f6c_dd1d
  }
  mutating func below(_ limit: Int) -> Int { Int(next() >> 33) % limit }
  mutating func chance(_ one: Int) -> Bool { below(one) == 0 }
}

/// What all threads of the process have done; read by the thread that reports.
final class Totals: Sendable {
  let operations = Atomic<UInt64>(0), kernels = Atomic<UInt64>(0), buffers = Atomic<UInt64>(0), queues = Atomic<UInt64>(0), events = Atomic<UInt64>(0)
}

final class Worker {
  let machine: Machine, totals: Totals, until: UInt64
  var random: Random
  private var queues: [AQLQueue] = []
  private let page: Buffer            // signals, 64 bytes each
  private var kernels: [Buffer] = []  // one a device
  private let interrupts: EventHandle
  private let mailboxes: UnsafeMutableRawPointer

  init(_ machine: Machine, _ totals: Totals, seed: UInt64, until: UInt64, mailboxes: UnsafeMutableRawPointer) throws(KFDError) {
    self.machine = machine; self.totals = totals; self.until = until; self.mailboxes = mailboxes
    random = Random(state: seed | 1)
    page = try Buffer(machine, 0, .host, bytes: 8192, everywhere: true)
    for device in machine.gpus.indices {
      let code = try Buffer(machine, device, .host, bytes: 4096, executable: true)
      CountingKernel.write(to: code.memory)
      kernels.append(code)
    }
    interrupts = try machine.driver.createEvent(.signal, autoReset: true)
  }

  func run() throws(KFDError) {
    while nanoseconds() < until {
      switch random.below(12) {
      case 0, 1: try memory()
      case 2: if queues.count < 3 { try open() }
      case 3: if !queues.isEmpty && random.chance(3) { try close(queues.remove(at: random.below(queues.count))) }
      case 4: try endless()
      case 5: try pausedBatch()
      case 6: try events()
      default: try batch()
      }
      totals.operations.wrappingAdd(1, ordering: .relaxed)
    }
    for queue in queues { try close(queue) }
    for kernel in kernels { try kernel.free() }
    try page.free()
    try machine.driver.destroyEvent(interrupts.id)
  }

  private func open() throws(KFDError) {
    queues.append(try AQLQueue(machine, random.below(machine.gpus.count), priority: UInt32(random.below(16))))
    totals.queues.wrappingAdd(1, ordering: .relaxed)
  }
  private func close(_ queue: AQLQueue) throws(KFDError) { try queue.destroy() }

  private func place() -> Buffer.Place { Buffer.Place.allCases[random.below(3)] }

  /// A buffer written by the host and read again; its neighbours in time are other threads' buffers.
  private func memory() throws(KFDError) {
    let buffer = try Buffer(machine, random.below(machine.gpus.count), place(), bytes: 1 + random.below(random.chance(8) ? 8 << 20 : 64 << 10), everywhere: random.chance(2))
    let pattern = UInt32(truncatingIfNeeded: random.next())
    let words = buffer.memory.assumingMemoryBound(to: UInt32.self)
    for index in stride(from: 0, to: buffer.bytes / 4, by: 257) { words[index] = pattern &+ UInt32(index) }
    for index in stride(from: 0, to: buffer.bytes / 4, by: 257) where words[index] != pattern &+ UInt32(index) {
      give(up: "memory at \(index) holds \(words[index]), not \(pattern &+ UInt32(index))")
    }
    try buffer.free()
    totals.buffers.wrappingAdd(1, ordering: .relaxed)
  }

  private func signal(_ index: Int) -> UnsafeMutableRawPointer { page.memory + index * 64 }
  private func arm(_ index: Int, _ value: Int64, interrupt: Bool = false) -> UInt64 {
    let memory = signal(index)
    memset(memory, 0, 64)
    memory.storeBytes(of: 1, as: Int64.self)
    if interrupt {
      memory.storeBytes(of: UInt64(UInt(bitPattern: mailboxes)) + UInt64(interrupts.slot) * 8, toByteOffset: 16, as: UInt64.self)
      memory.storeBytes(of: interrupts.triggerData, toByteOffset: 24, as: UInt32.self)
    }
    (memory + 8).assumingMemoryBound(to: Atomic<Int64>.self).pointee.store(value, ordering: .releasing)
    return page.address + UInt64(index * 64)
  }
  private func value(_ index: Int) -> Int64 { (signal(index) + 8).assumingMemoryBound(to: Atomic<Int64>.self).pointee.load(ordering: .acquiring) }

  /// Waits for signal `index` to be zero, by spinning or by sleeping in the kernel.
  private func wait(_ index: Int, asleep: Bool, _ what: String) throws(KFDError) {
    let start = nanoseconds()
    while value(index) != 0 {
      if asleep { _ = try machine.driver.wait(for: interrupts.id, milliseconds: 200) } else { sched_yield() }
      if nanoseconds() - start > 120_000_000_000 { give(up: "\(what): signal is \(value(index)) after two minutes") }
    }
  }

  /// A batch of kernels on one or two queues, tied together by a barrier packet; every word is checked.
  private func batch() throws(KFDError) {
    guard let first = queues.randomElement(&random) else { return try open() }
    let count = 1 + random.below(12), asleep = random.chance(2)
    let buffer = try Buffer(machine, first.device, place(), bytes: count * 256, everywhere: true)
    let value = UInt32(truncatingIfNeeded: random.next()), rounds = UInt32(random.below(200))
    let done = arm(0, Int64(count), interrupt: asleep)
    for index in 0..<count {
      let queue = queues[random.below(queues.count)]
      while queue.isFull { sched_yield() }
      queue.launch(
        kernel: kernels[queue.device].address, pointer: buffer.address + UInt64(index * 256), value: value &+ UInt32(index), rounds: rounds,
        signal: done, barrier: random.chance(2))
    }
    if random.chance(2) {
      let last = arm(1, 1, interrupt: asleep)
      let queue = queues[random.below(queues.count)]
      while queue.isFull { sched_yield() }
      queue.waitOnDevice(for: [done], then: last)
      try wait(1, asleep: asleep, "barrier packet")
    }
    try wait(0, asleep: asleep, "batch of \(count) kernels")
    check(buffer, count, value, rounds)
    try buffer.free()
  }

  private func check(_ buffer: Buffer, _ count: Int, _ value: UInt32, _ rounds: UInt32) {
    for index in 0..<count {
      for lane in 0..<64 {
        let got = buffer.memory.load(fromByteOffset: index * 256 + lane * 4, as: UInt32.self), wanted = value &+ UInt32(index + lane) &+ rounds
        guard got == wanted else { give(up: "kernel \(index) of \(count), lane \(lane): \(got), not \(wanted)") }
      }
    }
    totals.kernels.wrappingAdd(UInt64(count), ordering: .relaxed)
  }

  /// A kernel that would run for hours is stopped by destroying its queue.
  private func endless() throws(KFDError) {
    guard random.chance(4) else { return }
    let queue = try AQLQueue(machine, random.below(machine.gpus.count), priority: 7)
    let buffer = try Buffer(machine, queue.device, .vram, bytes: 4096)
    queue.launch(kernel: kernels[queue.device].address, pointer: buffer.address, value: 1, rounds: ~0, signal: arm(2, 1), barrier: false)
    usleep(UInt32(random.below(3000)))
    try queue.destroy()
    try buffer.free()
    guard value(2) == 1 else { give(up: "an endless kernel ended") }
    totals.queues.wrappingAdd(1, ordering: .relaxed)
  }

  /// Packets written to a paused queue run when it goes on; a long one is paused in its middle.
  private func pausedBatch() throws(KFDError) {
    guard let queue = queues.randomElement(&random), !queue.isFull else { return }
    let buffer = try Buffer(machine, queue.device, place(), bytes: 4096, everywhere: true)
    let value = UInt32(truncatingIfNeeded: random.next()), rounds = UInt32(random.chance(2) ? 200_000 : 10)
    let early = random.chance(2)
    if early { try queue.setRunning(false) }
    queue.launch(kernel: kernels[queue.device].address, pointer: buffer.address, value: value, rounds: rounds, signal: arm(0, 1, interrupt: true), barrier: true)
    if !early { usleep(UInt32(random.below(500))); try queue.setRunning(false) }
    usleep(UInt32(random.below(300)))
    try queue.setRunning(true)
    try wait(0, asleep: random.chance(2), "kernel of a queue that was paused")
    check(buffer, 1, value, rounds)
    try buffer.free()
  }

  /// Events of the host: set, waited for together, reset.
  private func events() throws(KFDError) {
    var made: [EventHandle] = []
    for _ in 0..<(1 + random.below(5)) { made.append(try machine.driver.createEvent(.signal, autoReset: random.chance(2))) }
    for event in made { try machine.driver.setEvent(event.id) }
    var entries = made.map { event in var entry = kfd_event_data_1_13(); entry.event_id = event.id; return entry }
    guard try machine.driver.wait(for: &entries, all: true, milliseconds: 60_000) == .complete else { give(up: "events that were set are not seen") }
    for event in made { try machine.driver.resetEvent(event.id) }
    guard try machine.driver.wait(for: &entries, all: false, milliseconds: 0) == .timedOut else { give(up: "events that were reset are still set") }
    for event in made { try machine.driver.destroyEvent(event.id) }
    totals.events.wrappingAdd(UInt64(made.count), ordering: .relaxed)
  }
}

extension Array {
  fileprivate func randomElement(_ random: inout Random) -> Element? { isEmpty ? nil : self[random.below(count)] }
}

func nanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
