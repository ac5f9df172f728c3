// Texture and surface instructions: calls of the device library, which reads the object's description in memory (carmine_texture.h).
// Objects are bindless: a register holds the handle.  Texture references (.texref variables), which CUDA 12 removed, samplers apart
// from their texture, depth comparison and multisampled textures, which CUDA's runtime cannot make, are refused by name.
// Source: PTX ISA, "tex", "tld4", "txq", "istypep", "suld", "sust", "sured", "suq".
import CDeviceABI
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let textures: [String: Handler] = [
    "tex": { f, i, m in try f.textureFetch(i, &m) },
    "tld4": { f, i, m in try f.textureGather(i, &m) },
    "txq": { f, i, m in
      let hasLevel = m.take("level")
      try f.textureQuery(i, &m, level: hasLevel ? f.read(i.operands[2], .u32) : f.b.int32(0))
    },
    "suq": { f, i, m in try f.textureQuery(i, &m, level: f.b.int32(0)) },
    "suld": { f, i, m in try f.surfaceLoad(i, &m) },
    "sust": { f, i, m in try f.surfaceStore(i, &m) },
    "sured": { f, i, m in try f.surfaceReduce(i, &m) },
  ]
}

/// `.a2d`: two dimensions in layers.
private struct Geometry {
  var bits: UInt32
  var dimensions: Int, isLayered = false, isCube = false
  /// Coordinates, without the layer.
  var count: Int { isCube ? 3 : dimensions }

  init(_ m: inout Modifiers, _ i: Instruction) throws {
    let word = try m.require(oneOf: ["1d", "2d", "3d", "a1d", "a2d", "cube", "acube", "2dms", "a2dms"])
    guard !word.hasSuffix("ms") else { throw CompileError.unsupported(i, "multisampled textures, which CUDA's runtime cannot make") }
    isLayered = word.hasPrefix("a")
    isCube = word.hasSuffix("cube")
    dimensions = isCube ? 2 : word.hasSuffix("3d") ? 3 : word.hasSuffix("2d") ? 2 : 1
    bits = UInt32(dimensions) | (isLayered ? CARMINE_GEOMETRY_LAYERED : 0) | (isCube ? CARMINE_GEOMETRY_CUBE : 0)
  }
}

extension FunctionLowering {
  private var words: Type { b.vector(b.i32, 4) }

  /// `[object, {x, y}]`: the handle and what stands behind it.
  private func object(_ operand: Operand, _ i: Instruction) throws -> (handle: Value, coordinates: [Operand]) {
    var base = operand, rest: [Operand] = []
    if case .indexed(let inner, let parts) = operand { base = inner; rest = parts }
    if case .address(let inner, 0) = base { base = inner }
    guard case .register = base else {
      throw CompileError.unsupported(i, "`\(base)` is a texture or surface reference, which CUDA 12 removed: only objects are lowered")
    }
    guard rest.count <= 1 else { throw CompileError.unsupported(i, "a sampler apart from its texture") }
    guard let first = rest.first else { return (try read(base, .u64), []) }
    if case .vector(let parts) = first { return (try read(base, .u64), parts) }
    return (try read(base, .u64), [first])
  }

  /// Four words: coordinates from x on, the layer last.
  private func coordinates(_ operands: [Operand], _ geometry: Geometry, _ type: ScalarType, _ i: Instruction) throws -> Value {
    var value = b.zero(words)
    var operands = operands[...]
    if geometry.isLayered {
      guard let layer = operands.popFirst() else { throw CompileError.invalid(i, "needs a layer") }
      value = b.insert(try read(layer, .u32), into: value, 3)
    }
    guard operands.count >= geometry.count else { throw CompileError.invalid(i, "needs \(geometry.count) coordinates") }
    for (index, operand) in operands.prefix(geometry.count).enumerated() {
      value = b.insert(b.coerce(try read(operand, type), to: b.i32), into: value, index)
    }
    return value
  }

  private func vector(_ operand: Operand, _ type: ScalarType) throws -> Value {
    let parts: [Operand]
    if case .vector(let list) = operand { parts = list } else { parts = [operand] }
    return try parts.prefix(4).enumerated().reduce(b.zero(words)) {
      b.insert(b.coerce(try read($1.element, type), to: b.i32), into: $0, $1.offset)
    }
  }

  // MARK: textures

  /// The device library's function for plain texels, or for compressed ones too where those were asked for.
  private func fetching(_ name: String) -> String {
    module.fetchesTexels = true
    return module.readsCompressedTexels ? name + "_any" : name
  }

