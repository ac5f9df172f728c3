// Round trips through an AQL queue: from the doorbell until the client sees the completion signal, with the client spinning,
// and what an idle process with a queue open costs.  Needs no compiler: the null kernel is one s_endpgm.
// Baseline: two threads that pass a cache line to and fro, which no implementation in software can beat.
// What the numbers include: writing the packet, the doorbell, the packet processor, the kernel, the signal.
//   swift run -c release queue-bench            CARMINE_DEVICE and CARMINE_SOFTGPU_LIBRARY choose the device
import CKFD
import Glibc
import KFD
import Synchronization

func nanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
func processorTime() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

struct Client {
  let driver: Driver, gpu: Node
  let ring: UnsafeMutableRawPointer, control: UnsafeMutableRawPointer, signal: UnsafeMutableRawPointer
  let kernel: UnsafeMutableRawPointer
  let doorbell: UnsafeMutablePointer<Atomic<UInt64>>
  let slots: UInt64 = 256
  var written: UInt64 = 0

  init() throws {
    let kernel = try openDefaultKernel()
    let driver = try Driver(kernel: kernel)
    guard let gpu = try Topology(kernel: kernel).gpus.first else { fatalError("no GPU") }
    try driver.acquireVM(gpuID: gpu.gpuID, renderNode: driver.openRenderNode(gpu.drmRenderMinor))
    func shared(_ size: Int) throws -> UnsafeMutableRawPointer {
      let memory = Glibc.mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
      let address = UInt64(UInt(bitPattern: memory))
      let made = try driver.allocate(
        gpuID: gpu.gpuID, gpuAddress: address, byteCount: UInt64(size),
        flags: [.userPointer, .executable, .writable, .noSubstitute], userPointer: address)
      try driver.mapToGPUs(handle: made.handle, gpuIDs: [gpu.gpuID])
      return memory
    }
    ring = try shared(Int(slots) * 64)
    for index in 0..<Int(slots) { (ring + index * 64).storeBytes(of: 1, as: UInt16.self) }
    control = try shared(4096)
    signal = try shared(4096)
    self.kernel = try shared(4096)
    self.kernel.storeBytes(of: 256, toByteOffset: 16, as: Int64.self)          // descriptor: code is 256 bytes on
    self.kernel.storeBytes(of: 0xbf81_0000, toByteOffset: 256, as: UInt32.self) // s_endpgm
    var description = QueueDescription(
      gpuID: gpu.gpuID, type: .computeAQL, ringBase: UInt64(UInt(bitPattern: ring)), ringSize: UInt32(slots * 64),
      writePointer: UInt64(UInt(bitPattern: control)) + 56, readPointer: UInt64(UInt(bitPattern: control)) + 128)
    let units = gpu.computeUnitCount / gpu.xccCount
    let saveBytes = (Int(gpu.contextSaveSize) + units * 40 * 32 + 4095) / 4096 * 4096 * gpu.xccCount
    let save = Glibc.mmap(nil, saveBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)!
    let made = try driver.allocate(
      gpuID: gpu.gpuID, gpuAddress: UInt64(UInt(bitPattern: save)), byteCount: UInt64(saveBytes), flags: [.vram, .writable, .noSubstitute])
    try driver.mapToGPUs(handle: made.handle, gpuIDs: [gpu.gpuID])
    description.contextSave = (UInt64(UInt(bitPattern: save)), gpu.contextSaveSize, gpu.controlStackSize)
    let queue = try driver.createQueue(description)
    let page = try driver.map(QueueHandle.doorbellPageBytes, descriptor: driver.descriptor, offset: queue.doorbellPageOffset)
    doorbell = (page + queue.doorbellOffsetInPage).assumingMemoryBound(to: Atomic<UInt64>.self)
    self.driver = driver
    self.gpu = gpu
  }

  var value: UnsafeMutablePointer<Atomic<Int64>> { (signal + 8).assumingMemoryBound(to: Atomic<Int64>.self) }
  var readIndex: UInt64 { (control + 128).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .acquiring) }

  mutating func publish(header: UInt32, _ body: (UnsafeMutableRawPointer) -> Void) {
    while written - readIndex >= slots {}
    let packet = ring + Int(written % slots) * 64
    body(packet)
    packet.storeBytes(of: UInt64(UInt(bitPattern: signal)), toByteOffset: 56, as: UInt64.self)
    packet.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.store(header, ordering: .releasing)
    doorbell.pointee.store(written, ordering: .releasing)
    written += 1
  }
  mutating func barrier() {
    publish(header: 3 | 1 << 8) { memset($0 + 4, 0, 52) }
  }
  mutating func nullKernel(bit: Bool = true) {
    let object = UInt64(UInt(bitPattern: kernel))
    publish(header: 2 | (bit ? 1 << 8 : 0) | 1 << 16) { packet in
      memset(packet + 4, 0, 52)
      for (offset, size) in [(4, 64), (6, 1), (8, 1)] { packet.storeBytes(of: UInt16(size), toByteOffset: offset, as: UInt16.self) }
      for (offset, size) in [(12, 64), (16, 1), (20, 1)] { packet.storeBytes(of: UInt32(size), toByteOffset: offset, as: UInt32.self) }
      packet.storeBytes(of: object, toByteOffset: 32, as: UInt64.self)
    }
  }
  /// Spins until the signal is zero; false when nothing comes within five seconds.
  func spin() -> Bool {
    let start = nanoseconds()
    var turns = 0
    while value.pointee.load(ordering: .acquiring) != 0 {
      turns += 1
      if turns % 65536 == 0 && nanoseconds() - start > 5_000_000_000 { return false }
    }
    return true
  }
}

