// Image loads, stores, atomics and queries.  A lane's coordinates are integers; outside the image a load gives 0 (1 where the
// descriptor selects it) and nothing is stored.  Operation fields: source0 the first address VGPR, source1 and destination data,
// scalarDestination and source2 the descriptors' first SGPRs, `form` dmask and dim, `select` as in ImageBit, `immediate` a16 and
// nsa (the further address VGPRs are in `literal`).
// Worker threads only.  Source: AMD RDNA3 ISA, 9.2, 15.9; AMD Vega ISA, 8.2.
import CSoftGPU

public enum ImageBit {
  public static let glc: UInt8 = 1, slc: UInt8 = 2, dlc: UInt8 = 4, unorm: UInt8 = 8, r128: UInt8 = 16, tfe: UInt8 = 32, lwe: UInt8 = 64
  public static let d16: UInt8 = 128
}

extension UnsafeMutablePointer<carmine_wave> {
  /// The `n`-th address register; beyond the list the last one's successors.
  @inline(__always) func imageAddress(_ o: Op, _ n: Int) -> Lanes {
    guard n > 0, o.pointee.immediate & 2 != 0 else { return vgpr(Int(o.pointee.source0) &- 256 &+ n) }
    let at = min(n, 4)
    return vgpr(Int(o.pointee.literal >> UInt32((at - 1) * 8) & 0xff) &+ (n - at))
  }
  /// The `n`-th integer coordinate.
  @inline(__always) private func coordinate(_ o: Op, _ n: Int, _ lane: Int) -> Int {
    guard o.pointee.immediate & 1 != 0 else { return Int(Int32(bitPattern: imageAddress(o, n)[lane])) }
    return Int(imageAddress(o, n / 2)[lane] >> UInt32(n % 2 * 16) & 0xffff)
  }
  func imageDimension(_ o: Op, _ image: ImageResource) -> ImageResource.Shape {
    if image.family == .gfx11 { return ImageResource.Shape(dim: Int(o.pointee.form >> 4))! }
    // da: layers count.
    let shape = image.shape ?? .plane
    guard shape.isArray, o.pointee.form & 16 == 0 else { return shape }
    return shape == .lineArray ? .line : .plane
  }
  /// The descriptor, when its image can be read here; otherwise the wave stops with the reason.
  func imageResource(_ o: Op) -> ImageResource? {
    var image = ImageResource(resourceFamily, pointee.scalars + Int(o.pointee.scalarDestination), isShort: isShort(o))
    guard image.swizzleMode != 0 else {
      guard image.sampleShift > 0 else { return image }
      refuse(o, "an image access with several samples a texel in linear layout")
      return nil
    }
    guard image.format != nil else { return image }
    image.layout = ImageLayout.of(image.family, image)
    if image.layout == nil {
      let shape = image.shape.map { "\($0)" } ?? "no image"
      refuse(o, "an image access in tiled layout, swizzle mode \(image.swizzleMode), of elements of \(image.format!.bytes) bytes (\(shape))")
      return nil
    }
    return image
  }
  private func isShort(_ o: Op) -> Bool { resourceFamily == .gfx11 && o.pointee.select & ImageBit.r128 != 0 }
  func refuse(_ o: Op, _ reason: String) { stop(self, o, .illegalInstruction(words: words(of: o), name: reason)) }

  /// Whether the places of levels below the first are known.
  func hasLevels(_ image: ImageResource) -> Bool { image.family == .gfx11 && image.layout == nil }

  /// Fills the worker's list; returns the lanes inside, or nil after a refusal.  `further`: samples behind the one that is asked for.
  private func imagePlaces(_ o: Op, _ image: ImageResource, level: Bool, further: Int = 0) -> UInt64? {
    let list = worker(self).pointee.addresses, shape = imageDimension(o, image)
    var inside: UInt64 = 0, tooDeep = false
    forLanes(exec) { lane in
      let x = coordinate(o, 0, lane), second = shape.coordinates > 1 ? coordinate(o, 1, lane) : 0
      let y = shape == .lineArray ? 0 : second
      let third = shape.coordinates > 2 ? coordinate(o, 2, lane) : 0
      let z = shape == .lineArray ? second : shape == .samples ? 0 : third
      let sample = (shape == .samples ? third : shape == .samplesArray ? coordinate(o, 3, lane) : 0) + further
      var mip = image.baseLevel
      if level {
        mip += coordinate(o, shape.coordinates, lane)
        if mip < image.baseLevel || mip > image.lastLevel { return }
      }
      if mip > 0 && !hasLevels(image) { tooDeep = true; return }
      guard image.format != nil, let address = image.address(x, y, z, sample: sample, level: mip) else { return }
      list[lane] = address
      inside |= 1 << UInt64(lane)
    }
    if tooDeep { refuse(o, "an image access to a smaller level of detail of a tiled image (those of linear ones are read on gfx11)"); return nil }
    return inside
  }

