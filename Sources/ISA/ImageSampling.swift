// Sampling and gathering: floating-point coordinates, wrapping, filtering with weights of eight fractional bits, comparison.
// Without given derivatives they are the differences within each four lanes, as in a pixel's quad.  Of a tiled image only the first
// level of detail is read; an access that needs another stops by name.
// A list of address registers has, in this order: texel offsets, bias, reference value, derivatives, coordinates, level or its
// lowest bound.  Worker threads only.  Source: AMD RDNA3 ISA, 9.2 "Image Addressing", "Image Sampling".
import CSoftGPU
import Glibc

public struct SampleOptions: OptionSet, Sendable {
  public let rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
  public static let compare = SampleOptions(rawValue: 1), derivatives = SampleOptions(rawValue: 2), level = SampleOptions(rawValue: 4)
  public static let bias = SampleOptions(rawValue: 8), levelZero = SampleOptions(rawValue: 16), clamp = SampleOptions(rawValue: 32)
  public static let offset = SampleOptions(rawValue: 64), narrowDerivatives = SampleOptions(rawValue: 128)
  public static let gather = SampleOptions(rawValue: 256), query = SampleOptions(rawValue: 512)
}

/// What a lane asked for.
private struct SampleRequest {
  var coordinates = SIMD4<Float>()
  var offsets = (0, 0, 0)
  var reference: Float = 0
  var level: Float = 0
  var lowest: Float = 0
  var levels = (0, 0), between: Float = 0
}

extension UnsafeMutablePointer<carmine_wave> {
  public func imageSample(_ o: Op, _ options: SampleOptions) {
    guard let image = imageResource(o) else { return }
    let sampler = ImageSampler(pointee.scalars + Int(o.pointee.source2))
    let shape = imageDimension(o, image)
    withUnsafeTemporaryAllocation(byteCount: 64 * (MemoryLayout<SampleRequest>.stride + 32), alignment: 16) { raw in
      let base = raw.baseAddress.unsafelyUnwrapped
      let results = base.bindMemory(to: SIMD4<Float>.self, capacity: 128)
      let requests = (base + 128 * 16).bindMemory(to: SampleRequest.self, capacity: 64)
      read(o, image, shape, sampler, options, requests)
      if options.contains(.query) {
        forLanes(exec) { lane in
          let raw = requests[lane].level, most = Float(image.lastLevel - image.baseLevel)
          let bounded = min(max(raw, sampler.minimumLevel), min(sampler.maximumLevel, most))
          deliver(o, SIMD4(max(bounded, 0).bitPattern, raw.bitPattern, 0, 0), integer: false, all: false, lane)
        }
        return
      }
      // Between which levels, and how far toward the second one.
      var deepest = 0, isBetween = false
      forLanes(exec) { lane in
        let wanted = max(0, bounded(requests[lane], sampler)), most = image.lastLevel
        func level(_ from: Float) -> Int { min(most, image.baseLevel + Int(min(from, 15))) }
        switch sampler.levelFilter {
        case 0: requests[lane].levels = (level(0), level(0))
        case 1: requests[lane].levels = (level((wanted + 0.5).rounded(.down)), level((wanted + 0.5).rounded(.down)))
        default:
          requests[lane].levels = (level(wanted), level(wanted + 1))
          requests[lane].between = ((min(wanted, 15) - min(wanted, 15).rounded(.down)) * 256).rounded(.down) / 256
        }
        if requests[lane].levels.0 == requests[lane].levels.1 || requests[lane].between == 0 {
          requests[lane].levels.1 = requests[lane].levels.0
        } else {
          isBetween = true
        }
        deepest = max(deepest, requests[lane].levels.1)
      }
      if deepest > 0 && !hasLevels(image) { refuse(o, "sampling of a smaller level of detail of a tiled image (those of linear ones are read on gfx11)"); return }
      if options.contains(.gather) {
        gather(o, image, shape, sampler, options, requests, results)
      } else {
        guard filter(o, image, shape, sampler, options, requests, results) else { return }
        if isBetween {
          let more = results + 64
          forLanes(exec) { requests[$0].levels.0 = requests[$0].levels.1 }
          guard filter(o, image, shape, sampler, options, requests, more) else { return }
          if image.format?.isInteger == false {
            forLanes(exec) { lane in
              let far = requests[lane].between
              if far > 0 { results[lane] = results[lane] * (1 - far) + more[lane] * far }
            }
          }
        }
        let isInteger = image.format?.isInteger ?? true
        forLanes(exec) { lane in deliver(o, unsafeBitCast(results[lane], to: SIMD4<UInt32>.self), integer: isInteger, all: false, lane) }
      }
    }
  }

