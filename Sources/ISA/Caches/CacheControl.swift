// What cache-control instructions do: nothing outside strict mode, where memory is coherent.
// Worker threads only.  Source: LLVM AMDGPU usage, "Memory Model"; the ISA manuals' pseudo-code of these instructions.
import CSoftGPU

/// How far a cache-control instruction reaches.
public enum CacheScope: Sendable { case workgroup, agent, system }

extension UnsafeMutablePointer<carmine_wave> {
  private var strict: UnsafeMutablePointer<StrictWorker>? { worker(self).pointee.strict }

  /// The scope in sc0 and sc1 of gfx942's buffer_inv and buffer_wbl2; nil for none.
  private func scope(_ o: Op) -> CacheScope? {
    switch o.pointee.select & 5 {
    case 1: .workgroup
    case 4: .agent
    case 5: .system
    default: nil
    }
  }
  /// gfx9's opcode 41: buffer_inv, which is buffer_invl2 on gfx90a.
  public func invalidateCaches(_ o: Op) {
    guard let strict else { return }
    if strict.pointee.caches.target == .gfx90a { invalidateL2() } else if let scope = scope(o) { invalidateVectorCache(scope: scope) }
  }
  /// buffer_wbl2; gfx90a's has no scope and reaches the system.
  public func writeBackL2(_ o: Op) {
    guard let strict else { return }
    if strict.pointee.caches.target == .gfx90a { writeBackL2(scope: .system) } else if let scope = scope(o) { writeBackL2(scope: scope) }
  }

  /// buffer_inv, buffer_wbinvl1_vol.  A workgroup's waves share their compute unit's cache.
  public func invalidateVectorCache(scope: CacheScope) {
    guard let strict else { return }
    if scope == .workgroup && !strict.pointee.isSplit { return }
    strict.pointee.unit.pointee.invalidateVector()
    if scope == .system { strict.pointee.caches.noticeHDP(); strict.pointee.caches.invalidateL2() }
  }
  /// gfx11: buffer_gl0_inv.
  public func invalidateGL0() { strict?.pointee.unit.pointee.invalidateFirstLevel() }
  /// gfx11: buffer_gl1_inv.
  public func invalidateGL1() { strict?.pointee.unit.pointee.invalidateMiddleLevel() }
  /// gfx90a: buffer_invl2.
  public func invalidateL2() {
    strict?.pointee.caches.noticeHDP()
    strict?.pointee.caches.invalidateL2()
  }
  /// buffer_wbl2.
  public func writeBackL2(scope: CacheScope) {
    guard scope == .system, let strict else { return }
    strict.pointee.caches.writeBack(own: strict.pointee.slice)
  }
  public func invalidateScalarCache() { strict?.pointee.unit.pointee.invalidateScalar() }
  /// Scalar stores write through here.
  public func writeBackScalarCache() {}
  /// s_icache_inv: this compute unit's instructions are fetched anew.
  public func invalidateInstructionCache(_ o: Op) {
    guard strict != nil else { return }
    let next = address(of: o, self) &+ UInt64(o.pointee.size) &* 4
    worker(self).forgetCode()
    jump(self, o, next)
  }
}