  private func finishImage(_ o: Op, _ words: Int) {
    guard o.pointee.select & ImageBit.tfe != 0 else { return }
    let out = vgpr(Int(o.pointee.destination) &+ words)
    forLanes(exec) { out[$0] = 0 }
  }

  /// The components that dmask has, packed together.
  @inline(__always) func masked(_ o: Op, _ element: SIMD4<UInt32>) -> (SIMD4<UInt32>, Int) {
    var result = SIMD4<UInt32>(), count = 0
    for index in 0..<4 where o.pointee.form >> UInt8(index) & 1 != 0 { result[count] = element[index]; count += 1 }
    return (result, count)
  }

  public func imageLoad(_ o: Op, level: Bool = false) {
    guard let image = imageResource(o), let inside = imagePlaces(o, image, level: level) else { return }
    noteCoherent(o)
    guard resolveListed(o, inside, image.format?.bytes ?? 1, .read) != nil else { return }
    let out = data(o, Int(o.pointee.destination)), half = o.pointee.select & ImageBit.d16 != 0
    let selectors = BufferResource(selecting: image.selectors)
    withElements(inside, image.format) { elements in
      forLanes(exec) { lane in
        let element = selectors.selected(elements[lane], one: image.format?.one ?? 0)
        let (chosen, count) = masked(o, element)
        place(chosen, count: count, integer: image.format?.isInteger ?? true, half: half, out, lane)
      }
    }
    let count = Int(o.pointee.form & 15).nonzeroBitCount
    finishImage(o, half ? (count + 1) / 2 : count)
  }

  /// image_msaa_load: one component of four samples, from the one that the address names, a multiple of four, on.
  public func imageLoadSamples(_ o: Op) {
    guard let image = imageResource(o) else { return }
    let shape = imageDimension(o, image), component = min(3, Int(o.pointee.form & 15).trailingZeroBitCount)
    guard shape == .samples || shape == .samplesArray else { return refuse(o, "image_msaa_load of an image without samples") }
    let out = data(o, Int(o.pointee.destination)), half = o.pointee.select & ImageBit.d16 != 0, selectors = BufferResource(selecting: image.selectors)
    withUnsafeTemporaryAllocation(of: SIMD4<UInt32>.self, capacity: 64) { results in
      for lane in 0..<64 { results[lane] = SIMD4() }
      for sample in 0..<4 {
        guard let inside = imagePlaces(o, image, level: false, further: sample), let format = image.format else { return }
        guard resolveListed(o, inside, format.bytes, .read) != nil else { return }
        forLanes(inside) { lane in results[lane][sample] = selectors.selected(format.decode(host(lane)), one: format.one)[component] }
      }
      forLanes(exec) { lane in place(results[lane], count: 4, integer: image.format?.isInteger ?? true, half: half, out, lane) }
    }
    finishImage(o, half ? 2 : 4)
  }

  /// Decoded elements of the lanes inside, zeros for the others.
  private func withElements(_ inside: UInt64, _ format: DataFormat?, _ body: (UnsafeMutablePointer<SIMD4<UInt32>>) -> Void) {
    withUnsafeTemporaryAllocation(byteCount: 64 * 16, alignment: 16) { raw in
      let elements = raw.baseAddress.unsafelyUnwrapped.bindMemory(to: SIMD4<UInt32>.self, capacity: 64)
      for lane in 0..<64 { elements[lane] = SIMD4() }
      if let format { forLanes(inside) { lane in elements[lane] = format.decode(host(lane)) } }
      body(elements)
    }
  }

  public func imageStore(_ o: Op, level: Bool = false) {
    guard let image = imageResource(o), let inside = imagePlaces(o, image, level: level), let format = image.format else { return }
    guard resolveListed(o, inside, format.bytes, .write) != nil else { return }
    let from = data(o, Int(o.pointee.source1) &- 256), half = o.pointee.select & ImageBit.d16 != 0
    let selectors = BufferResource(selecting: image.selectors), count = Int(o.pointee.form & 15).nonzeroBitCount
    forLanes(inside) { lane in
      let given = components(count: count, integer: format.isInteger, signed: format.kind == .sint, half: half, from, lane)
      var values = SIMD4<UInt32>(), at = 0
      for index in 0..<4 where o.pointee.form >> UInt8(index) & 1 != 0 { values[index] = given[at]; at += 1 }
      format.encode(selectors.arranged(values), given: 4, host(lane))
    }
  }

