// Which kernels may put two warps into one wave.  The rules are those of the CUDA programming guide (barriers, forward progress).
import KernelImage
import Testing

@Suite struct WarpSharingTests {
  private func mapping(_ text: String, directives: String = "") throws -> WarpMapping {
    try image(kernel("ld.param.u64 %rd1, [p0]; ld.param.u32 %r9, [n]; mov.u32 %r1, %tid.x;\n" + text + "\nret;", directives: directives)).mapping
  }

  @Test func straightCodeShares() throws {
    #expect(try mapping("st.global.u32 [%rd1], %r1;") == .sharedWave)
  }

  @Test func aBarrierThatAllThreadsReachShares() throws {
    #expect(try mapping("bar.sync 0; setp.eq.u32 %p1, %r9, 0; @%p1 bra L; bar.sync 0; L: st.global.u32 [%rd1], %r1;") == .sharedWave)
  }

  @Test func aBarrierInALoopOfUniformCountShares() throws {
    #expect(try mapping("mov.u32 %r2, 0; L: bar.sync 0; add.u32 %r2, %r2, 1; setp.lt.u32 %p1, %r2, %r9; @%p1 bra L;") == .sharedWave)
  }

  @Test func threadsThatLeaveEarlyForGoodDoNotMatter() throws {
    #expect(try mapping("setp.ge.u32 %p1, %r1, %r9; @%p1 bra DONE; bar.sync 0; st.global.u32 [%rd1], %r1; DONE:") == .sharedWave)
  }

  @Test func aBarrierThatSomeThreadsSkipDoesNotShare() throws {
    #expect(try mapping("setp.ge.u32 %p1, %r1, 32; @%p1 bra L; bar.sync 0; L: bar.sync 0;") == .oneWarp)
  }

  @Test func aBarrierInALoopWhoseCountDiffersDoesNotShare() throws {
    #expect(try mapping("mov.u32 %r2, 0; L: bar.sync 0; add.u32 %r2, %r2, 1; setp.lt.u32 %p1, %r2, %r1; @%p1 bra L; bar.sync 0;") == .oneWarp)
  }

  @Test func waitingForAnotherThreadsStoreDoesNotShare() throws {
    #expect(try mapping("L: ld.volatile.global.u32 %r2, [%rd1]; setp.eq.u32 %p1, %r2, 0; @%p1 bra L;") == .oneWarp)
    #expect(try mapping("L: ld.acquire.gpu.global.u32 %r2, [%rd1]; setp.eq.u32 %p1, %r2, 0; @%p1 bra L;") == .oneWarp)
    #expect(try mapping("L: membar.gl; ld.global.u32 %r2, [%rd1]; setp.eq.u32 %p1, %r2, 0; @%p1 bra L;") == .oneWarp)
  }

  @Test func aLockDoesNotShareAndARetryDoes() throws {
    #expect(try mapping("mov.u32 %r3, 0; L: atom.global.cas.b32 %r2, [%rd1], %r3, 1; setp.ne.u32 %p1, %r2, 0; @%p1 bra L;") == .oneWarp)
    #expect(try mapping("""
      ld.global.u32 %r2, [%rd1];
      L: mov.u32 %r3, %r2; add.u32 %r4, %r3, 5; atom.global.cas.b32 %r2, [%rd1], %r3, %r4; setp.ne.u32 %p1, %r2, %r3; @%p1 bra L;
      """) == .sharedWave)
  }

  @Test func aWorkQueueShares() throws {
    #expect(try mapping("L: atom.global.add.u32 %r2, [%rd1], 1; setp.lt.u32 %p1, %r2, %r9; @%p1 bra L;") == .sharedWave)
  }

  @Test func oneWarpToAWaveHalvesTheLargestBlock() throws {
    let text = kernel("bar.sync 0; ret;")
    #expect(try image(text).maximumThreads == 1024)
    #expect(try image(text, mapping: .oneWarp).maximumThreads == 512)
    #expect(try image(text, mapping: .oneWarp).mapping == .oneWarp)
  }
}
