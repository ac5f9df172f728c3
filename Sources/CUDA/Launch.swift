// Launching a kernel: the checks that CUDA promises, the kernarg segment, and as many AQL dispatches as the grid needs.
// Threads: any.  On the way to the queue nothing is allocated and no lock but the stream's own is taken.
// Source: CUDA Runtime API, "Execution Control"; carmine_device_abi.h for the hidden arguments.
import CDeviceABI
import GPU
import Glibc
import KernelImage
import ModuleLoading
import Synchronization

/// What one AQL dispatch covers; a CUDA launch is one of these, or several where a grid exceeds 2^32-1 work-items a row.
struct DispatchShape: Equatable {
  var workgroup: (x: UInt16, y: UInt16, z: UInt16)
  var grid: (x: UInt32, y: UInt32, z: UInt32)   // in work-items
  var blockOffset: UInt32                       // added to the workgroup's x to give %ctaid.x

  static func == (a: Self, b: Self) -> Bool {
    a.workgroup == b.workgroup && a.grid == b.grid && a.blockOffset == b.blockOffset
  }

  /// The AQL workgroup of a CUDA block.  `oneWarp`: 64 work-items for each warp, in one dimension.
  @inline(__always)
  static func workgroup(block: Dim3, mapping: WarpMapping) -> (x: UInt16, y: UInt16, z: UInt16) {
    switch mapping {
    case .native, .sharedWave, .yielding: (UInt16(block.x), UInt16(block.y), UInt16(block.z))
    case .oneWarp: (UInt16(64 * ((block.volume + 31) / 32)), 1, 1)
    }
  }

  /// Blocks along x that one dispatch can hold.
  static func blocksPerDispatch(workgroupX: UInt16) -> UInt32 { UInt32.max / UInt32(workgroupX) }
}

/// PTX %gridid: unique in the process.  Streams take numbers by the block, so that a launch shares no cache line with those of other
/// streams.
struct GridIDs {
  private static let next = Atomic<UInt64>(1)
  private static let blockSize: UInt64 = 4096
  private var upcoming: UInt64 = 0, end: UInt64 = 0

  /// One that is nobody else's.
  static func single() -> UInt64 { next.add(1, ordering: .relaxed).oldValue }

  /// The same from the block.
  mutating func take() -> UInt64 {
    if upcoming == end {
      upcoming = Self.next.add(Self.blockSize, ordering: .relaxed).oldValue
      end = upcoming + Self.blockSize
    }
    defer { upcoming += 1 }
    return upcoming
  }
}

