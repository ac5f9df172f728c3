// The lane loops.  A row of an opcode table gives the arithmetic of one lane as a closure; these functions, inlined into each
// row, make of it a loop that LLVM vectorises: all 64 lanes are computed into a temporary on the stack (nothing can alias it,
// so no run-time checks and no scalar tail), which then goes to the destination, whole or blended by EXEC.
// (An alignment above 16 would make Swift take the temporary from the heap.)
// Lanes that are off compute too; floating-point exceptions are masked and nothing else can trap.
import CSoftGPU

/// A Swift type that a lane's operand or result can have.
public protocol LaneType {
  static var operand: OperandType { get }
  static func load(_ lanes: UnsafePointer<UInt32>, _ lane: Int) -> Self
  static func store(_ value: Self, _ lanes: Lanes, _ lane: Int)
}
extension UInt32: LaneType {
  @inlinable @inline(__always) public static var operand: OperandType { .b32 }
  @inlinable @inline(__always) public static func load(_ p: UnsafePointer<UInt32>, _ l: Int) -> UInt32 { p[l] }
  @inlinable @inline(__always) public static func store(_ v: UInt32, _ p: Lanes, _ l: Int) { p[l] = v }
}
extension Int32: LaneType {
  @inlinable @inline(__always) public static var operand: OperandType { .b32 }
  @inlinable @inline(__always) public static func load(_ p: UnsafePointer<UInt32>, _ l: Int) -> Int32 { Int32(bitPattern: p[l]) }
  @inlinable @inline(__always) public static func store(_ v: Int32, _ p: Lanes, _ l: Int) { p[l] = UInt32(bitPattern: v) }
}
extension Float: LaneType {
  @inlinable @inline(__always) public static var operand: OperandType { .f32 }
  @inlinable @inline(__always) public static func load(_ p: UnsafePointer<UInt32>, _ l: Int) -> Float { Float(bitPattern: p[l]) }
  @inlinable @inline(__always) public static func store(_ v: Float, _ p: Lanes, _ l: Int) { p[l] = v.bitPattern }
}
extension UInt64: LaneType {
  @inlinable @inline(__always) public static var operand: OperandType { .b64 }
  @inlinable @inline(__always) public static func load(_ p: UnsafePointer<UInt32>, _ l: Int) -> UInt64 { UInt64(p[l]) | UInt64(p[64 &+ l]) << 32 }
  @inlinable @inline(__always) public static func store(_ v: UInt64, _ p: Lanes, _ l: Int) {
    p[l] = UInt32(truncatingIfNeeded: v); p[64 &+ l] = UInt32(truncatingIfNeeded: v >> 32)
  }
}
extension Int64: LaneType {
  @inlinable @inline(__always) public static var operand: OperandType { .i64 }
  @inlinable @inline(__always) public static func load(_ p: UnsafePointer<UInt32>, _ l: Int) -> Int64 { Int64(bitPattern: UInt64.load(p, l)) }
  @inlinable @inline(__always) public static func store(_ v: Int64, _ p: Lanes, _ l: Int) { UInt64.store(UInt64(bitPattern: v), p, l) }
}
extension Double: LaneType {
  @inlinable @inline(__always) public static var operand: OperandType { .f64 }
  @inlinable @inline(__always) public static func load(_ p: UnsafePointer<UInt32>, _ l: Int) -> Double { Double(bitPattern: UInt64.load(p, l)) }
  @inlinable @inline(__always) public static func store(_ v: Double, _ p: Lanes, _ l: Int) { UInt64.store(v.bitPattern, p, l) }
}
extension UInt16: LaneType {
  @inlinable @inline(__always) public static var operand: OperandType { .b16 }
  @inlinable @inline(__always) public static func load(_ p: UnsafePointer<UInt32>, _ l: Int) -> UInt16 { UInt16(truncatingIfNeeded: p[l]) }
  @inlinable @inline(__always) public static func store(_ v: UInt16, _ p: Lanes, _ l: Int) { p[l] = UInt32(v) }
}
extension Int16: LaneType {
  @inlinable @inline(__always) public static var operand: OperandType { .b16 }
  @inlinable @inline(__always) public static func load(_ p: UnsafePointer<UInt32>, _ l: Int) -> Int16 { Int16(truncatingIfNeeded: p[l]) }
  @inlinable @inline(__always) public static func store(_ v: Int16, _ p: Lanes, _ l: Int) { p[l] = UInt32(UInt16(bitPattern: v)) }
}
extension Float16: LaneType {
  @inlinable @inline(__always) public static var operand: OperandType { .f16 }
  @inlinable @inline(__always) public static func load(_ p: UnsafePointer<UInt32>, _ l: Int) -> Float16 { Float16(bitPattern: UInt16(truncatingIfNeeded: p[l])) }
  @inlinable @inline(__always) public static func store(_ v: Float16, _ p: Lanes, _ l: Int) { p[l] = UInt32(v.bitPattern) }
}

extension UnsafePointer<carmine_op> {
  @inlinable @inline(__always) public var clamp: Bool { pointee.outputModifiers & 1 != 0 }
}

