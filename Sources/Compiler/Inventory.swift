// What a module holds, read from its tree alone: kernels with their parameters, variables with their initial bytes.
import KernelImage
import PTX

struct Inventory {
  static func take(of index: ModuleIndex) throws -> ModuleImage {
    let module = index.module
    var image = ModuleImage()
    image.ptxTarget = module.target.first ?? ""
    var seen: [String: Int] = [:]
    let numbers = index.numbers.values
    for declaration in module.declarations {
      switch declaration {
      case .function(let function) where function.kind == .entry && function.body != nil:
        var kernel = ModuleImage.Kernel()
        kernel.name = function.name
        kernel.parameters = parameters(of: function)
        kernel.maximumThreads = UInt32(LaunchLimits(function).maximumThreads)
        image.kernels.append(kernel)
      case .variable(let variable) where variable.space == .global || variable.space == .const:
        let entry = try global(variable, numbers)
        if let index = seen[variable.name] {
          if image.variables[index].isExternal { image.variables[index] = entry }
        } else {
          seen[variable.name] = image.variables.count
          image.variables.append(entry)
        }
      default: break
      }
    }
    return image
  }

  static func parameters(of function: Function) -> [Parameter] {
    ParameterLayout(function.parameters).slots.map {
      Parameter(offset: UInt32($0.offset), size: UInt32($0.size), alignment: UInt32($0.alignment))
    }
  }

  private static func global(_ variable: Variable, _ numbers: [String: UInt64]) throws -> GlobalVariable {
    var entry = GlobalVariable()
    entry.name = variable.name
    entry.space = variable.space == .const ? .constant
      : variable.attributes.contains { $0.contains("managed") } ? .managed : .global
    entry.alignment = UInt64(variable.byteAlignment)
    entry.isExternal = variable.linkage == .extern
    var writer = InitialValue(element: variable.type, functions: numbers)
    if let initializer = variable.initializer { try writer.write(initializer, variable) }
    let declared = variable.isUnsized ? writer.bytes.count : variable.byteCount
    guard writer.bytes.count <= declared else {
      throw CompileError(.invalidPTX, "line \(variable.position.line): `\(variable.name)` has more initial values than elements")
    }
    entry.size = UInt64(declared)
    entry.relocations = writer.relocations
    if writer.bytes.contains(where: { $0 != 0 }) || !writer.relocations.isEmpty {
      entry.initial = writer.bytes + [UInt8](repeating: 0, count: declared - writer.bytes.count)
    }
    return entry
  }
}

/// Initial bytes, little-endian, element by element.
private struct InitialValue {
  let element: ScalarType
  /// What pointers to functions hold.
  let functions: [String: UInt64]
  var bytes: [UInt8] = []
  var relocations: [Relocation] = []

  /// Eight masked bytes of one address, `0xFF(a), 0xFF00(a) …`, make one relocation.
  private var masked: (symbol: String, addend: Int64, start: Int, count: Int)?

  init(element: ScalarType, functions: [String: UInt64]) { (self.element, self.functions) = (element, functions) }

  mutating func write(_ initializer: Initializer, _ variable: Variable) throws {
    switch initializer {
    case .list(let parts): for part in parts { try write(part, variable) }
    case .integer(let value):
      // A floating-point variable may be initialised by a whole number.
      switch element {
      case .f32: append(UInt64(Float(Int64(bitPattern: value)).bitPattern), 4)
      case .f64: append(Double(Int64(bitPattern: value)).bitPattern, 8)
      default: append(value, element.bytes)
      }
    case .float(let bits, let type):
      switch (type, element) {
      case (.f64, .f32): append(UInt64(Float(Double(bitPattern: bits)).bitPattern), 4)
      case (.f32, .f64): append(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))).bitPattern, 8)
      default: append(bits, element.bytes)
      }
    case .address(let symbol, let offset, _):
      guard element.bytes == 8 else { throw unsupported(variable, "an address in \(element.bytes) bytes") }
      if let number = functions[symbol] { return append(number, 8) }
      relocations.append(Relocation(offset: UInt64(bytes.count), symbol: symbol, addend: offset))
      append(0, 8)
    case .masked(let mask, let inner):
      guard case .address(let symbol, let offset, _) = inner, element.bytes == 1 else { throw unsupported(variable, "this mask of an address") }
      let index = mask.trailingZeroBitCount / 8
      if index == 0 { masked = (symbol, offset, bytes.count, 0) }
      guard let open = masked, mask == 0xFF << UInt64(8 * index), open.symbol == symbol, open.addend == offset, open.count == index else {
        throw unsupported(variable, "single bytes of an address")
      }
      masked!.count += 1
      if let number = functions[symbol] { return append(number >> UInt64(8 * index), 1) }
      append(0, 1)
      if index == 7 {
        relocations.append(Relocation(offset: UInt64(open.start), symbol: symbol, addend: offset))
        masked = nil
      }
    }
  }

  private mutating func append(_ value: UInt64, _ count: Int) {
    for index in 0..<count { bytes.append(index < 8 ? UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) : 0) }
  }
  private func unsupported(_ variable: Variable, _ what: String) -> CompileError {
    CompileError(.unsupported, "line \(variable.position.line): the initial value of `\(variable.name)` holds \(what)")
  }
}
