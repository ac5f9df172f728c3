// Planted omissions in packets and in the host's part: each leaves the old value to be seen, deterministically; the right
// version sees the new one.  What is right is said by HSA Platform System Architecture 1.2, 2.9 (fences), LLVM AMDGPU usage,
// "Memory Model" (which caches a fence must reach) and amdgpu's page-table types.
import CKFD
import Glibc
import Testing

@testable import ISA
@testable import SoftGPU

@Suite(.serialized) struct StrictPacketTests {
  @Test("A packet without an acquire fence reads the vector cache's old line; agent and system scope read anew", arguments: [
    (FenceScope.none, 1), (.agent, 2), (.system, 2),
  ] as [(FenceScope, UInt32)])
  func vectorAcquire(scope: FenceScope, seen: UInt32) throws {
    let lab = StrictLab(), data = lab.memory(.fine), out = lab.memory(.fine), copy = try lab.copier()
    data[0] = 1
    lab.run(copy, [data, out])
    data[0] = 2
    lab.run(copy, [data, out], Fences(acquire: scope), kernarg: nil)
    #expect(out[0] == seen)
  }

  @Test("Kernel arguments written anew in the same place are the old ones without an acquire fence", arguments: [
    (FenceScope.none, 1), (.agent, 2),
  ] as [(FenceScope, UInt32)])
  func kernargs(scope: FenceScope, seen: UInt32) throws {
    let lab = StrictLab(), out = lab.memory(.fine), kernarg = lab.memory(.fine)
    let store = try lab.kernel("""
      s_load_dwordx4 s[4:7], s[0:1], 0
      s_waitcnt lgkmcnt(0)
      v_mov_b32 v0, 0
      v_mov_b32 v1, s6
      global_store_dword v0, v1, s[4:5]
      s_waitcnt vmcnt(0)
      """)
    #expect(lab.start(store, [out.address, 1], kernarg: kernarg).completes && out[0] == 1)
    #expect(lab.start(store, [out.address, 2], Fences(acquire: scope), kernarg: kernarg).completes)
    #expect(out[0] == seen)
  }

  @Test("A barrier packet's acquire fence serves the kernel behind it", arguments: [(FenceScope.none, 1), (.agent, 2)] as [(FenceScope, UInt32)])
  func barrierAcquire(scope: FenceScope, seen: UInt32) throws {
    let lab = StrictLab(), data = lab.memory(.fine), out = lab.memory(.fine), copy = try lab.copier()
    data[0] = 1
    lab.run(copy, [data, out])
    data[0] = 2
    lab.barrier(Fences(acquire: scope, release: .none))
    lab.run(copy, [data, out], Fences(acquire: .none))
    #expect(out[0] == seen)
  }

  @Test("The host reads coarse-grained memory as it was unless the kernel's packet releases to the system", arguments: [
    (FenceScope.none, 0), (.agent, 0), (.system, 7),
  ] as [(FenceScope, UInt32)])
  func release(scope: FenceScope, seen: UInt32) throws {
    let lab = StrictLab(), data = lab.memory(.vram)
    lab.run(try lab.writer(7), [data], Fences(release: scope))
    #expect(data[0] == seen)
  }

  @Test("A barrier packet's release fence writes back what kernels before it wrote", arguments: [(FenceScope.agent, 0), (.system, 7)] as [(FenceScope, UInt32)])
  func barrierRelease(scope: FenceScope, seen: UInt32) throws {
    let lab = StrictLab(), data = lab.memory(.vram)
    lab.run(try lab.writer(7), [data], Fences(release: .none))
    lab.barrier(Fences(acquire: .none, release: scope))
    #expect(data[0] == seen)
  }

  @Test("Fine-grained memory needs no release")
  func fineGrained() throws {
    let lab = StrictLab(), data = lab.memory(.fine)
    lab.run(try lab.writer(7), [data], Fences(release: .none))
    #expect(data[0] == 7)
  }

  @Test("gfx90a: coarse-grained host memory stays in L2 until an acquire at system scope", arguments: [
    (FenceScope.none, 1), (.agent, 1), (.system, 2),
  ] as [(FenceScope, UInt32)])
  func coarseHost(scope: FenceScope, seen: UInt32) throws {
    let lab = StrictLab([.mi210]), data = lab.memory(.coarse), out = lab.memory(.fine), copy = try lab.copier()
    data[0] = 1
    lab.run(copy, [data, out])
    data[0] = 2
    lab.run(copy, [data, out], Fences(acquire: scope))
    #expect(out[0] == seen)
  }

  @Test("gfx90a: registered memory without COHERENT keeps the host's view until a release at system scope", arguments: [
    (FenceScope.agent, 0), (.system, 7),
  ] as [(FenceScope, UInt32)])
  func registered(scope: FenceScope, seen: UInt32) throws {
    let lab = StrictLab([.mi210]), data = lab.memory(.user)
    lab.run(try lab.writer(7), [data], Fences(release: scope))
    #expect(data[0] == seen)
  }

