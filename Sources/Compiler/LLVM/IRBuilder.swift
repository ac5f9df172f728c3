// LLVM's instruction builder in the vocabulary of the lowering: typed enough to read, thin enough to see the IR through.
// One module, one context; not to be shared between threads.
import CLLVM
import Glibc

typealias Value = LLVMValueRef
typealias Type = LLVMTypeRef
typealias Block = LLVMBasicBlockRef

/// AMDGPU's address spaces.
enum AddressSpace: UInt32 { case flat = 0, global = 1, lds = 3, constant = 4, scratch = 5 }

final class IRBuilder {
  let context: LLVMContextRef
  let module: LLVMModuleRef
  let raw: LLVMBuilderRef
  let i1, i8, i16, i32, i64, i128, half, bfloat, float, double, void: Type
  private var declared: [String: (Value, Type)] = [:]
  private var noName = UnsafePointer(strdup("")!)

  init(context: LLVMContextRef, module: LLVMModuleRef) {
    self.context = context
    self.module = module
    raw = LLVMCreateBuilderInContext(context)
    i1 = LLVMInt1TypeInContext(context); i8 = LLVMInt8TypeInContext(context); i16 = LLVMInt16TypeInContext(context)
    i32 = LLVMInt32TypeInContext(context); i64 = LLVMInt64TypeInContext(context); i128 = LLVMInt128TypeInContext(context)
    half = LLVMHalfTypeInContext(context); bfloat = LLVMBFloatTypeInContext(context)
    float = LLVMFloatTypeInContext(context); double = LLVMDoubleTypeInContext(context)
    void = LLVMVoidTypeInContext(context)
  }
  deinit { LLVMDisposeBuilder(raw); free(UnsafeMutableRawPointer(mutating: noName)) }

  // Types
  func int(_ bits: Int) -> Type { LLVMIntTypeInContext(context, UInt32(bits)) }
  func pointer(_ space: AddressSpace) -> Type { LLVMPointerTypeInContext(context, space.rawValue) }
  func vector(_ element: Type, _ count: Int) -> Type { LLVMVectorType(element, UInt32(count)) }
  func array(_ element: Type, _ count: Int) -> Type { LLVMArrayType2(element, UInt64(count)) }
  func structure(_ parts: [Type]) -> Type {
    var parts: [Type?] = parts
    return LLVMStructTypeInContext(context, &parts, UInt32(parts.count), 0)
  }
  func function(_ result: Type, _ parameters: [Type]) -> Type {
    var parameters: [Type?] = parameters
    return LLVMFunctionType(result, &parameters, UInt32(parameters.count), 0)
  }
  func type(_ value: Value) -> Type { LLVMTypeOf(value) }
  func isInteger(_ type: Type) -> Bool { LLVMGetTypeKind(type) == LLVMIntegerTypeKind }
  func isVector(_ type: Type) -> Bool { LLVMGetTypeKind(type) == LLVMVectorTypeKind }
  func isFloat(_ type: Type) -> Bool {
    switch LLVMGetTypeKind(type) { case LLVMHalfTypeKind, LLVMBFloatTypeKind, LLVMFloatTypeKind, LLVMDoubleTypeKind: true; default: false }
  }
  /// Bits of an integer, floating-point or vector type.
  func bits(_ type: Type) -> Int {
    switch LLVMGetTypeKind(type) {
    case LLVMIntegerTypeKind: Int(LLVMGetIntTypeWidth(type))
    case LLVMHalfTypeKind, LLVMBFloatTypeKind: 16
    case LLVMFloatTypeKind: 32
    case LLVMDoubleTypeKind: 64
    case LLVMVectorTypeKind: Int(LLVMGetVectorSize(type)) * bits(LLVMGetElementType(type))
    default: 64
    }
  }
  /// The overload suffix of an intrinsic's name: "i32", "f16", "v2f16", "p1".
  func suffix(_ type: Type) -> String {
    switch LLVMGetTypeKind(type) {
    case LLVMIntegerTypeKind: "i\(LLVMGetIntTypeWidth(type))"
    case LLVMHalfTypeKind: "f16"
    case LLVMBFloatTypeKind: "bf16"
    case LLVMFloatTypeKind: "f32"
    case LLVMDoubleTypeKind: "f64"
    case LLVMVectorTypeKind: "v\(LLVMGetVectorSize(type))" + suffix(LLVMGetElementType(type))
    case LLVMPointerTypeKind: "p\(LLVMGetPointerAddressSpace(type))"
    default: "?"
    }
  }

