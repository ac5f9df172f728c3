// Loads, stores and reductions of surface objects: each thread has an element of its own, and some reach over the edge, where the
// instruction says what then happens.  What was stored is read by a second kernel: within one the manual promises nothing.
// Source: PTX ISA 9.x, sections 9.7.11.1 to 9.7.11.4.
import PTX

/// A surface of 256 elements.
private func shape(_ variant: InstructionVariant) -> TextureShape {
  let geometry = variant.words.first { ["1d", "2d", "3d", "a1d", "a2d"].contains($0) }!
  var shape = TextureShape(geometry)
  switch geometry {
  case "1d": shape.width = 256
  case "2d": shape.height = 16
  case "a1d": (shape.width, shape.layers) = (128, 2)
  case "a2d": shape.layers = 2
  default: break  // 8 by 8 by 4
  }
  return shape
}
private func place(_ shape: TextureShape, _ thread: Int) -> (x: Int, y: Int, slice: Int) {
  (thread % shape.width, thread / shape.width % shape.height, thread / shape.width / shape.height)
}
private func clamp(_ variant: InstructionVariant) -> String { ["trap", "clamp", "zero"].first { variant.has($0) } ?? "trap" }

/// How far a thread's access lies beside its own element, in elements: nothing where that traps.
private func reach(_ mode: String, _ shape: TextureShape, _ thread: Int, isStore: Bool) -> Int {
  switch mode {
  case "zero": thread % 5 == 1 ? (thread % 2 == 0 ? -300 : 300) : 0
  case "clamp":
    // Stores may come to no other thread's element: only those at an edge reach over it.
    if isStore { place(shape, thread).x == 0 ? -3 : place(shape, thread).x == shape.width - 1 ? 7 : 0 } else { thread % 3 == 1 ? (thread % 2 == 0 ? -300 : 300) : 0 }
  default: 0
  }
}

/// `{x, y}` of inputs from %a1 on, and the inputs; x counted in `unit` bytes.
private func coordinates(_ shape: TextureShape, unit: Int, reach: @escaping (Int) -> Int) -> (list: String, inputs: [Input]) {
  var inputs = [Input(.b32) { UInt64(UInt32(bitPattern: Int32((place(shape, $0).x + reach($0)) * unit))) }], list = ["%a1"]
  if shape.dimensions > 1 { inputs.append(Input(.b32) { UInt64(place(shape, $0).y) }); list.append("%a2") }
  if shape.geometry == "3d" || shape.isLayered {
    inputs.append(Input(.b32) { UInt64(place(shape, $0).slice) })
    let name = "%a\(inputs.count)"
    if shape.isLayered { list.insert(name, at: 0) } else { list.append(name) }
  }
  if list.count == 3 { list.append(list[2]) }
  return ("{" + list.joined(separator: ", ") + "}", inputs)
}

/// A format whose element is what an access without a format moves.
private func plainFormat(_ variant: InstructionVariant) -> TexelFormat? {
  let type = variant.types[0], count = variant.vector * (type.bitCount == 64 ? 2 : 1)
  return count > 4 ? nil : TexelFormat(channels: count, bits: min(32, type.bitCount), kind: .unsigned)
}
/// The elements of an access, from a resource's channels.
private func elements(_ resource: TextureResource, _ at: (x: Int, y: Int, slice: Int), _ type: ScalarType) -> [UInt64] {
  let channels = (0..<resource.format.channels).map { resource.bits(level: 0, slice: at.slice, at.y, at.x, $0) }
  return type.bitCount == 64 ? stride(from: 0, to: channels.count, by: 2).map { channels[$0] | channels[$0 + 1] << 32 } : channels
}
/// Bytes have no registers of their own but those for 16 bits.
private func outputs(_ type: ScalarType, _ count: Int) -> [ScalarType] { Array(repeating: type.bitCount == 8 ? .b16 : type.bitCount == 64 ? .b64 : type.bitCount == 32 ? .b32 : .b16, count: count) }

