// PTX's fundamental types as sizes and as LLVM types, and the layout of variables and parameters.
// Source: PTX ISA, chapter 5 (types, alignment), 7.1 (parameters).
import CLLVM
import PTX

extension ScalarType {
  var bits: Int {
    switch self {
    case .pred, .b1: 1
    case .u2, .s2: 2
    case .b4, .u4, .s4, .e2m1: 4
    case .b8, .u8, .s8, .e4m3, .e5m2, .e2m1x2, .e2m3, .e3m2, .ue8m0: 8
    case .b16, .u16, .s16, .f16, .bf16, .e4m3x2, .e5m2x2, .e2m3x2, .e3m2x2, .ue8m0x2, .e2m1x4, .s2f6x2: 16
    case .b32, .u32, .s32, .f32, .f16x2, .bf16x2, .tf32, .u16x2, .s16x2, .u8x4, .s8x4, .e4m3x4, .e5m2x4, .e2m3x4, .e3m2x4: 32
    case .b64, .u64, .s64, .f64, .f32x2, .texref, .samplerref, .surfref: 64
    case .b128: 128
    }
  }
  /// Bytes that a value takes in memory.
  var bytes: Int { max(1, bits / 8) }
  var isSigned: Bool {
    switch self { case .s8, .s16, .s32, .s64, .s16x2, .s2, .s4, .s8x4: true; default: false }
  }
  var isFloat: Bool {
    switch self { case .f16, .f16x2, .bf16, .bf16x2, .f32, .f64, .f32x2, .tf32: true; default: false }
  }
  var isInteger: Bool {
    switch self { case .u8, .u16, .u32, .u64, .s8, .s16, .s32, .s64, .b8, .b16, .b32, .b64, .b128: true; default: false }
  }
  /// Two values in one register.
  var isPacked: Bool {
    switch self { case .f16x2, .bf16x2, .u16x2, .s16x2, .f32x2: true; default: false }
  }
}

extension IRBuilder {
  /// The LLVM type that instructions of a PTX type compute in.
  func type(of type: ScalarType) -> Type {
    switch type {
    case .pred: i1
    case .f16: half
    case .bf16: bfloat
    case .f32: float
    case .f64: double
    case .f16x2: vector(half, 2)
    case .bf16x2: vector(bfloat, 2)
    case .f32x2: vector(float, 2)
    case .u16x2, .s16x2: vector(i16, 2)
    default: int(type.bits)
    }
  }

  /// The same bits in another type; a difference in width truncates, or extends by the sign when `signed`.
  func coerce(_ value: Value, to: Type, signed: Bool = false) -> Value {
    let from = type(value)
    if from == to { return value }
    let fromBits = bits(from), toBits = bits(to)
    if fromBits == toBits { return bitcast(value, to) }
    let integer = isInteger(from) ? value : bitcast(value, int(fromBits))
    return bitcast(resize(integer, int(toBits), signed: signed), to)
  }
}

extension Variable {
  var elementCount: Int { dimensions.reduce(1, *) }
  var byteCount: Int { type.bytes * vector * elementCount }
  var byteAlignment: Int { alignment ?? type.bytes * vector }
  /// `.extern .shared x[]`: as much as the launch asks for.
  var isUnsized: Bool { dimensions.contains(0) }
}

func align(_ value: Int, _ alignment: Int) -> Int { (value + alignment - 1) / alignment * alignment }

/// Where a kernel's parameters lie in its kernarg segment.
struct ParameterLayout {
  var offsets: [String: (offset: Int, variable: Variable)] = [:]
  var slots: [(offset: Int, size: Int, alignment: Int)] = []
  /// Bytes of the parameters, a multiple of 16: where carmine_hidden_arguments begins.
  var hiddenOffset = 0

  init(_ parameters: [Variable]) {
    var end = 0
    for parameter in parameters {
      let offset = align(end, parameter.byteAlignment)
      offsets[parameter.name] = (offset, parameter)
      slots.append((offset, parameter.byteCount, parameter.byteAlignment))
      end = offset + parameter.byteCount
    }
    hiddenOffset = align(end, 16)
  }
}