extension Stream {
  /// cudaLaunchKernel: `parameters` points to one pointer for each parameter of the kernel.
  /// Throws cudaErrorInvalidConfiguration, cudaErrorInvalidValue or cudaErrorLaunchOutOfResources for a shape that cannot run,
  /// cudaErrorCooperativeLaunchTooLarge for a cooperative grid that is not resident at once, and the sticky error.
  public func launch(
    _ function: Function, _ configuration: LaunchConfiguration, parameters: UnsafePointer<UnsafeMutableRawPointer?>?,
    origin: @autoclosure () -> LaunchOrigin = LaunchOrigin()
  ) throws(CUDAError) {
    if isCaptured {
      return try captureLaunch(function, configuration, origin()) { () throws(CUDAError) in
        try KernelArguments(function, parameters: parameters)
      }
    }
    guard parameters != nil || function.parameterCount == 0 else {
      throw .invalidValue.because("\(function.name) has \(function.parameterCount) parameters and none were given")
    }
    let list = function.parameters, count = function.parameterCount   // not the function: what a closure has, it counts
    try submit(function, configuration) { kernarg in
      for index in 0..<count {
        let to = kernarg + Int(list[index].offset), size = Int(list[index].size)
        guard let value = parameters![index] else {
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

  /// cuLaunchKernel with CU_LAUNCH_PARAM_BUFFER_POINTER: the parameters as one packed block, laid out as PTX lays them out.
  public func launch(
    _ function: Function, _ configuration: LaunchConfiguration, packed: UnsafeRawPointer, byteCount: Int,
    origin: @autoclosure () -> LaunchOrigin = LaunchOrigin()
  ) throws(CUDAError) {
    if isCaptured {
      return try captureLaunch(function, configuration, origin()) { () throws(CUDAError) in
        try KernelArguments(function, packed: packed, byteCount: byteCount)
      }
    }
    guard byteCount >= 0, byteCount <= function.hiddenOffset else {
      throw .invalidValue.because("\(function.name): \(byteCount) bytes of parameters, \(function.hiddenOffset) expected")
    }
    let rest = function.hiddenOffset - byteCount
    try submit(function, configuration) { kernarg in
      memcpy(kernarg, packed, byteCount)
      memset(kernarg + byteCount, 0, rest)
    }
  }

  @inline(__always)
  private func submit(
    _ requested: Function, _ launch: LaunchConfiguration, fill: (UnsafeMutableRawPointer) -> Void
  ) throws(CUDAError) {
    try context.check(requested, launch, multiprocessors: execution?.multiprocessorCount)
    try admit()
    if requested.servesAll { try dispatch(requested, launch, fill) } else { try dispatchServing(requested, launch, fill) }
  }

  /// For a kernel whose warp mapping depends on the block.
  @inline(never)
  private func dispatchServing(
    _ requested: Function, _ launch: LaunchConfiguration, _ fill: (UnsafeMutableRawPointer) -> Void
  ) throws(CUDAError) {
    try dispatch(context.serving(requested, launch.block), launch, fill)
  }

  /// What a kernel uses besides its arguments: device addresses, 0 where it doesn't.
  private struct Services { var printf: UInt64 = 0, heap: UInt64 = 0, locks: UInt64 = 0, workspace: UInt64 = 0 }

  @inline(never)
  private func services(_ function: Function, isCooperative: Bool) throws(CUDAError) -> Services {
    var services = Services()
    if function.services.contains(.printf) { services.printf = try printf.bufferAddress(capacity: context.limits[.printfFifoSize]!) }
    (services.heap, services.locks) = try context.heapAndLocks(function.services)
    if isCooperative { services.workspace = try gridWorkspace.deviceAddress() }
    return services
  }

  @inline(__always)
  private func dispatch(_ function: Function, _ launch: LaunchConfiguration, _ fill: (UnsafeMutableRawPointer) -> Void) throws(CUDAError) {
    let services = function.services.isEmpty && !launch.isCooperative ? Services() : try services(function, isCooperative: launch.isCooperative)
    let workgroup = DispatchShape.workgroup(block: launch.block, mapping: function.mapping)
    var gridID: UInt64 = 0
    if UInt64(launch.grid.x) * UInt64(workgroup.x) <= UInt64(UInt32.max) {
      return try dispatch(function, launch, workgroup, services, 0, launch.grid.x, &gridID, fill)
    }
    let most = DispatchShape.blocksPerDispatch(workgroupX: workgroup.x)
    var done: UInt32 = 0
    while done < launch.grid.x {
      let count = min(launch.grid.x - done, most)
      try dispatch(function, launch, workgroup, services, done, count, &gridID, fill)
      done += count
    }
  }

  /// One dispatch: `count` blocks along x from `offset` on.  `gridID` is 0 before the first of a launch.
  @inline(__always)
  private func dispatch(
    _ function: Function, _ launch: LaunchConfiguration, _ workgroup: (x: UInt16, y: UInt16, z: UInt16), _ services: Services,
    _ offset: UInt32, _ count: UInt32, _ gridID: inout UInt64, _ fill: (UnsafeMutableRawPointer) -> Void
  ) throws(CUDAError) {
    let constants = context.constants
    let privateBytes = function.scratchBytes + (function.usesDynamicStack ? context.limits.stackOfCalls : 0)
    let isOneDimensional = function.mapping == .oneWarp && launch.grid.y == 1 && launch.grid.z == 1
    do throws(GPUError) {
      let kernarg = try timeline.beginDispatch(function.kernargSize)
      fill(kernarg.address)
      if gridID == 0 { gridID = gridIDs.take() }
      let hidden = (kernarg.address + function.hiddenOffset).assumingMemoryBound(to: carmine_hidden_arguments.self)
      hidden.pointee = carmine_hidden_arguments(
        ntid: (launch.block.x, launch.block.y, launch.block.z), nctaid: (launch.grid.x, launch.grid.y, launch.grid.z),
        ctaid_offset: (offset, 0, 0), dynamic_shared_bytes: UInt32(launch.dynamicSharedBytes),
        printf_buffer: services.printf, fault_cell: constants.faultCellAddress, heap: services.heap, grid_id: gridID,
        local_first: constants.localAddresses.first, local_count: constants.localAddresses.count, locks: services.locks,
        grid_workspace: services.workspace)
      // `check` has seen to it that no product exceeds 32 bits, but for the grid's x, of which `count` has.
      let dispatch = KernelDispatch(
        kernelObject: function.descriptorAddress, workgroup: workgroup,
        grid: (count &* UInt32(workgroup.x), launch.grid.y &* UInt32(workgroup.y), launch.grid.z &* UInt32(workgroup.z)),
        dimensions: isOneDimensional ? 1 : 3,
        groupBytes: UInt32(function.staticSharedBytes) + UInt32(launch.dynamicSharedBytes), privateBytes: privateBytes)
      try timeline.dispatch(dispatch, kernarg)
    } catch { throw failure(error) }
  }
}

extension Context {
  /// The function for a block of this shape and for the textures that there are; compiles at the first launch that needs another.
  func serving(_ function: Function, _ block: Dim3) throws(CUDAError) -> Function {
    return try loading { try function.serving(block: (block.x, block.y, block.z), compressedTexels: TextureObjects.someAreCompressed) }
  }

  /// Device addresses of the heap and of the locks' table where a kernel uses them, else 0.
  func heapAndLocks(_ services: Services) throws(CUDAError) -> (heap: UInt64, locks: UInt64) {
    (
      services.contains(.heap) ? try deviceHeap.heapAddress(capacity: limits[.mallocHeapSize]!) : 0,
      services.contains(.locks) ? try deviceHeap.locksAddress() : 0
    )
  }

  /// Everything that can be refused without a queue.  `multiprocessors`: of the green context that it runs in.
  func check(_ function: Function, _ launch: LaunchConfiguration, multiprocessors: Int? = nil) throws(CUDAError) {
    let block = launch.block, grid = launch.grid
    guard function.deviceOrdinal == constants.ordinal else {
      throw .invalidDeviceFunction.because("\(function.name) is loaded on device \(function.deviceOrdinal)")
    }
    // A number from 1 to n is one that is below n when 1 is taken away, without regard to overflow.
    guard block.x &- 1 < 1024, block.y &- 1 < 1024, block.z &- 1 < 64, block.volume <= 1024 else {
      throw .invalidConfiguration.because("\(function.name): block \(block.x) × \(block.y) × \(block.z)")
    }
    guard grid.x &- 1 < 0x7fff_ffff, grid.y &- 1 < 65535, grid.z &- 1 < 65535 else {
      throw .invalidConfiguration.because("\(function.name): grid \(grid.x) × \(grid.y) × \(grid.z)")
    }
    guard block.volume <= UInt64(function.maximumThreads) else {
      throw .invalidValue.because(
        "\(function.name): \(block.volume) threads a block, the kernel allows \(function.maximumThreads)")
    }
    let required = function.requiredThreads
    if required.x != 0, required.x != block.x || required.y != 0 && required.y != block.y || required.z != 0 && required.z != block.z {
      throw .invalidValue.because("\(function.name): block \(block.x) × \(block.y) × \(block.z), .reqntid \(required)")
    }
    let cluster = function.requiredCluster
    guard max(cluster.width, cluster.height, cluster.depth) <= 1 else {
      throw .invalidClusterSize.because("\(function.name): clusters of \(cluster.width) × \(cluster.height) × \(cluster.depth) blocks; this device has none")
    }
    let shared = function.staticSharedBytes + launch.dynamicSharedBytes
    guard launch.dynamicSharedBytes >= 0, shared <= constants.sharedMemoryPerBlock else {
      throw (launch.isCooperative ? CUDAError.cooperativeLaunchTooLarge : .invalidValue).because(
        "\(function.name): \(shared) bytes of shared memory, the device has \(properties.sharedMemoryPerBlock)")
    }
    if launch.isCooperative {
      let resident = try maximumActiveBlocks(
        function, threads: Int(block.volume), dynamicSharedBytes: launch.dynamicSharedBytes)
        * (multiprocessors ?? properties.multiprocessorCount)
      guard grid.volume <= UInt64(resident) else {
        throw .cooperativeLaunchTooLarge.because("\(function.name): \(grid.volume) blocks, \(resident) are resident at once")
      }
      let most = DispatchShape.blocksPerDispatch(
        workgroupX: DispatchShape.workgroup(block: block, mapping: function.mapping).x)
      guard grid.x <= most else { throw .cooperativeLaunchTooLarge.because("\(function.name): grid.x is \(grid.x)") }
    }
  }
}
