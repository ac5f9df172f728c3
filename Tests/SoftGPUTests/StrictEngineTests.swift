// Planted omissions around the copy engine and PM4 packets.  What is right: SDMA and the command processor read and write
// memory, not L2 (LLVM AMDGPU usage, "Memory Model"; Linux's kfd and tinygrad flush before and invalidate after them), and PM4
// dispatches have no fences of their own (ACQUIRE_MEM and RELEASE_MEM of soc15d.h).
import Glibc
import Testing

@testable import ISA
@testable import SoftGPU

@Suite(.serialized) struct StrictEngineTests {
  @Test("What SDMA has copied over a line that a kernel read is old for a kernel without an acquire fence", arguments: [
    (FenceScope.none, 1), (.agent, 2), (.system, 2),
  ] as [(FenceScope, UInt32)])
  func copyThenKernel(scope: FenceScope, seen: UInt32) throws {
    let lab = StrictLab(), data = lab.memory(.vram), source = lab.memory(.fine), out = lab.memory(.fine), copy = try lab.copier()
    let engine = TestRing(lab.machine, TestRing.sdma)
    data[0] = 1
    lab.flushHDP()
    lab.run(copy, [data, out])
    source[0] = 2
    engine.submit(QueueSDMATests.copy(source.base, data.base, 64), QueueSDMATests.fence(source.base + 128, 1))
    #expect(eventually { source[32] == 1 })
    lab.run(copy, [data, out], Fences(acquire: scope))
    #expect(out[0] == seen)
  }

  @Test("SDMA copies coarse-grained memory as it was unless the kernel's packet released to the system", arguments: [
    (FenceScope.none, 0), (.agent, 0), (.system, 7),
  ] as [(FenceScope, UInt32)])
  func kernelThenCopy(scope: FenceScope, seen: UInt32) throws {
    let lab = StrictLab(), data = lab.memory(.vram), out = lab.memory(.fine), engine = TestRing(lab.machine, TestRing.sdma)
    lab.run(try lab.writer(7), [data], Fences(release: scope))
    engine.submit(QueueSDMATests.copy(data.base, out.base, 64), QueueSDMATests.fence(out.base + 128, 1))
    #expect(eventually { out[32] == 1 } && out[0] == seen)
  }

  @Test("SDMA's form of an HDP flush does what the register does", arguments: [(false, 0), (true, 5)] as [(Bool, UInt32)])
  func flushBySDMA(flushes: Bool, seen: UInt32) throws {
    let lab = StrictLab(), data = lab.memory(.vram), out = lab.memory(.fine)
    data[0] = 5
    if flushes {
      let engine = TestRing(lab.machine, TestRing.sdma), done = lab.memory(.fine)
      engine.submit([8 | 1 << 26, 0, 0, 0, 0, 0], QueueSDMATests.fence(done.base, 1))
      #expect(eventually { done[0] == 1 })
    }
    lab.run(try lab.copier(), [data, out])
    #expect(out[0] == seen)
  }

  // MARK: PM4

  private func program(_ lab: StrictLab, _ kernel: UInt64, _ arguments: [StrictLab.Memory]) -> [UInt32] {
    let kernarg = lab.memory(.fine)
    for (index, argument) in arguments.enumerated() { kernarg.base.storeBytes(of: argument.address, toByteOffset: index * 8, as: UInt64.self) }
    return QueuePM4Tests.setShader(0x2e0c, pair((kernel + 256) >> 8)) + QueuePM4Tests.setShader(0x2e12, [0x00ac_0003, 2 << 1 | 1 << 7])
      + QueuePM4Tests.setShader(0x2e2d, [0]) + QueuePM4Tests.setShader(0x2e40, pair(kernarg.address))
      + QueuePM4Tests.setShader(0x2e04, [0, 0, 0, 64, 1, 1, 0, 0]) + QueuePM4Tests.dispatch(1)
  }
  /// RELEASE_MEM with these cache actions beside its event.
  private func release(_ at: StrictLab.Memory, _ actions: UInt32) -> [UInt32] { pm4(0x49, [0x514 | actions, 1 << 29], pair(at.address), [1, 0, 0]) }

  @Test("RELEASE_MEM without a write-back of L2 leaves the host with what was there", arguments: [(0, 0), (1 << 15, 7)] as [(UInt32, UInt32)])
  func releaseMemory(actions: UInt32, seen: UInt32) throws {
    let lab = StrictLab(), queue = TestRing(lab.machine, TestRing.pm4), data = lab.memory(.vram), done = lab.memory(.fine)
    queue.submit(program(lab, try lab.writer(7), [data]), release(done, actions))
    #expect(eventually { done[0] == 1 } && data[0] == seen)
  }

  @Test("A second dispatch reads old lines without an ACQUIRE_MEM that invalidates the vector cache", arguments: [
    (nil, 1), (1 << 29, 1), (1 << 22 | 1 << 23, 2),
  ] as [(UInt32?, UInt32)])
  func acquireMemory(actions: UInt32?, seen: UInt32) throws {
    let lab = StrictLab(), queue = TestRing(lab.machine, TestRing.pm4), copy = try lab.copier()
    let data = lab.memory(.fine), out = lab.memory(.fine), done = lab.memory(.fine)
    data[0] = 1
    queue.submit(program(lab, copy, [data, out]), release(done, 0))
    #expect(eventually { done[0] == 1 } && out[0] == 1)
    data[0] = 2
    done[0] = 0
    let acquire = actions.map { pm4(0x58, [$0, 0xffff_ffff, 0xff, 0, 0, 10]) } ?? []
    queue.submit(acquire, program(lab, copy, [data, out]), release(done, 0))
    #expect(eventually { done[0] == 1 } && out[0] == seen)
  }

  @Test("Code written over code that has been fetched stays old until a PM4 packet invalidates the instruction cache", arguments: [
    (nil, 1), (1 << 22, 1), (1 << 29, 2),
  ] as [(UInt32?, UInt32)])
  func rewrittenCode(actions: UInt32?, seen: UInt32) throws {
    let lab = StrictLab(), code = lab.memory(.code), out = lab.memory(.fine), commands = lab.memory(.fine)
    func body(_ number: Int) -> String { StrictLab.pointers(1) + "v_mov_b32 v1, \(number)\nglobal_store_dword v0, v1, s[4:5]\ns_waitcnt vmcnt(0)" }
    lab.install(try lab.assemble(body(1)), in: code)
    lab.run(code.address, [out])
    lab.install(try lab.assemble(body(2)), in: code)
    if let actions {
      let signal = TestSignal(lab.machine), words = QueuePM4Tests.fill(commands.base, pm4(0x58, [actions, 0xffff_ffff, 0xff, 0, 0, 10]))
      lab.queue.submit(header: 1 << 8, setup: 1) { packet in
        packet.storeBytes(of: 3 << 30 | 2 << 16 | 0x3f << 8, toByteOffset: 4, as: UInt32.self)
        packet.storeBytes(of: commands.address, toByteOffset: 8, as: UInt64.self)
        packet.storeBytes(of: UInt32(words) | 1 << 23, toByteOffset: 16, as: UInt32.self)
        packet.storeBytes(of: signal.handle, toByteOffset: 56, as: UInt64.self)
      }
      #expect(signal.reaches(0))
    }
    lab.run(code.address, [out])
    #expect(out[0] == seen)
  }
}