private func loads(_ variant: InstructionVariant) -> [TestCase] {
  guard let format = plainFormat(variant) else { return [] }
  let shape = shape(variant), type = variant.types[0], mode = clamp(variant)
  let (list, inputs) = coordinates(shape, unit: format.byteCount) { reach(mode, shape, $0, isStore: false) }
  var test = TestCase(
    variant: variant, inputs: [Input(.b64)] + inputs, outputs: outputs(type, variant.vector),
    text: "\(variant.text) \(operandList((0..<variant.vector).map { "%o\($0)" })), [%a0, \(list)];")
  test.texture = TextureResource(shape: shape, format: format)
  return [test]
}

/// What a thread's element holds after the kernel.
private func readBack(_ shape: TextureShape, _ format: TexelFormat, first: Int) -> (inputs: [Input], text: String, outputs: [ScalarType]) {
  let (list, inputs) = coordinates(shape, unit: format.byteCount) { _ in 0 }
  // The places of these inputs are behind those of the instruction.
  var moved = list
  for index in stride(from: inputs.count, to: 0, by: -1) { moved = moved.replacing("%a\(index)", with: "%b\(index)") }
  for index in 1...inputs.count { moved = moved.replacing("%b\(index)", with: "%a\(first + index - 1)") }
  let word = shape.geometry, vector = format.channels == 1 ? "" : ".v\(format.channels)"
  let text = "suld.b.\(word)\(vector).b\(format.bits).zero \(operandList((0..<format.channels).map { "%o\($0)" })), [%a0, \(moved)];"
  return (inputs, text, outputs(format.bits == 8 ? .b8 : format.bits == 16 ? .b16 : .b32, format.channels))
}

private func stores(_ variant: InstructionVariant) -> [TestCase] {
  let shape = shape(variant), type = variant.types[0], mode = clamp(variant), isFormatted = variant.has("p")
  let formats: [(String, TexelFormat)] = isFormatted
    ? [("words", TexelFormat(channels: variant.vector, kind: .float)), ("bytes", TexelFormat(channels: variant.vector, bits: 8, kind: .unsigned)), ("shorts", TexelFormat(channels: variant.vector, bits: 16, kind: .signed)),
       ("halves", TexelFormat(channels: variant.vector, bits: 16, kind: .float))]
    : plainFormat(variant).map { [("", $0)] } ?? []
  return formats.map { name, format in
    let (list, places) = coordinates(shape, unit: isFormatted ? 1 : format.byteCount) { reach(mode, shape, $0, isStore: true) }
    let first = 1 + places.count
    let values = (0..<variant.vector).map { index in
      Input(isFormatted ? .b32 : type) { thread in
        var random = Random(state: UInt64(thread * 8 + index))
        let value = random.next()
        switch (isFormatted, format.bits, format.kind) {
        case (true, 8, _): return value & 0xff
        case (true, 16, .signed): return UInt64(UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: value))))
        case (true, _, .float): return UInt64(Float(Int(value % 4001) - 2000).bitPattern)
        default: return value
        }
      }
    }
    let back = readBack(shape, format, first: first + values.count)
    var test = TestCase(
      variant: variant, suffix: name.isEmpty ? "" : " " + name, inputs: [Input(.b64)] + places + values + back.inputs, outputs: back.outputs,
      text: "\(variant.text) [%a0, \(list)], \(operandList(values.indices.map { "%a\(first + $0)" }));", immediates: [first])
    test.after = back.text
    test.texture = TextureResource(shape: shape, format: format, owner: test.name)
    return test
  }
}