  // Constants
  func constant(_ type: Type, _ value: UInt64) -> Value { LLVMConstInt(type, value, 0) }
  func constant(_ type: Type, _ value: Int) -> Value { LLVMConstInt(type, UInt64(bitPattern: Int64(value)), 1) }
  func int32(_ value: Int) -> Value { LLVMConstInt(i32, UInt64(bitPattern: Int64(value)), 1) }
  func int64(_ value: Int) -> Value { LLVMConstInt(i64, UInt64(bitPattern: Int64(value)), 1) }
  func bool(_ value: Bool) -> Value { LLVMConstInt(i1, value ? 1 : 0, 0) }
  /// A constant in any scalar or vector type, given as the number it stands for.
  func real(_ type: Type, _ value: Double) -> Value {
    isVector(type) ? splat(LLVMConstReal(LLVMGetElementType(type), value), type) : LLVMConstReal(type, value)
  }
  func splat(_ value: Value, _ type: Type) -> Value {
    var parts = [Value?](repeating: value, count: Int(LLVMGetVectorSize(type)))
    return LLVMConstVector(&parts, UInt32(parts.count))
  }
  func floatBits(_ bits: UInt32) -> Value { bitcast(constant(i32, UInt64(bits)), float) }
  func doubleBits(_ bits: UInt64) -> Value { bitcast(constant(i64, bits), double) }
  func zero(_ type: Type) -> Value { LLVMConstNull(type) }
  func undefined(_ type: Type) -> Value { LLVMGetUndef(type) }
  func constantValue(_ value: Value) -> UInt64? {
    LLVMIsAConstantInt(value) == nil || LLVMGetIntTypeWidth(LLVMTypeOf(value)) > 64 ? nil : LLVMConstIntGetZExtValue(value)
  }

  // Integer arithmetic
  func add(_ a: Value, _ b: Value) -> Value { LLVMBuildAdd(raw, a, b, noName) }
  func sub(_ a: Value, _ b: Value) -> Value { LLVMBuildSub(raw, a, b, noName) }
  func mul(_ a: Value, _ b: Value) -> Value { LLVMBuildMul(raw, a, b, noName) }
  func udiv(_ a: Value, _ b: Value) -> Value { LLVMBuildUDiv(raw, a, b, noName) }
  func sdiv(_ a: Value, _ b: Value) -> Value { LLVMBuildSDiv(raw, a, b, noName) }
  func urem(_ a: Value, _ b: Value) -> Value { LLVMBuildURem(raw, a, b, noName) }
  func srem(_ a: Value, _ b: Value) -> Value { LLVMBuildSRem(raw, a, b, noName) }
  func and(_ a: Value, _ b: Value) -> Value { LLVMBuildAnd(raw, a, b, noName) }
  func or(_ a: Value, _ b: Value) -> Value { LLVMBuildOr(raw, a, b, noName) }
  func xor(_ a: Value, _ b: Value) -> Value { LLVMBuildXor(raw, a, b, noName) }
  func not(_ a: Value) -> Value { LLVMBuildNot(raw, a, noName) }
  func neg(_ a: Value) -> Value { LLVMBuildNeg(raw, a, noName) }
  func shl(_ a: Value, _ b: Value) -> Value { LLVMBuildShl(raw, a, b, noName) }
  func lshr(_ a: Value, _ b: Value) -> Value { LLVMBuildLShr(raw, a, b, noName) }
  func ashr(_ a: Value, _ b: Value) -> Value { LLVMBuildAShr(raw, a, b, noName) }

