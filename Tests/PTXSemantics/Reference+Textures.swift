// Texture reads, gathers and queries of texture objects.  Coordinates are chosen so that every weight of linear filtering is a multiple of
// 1/16 (1/4 with a third dimension) and texels are small whole numbers: a sum then has one value, in whatever order and to whatever
// precision a unit adds.  What the manual leaves open isn't asked: roundings of weights (Tests/EndToEnd/programs/textures.cu has some, with an
// H100's answers), footprints across a cube's edges, whole coordinates outside the texture, levels between which a derivative lies,
// channels that a format lacks.
// Source: PTX ISA 9.x, sections 9.7.10.3 to 9.7.10.5; CUDA Programming Guide, "Texture Fetching" (nearest-point, linear and table lookup),
// "Cubemap Textures", "Texture Gather".
import Glibc
import PTX

/// How a case reads: what its inputs are, beside the handle.
private struct Lookup {
  var resource: TextureResource
  /// Coordinates in texels for a thread, as a unit would have them after it scaled them.
  var place: (Int) -> [Double]
  var layer: (Int) -> Int = { $0 % 2 }
  var level: (Int) -> Double = { _ in 0 }
  var isWhole = false
}

extension Lookup {
  var shape: TextureShape { resource.shape }
  var sampler: Sampler { resource.sampler! }

  /// The coordinates as the instruction takes them.
  func coordinates(_ thread: Int) -> [Double] {
    let place = place(thread)
    if shape.isCube { return Cube.direction(face: thread / 7 % 6, place[0] / Double(shape.width) * 2 - 1, place[1] / Double(shape.height) * 2 - 1).map { $0 * (thread % 3 == 0 ? 4 : 1) } }
    return sampler.isNormalized ? zip(place, shape.size(0)).map { $0 / Double($1) } : place
  }
  /// Whose image it is: a layer, a face of one.
  func slice(_ thread: Int) -> Int {
    let layer = shape.isLayered ? min(layer(thread), shape.layers - 1) : 0
    return shape.isCube ? layer * 6 + thread / 7 % 6 : layer
  }

  /// What repeats or is mirrored is brought into the texture first, as the guide says it of coordinates.
  private func along(_ place: Double, _ n: Double) -> Double {
    guard sampler.isNormalized, !isWhole else { return place }
    let x = place / n, fraction = x - floor(x)
    switch sampler.mode {
    case .wrap: return fraction * n
    case .mirror: return (Int(floor(x)) % 2 == 0 ? fraction : 1 - fraction) * n
    default: return place
    }
  }
  /// An index brought back into a dimension; nil outside a border.
  private func index(_ i: Int, _ n: Int) -> Int? {
    if 0..<n ~= i { return i }
    switch sampler.isNormalized || sampler.mode == .border ? sampler.mode : .clamp {  // wrap and mirror are for normalized coordinates only
    case .wrap: return ((i % n) + n) % n
    case .mirror: let m = ((i % (2 * n)) + 2 * n) % (2 * n); return m < n ? m : 2 * n - 1 - m
    case .border: return nil
    case .clamp: return min(max(i, 0), n - 1)
    }
  }
  /// A channel's value at whole texel coordinates, and whether it is the border's.
  func texel(_ at: [Int], level: Int, thread: Int, _ channel: Int) -> (number: Double, bits: UInt64) {
    let size = shape.size(level)
    var place = [0, 0, 0]
    for d in 0..<shape.dimensions {
      guard let i = index(at[d], size[d]) else {
        let border = Double(Sampler.border[channel])
        return (border, resource.format.kind == .float ? UInt64(Float(border).bitPattern) : UInt64(border))
      }
      place[d] = i
    }
    let slice = shape.dimensions == 3 ? place[2] : slice(thread)
    return (resource.number(level: level, slice: slice, place[1], place[0], channel), resource.bits(level: level, slice: slice, place[1], place[0], channel))
  }
  /// The lower left texel of the four that filtering takes.
  func corner(_ thread: Int) -> (Int, Int) {
    let place = place(thread), size = shape.size(0)
    return (Int(floor(along(place[0], Double(size[0])) - 0.5)), Int(floor(along(place[1], Double(size[1])) - 0.5)))
  }
  /// Filtered within a level.
  func sample(_ thread: Int, level: Int, offset: [Int], _ channel: Int) -> (number: Double, bits: UInt64) {
    let size = shape.size(level), scale = (0..<shape.dimensions).map { Double(size[$0]) / Double(shape.size(0)[$0]) }
    let unscaled = place(thread), place = (0..<shape.dimensions).map { along(unscaled[$0] * scale[$0], Double(size[$0])) }
    guard sampler.isLinear, !isWhole else { return texel((0..<shape.dimensions).map { Int(floor(place[$0])) + offset[$0] }, level: level, thread: thread, channel) }
    var sum = 0.0
    for corner in 0..<(1 << shape.dimensions) {
      var weight = 1.0, at = [0, 0, 0]
      for d in 0..<shape.dimensions {
        let x = place[d] - 0.5, up = corner >> d & 1
        at[d] = Int(floor(x)) + up + offset[d]
        weight *= up == 1 ? x - floor(x) : 1 - (x - floor(x))
      }
      if weight != 0 { sum += weight * texel(at, level: level, thread: thread, channel).number }
    }
    return (sum, UInt64(Float(sum).bitPattern))
  }
}

