// Video instructions: arithmetic on bytes and halfwords of a register, in one more bit of precision.
// Selecting and masking of lanes is refused; compiled code doesn't use it.
// Source: PTX ISA, "SIMD Video Instructions" and "Scalar Video Instructions".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let video: [String: Handler] = {
    var table: [String: Handler] = [:]
    for name in ["vadd", "vsub", "vavrg", "vabsdiff", "vmin", "vmax", "vset"] {
      for lanes in [2, 4] { table["\(name)\(lanes)"] = { f, i, m in try f.video(i, &m, name, lanes: lanes) } }
    }
    return table
  }()
}

extension FunctionLowering {
  func video(_ i: Instruction, _ m: inout Modifiers, _ operation: String, lanes: Int) throws {
    let comparison = operation == "vset" ? try m.require(oneOf: ["eq", "ne", "lt", "le", "gt", "ge"]) : ""
    let sat = m.take("sat"), sums = m.take("add")
    let first = try m.type(), second = try m.type()
    let (result, aType, bType) = operation == "vset" ? (ScalarType.u32, first, second) : (first, second, try m.type())
    let (x, y) = (try read(i.operands[1], .b32), try read(i.operands[2], .b32))
    let bits = 32 / lanes
    var packed = b.int32(0), sum = try read(i.operands[3], .b32)
    for lane in 0..<lanes {
      func part(_ value: Value, _ signed: Bool) -> Value {
        b.resize(b.trunc(b.lshr(value, b.int32(lane * bits)), b.int(bits)), b.i32, signed: signed)
      }
      let (p, q) = (part(x, aType.isSigned), part(y, bType.isSigned))
      var value: Value
      switch operation {
      case "vadd": value = b.add(p, q)
      case "vsub": value = b.sub(p, q)
      case "vmin": value = b.overloaded("llvm.smin", b.i32, [p, q])
      case "vmax": value = b.overloaded("llvm.smax", b.i32, [p, q])
      case "vabsdiff": value = b.call("llvm.abs.i32", b.i32, [b.sub(p, q), b.bool(false)])
      case "vavrg":  // rounds half away from zero
        let total = b.add(p, q)
        value = b.ashr(b.add(total, b.zext(b.icmp(LLVMIntSGE, total, b.int32(0)), b.i32)), b.int32(1))
      default:
        let predicate = ["eq": LLVMIntEQ, "ne": LLVMIntNE, "lt": LLVMIntSLT, "le": LLVMIntSLE, "gt": LLVMIntSGT, "ge": LLVMIntSGE][comparison]!
        value = b.zext(b.icmp(predicate, p, q), b.i32)
      }
      if sat {
        let (low, high) = result.isSigned ? (-(1 << (bits - 1)), 1 << (bits - 1) - 1) : (0, 1 << bits - 1)
        value = b.overloaded("llvm.smax", b.i32, [b.overloaded("llvm.smin", b.i32, [value, b.int32(high)]), b.int32(low)])
      }
      if sums { sum = b.add(sum, value) }
      packed = b.or(packed, b.shl(b.and(value, b.int32(1 << bits - 1)), b.int32(lane * bits)))
    }
    try write(i.operands[0], sums ? sum : packed, .b32)
  }
}
