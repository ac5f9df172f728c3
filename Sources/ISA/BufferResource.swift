// Buffer descriptors (V#): four SGPRs that say where a buffer lies, how it is laid out, what its elements are, and what counts
// as outside; and from them the place that an index and an offset mean.  The families differ in fields and in the rule for
// what is outside.  Pure; any thread.
// Source: AMD RDNA3 ISA, 9.1 "Buffer Resource Descriptor", "Range Checking"; AMD Vega and CDNA3 ISA, 8.1/9.1; Mesa's notes on
// NUM_RECORDS and OOB_SELECT.

public enum BufferFamily: Sendable { case gfx9, gfx11 }

public struct BufferResource: Sendable {
  /// What is outside.
  public enum Check: UInt8, Sendable {
    case structured       // an index past the records, or an offset past the stride
    case indexOnly
    case nothing          // only an empty buffer
    case raw              // an offset past so many bytes
  }

  public var base: UInt64
  public var stride: UInt64
  public var records: UInt64
  /// Bytes of an element that stay together in the swizzled layout; 0: the linear one.
  public var elementSize: UInt64
  public var indexStride: UInt64
  public var addsThreadID: Bool
  public var selectors: UInt32            // four times three bits
  public var format: DataFormat?
  public var check: Check
  let family: BufferFamily

  public init(_ family: BufferFamily, _ w0: UInt32, _ w1: UInt32, _ w2: UInt32, _ w3: UInt32) {
    self.family = family
    base = UInt64(w0) | UInt64(w1 & 0xffff) << 32
    stride = UInt64(w1 >> 16 & 0x3fff)
    records = UInt64(w2)
    selectors = w3 & 0xfff
    indexStride = 8 << UInt64(w3 >> 21 & 3)
    addsThreadID = w3 >> 23 & 1 != 0
    switch family {
    case .gfx9:
      elementSize = w1 >> 31 != 0 ? 4 : 0
      // Where the thread's number is added the data format's bits continue the stride.
      if addsThreadID { stride |= UInt64(w3 >> 15 & 15) << 14 }
      format = DataFormat.gfx9(data: Int(w3 >> 15 & 15), number: Int(w3 >> 12 & 7))
      check = .raw
    case .gfx11:
      elementSize = [0, 4, 8, 16][Int(w1 >> 30)]
      format = DataFormat.gfx11[Int(w3 >> 12 & 63)]
      check = Check(rawValue: UInt8(w3 >> 28 & 3))!
    }
  }

  /// Only the selectors, which images have too.
  init(selecting selectors: UInt32) { self.init(.gfx11, 0, 0, 0, selectors) }

  public var isSwizzled: Bool { elementSize != 0 }

  /// The place of a byte relative to the base, without the scalar offset.
  public func place(index: UInt64, offset: UInt64) -> UInt64 {
    guard elementSize != 0 else { return offset &+ stride &* index }
    let row = index / indexStride, column = index % indexStride
    return (row &* stride &+ offset / elementSize &* elementSize) &* indexStride &+ column &* elementSize &+ offset % elementSize
  }

  /// Whether `size` bytes there are inside.  `hasIndex`: the instruction gives an index.
  public func contains(index: UInt64, offset: UInt64, size: UInt64, scalarOffset: UInt64, hasIndex: Bool) -> Bool {
    let left = records > scalarOffset ? records - scalarOffset : 0
    switch family {
    case .gfx9:
      if hasIndex && stride != 0 { return index < records }
      return place(index: index, offset: offset) &+ size <= left
    case .gfx11:
      switch check {
      case .structured: return index < records && offset + size <= stride
      case .indexOnly: return index < records
      case .nothing: return records != 0
      case .raw:
        if isSwizzled && stride != 0 { return index < records && offset + size <= stride }
        return offset &+ stride &* index &+ size <= left
      }
    }
  }

  /// A loaded element as the descriptor's selectors arrange it.
  public func selected(_ element: SIMD4<UInt32>, one: UInt32) -> SIMD4<UInt32> {
    var result = SIMD4<UInt32>()
    for index in 0..<4 {
      switch selectors >> UInt32(index * 3) & 7 {
      case 1: result[index] = one
      case let choice where choice >= 4: result[index] = element[Int(choice) - 4]
      default: result[index] = 0
      }
    }
    return result
  }
  /// The way back, for stores: what a component of memory gets.
  public func arranged(_ values: SIMD4<UInt32>) -> SIMD4<UInt32> {
    var result = SIMD4<UInt32>()
    for index in (0..<4).reversed() {
      let choice = selectors >> UInt32(index * 3) & 7
      if choice >= 4 { result[Int(choice) - 4] = values[index] }
    }
    return result
  }
}
