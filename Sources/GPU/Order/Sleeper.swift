// How a thread sleeps until the GPU has come to a place: it submits a barrier of its own whose completion interrupts.
// Nobody interrupts per packet; a thread that finds its work done while spinning never comes here.
// Threads: a sleeper is used by one thread at a time; the pool is locked.
// Order: signal and event are armed before the barrier is submitted; the kernel's event remembers an early interrupt.
import KFD

final class Sleeper: @unchecked Sendable {  // one user at a time
  let eventID: UInt32
  let signal: Signal
  init(eventID: UInt32, signal: Signal) {
    self.eventID = eventID
    self.signal = signal
  }
}

final class SleeperPool: @unchecked Sendable {  // free, active: lock
  private unowned let device: Device
  private let lock = Lock()
  private var free: [Sleeper] = []
  private var active: [Sleeper] = []
  /// Given back before their barrier was reached; free again when it is.
  private var late: [Sleeper] = []

  init(device: Device) { self.device = device }

  func take() throws(GPUError) -> Sleeper {
    try lock.withLock { () throws(GPUError) in
      let sleeper: Sleeper
      if free.isEmpty {
        // One look at each: a barrier that is reached between two would lose its sleeper, and its event.
        var later: [Sleeper] = []
        for sleeper in late { if sleeper.signal.value == 0 { free.append(sleeper) } else { later.append(sleeper) } }
        late = later
      }
      if let last = free.popLast() {
        sleeper = last
      } else {
        let event = try device.makeEvent()
        sleeper = Sleeper(
          eventID: event.id, signal: try device.signals.take(value: 0, mailbox: event.mailbox, eventID: event.id))
      }
      sleeper.signal.reset(1)
      active.append(sleeper)
      return sleeper
    }
  }

  /// Gives a sleeper back, also one whose barrier is still to come.
  func put(_ sleeper: Sleeper) {
    lock.withLock {
      active.removeAll { $0 === sleeper }
      if sleeper.signal.value == 0 { free.append(sleeper) } else { late.append(sleeper) }
    }
  }

  /// Wakes every sleeping thread (the device has stopped).
  func wakeAll() {
    for sleeper in lock.withLock({ active }) { try? device.system.driver.setEvent(sleeper.eventID) }
  }

  /// Sleeps until `isDone` or the device has stopped; looks when the barrier interrupts, and every `milliseconds`, since the
  /// barrier may stand in the queue behind packets that wait for something later.
  func sleep(_ sleeper: Sleeper, milliseconds: UInt32, until isDone: () -> Bool) {
    while !isDone() && device.fault == .none {
      do throws(KFDError) {
        _ = try device.system.driver.wait(for: sleeper.eventID, milliseconds: milliseconds)
      } catch { return }
    }
  }
}
