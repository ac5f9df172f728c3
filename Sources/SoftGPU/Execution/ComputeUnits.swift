// Where waves live: the compute units of a device, with the wave slots, vector registers and LDS that each has left.
// A workgroup is placed on one unit: a compute unit, or on families with workgroup processors a pair of them.
// Under the engine's lock.  Order: units are numbered as the driver's CU masks count them, so that neighbours lie in different
// shader engines, and a search goes on behind the unit that was found last.
// Source: AMD's CDNA3 and RDNA3 ISA manuals (limits, HW_ID); drivers/gpu/drm/amd/amdkfd/kfd_mqd_manager.c for the numbering.

/// What a workgroup needs of its unit.
struct UnitNeed: Sendable {
  var waves: Int
  var vgprs: Int               // of each wave, after rounding
  var ldsBytes: Int            // after rounding
  var mayUsePair = false       // RDNA's workgroup-processor mode: SIMDs of both compute units
}

/// Which compute units a queue may use, by the driver's numbering; all of them when there is no mask.
struct UnitMask: Sendable, Equatable {
  var words: [UInt32]
  var bitCount: Int
  subscript(bit: Int) -> Bool { bit < bitCount && words[bit >> 5] >> UInt32(bit & 31) & 1 != 0 }
}

/// Where a workgroup lives.
struct UnitPlacement: Sendable {
  var unit: Int32 = -1
  var need = UnitNeed(waves: 0, vgprs: 0, ldsBytes: 0)
  /// Of each wave: SIMD in bits 5-7, slot in bits 0-4.
  var slots = InlineArray<32, UInt8>(repeating: 0)
  /// Places in the queue's scratch memory, one a wave; empty without any.
  var scratch: [Int32] = []
  func simd(_ wave: Int) -> Int { Int(slots[wave] >> 5) }
  func slot(_ wave: Int) -> Int { Int(slots[wave] & 31) }
}

/// How many units there are and how they are numbered.
struct UnitGeometry: Sendable {
  let xccCount: Int
  let unitsPerXCC: Int
  /// Compute units that make one unit: 1, or 2 where they form workgroup processors.
  let pairing: Int
  let simdsPerUnit: Int
  let slotsPerSIMD: Int
  private let engines: Int, arrays: Int            // of one XCC, and arrays of an engine

  init(_ kind: DeviceKind) {
    xccCount = max(1, kind.xccCount)
    pairing = kind.family.rawValue >= DeviceKind.Family.gfx10.rawValue ? 2 : 1
    unitsPerXCC = max(1, kind.computeUnitsPerXCC / pairing)
    simdsPerUnit = kind.simdsPerComputeUnit * pairing
    slotsPerSIMD = min(32, kind.maximumWavesPerSIMD)
    arrays = max(1, kind.arraysPerEngine)
    engines = max(1, kind.shaderEngines / xccCount)
  }

  /// Shader engine, array and unit (within its array) of a wave, as HW_ID reports them, and its XCC.
  func identity(_ placement: UnitPlacement, _ wave: Int) -> (xcc: Int, engine: Int, array: Int, unit: Int, simd: Int, slot: Int) {
    guard placement.unit >= 0 else { return (0, 0, 0, 0, 0, 0) }
    let xcc = Int(placement.unit) / unitsPerXCC, number = Int(placement.unit) % unitsPerXCC
    return (
      xcc, number % engines, number / engines % arrays, number / engines / arrays, placement.simd(wave), placement.slot(wave)
    )
  }

  /// Bit b of a mask is compute unit b / xccCount of XCC b % xccCount; pairs need both of their bits, as the driver demands.
  func isAllowed(_ at: Int, _ xcc: Int, _ mask: UnitMask) -> Bool {
    pairing == 1 ? mask[at * xccCount + xcc] : mask[(at * xccCount + xcc) * 2] && mask[(at * xccCount + xcc) * 2 + 1]
  }
}