/// Faces in the guide's order: +x, -x, +y, -y, +z, -z, each with its own s and t.
private enum Cube {
  static func direction(face: Int, _ s: Double, _ t: Double) -> [Double] {
    switch face {
    case 0: [1, -t, -s]
    case 1: [-1, -t, s]
    case 2: [s, 1, t]
    case 3: [s, -1, -t]
    case 4: [s, -t, 1]
    default: [-s, -t, -1]
    }
  }
}

// MARK: cases

/// Keyed by the case's name: closures have no place in a TestCase.
nonisolated(unsafe) private var lookups: [String: (lookup: Lookup, mode: String, offset: [Int])] = [:]

private func geometry(_ variant: InstructionVariant) -> String { variant.words.first { ["1d", "2d", "3d", "a1d", "a2d", "cube", "acube"].contains($0) }! }

/// Texel coordinates from two sizes before to two behind the texture; of cubes within a face.
private func places(_ shape: TextureShape, seed: Int, step: Double, isInside: Bool = false) -> (Int) -> [Double] {
  { thread in
    var random = Random(state: UInt64(seed * 4096 + thread))
    return (0..<shape.dimensions).map { d in
      let n = shape.size(0)[d], steps = Int(1 / step), margin = shape.isCube ? n / 4 : 1
      if shape.isCube || isInside { return Double(margin) + Double(Int(random.next() % UInt64((n - 2 * margin) * steps))) * step }
      return Double(Int(random.next() % UInt64(5 * n * steps)) - 2 * n * steps) * step
    }
  }
}

