// VOPD: two single-precision or logic operations in one instruction.  Both halves read before either writes.
// Source: AMD RDNA3 ISA, 7.6 "Dual Issue VALU", 15.3.7.
import CSoftGPU
import ISA

/// The first half into a spare register, the second half, then the first half's result to where it belongs.
let executeDual: carmine_execute = { w, o in
  o.pointee.first.unsafelyUnwrapped(w, o)
  let second = o + 1
  second.pointee.execute.unsafelyUnwrapped(w, second)
  let from = w.vgpr(Int(o.pointee.destination)), out = w.vgpr(Int(o.pointee.immediate)), m = w.laneMask()
  for l in 0..<64 { out[l] = out[l] ^ ((out[l] ^ from[l]) & m[l]) }
}
