// A queue of SDMA packets.
import Synchronization

final class SDMAQueue: Queue, @unchecked Sendable {
  /// The doorbell that the compute thread has told of.
  private var toldDoorbell: UInt64 = .max

  /// By the thread that watches doorbells: whether there is one that the copying thread has not been told of.
  var hasNewDoorbell: Bool {
    let doorbell = rungDoorbell
    guard doorbell != toldDoorbell else { return false }
    toldDoorbell = doorbell
    return true
  }
}
