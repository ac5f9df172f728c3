// image_bvh_intersect_ray and ds_bvh_stack_rtn: rays against boxes and triangles, with expectations worked out here in double precision
// from the geometry (slabs; Möller and Trumbore's triangle), node layouts and results as AMD's RDNA3 manual, 10.9, has them.
import Testing

@testable import GFX11
@testable import ISA

@Suite struct RayIntersectionTests {
  private struct Box { var low: SIMD3<Float>, high: SIMD3<Float> }
  private struct Noise {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    mutating func next() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 24)
    }
    mutating func vector(_ scale: Float) -> SIMD3<Float> { SIMD3((next() - 0.5) * scale, (next() - 0.5) * scale, (next() - 0.5) * scale) }
  }

  private func describe(_ bench: InstructionBench, _ base: UInt64, nodes: UInt32, sort: Bool = true, flags: Bool = false, barycentrics: Bool = true) {
    bench.setSGPR(
      0, UInt32(truncatingIfNeeded: base >> 8), UInt32(truncatingIfNeeded: base >> 40) | 6 << 23 | (sort ? 1 << 31 : 0), nodes - 1,
      8 << 28 | (barycentrics ? 1 << 24 : 0) | (flags ? 1 << 23 : 0))
  }
  /// v0 node, v1 extent, v[2:4] origin, v[5:7] direction, v[8:10] its inverse.
  private func aim(_ bench: InstructionBench, _ rays: [(origin: SIMD3<Float>, direction: SIMD3<Float>)], extent: Float = 1000) {
    bench.setVGPR(1) { _ in extent.bitPattern }
    for axis in 0..<3 {
      bench.setVGPR(2 + axis) { rays[$0 % rays.count].origin[axis].bitPattern }
      bench.setVGPR(5 + axis) { rays[$0 % rays.count].direction[axis].bitPattern }
      bench.setVGPR(8 + axis) { (1 / rays[$0 % rays.count].direction[axis]).bitPattern }
    }
  }
  private func entry(_ box: Box, _ origin: SIMD3<Float>, _ direction: SIMD3<Float>, _ extent: Double) -> Double? {
    var near = 0.0, far = extent
    for axis in 0..<3 {
      let a = (Double(box.low[axis]) - Double(origin[axis])) / Double(direction[axis]), b = (Double(box.high[axis]) - Double(origin[axis])) / Double(direction[axis])
      near = max(near, min(a, b)); far = min(far, max(a, b))
    }
    return near <= far ? near : nil
  }

  @Test(arguments: [false, true], [false, true]) func `boxes that a ray meets come in the order in which it meets them`(short: Bool, sort: Bool) throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    var noise = Noise()
    let boxes = (0..<4).map { _ -> Box in
      let a = noise.vector(8), b = noise.vector(8)
      func round(_ v: Float) -> Float { Float(Float16(v)) }
      return Box(low: SIMD3((0..<3).map { round(min(a[$0], b[$0])) }), high: SIMD3((0..<3).map { round(max(a[$0], b[$0])) }))
    }
    var node = (0..<4).map { UInt32(100 + $0) }
    let bounds = boxes.flatMap { box in (0..<3).map { box.low[$0] } + (0..<3).map { box.high[$0] } }
    if short {
      for pair in 0..<12 { node.append(UInt32(Float16(bounds[pair * 2]).bitPattern) | UInt32(Float16(bounds[pair * 2 + 1]).bitPattern) << 16) }
    } else {
      node += bounds.map(\.bitPattern) + [0, 0, 0, 0]
    }
    // The node is the third of 64 bytes.
    let memory = bench.block([UInt32](repeating: 0, count: 32) + node)
    describe(bench, memory.address, nodes: UInt32(memory.count / 16), sort: sort)
    let rays = (0..<32).map { _ in (origin: noise.vector(16), direction: noise.vector(2)) }
    aim(bench, rays)
    bench.setVGPR(0) { _ in 2 << 3 | (short ? 4 : 5) }
    try bench.run("image_bvh_intersect_ray v[20:23], v[0:10], s[0:3]")
    var hits = 0
    for lane in 0..<32 {
      let met = boxes.enumerated().compactMap { index, box in entry(box, rays[lane].origin, rays[lane].direction, 1000).map { (index, $0) } }
      let got = (20..<24).map { bench.vgpr($0)[lane] }
      hits += met.count
      if sort {
        let order = met.sorted { $0.1 < $1.1 }.map { UInt32(100 + $0.0) }
        #expect(Set(got.prefix(met.count)) == Set(order) && got.dropFirst(met.count).allSatisfy { $0 == ~0 }, "lane \(lane)")
        // Boxes in which the ray begins are equally near.
        if Set(met.map(\.1)).count == met.count { #expect(Array(got.prefix(met.count)) == order, "lane \(lane)") }
      } else {
        for index in 0..<4 { #expect(got[index] == (met.contains { $0.0 == index } ? UInt32(100 + index) : ~0), "lane \(lane)") }
      }
    }
    #expect(hits > 4)
    // The same by lists of addresses and 64-bit pointers; a node behind the last one is none.
    let first = (20..<24).map { bench.vgpr($0) }
    bench.setVGPR(40) { _ in 2 << 3 | (short ? 4 : 5) }
    bench.setVGPR(41) { _ in 0 }
    try bench.run("image_bvh64_intersect_ray v[20:23], [v[40:41], v1, v[2:4], v[5:7], v[8:10]], s[0:3]")
    #expect((20..<24).map { bench.vgpr($0) } == first)
    bench.setVGPR(0) { _ in 900 << 3 | 5 }
    try bench.run("image_bvh_intersect_ray v[20:23], v[0:10], s[0:3]")
    #expect(bench.vgpr(20)[0] == ~0 && bench.vgpr(23)[31] == ~0)
  }

  @Test(arguments: [UInt32(0), 1]) func `triangles give the distance and barycentric coordinates as quotients`(kind: UInt32) throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let vertices: [SIMD3<Float>] = [SIMD3(-3, -2, 5), SIMD3(4, -1, 6), SIMD3(0, 4, 4), SIMD3(6, 5, 7)]
    // The triangle's byte of the last word: I is of its second corner, J of its third one.
    let memory = bench.block(vertices.flatMap { v in (0..<3).map { v[$0].bitPattern } } + [0, 0, 0, 0x0909])
    describe(bench, memory.address, nodes: 1)
    var noise = Noise()
    let rays = (0..<32).map { _ in (origin: SIMD3<Float>(0, 0, -4) + noise.vector(3), direction: SIMD3<Float>(0.1, 0.1, 1) + noise.vector(1)) }
    aim(bench, rays)
    bench.setVGPR(0) { _ in kind }
    try bench.run("image_bvh_intersect_ray v[20:23], v[0:10], s[0:3]")
    let corners = kind == 0 ? [0, 1, 2] : [1, 3, 2]
    func wide(_ v: SIMD3<Float>) -> SIMD3<Double> { SIMD3(Double(v[0]), Double(v[1]), Double(v[2])) }
    func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> { SIMD3(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]) }
    func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }
    var hits = 0
    for lane in 0..<32 {
      let a = wide(vertices[corners[0]]), e1 = wide(vertices[corners[1]]) - a, e2 = wide(vertices[corners[2]]) - a
      let origin = wide(rays[lane].origin) - a, direction = wide(rays[lane].direction), p = cross(direction, e2), q = cross(origin, e1)
      let det = dot(e1, p), t = dot(e2, q) / det, u = dot(origin, p) / det, v = dot(direction, q) / det
      let got = (20..<24).map { Float(bitPattern: bench.vgpr($0)[lane]) }
      guard min(u, v, 1 - u - v).magnitude > 1e-4 else { continue }
      if u >= 0 && v >= 0 && u + v <= 1 && t >= 0 {
        hits += 1
        #expect(abs(Double(got[0] / got[1]) - t) < 1e-4 && abs(Double(got[2] / got[1]) - u) < 1e-4 && abs(Double(got[3] / got[1]) - v) < 1e-4, "lane \(lane)")
      } else {
        #expect(got[0] == .infinity && got[1] == 1, "lane \(lane)")
      }
    }
    #expect(hits > 3)
    // The other way to answer: the triangle's word, and whether it is hit.
    let distance = bench.vgpr(20)
    describe(bench, memory.address, nodes: 1, barycentrics: false)
    try bench.run("image_bvh_intersect_ray v[20:23], v[0:10], s[0:3]")
    for lane in 0..<32 { #expect(bench.vgpr(22)[lane] == 0x0909 && bench.vgpr(23)[lane] == (distance[lane] == Float.infinity.bitPattern ? 0 : 1)) }
    // Culled by the pointer's flags: front or back, one of them.
    describe(bench, memory.address, nodes: 1, flags: true, barycentrics: false)
    bench.setVGPR(40) { _ in kind }
    var seen: [[UInt32]] = []
    for flag in [UInt32(1 << 26), 1 << 27] {
      bench.setVGPR(41) { _ in flag }
      try bench.run("image_bvh64_intersect_ray v[20:23], [v[40:41], v1, v[2:4], v[5:7], v[8:10]], s[0:3]")
      seen.append(bench.vgpr(23))
    }
    for lane in 0..<32 { #expect(seen[0][lane] + seen[1][lane] == (distance[lane] == Float.infinity.bitPattern ? 0 : 1), "lane \(lane)") }
  }

  @Test func `directions may be halves`() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block([7, 8, 9, 10].map { UInt32($0) } + [-1, -1, 4, 1, 1, 5, 50, 50, 50, 51, 51, 51, -1, -1, 2, 1, 1, 3, 9, 9, 9, 9, 9, 9].map { (v: Float) in v.bitPattern } + [0, 0, 0, 0])
    describe(bench, memory.address, nodes: 2)
    aim(bench, [(SIMD3(0, 0, 0), SIMD3(0.0625, 0.0625, 1))])
    func halves(_ direction: Float) -> UInt32 { UInt32(Float16(direction).bitPattern) | UInt32(Float16(1 / direction).bitPattern) << 16 }
    bench.setVGPR(0) { _ in 5 }
    for (index, value) in [Float(0.0625), 0.0625, 1].enumerated() { bench.setVGPR(5 + index) { _ in halves(value) } }
    try bench.run("image_bvh_intersect_ray v[20:23], v[0:7], s[0:3] a16")
    #expect((20..<24).map { bench.vgpr($0)[3] } == [9, 7, ~0, ~0])
  }

  @Test func `what a traversal has left is on a stack in LDS`() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32, ldsBytes: 32 * 128)
    let none: UInt32 = ~0, stacks = bench.lds(UInt32.self)
    for index in 0..<1024 { stacks[index] = none }
    // A stack for each lane: base in dwords above bit 18, entries 32 dwords apart; 32 entries.
    bench.setVGPR(0) { UInt32($0) << 18 }
    bench.setVGPR(1) { _ in none }
    for (index, node) in [11, 12, none, 14].enumerated() { bench.setVGPR(4 + index) { _ in node } }
    try bench.run("ds_bvh_stack_rtn_b32 v2, v0, v1, v[4:7] offset:0x2000")
    #expect(bench.vgpr(2).allSatisfy { $0 == 14 } && bench.vgpr(0)[5] == 5 << 18 | 2)
    #expect(stacks[5] == 11 && stacks[32 + 5] == 12 && stacks[64 + 5] == none)
    for index in 0..<4 { bench.setVGPR(4 + index) { _ in none } }
    var popped: [UInt32] = []
    for _ in 0..<2 {
      try bench.run("ds_bvh_stack_rtn_b32 v2, v0, v1, v[4:7] offset:0x2000")
      popped.append(bench.vgpr(2)[31])
    }
    #expect(popped == [12, 11] && bench.vgpr(0)[31] == 31 << 18 && stacks[31] == none)
  }
}