struct ComputeUnits {
  private struct SIMD { var usedSlots: UInt32 = 0, freeVGPRs: Int32 }

  let geometry: UnitGeometry
  private var simds: [SIMD]
  private var freeLDS: [Int32]
  private var cursor: [Int]
  /// Counts releases: a search that found nothing need not be repeated before the next one.
  private(set) var releases: UInt64 = 0

  init(_ kind: DeviceKind) {
    geometry = UnitGeometry(kind)
    let units = geometry.unitsPerXCC * geometry.xccCount
    simds = Array(repeating: SIMD(freeVGPRs: Int32(kind.vgprsPerSIMDLane)), count: units * geometry.simdsPerUnit)
    freeLDS = Array(repeating: Int32(kind.ldsBytes * geometry.pairing), count: units)
    cursor = Array(repeating: 0, count: geometry.xccCount)
  }

  /// What has just changed lets searches begin anew.
  mutating func invalidate() { releases += 1 }

  /// A place on `xcc` for one workgroup, or nil while there is none.
  mutating func place(_ need: UnitNeed, xcc: Int, mask: UnitMask?) -> UnitPlacement? {
    let unitsPerXCC = geometry.unitsPerXCC
    for step in 0..<unitsPerXCC {
      var at = cursor[xcc] + step
      if at >= unitsPerXCC { at -= unitsPerXCC }
      if let mask, !geometry.isAllowed(at, xcc, mask) { continue }
      let unit = xcc * unitsPerXCC + at
      guard Int(freeLDS[unit]) >= need.ldsBytes else { continue }
      if let placed = place(need, on: unit) {
        cursor[xcc] = at + 1 == unitsPerXCC ? 0 : at + 1
        return placed
      }
    }
    return nil
  }

  private mutating func place(_ need: UnitNeed, on unit: Int) -> UnitPlacement? {
    // Without workgroup-processor mode all waves share one compute unit's SIMDs.
    let simdsPerUnit = geometry.simdsPerUnit
    let halves = geometry.pairing == 2 && !need.mayUsePair ? 2 : 1
    let width = simdsPerUnit / halves
    for half in 0..<halves {
      let first = unit * simdsPerUnit + half * width
      var room = 0
      for simd in first..<first + width { room += left(simd, need.vgprs) }
      guard room >= need.waves else { continue }
      var placement = UnitPlacement(unit: Int32(unit), need: need)
      var turn = 0
      for wave in 0..<need.waves {
        while left(first + turn, need.vgprs) == 0 { turn = (turn + 1) % width }
        let slot = (~simds[first + turn].usedSlots).trailingZeroBitCount
        simds[first + turn].usedSlots |= 1 << UInt32(slot)
        simds[first + turn].freeVGPRs -= Int32(need.vgprs)
        placement.slots[wave] = UInt8((half * width + turn) << 5 | slot)
        turn = (turn + 1) % width
      }
      freeLDS[unit] -= Int32(need.ldsBytes)
      return placement
    }
    return nil
  }
  /// Waves that a SIMD still takes.
  private func left(_ simd: Int, _ vgprs: Int) -> Int {
    let slots = geometry.slotsPerSIMD - simds[simd].usedSlots.nonzeroBitCount
    return vgprs == 0 ? slots : min(slots, Int(simds[simd].freeVGPRs) / vgprs)
  }

  mutating func release(_ placement: UnitPlacement) {
    guard placement.unit >= 0 else { return }
    let first = Int(placement.unit) * geometry.simdsPerUnit
    for wave in 0..<placement.need.waves {
      let simd = first + placement.simd(wave)
      simds[simd].usedSlots &= ~(1 << UInt32(placement.slot(wave)))
      simds[simd].freeVGPRs += Int32(placement.need.vgprs)
    }
    freeLDS[Int(placement.unit)] += Int32(placement.need.ldsBytes)
    releases += 1
  }
}