  // Floating point
  func fadd(_ a: Value, _ b: Value) -> Value { LLVMBuildFAdd(raw, a, b, noName) }
  func fsub(_ a: Value, _ b: Value) -> Value { LLVMBuildFSub(raw, a, b, noName) }
  func fmul(_ a: Value, _ b: Value) -> Value { LLVMBuildFMul(raw, a, b, noName) }
  func fdiv(_ a: Value, _ b: Value) -> Value { LLVMBuildFDiv(raw, a, b, noName) }
  func fneg(_ a: Value) -> Value { LLVMBuildFNeg(raw, a, noName) }
  func fma(_ a: Value, _ b: Value, _ c: Value) -> Value { overloaded("llvm.fma", type(a), [a, b, c]) }
  func fabs(_ a: Value) -> Value { overloaded("llvm.fabs", type(a), [a]) }

  // Comparison
  func icmp(_ predicate: LLVMIntPredicate, _ a: Value, _ b: Value) -> Value { LLVMBuildICmp(raw, predicate, a, b, noName) }
  func fcmp(_ predicate: LLVMRealPredicate, _ a: Value, _ b: Value) -> Value { LLVMBuildFCmp(raw, predicate, a, b, noName) }
  func equal(_ a: Value, _ b: Value) -> Value { icmp(LLVMIntEQ, a, b) }
  func select(_ condition: Value, _ a: Value, _ b: Value) -> Value { LLVMBuildSelect(raw, condition, a, b, noName) }

  // Conversion
  func bitcast(_ a: Value, _ type: Type) -> Value { LLVMTypeOf(a) == type ? a : LLVMBuildBitCast(raw, a, type, noName) }
  func trunc(_ a: Value, _ type: Type) -> Value { LLVMTypeOf(a) == type ? a : LLVMBuildTrunc(raw, a, type, noName) }
  func zext(_ a: Value, _ type: Type) -> Value { LLVMTypeOf(a) == type ? a : LLVMBuildZExt(raw, a, type, noName) }
  func sext(_ a: Value, _ type: Type) -> Value { LLVMTypeOf(a) == type ? a : LLVMBuildSExt(raw, a, type, noName) }
  /// An integer of another width: truncated, or extended by its sign when `signed`.
  func resize(_ a: Value, _ type: Type, signed: Bool = false) -> Value {
    let from = bits(LLVMTypeOf(a)), to = bits(type)
    return from == to ? a : from > to ? trunc(a, type) : signed ? sext(a, type) : zext(a, type)
  }
  func fptrunc(_ a: Value, _ type: Type) -> Value { LLVMBuildFPTrunc(raw, a, type, noName) }
  func fpext(_ a: Value, _ type: Type) -> Value { LLVMBuildFPExt(raw, a, type, noName) }
  func sitofp(_ a: Value, _ type: Type) -> Value { LLVMBuildSIToFP(raw, a, type, noName) }
  func uitofp(_ a: Value, _ type: Type) -> Value { LLVMBuildUIToFP(raw, a, type, noName) }
  func intToPointer(_ a: Value, _ space: AddressSpace) -> Value { LLVMBuildIntToPtr(raw, a, pointer(space), noName) }
  func pointerToInt(_ a: Value, _ type: Type) -> Value { LLVMBuildPtrToInt(raw, a, type, noName) }
  func addressCast(_ a: Value, _ space: AddressSpace) -> Value { LLVMBuildAddrSpaceCast(raw, a, pointer(space), noName) }

