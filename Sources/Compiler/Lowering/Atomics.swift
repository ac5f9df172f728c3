// Atomic operations, reductions and fences.  PTX's scopes are LLVM's: cta workgroup, gpu agent, sys system.
// Floating-point atomics carry no promise about the memory that they touch, so LLVM keeps them right on host memory too.
// Source: PTX ISA, "atom", "red", "membar / fence"; LLVM's AMDGPU memory model.
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let atomics: [String: Handler] = [
    "atom": { f, i, m in try f.atomic(i, &m, result: i.operands[0], Array(i.operands[1...])) },
    "red": { f, i, m in try f.atomic(i, &m, result: .sink, i.operands) },
    "membar": { f, i, m in
      let level = try m.require(oneOf: ["cta", "gl", "sys"])
      f.b.fence(LLVMAtomicOrderingSequentiallyConsistent, scope: ["cta": "workgroup", "gl": "agent"][level] ?? "")
    },
    "fence": { f, i, m in
      if m.take("proxy") {  // one proxy here: the flat address path
        guard m.take("alias") || m.take("generic") else { throw CompileError.unsupported(i, "this proxy does not exist here") }
      }
      let order = m.take(oneOf: ["sc", "acq_rel", "acquire", "release"])
      let ordering = switch order {
      case "acq_rel": LLVMAtomicOrderingAcquireRelease
      case "acquire": LLVMAtomicOrderingAcquire
      case "release": LLVMAtomicOrderingRelease
      default: LLVMAtomicOrderingSequentiallyConsistent
      }
      f.b.fence(ordering, scope: m.scope() ?? "")
    },
  ]
}

extension FunctionLowering {
  func atomic(_ i: Instruction, _ m: inout Modifiers, result: Operand, _ operands: [Operand]) throws {
    m.takeCacheHints()
    _ = m.take("noftz")
    let ordering = switch m.take(oneOf: ["relaxed", "acquire", "release", "acq_rel"]) {
    case "acquire": LLVMAtomicOrderingAcquire
    case "release": LLVMAtomicOrderingRelease
    case "acq_rel": LLVMAtomicOrderingAcquireRelease
    default: LLVMAtomicOrderingMonotonic
    }
    let scope = b.scope(m.scope() ?? "agent")
    let space = try m.space() ?? .generic
    let operation = try m.require(oneOf: ["and", "or", "xor", "cas", "exch", "add", "inc", "dec", "min", "max"])
    let type = try m.type()
    guard type.bits <= 64 else { throw CompileError.unsupported(i, "128-bit atomics") }
    let address = try pointer(operands[0], space, i)
    let value: Value
    if operation == "cas" {
      let width = b.int(type.bits)
      let failure = ordering == LLVMAtomicOrderingAcquire || ordering == LLVMAtomicOrderingAcquireRelease
        ? LLVMAtomicOrderingAcquire : LLVMAtomicOrderingMonotonic
      let pair = LLVMBuildAtomicCmpXchgSyncScope(
        b.raw, address, b.coerce(try read(operands[1], type), to: width), b.coerce(try read(operands[2], type), to: width),
        ordering, failure, scope)!
      LLVMSetAlignment(pair, UInt32(type.bytes))
      value = b.part(pair, 0)
    } else {
      let row: LLVMAtomicRMWBinOp = switch operation {
      case "and": LLVMAtomicRMWBinOpAnd
      case "or": LLVMAtomicRMWBinOpOr
      case "xor": LLVMAtomicRMWBinOpXor
      case "exch": LLVMAtomicRMWBinOpXchg
      case "add": type.isFloat ? LLVMAtomicRMWBinOpFAdd : LLVMAtomicRMWBinOpAdd
      case "inc": LLVMAtomicRMWBinOpUIncWrap
      case "dec": LLVMAtomicRMWBinOpUDecWrap
      case "min": type.isFloat ? LLVMAtomicRMWBinOpFMin : type.isSigned ? LLVMAtomicRMWBinOpMin : LLVMAtomicRMWBinOpUMin
      default: type.isFloat ? LLVMAtomicRMWBinOpFMax : type.isSigned ? LLVMAtomicRMWBinOpMax : LLVMAtomicRMWBinOpUMax
      }
      let argument = try read(operands[1], type)
      let old = LLVMBuildAtomicRMWSyncScope(b.raw, row, address, argument, ordering, scope)!
      LLVMSetAlignment(old, UInt32(type.bytes))
      value = old
    }
    try write(result, value, type)
  }
}
