// Launching a kernel: the checks that CUDA promises, and as many AQL dispatches as the grid needs.
// Threads: any.  On the way to the queue nothing is allocated and no lock but the stream's own is taken.
// Source: CUDA Runtime API, "Execution Control".
import GPU
import Glibc
import KernelImage
import ModuleLoading

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

/// CUDA_LAUNCH_BLOCKING=1: a launch returns when its kernel is done, with the kernel's error; read once.
/// Source: CUDA C++ Programming Guide, "CUDA Environment Variables".
enum LaunchBlocking {
  static let isOn = getenv("CUDA_LAUNCH_BLOCKING").map { atoi($0) != 0 } ?? false
}

extension Stream {
  /// cudaLaunchKernel: `parameters` points to one pointer for each parameter of the kernel.  `key`: how the thread may know the launch again.
  /// `mayWait`: as CUDA_LAUNCH_BLOCKING asks for; not of several launches that need each other.
  /// Throws cudaErrorInvalidConfiguration, cudaErrorInvalidValue or cudaErrorLaunchOutOfResources for a shape that cannot run,
  /// cudaErrorCooperativeLaunchTooLarge for a cooperative grid that is not resident at once, and the sticky error.
  public func launch(
    _ function: Function, _ configuration: LaunchConfiguration, parameters: UnsafePointer<UnsafeMutableRawPointer?>?, key: LaunchKey? = nil, mayWait: Bool = true,
    origin: @autoclosure () -> LaunchOrigin = LaunchOrigin()
  ) throws(CUDAError) {
    if isCaptured {
      return try captureLaunch(function, configuration, origin()) { () throws(CUDAError) in
        try KernelArguments(function, parameters: parameters)
      }
    }
    let layout = ParameterLayout(function)
    guard let parameters = parameters ?? layout.noValues else {
      throw .invalidValue.because("\(function.name) has \(function.parameterCount) parameters and none were given")
    }
    try submit(function, configuration, key, mayWait: mayWait) { layout.copy(parameters, to: $0) }
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
    try submit(function, configuration, nil) { kernarg in
      memcpy(kernarg, packed, byteCount)
      memset(kernarg + byteCount, 0, rest)
    }
  }

  @inline(__always)
  private func submit(
    _ requested: Function, _ launch: LaunchConfiguration, _ key: LaunchKey?, mayWait: Bool = true, fill: (UnsafeMutableRawPointer) -> Void
  ) throws(CUDAError) {
    let waits = mayWait && LaunchBlocking.isOn
    // A green context may go before its streams.
    let key = execution == nil && !waits ? key.map { ($0, KnownLaunches.generation) } : nil
    try context.check(requested, launch, multiprocessors: execution?.multiprocessorCount)
    try admit()
    if requested.servesAll { try dispatch(requested, launch, key, fill) } else { try dispatchServing(requested, launch, fill) }
    if waits { try waitForOwnWork() }
  }

  /// For a kernel whose warp mapping depends on the block.
  @inline(never)
  private func dispatchServing(
    _ requested: Function, _ launch: LaunchConfiguration, _ fill: (UnsafeMutableRawPointer) -> Void
  ) throws(CUDAError) {
    try dispatch(context.serving(requested, launch.block), launch, nil, fill)
  }

  @inline(never)
  private func services(_ function: Function, isCooperative: Bool) throws(CUDAError) -> LaunchServices {
    var services = LaunchServices()
    if function.services.contains(.printf) { services.printf = try printf.bufferAddress(capacity: context.limits[.printfFifoSize]!) }
    (services.heap, services.locks) = try context.heapAndLocks(function.services)
    if isCooperative { services.workspace = try gridWorkspace.deviceAddress() }
    return services
  }

  @inline(__always)
  private func dispatch(
    _ function: Function, _ launch: LaunchConfiguration, _ key: (LaunchKey, UInt64)?, _ fill: (UnsafeMutableRawPointer) -> Void
  ) throws(CUDAError) {
    let isPlain = function.services.isEmpty && !launch.isCooperative
    let services = isPlain ? LaunchServices() : try services(function, isCooperative: launch.isCooperative)
    let workgroup = DispatchShape.workgroup(block: launch.block, mapping: function.mapping)
    let most = DispatchShape.blocksPerDispatch(workgroupX: workgroup.x)
    var done: UInt32 = 0, gridID: UInt64?
    repeat {
      let count = min(launch.grid.x - done, most)
      var prepared = PreparedLaunch(function, launch, in: context, workgroup: workgroup, services: services, blocks: count, from: done)
      gridID = try submit(&prepared, gridID, fill)
      done += count
      if isPlain, count == launch.grid.x, !function.usesDynamicStack, let (key, generation) = key {
        KnownLaunches.remember(key, generation, self, ParameterLayout(function), prepared)
      }
    } while done < launch.grid.x
  }

  /// One dispatch.  `gridID`: of the launch, where another dispatch of it has given it one.  Returns it.
  @inline(__always) @discardableResult
  func submit(
    _ prepared: UnsafePointer<PreparedLaunch>, _ gridID: UInt64? = nil, _ fill: (UnsafeMutableRawPointer) -> Void
  ) throws(CUDAError) -> UInt64 {
    let first = GridID.first(of: timeline)
    var used: UInt64 = 0
    do throws(GPUError) {
      try timeline.dispatch(prepared.dispatch, kernargs: prepared.pointee.kernargSize) { kernarg, position in
        fill(kernarg)
        used = gridID ?? first + position
        prepared.writeHidden(to: kernarg, gridID: used)
      }
    } catch { throw failure(error) }
    return used
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
