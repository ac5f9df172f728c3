// The vector and scalar caches of one compute unit: direct-mapped copies of lines, filled by reads, forgotten when told to.
// A line read once stays as it was until it is invalidated or its place is needed for another, as on silicon; writes go
// through and drop the line.  A line's bytes lie at its address modulo the cache's size, so neighbours are contiguous.
// Belongs to one workgroup at a time, so to one thread.
// Source: LLVM AMDGPU usage, "Memory Model"; sizes: the targets' topology (16 and 32 KiB).
import Glibc

public struct UnitCache {
  static let vectorBytes: UInt64 = 32 << 10, vectorLines = 256          // of 128 bytes
  static let scalarBytes: UInt64 = 16 << 10, scalarLines = 256          // of 64 bytes

  /// Line numbers; ~0 is none's.
  let vectorTags: UnsafeMutablePointer<UInt64>
  let vectorData: UnsafeMutableRawPointer
  let scalarTags: UnsafeMutablePointer<UInt64>
  let scalarData: UnsafeMutableRawPointer
  /// gfx11's middle level: which lines it still has when the one before it is invalidated.
  private let generations: UnsafeMutablePointer<UInt32>
  private var generation: UInt32 = 1
  public var epoch: UInt32 = 0

  private init(_ memory: UnsafeMutableRawPointer) {
    vectorData = memory
    scalarData = memory + Int(Self.vectorBytes)
    vectorTags = (memory + Int(Self.vectorBytes + Self.scalarBytes)).assumingMemoryBound(to: UInt64.self)
    scalarTags = vectorTags + Self.vectorLines
    generations = UnsafeMutableRawPointer(scalarTags + Self.scalarLines).assumingMemoryBound(to: UInt32.self)
  }
  static func make() -> UnsafeMutablePointer<UnitCache> {
    let bytes = Int(vectorBytes + scalarBytes) + vectorLines * 8 + scalarLines * 8 + vectorLines * 4
    let unit = UnsafeMutablePointer<UnitCache>.allocate(capacity: 1)
    unit.initialize(to: UnitCache(UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 128)))
    memset(unit.pointee.generations, 0, vectorLines * 4)
    unit.pointee.invalidateVector()
    unit.pointee.invalidateScalar()
    return unit
  }

  /// Forgets every vector line.
  mutating func invalidateVector() { memset(vectorTags, 0xff, Self.vectorLines * 8) }
  mutating func invalidateScalar() { memset(scalarTags, 0xff, Self.scalarLines * 8) }

  /// gfx11: the first level forgets, and finds again what the middle one still has.
  mutating func invalidateFirstLevel() {
    for slot in 0..<Self.vectorLines where generations[slot] != generation { vectorTags[slot] = ~0 }
  }
  mutating func invalidateMiddleLevel() { generation &+= 1 }

  @inline(__always) func hasVector(_ line: UInt64) -> Bool { vectorTags[Int(line & 255)] == line }
  @inline(__always) func fillVector(_ line: UInt64, from place: UnsafeRawPointer) {
    let slot = Int(line & 255)
    memcpy(vectorData + (slot << 7), place, 128)
    vectorTags[slot] = line
    generations[slot] = generation
  }
  @inline(__always) func dropVector(_ line: UInt64) { if vectorTags[Int(line & 255)] == line { vectorTags[Int(line & 255)] = ~0 } }
  @inline(__always) func hasScalar(_ line: UInt64) -> Bool { scalarTags[Int(line & 255)] == line }
  @inline(__always) func dropScalar(_ line: UInt64) { if scalarTags[Int(line & 255)] == line { scalarTags[Int(line & 255)] = ~0 } }
  func fillScalar(_ line: UInt64, from place: UnsafeRawPointer) {
    let slot = Int(line & 255)
    memcpy(scalarData + (slot << 6), place, 64)
    scalarTags[slot] = line
  }
}

extension UnsafeMutablePointer<UnitCache> {
  func destroy() {
    pointee.vectorData.deallocate()
    deinitialize(count: 1)
    deallocate()
  }
}