/// A way of reading, by what can be asked of the result's type.
private func configurations(_ variant: InstructionVariant, _ shape: TextureShape, isWhole: Bool) -> [(name: String, resource: TextureResource)] {
  let result = variant.types[0]
  func one(_ name: String, _ format: TexelFormat, _ mode: Sampler.Mode, linear: Bool = false, normalized: Bool = true, numbers: Bool = false) -> (String, TextureResource) {
    var sampler = Sampler(mode: mode, isLinear: linear, isNormalized: normalized, readsNumbers: numbers)
    // Cubes are looked up by direction, mipmaps by fractions of a level.
    if shape.isCube || shape.levels > 1 { sampler.isNormalized = true }
    return (name, TextureResource(shape: shape, format: format, sampler: sampler))
  }
  let float = TexelFormat(), half = TexelFormat(channels: 4, bits: 16, kind: .float)
  let all: [(String, TextureResource)]
  switch result {
  case .u32: all = [one("bytes", TexelFormat(channels: 4, bits: 8, kind: .unsigned), .clamp, normalized: false), one("words", TexelFormat(channels: 4, bits: 32, kind: .unsigned), .wrap), one("two shorts", TexelFormat(channels: 2, bits: 16, kind: .unsigned), .mirror)]
  case .s32: all = [one("bytes", TexelFormat(channels: 4, bits: 8, kind: .signed), .mirror), one("words", TexelFormat(channels: 2, bits: 32, kind: .signed), .clamp, normalized: false), one("shorts", TexelFormat(channels: 4, bits: 16, kind: .signed), .wrap)]
  case .f16x2: all = [one("halves", half, .clamp, normalized: false), one("halves filtered", half, .wrap, linear: true), one("numbers", float, .border)]
  default:
    all = [
      one("clamp", float, .clamp, normalized: false), one("clamp filtered", float, .clamp, linear: true, normalized: false), one("border filtered", float, .border, linear: true, normalized: false),
      one("border", float, .border), one("wrap", float, .wrap), one("wrap filtered", float, .wrap, linear: true), one("mirror", float, .mirror), one("mirror filtered", float, .mirror, linear: true),
      one("one channel", TexelFormat(channels: 1), .clamp), one("halves filtered", half, .clamp, linear: true),
      one("bytes as numbers", TexelFormat(channels: 4, bits: 8, kind: .unsigned), .wrap, numbers: true), one("shorts as numbers", TexelFormat(channels: 2, bits: 16, kind: .signed), .clamp, numbers: true),
    ]
  }
  // Whole coordinates count texels.
  if isWhole { return all.filter { !$0.1.sampler!.isLinear && [.clamp, .border].contains($0.1.sampler!.mode) }.map { var one = $0; one.1.sampler!.isNormalized = false; return one } }
  // A cube's faces have no modes of their own.
  return shape.isCube ? all.filter { $0.1.sampler!.mode == .clamp || $0.1.sampler!.mode == .wrap }.map { var one = $0; one.1.sampler!.mode = .clamp; return one } : all
}

