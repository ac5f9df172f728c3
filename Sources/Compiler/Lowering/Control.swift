// Branches, calls, returns, and the ways a thread ends.
// Source: PTX ISA, "Control Flow Instructions", "Abstracting the ABI", "trap", "nanosleep".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let control: [String: Handler] = [
    "bra": { f, i, m in
      _ = m.take("uni")
      guard case .symbol(let name)? = i.operands.first else { throw CompileError.invalid(i, "needs a label") }
      let target = try f.label(name, i)
      let here = f.b.currentBlock
      defer { f.hintLoop(backFrom: here, to: target) }
      guard let predicate = i.predicate else { return f.b.branch(target) }
      let next = f.newBlock()
      f.b.branch(try f.read(predicate), target, next)
      f.b.move(to: next)
    },
    "brx": { f, i, m in
      guard m.take("idx") else { throw CompileError.invalid(i, "needs .idx") }
      _ = m.take("uni")
      guard case .symbol(let list) = i.operands[1], let labels = f.branchTargets(list) else { throw CompileError.invalid(i, "no such .branchtargets") }
      let beyond = f.newBlock()
      let table = LLVMBuildSwitch(f.b.raw, try f.read(i.operands[0], .u32), beyond, UInt32(labels.count))
      for (index, name) in labels.enumerated() { LLVMAddCase(table, f.b.int32(index), try f.label(name, i)) }
      f.b.move(to: beyond)
      f.b.unreachable()
    },
    "call": { f, i, m in
      _ = m.take("uni")
      try f.call(i)
    },
    "ret": { f, _, m in
      _ = m.take("uni")
      try f.emitReturn()
    },
    "exit": { f, i, _ in
      if f.afterNoReturn, !f.isKernel { f.b.unreachable() } else { f.emitExit() }
    },
    "trap": { f, _, _ in
      f.b.call("carmine_trap", f.b.void)
      f.b.call("llvm.trap", f.b.void)
      f.afterNoReturn = true
    },
    "brkpt": { f, _, _ in f.b.call("llvm.debugtrap", f.b.void) },
    "nanosleep": { f, i, m in
      _ = try m.type()
      _ = try f.read(i.operands[0], .u32)
      f.b.call("llvm.amdgcn.s.sleep", f.b.void, [f.b.int32(1)])
    },
    "alloca": { f, i, m in  // as far as the frame's own end
      let type = try m.type()
      let bytes = try f.read(i.operands[1], .u32)
      var alignment = 8
      if i.operands.count > 2, case .integer(let asked) = i.operands[2] { alignment = max(8, Int(asked)) }
      let block = LLVMBuildArrayAlloca(f.b.raw, f.b.i8, bytes, "")!
      LLVMSetAlignment(block, UInt32(alignment))
      try f.write(i.operands[0], f.b.resize(f.b.pointerToInt(block, f.b.i32), f.b.type(of: type)), type)
    },
    "stacksave": { f, i, m in
      let type = try m.type()
      let place = f.b.call("llvm.stacksave.p5", f.b.pointer(.scratch))
      try f.write(i.operands[0], f.b.resize(f.b.pointerToInt(place, f.b.i32), f.b.type(of: type)), type)
    },
    "stackrestore": { f, i, m in
      let type = try m.type()
      let place = f.b.intToPointer(f.b.resize(try f.read(i.operands[0], type), f.b.i32), .scratch)
      f.b.call("llvm.stackrestore.p5", f.b.void, [place])
    },
    "pmevent": { _, _, m in _ = m.take("mask") },
    "griddepcontrol": { _, _, m in _ = m.take(oneOf: ["launch_dependents", "wait"]) },  // launches in a stream don't overlap
    "setmaxnreg": { _, _, m in while m.take(oneOf: ["inc", "dec", "sync", "aligned", "u32"]) != nil {} },  // a hint of NVIDIA's allocator
  ]
}

extension FunctionLowering {
  func branchTargets(_ name: String) -> [String]? {
    for scope in scopes.reversed() { if let labels = scope.branchTargets[name] { return labels } }
    return nil
  }

  // MARK: parameters

  func receiveParameters() throws {
    for (index, parameter) in function.parameters.enumerated() { try receive(parameter, LLVMGetParam(value, UInt32(index))!) }
    for result in function.results {
      try declare(result)
      if case .memory(let address, let variable)? = scopes[0].entities[result.name] { resultSlots.append((address, variable)) }
    }
  }

  func receive(_ parameter: Variable, _ argument: Value) throws {
    if parameter.isUnsized {  // the caller's own array: the arguments beyond those that are declared
      scopes[0].entities[parameter.name] = .memory(address: argument, variable: parameter)
      return
    }
    try declare(parameter)
    switch scopes[0].entities[parameter.name] {
    case .memory(let address, _)?: b.store(argument, address, alignment: max(parameter.byteAlignment, 4))
    case nil: break
    default: try write(.register(parameter.name), argument, parameter.type)
    }
  }

  func emitReturn() throws {
    if returnInPlace() { return }
    if isKernel { return emitExit() }
    if function.results.isEmpty { LLVMBuildRetVoid(b.raw); return }
    let result = function.results[0]
    if let slot = resultSlots.first {
      LLVMBuildRet(b.raw, b.load(module.valueType(result), slot.address, alignment: max(result.byteAlignment, 4)))
    } else {
      LLVMBuildRet(b.raw, try read(.register(result.name), result.type))
    }
  }

  // MARK: calls

