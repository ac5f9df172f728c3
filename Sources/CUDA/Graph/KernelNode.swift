// A kernel of a graph: which function, in which shape, with a copy of its arguments and its launch attributes.
// Threads: a value; the arguments don't change once made.  Source: cudaKernelNodeParams and "Kernel node attributes".
import Glibc
import ModuleLoading

/// A copy of a kernel's arguments, and the two forms in which a program may look at them: an array of pointers to each, and a packed
/// buffer behind a list of names and values (CU_LAUNCH_PARAM_…).
public final class KernelArguments: @unchecked Sendable {  // does not change after init
  /// Laid out as the kernel reads them.
  public let packed: UnsafeMutableRawPointer
  public let byteCount: Int
  /// One pointer for each parameter.
  public let pointers: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  /// BUFFER_POINTER, buffer, BUFFER_SIZE, size, END.
  public let extra: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let size: UnsafeMutablePointer<UInt>
  /// In which form the program gave them.
  public let isPacked: Bool

  private init(_ function: Function, isPacked: Bool) {
    byteCount = function.hiddenOffset
    packed = .allocate(byteCount: max(byteCount, 16), alignment: 16)
    memset(packed, 0, max(byteCount, 16))
    let list = function.image.parameters
    pointers = .allocate(capacity: list.count + 1)
    for index in 0..<list.count { (pointers + index).initialize(to: packed + Int(list[index].offset)) }
    (pointers + list.count).initialize(to: nil)
    size = .allocate(capacity: 1)
    size.initialize(to: UInt(byteCount))
    extra = .allocate(capacity: 5)
    extra[0] = UnsafeMutableRawPointer(bitPattern: 1)
    extra[1] = packed
    extra[2] = UnsafeMutableRawPointer(bitPattern: 2)
    extra[3] = UnsafeMutableRawPointer(size)
    extra[4] = nil
    self.isPacked = isPacked
  }

  /// From one pointer for each parameter.  Throws cudaErrorInvalidValue when there are none and the kernel wants some.
  public convenience init(_ function: Function, parameters: UnsafePointer<UnsafeMutableRawPointer?>?) throws(CUDAError) {
    guard parameters != nil || function.parameterCount == 0 else {
      throw .invalidValue.because("\(function.name) has \(function.parameterCount) parameters and none were given")
    }
    self.init(function, isPacked: false)
    let list = function.image.parameters
    for index in 0..<list.count {
      guard let value = parameters![index] else { continue }
      memcpy(packed + Int(list[index].offset), value, Int(list[index].size))
    }
  }

  /// From a packed buffer.
  public convenience init(_ function: Function, packed: UnsafeRawPointer, byteCount: Int) throws(CUDAError) {
    guard byteCount >= 0, byteCount <= function.hiddenOffset else {
      throw .invalidValue.because("\(function.name): \(byteCount) bytes of parameters, \(function.hiddenOffset) expected")
    }
    self.init(function, isPacked: true)
    memcpy(self.packed, packed, byteCount)
  }

  deinit {
    packed.deallocate()
    pointers.deallocate()
    size.deallocate()
    extra.deallocate()
  }
}

extension Function {
  /// Where the last parameter ends.
  public var parameterBytes: Int { image.parameters.map { Int($0.offset) + Int($0.size) }.max() ?? 0 }
}

/// cudaLaunchAttributeValue: 64 bytes whose meaning the attribute's number gives.
public struct LaunchAttributeValue: Equatable, Sendable {
  public var bytes: InlineArray<64, UInt8>
  public init() { bytes = .init(repeating: 0) }
  public init(_ pointer: UnsafeRawPointer) { bytes = pointer.loadUnaligned(as: InlineArray<64, UInt8>.self) }
  public init(word: Int32) {
    self.init()
    withUnsafeMutableBytes(of: &bytes) { $0.storeBytes(of: word, as: Int32.self) }
  }
  /// The value of attributes that are one int.
  public var word: Int32 { withUnsafeBytes(of: bytes) { $0.loadUnaligned(as: Int32.self) } }
  public static func == (a: Self, b: Self) -> Bool {
    withUnsafeBytes(of: a.bytes) { a in withUnsafeBytes(of: b.bytes) { b in memcmp(a.baseAddress!, b.baseAddress!, 64) == 0 } }
  }
}

public struct KernelNode {
  public var function: Function
  /// What the program calls the kernel, which it reads back: the host function, the cudaKernel_t or the cudaFunction_t.
  public var symbol: UnsafeRawPointer?
  /// enum cudaKernelFunctionType: 1 host function, 2 cudaKernel_t, 3 cudaFunction_t.
  public var symbolType: Int32
  public unowned let context: Context
  public var configuration: LaunchConfiguration
  public var arguments: KernelArguments
  public var attributes: [Int32: LaunchAttributeValue] = [:]

  public init(
    function: Function, symbol: UnsafeRawPointer?, symbolType: Int32 = 1, context: Context, configuration: LaunchConfiguration,
    arguments: KernelArguments
  ) {
    (self.function, self.symbol, self.symbolType, self.context) = (function, symbol, symbolType, context)
    (self.configuration, self.arguments) = (configuration, arguments)
    if configuration.isCooperative { attributes[KernelNode.cooperative] = LaunchAttributeValue(word: 1) }
  }

  /// cudaLaunchAttributeCooperative.
  public static let cooperative: Int32 = 2
  /// Throws what a launch of this shape throws.
  public func check() throws(CUDAError) { try context.check(function, configuration) }

  /// cudaLaunchAttributePriority.
  public static let priority: Int32 = 8
}
