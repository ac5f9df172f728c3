// What several scalar instructions do alike: EXEC saved and combined, bit fields, quads.  Worker threads only.
// Source: AMD CDNA3 ISA, 12.1 and 12.3, AMD RDNA3 ISA, 16.1 and 16.3.
import CSoftGPU

/// The old EXEC goes to the destination, what `f` makes of the source and EXEC becomes EXEC.
@inlinable @inline(__always) public func saveExec(_ w: Wave, _ o: Op, _ f: (UInt64, UInt64) -> UInt64) {
  let source = w.s64(o, 0), old = w.getPair(ScalarCode.exec), new = f(source, old)
  w.setS64(o, old)
  w.setPair(ScalarCode.exec, new)
  w.scc = new != 0
}
@inlinable @inline(__always) public func saveExec32(_ w: Wave, _ o: Op, _ f: (UInt32, UInt32) -> UInt32) {
  let source = w.s32(o, 0), old = w.pointee.scalars[ScalarCode.exec], new = f(source, old)
  w.setS32(o, old)
  w.pointee.scalars[ScalarCode.exec] = new
  w.scc = new != 0
}
/// What `f` makes of the source and EXEC becomes EXEC and the destination.
@inlinable @inline(__always) public func writeExec(_ w: Wave, _ o: Op, _ f: (UInt64, UInt64) -> UInt64) {
  let new = f(w.s64(o, 0), w.getPair(ScalarCode.exec))
  w.setPair(ScalarCode.exec, new)
  w.setS64(o, new)
  w.scc = new != 0
}
@inlinable @inline(__always) public func writeExec32(_ w: Wave, _ o: Op, _ f: (UInt32, UInt32) -> UInt32) {
  let new = f(w.s32(o, 0), w.pointee.scalars[ScalarCode.exec])
  w.pointee.scalars[ScalarCode.exec] = new
  w.setS32(o, new)
  w.scc = new != 0
}

public func wholeQuads(_ a: UInt64) -> UInt64 {
  let any = (a | a >> 1 | a >> 2 | a >> 3) & 0x1111_1111_1111_1111
  return any &* 15
}
public func quadMask(_ a: UInt64) -> UInt64 {
  var r: UInt64 = 0
  for quad in 0..<16 where a >> UInt64(4 * quad) & 15 != 0 { r |= 1 << UInt64(quad) }
  return r
}
@inlinable @inline(__always) public func reversed32(_ value: UInt32) -> UInt32 {
  var v = value
  v = v >> 1 & 0x5555_5555 | (v & 0x5555_5555) << 1
  v = v >> 2 & 0x3333_3333 | (v & 0x3333_3333) << 2
  v = v >> 4 & 0x0f0f_0f0f | (v & 0x0f0f_0f0f) << 4
  v = v >> 8 & 0x00ff_00ff | (v & 0x00ff_00ff) << 8
  return v >> 16 | v << 16
}

@inlinable @inline(__always) public func shiftAdd(_ w: Wave, _ o: Op, _ shift: UInt64) {
  let r = UInt64(w.s32(o, 0)) << shift &+ UInt64(w.s32(o, 1))
  w.setS32(o, UInt32(truncatingIfNeeded: r), scc: r >> 32 != 0)
}
/// `width` bits from `offset` on, zero-extended; a width past 63 means all that is left.
@inlinable @inline(__always) public func bitField(_ value: UInt64, _ offset: UInt32, _ width: UInt32) -> UInt64 {
  width == 0 ? 0 : width > 63 ? value >> UInt64(offset) : value >> UInt64(offset) & (1 << UInt64(width) &- 1)
}
@inlinable @inline(__always) public func signedBitField(_ value: Int64, _ offset: UInt32, _ width: UInt32) -> Int64 {
  guard width != 0 else { return 0 }
  let shifted = value >> Int64(offset)
  return width > 63 ? shifted : (shifted &<< Int64(64 &- width)) &>> Int64(64 &- width)
}
/// SIMM16 as the comparisons with an unsigned constant see it.
@inlinable @inline(__always) public func unsigned(_ o: Op) -> UInt32 { UInt32(UInt16(truncatingIfNeeded: o.pointee.immediate)) }
