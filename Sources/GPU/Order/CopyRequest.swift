// Copies and fills as values: what to move, and the host loop that moves it.
// Threads: `execute` on any thread; the caller has seen to the order.
import Glibc

/// Moves a box of bytes.  Addresses are the host's; device memory is visible through the large BAR.
public struct CopyRequest: @unchecked Sendable {  // the pointers are the program's, ordered by its streams
  public var destination, source: UnsafeMutableRawPointer
  public var width, height, depth: Int     // bytes, rows, slices
  public var destinationRowPitch, destinationSlicePitch: Int
  public var sourceRowPitch, sourceSlicePitch: Int
  /// `source` is a buffer of malloc's, to be freed after the copy.
  public private(set) var ownsSource = false

  public init(
    destination: UnsafeMutableRawPointer, source: UnsafeMutableRawPointer, width: Int, height: Int = 1, depth: Int = 1,
    destinationRowPitch: Int = 0, destinationSlicePitch: Int = 0, sourceRowPitch: Int = 0, sourceSlicePitch: Int = 0
  ) {
    self.destination = destination; self.source = source
    self.width = width; self.height = height; self.depth = depth
    self.destinationRowPitch = destinationRowPitch; self.destinationSlicePitch = destinationSlicePitch
    self.sourceRowPitch = sourceRowPitch; self.sourceSlicePitch = sourceSlicePitch
  }

  public var byteCount: Int { width * height * depth }

  public func execute() {
    for slice in 0..<depth {
      let to = destination + slice * destinationSlicePitch
      let from = source + slice * sourceSlicePitch
      if height == 1 || (destinationRowPitch == width && sourceRowPitch == width) {
        memmove(to, from, width * height)
      } else {
        for row in 0..<height { memmove(to + row * destinationRowPitch, from + row * sourceRowPitch, width) }
      }
    }
  }

  /// The same copy from a packed buffer that now holds the source's bytes; nil when there is no memory for one.
  public func staged() -> CopyRequest? {
    guard let buffer = malloc(max(byteCount, 1)) else { return nil }
    var take = self
    take.destination = buffer
    take.destinationRowPitch = width
    take.destinationSlicePitch = width * height
    take.execute()
    var rest = self
    rest.source = buffer
    rest.sourceRowPitch = width
    rest.sourceSlicePitch = width * height
    rest.ownsSource = true
    return rest
  }

  func release() { if ownsSource { Glibc.free(source) } }
}

/// Writes a pattern of 1, 2 or 4 bytes over a box of elements.
public struct FillRequest: @unchecked Sendable {  // as above
  public var destination: UnsafeMutableRawPointer
  public var value: UInt32
  public var elementSize: Int
  public var width, height, depth: Int     // elements, rows, slices
  public var rowPitch, slicePitch: Int     // bytes

  public init(
    destination: UnsafeMutableRawPointer, value: UInt32, elementSize: Int, width: Int, height: Int = 1, depth: Int = 1,
    rowPitch: Int = 0, slicePitch: Int = 0
  ) {
    self.destination = destination; self.value = value; self.elementSize = elementSize
    self.width = width; self.height = height; self.depth = depth
    self.rowPitch = rowPitch; self.slicePitch = slicePitch
  }

  public var byteCount: Int { width * elementSize * height * depth }

  public func execute() {
    for slice in 0..<depth {
      for row in 0..<height {
        let start = destination + slice * slicePitch + row * rowPitch
        switch elementSize {
        case 1: memset(start, Int32(truncatingIfNeeded: value & 0xff), width)
        case 2: start.initializeMemory(as: UInt16.self, repeating: UInt16(truncatingIfNeeded: value), count: width)
        default: start.initializeMemory(as: UInt32.self, repeating: value, count: width)
        }
      }
    }
  }
}
