@testable import ISA
import CKFD
import CSoftGPU
import Glibc
import Testing
@testable import SoftGPU

/// Source of the expectations: HSA Platform System Architecture 1.2, 2.8 and 2.9; AMD's barrier-value packet.
@Suite(.serialized) struct QueueTests {
  let machine = Machine()

  @Test("A barrier without dependencies completes: slot, read index, timestamps, signal")
  func emptyBarrier() {
    let queue = TestQueue(machine), signal = TestSignal(machine)
    queue.barrier(completion: signal)
    #expect(signal.reaches(0))
    #expect(queue.readIndex == 1 && queue.header(0) == 1)
    #expect(signal.start != 0 && signal.end >= signal.start && signal.end <= GPUClock.now())
  }

  @Test("Nothing is processed before the doorbell is rung")
  func doorbell() {
    let queue = TestQueue(machine), signal = TestSignal(machine)
    queue.publish(0, header: 3) { TestQueue.fill($0, [], signal) }
    #expect(persistently { signal.value == 1 })
    queue.ringDoorbell(0)
    #expect(signal.reaches(0))
  }

  @Test("A queue that has slept for long wakes for a store to its doorbell, again and again")
  func wakesFromSleep() {
    let queue = TestQueue(machine), signal = TestSignal(machine, 5)
    for round in 1...5 {
      usleep(20_000)                       // far longer than the processor looks by itself
      queue.barrier(completion: signal)
      #expect(signal.reaches(5 - Int64(round)))
    }
  }

  @Test("Packets published out of order run in order once the first is there")
  func outOfOrder() {
    let queue = TestQueue(machine), first = TestSignal(machine), second = TestSignal(machine)
    queue.publish(1, header: 3) { TestQueue.fill($0, [], second) }
    queue.ringDoorbell(1)
    #expect(persistently { second.value == 1 && first.value == 1 })
    queue.publish(0, header: 3) { TestQueue.fill($0, [], first) }
    queue.ringDoorbell(0)                  // backwards, as several producers do
    #expect(first.reaches(0) && second.reaches(0) && queue.readIndex == 2)
  }

  @Test("The ring wraps, many times")
  func wraps() {
    let queue = TestQueue(machine, packets: 16), signal = TestSignal(machine, 1000)
    for _ in 0..<1000 {
      #expect(eventually { queue.written - queue.readIndex < 16 })
      queue.barrier(completion: signal)
    }
    #expect(signal.reaches(0) && queue.readIndex == 1000)
  }

  @Test("barrier-and waits until all dependencies are zero, barrier-or until one is")
  func dependencies() {
    let queue = TestQueue(machine), and = TestSignal(machine), or = TestSignal(machine)
    let a = TestSignal(machine), b = TestSignal(machine)
    queue.barrier(5, [a, b], completion: or)
    queue.barrier(3, [a, b], completion: and)
    #expect(persistently { or.value == 1 })
    b.value = 0
    #expect(or.reaches(0))
    #expect(persistently { and.value == 1 })
    a.value = 0
    #expect(and.reaches(0))
  }

  @Test("A queue that waits does not hold up another")
  func independentQueues() {
    let one = TestQueue(machine), two = TestQueue(machine)
    let gate = TestSignal(machine), blocked = TestSignal(machine), free = TestSignal(machine)
    one.barrier(3, [gate], completion: blocked)
    two.barrier(completion: free)
    #expect(free.reaches(0) && blocked.value == 1)
    gate.value = 0
    #expect(blocked.reaches(0))
  }

  /// (condition, value that holds, value that does not); the packet compares `value & 0xff` with 5.
  @Test("A barrier-value packet compares the masked value", arguments: [(0, 0x105, 0x106), (1, 0x106, 0x105), (2, 0x104, 0x105), (3, 0x105, 0x104)] as [(UInt32, Int64, Int64)])
  func barrierValue(condition: UInt32, holds: Int64, not: Int64) {
    let queue = TestQueue(machine), signal = TestSignal(machine), done = TestSignal(machine)
    signal.value = not
    queue.submit(header: 0 | 1 << 8, setup: 2) { packet in
      packet.storeBytes(of: signal.handle, toByteOffset: 8, as: UInt64.self)
      packet.storeBytes(of: 5, toByteOffset: 16, as: Int64.self)
      packet.storeBytes(of: 0xff, toByteOffset: 24, as: Int64.self)
      packet.storeBytes(of: condition, toByteOffset: 32, as: UInt32.self)
      packet.storeBytes(of: done.handle, toByteOffset: 56, as: UInt64.self)
    }
    #expect(persistently { done.value == 1 })
    signal.value = holds
    #expect(done.reaches(0))
  }

