// v_trig_preop_f64: the bits of 2/pi that matter for an argument.  Pure.  Source: AMD's pseudo-code.
import Glibc

/// 53 bits of 2/pi, the segment chosen by the exponent of `a` and by `b`, scaled.
public func trigonometricSegment(_ a: Double, _ b: UInt32) -> Double {
  let exponent = exponentField(a)
  var shift = Int(b & 31) * 53
  if exponent > 1077 { shift += Int(exponent) - 1077 }
  // Bits 1200-shift down to 1148-shift of 2/pi's fraction.
  var bits: UInt64 = 0
  for i in 0..<53 {
    let at = shift + i
    let bit = at < 1201 ? twoOverPi[at / 32] >> UInt32(31 - at % 32) & 1 : 0
    bits = bits << 1 | UInt64(bit)
  }
  var scale = -53 - shift
  if exponent >= 1968 { scale += 128 }
  return scalbn(Double(bits), scale)
}
/// The fraction of 2/pi, 1216 bits, most significant first (the well-known table of Payne and Hanek's reduction).
private let twoOverPi: [UInt32] = [
  0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0,
  0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4,
  0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d,
  0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab, 0xf0cfbc20,
]
