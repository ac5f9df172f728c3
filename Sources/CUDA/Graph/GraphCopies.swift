// Copy and fill nodes as requests: what the program gave is looked at when the node is added, and addresses are found when an
// executable is made or changed.
// Source: CUDA Runtime API, cudaGraphAddMemcpyNode, cudaGraphAddMemsetNode, cudaMemcpy3D.
import CCUDA
import GPU

extension CopyNode {
  /// From what cudaGraphAddMemcpyNode is given.  Throws cudaErrorInvalidValue, cudaErrorInvalidPitchValue,
  /// cudaErrorInvalidMemcpyDirection, and cudaErrorInvalidResourceHandle for an array that is none.
  public init(_ parameters: cudaMemcpy3DParms, in context: Context) throws(CUDAError) {
    let p = parameters
    guard let kind = CopyKind(rawValue: p.kind) else { throw .invalidMemcpyDirection.because("kind is \(p.kind)") }
    guard (p.srcArray != nil) != (p.srcPtr.ptr != nil) else { throw .invalidValue.because("the source is one of an array and a pointer") }
    guard (p.dstArray != nil) != (p.dstPtr.ptr != nil) else { throw .invalidValue.because("the destination is one of an array and a pointer") }
    func number(_ value: Int) throws(CUDAError) -> Int {
      guard value >= 0 else { throw .invalidValue.because("a size of \(UInt(bitPattern: value))") }
      return value
    }
    var extent = CopyExtent(
      width: try number(Int(bitPattern: UInt(p.extent.width))), height: try number(Int(bitPattern: UInt(p.extent.height))),
      depth: try number(Int(bitPattern: UInt(p.extent.depth))))
    // With an array, positions in it and the extent count elements.
    if let array = p.srcArray ?? p.dstArray { extent.width *= try DeviceArray.find(array).format.byteCount }
    func side(_ array: UnsafeMutableRawPointer?, _ pointer: cudaPitchedPtr, _ position: cudaPos) throws(CUDAError) -> CopySide {
      let x = Int(position.x), y = Int(position.y), z = Int(position.z)
      if let array {
        let found = try DeviceArray.find(array), x = x * found.format.byteCount
        try found.check(x: x, y: y, z: z, extent)
        return extent.isEmpty ? CopySide(nil) : try found.side(x: x, y: y, z: z)
      }
      let pitch = Int(pointer.pitch), rows = Int(pointer.ysize)
      let (slice, overflow) = pitch.multipliedReportingOverflow(by: rows)
      guard !overflow, pitch >= 0, rows >= 0 else { throw .invalidValue.because("\(rows) rows of \(pitch) bytes") }
      return CopySide(pointer.ptr + (x &+ y &* pitch &+ z &* slice), rowPitch: pitch, slicePitch: slice)
    }
    let to = try side(p.dstArray, p.dstPtr, p.dstPos), from = try side(p.srcArray, p.srcPtr, p.srcPos)
    if extent.height > 1 || extent.depth > 1, !extent.isEmpty {
      guard to.rowPitch >= extent.width, from.rowPitch >= extent.width else {
        throw .invalidPitchValue.because("rows of \(extent.width) bytes, pitches \(to.rowPitch) and \(from.rowPitch)")
      }
    }
    guard !extent.isEmpty else { throw .invalidValue.because("an empty box") }
    var read = p   // what the program reads back: NVIDIA's library forgets the width of a pitched allocation
    (read.srcPtr.xsize, read.dstPtr.xsize) = (0, 0)
    self.init(to: to, from: from, extent: extent, kind: kind, context: context, parameters: read)
    try checkPlaces()
  }

  /// cudaGraphAddMemcpyNode1D and the nodes for symbols.
  public init(
    to: UnsafeMutableRawPointer?, from: UnsafeRawPointer?, count: Int, kind: Int32, in context: Context
  ) throws(CUDAError) {
    guard let kind = CopyKind(rawValue: kind) else { throw .invalidMemcpyDirection.because("kind is \(kind)") }
    guard let to, let from else { throw .invalidValue.because("dst or src is null") }
    guard count > 0 else { throw .invalidValue.because("\(count) bytes") }
    let source = UnsafeMutableRawPointer(mutating: from)
    var read = cudaMemcpy3DParms()
    read.dstPtr.ptr = to
    read.srcPtr.ptr = source
    read.extent = cudaExtent(width: count, height: 1, depth: 1)
    read.kind = kind.rawValue
    self.init(
      to: CopySide(to, rowPitch: count, slicePitch: count), from: CopySide(source, rowPitch: count, slicePitch: count), extent: CopyExtent(width: count),
      kind: kind, context: context, parameters: read)
    try checkPlaces()
  }

  /// Sides that the direction says are the device's must be; no side leaves its allocation.
  func checkPlaces() throws(CUDAError) {
    if extent.isEmpty { return }
    try Self.check(to, extent, mustBeDevice: kind == .hostToDevice || kind == .deviceToDevice, "destination")
    try Self.check(from, extent, mustBeDevice: kind == .deviceToHost || kind == .deviceToDevice, "source")
  }