private func reductions(_ variant: InstructionVariant) -> [TestCase] {
  let shape = shape(variant), type = variant.types[0], mode = clamp(variant), isFormatted = variant.has("p")
  // Formatted: the surface says whether its numbers have a sign.
  let kinds: [(String, TexelFormat.Kind)] = isFormatted ? [("unsigned", .unsigned), ("signed", .signed)] : [("", type.isSignedInteger ? .signed : .unsigned)]
  return kinds.map { name, kind in
    let format = TexelFormat(channels: type.bitCount / 32, kind: kind)
    let (list, places) = coordinates(shape, unit: isFormatted ? 1 : format.byteCount) { reach(mode, shape, $0, isStore: true) }
    let first = 1 + places.count, back = readBack(shape, format, first: first + 1)
    var test = TestCase(
      variant: variant, suffix: name.isEmpty ? "" : " " + name, inputs: [Input(.b64)] + places + [Input(type.bitCount == 64 ? .b64 : .b32)] + back.inputs, outputs: back.outputs,
      text: "\(variant.text) [%a0, \(list)], %a\(first);", immediates: [first])
    test.after = back.text
    test.texture = TextureResource(shape: shape, format: format, owner: test.name)
    return test
  }
}

// MARK: answers

nonisolated(unsafe) private let loaded = Reference.block { test, inputs in
  let resource = test.texture!, shape = resource.shape, mode = clamp(test.variant), type = test.variant.types[0]
  return inputs.indices.map { thread in
    var at = place(shape, thread)
    at.x += reach(mode, shape, thread, isStore: false)
    if !(0..<shape.width ~= at.x) {
      if mode == "zero" { return test.outputs.map { _ in 0 } }
      at.x = min(max(at.x, 0), shape.width - 1)
    }
    return elements(resource, at, type)
  }
}
nonisolated(unsafe) private let stored = Reference.block { test, inputs in
  let resource = test.texture!, shape = resource.shape, format = resource.format, mode = clamp(test.variant), type = test.variant.types[0], first = test.immediates[0]
  return inputs.indices.map { thread in
    let at = place(shape, thread), old = elements(resource, at, .b32)
    if mode == "zero", reach(mode, shape, thread, isStore: true) != 0 { return old }
    let values = (0..<test.variant.vector).map { inputs[thread][first + $0] }
    if type.bitCount == 64 { return values.flatMap { [$0 & 0xffff_ffff, $0 >> 32] } }
    guard test.variant.has("p") else { return values }
    return values.map { value in
      if format.kind == .float, format.bits == 16 { return ExactFormat.f16.pack(ExactFormat.f64.unpack(Double(Float(bitPattern: UInt32(value))).bitPattern)) }
      return format.bits == 32 ? value : value & (1 << UInt64(format.bits) - 1)
    }
  }
}
nonisolated(unsafe) private let reduced = Reference.block { test, inputs in
  let variant = test.variant, resource = test.texture!, shape = resource.shape, mode = clamp(variant), first = test.immediates[0]
  let isWide = variant.types[0].bitCount == 64, isSigned = resource.format.kind == .signed
  let type: ScalarType = isWide ? (isSigned ? .s64 : .u64) : isSigned ? .s32 : .u32
  return inputs.indices.map { thread in
    let old = elements(resource, place(shape, thread), isWide ? .b64 : .b32)[0], value = inputs[thread][first]
    var new = old
    if !(mode == "zero" && reach(mode, shape, thread, isStore: true) != 0) {
      switch variant.words.first(where: { ["add", "min", "max", "and", "or"].contains($0) })! {
      case "add": new = old &+ value
      case "min": new = wide(old, type) < wide(value, type) ? old : value
      case "max": new = wide(old, type) > wide(value, type) ? old : value
      case "and": new = old & value
      default: new = old | value
      }
    }
    return isWide ? [new & 0xffff_ffff, new >> 32] : [new & 0xffff_ffff]
  }
}

nonisolated(unsafe) let surfaceTests = FamilyTests(
  references: ["suld": loaded, "sust": stored, "sured": reduced, "suq": queried],
  templates: ["suld": loads, "sust": stores, "sured": reductions, "suq": queryCases])
