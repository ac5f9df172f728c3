// The transcendental unit in single precision.  It knows no subnormal numbers, whatever MODE says: operands and results below
// 2^-126 are zeros of their sign.  Pure functions, inlined into lane loops.
// Source: AMD's ISA manuals ("1 ULP accuracy, denormals are flushed" of V_EXP, V_LOG, V_RCP, V_RSQ and V_SQRT); the functional
// examples of AMD's RDNA3 manual (zeros and infinities); LLVM's AMDGPU back end, which scales around the same instructions and
// takes their results for canonical.
import Glibc

@inlinable @inline(__always) public func exponential(_ a: Float) -> Float { flushed(exp2f(flushed(a))) }
@inlinable @inline(__always) public func logarithm(_ a: Float) -> Float { log2f(flushed(a)) }
@inlinable @inline(__always) public func reciprocal(_ a: Float) -> Float { flushed(1 / flushed(a)) }
@inlinable @inline(__always) public func reciprocalRoot(_ a: Float) -> Float { Float(1 / Double(flushed(a)).squareRoot()) }
@inlinable @inline(__always) public func squareRoot(_ a: Float) -> Float { flushed(a).squareRoot() }

/// Sine and cosine of revolutions.  A zero keeps its sign; whole revolutions are +0.
@inlinable @inline(__always) public func sineOfTurns(_ a: Float) -> Float {
  let turns = flushed(a)
  return turns.isFinite ? turns == 0 ? turns : Float(sin(partOfTurn(turns) * 2 * Double.pi)) : .nan
}
@inlinable @inline(__always) public func cosineOfTurns(_ a: Float) -> Float { a.isFinite ? Float(cos(partOfTurn(a) * 2 * Double.pi)) : .nan }
/// What is left of whole revolutions, exactly: -0.5 to 0.5.
@inlinable @inline(__always) public func partOfTurn(_ a: Float) -> Double { Double(a) - Double(a).rounded(.toNearestOrEven) }
