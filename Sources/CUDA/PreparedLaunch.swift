// One dispatch of a launch, ready but for what it has of its own: the kernel's arguments, the grid's number and the addresses in its packet.
// Threads: values; whoever writes a kernarg segment has it to itself.
// Source: HSA PSA 1.2, 2.9; carmine_device_abi.h for the hidden arguments.
import CDeviceABI
import GPU
import Glibc
import KernelImage
import ModuleLoading
import Synchronization

/// What a kernel uses besides its arguments: device addresses, 0 where it doesn't.
struct LaunchServices { var printf: UInt64 = 0, heap: UInt64 = 0, locks: UInt64 = 0, workspace: UInt64 = 0 }

struct PreparedLaunch {
  let dispatch: KernelDispatch
  let kernargSize: Int
  /// Where the hidden arguments begin in the kernarg segment.
  let hiddenOffset: Int
  let hidden: carmine_hidden_arguments

  /// `blocks` along x, `from` on, of a launch that `Context.check` has let pass.
  @inline(__always)
  init(
    _ function: Function, _ launch: LaunchConfiguration, in context: Context, workgroup: (x: UInt16, y: UInt16, z: UInt16), services: LaunchServices,
    blocks: UInt32, from: UInt32
  ) {
    let constants = context.constants
    let isOneDimensional = function.mapping == .oneWarp && launch.grid.y == 1 && launch.grid.z == 1
    // `check` has seen to it that no product exceeds 32 bits, but for the grid's x, of which `blocks` has.
    dispatch = KernelDispatch(
      kernelObject: function.descriptorAddress, workgroup: workgroup,
      grid: (blocks &* UInt32(workgroup.x), launch.grid.y &* UInt32(workgroup.y), launch.grid.z &* UInt32(workgroup.z)),
      dimensions: isOneDimensional ? 1 : 3, groupBytes: UInt32(function.staticSharedBytes) + UInt32(launch.dynamicSharedBytes),
      privateBytes: function.scratchBytes + (function.usesDynamicStack ? context.limits.stackOfCalls : 0))
    kernargSize = function.kernargSize
    hiddenOffset = function.hiddenOffset
    hidden = carmine_hidden_arguments(
      ntid: (launch.block.x, launch.block.y, launch.block.z), nctaid: (launch.grid.x, launch.grid.y, launch.grid.z),
      ctaid_offset: (from, 0, 0), dynamic_shared_bytes: UInt32(launch.dynamicSharedBytes),
      printf_buffer: services.printf, fault_cell: constants.faultCellAddress, heap: services.heap, grid_id: 0,
      local_first: constants.localAddresses.first, local_count: constants.localAddresses.count, locks: services.locks,
      grid_workspace: services.workspace)
  }
}

extension UnsafePointer<PreparedLaunch> {
  /// Part of the whole, where it lies.
  var dispatch: UnsafePointer<KernelDispatch> { pointer(to: \.dispatch)! }

  /// In few and wide stores, as KernelDispatch's.
  @inline(__always)
  func writeHidden(to kernarg: UnsafeMutableRawPointer, gridID: UInt64) {
    let to = kernarg + pointee.hiddenOffset
    to.copyMemory(from: pointer(to: \.hidden)!, byteCount: MemoryLayout<carmine_hidden_arguments>.size)
    to.storeBytes(of: gridID, toByteOffset: MemoryLayout<carmine_hidden_arguments>.offset(of: \.grid_id)!, as: UInt64.self)
  }
}

/// PTX %gridid: unique in the process.
enum GridID {
  private static let next = Atomic<UInt64>(1)

  /// One that is nobody else's, below those of timelines.
  static func single() -> UInt64 { next.add(1, ordering: .relaxed).oldValue }

  /// That of a launch is this and its position.
  @inline(__always)
  static func first(of timeline: Timeline) -> UInt64 { (timeline.serial &+ 1) << 40 }
}

/// Where a kernel's parameters lie in its kernarg segment.
struct ParameterLayout {
  private let parameters: UnsafePointer<Parameter>   // the function's
  private let count: Int

  init(_ function: Function) {
    parameters = function.parameters
    count = function.parameterCount
  }

  /// What stands for the values where there are none to give; nil if there are.
  var noValues: UnsafePointer<UnsafeMutableRawPointer?>? { count == 0 ? UnsafePointer(bitPattern: 8) : nil }

  /// `values`: one pointer for each parameter; zeros for those that are null.
  @inline(__always)
  func copy(_ values: UnsafePointer<UnsafeMutableRawPointer?>, to kernarg: UnsafeMutableRawPointer) {
    for index in 0..<count {
      let to = kernarg + Int(parameters[index].offset), size = Int(parameters[index].size)
      guard let value = values[index] else {
        memset(to, 0, size)
        continue
      }
      switch size {
      case 8: to.storeBytes(of: value.loadUnaligned(as: UInt64.self), as: UInt64.self)
      case 4: to.storeBytes(of: value.loadUnaligned(as: UInt32.self), as: UInt32.self)
      default: memcpy(to, value, size)
      }
    }
  }
}