  // Memory
  func alloca(_ type: Type, alignment: Int? = nil) -> Value {
    let slot = LLVMBuildAlloca(raw, type, noName)!
    if let alignment { LLVMSetAlignment(slot, UInt32(alignment)) }
    return slot
  }
  func load(_ type: Type, _ address: Value, alignment: Int? = nil) -> Value {
    let value = LLVMBuildLoad2(raw, type, address, noName)!
    if let alignment { LLVMSetAlignment(value, UInt32(alignment)) }
    return value
  }
  @discardableResult func store(_ value: Value, _ address: Value, alignment: Int? = nil) -> Value {
    let store = LLVMBuildStore(raw, value, address)!
    if let alignment { LLVMSetAlignment(store, UInt32(alignment)) }
    return store
  }
  /// `address` plus a number of bytes.
  func offset(_ address: Value, _ byteCount: Value) -> Value {
    var indices: [Value?] = [byteCount]
    return LLVMBuildGEP2(raw, i8, address, &indices, 1, noName)
  }
  func offset(_ address: Value, _ byteCount: Int) -> Value { byteCount == 0 ? address : offset(address, int64(byteCount)) }
  func scope(_ name: String) -> UInt32 { LLVMGetSyncScopeID(context, name, name.utf8.count) }
  func fence(_ ordering: LLVMAtomicOrdering, scope name: String) { LLVMBuildFenceSyncScope(raw, ordering, scope(name), noName) }

  // Vectors and aggregates
  func element(_ vector: Value, _ index: Int) -> Value { LLVMBuildExtractElement(raw, vector, int32(index), noName) }
  func insert(_ value: Value, into vector: Value, _ index: Int) -> Value {
    LLVMBuildInsertElement(raw, vector, value, int32(index), noName)
  }
  func part(_ aggregate: Value, _ index: Int) -> Value { LLVMBuildExtractValue(raw, aggregate, UInt32(index), noName) }
  func insertPart(_ value: Value, into aggregate: Value, _ index: Int) -> Value {
    LLVMBuildInsertValue(raw, aggregate, value, UInt32(index), noName)
  }

  // Control flow
  var currentBlock: Block { LLVMGetInsertBlock(raw) }
  func block(in function: Value, _ name: String = "") -> Block { LLVMAppendBasicBlockInContext(context, function, name) }
  func move(to block: Block) { LLVMPositionBuilderAtEnd(raw, block) }
  func branch(_ target: Block) { LLVMBuildBr(raw, target) }
  func branch(_ condition: Value, _ yes: Block, _ no: Block) { LLVMBuildCondBr(raw, condition, yes, no) }
  /// ... whose first way is nearly always taken.
  func branch(_ condition: Value, _ yes: Block, _ no: Block, likely: Bool) {
    let branch = LLVMBuildCondBr(raw, condition, yes, no)!
    guard likely else { return }
    var parts: [LLVMMetadataRef?] = [LLVMMDStringInContext2(context, "branch_weights", 14)] + [2000, 1].map { LLVMValueAsMetadata(int32($0)) }
    annotate(branch, "prof", LLVMMDNodeInContext2(context, &parts, 3))
  }
  func unreachable() { LLVMBuildUnreachable(raw) }
  func phi(_ type: Type, _ incoming: [(Value, Block)]) -> Value {
    let phi = LLVMBuildPhi(raw, type, noName)!
    addIncoming(phi, incoming)
    return phi
  }
  func addIncoming(_ phi: Value, _ incoming: [(Value, Block)]) {
    var values = incoming.map { Optional($0.0) }, blocks = incoming.map { Optional($0.1) }
    LLVMAddIncoming(phi, &values, &blocks, UInt32(incoming.count))
  }
  func freeze(_ a: Value) -> Value { LLVMBuildFreeze(raw, a, noName) }