  @Test("A completion with a mailbox writes the event's id there and wakes who sleeps for it")
  func mailbox() {
    let queue = TestQueue(machine), signal = TestSignal(machine)
    let event = machine.eventWithMailbox()
    signal.setMailbox(UInt64(UInt(bitPattern: event.box)), event: event.id)
    queue.barrier(completion: signal)
    #expect(machine.wait([event.id], milliseconds: 20_000) == Machine.complete)
    #expect(signal.value == 0 && event.box.load(as: UInt64.self) == .max)
  }

  /// kfd_signal_event_interrupt of Linux 6.12.
  @Test("An interrupt finds an event by its written mailbox: a wrong number leads to all that are written, an unwritten one to none")
  func mailboxRule() {
    let event = machine.eventWithMailbox(), other = machine.createEvent(autoReset: true).event_id, events = machine.process.events
    let third = machine.createEvent(autoReset: true).event_id, slots = (event.box - Int(event.id) * 8).assumingMemoryBound(to: UInt64.self)
    events.interrupt(event.id)
    #expect(machine.wait([event.id]) == Machine.timedOut)                   // its mailbox is empty
    slots[Int(other)] = 1
    events.interrupt(event.id)
    #expect(machine.wait([event.id]) == Machine.timedOut && machine.wait([other]) == Machine.complete)
    slots[Int(event.id)] = 0
    slots[Int(other)] = 0
    events.interrupt(0x777)
    #expect(machine.wait([event.id, other], all: true) == Machine.complete && slots[Int(other)] == .max)
    // Of a number's low bits the first event that they fit and that is written.
    slots[Int(third)] = 0
    events.interrupt(third & 1, bits: 1)
    #expect(machine.wait([third]) == Machine.complete && machine.wait([event.id]) == Machine.timedOut)
  }

  @Test("A kernel whose workgroup needs more registers than a compute unit has is refused as the firmware does it")
  func outOfRegisters() throws {
    let queue = TestQueue(machine), inactive = TestSignal(machine, 0)
    queue.control.storeBytes(of: inactive.handle, toByteOffset: 192, as: UInt64.self)
    let symbols = try machine.load(Machine.kernel("large", "v_mov_b32 v0, 0", vgprs: 512))
    queue.submit(header: 2 | 1 << 8, setup: 1) { packet in
      packet.storeBytes(of: 1024, toByteOffset: 4, as: UInt16.self)
      packet.storeBytes(of: 1024, toByteOffset: 12, as: UInt32.self)
      packet.storeBytes(of: symbols["large"]!, toByteOffset: 32, as: UInt64.self)
    }
    #expect(inactive.reaches(128))
  }

  @Test("A reset ends the device's queues and tells who waits for exceptions that memory is lost")
  func reset() {
    let queue = TestQueue(machine), exception = machine.createEvent(3), signal = TestSignal(machine)
    #expect(machine.process.sysfs.text("/sys/kernel/debug/dri/\(machine.device.index)/amdgpu_gpu_recover") == "0\n")
    var data = [kfd_event_data_1_13()]
    data[0].event_id = exception.event_id
    #expect(machine.wait(&data, milliseconds: 20_000) == Machine.complete)
    #expect(data[0].hw_exception_data.gpu_id == machine.gpuID && data[0].hw_exception_data.memory_lost == 1)
    queue.barrier(completion: signal)
    #expect(persistently { signal.value == 1 })
  }

  @Test("Malformed packets stop the queue and say why in its inactive signal", arguments: [
    (0x0104, 0, 32), (0x0106, 0, 32), (0x0100, 1, 256), (0x0100, 9, 256), (0x0102, 0, 2), (0x0102, 3, 2),
  ] as [(UInt16, UInt16, Int64)])
  func malformed(header: UInt16, setup: UInt16, code: Int64) {
    let queue = TestQueue(machine), inactive = TestSignal(machine, 0), after = TestSignal(machine)
    let exception = machine.createEvent(3)
    queue.control.storeBytes(of: inactive.handle, toByteOffset: 192, as: UInt64.self)
    queue.submit(header: header, setup: setup) { _ in }
    queue.barrier(completion: after)
    #expect(inactive.reaches(code))
    #expect(persistently { after.value == 1 })
    var data = [kfd_event_data_1_13()]
    data[0].event_id = exception.event_id
    #expect(machine.wait(&data, milliseconds: 20_000) == Machine.complete)
    #expect(data[0].hw_exception_data.gpu_id == machine.gpuID)
  }