/// Prints at once, also into a pipe.
func print(_ line: String) { Swift.print(line); fflush(nil) }

func report(_ name: String, _ samples: [UInt64]) {
  let sorted = samples.sorted()
  func at(_ part: Double) -> String { let v = Int(Double(sorted[Int(Double(sorted.count - 1) * part)]) / 10); return "\(v / 100).\(String(v % 100 + 100).dropFirst()) µs" }
  print("\(name): median \(at(0.5)), 90 % \(at(0.9)), 99 % \(at(0.99)), worst \(at(1)) of \(samples.count)")
}

@main struct QueueBench {
  static func main() throws {
    let rounds = 20_000
    alarm(120)                  // a device that has stopped must not keep us
    report("baseline, a cache line to another thread and back", pingPong(rounds))
    var client = try Client()
    print("device: \(client.gpu.gfxTarget), \(client.gpu.computeUnitCount) compute units")

    func roundTrips(_ name: String, _ submit: (inout Client) -> Void) -> Bool {
      var samples: [UInt64] = []
      samples.reserveCapacity(rounds)
      for _ in 0..<rounds {
        client.value.pointee.store(1, ordering: .releasing)
        let start = nanoseconds()
        submit(&client)
        guard client.spin() else { print("\(name): no completion"); return false }
        samples.append(nanoseconds() - start)
      }
      report(name, samples)
      return true
    }
    func idle(_ name: String) {
      usleep(1_500_000)
      let before = processorTime(), start = nanoseconds()
      usleep(4_000_000)
      let hundredths = (processorTime() - before) * 10_000 / (nanoseconds() - start)
      print("\(name): \(hundredths / 100).\(String(hundredths % 100 + 100).dropFirst()) % of a core")
    }
    _ = roundTrips("barrier packet, spinning client") { $0.barrier() }

    var afterIdle: [UInt64] = [], start: UInt64 = 0
    for _ in 0..<100 {
      usleep(30_000)
      client.value.pointee.store(1, ordering: .releasing)
      start = nanoseconds()
      client.barrier()
      guard client.spin() else { break }
      afterIdle.append(nanoseconds() - start)
    }
    report("barrier packet after 30 ms of nothing", afterIdle)

    idle("idle with a queue open")

    guard roundTrips("null kernel, spinning client", { $0.nullKernel() }) else { exit(1) }
    var batches: [UInt64] = [], submissions: [UInt64] = []
    for _ in 0..<rounds / 64 {
      client.value.pointee.store(64, ordering: .releasing)
      start = nanoseconds()
      for _ in 0..<64 { client.nullKernel(bit: false) }
      submissions.append((nanoseconds() - start) / 64)
      guard client.spin() else { exit(1) }
      batches.append((nanoseconds() - start) / 64)
    }
    report("null kernels in batches of 64, each", batches)
    // What no runtime can be below: one packet of 64 bytes and one store to a doorbell, both of which the device reads meanwhile.
    report("of that, to write the packet and ring", submissions)
  }

  static func pingPong(_ rounds: Int) -> [UInt64] {
    let line = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: 16)
    line.initialize(to: Atomic(0))
    (line + 8).initialize(to: Atomic(0))
    var thread = pthread_t()
    pthread_create(&thread, nil, { context in
      let line = context!.assumingMemoryBound(to: Atomic<UInt64>.self)
      var last: UInt64 = 0
      while true {
        let now = line.pointee.load(ordering: .acquiring)
        if now == .max { return nil }
        if now != last { last = now; (line + 8).pointee.store(now, ordering: .releasing) }
      }
    }, UnsafeMutableRawPointer(line))
    var samples: [UInt64] = []
    for round in 1...UInt64(rounds) {
      let start = nanoseconds()
      line.pointee.store(round, ordering: .releasing)
      while (line + 8).pointee.load(ordering: .acquiring) != round {}
      samples.append(nanoseconds() - start)
    }
    line.pointee.store(.max, ordering: .releasing)
    pthread_join(thread, nil)
    return samples
  }
}