  func textureFetch(_ i: Instruction, _ m: inout Modifiers) throws {
    let mode = m.take(oneOf: ["base", "level", "grad"]) ?? "base"
    let geometry = try Geometry(&m, i)
    _ = m.vector()
    let result = try m.type(), coordinateType = try m.type()
    let (handle, operands) = try object(i.operands[1], i)
    var bits = geometry.bits
    if coordinateType != .f32 { bits |= CARMINE_GEOMETRY_INTEGER }
    let coordinate = try coordinates(operands, geometry, coordinateType == .f32 ? .f32 : .s32, i)
    var rest = i.operands[2...]
    var level = b.real(b.float, 0)
    switch mode {
    case "level":
      guard let operand = rest.popFirst() else { throw CompileError.invalid(i, "needs a level") }
      level = coordinateType == .f32 ? try read(operand, .f32) : b.sitofp(try read(operand, .s32), b.float)
    case "grad":
      guard let x = rest.popFirst(), let y = rest.popFirst() else { throw CompileError.invalid(i, "needs two gradients") }
      let gradients = [try vector(x, .f32), try vector(y, .f32)]
      level = geometry.isCube ? b.call("carmine_texture_cube_level_of", b.float, [handle, coordinate] + gradients) : b.call("carmine_texture_level_of", b.float, [handle, b.int32(Int(bits))] + gradients)
    default: break
    }
    let offset = try self.offset(rest, geometry, i)
    let value = b.call(fetching("carmine_texture_fetch"), words, [handle, b.int32(Int(bits)), coordinate, offset, level])
    try write(texels: value, i.operands[0], result, i)
  }

  /// What may follow: an offset in texels, which is a plain register where there is one dimension; a depth to compare with is refused.
  private func offset(_ operands: ArraySlice<Operand>, _ geometry: Geometry, _ i: Instruction) throws -> Value {
    var offset = b.zero(words)
    for operand in operands {
      if geometry.count == 1, let (_, type) = try slot(of: operand), type != .f32 {
        offset = try vector(operand, .s32)
        continue
      }
      guard case .vector = operand else { throw CompileError.unsupported(i, "depth comparison: CUDA's runtime makes no depth textures") }
      offset = try vector(operand, .s32)
    }
    return offset
  }

  private func write(texels value: Value, _ operand: Operand, _ type: ScalarType, _ i: Instruction) throws {
    var target = operand
    if case .pair(let first, let resident) = operand {
      target = first
      try write(resident, b.bool(true), .pred)
    }
    if type == .f16x2 {
      let half = (0..<4).map { b.fptrunc(b.bitcast(b.element(value, $0), b.float), b.half) }
      for (index, part) in try elements(target, 2, i).enumerated() {
        try write(part, b.insert(half[2 * index + 1], into: b.insert(half[2 * index], into: b.undefined(b.vector(b.half, 2)), 0), 1), .f16x2)
      }
      return
    }
    for (index, part) in try elements(target, 4, i).enumerated() {
      let word = b.element(value, index)
      try write(part, type == .f16 ? b.fptrunc(b.bitcast(word, b.float), b.half) : b.bitcast(word, b.type(of: type)), type)
    }
  }

  func textureGather(_ i: Instruction, _ m: inout Modifiers) throws {
    let channel = ["r": 0, "g": 1, "b": 2, "a": 3][try m.require(oneOf: ["r", "g", "b", "a"])]!
    let geometry = try Geometry(&m, i)
    _ = m.vector()
    let result = try m.type()
    _ = m.optionalType()
    let (handle, operands) = try object(i.operands[1], i)
    let value = b.call(
      fetching("carmine_texture_gather"), words,
      [handle, b.int32(Int(geometry.bits)), b.int32(channel), try coordinates(operands, geometry, .f32, i), try offset(i.operands[2...], geometry, i)])
    try write(texels: value, i.operands[0], result, i)
  }

  func textureQuery(_ i: Instruction, _ m: inout Modifiers, level: Value) throws {
    let known: [String: UInt32] = [
      "width": CARMINE_QUERY_WIDTH, "height": CARMINE_QUERY_HEIGHT, "depth": CARMINE_QUERY_DEPTH, "array_size": CARMINE_QUERY_ARRAY_SIZE,
      "num_mipmap_levels": CARMINE_QUERY_LEVELS, "normalized_coords": CARMINE_QUERY_NORMALIZED, "filter_mode": CARMINE_QUERY_FILTER,
      "addr_mode_0": CARMINE_QUERY_ADDRESS_0, "addr_mode_1": CARMINE_QUERY_ADDRESS_1, "addr_mode_2": CARMINE_QUERY_ADDRESS_2,
    ]
    guard let word = m.take(where: { known[$0] != nil }) else {
      throw CompileError.unsupported(i, "the query .\(m.words.first ?? ""): CUDA's formats have no such number")
    }
    let type = try m.type()
    let (handle, _) = try object(i.operands[1], i)
    try write(i.operands[0], b.call("carmine_texture_query", b.i32, [handle, b.int32(Int(known[word]!)), level]), type)
  }

  // MARK: surfaces