private func fetches(_ variant: InstructionVariant) -> [TestCase] {
  if variant.row.status.isRefused { return [] }
  let geometry = geometry(variant), mode = ["base", "level", "grad"].first { variant.has($0) } ?? "", types = variant.types
  let coordinate = types[1], isWhole = coordinate == .s32
  let shape = TextureShape(geometry, levels: mode == "level" || mode == "grad" ? 3 : 1)
  var tests: [TestCase] = []
  func add(_ name: String, _ resource: TextureResource, offset: [Int] = [0, 0, 0], seed: Int) {
    let step = isWhole ? 1 : resource.sampler!.isLinear ? (shape.dimensions == 3 ? 0.25 : 0.0625) : coordinate == .f16 ? 0.5 : 0.25
    var lookup = Lookup(resource: resource, place: places(resource.shape, seed: seed, step: step, isInside: isWhole || shape.levels > 1))
    lookup.isWhole = isWhole
    // Whole levels, which any unit hits.
    if shape.levels > 1 {
      // A quarter of them, at level 2, is as exact.
      lookup.place = places(resource.shape, seed: seed, step: resource.sampler!.isLinear && shape.dimensions == 3 ? 1 : 0.25, isInside: true)
      lookup.level = { Double($0 % 3) }
    }
    let count = resource.format.channels, isHalf = types[0] == .f16x2, numbers = resource.sampler!.readsNumbers && !isHalf
    // The handle, the layer, coordinates, then a level or derivatives.
    var inputs = [Input(.b64), Input(.u32) { UInt64(lookup.layer($0)) }], list: [String] = resource.shape.isLayered ? ["%a1"] : [], declarations = ""
    let names = resource.shape.isCube ? 3 : resource.shape.dimensions
    for d in 0..<names {
      inputs.append(Input(coordinate == .s32 ? .b32 : coordinate) { thread in
        let value = lookup.coordinates(thread)[d]
        return isWhole ? UInt64(UInt32(bitPattern: Int32(floor(value)))) : coordinate == .f16 ? ExactFormat.f16.pack(ExactFormat.f64.unpack(value.bitPattern)) : UInt64(Float(value).bitPattern)
      })
      list.append("%a\(d + 2)")
    }
    // Vectors of coordinates have one, two or four elements.
    if list.count == 3 { list.append(list[2]) }
    var more = ""
    if mode == "level" {
      inputs.append(Input(.f32) { UInt64(Float(lookup.level($0)).bitPattern) })
      more = ", %a\(inputs.count - 1)"
    }
    if mode == "grad" {
      // Along x, and along the last dimension: so many texels of level 0 as a texel of the level has; of cubes, on the face.
      let size = resource.shape.size(0)
      func gradient(_ axis: Int) -> String {
        var parts: [String] = []
        for d in 0..<names {
          inputs.append(Input(.f32) { thread in
            let length = exp2(lookup.level(thread))
            let value: Double
            if resource.shape.isCube {
              let face = thread / 7 % 6, scale = thread % 3 == 0 ? 4.0 : 1.0, zero = Cube.direction(face: face, 0, 0)
              value = (Cube.direction(face: face, axis == 0 ? 2 * length / 16 : 0, axis == 0 ? 0 : 2 * length / 16)[d] - zero[d]) * scale
            } else {
              value = d == (axis == 0 ? 0 : names - 1) ? length / (resource.sampler!.isNormalized ? Double(size[d]) : 1) : 0
            }
            return UInt64(Float(value).bitPattern)
          })
          parts.append("%a\(inputs.count - 1)")
        }
        if parts.count == 3 { parts.append(parts[2]) }
        return "{" + parts.joined(separator: ", ") + "}"
      }
      more = ", " + gradient(0) + ", " + gradient(1)
      if resource.shape.dimensions == 3 { return }  // a box's levels differ by dimension
    }
    if offset != [0, 0, 0] {
      declarations = ".reg .b32 %e0, %e1, %e2;\n" + (0..<3).map { "mov.b32 %e\($0), \(offset[$0]);\n" }.joined()
      let parts = (0..<resource.shape.dimensions).map { "%e\($0)" } + (resource.shape.dimensions == 3 ? ["%e2"] : [])
      more += ", " + (parts.count == 1 ? parts[0] : "{" + parts.joined(separator: ", ") + "}")
    }
    let wanted = isHalf ? 2 : count, registers = isHalf ? 2 : 4
    var text = declarations + ".reg .b32 \((0..<registers).map { "%t\($0)" }.joined(separator: ", "));\n"
    text += "\(variant.text) {\((0..<registers).map { "%t\($0)" }.joined(separator: ", "))}, [%a0, {\(list.joined(separator: ", "))}]\(more);"
    for index in 0..<wanted {
      // Numbers from 0 to 1 as the whole numbers that they stand for: the manual says no rounding of theirs.
      let largest = resource.format.kind == .signed ? (1 << (resource.format.bits - 1)) - 1 : (1 << resource.format.bits) - 1
      text += numbers ? "\nmul.rn.f32 %t\(index), %t\(index), 0d\(hexadecimal(Double(largest)));\ncvt.rni.s32.f32 %o\(index), %t\(index);" : "\nmov.b32 %o\(index), %t\(index);"
    }
    var test = TestCase(variant: variant, suffix: " " + name, inputs: inputs, outputs: Array(repeating: isHalf ? .f16x2 : numbers ? .s32 : types[0] == .f32 ? .f32 : .b32, count: wanted), text: text)
    test.texture = resource
    lookups[test.name] = (lookup, mode, offset)
    tests.append(test)
  }
  for (seed, (name, resource)) in configurations(variant, shape, isWhole: isWhole).enumerated() { add(name, resource, seed: seed) }
  if !shape.isCube, !isWhole, mode != "grad", types[0] == .f32 { add("offset", TextureResource(shape: shape, sampler: Sampler(mode: .wrap, isNormalized: true)), offset: [3, -2, 1], seed: 99) }
  if geometry == "1d", isWhole, types[0] != .f16x2 {
    let kind: TexelFormat.Kind = types[0] == .f32 ? .float : types[0] == .u32 ? .unsigned : .signed
    add("linear memory", TextureResource(shape: TextureShape("linear"), format: TexelFormat(channels: 4, bits: types[0] == .u32 ? 8 : 32, kind: kind), sampler: Sampler()), seed: 98)
  }
  return tests
}
private func hexadecimal(_ value: Double) -> String { let text = String(value.bitPattern, radix: 16, uppercase: true); return String(repeating: "0", count: 16 - text.count) + text }

