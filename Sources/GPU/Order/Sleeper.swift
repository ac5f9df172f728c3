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

  init(device: Device) { self.device = device }

  func take() throws(GPUError) -> Sleeper {
    try lock.withLock { () throws(GPUError) in
      let sleeper: Sleeper
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

  /// Gives a sleeper back.  One whose barrier may still complete (the device stopped) is dropped for good.
  func put(_ sleeper: Sleeper) {
    lock.withLock {
      active.removeAll { $0 === sleeper }
      if sleeper.signal.value == 0 { free.append(sleeper) }
    }
  }

  /// Wakes every sleeping thread (the device has stopped).
  func wakeAll() {
    for sleeper in lock.withLock({ active }) { try? device.system.driver.setEvent(sleeper.eventID) }
  }

  /// Sleeps until the sleeper's barrier is complete or the device has stopped.
  func sleep(_ sleeper: Sleeper) {
    while sleeper.signal.value != 0 && device.fault == .none {
      // The timeout guards against an interrupt that never came; correctness does not need it.
      do throws(KFDError) { _ = try device.system.driver.wait(for: sleeper.eventID, milliseconds: 1000) } catch { return }
    }
  }
}