  /// The element's address as a global pointer, and whether there is one.
  private func surfaceElement(_ i: Instruction, _ m: inout Modifiers, _ operand: Operand, byteCount: Int, texels: Bool) throws -> (pointer: Value, exists: Value, handle: Value) {
    let outside = ["trap": CARMINE_SURFACE_TRAP, "clamp": CARMINE_SURFACE_CLAMP, "zero": CARMINE_SURFACE_ZERO][m.take(oneOf: ["trap", "clamp", "zero"]) ?? "trap"]!
    let geometry = try Geometry(&m, i)
    let (handle, operands) = try object(operand, i)
    let coordinate = try coordinates(operands, geometry, .s32, i)
    let address = b.call(
      "carmine_surface_address", b.i64,
      [handle, b.int32(Int(geometry.bits)), coordinate, b.int32(byteCount), b.int32(texels ? 1 : 0), b.int32(Int(outside))])
    return (b.intToPointer(address, .global), b.icmp(LLVMIntNE, address, b.int64(0)), handle)
  }

  /// Runs `body` where the element exists.
  private func whereThere(_ exists: Value, _ body: () throws -> Value?) rethrows -> (Value, Block)? {
    let (inside, done) = (newBlock("inside"), newBlock("done"))
    let before = b.currentBlock
    b.branch(exists, inside, done)
    b.move(to: inside)
    let value = try body()
    let end = b.currentBlock
    b.branch(done)
    b.move(to: done)
    guard let value else { return nil }
    return (b.phi(b.type(value), [(value, end), (b.zero(b.type(value)), before)]), done)
  }

  func surfaceLoad(_ i: Instruction, _ m: inout Modifiers) throws {
    m.takeCacheHints()
    guard m.take("b") else { throw CompileError.unsupported(i, "only .b loads exist in PTX") }
    let count = m.vector(), type = try m.type(), bytes = type.bytes * count
    let (pointer, exists, _) = try surfaceElement(i, &m, i.operands[1], byteCount: bytes, texels: false)
    let whole = count == 1 ? b.type(of: type) : b.vector(b.type(of: type), count)
    let (value, _) = whereThere(exists) { b.load(whole, pointer, alignment: bytes) }!
    for (index, part) in try elements(i.operands[0], count, i).enumerated() {
      try write(part, count == 1 ? value : b.element(value, index), type)
    }
  }

  func surfaceStore(_ i: Instruction, _ m: inout Modifiers) throws {
    m.takeCacheHints()
    let form = try m.require(oneOf: ["b", "p"])
    let count = m.vector(), type = try m.type()
    let parts = try elements(i.operands[1], count, i).map { try read($0, type) }
    if form == "p" {  // converted to the surface's format; x counts texels
      let (pointer, _, handle) = try surfaceElement(i, &m, i.operands[0], byteCount: 1, texels: true)
      let value = parts.enumerated().reduce(b.zero(words)) { b.insert(b.coerce($1.element, to: b.i32), into: $0, $1.offset) }
      b.call("carmine_surface_store", b.void, [handle, b.pointerToInt(pointer, b.i64), value])
      return
    }
    let bytes = type.bytes * count
    let (pointer, exists, _) = try surfaceElement(i, &m, i.operands[0], byteCount: bytes, texels: false)
    var value = parts[0]
    if count > 1 {
      value = b.undefined(b.vector(b.type(of: type), count))
      for (index, part) in parts.enumerated() { value = b.insert(part, into: value, index) }
    }
    _ = whereThere(exists) { () -> Value? in
      b.store(value, pointer, alignment: bytes)
      return nil
    }
  }

  func surfaceReduce(_ i: Instruction, _ m: inout Modifiers) throws {
    let form = try m.require(oneOf: ["b", "p"])
    let operation = try m.require(oneOf: ["add", "min", "max", "and", "or"])
    let type = try m.type()
    let (pointer, exists, handle) = try surfaceElement(i, &m, i.operands[0], byteCount: type.bytes, texels: form == "p")
    let argument = try read(i.operands[1], type)
    func reduce(_ row: LLVMAtomicRMWBinOp, where exists: Value) {
      _ = whereThere(exists) { () -> Value? in
        let old = LLVMBuildAtomicRMWSyncScope(b.raw, row, pointer, argument, LLVMAtomicOrderingMonotonic, b.scope("agent"))!
        LLVMSetAlignment(old, UInt32(type.bytes))
        b.annotate(old, "amdgpu.no.fine.grained.memory")  // arrays lie in the device's own memory
        b.annotate(old, "amdgpu.no.remote.memory")
        return nil
      }
    }
    let signed = operation == "min" ? LLVMAtomicRMWBinOpMin : LLVMAtomicRMWBinOpMax, unsigned = operation == "min" ? LLVMAtomicRMWBinOpUMin : LLVMAtomicRMWBinOpUMax
    switch operation {
    case "add": reduce(LLVMAtomicRMWBinOpAdd, where: exists)
    case "and": reduce(LLVMAtomicRMWBinOpAnd, where: exists)
    case "or": reduce(LLVMAtomicRMWBinOpOr, where: exists)
    case _ where form == "p":  // the surface says whether its numbers have a sign
      let isSigned = b.icmp(LLVMIntNE, b.call("carmine_surface_is_signed", b.i32, [handle]), b.int32(0))
      reduce(signed, where: b.and(exists, isSigned))
      reduce(unsigned, where: b.and(exists, b.not(isSigned)))
    default: reduce(type.isSigned ? signed : unsigned, where: exists)
    }
  }
}