  /// pck: an element's bytes as they are.
  public func imageLoadPacked(_ o: Op, level: Bool = false, signed: Bool = false) {
    guard let image = imageResource(o), let inside = imagePlaces(o, image, level: level) else { return }
    let bytes = image.format?.bytes ?? 1
    guard resolveListed(o, inside, bytes, .read) != nil else { return }
    let out = data(o, Int(o.pointee.destination)), count = Int(o.pointee.form & 15).nonzeroBitCount
    forLanes(exec) { lane in
      for word in 0..<count {
        var value: UInt32 = 0
        if inside >> UInt64(lane) & 1 != 0 && word * 4 < bytes {
          let left = min(4, bytes - word * 4)
          for byte in 0..<left { value |= UInt32(host(lane).load(fromByteOffset: word * 4 + byte, as: UInt8.self)) << UInt32(byte * 8) }
          if signed && left < 4 { value = UInt32(bitPattern: Int32(bitPattern: value << UInt32(32 - left * 8)) >> Int32(32 - left * 8)) }
        }
        out[word &* 64 &+ lane] = value
      }
    }
    finishImage(o, count)
  }
  public func imageStorePacked(_ o: Op, level: Bool = false) {
    guard let image = imageResource(o), let inside = imagePlaces(o, image, level: level), let format = image.format else { return }
    guard resolveListed(o, inside, format.bytes, .write) != nil else { return }
    let from = data(o, Int(o.pointee.source1) &- 256), given = Int(o.pointee.form & 15).nonzeroBitCount * 4
    forLanes(inside) { lane in
      for byte in 0..<min(format.bytes, given) {
        host(lane).storeBytes(of: UInt8(truncatingIfNeeded: from[byte / 4 &* 64 &+ lane] >> UInt32(byte % 4 * 8)), toByteOffset: byte, as: UInt8.self)
      }
    }
  }

  /// Lanes inside; those outside get 0.  dmask says how wide data is: 64-bit elements are an atomic of their own.
  private func imageAtomicPlaces(_ o: Op, _ size: Int) -> UInt64? {
    guard let image = imageResource(o), let inside = imagePlaces(o, image, level: false) else { return nil }
    guard image.format?.bytes == size else { refuse(o, "an image atomic on elements of \(image.format?.bytes ?? 0) bytes"); return nil }
    noteCoherent(o, always: true)
    guard resolveListed(o, inside, size, .atomic) != nil else { return nil }
    if o.pointee.select & ImageBit.glc != 0 {
      let out = data(o, Int(o.pointee.destination))
      forLanes(exec & ~inside) { lane in out[lane] = 0; if size == 8 { out[64 &+ lane] = 0 } }
    }
    return inside
  }
  /// 32-bit elements, or 64-bit ones where dmask has twice the components.
  @inline(__always) public func imageAtomic(
    _ o: Op, operands: Int = 1, _ narrow: (UInt32, UInt32, UInt32) -> UInt32, _ wide: (UInt64, UInt64, UInt64) -> UInt64
  ) {
    if Int(o.pointee.form & 15).nonzeroBitCount == operands {
      guard let inside = imageAtomicPlaces(o, 4) else { return }
      atomic32(o, on: inside, operands: operands, narrow)
    } else {
      guard let inside = imageAtomicPlaces(o, 8) else { return }
      atomic64(o, on: inside, operands: operands, wide)
    }
  }

  /// Width, height, depth or layers, and the number of levels; the sizes of the level that the address names.
  public func imageSizes(_ o: Op) {
    let image = ImageResource(resourceFamily, pointee.scalars + Int(o.pointee.scalarDestination), isShort: isShort(o))
    let out = data(o, Int(o.pointee.destination)), levels = image.lastLevel - image.baseLevel + 1
    let mips = imageAddress(o, 0), isNarrow = o.pointee.immediate & 1 != 0
    var results = InlineArray<64, SIMD4<UInt32>>(repeating: SIMD4())
    for lane in 0..<64 {
      let mip = isNarrow ? mips[lane] & 0xffff : mips[lane]
      guard mip < UInt32(levels) else { results[lane] = SIMD4(0, 0, 0, UInt32(levels)); continue }
      let shift = Int(mip) + image.baseLevel
      let third = image.shape == .volume ? max(1, image.layers >> shift) : image.layers - image.firstLayer
      results[lane] = SIMD4(UInt32(max(1, image.width >> shift)), UInt32(max(1, image.height >> shift)), UInt32(third), UInt32(levels))
    }
    forLanes(exec) { lane in
      let (chosen, count) = masked(o, results[lane])
      for index in 0..<count { out[index &* 64 &+ lane] = chosen[index] }
    }
  }
}
