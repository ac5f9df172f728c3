// A ray against one node of a bounding volume hierarchy: four boxes, or one triangle of a node.  A node pointer's low three bits
// are the node's type, the rest counts 64 bytes from the descriptor's base; with pointer flags the upper ten bits of a 64-bit
// pointer say what is culled.  Arithmetic is single precision, each operation rounded by itself.
// Address registers: node pointer (one or two), extent, origin (three), direction (three), its inverse (three); with a16 the last
// six are halves of three registers, direction low.
// Worker threads only.  Source: AMD RDNA3 ISA, 10.9 "Ray Tracing"; AMD's GPURT, the instruction's software form, for what boxes,
// sorting, barycentrics and culling do; LLVM 22 for the order of registers.
import CSoftGPU

/// The descriptor of a hierarchy.
struct RayResource {
  let base: UInt64
  let lastNode: UInt64
  /// What a box's far distance is multiplied by.
  let growth: Float
  let sorts: Bool
  /// 0 closest first, 1 largest interval first, 2 closest middle first.
  let heuristic: UInt32
  let usesPointerFlags: Bool, givesBarycentrics: Bool
  let isRayTracing: Bool

  init(_ w: UnsafePointer<UInt32>) {
    base = (UInt64(w[0]) | UInt64(w[1] & 0xff) << 32) << 8
    lastNode = UInt64(w[2]) | UInt64(w[3] & 0x3ff) << 32
    growth = 1 + Float(w[1] >> 23 & 0xff) * 0x1p-24
    sorts = w[1] >> 31 != 0
    heuristic = w[1] >> 21 & 3
    usesPointerFlags = w[3] >> 23 & 1 != 0
    givesBarycentrics = w[3] >> 24 & 1 != 0
    isRayTracing = w[3] >> 28 == 8
  }
}

/// The upper bits of a node pointer.
struct RayFlags: OptionSet {
  let rawValue: UInt64
  static let forceOpaque = RayFlags(rawValue: 1 << 54), forceTransparent = RayFlags(rawValue: 1 << 55)
  static let cullsNothing = RayFlags(rawValue: 1 << 56), flipsFaces = RayFlags(rawValue: 1 << 57)
  static let cullBack = RayFlags(rawValue: 1 << 58), cullFront = RayFlags(rawValue: 1 << 59)
  static let cullOpaque = RayFlags(rawValue: 1 << 60), cullTransparent = RayFlags(rawValue: 1 << 61)
  static let skipTriangles = RayFlags(rawValue: 1 << 62), skipProcedural = RayFlags(rawValue: 1 << 63)
  static let all: UInt64 = 0x3ff << 54
}

struct Ray {
  var extent: Float = 0
  var origin = SIMD3<Float>(), direction = SIMD3<Float>(), inverse = SIMD3<Float>()

  static let miss: UInt32 = ~0

  /// Children that the ray meets; `node`: pointers, then boxes (half precision in the short node), in the long one flags behind.
  func children(_ node: UnsafePointer<UInt32>, short: Bool, _ resource: RayResource, _ flags: RayFlags) -> SIMD4<UInt32> {
    var pointers = SIMD4<UInt32>(), keys = SIMD4<Float>()
    for child in 0..<4 {
      var bounds: [6 of Float] = .init(repeating: 0)
      for index in 0..<6 {
        let at = child * 6 + index
        bounds[index] =
          short ? Float(Float16(bitPattern: UInt16(truncatingIfNeeded: node[4 + at / 2] >> UInt32(at % 2 * 16)))) : Float(bitPattern: node[4 + at])
      }
      let span = interval(SIMD3(bounds[0], bounds[1], bounds[2]), SIMD3(bounds[3], bounds[4], bounds[5]))
      let isCulled = !short && resource.usesPointerFlags && culls(node[28] >> UInt32(child * 8), flags)
      pointers[child] = span.near <= span.far * resource.growth && !isCulled ? node[child] : Ray.miss
      switch resource.heuristic {
      case 1: keys[child] = span.near - span.far
      case 2: keys[child] = span.middle
      default: keys[child] = span.near
      }
    }
    guard resource.sorts else { return pointers }
    for (a, b) in [(0, 2), (1, 3), (0, 1), (2, 3), (1, 2)] {
      // Those that were missed go to the end.
      let swaps = pointers[a] == Ray.miss ? pointers[b] != Ray.miss : pointers[b] != Ray.miss && keys[b] < keys[a]
      if swaps { (pointers[a], pointers[b], keys[a], keys[b]) = (pointers[b], pointers[a], keys[b], keys[a]) }
    }
    return pointers
  }

