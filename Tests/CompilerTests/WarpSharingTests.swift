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

  @Test func aBarrierThatSomeWarpsSkipDoesNotShare() throws {
    let text = kernel("mov.u32 %r1, %tid.x; setp.ge.u32 %p1, %r1, 32; @%p1 bra L; bar.sync 0; L: bar.sync 0; ret;")
    let image = try image(text)
    #expect(image.mapping == .oneWarp)
    #expect(image.needsWholeRows)          // in a block of rows of 48 threads, lanes of one warp would part
    #expect(image.mostThreadsAsMapped == 512)
    #expect(image.maximumThreads == 1024)  // larger blocks get the kernel in which lanes take turns
  }

  @Test func lanesOfAWarpThatReachABarrierInDifferentBranchesTakeTurns() throws {
    #expect(try mapping("setp.ge.u32 %p1, %r1, 33; @%p1 bra L; bar.sync 0; L: bar.sync 0;") == .yielding)
    #expect(try mapping("mov.u32 %r2, 0; L: bar.sync 0; add.u32 %r2, %r2, 1; setp.lt.u32 %p1, %r2, %r1; @%p1 bra L; bar.sync 0;") == .yielding)
    #expect(try mapping("and.b32 %r2, %r1, 1; setp.eq.u32 %p1, %r2, 0; @%p1 bar.sync 0; bar.sync 0;") == .yielding)
  }

  @Test func aBarrierForAPartOfTheBlockDoesNotShare() throws {
    #expect(try mapping("bar.sync 1, 64;") == .oneWarp)
    #expect(try mapping("bar.arrive 1, 64;") == .sharedWave)
    #expect(try mapping("bar.sync 1, 64;", directives: ".reqntid 64") == .sharedWave)
    #expect(try mapping("bar.sync 3;") == .sharedWave)
    #expect(try mapping("bar.sync 1, 64;", directives: ".reqntid 1024") == .yielding)
  }

  @Test func waitingWhileTheOthersMeetAtABarrierShares() throws {
    for load in ["ld.volatile.global.u32", "ld.acquire.gpu.global.u32", "membar.gl; ld.global.u32"] {
      let wait = "L: \(load) %r2, [%rd1]; setp.eq.u32 %p1, %r2, 0; @%p1 bra L;"
      // A grid's barrier: one thread waits for other blocks.
      #expect(try mapping("setp.ne.u32 %p2, %r1, 0; @%p2 bra M; \(wait) M: bar.sync 0; st.global.u32 [%rd1], %r1;") == .sharedWave)
      #expect(try mapping(wait + "bar.sync 0; st.global.u32 [%rd1], %r1;") == .sharedWave)
      // The lanes of a warp meet, but not the two warps of a wave: unless a plain load gives one value to both, and both go on.
      #expect(try mapping(wait + "bar.warp.sync -1; st.global.u32 [%rd1], %r1;") == (load.hasPrefix("membar") ? .sharedWave : .oneWarp))
      #expect(try mapping("setp.ge.u32 %p2, %r1, 32; @%p2 bra M; \(wait) bar.warp.sync -1; M: st.global.u32 [%rd1], %r1;") == .oneWarp)
    }
  }

  @Test func waitingForWhatAnotherLaneMayWriteTakesTurns() throws {
    for load in ["ld.volatile.global.u32", "ld.acquire.gpu.global.u32", "membar.gl; ld.global.u32"] {
      let wait = "L: \(load) %r2, [%rd1]; setp.eq.u32 %p1, %r2, 0; @%p1 bra L;"
      // A plain load of one address is one load for all lanes: they leave together.
      #expect(try mapping(wait + "st.global.u32 [%rd1], %r1;") == (load.hasPrefix("membar") ? .sharedWave : .yielding))
      #expect(try mapping("setp.ne.u32 %p2, %r1, 0; @%p2 bra M; \(wait) M: st.global.u32 [%rd1], %r1;") == .yielding)
      #expect(try mapping("setp.ne.u32 %p2, %r1, 0; @%p2 bra M; \(wait) bra E; M: st.global.u32 [%rd1], %r1; E: bar.sync 0;") == .yielding)
      // What is written elsewhere, nobody waits for.
      #expect(try mapping(wait + "st.shared.u32 [%r1], %r1;") == .sharedWave)
    }
  }

  @Test func lanesTakeTurnsOnWavesOf32Too() throws {
    let text = kernel("ld.param.u64 %rd1, [p0]; L: atom.global.cas.b32 %r2, [%rd1], 0, 1; setp.ne.u32 %p1, %r2, 0; @%p1 bra L; st.volatile.global.u32 [%rd1], 0; ret;")
    #expect(try compiler("gfx1100").compile(parse(text), kernel: "k").mapping == .yielding)
    #expect(try compiler("gfx1100").compile(parse(kernel("bar.sync 0; ret;")), kernel: "k").mapping == .native)
    #expect(try compiler("gfx1100", mapping: .yielding).compile(parse(kernel("bar.sync 0; ret;")), kernel: "k").mapping == .yielding)
    #expect(try compiler("gfx1100", mapping: .oneWarp).compile(parse(kernel("bar.sync 0; ret;")), kernel: "k").mapping == .native)
  }

  @Test func aLockTakesTurnsAndARetryShares() throws {
    #expect(try mapping("""
      mov.u32 %r3, 0; L: atom.global.cas.b32 %r2, [%rd1], %r3, 1; setp.ne.u32 %p1, %r2, 0; @%p1 bra L; st.volatile.global.u32 [%rd1], %r3;
      """) == .yielding)
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