  private static func check(_ side: CopySide, _ extent: CopyExtent, mustBeDevice: Bool, _ name: String) throws(CUDAError) {
    guard let pointer = side.pointer else { throw .invalidValue.because("\(name) is null") }
    guard let place = GraphPlace(pointer) else {
      if mustBeDevice { throw .invalidValue.because("\(name) \(pointer) is no device memory") }
      return
    }
    guard extent.span(side) <= place.left else {
      throw .invalidValue.because("\(name): \(extent.span(side)) bytes at \(pointer), \(place.left) left in the allocation")
    }
  }

  public var is1D: Bool { extent.height <= 1 && extent.depth <= 1 && parameters.srcArray == nil && parameters.dstArray == nil }

  /// 0 the program's memory, 1 page-locked, 2 the device's, 3 managed, 4 an array: what an update must not change.
  var places: (to: Int, from: Int) {
    (parameters.dstArray != nil ? 4 : GraphPlace.type(to.pointer), parameters.srcArray != nil ? 4 : GraphPlace.type(from.pointer))
  }

  /// What the host or the device does; nothing for an empty box.
  func requests() throws(CUDAError) -> [CopyRequest] {
    guard !extent.isEmpty, let destination = to.pointer, let source = from.pointer else { return [] }
    return [
      CopyRequest(
        destination: GraphPlace.hostView(destination), source: GraphPlace.hostView(source), width: extent.width, height: extent.height,
        depth: extent.depth, destinationRowPitch: to.rowPitch, destinationSlicePitch: to.slicePitch, sourceRowPitch: from.rowPitch,
        sourceSlicePitch: from.slicePitch)
    ]
  }
}

extension FillNode {
  /// Throws cudaErrorInvalidValue for anything that is no box of device memory.
  public func checked() throws(CUDAError) -> FillNode {
    guard [1, 2, 4].contains(elementSize) else { throw .invalidValue.because("elements of \(elementSize) bytes") }
    guard width > 0, height > 0, depth > 0 else { throw .invalidValue.because("\(width) × \(height) × \(depth)") }
    let (row, overflow) = width.multipliedReportingOverflow(by: elementSize)
    guard !overflow, height == 1 && depth == 1 || pitch >= row else { throw .invalidValue.because("rows of \(row) bytes, pitch \(pitch)") }
    guard let pointer, UInt(bitPattern: pointer) % UInt(elementSize) == 0 else { throw .invalidValue.because("dst is null or not aligned to an element") }
    guard let place = GraphPlace(pointer) else { throw .invalidValue.because("\(pointer) is no device memory") }
    let span = CopyExtent(width: row, height: height, depth: depth).span(CopySide(pointer, rowPitch: pitch, slicePitch: slicePitch))
    guard span <= place.left else { throw .invalidValue.because("\(span) bytes, \(place.left) left in the allocation") }
    return self
  }

  func request() throws(CUDAError) -> FillRequest {
    FillRequest(
      destination: GraphPlace.hostView(pointer!), value: elementSize == 1 ? value & 0xff : elementSize == 2 ? value & 0xffff : value, elementSize: elementSize, width: width, height: height, depth: depth, rowPitch: pitch,
      slicePitch: slicePitch)
  }
}

/// Where an address is, graphs' memory that has nothing behind it yet included.
struct GraphPlace {
  var type: Int
  var left: Int
  var hostAddress: UInt64

  init?(_ pointer: UnsafeMutableRawPointer) {
    let address = UInt64(UInt(bitPattern: pointer))
    if let (_, allocation) = Runtime.find(address) {
      let isHostView = address &- allocation.hostAddress < allocation.byteCount
      let offset = address &- (isHostView ? allocation.hostAddress : allocation.deviceAddress)
      left = Int(allocation.byteCount - offset)
      hostAddress = allocation.hostAddress + offset
      type = switch allocation.heap {
      case .deviceLocal, .code, .imported: 2
      case .managed: 3
      case .host, .registered, .importedHost: 1
      }
      return
    }
    guard let graph = Runtime.graphAllocation(containing: address) else { return nil }
    type = 2
    left = Int(graph.address + graph.byteCount - address)
    hostAddress = address
  }

  static func type(_ pointer: UnsafeMutableRawPointer?) -> Int { pointer.flatMap { GraphPlace($0) }?.type ?? 0 }

  static func hostView(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    GraphPlace(pointer).flatMap { UnsafeMutableRawPointer(bitPattern: UInt($0.hostAddress)) } ?? pointer
  }
}

extension Runtime {
  /// Memory of any device's graphs that holds an address.
  static func graphAllocation(containing address: UInt64) -> GraphAllocation? {
    guard let devices = try? devices() else { return nil }
    for device in devices { if let found = device.contextIfAny?.graphMemory.allocation(containing: address) { return found } }
    return nil
  }

  /// The graph's allocation that starts at an address.
  public static func graphAllocation(at address: UInt64) -> GraphAllocation? {
    graphAllocation(containing: address).flatMap { $0.address == address ? $0 : nil }
  }
}