private func gathers(_ variant: InstructionVariant) -> [TestCase] {
  let shape = TextureShape(geometry(variant)), isHalf = variant.types[0] == .f16x2
  return configurations(variant, shape, isWhole: false).enumerated().compactMap { seed, configuration -> TestCase? in
    let (name, resource) = configuration
    guard resource.format.channels == 4, !resource.sampler!.readsNumbers else { return nil }
    // Away from the middle between two texels, where the footprint changes.
    let base = places(resource.shape, seed: seed + 40, step: 1)
    var lookup = Lookup(resource: resource, place: { base($0).map { $0 + 0.25 } })
    if shape.isCube { lookup.place = { base($0).map { $0 + 0.25 } } }
    var inputs = [Input(.b64), Input(.u32) { UInt64(lookup.layer($0)) }], list: [String] = shape.isLayered ? ["%a1"] : []
    for d in 0..<(shape.isCube ? 3 : 2) {
      inputs.append(Input(.f32) { UInt64(Float(lookup.coordinates($0)[d]).bitPattern) })
      list.append("%a\(d + 2)")
    }
    if list.count == 3 { list.append(list[2]) }
    let registers = isHalf ? 2 : 4
    let text = "\(variant.text) {\((0..<registers).map { "%o\($0)" }.joined(separator: ", "))}, [%a0, {\(list.joined(separator: ", "))}];"
    var test = TestCase(variant: variant, suffix: " " + name, inputs: inputs, outputs: Array(repeating: isHalf ? .f16x2 : variant.types[0] == .f32 ? .f32 : .b32, count: registers), text: text)
    test.texture = resource
    lookups[test.name] = (lookup, "", [0, 0, 0])
    return test
  }
}

