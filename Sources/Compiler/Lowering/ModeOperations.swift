// Machine operations whose result depends on the MODE register, under any mode: rounding directions, and subnormals kept or flushed.
// An operation that agrees with its kernel's mode is plain LLVM IR.  Any other is a call of a function without a body, named after
// operation and mode: LLVM moves, merges and deletes such calls freely, since they depend on their operands alone, and can't fold
// them into anything that rounds otherwise.  FloatModePass makes instructions of them when LLVM has finished.
// Source: AMD's ISA manuals, "MODE register"; LLVM's AMDGPU usage guide, "denormal-fp-math".
import CLLVM
import PTX

/// Rounding directions as the MODE register counts them.
enum Rounding: Int { case nearest = 0, up = 1, down = 2, zero = 3 }

/// MODE's low byte: FP_ROUND and FP_DENORM, each for single precision and for double and half together.  The latter two keep their
/// subnormals always: .ftz of halves is by instructions, since nothing else may flush doubles.
struct FloatEnvironment: Hashable {
  var rounding = Rounding.nearest
  var flushesSingle = false

  var bits: Int { rounding.rawValue * 0b0101 | (flushesSingle ? 0 : 0x30) | 0xC0 }
}

enum ModeOperation: String, CaseIterable {
  case addSingle, subtractSingle, multiplySingle, fmaSingle, ldexpSingle, minimumSingle, maximumSingle
  case floorSingle, ceilingSingle, truncateSingle, nearestSingle
  case addDouble, subtractDouble, multiplyDouble, fmaDouble, ldexpDouble
  case singleFromDouble, doubleFromSingle, halfFromSingle

  /// `%0` is the result, `%1` the first operand.
  func text(_ target: GPUTarget) -> String {
    let gfx12 = target.name.hasPrefix("gfx12")
    return switch self {
    case .addSingle: "v_add_f32 %0, %1, %2"
    case .subtractSingle: "v_sub_f32 %0, %1, %2"
    case .multiplySingle: "v_mul_f32 %0, %1, %2"
    case .fmaSingle: "v_fma_f32 %0, %1, %2, %3"
    case .ldexpSingle: "v_ldexp_f32 %0, %1, %2"
    case .minimumSingle: gfx12 ? "v_min_num_f32 %0, %1, %2" : "v_min_f32 %0, %1, %2"
    case .maximumSingle: gfx12 ? "v_max_num_f32 %0, %1, %2" : "v_max_f32 %0, %1, %2"
    case .floorSingle: "v_floor_f32 %0, %1"
    case .ceilingSingle: "v_ceil_f32 %0, %1"
    case .truncateSingle: "v_trunc_f32 %0, %1"
    case .nearestSingle: "v_rndne_f32 %0, %1"
    case .addDouble: "v_add_f64 %0, %1, %2"
    case .subtractDouble: "v_add_f64 %0, %1, -%2"
    case .multiplyDouble: "v_mul_f64 %0, %1, %2"
    case .fmaDouble: "v_fma_f64 %0, %1, %2, %3"
    case .ldexpDouble: "v_ldexp_f64 %0, %1, %2"
    case .singleFromDouble: "v_cvt_f32_f64 %0, %1"
    case .doubleFromSingle: "v_cvt_f64_f32 %0, %1"
    case .halfFromSingle: "v_cvt_f16_f32 %0, %1"
    }
  }

  /// Whether numbers of single precision go in or out.
  var touchesSingle: Bool {
    switch self {
    case .addDouble, .subtractDouble, .multiplyDouble, .fmaDouble, .ldexpDouble: false
    default: true
    }
  }

  /// The form that computes on a PTX type; halves, which have no directions, use the single one's name.
  static func add(_ type: ScalarType) -> ModeOperation { type == .f64 ? .addDouble : .addSingle }
  static func subtract(_ type: ScalarType) -> ModeOperation { type == .f64 ? .subtractDouble : .subtractSingle }
  static func multiply(_ type: ScalarType) -> ModeOperation { type == .f64 ? .multiplyDouble : .multiplySingle }
  static func fma(_ type: ScalarType) -> ModeOperation { type == .f64 ? .fmaDouble : .fmaSingle }
}

extension ScalarType {
  var isHalf: Bool { self == .f16 || self == .f16x2 }
  var isBrainFloat: Bool { self == .bf16 || self == .bf16x2 }
}

