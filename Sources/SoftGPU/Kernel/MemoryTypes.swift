// Which page-table type a buffer gets on a device, which decides what strict mode's caches do with it.
// Under the process's lock.  Source: see MemoryTraits.
import CKFD
import ISA

extension SoftProcess {
  func memoryTraits(of allocation: Allocation, on device: SoftDevice) -> MemoryTraits {
    let object = allocation.object
    guard object.domain == .vram || object.domain == .gtt || object.domain == .userPointer else { return .coherent }
    let isOwn = object.domain == .vram && object.device === device
    let extended = object.flags & UInt32(CARMINE_KFD_ALLOC_MEM_FLAGS_EXT_COHERENT) != 0
    var traits = MemoryTraits.ofDriver(
      device.kind.instructionSet.target, isSystem: object.isSystemMemory, isOwn: isOwn, coherent: object.isFineGrained,
      extendedCoherent: extended, uncached: object.isUncached, startsZero: isOwn && !object.wasMapped && !object.isForeign)
    // Not in this model: L2 lines of memory that another process's device has too, and dirty lines that probes find.
    if object.isForeign || allocation.isDoubled || isOwn && object.isFineGrained { traits.policy = .coherent }
    return traits
  }
}
