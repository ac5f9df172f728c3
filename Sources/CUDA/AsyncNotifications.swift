// cudaDeviceRegisterAsyncNotification: callbacks for events that no call asks for.  The one event that CUDA has, a process that is
// over its device memory budget, comes where an operating system sets such budgets; Linux sets none, so none is ever sent.
// Threads: any.  Source: CUDA Runtime API, "Device Management".
import Synchronization

public enum AsyncNotifications {
  private static let registered = Mutex<(next: UInt, devices: [UInt: Int])>((1, [:]))

  /// The handle of a new registration.
  public static func register(on device: Device) -> UnsafeMutableRawPointer {
    registered.withLock { state in
      let handle = state.next << 4
      state.next += 1
      state.devices[handle] = device.ordinal
      return UnsafeMutableRawPointer(bitPattern: handle)!
    }
  }

  /// Throws cudaErrorInvalidValue for a handle that is none of this device's.
  public static func unregister(_ handle: UnsafeMutableRawPointer?, on device: Device) throws(CUDAError) {
    let wasThere = registered.withLock { state in
      guard state.devices[UInt(bitPattern: handle)] == device.ordinal else { return false }
      state.devices[UInt(bitPattern: handle)] = nil
      return true
    }
    guard wasThere else { throw .invalidValue.because("no notification of device \(device.ordinal) has this handle") }
  }
}