  // Calls
  @discardableResult func call(_ function: Value, _ type: Type, _ arguments: [Value]) -> Value {
    var arguments: [Value?] = arguments
    return LLVMBuildCall2(raw, type, function, &arguments, UInt32(arguments.count), noName)
  }
  /// Calls an intrinsic, or a function defined elsewhere, by its full name.
  @discardableResult func call(_ name: String, _ result: Type, _ arguments: [Value] = []) -> Value {
    let (callee, type) = declare(name, result, arguments.map { self.type($0) })
    return call(callee, type, arguments)
  }
  func declare(_ name: String, _ result: Type, _ parameters: [Type]) -> (Value, Type) {
    if let known = declared[name] { return known }
    let type = function(result, parameters)
    let callee = LLVMGetNamedFunction(module, name) ?? LLVMAddFunction(module, name, type)!
    declared[name] = (callee, type)
    return (callee, type)
  }
  /// An intrinsic overloaded on its result's type: `llvm.fma` of double is `llvm.fma.f64`.
  func overloaded(_ name: String, _ type: Type, _ arguments: [Value]) -> Value {
    call(name + "." + suffix(type), type, arguments)
  }
  /// Inline assembly; `sideEffects` keeps it where it is.
  func assembly(_ text: String, _ constraints: String, _ result: Type, _ arguments: [Value], sideEffects: Bool) -> Value {
    let type = function(result, arguments.map { self.type($0) })
    var text = Array(text.utf8CString), constraints = Array(constraints.utf8CString)
    let callee = LLVMGetInlineAsm(
      type, &text, text.count - 1, &constraints, constraints.count - 1, sideEffects ? 1 : 0, 0, LLVMInlineAsmDialectATT, 0)!
    return call(callee, type, arguments)
  }

  // Metadata and attributes
  func annotate(_ value: Value, _ kind: String, _ node: LLVMMetadataRef? = nil) {
    let id = LLVMGetMDKindIDInContext(context, kind, UInt32(kind.utf8.count))
    let node = node ?? LLVMMDNodeInContext2(context, nil, 0)
    LLVMSetMetadata(value, id, LLVMMetadataAsValue(context, node))
  }
  /// Says that a call's result is one of these.
  func range(callSite value: Value, _ range: Range<Int>) {
    let kind = LLVMGetEnumAttributeKindForName("range", 5)
    var low = UInt64(range.lowerBound), high = UInt64(range.upperBound)
    LLVMAddCallSiteAttribute(value, 0, LLVMCreateConstantRangeAttribute(context, kind, UInt32(bits(type(value))), &low, &high))
  }
  /// Says that a loaded value is one of these.
  func range(load value: Value, _ range: Range<Int>) {
    var parts: [LLVMMetadataRef?] = [range.lowerBound, range.upperBound].map { LLVMValueAsMetadata(constant(type(value), $0)) }
    annotate(value, "range", LLVMMDNodeInContext2(context, &parts, 2))
  }
  /// A sum of numbers that are known not to be negative and not to exceed what the type holds.
  func addSmall(_ a: Value, _ b: Value) -> Value {
    let sum = LLVMBuildNUWAdd(raw, a, b, noName)!
    if LLVMIsAInstruction(sum) != nil { LLVMSetNSW(sum, 1) }
    return sum
  }
  /// Lets the back end answer within `ulps` instead of rounding correctly.
  func accuracy(_ value: Value, ulps: Double) -> Value {
    guard LLVMIsAInstruction(value) != nil else { return value }
    var parts: [LLVMMetadataRef?] = [LLVMValueAsMetadata(LLVMConstReal(float, ulps))]
    annotate(value, "fpmath", LLVMMDNodeInContext2(context, &parts, 1))
    return value
  }
  func attribute(_ function: Value, _ name: String, _ value: String = "") {
    let attribute = LLVMCreateStringAttribute(context, name, UInt32(name.utf8.count), value, UInt32(value.utf8.count))
    LLVMAddAttributeAtIndex(function, LLVMAttributeIndex(bitPattern: Int32(LLVMAttributeFunctionIndex)), attribute)
  }
  func enumAttribute(_ function: Value, _ name: String, at index: Int32 = -1) {
    let kind = LLVMGetEnumAttributeKindForName(name, name.utf8.count)
    LLVMAddAttributeAtIndex(function, UInt32(bitPattern: index), LLVMCreateEnumAttribute(context, kind, 0))
  }
}