  @Test("What the host writes to VRAM is not there for the device before an HDP flush", arguments: [(false, 0), (true, 5)] as [(Bool, UInt32)])
  func hdp(flushes: Bool, seen: UInt32) throws {
    let lab = StrictLab(), data = lab.memory(.vram), out = lab.memory(.fine)
    data[0] = 5
    if flushes { lab.flushHDP() }
    lab.run(try lab.copier(), [data, out])
    #expect(out[0] == seen)
  }

  @Test("Later writes to VRAM need a flush of their own", arguments: [(false, 5), (true, 6)] as [(Bool, UInt32)])
  func hdpAgain(flushes: Bool, seen: UInt32) throws {
    let lab = StrictLab(), data = lab.memory(.vram), out = lab.memory(.fine), copy = try lab.copier()
    data[0] = 5
    lab.flushHDP()
    lab.run(copy, [data, out])
    data[0] = 6
    if flushes { lab.flushHDP() }
    lab.run(copy, [data, out])
    #expect(out[0] == seen)
  }

  @Test("A code object written to VRAM without an HDP flush is not what is executed", arguments: [false, true])
  func codeWithoutFlush(flushes: Bool) throws {
    let lab = StrictLab(), code = lab.memory(.vramCode), out = lab.memory(.fine)
    lab.install(try lab.assemble(StrictLab.pointers(1) + "v_mov_b32 v1, 9\nglobal_store_dword v0, v1, s[4:5]\ns_waitcnt vmcnt(0)"), in: code)
    if flushes { lab.flushHDP() }
    let launch = lab.start(code.address, [out])
    #expect(flushes ? launch.completes && out[0] == 9 : launch.faults)
  }

  // MARK: mappings

  @Test("A pointer that is mapped on the other device only is a fault", arguments: [false, true])
  func otherDevice(mapped: Bool) throws {
    let first = StrictLab([.mi300x, .mi300x]), second = StrictLab(sharing: first)
    let data = first.memory(.vram), out = second.memory(.fine)
    if mapped { #expect(second.machine.map(data.handle) == 0) }
    let launch = second.start(try second.copier(), [data, out])
    #expect(mapped ? launch.completes : launch.faults)
  }

  @Test("Pageable memory of the host is a fault; registered memory is not", arguments: [false, true])
  func pageable(registered: Bool) throws {
    let lab = StrictLab(), out = lab.memory(.fine)
    let address = registered ? lab.memory(.user).address : UInt64(UInt(bitPattern: Machine.pages(4096)))
    let launch = lab.start(try lab.copier(), [address, out.address])
    #expect(registered ? launch.completes : launch.faults)
  }

  @Test("Memory that is allocated and not mapped is a fault", arguments: [false, true])
  func unmapped(mapped: Bool) throws {
    let lab = StrictLab(), data = lab.memory(.vram, mapped: mapped), out = lab.memory(.fine)
    let launch = lab.start(try lab.copier(), [data, out])
    #expect(mapped ? launch.completes : launch.faults)
  }

  @Test("A store to memory without WRITABLE is a fault", arguments: [false, true])
  func readOnly(writable: Bool) throws {
    let lab = StrictLab(), data = lab.memory(writable ? .fine : .readOnly)
    let launch = lab.start(try lab.writer(1), [data])
    #expect(writable ? launch.completes : launch.faults)
  }

  @Test("Code in memory without EXECUTABLE is a fault", arguments: [false, true])
  func notExecutable(executable: Bool) throws {
    let lab = StrictLab(), code = lab.memory(executable ? .code : .fine)
    lab.install([0xbf81_0000], in: code)
    let launch = lab.start(code.address, [UInt64]())
    #expect(executable ? launch.completes : launch.faults)
  }

  // MARK: devices beside each other

  @Test("Another device reads VRAM as it was until the writer releases to the system", arguments: [(FenceScope.agent, 0), (.system, 7)] as [(FenceScope, UInt32)])
  func peerRelease(scope: FenceScope, seen: UInt32) throws {
    let first = StrictLab([.mi300x, .mi300x]), second = StrictLab(sharing: first)
    let data = first.memory(.vram), out = second.memory(.fine)
    #expect(second.machine.map(data.handle) == 0)
    first.run(try first.writer(7), [data], Fences(release: scope))
    second.run(try second.copier(), [data, out])
    #expect(out[0] == seen)
  }

  @Test("A device that has read another's VRAM reads its own L2 until it acquires at system scope", arguments: [(FenceScope.agent, 0), (.system, 7)] as [(FenceScope, UInt32)])
  func peerAcquire(scope: FenceScope, seen: UInt32) throws {
    let first = StrictLab([.mi300x, .mi300x]), second = StrictLab(sharing: first)
    let data = first.memory(.vram), out = second.memory(.fine), copy = try second.copier()
    #expect(second.machine.map(data.handle) == 0)
    second.run(copy, [data, out])
    first.run(try first.writer(7), [data])
    second.run(copy, [data, out], Fences(acquire: scope))
    #expect(out[0] == seen)
  }
}
