// Why a dispatch stopped, from the instruction that noticed to the text that a user sees (`Checks/` writes it).

/// Why a dispatch stopped.  `Checks/` turns it into the text that a user sees.
public struct Fault: Sendable {
  public enum Cause: Sendable {
    case memory(address: UInt64, access: Access, size: Int)   // no mapping for this device, or not with this permission
    case illegalInstruction(words: [UInt32], name: String?)   // name: decoded but not implemented
    case instructionFetch(address: UInt64)
    case trap(id: UInt8)                                       // s_trap
    case exception(UInt32)                                     // floating point and integer division, TRAPSTS's bits
    case badDispatch(String, Refusal)                          // limits, descriptor, sizes
    case misaligned(address: UInt64, size: Int)
    case atomicUnsupported(address: UInt64)
  }
  public enum Access: Sendable { case read, write, execute, atomic }
  /// Which of a dispatch's numbers is at fault.
  public enum Refusal: Sendable { case dimensions, workgroupSize, groupMemory, registers, code }
  public var cause: Cause
  public var kernelObject: UInt64 = 0
  public var programCounter: UInt64 = 0
  public var instruction: String = ""                                // assembly text as far as we can print it
  public var workgroup: (x: UInt32, y: UInt32, z: UInt32) = (0, 0, 0)
  public var wave = 0
  public var lane: Int?                                              // the first lane at fault, within its wave
  public var workItem: (x: UInt32, y: UInt32, z: UInt32)?

  public init(cause: Cause, kernelObject: UInt64 = 0) { self.cause = cause; self.kernelObject = kernelObject }
}

public func hex(_ value: UInt64, digits: Int = 0) -> String {
  let text = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: max(0, digits - text.count)) + text
}