/// The names of the functions that stand for operations.
enum ModeCall {
  static let prefix = "carmine.mode."
  static func name(_ operation: ModeOperation, _ environment: FloatEnvironment) -> String {
    "\(prefix)\(operation.rawValue).\(environment.bits)"
  }
  /// Operation and MODE's low byte, when `name` is such a name.
  static func parse(_ name: String) -> (operation: ModeOperation, bits: Int)? {
    guard name.hasPrefix(prefix) else { return nil }
    let parts = name.dropFirst(prefix.count).split(separator: ".")
    guard parts.count == 2, let operation = ModeOperation(rawValue: String(parts[0])), let bits = Int(parts[1]) else { return nil }
    return (operation, bits)
  }
}

extension FunctionLowering {
  /// The result of one operation, rounded as asked.  ftz: subnormal operands and results of single precision are zeros.  Vectors are
  /// computed an element at a time.
  func compute(_ operation: ModeOperation, _ arguments: [Value], _ rounding: Rounding = .nearest, ftz: Bool = false) -> Value {
    let usual = module.environment
    var wanted = FloatEnvironment(rounding: rounding, flushesSingle: usual.flushesSingle)
    if operation.touchesSingle { wanted.flushesSingle = ftz }
    let type = b.type(arguments[0])
    if wanted == usual || b.scalar(type) == b.half { return plain(operation, arguments) }
    if b.isVector(type) {
      var result: Value?
      for lane in 0..<Int(LLVMGetVectorSize(type)) {
        let element = compute(operation, arguments.map { b.isVector(b.type($0)) ? b.element($0, lane) : $0 }, rounding, ftz: ftz)
        result = b.insert(element, into: result ?? b.undefined(b.vector(b.type(element), Int(LLVMGetVectorSize(type)))), lane)
      }
      return result!
    }
    let result: Type = switch operation {
    case .singleFromDouble: b.float
    case .doubleFromSingle: b.double
    case .halfFromSingle: b.half
    default: type
    }
    return modeCall(operation, wanted, result, arguments)
  }

  private static let unneeded = [
    "dispatch-ptr", "queue-ptr", "implicitarg-ptr", "dispatch-id", "workgroup-id-x", "workgroup-id-y", "workgroup-id-z", "workitem-id-x", "workitem-id-y",
    "workitem-id-z", "lds-kernel-id", "hostcall-ptr", "multigrid-sync-arg", "heap-ptr", "default-queue", "completion-action", "flat-scratch-init",
    "cluster-id-x", "cluster-id-y", "cluster-id-z",
  ]

  private func modeCall(_ operation: ModeOperation, _ environment: FloatEnvironment, _ result: Type, _ arguments: [Value]) -> Value {
    let name = ModeCall.name(operation, environment)
    let isNew = LLVMGetNamedFunction(b.module, name) == nil
    let (callee, type) = b.declare(name, result, arguments.map { b.type($0) })
    if isNew {
      // It needs nothing that LLVM would otherwise keep ready for a function it doesn't know.
      for word in Self.unneeded { b.attribute(callee, "amdgpu-no-" + word) }
      b.attribute(callee, "amdgpu-agpr-alloc", "0")
      for word in ["nounwind", "willreturn", "nosync", "nofree", "nocallback", "speculatable", "memory"] { b.enumAttribute(callee, word) }
    }
    return b.call(callee, type, arguments)
  }

  /// The operation in IR, under the kernel's own mode.
  private func plain(_ operation: ModeOperation, _ arguments: [Value]) -> Value {
    let type = b.type(arguments[0])
    func named(_ name: String) -> Value { b.overloaded(name, type, arguments) }
    switch operation {
    case .addSingle, .addDouble: return b.fadd(arguments[0], arguments[1])
    case .subtractSingle, .subtractDouble: return b.fsub(arguments[0], arguments[1])
    case .multiplySingle, .multiplyDouble: return b.fmul(arguments[0], arguments[1])
    case .fmaSingle, .fmaDouble: return b.fma(arguments[0], arguments[1], arguments[2])
    case .ldexpSingle, .ldexpDouble: return b.call("llvm.ldexp.\(b.suffix(type)).\(b.suffix(b.type(arguments[1])))", type, arguments)
    case .minimumSingle: return named("llvm.minimumnum")
    case .maximumSingle: return named("llvm.maximumnum")
    case .floorSingle: return named("llvm.floor")
    case .ceilingSingle: return named("llvm.ceil")
    case .truncateSingle: return named("llvm.trunc")
    case .nearestSingle: return named("llvm.roundeven")
    case .singleFromDouble: return b.fptrunc(arguments[0], b.like(type, b.float))
    case .doubleFromSingle: return b.fpext(arguments[0], b.like(type, b.double))
    case .halfFromSingle: return b.fptrunc(arguments[0], b.like(type, b.half))
    }
  }
}

extension IRBuilder {
  /// `element`, or a vector of it as long as `type`.
  func like(_ type: Type, _ element: Type) -> Type { isVector(type) ? vector(element, Int(LLVMGetVectorSize(type))) : element }
}