  /// The descriptor's code is one s_endpgm; anything unmapped or unexecutable is a fault of the dispatch.
  private func nullKernel(_ queue: TestQueue, _ object: UInt64, grid: UInt32 = 64, _ completion: TestSignal) {
    queue.submit(header: 2 | 1 << 8, setup: 1) { packet in
      packet.storeBytes(of: 64, toByteOffset: 4, as: UInt16.self)
      packet.storeBytes(of: grid, toByteOffset: 12, as: UInt32.self)
      packet.storeBytes(of: object, toByteOffset: 32, as: UInt64.self)
      packet.storeBytes(of: completion.handle, toByteOffset: 56, as: UInt64.self)
    }
  }

  @Test("A kernel is executed once per dispatch, small grids and large, and completes with timestamps", arguments: [1, 64, 100_000] as [UInt32])
  func kernels(grid: UInt32) {
    let queue = TestQueue(machine), signal = TestSignal(machine, 3)
    let code = machine.shared(4096)
    code.storeBytes(of: 256, toByteOffset: 16, as: Int64.self)
    code.storeBytes(of: 0xbf81_0000, toByteOffset: 256, as: UInt32.self)       // s_endpgm
    for _ in 0..<3 { nullKernel(queue, UInt64(UInt(bitPattern: code)), grid: grid, signal) }
    #expect(signal.reaches(0) && eventually { queue.readIndex == 3 })
    #expect(signal.start != 0 && signal.end >= signal.start)
  }

  @Test("An illegal instruction stops its queue, raises a hardware exception and completes nothing")
  func illegalInstruction() {
    let queue = TestQueue(machine), inactive = TestSignal(machine, 0), signal = TestSignal(machine)
    let exception = machine.createEvent(3), code = machine.shared(4096)
    queue.control.storeBytes(of: inactive.handle, toByteOffset: 192, as: UInt64.self)
    code.storeBytes(of: 256, toByteOffset: 16, as: Int64.self)
    code.storeBytes(of: 0xffff_ffff, toByteOffset: 256, as: UInt32.self)
    nullKernel(queue, UInt64(UInt(bitPattern: code)), signal)
    #expect(inactive.reaches(0x4000_0000))
    #expect(machine.wait([exception.event_id], milliseconds: 20_000) == Machine.complete)
    #expect(signal.value == 1)
  }

  @Test("A dependency outside mapped memory is a memory fault: event, reason, inactive queue")
  func unmappedDependency() {
    let queue = TestQueue(machine), inactive = TestSignal(machine, 0)
    let memory = machine.createEvent(8)
    queue.control.storeBytes(of: inactive.handle, toByteOffset: 192, as: UInt64.self)
    queue.submit(header: 3) { $0.storeBytes(of: 0x6666_0000_0040, toByteOffset: 8, as: UInt64.self) }
    #expect(inactive.reaches(0x2000_0000))
    var data = [kfd_event_data_1_13()]
    data[0].event_id = memory.event_id
    #expect(machine.wait(&data, milliseconds: 20_000) == Machine.complete)
    #expect(data[0].memory_exception_data.gpu_id == machine.gpuID && data[0].memory_exception_data.va == 0x6666_0000_0000)
    #expect(data[0].memory_exception_data.failure.NotPresent == 1)
  }

  @Test("A paused queue keeps its packets, a destroyed one never runs them")
  func pauseAndDestroy() {
    let queue = TestQueue(machine), signal = TestSignal(machine), never = TestSignal(machine)
    func update(_ percentage: UInt32) -> Int32 {
      var a = kfd_ioctl_update_queue_args(
        ring_base_address: UInt64(UInt(bitPattern: queue.ring)), queue_id: queue.id, ring_size: UInt32(queue.packets * 64),
        queue_percentage: percentage, queue_priority: 7)
      return machine.ioctl(0x07, &a)
    }
    #expect(update(0) == 0)
    queue.barrier(completion: signal)
    #expect(persistently { signal.value == 1 })
    #expect(update(100) == 0 && signal.reaches(0))
    #expect(queue.destroy() == 0 && queue.destroy() == -EINVAL)
    queue.barrier(completion: never)
    #expect(persistently { never.value == 1 })
  }