  private func bounded(_ request: SampleRequest, _ sampler: ImageSampler) -> Float {
    min(max(request.level, max(sampler.minimumLevel, request.lowest)), sampler.maximumLevel)
  }

  /// Address registers into requests.
  private func read(
    _ o: Op, _ image: ImageResource, _ shape: ImageResource.Shape, _ sampler: ImageSampler, _ options: SampleOptions,
    _ requests: UnsafeMutablePointer<SampleRequest>
  ) {
    let isNarrow = o.pointee.immediate & 1 != 0
    var at = 0
    for lane in 0..<64 { requests[lane] = SampleRequest() }
    func float(_ bits: UInt32, _ narrow: Bool, _ high: Bool = false) -> Float {
      narrow ? Float(Float16(bitPattern: UInt16(truncatingIfNeeded: high ? bits >> 16 : bits))) : Float(bitPattern: bits)
    }
    if options.contains(.offset) {
      let from = imageAddress(o, at)
      at += 1
      func part(_ word: UInt32, _ shift: UInt32) -> Int { Int(Int32(bitPattern: word << (26 - shift)) >> 26) }
      for lane in 0..<64 { requests[lane].offsets = (part(from[lane], 0), part(from[lane], 8), part(from[lane], 16)) }
    }
    var biases: Lanes?
    if options.contains(.bias) { biases = imageAddress(o, at); at += 1 }
    if options.contains(.compare) {
      let from = imageAddress(o, at)
      at += 1
      for lane in 0..<64 { requests[lane].reference = Float(bitPattern: from[lane]) }
    }
    // How far the first coordinates move from lane to lane, in texels.
    let directions = shape == .line || shape == .lineArray ? 1 : shape == .volume ? 3 : 2
    let isUnnormalized = sampler.unnormalized || o.pointee.select & ImageBit.unorm != 0
    let sizes = SIMD4<Float>(Float(image.width), Float(image.height), shape == .volume ? Float(image.layers) : 1, 1)
    let derivatives = at
    if options.contains(.derivatives) {
      at += options.contains(.narrowDerivatives) ? (directions == 1 ? 2 : directions == 2 ? 2 : 4) : directions * 2
    }
    let body = at, count = shape.coordinates
    func value(_ n: Int, _ lane: Int) -> Float {
      isNarrow ? float(imageAddress(o, body + n / 2)[lane], true, n % 2 == 1) : Float(bitPattern: imageAddress(o, body + n)[lane])
    }
    for lane in 0..<64 {
      for n in 0..<min(count, 3) { requests[lane].coordinates[n] = value(n, lane) }
      if options.contains(.level) { requests[lane].level = value(count, lane) + sampler.bias }
      if options.contains(.clamp) { requests[lane].lowest = value(count, lane) }
    }
    guard options.isDisjoint(with: [.level, .levelZero]) else { return }
    let on = exec
    for lane in 0..<64 {
      var across = SIMD4<Float>(), down = SIMD4<Float>()
      if options.contains(.derivatives) {
        let narrow = options.contains(.narrowDerivatives), packed = narrow && directions > 1
        for n in 0..<directions {
          let each = packed ? (directions + 1) / 2 : directions
          func part(_ second: Int) -> Float {
            let register = imageAddress(o, derivatives + second * each + (packed ? n / 2 : n))
            return float(register[lane], narrow, packed && n % 2 == 1)
          }
          across[n] = part(0); down[n] = part(1)
        }
      } else {
        let quad = lane & ~3
        func difference(_ other: Int) -> SIMD4<Float> {
          on >> UInt64(quad) & 1 != 0 && on >> UInt64(other) & 1 != 0 ? requests[other].coordinates - requests[quad].coordinates : SIMD4()
        }
        across = difference(quad + 1); down = difference(quad + 2)
        for n in directions..<4 { across[n] = 0; down[n] = 0 }
      }
      if !isUnnormalized { across *= sizes; down *= sizes }
      let furthest = max((across * across).sum(), (down * down).sum())
      requests[lane].level = (furthest > 0 ? log2f(furthest) / 2 : -Float.greatestFiniteMagnitude) + sampler.bias
      if let biases { requests[lane].level += float(biases[lane], isNarrow) }
    }
  }

