// What a kernel's directives promise about its launches, as LLVM's attributes: how large a workgroup may be, and how many waves
// must fit a SIMD.  From these LLVM knows how many registers it may use before it has to spill.
// Source: PTX ISA, "Performance-Tuning Directives"; LLVM's AMDGPU usage guide (amdgpu-flat-work-group-size, amdgpu-waves-per-eu,
// cumode).
import KernelImage
import PTX

struct LaunchLimits: Equatable {
  /// The most threads of a block, and of a block with `.reqntid` the only number.
  var maximumThreads = 1024
  var requiredThreads: Int?
  /// `.reqntid` in x, y and z.
  var requiredShape: [Int]?
  /// `.minnctapersm`; 0 when it isn't there.
  var blocksPerMultiprocessor = 0
  /// `.maxnreg`; 0 when it isn't there.
  var registers = 0

  init() {}
  init(_ kernel: Function) {
    for directive in kernel.directives {
      let volume = directive.values.reduce(1, *)
      switch directive.name {
      case "reqntid":
        requiredThreads = volume
        requiredShape = directive.values + [Int](repeating: 1, count: max(0, 3 - directive.values.count))
        maximumThreads = min(maximumThreads, volume)
      case "maxntid": maximumThreads = min(maximumThreads, volume)
      case "minnctapersm": blocksPerMultiprocessor = directive.values.first ?? 0
      case "maxnreg": registers = directive.values.first ?? 0
      default: break
      }
    }
  }

  /// "least,most" work-items of a workgroup.
  func flatWorkgroupSize(_ mapping: WarpMapping) -> String {
    let most = mapping == .oneWarp ? min(1024, (maximumThreads + 31) / 32 * 64) : maximumThreads
    let least = mapping != .oneWarp && requiredThreads != nil ? maximumThreads : 1
    return "\(least),\(most)"
  }

  /// The waves that must fit a SIMD; nil where nothing is asked for.
  func wavesPerSIMD(_ target: GPUTarget, _ mapping: WarpMapping) -> Int? {
    var wanted = 0
    if blocksPerMultiprocessor > 0, maximumThreads < 1024 || requiredThreads != nil {
      let waves = blocksPerMultiprocessor * Occupancy.wavesPerBlock(threads: maximumThreads, mapping: mapping, waveSize: target.waveSize)
      wanted = (waves + target.unit.simds - 1) / target.unit.simds
    }
    // NVIDIA's multiprocessors run all the threads they can at 32 registers a thread; the same share of ours is meant.
    if registers > 0 { wanted = max(wanted, target.unit.wavesPerSIMD * 32 / max(registers, 32)) }
    return wanted > 1 ? min(wanted, target.unit.wavesPerSIMD) : nil
  }

  /// Whether blocks stay on one compute unit of a workgroup processor.  There they need no invalidation of another L0 cache at
  /// a barrier; it is right where that compute unit alone has, for each wave of the largest block, all registers that a wave
  /// can name, and else the block is spread over both.
  func staysOnOneComputeUnit(_ target: GPUTarget) -> Bool {
    guard target.hasWorkgroupProcessors else { return false }
    let simds = target.unit.simds / target.unit.computeUnits
    return (maximumThreads + target.waveSize - 1) / target.waveSize <= simds * (target.unit.vgprsPerLane / 256)
  }
}
