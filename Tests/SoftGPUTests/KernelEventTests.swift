import CKFD
import CSoftGPU
import Glibc
import Synchronization
import Testing
@testable import SoftGPU

/// Expectations are the record of amdkfd 1.17 (Linux 6.12): sections "events: …".
@Suite struct KernelEventTests {
  @Test("Signal events get ids from 1 and the event page's offset; other types get ids from 2^30 and no slot")
  func creation() {
    let machine = Machine()
    for id in UInt32(1)...4 {
      let event = machine.createEvent(0, autoReset: id % 2 == 0)
      #expect(event.event_id == id && event.event_slot_index == id && event.event_trigger_data == id)
      #expect(event.event_page_offset == 0x8000_0000_0000_0000)
    }
    #expect(machine.createEvent(1).event_id == 1 << 30)
    let exception = machine.createEvent(3)
    #expect(exception.event_id == 1 << 30 + 1 && exception.event_slot_index == 0 && exception.event_page_offset == 0)
    #expect(machine.createEvent(5).event_id == 5)
    #expect(machine.createEvent(9).event_id == 1 << 30 + 2)
    #expect(machine.set(exception.event_id) == -EINVAL && machine.reset(exception.event_id) == -EINVAL && machine.set(5) == -EINVAL)
    #expect(machine.destroy(exception.event_id) == 0 && machine.destroy(exception.event_id) == -EINVAL)
    #expect(machine.createEvent(3).event_id == exception.event_id)
  }