  func call(_ i: Instruction) throws {
    var operands = i.operands[...]
    var results: [Operand] = [], arguments: [Operand] = []
    if case .list(let list)? = operands.first { results = list; operands.removeFirst() }
    guard let target = operands.popFirst() else { throw CompileError.invalid(i, "calls nothing") }
    if case .list(let list)? = operands.first { arguments = list; operands.removeFirst() }

    var callee: Value?
    var pointer: Value?
    let type: Type, parameters: [Variable], resultVariables: [Variable]
    var noReturn = false
    if case .symbol(let name) = target, let known = try module.callee(name) {
      (callee, type, parameters, resultVariables) = (known.value, known.type, known.function.parameters, known.function.results)
      noReturn = known.function.directives.contains { $0.name == "noreturn" } || name == "__assertfail"
    } else {
      if case .symbol(let name) = target, !(entity(name) != nil) {
        throw CompileError.unsupported(
          i, "`\(name)` is called but not defined, in none of the modules that were linked")
      }
      guard case .symbol(let name)? = operands.first, let prototype = prototype(name) else {
        throw CompileError.invalid(i, "an indirect call needs a .callprototype")
      }
      (parameters, resultVariables, noReturn) = (prototype.parameters, prototype.results, prototype.noReturn)
      type = try module.functionType(results: resultVariables, parameters: parameters, i.position)
      pointer = try read(target, .u64)
    }
    // A variadic function may be called without anything for its array.
    let lacks = arguments.count == parameters.count - 1 && parameters.last!.isUnsized
    guard arguments.count == parameters.count || lacks, results.count >= resultVariables.count else {
      throw CompileError.invalid(i, "\(arguments.count) arguments where \(parameters.count) are declared")
    }
    var values = try zip(arguments, parameters).map { argument, parameter in try self.argument(argument, parameter) }
    if lacks { values.append(b.undefined(b.pointer(.scratch))) }
    if case .symbol(let name) = target, let part = module.inlinedFunction(name) { return try call(part, values, results.first, i) }
    let value = if let callee { convergentCall(callee, type, values) } else { call(through: pointer!, type, values) }
    if noReturn { afterNoReturn = true }
    guard let result = resultVariables.first, let target = results.first else { return }
    if case .symbol(let name) = target, case .memory(let address, _)? = entity(name) {
      b.store(value, address, alignment: max(result.byteAlignment, 4))
    } else {
      try write(target, value, result.type)
    }
  }

  /// A call of a function that has no code of its own.
  private func call(_ part: Function, _ values: [Value], _ target: Operand?, _ i: Instruction) throws {
    guard !inlining.contains(part.name) else {
      throw CompileError.unsupported(i, "`\(part.name)` calls itself, and ends threads or waits for other lanes: it would have to become part of the kernel")
    }
    let inner = FunctionLowering(part, partOf: self)
    try inner.lowerInPlace(values)
    guard let result = part.results.first, let target else { return }
    let value: Value
    if case .memory(let address, _)? = inner.entity(result.name) {
      value = b.load(module.valueType(result), address, alignment: max(result.byteAlignment, 4))
    } else {
      value = try inner.read(.register(result.name), result.type)
    }
    if case .symbol(let name) = target, case .memory(let address, _)? = entity(name) {
      b.store(value, address, alignment: max(result.byteAlignment, 4))
    } else {
      try write(target, value, result.type)
    }
  }

  private func convergentCall(_ callee: Value, _ type: Type, _ values: [Value]) -> Value {
    let value = b.call(callee, type, values)
    b.enumAttribute(callSite: value, "convergent")
    return value
  }

  /// A choice among the functions of this type whose address is taken; any other pointer traps.
  private func call(through pointer: Value, _ type: Type, _ values: [Value]) -> Value {
    let (wrong, done) = (newBlock("no.such.function"), newBlock("called"))
    let candidates = module.candidates(type)
    let table = LLVMBuildSwitch(b.raw, pointer, wrong, UInt32(candidates.count))
    var results: [(Value, Block)] = []
    for candidate in candidates {
      let block = newBlock()
      LLVMAddCase(table, b.constant(b.i64, candidate.number), block)
      b.move(to: block)
      results.append((convergentCall(candidate.value, type, values), block))
      b.branch(done)
    }
    b.move(to: wrong)
    b.call("carmine_trap", b.void)
    b.call("llvm.trap", b.void)
    b.unreachable()
    b.move(to: done)
    let result = LLVMGetReturnType(type)!
    if result == b.void { return b.undefined(b.i32) }
    return results.isEmpty ? b.undefined(result) : b.phi(result, results)
  }

  private func prototype(_ name: String) -> (results: [Variable], parameters: [Variable], noReturn: Bool)? {
    for scope in scopes.reversed() { if let prototype = scope.prototypes[name] { return prototype } }
    return nil
  }

  private func argument(_ operand: Operand, _ parameter: Variable) throws -> Value {
    if parameter.isUnsized {
      guard case .symbol(let name) = operand, case .memory(let address, _)? = entity(name) else {
        throw CompileError(.invalidPTX, "line \(parameter.position.line): `\(operand)` is no array that a variadic function can be given")
      }
      return address
    }
    if case .symbol(let name) = operand, case .memory(let address, let variable)? = entity(name), variable.space == .param {
      return b.load(module.valueType(parameter), address, alignment: max(variable.byteAlignment, 4))
    }
    return b.coerce(try read(operand, parameter.type), to: module.valueType(parameter))
  }
}

extension IRBuilder {
  func enumAttribute(callSite: Value, _ name: String) {
    let kind = LLVMGetEnumAttributeKindForName(name, name.utf8.count)
    LLVMAddCallSiteAttribute(callSite, UInt32(bitPattern: -1), LLVMCreateEnumAttribute(context, kind, 0))
  }
}
