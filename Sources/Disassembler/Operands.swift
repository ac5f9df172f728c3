// Operands as LLVM writes them: registers and ranges of them, constants, literals.
import ISA

func vector(_ number: Int, _ registers: Int = 1, accumulator: Bool = false) -> String { register(accumulator ? "a" : "v", number, registers) }

func register(_ file: String, _ number: Int, _ registers: Int) -> String {
  registers == 1 ? "\(file)\(number)" : "\(file)[\(number):\(number + registers - 1)]"
}

/// Scalar registers and the special ones by operand code; nil for constants.
func scalarRegister(_ code: Int, _ registers: Int, _ target: Target) -> String? {
  if target == .gfx1100 {
    switch code {
    case 102...105: return register("s", code, registers)
    case 124: return "null"
    case 125: return "m0"
    default: break
    }
  }
  switch code {
  case 0...101: return register("s", code, registers)
  case 108...123: return register("ttmp", code - 108, registers)
  case 102...107, 126, 127:
    let name = code < 104 ? "flat_scratch" : code < 106 ? "xnack_mask" : code < 108 ? "vcc" : "exec"
    return registers > 1 ? name : name + (code & 1 == 0 ? "_lo" : "_hi")
  case 124: return "m0"
  case 125: return "null"
  default: return nil
  }
}

private let sourceNames: [Int: String] = [
  230: "src_flat_scratch_base_lo", 231: "src_flat_scratch_base_hi",
  235: "src_shared_base", 236: "src_shared_limit", 237: "src_private_base", 238: "src_private_limit", 239: "src_pops_exiting_wave_id",
  251: "src_vccz", 252: "src_execz", 253: "src_scc", 254: "src_lds_direct",
]
private let floats = ["0.5", "-0.5", "1.0", "-1.0", "2.0", "-2.0", "4.0", "-4.0"]

/// Any source: code 0-255 scalar, 256-511 vector.
func source(_ code: Int, _ type: DataType, literal: UInt32, _ target: Target, accumulator: Bool = false) -> String {
  if code >= 256 { return vector(code - 256, type.registers, accumulator: accumulator) }
  if let name = scalarRegister(code, type.registers, target) { return name }
  switch code {
  case 128...192: return String(code - 128)
  case 193...208: return String(192 - code)
  case 240...247: return floats[code - 240]
  case 248: return type.bits == 64 ? "0.15915494309189532" : "0.15915494"
  case 255: return literalText(literal, type)
  default: return sourceNames[code] ?? "<\(code)>"
  }
}

/// A literal is written so that an assembler makes a literal of it again.
func literalText(_ value: UInt32, _ type: DataType) -> String {
  let isHalf = type.bits == 16 && !type.isPacked
  if isInline(value, type) || isHalf && InlineConstant.f32.contains(value) { return "lit(\(hexadecimal(value)))" }
  return hexadecimal(isHalf ? value & 0xffff : value)
}

/// Whether the value has a shorter encoding as an inline constant.
func isInline(_ value: UInt32, _ type: DataType) -> Bool {
  if type.bits == 64 && type.kind == .float { return InlineConstant.f64.contains(UInt64(value) << 32) || value == 0 }
  if type.bits == 64 { return value <= 64 || InlineConstant.f64.contains(UInt64(value)) }
  let number = Int32(bitPattern: value)
  if number >= -16 && number <= 64 { return true }
  if type.bits == 16 && type.kind == .float { return value <= 0xffff && InlineConstant.f16.contains(value) }
  return InlineConstant.f32.contains(value)
}

/// Small numbers are written in decimal, others in hexadecimal.
func small(_ value: Int) -> String { value <= 64 ? String(value) : hexadecimal(value) }

/// A number as an operand without a type: inline constants by their values.
func plainNumber(_ value: UInt32) -> String {
  let number = Int32(bitPattern: value)
  if number >= -16 && number <= 64 { return String(number) }
  if let index = InlineConstant.f32.firstIndex(of: value) { return index == 8 ? "0.15915494" : floats[index] }
  return hexadecimal(value)
}
