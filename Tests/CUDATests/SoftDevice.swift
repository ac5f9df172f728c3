// The device that end-to-end tests run on: the software GPU, found beside the test or through CARMINE_SOFTGPU_LIBRARY.
import Glibc
import KFD
import Testing

@testable import CUDA

enum SoftDevice {
  /// Opened once for the whole process; nil with the reason printed when the library is not built.
  static let context: Context? = {
    setenv("CARMINE_DEVICE", "soft", 1)
    do { return try Runtime.device(0).primaryContext() } catch {
      print("end-to-end tests are off: \(error)")
      return nil
    }
  }()
  static var isThere: Bool { context != nil }
}

/// All tests that use the device, one at a time: they count memory and stop workers.
@Suite("On the software GPU", .enabled(if: SoftDevice.isThere), .serialized)
struct DeviceTests {}