  @Test("CREATE_QUEUE refuses rings, pointers and save areas that are not mapped or too small")
  func refusals() {
    let ring = machine.shared(4096), control = machine.shared(4096)
    let good = TestQueue.arguments(machine, ring: ring, ringSize: 4096, control: control)
    func create(_ change: (inout kfd_ioctl_create_queue_args) -> Void) -> Int32 {
      var arguments = good
      change(&arguments)
      let error = machine.ioctl(0x02, &arguments)
      if error == 0 { var d = kfd_ioctl_destroy_queue_args(queue_id: arguments.queue_id, pad: 0); _ = machine.ioctl(0x03, &d) }
      return error
    }
    #expect(create { _ in } == 0)
    #expect(create { $0.ring_base_address = 0x10 } == -EINVAL)        // recorded, as is the next
    #expect(create { $0.ring_base_address = 0 } == -EINVAL)
    // kfd_chardev.c and kfd_queue.c of Linux 6.12: below the least size it is the least, and each buffer is a whole mapping.
    #expect(create { $0.ring_size = 0 } == 0 && create { $0.ring_size = 512 } == 0)
    #expect(create { $0.ring_base_address += 4096 } == -EINVAL)
    #expect(create { $0.ring_size = 8192 } == -EINVAL)
    #expect(create { $0.read_pointer_address = 0x5000_0000_0000 } == -EINVAL)
    #expect(create { $0.write_pointer_address = 0x5000_0000_0000 } == -EINVAL)
    #expect(create { $0.ctl_stack_size += 4096 } == -EINVAL)
    #expect(create { $0.ctx_save_restore_size -= 4096 } == -EINVAL)
    #expect(create { $0.queue_type = 5 } == -524 && create { $0.queue_type = 9 } == -524)          // recorded for 9
  }

  @Test("Doorbell offsets are of the kernel's form: type 3, the GPU's id, 8 bytes a queue")
  func doorbellOffsets() {
    let ring = machine.shared(4096), control = machine.shared(4096)
    var seen: [UInt64] = []
    for _ in 0..<3 {
      var arguments = TestQueue.arguments(machine, ring: ring, ringSize: 4096, control: control)
      #expect(machine.ioctl(0x02, &arguments) == 0)
      seen.append(arguments.doorbell_offset)
    }
    let base: UInt64 = 3 << 62 | UInt64(machine.gpuID) << 46
    #expect(seen == [base, base + 8, base + 16])
    // SDMA queues have fixed ones: amdgpu_doorbell.h and allocate_doorbell of Linux 6.12.
    var sdma: [UInt64] = []
    for _ in 0..<6 {
      var arguments = TestQueue.arguments(machine, ring: ring, ringSize: 4096, control: control)
      arguments.queue_type = 1
      #expect(machine.ioctl(0x02, &arguments) == 0)
      sdma.append(arguments.doorbell_offset - base)
    }
    #expect(sdma == [0x100, 0x10a, 0x300, 0x30a, 0x101, 0x10b].map { $0 * 8 })
  }

  @Test("EXEC_HI of a wave of 32 lanes begins as 0, whatever a wave of 64 has left in the same registers")
  func upperHalfOfExec() throws {
    let machine = Machine(.rx7900xtx), queue = TestQueue(machine), out = machine.words(64)
    func store(_ name: String, _ register: String, wide: Bool) -> String {
      Machine.kernel(name, """
        s_load_b64 s[4:5], s[0:1], 0x0
        v_mov_b32 v1, \(register)
        v_lshlrev_b32 v2, 2, v0
        s_waitcnt lgkmcnt(0)
        global_store_b32 v2, v1, s[4:5]
        """, more: ".amdhsa_wavefront_size32 \(wide ? 0 : 1)", gfx9: false)
    }
    // LLVM assembles both for waves of 32 lanes; the code is the same.
    let symbols = try machine.load(store("wide", "exec_hi", wide: false) + store("narrow", "exec_hi", wide: false))
    let descriptor = UnsafeMutableRawPointer(bitPattern: UInt(symbols["wide"]!))!
    descriptor.storeBytes(of: descriptor.load(fromByteOffset: 56, as: UInt16.self) & ~(1 << 10), toByteOffset: 56, as: UInt16.self)
    for (name, expected) in [("wide", UInt32.max), ("narrow", 0), ("wide", .max), ("narrow", 0)] {
      let signal = TestSignal(machine)
      queue.dispatch(symbols[name]!, arguments: machine.arguments(address(out)), completion: signal)
      #expect(signal.reaches(0) && out[0] == expected, "\(name)")
    }
  }
}