private func queries(_ variant: InstructionVariant) -> [TestCase] {
  var tests: [TestCase] = []
  func add(_ name: String, _ shape: TextureShape, _ sampler: Sampler = Sampler(), value: Int, level: Int? = nil) {
    let text = "\(variant.text) %o0, [%a0]\(level == nil ? "" : ", %a1");"
    var test = TestCase(variant: variant, suffix: " " + name, inputs: [Input(.b64)] + (level == nil ? [] : [Input(.u32) { _ in UInt64(level!) }]), outputs: [.b32], text: text, immediates: [value])
    test.texture = TextureResource(shape: shape, sampler: variant.row.opcode == "suq" ? nil : sampler)
    tests.append(test)
  }
  let what = variant.words.first { $0 != "level" && $0 != "b32" }!, isLevel = variant.has("level")
  var box = TextureShape("3d", levels: isLevel ? 3 : 1)
  (box.width, box.height, box.depth) = (24, 12, 6)
  var sampler = Sampler()
  sampler.isNormalized = isLevel
  switch what {
  case "width": for level in isLevel ? [0, 1, 2] : [0] { add("\(level)", box, sampler, value: 24 >> level, level: isLevel ? level : nil) }
  case "height": for level in isLevel ? [0, 1, 2] : [0] { add("\(level)", box, sampler, value: 12 >> level, level: isLevel ? level : nil) }
  case "depth": for level in isLevel ? [0, 1, 2] : [0] { add("\(level)", box, sampler, value: max(1, 6 >> level), level: isLevel ? level : nil) }
  case "array_size": add("layers", TextureShape("a2d"), value: 3)
  case "num_mipmap_levels":
    sampler.isNormalized = true
    add("three", TextureShape("2d", levels: 3), sampler, value: 3)
    add("one", TextureShape("2d"), value: 1)
  case "normalized_coords":
    add("texels", TextureShape("2d"), value: 0)
    sampler.isNormalized = true
    add("normalized", TextureShape("2d"), sampler, value: 1)
  case "filter_mode":
    add("nearest", TextureShape("2d"), value: 0)
    sampler.isLinear = true
    add("linear", TextureShape("2d"), sampler, value: 1)
  default:  // addr_mode_n: wrap, mirror, clamp_ogl, clamp_to_edge, clamp_to_border
    sampler.isNormalized = true
    for (mode, value) in [(Sampler.Mode.wrap, 0), (.mirror, 1), (.clamp, 3), (.border, 4)] {
      sampler.mode = mode
      add("\(mode)", TextureShape("3d"), sampler, value: value)
    }
  }
  return tests
}

// MARK: answers

private func halves(_ low: Double, _ high: Double) -> UInt64 {
  ExactFormat.f16.pack(ExactFormat.f64.unpack(low.bitPattern)) | ExactFormat.f16.pack(ExactFormat.f64.unpack(high.bitPattern)) << 16
}
/// What a register of a result's type holds.
private func register(_ texel: (number: Double, bits: UInt64), _ type: ScalarType, _ resource: TextureResource) -> UInt64 {
  if resource.sampler!.readsNumbers { return UInt64(UInt32(bitPattern: Int32(texel.number))) }
  if type == .f32 { return UInt64(Float(texel.number).bitPattern) }
  return type == .s32 ? UInt64(UInt32(truncatingIfNeeded: wide(texel.bits, resource.format.bits == 8 ? .s8 : resource.format.bits == 16 ? .s16 : .s32))) : texel.bits
}

nonisolated(unsafe) private let fetched = Reference.block { test, inputs in
  let (lookup, _, offset) = lookups[test.name]!, type = test.variant.types[0], resource = lookup.resource
  return inputs.indices.map { thread in
    let level = Int(lookup.level(thread))
    let channels = (0..<resource.format.channels).map { lookup.sample(thread, level: level, offset: offset, $0) }
    if type == .f16x2 { return [halves(channels[0].number, channels[1].number), halves(channels[2].number, channels[3].number)] }
    return channels.map { register($0, type, resource) }
  }
}
nonisolated(unsafe) private let gathered = Reference.block { test, inputs in
  let lookup = lookups[test.name]!.lookup, type = test.variant.types[0], channel = ["r", "g", "b", "a"].firstIndex { test.variant.has($0) }!
  return inputs.indices.map { thread in
    let (x, y) = lookup.corner(thread)
    // Counter-clockwise from the lower left.
    let texels = [[x, y + 1, 0], [x + 1, y + 1, 0], [x + 1, y, 0], [x, y, 0]].map { lookup.texel($0, level: 0, thread: thread, channel) }
    if type == .f16x2 { return [halves(texels[0].number, texels[1].number), halves(texels[2].number, texels[3].number)] }
    return texels.map { register($0, type, lookup.resource) }
  }
}

nonisolated(unsafe) let queried = Reference.thread { test, _ in [UInt64(test.immediates[0])] }
nonisolated(unsafe) let queryCases: (InstructionVariant) -> [TestCase] = queries

nonisolated(unsafe) let textureTests = FamilyTests(
  references: ["tex": fetched, "tld4": gathered, "txq": queried], templates: ["tex": fetches, "tld4": gathers, "txq": queries])