  /// Where the ray is inside a box; `middle` is twice the middle, before the ends are cut.
  private func interval(_ low: SIMD3<Float>, _ high: SIMD3<Float>) -> (near: Float, far: Float, middle: Float) {
    let a = (low - origin) * inverse, b = (high - origin) * inverse
    var first = SIMD3<Float>(), last = SIMD3<Float>()
    for axis in 0..<3 { (first[axis], last[axis]) = inverse[axis] >= 0 ? (a[axis], b[axis]) : (b[axis], a[axis]) }
    // As IEEE's maximum and minimum of numbers: one NaN is passed over.
    func most(_ x: Float, _ y: Float) -> Float { x.isNaN ? y : y.isNaN ? x : max(x, y) }
    func least(_ x: Float, _ y: Float) -> Float { x.isNaN ? y : y.isNaN ? x : min(x, y) }
    let near = most(most(first[0], first[1]), first[2]), far = least(least(last[0], last[1]), last[2])
    let middle = (near.isNaN ? 0 : near) + (far.isNaN ? .infinity : far)
    if near.isNaN || far.isNaN { return (.infinity, -.infinity, middle) }
    return (most(near, 0), least(far, extent), middle)
  }
  /// A child's flags: only opaque, only transparent, only triangles, only procedural.
  private func culls(_ child: UInt32, _ flags: RayFlags) -> Bool {
    let opaque = (child & 1 != 0 || flags.contains(.forceOpaque)) && !flags.contains(.forceTransparent)
    let transparent = (child & 2 != 0 || flags.contains(.forceTransparent)) && !flags.contains(.forceOpaque)
    return opaque && flags.contains(.cullOpaque) || transparent && flags.contains(.cullTransparent)
      || child & 4 != 0 && flags.contains(.skipTriangles) || child & 8 != 0 && flags.contains(.skipProcedural)
  }

  private func dot(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { let p = a * b; return p[0] + p[1] + p[2] }
  private func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
  }

  /// The quotient's two parts, then two barycentric coordinates times the denominator, or the triangle's word and whether it is hit.
  func triangle(_ node: UnsafePointer<UInt32>, second: Bool, _ resource: RayResource, _ flags: RayFlags) -> SIMD4<UInt32> {
    func vertex(_ n: Int) -> SIMD3<Float> {
      SIMD3(Float(bitPattern: node[n * 3]), Float(bitPattern: node[n * 3 + 1]), Float(bitPattern: node[n * 3 + 2]))
    }
    let a = vertex(second ? 1 : 0), b = vertex(second ? 3 : 1), c = vertex(2), own = node[15] >> (second ? 8 : 0)
    let e1 = b - a, e2 = c - a, e3 = origin - a
    let s1 = cross(direction, e2), s2 = cross(e3, e1)
    var numerator = dot(e2, s2), denominator = dot(s1, e1)
    let i = dot(e3, s1), j = dot(direction, s2)
    let t = numerator / denominator, u = i / denominator, v = j / denominator
    var isHit = !(u < 0 || u > 1 || v < 0 || u + v > 1 || t < 0)
    if !isHit { numerator = .infinity; denominator = 1 }
    let all: [4 of Float] = [denominator - i - j, i, j, 0]
    var weights = (all[Int(own & 3)], all[Int(own >> 2 & 3)])
    if resource.usesPointerFlags {
      var isFront = denominator >= 0
      if flags.contains(.flipsFaces) {
        isFront.toggle()
        numerator = -numerator; denominator = -denominator
      }
      let isOpaque = flags.contains(.forceOpaque) || !flags.contains(.forceTransparent) && own >> 7 & 1 != 0
      let face = flags.contains(isFront ? .cullFront : .cullBack) && !flags.contains(.cullsNothing)
      if face || flags.contains(.skipTriangles) || flags.contains(isOpaque ? .cullOpaque : .cullTransparent) {
        isHit = false
        numerator = .infinity; denominator = 1; weights = (0, 0)
      }
    }
    return resource.givesBarycentrics
      ? SIMD4(numerator.bitPattern, denominator.bitPattern, weights.0.bitPattern, weights.1.bitPattern)
      : SIMD4(numerator.bitPattern, denominator.bitPattern, node[15], isHit ? 1 : 0)
  }
}

