// Why something could not be done with a GPU.  Text is made where the error is made, since only that place knows the reason;
// CUDA turns the kind into its own numbers.

public struct GPUError: Error, Sendable, CustomStringConvertible {
  public enum Kind: Sendable, Equatable {
    case noDevice         // no GPU, or none that can be used
    case outOfMemory      // of device memory, address space or a fixed resource of the device
    case invalidArgument  // the caller's
    case notFound         // an address that belongs to no allocation
    case unsupported      // this device, or this version of the kernel, has not got it
    case kernel(errno: Int32)
    case faulted          // the device has stopped; see Device.fault
  }
  public var kind: Kind
  public var message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  public var description: String { message }
}

/// Why a device stopped.  The first cause is kept.
public enum FaultKind: UInt32, Sendable {
  case none = 0
  case memory = 1              // an address that is not mapped for the device, or not with this permission
  case assertion = 2           // the fault cell says so
  case trap = 3                // the fault cell says so
  case illegalInstruction = 4
  case misaligned = 5
  case hardware = 6            // anything else that stops a queue
}