  /// Where a coordinate lies: the lower texel, and how far toward the next.
  private func split(_ coordinate: Float, _ count: Int, normalized: Bool, linear: Bool, shift: Int) -> (Int, Float) {
    let at = coordinate.isFinite ? (normalized ? coordinate * Float(count) : coordinate) : 0
    let limited = min(max(at, -1e6), 1e6)
    guard linear else { return (Int(limited.rounded(.down)) + shift, 0) }
    let fixed = Int((Double(limited - 0.5) * 256).rounded(.toNearestOrEven))
    return ((fixed >> 8) + shift, Float(fixed & 255) / 256)
  }

  /// One texel for every lane, as the descriptor's selectors arrange it; the border outside.  `choose` gives a lane's texel.
  private func fetch(
    _ o: Op, _ image: ImageResource, _ sampler: ImageSampler, level: (Int) -> Int, _ choose: (Int) -> (Int?, Int?, Int?),
    _ take: (Int, SIMD4<UInt32>) -> Void
  ) -> Bool {
    guard let format = image.format else { return true }
    let list = worker(self).pointee.addresses
    var inside: UInt64 = 0
    let lanes = exec
    forLanes(lanes) { lane in
      let (x, y, z) = choose(lane)
      guard let x, let y, let z, let address = image.address(x, y, z, level: level(lane)) else { return }
      list[lane] = address
      inside |= 1 << UInt64(lane)
    }
    guard resolveListed(o, inside, format.bytes, .read) != nil else { return false }
    let selectors = BufferResource(selecting: image.selectors), border = sampler.border
    forLanes(lanes) { lane in
      if inside >> UInt64(lane) & 1 != 0 {
        take(lane, selectors.selected(format.decode(host(lane)), one: format.one))
      } else {
        var bits = SIMD4<UInt32>()
        for index in 0..<4 { bits[index] = format.isInteger ? UInt32(border[index]) : border[index].bitPattern }
        take(lane, bits)
      }
    }
    return true
  }

  /// The texel's third coordinate: a layer, or along a volume's depth.
  private func layer(_ image: ImageResource, _ shape: ImageResource.Shape, _ coordinate: Float) -> Int {
    let last = image.layers - image.firstLayer - 1
    return coordinate.isFinite ? Int(min(max(coordinate.rounded(.toNearestOrEven), 0), Float(last))) : 0
  }

  private func corner(
    _ o: Op, _ image: ImageResource, _ shape: ImageResource.Shape, _ sampler: ImageSampler, _ request: SampleRequest, linear: Bool
  ) -> (x: (Int, Float), y: (Int, Float), z: (Int, Float)) {
    let normalized = !(sampler.unnormalized || o.pointee.select & ImageBit.unorm != 0)
    let size = image.size(request.levels.0)
    // A cube's face coordinates come with one added.
    let lift: Float = shape == .cube ? 1 : 0
    let x = split(request.coordinates[0] - lift, size.width, normalized: normalized, linear: linear, shift: request.offsets.0)
    var y = (0, Float(0)), z = (0, Float(0))
    switch shape {
    case .line: break
    case .lineArray: z.0 = layer(image, shape, request.coordinates[1])
    case .plane, .cube, .planeArray, .samples, .samplesArray:
      y = split(request.coordinates[1] - lift, size.height, normalized: normalized, linear: linear, shift: request.offsets.1)
      if shape != .plane { z.0 = layer(image, shape, request.coordinates[2]) }
    case .volume:
      y = split(request.coordinates[1], size.height, normalized: normalized, linear: linear, shift: request.offsets.1)
      z = split(
        request.coordinates[2], size.depth, normalized: normalized, linear: sampler.volumeLinear ?? linear, shift: request.offsets.2)
    }
    return (x, y, z)
  }