extension UnsafeMutablePointer<carmine_wave> {
  /// Computes 64 lanes of `R` and writes those that EXEC lets through to the destination VGPR.
  /// `plain`: output modifiers have been dealt with in `body`.
  @inlinable @inline(__always) public func each<R: LaneType>(_ o: Op, keepHigh: Bool = false, plain: Bool = false, _ body: (Int) -> R) {
    withUnsafeTemporaryAllocation(byteCount: R.operand.isWide ? 512 : 256, alignment: 16) { raw in
      let t = raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt32.self)
      for l in 0..<64 { R.store(body(l), t, l) }
      let flags = o.pointee.outputModifiers
      if R.operand.isHalf && flags == 64 {                  // where halves are registers: the other one stays
        let out = vgpr(Int(o.pointee.destination)), m = laneMask()
        for l in 0..<64 { out[l] = out[l] ^ ((out[l] ^ t[l]) & m[l] & 0xffff) }
      } else if plain || flags == 0 && !keepHigh {
        let out = vgpr(Int(o.pointee.destination))
        if exec == pointee.allLanes {
          for l in 0..<64 { out[l] = t[l] }
          if R.operand.isWide { for l in 64..<128 { out[l] = t[l] } }
        } else {
          let m = laneMask()
          for l in 0..<64 { out[l] = out[l] ^ ((out[l] ^ t[l]) & m[l]) }
          if R.operand.isWide { for l in 0..<64 { out[64 &+ l] = out[64 &+ l] ^ ((out[64 &+ l] ^ t[64 &+ l]) & m[l]) } }
        }
      } else {
        let out = buffer(Buffer.temporary)
        for l in 0..<(R.operand.isWide ? 128 : 64) { out[l] = t[l] }
        commitModified(o, R.operand, preserveHigh: keepHigh)
      }
    }
  }

  @inlinable @inline(__always) public func eachPlain<R: LaneType>(_ o: Op, _ body: (Int) -> R) { each(o, plain: true, body) }

  @inlinable @inline(__always) public func unary<A: LaneType, R: LaneType>(_ o: Op, _ f: (A) -> R) {
    let a = source(o, 0, A.operand)
    each(o) { l in f(A.load(a, l)) }
  }
  @inlinable @inline(__always) public func binary<A: LaneType, B: LaneType, R: LaneType>(_ o: Op, _ f: (A, B) -> R) {
    let a = source(o, 0, A.operand), b = source(o, 1, B.operand)
    each(o) { l in f(A.load(a, l), B.load(b, l)) }
  }
  @inlinable @inline(__always) public func ternary<A: LaneType, B: LaneType, C: LaneType, R: LaneType>(_ o: Op, keepHigh: Bool = false, _ f: (A, B, C) -> R) {
    let a = source(o, 0, A.operand), b = source(o, 1, B.operand), c = source(o, 2, C.operand)
    each(o, keepHigh: keepHigh) { l in f(A.load(a, l), B.load(b, l), C.load(c, l)) }
  }
  /// The destination is the third operand.
  @inlinable @inline(__always) public func accumulate<A: LaneType, B: LaneType, C: LaneType, R: LaneType>(_ o: Op, _ f: (A, B, C) -> R) {
    let a = source(o, 0, A.operand), b = source(o, 1, B.operand)
    let c = UnsafePointer(vgpr(Int(o.pointee.destination)))
    each(o) { l in f(A.load(a, l), B.load(b, l), C.load(c, l)) }
  }

  /// 64 yes-or-no answers as a mask, all lanes regardless of EXEC.
  @inlinable @inline(__always) public func ask(_ body: (Int) -> Bool) -> UInt64 {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16) { raw in
      let t = raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt32.self)
      for l in 0..<64 { t[l] = body(l) ? ~0 : 0 }
      return carmine_mask_of(t)
    }
  }
  @inlinable @inline(__always) public func compare<A: LaneType, B: LaneType>(_ o: Op, _ f: (A, B) -> Bool) {
    let a = source(o, 0, A.operand), b = source(o, 1, B.operand)
    setMask(o, ask { l in f(A.load(a, l), B.load(b, l)) })
  }
  @inlinable @inline(__always) public func compareAndSetExec<A: LaneType, B: LaneType>(_ o: Op, _ f: (A, B) -> Bool) {
    let a = source(o, 0, A.operand), b = source(o, 1, B.operand)
    let result = ask { l in f(A.load(a, l), B.load(b, l)) } & written(o)
    setMask(Int(o.pointee.scalarDestination), result)
    exec = result
  }
  /// The lanes that an instruction writes: those that are on and that DPP didn't take out.
  @inlinable @inline(__always) public func written(_ o: Op) -> UInt64 {
    o.pointee.outputModifiers & 32 != 0 ? exec & pointee.writable : exec
  }
  /// A comparison's or carry's mask; bits of lanes that aren't written are 0.
  @inlinable @inline(__always) public func setMask(_ o: Op, _ mask: UInt64) {
    setMask(Int(o.pointee.scalarDestination), mask & written(o))
  }

  /// A mask operand (VCC or an SGPR pair) as lanes of 0 or ~0.
  @inlinable @inline(__always) public func maskLanes(_ mask: UInt64) -> UnsafePointer<UInt32> {
    let out = buffer(Buffer.mask)
    carmine_expand(mask, out)
    return UnsafePointer(out)
  }
}