extension UnsafeMutablePointer<carmine_wave> {
  /// `wide`: 64-bit node pointers.
  public func intersectRay(_ o: Op, wide: Bool) {
    let resource = RayResource(pointee.scalars + Int(o.pointee.scalarDestination))
    guard resource.isRayTracing else { return refuse(o, "a ray intersection whose descriptor's type is not 8") }
    let list = worker(self).pointee.addresses, narrow = o.pointee.immediate & 1 != 0
    // The first register of a group; groups follow each other, or each has its own place in the list of addresses.
    let starts = wide ? [0, 2, 3, 6, 9] : [0, 1, 2, 5, 8], isListed = o.pointee.immediate & 2 != 0
    func group(_ n: Int) -> Lanes { isListed ? imageAddress(o, n) : vgpr(Int(o.pointee.source0) &- 256 &+ starts[n]) }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64 * 32) { nodes in
      let memory = nodes.baseAddress.unsafelyUnwrapped, pointers = group(0), lanes = exec
      func pointer(_ lane: Int) -> UInt64 { UInt64(pointers[lane]) | (wide ? UInt64(pointers[64 &+ lane]) << 32 : 0) }
      func index(_ lane: Int) -> UInt64 { (resource.usesPointerFlags ? pointer(lane) & ~RayFlags.all : pointer(lane)) >> 3 }
      var inside: UInt64 = 0, long: UInt64 = 0, unknown: UInt64?
      forLanes(lanes) { lane in
        let kind = pointer(lane) & 7
        if kind != 0 && kind != 1 && kind != 4 && kind != 5 { unknown = kind }
        let last = index(lane) &+ (kind == 5 ? 1 : 0)
        guard last <= resource.lastNode else { return }
        inside |= 1 << UInt64(lane)
        if kind == 5 { long |= 1 << UInt64(lane) }
      }
      if let unknown { return refuse(o, "a ray intersection with a node of type \(unknown) (triangles 0 and 1 and boxes 4 and 5 are intersected)") }
      for half in 0..<2 {
        let wanted = half == 0 ? inside : long
        forLanes(wanted) { list[$0] = resource.base &+ index($0) &* 64 &+ UInt64(half) &* 64 }
        guard resolveListed(o, wanted, 64, .read) != nil else { return }
        forLanes(wanted) { (memory + $0 * 32 + half * 16).update(from: host($0).assumingMemoryBound(to: UInt32.self), count: 16) }
      }
      let extents = group(1), origins = group(2), directions = group(3), inverses = narrow ? directions : group(4)
      func vector(_ from: Lanes, _ lane: Int, shift: UInt32) -> SIMD3<Float> {
        func part(_ n: Int) -> Float {
          let word = from[n &* 64 &+ lane]
          return narrow && from == directions ? Float(Float16(bitPattern: UInt16(truncatingIfNeeded: word >> shift))) : Float(bitPattern: word)
        }
        return SIMD3(part(0), part(1), part(2))
      }
      let results = memory       // a lane's node is read before its result is written
      forLanes(lanes) { lane in
        let node = memory + lane * 32, kind = pointer(lane) & 7
        let ray = Ray(
          extent: Float(bitPattern: extents[lane]), origin: vector(origins, lane, shift: 0), direction: vector(directions, lane, shift: 0),
          inverse: vector(inverses, lane, shift: 16))
        let flags = RayFlags(rawValue: resource.usesPointerFlags ? pointer(lane) & RayFlags.all : 0)
        let answer: SIMD4<UInt32>
        if inside >> UInt64(lane) & 1 == 0 {
          answer = SIMD4(repeating: Ray.miss)
        } else if kind < 4 {
          answer = ray.triangle(node, second: kind == 1, resource, flags)
        } else {
          answer = ray.children(node, short: kind == 4, resource, flags)
        }
        for word in 0..<4 { results[lane * 32 + word] = answer[word] }
      }
      let out = data(o, Int(o.pointee.destination))
      forLanes(lanes) { lane in for word in 0..<4 { out[word &* 64 &+ lane] = results[lane * 32 + word] } }
    }
  }

  /// ds_bvh_stack_rtn: pushes the first three children of a box, and gives the fourth, or what was pushed last.  The address has
  /// the stack's base in its upper 14 bits, in dwords, and below the index of the first free entry; entries of 32 lanes lie
  /// together.  Two bits of the offset say how many entries a stack has: 8, 16, 32 or 64; an index wraps.  (AMD's pseudo-code moves
  /// the index after the read, and would so return what was never pushed.)
  public func rayStack(_ o: Op) {
    let size: UInt32 = 8 << (UInt32(bitPattern: o.pointee.immediate) >> 12 & 3), none: UInt32 = ~0
    let addresses = vgpr(Int(o.pointee.source0) &- 256), last = data(o, Int(o.pointee.source1) &- 256), given = data(o, Int(o.pointee.source2) &- 256)
    let out = data(o, Int(o.pointee.destination)), bytes = Int(pointee.ldsBytes)
    forLanes(exec) { lane in
      let base = addresses[lane] >> 18, seen = last[lane]
      var index = addresses[lane] & 0x3ffff
      func entry() -> UnsafeMutableRawPointer? {
        let at = Int(base) * 4 + Int(index & (size - 1)) * 128
        guard at + 4 <= bytes else {
          stop(self, o, .memory(address: Aperture.shared | UInt64(at), access: .atomic, size: 4), lane: lane); return nil
        }
        return UnsafeMutableRawPointer(pointee.lds) + at
      }
      func isValid(_ node: UInt32) -> Bool { node != none && (seen == none || node != seen) }
      for child in 0..<3 {
        let node = given[child &* 64 &+ lane]
        if isValid(node) {
          guard let place = entry() else { return }
          place.storeBytes(of: node, as: UInt32.self)
          index &+= 1
        } else if node == seen {
          break
        }
      }
      if isValid(given[3 &* 64 &+ lane]) {
        out[lane] = given[3 &* 64 &+ lane]
      } else {
        index &-= 1
        guard let place = entry() else { return }
        out[lane] = place.load(as: UInt32.self)
        place.storeBytes(of: none, as: UInt32.self)
      }
      addresses[lane] = base << 18 | index & 0x3ffff
    }
  }
}