  private func filter(
    _ o: Op, _ image: ImageResource, _ shape: ImageResource.Shape, _ sampler: ImageSampler, _ options: SampleOptions,
    _ requests: UnsafeMutablePointer<SampleRequest>, _ results: UnsafeMutablePointer<SIMD4<Float>>
  ) -> Bool {
    let isInteger = image.format?.isInteger ?? true
    func isLinear(_ lane: Int) -> Bool {
      !isInteger && (bounded(requests[lane], sampler) > 0 ? sampler.minifiesLinearly : sampler.magnifiesLinearly)
    }
    var any = false
    forLanes(exec) { lane in results[lane] = SIMD4(); if isLinear(lane) { any = true } }
    let taps = !any ? 1 : shape == .volume ? 8 : shape == .line || shape == .lineArray ? 2 : 4
    let wraps = shape == .cube ? (ImageSampler.Wrap.lastTexel, ImageSampler.Wrap.lastTexel, sampler.wraps.2) : sampler.wraps
    for tap in 0..<taps {
      let done = fetch(o, image, sampler, level: { requests[$0].levels.0 }, { lane in
        let c = corner(o, image, shape, sampler, requests[lane], linear: isLinear(lane)), size = image.size(requests[lane].levels.0)
        let x = ImageSampler.index(c.x.0 + (tap & 1), size.width, wraps.0)
        let y = taps > 2 || shape.coordinates > 1 && shape != .lineArray ? ImageSampler.index(c.y.0 + (tap >> 1 & 1), size.height, wraps.1) : 0
        let z = shape == .volume ? ImageSampler.index(c.z.0 + (tap >> 2), size.depth, wraps.2) : c.z.0
        return (x, y, z)
      }) { lane, texel in
        if isInteger { results[lane] = unsafeBitCast(texel, to: SIMD4<Float>.self); return }
        let c = corner(o, image, shape, sampler, requests[lane], linear: isLinear(lane))
        var weight = tap & 1 != 0 ? c.x.1 : 1 - c.x.1
        if taps > 2 { weight *= tap & 2 != 0 ? c.y.1 : 1 - c.y.1 }
        if taps > 4 { weight *= tap & 4 != 0 ? c.z.1 : 1 - c.z.1 }
        guard weight > 0 else { return }
        var value = unsafeBitCast(texel, to: SIMD4<Float>.self)
        if options.contains(.compare) { value[0] = sampler.compares(requests[lane].reference, value[0]) ? 1 : 0 }
        // A full weight passes everything, infinities and NaNs too.
        results[lane] = weight == 1 ? value : results[lane] + value * weight
      }
      guard done else { return false }
    }
    return true
  }

  /// One component of four neighbours: lower left, lower right, upper right, upper left, where "upper" has the smaller row.
  private func gather(
    _ o: Op, _ image: ImageResource, _ shape: ImageResource.Shape, _ sampler: ImageSampler, _ options: SampleOptions,
    _ requests: UnsafeMutablePointer<SampleRequest>, _ results: UnsafeMutablePointer<SIMD4<Float>>
  ) {
    let component = min(3, Int(o.pointee.form & 15).trailingZeroBitCount), isInteger = image.format?.isInteger ?? true
    let steps = [(0, 1), (1, 1), (1, 0), (0, 0)]
    let wraps = shape == .cube ? (ImageSampler.Wrap.lastTexel, ImageSampler.Wrap.lastTexel, sampler.wraps.2) : sampler.wraps
    forLanes(exec) { results[$0] = SIMD4() }
    for (slot, step) in steps.enumerated() {
      let done = fetch(o, image, sampler, level: { requests[$0].levels.0 }, { lane in
        let c = corner(o, image, shape, sampler, requests[lane], linear: true), size = image.size(requests[lane].levels.0)
        return (ImageSampler.index(c.x.0 + step.0, size.width, wraps.0), ImageSampler.index(c.y.0 + step.1, size.height, wraps.1), c.z.0)
      }) { lane, texel in
        let value = Float(bitPattern: texel[component])
        results[lane][slot] = options.contains(.compare) ? (sampler.compares(requests[lane].reference, value) ? 1 : 0) : value
      }
      guard done else { return }
    }
    forLanes(exec) { lane in deliver(o, unsafeBitCast(results[lane], to: SIMD4<UInt32>.self), integer: isInteger, all: true, lane) }
  }

  /// Into the destination: the components of dmask, or all four.
  private func deliver(_ o: Op, _ values: SIMD4<UInt32>, integer: Bool, all: Bool, _ lane: Int) {
    let (chosen, count) = all ? (values, 4) : masked(o, values), half = o.pointee.select & ImageBit.d16 != 0
    place(chosen, count: count, integer: integer, half: half, data(o, Int(o.pointee.destination)), lane)
    guard o.pointee.select & ImageBit.tfe != 0 else { return }
    data(o, Int(o.pointee.destination) &+ (half ? (count + 1) / 2 : count))[lane] = 0
  }
}
