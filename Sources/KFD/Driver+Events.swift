// Events: how the GPU's interrupts reach a thread that sleeps in the kernel.
import CKFD

/// KFD_IOC_EVENT_*.
public struct EventType: RawRepresentable, Sendable, Equatable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let signal = Self(rawValue: 0)
  public static let hardwareException = Self(rawValue: 3)
  public static let memory = Self(rawValue: 8)
}

public struct EventHandle: Sendable {
  public let id: UInt32
  /// Index of the event's 8-byte mailbox in the event page; 0 for types without one.
  public let slot: UInt32
  /// What the GPU writes into the mailbox.
  public let triggerData: UInt32
  /// mmap offset of the event page on /dev/kfd (types with a mailbox).
  public let pageOffset: UInt64
}

public enum WaitResult: Sendable { case complete, timedOut }

extension Driver {
  /// `pageHandle`: on the first signal event of the process, the handle of a GTT allocation to use as the event page.
  public func createEvent(
    _ type: EventType, autoReset: Bool = false, nodeID: UInt32 = 0, pageHandle: UInt64 = 0
  ) throws(KFDError) -> EventHandle {
    var arguments = kfd_ioctl_create_event_args()
    arguments.event_page_offset = pageHandle
    arguments.event_type = type.rawValue
    arguments.auto_reset = autoReset ? 1 : 0
    arguments.node_id = nodeID
    try call(Ioctls.createEvent, &arguments, [("event_type", UInt64(type.rawValue)), ("event_page_offset", pageHandle)])
    return EventHandle(
      id: arguments.event_id, slot: arguments.event_slot_index, triggerData: arguments.event_trigger_data,
      pageOffset: arguments.event_page_offset)
  }

  /// Threads that wait for it return with EIO.
  public func destroyEvent(_ id: UInt32) throws(KFDError) {
    var arguments = kfd_ioctl_destroy_event_args(event_id: id, pad: 0)
    try call(Ioctls.destroyEvent, &arguments, [("event_id", UInt64(id))])
  }

  /// Signal events only.
  public func setEvent(_ id: UInt32) throws(KFDError) {
    var arguments = kfd_ioctl_set_event_args(event_id: id, pad: 0)
    try call(Ioctls.setEvent, &arguments, [("event_id", UInt64(id))])
  }

  public func resetEvent(_ id: UInt32) throws(KFDError) {
    var arguments = kfd_ioctl_reset_event_args(event_id: id, pad: 0)
    try call(Ioctls.resetEvent, &arguments, [("event_id", UInt64(id))])
  }

  /// Sleeps until one of (or all) the events are signalled, or `milliseconds` have passed (0xFFFFFFFF: for ever).
  /// The entries' event_id and ages go in, exception data and ages come out.
  public func wait(
    for events: inout [kfd_event_data_1_13], all: Bool = false, milliseconds: UInt32
  ) throws(KFDError) -> WaitResult {
    var arguments = kfd_ioctl_wait_events_args()
    arguments.num_events = UInt32(events.count)
    arguments.wait_for_all = all ? 1 : 0
    arguments.timeout = milliseconds
    let failure: KFDError? = unsafe events.withUnsafeMutableBufferPointer { buffer in
      arguments.events_ptr = UInt64(UInt(bitPattern: buffer.baseAddress))
      do throws(KFDError) {
        try call(
          Ioctls.waitEvents, &arguments, [("num_events", UInt64(buffer.count)), ("timeout", UInt64(milliseconds))])
      } catch { return error }
      return nil
    }
    if let failure { throw failure }
    return arguments.wait_result == UInt32(KFD_IOC_WAIT_RESULT_TIMEOUT) ? .timedOut : .complete
  }

  /// Sleeps until one event is signalled.
  public func wait(for id: UInt32, milliseconds: UInt32) throws(KFDError) -> WaitResult {
    var entry = kfd_event_data_1_13()
    entry.event_id = id
    var entries = [entry]
    return try wait(for: &entries, milliseconds: milliseconds)
  }
}
