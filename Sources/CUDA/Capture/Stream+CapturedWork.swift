// The operations that need more than their parameters to become a node: launches, allocations and frees.
// Threads: any.  Source: CUDA Programming Guide, "Creating a Graph Using Stream Capture", "Graph Memory Nodes"; errors as recorded.
import CCUDA
import ModuleLoading

/// What a launch is called and given beside its shape: only a capture looks at it.
public struct LaunchOrigin {
  /// What the program named: a host function (type 1), a cudaKernel_t (2) or a cudaFunction_t (3).
  public var symbol: UnsafeRawPointer?
  public var symbolType: Int32
  public var attributes: UnsafeBufferPointer<cudaLaunchAttribute>
  /// CUDA 12's runtime refuses a shape that no kernel can have by itself, and the capture goes on.
  public var shapeIsHarmless: Bool
  public init(
    symbol: UnsafeRawPointer? = nil, symbolType: Int32 = 1, attributes: UnsafeBufferPointer<cudaLaunchAttribute> = .init(start: nil, count: 0),
    shapeIsHarmless: Bool = false
  ) {
    (self.symbol, self.symbolType, self.attributes, self.shapeIsHarmless) = (symbol, symbolType, attributes, shapeIsHarmless)
  }
}

extension Stream {
  /// A launch in a captured stream.  Any error makes the capture invalid.
  func captureLaunch(
    _ function: Function, _ configuration: LaunchConfiguration, _ origin: LaunchOrigin, arguments: () throws(CUDAError) -> KernelArguments
  ) throws(CUDAError) {
    do throws(CUDAError) {
      try context.check(function, configuration, multiprocessors: execution?.multiprocessorCount)
      var node = KernelNode(
        function: function, symbol: origin.symbol, symbolType: origin.symbolType, context: context, configuration: configuration,
        arguments: try arguments())
      var isProgrammatic = false
      for attribute in origin.attributes {
        var attribute = attribute
        let value = withUnsafeBytes(of: &attribute.val) { LaunchAttributeValue($0.baseAddress!) }
        switch attribute.id {
        case LaunchAttributeID.ignore.rawValue, LaunchAttributeID.programmaticEvent.rawValue, LaunchAttributeID.launchCompletionEvent.rawValue: break
        case 6: isProgrammatic = value[0] != 0
        default: node.attributes[attribute.id] = value
        }
      }
      try capture(.kernel(node), isProgrammatic: isProgrammatic)
    } catch {
      if error != .invalidConfiguration || !origin.shapeIsHarmless { invalidateCapture() }
      throw error
    }
  }

  /// A copy; the node's parameters read as NVIDIA's runtime fills them in, without sizes of the rows.
  func captureCopy(_ to: CopySide, _ from: CopySide, _ extent: CopyExtent, _ kind: CopyKind) throws(CUDAError) {
    func pitched(_ side: CopySide) -> cudaPitchedPtr {
      cudaPitchedPtr(
        ptr: side.pointer, pitch: side.rowPitch, xsize: 0, ysize: side.slicePitch > 0 && side.rowPitch > 0 ? side.slicePitch / side.rowPitch : 0)
    }
    var parameters = cudaMemcpy3DParms()
    (parameters.dstPtr, parameters.srcPtr) = (pitched(to), pitched(from))
    parameters.extent = cudaExtent(width: extent.width, height: extent.height, depth: extent.depth)
    parameters.kind = kind.rawValue
    let node = CopyNode(to: to, from: from, extent: extent, kind: kind, context: context, parameters: parameters)
    try node.checkPlaces()
    try capture(.copy(node))
  }

  /// cudaMallocAsync: the address is there at once, the memory when the graph runs.
  func captureAllocation(_ byteCount: Int) throws(CUDAError) -> UnsafeMutableRawPointer? {
    // Captured again, the node keeps its memory.
    if let next = Capture.lock.withLock({ branch?.capture.recapture?.next }), case .allocation(let old) = next.kind,
      old.memory.byteCount == UInt64(byteCount)
    {
      try capture(next.kind)
      return UnsafeMutableRawPointer(bitPattern: UInt(old.memory.address))
    }
    // The node has the access that the pool has now.
    let peers = context.currentPool.peers
    let memory = try context.makeGraphAllocation(byteCount, peers: peers)
    let access = peers.map { cudaMemAccessDesc(location: cudaMemLocation(type: 1, id: Int32($0.ordinal)), flags: 3) }
    var properties = cudaMemPoolProps()
    properties.allocType = 1   // pinned
    properties.location = cudaMemLocation(type: 1, id: Int32(context.device.ordinal))
    do throws(CUDAError) { try capture(.allocation(AllocationNode(memory: memory, properties: properties, access: access))) } catch {
      memory.forgetNode()
      throw error
    }
    return UnsafeMutableRawPointer(bitPattern: UInt(memory.address))
  }

  /// cudaFreeAsync: of memory of a graph alone.
  func captureFree(_ pointer: UnsafeMutableRawPointer) throws(CUDAError) {
    let address = UInt64(UInt(bitPattern: pointer))
    guard let memory = context.graphAllocation(at: address) else {
      if kind == .legacy { try refuseCapture() }
      throw .invalidValue.because("\(pointer) is no memory that a graph allocated")
    }
    try capture(.free(FreeNode(address: address, memory: memory, context: context)))
  }
}

extension KernelArguments {
  func hasValues(of other: KernelArguments) -> Bool {
    byteCount == other.byteCount
      && UnsafeRawBufferPointer(start: packed, count: byteCount).elementsEqual(UnsafeRawBufferPointer(start: other.packed, count: byteCount))
  }
}