  @Test("Ids that name nothing are refused everywhere", arguments: [0, 0xc8, 0xfff, 0x1000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as [UInt32])
  func unknownIDs(id: UInt32) {
    let machine = Machine()
    _ = machine.createEvent()
    #expect(machine.set(id) == -EINVAL && machine.reset(id) == -EINVAL && machine.destroy(id) == -EINVAL)
    #expect(machine.wait([id]) == Machine.failed(EINVAL))
  }

  @Test("A manual event stays set until it is reset; an automatic one is consumed by the wait")
  func manualAndAutomatic() {
    let machine = Machine()
    let manual = machine.createEvent().event_id, auto = machine.createEvent(autoReset: true).event_id
    #expect(machine.wait([manual]) == Machine.timedOut)
    #expect(machine.set(manual) == 0 && machine.set(manual) == 0)
    #expect(machine.wait([manual]) == Machine.complete && machine.wait([manual], milliseconds: .max) == Machine.complete)
    #expect(machine.reset(manual) == 0 && machine.wait([manual]) == Machine.timedOut)
    #expect(machine.set(auto) == 0 && machine.set(auto) == 0)
    #expect(machine.wait([auto]) == Machine.complete && machine.wait([auto]) == Machine.timedOut)
    #expect(machine.set(auto) == 0 && machine.reset(auto) == 0 && machine.wait([auto]) == Machine.timedOut)
  }

  @Test("Waits for all and for any, with duplicates and bad ids, as recorded")
  func anyAndAll() {
    let machine = Machine()
    let a = machine.createEvent().event_id, b = machine.createEvent().event_id
    let c = machine.createEvent(autoReset: true).event_id, d = machine.createEvent(autoReset: true).event_id
    #expect(machine.wait([]) == Machine.complete && machine.wait([], all: true) == Machine.complete)
    #expect(machine.wait([a, b]) == Machine.timedOut)
    _ = machine.set(a)
    #expect(machine.wait([a, b]) == Machine.complete && machine.wait([a, b], all: true) == Machine.timedOut)
    #expect(machine.wait([a, a], all: true) == Machine.complete)
    _ = machine.set(b)
    #expect(machine.wait([a, b], all: true) == Machine.complete)
    #expect(machine.wait([a, 0xc8]) == Machine.failed(EINVAL))
    _ = machine.set(c)
    #expect(machine.wait([c, d], all: true) == Machine.timedOut && machine.wait([c]) == Machine.timedOut)   // consumed
    _ = machine.set(c); _ = machine.set(d)
    #expect(machine.wait([c, d]) == Machine.complete)
    #expect(machine.wait([c]) == Machine.timedOut && machine.wait([d]) == Machine.timedOut)
    _ = machine.set(c)
    #expect(machine.wait([c, c], all: true) == Machine.timedOut)
    _ = machine.set(c)
    #expect(machine.wait([c, 0xc8]) == Machine.failed(EINVAL) && machine.wait([c]) == Machine.timedOut)      // consumed
  }

  @Test("Bad event arrays are EFAULT, absurd counts ENOMEM, and the result says failure")
  func badArrays() {
    let machine = Machine()
    func wait(_ pointer: UInt64, _ count: UInt32) -> Machine.Wait {
      var arguments = kfd_ioctl_wait_events_args(events_ptr: pointer, num_events: count, wait_for_all: 0, timeout: 0, wait_result: 0xdead)
      let error = machine.ioctl(0x0c, &arguments)
      return .init(error: error, result: arguments.wait_result)
    }
    #expect(wait(0, 1) == Machine.failed(EFAULT) && wait(0x10, 1) == Machine.failed(EFAULT))
    #expect(wait(0x10, 10_000_000) == Machine.failed(ENOMEM))
  }

  @Test("An event's age lets a waiter see a setting that another waiter consumed")
  func ages() {
    let machine = Machine()
    let event = machine.createEvent(autoReset: true).event_id
    func wait(_ age: UInt64) -> (Machine.Wait, UInt64) {
      var data = [kfd_event_data_1_13()]
      data[0].event_id = event
      data[0].signal_event_data.last_event_age = age
      let result = machine.wait(&data)
      return (result, data[0].signal_event_data.last_event_age)
    }
    #expect(wait(0) == (Machine.timedOut, 0))
    #expect(wait(1) == (Machine.timedOut, 1))
    _ = machine.set(event)
    #expect(wait(1) == (Machine.complete, 2))
    #expect(wait(1) == (Machine.complete, 2))     // consumed, but older than the event
    #expect(wait(2) == (Machine.timedOut, 2))
    _ = machine.set(event); _ = machine.set(event)
    #expect(wait(2) == (Machine.complete, 4))
    #expect(wait(1000) == (Machine.complete, 4))
    _ = machine.set(event)
    #expect(wait(1000) == (Machine.complete, 5))
    _ = machine.set(event)
    #expect(wait(0) == (Machine.complete, 0))
  }

  @Test("As many signal events as the mapped part of the page has slots", arguments: [(0, 255), (4096, 511), (32768, 4095)])
  func slotLimit(mapped: Int, events: Int) {
    let machine = Machine()
    let first = machine.createEvent()
    #expect(first.event_id == 1)
    if mapped > 0 { #expect(machine.process.events.mapPage(mapped) > 0) }
    var arguments = kfd_ioctl_create_event_args()
    var made = 1
    while machine.ioctl(0x08, &arguments) == 0 { made += 1; arguments = .init() }
    #expect(made == events)
    arguments = .init()
    #expect(machine.ioctl(0x08, &arguments) == -ENOSPC)
    #expect(machine.createEvent(3).event_id == 1 << 30)
    #expect(machine.destroy(6) == 0 && machine.createEvent().event_id == 6)
  }

  @Test("The page cannot be mapped before there is one, nor beyond its size")
  func pageMapping() {
    let machine = Machine()
    #expect(machine.process.events.mapPage(32768) == Int64(-EINVAL))
    _ = machine.createEvent()
    #expect(machine.process.events.mapPage(65536) == Int64(-EINVAL))
    #expect(machine.process.events.mapPage(2048) > 0)
  }

  @Test("A GTT buffer can be the event page, once")
  func adoptedPage() {
    let machine = Machine()
    let page = machine.allocate(0xd600_0002, 0x8000, at: 0x7000_0000_0000)
    var arguments = kfd_ioctl_create_event_args()
    arguments.event_page_offset = 1
    #expect(machine.ioctl(0x08, &arguments) == -EINVAL)
    arguments.event_page_offset = page.handle
    #expect(machine.ioctl(0x08, &arguments) == 0 && arguments.event_slot_index == 1)
    arguments = .init()
    arguments.event_page_offset = page.handle
    #expect(machine.ioctl(0x08, &arguments) == -EINVAL && arguments.event_id == 0)
  }

  @Test("One setting of an automatic event wakes both of two waiters, and none is left for a third")
  func twoWaiters() {
    let machine = Machine()
    let event = machine.createEvent(autoReset: true).event_id
    let results = Mutex<[Machine.Wait]>([])
    let threads = (0..<2).map { _ in Running { let r = machine.wait([event], milliseconds: 20_000); results.withLock { $0.append(r) } } }
    usleep(100_000)
    #expect(machine.set(event) == 0)
    threads.forEach { $0.join() }
    #expect(results.withLock { $0 } == [Machine.complete, Machine.complete])
    #expect(machine.wait([event]) == Machine.timedOut)
  }

  @Test("A waiter for all is woken by the last setting, also when the first was reset meanwhile")
  func resetWhileWaiting() {
    let machine = Machine()
    let a = machine.createEvent().event_id, b = machine.createEvent().event_id
    let result = Mutex<Machine.Wait?>(nil)
    let thread = Running { let r = machine.wait([a, b], all: true, milliseconds: 20_000); result.withLock { $0 = r } }
    usleep(100_000)
    _ = machine.set(a)
    usleep(20_000)
    #expect(result.withLock { $0 } == nil)
    _ = machine.reset(a)
    _ = machine.set(b)
    thread.join()
    #expect(result.withLock { $0 } == Machine.complete)
  }

  @Test("Destroying an event ends waits for it with EIO", arguments: [[1], [1, 2]] as [[UInt32]], [false, true])
  func destroyedWhileWaiting(ids: [UInt32], all: Bool) {
    let machine = Machine()
    _ = machine.createEvent(); _ = machine.createEvent()
    let result = Mutex<Machine.Wait?>(nil)
    let thread = Running { let r = machine.wait(ids, all: all, milliseconds: 20_000); result.withLock { $0 = r } }
    usleep(100_000)
    #expect(machine.destroy(1) == 0)
    thread.join()
    #expect(result.withLock { $0 } == Machine.failed(EIO))
  }
}
