import CSoftGPU
import Glibc
import ISA
import Testing
@testable import SoftGPU

/// Source of the expectations: what AMD's runtime does when the firmware asks for scratch (client specification, 3.6), and
/// amd_hsa_queue.h; the interleaving of lanes as AMD's ISA manuals describe swizzled scratch.
@Suite(.serialized) struct ScratchTests {
  /// Every work-item writes its number to its own scratch, twice, and reads it back.
  private static let kernel = Machine.kernel("spill", """
    s_load_dwordx2 s[4:5], s[0:1], 0x0
    s_lshl_b32 s6, s2, 6
    v_add_u32 v1, s6, v0
    v_mov_b32 v2, 0x100
    scratch_store_dword off, v1, off offset:16
    scratch_store_dword v2, v1, off offset:4
    s_waitcnt vmcnt(0)
    scratch_load_dword v3, off, off offset:16
    scratch_load_dword v4, v2, off offset:4
    s_waitcnt vmcnt(0) lgkmcnt(0)
    v_add_u32 v3, v3, v4
    v_lshlrev_b32 v1, 2, v1
    global_store_dword v1, v3, s[4:5]
    """, more: ".amdhsa_enable_private_segment 1\n .amdhsa_private_segment_fixed_size 512")

  private struct Client {
    let machine = Machine(), queue: TestQueue, inactive: TestSignal, memory: UnsafeMutablePointer<UInt32>
    init() {
      queue = TestQueue(machine)
      inactive = TestSignal(machine, 0)
      queue.control.storeBytes(of: inactive.handle, toByteOffset: 192, as: UInt64.self)
      memory = machine.words(1 << 20)
    }
    /// As AMD's runtime answers: 16 waves of 32 KiB, 512 bytes a lane.
    func answer(once: Bool = false) {
      queue.control.storeBytes(of: 16 | 32 << 12, toByteOffset: 140, as: UInt32.self)
      queue.control.storeBytes(of: address(memory), toByteOffset: 160, as: UInt64.self)
      queue.control.storeBytes(of: 16 * 32768, toByteOffset: 168, as: UInt64.self)
      queue.control.storeBytes(of: 512, toByteOffset: 176, as: UInt32.self)
      queue.control.storeBytes(of: once ? 1 << 4 : 0, toByteOffset: 180, as: UInt32.self)
      inactive.value = 0
    }
  }

  @Test("A dispatch that wants more scratch than there is stalls its queue, asks, and goes on when the client has answered")
  func asks() throws {
    let client = Client(), signal = TestSignal(client.machine), before = TestSignal(client.machine), groups = 100
    let out = client.machine.words(groups * 64)
    let kernels = try client.machine.load(Self.kernel)
    client.queue.barrier(completion: before)
    client.queue.dispatch(kernels["spill"]!, groups: groups, arguments: client.machine.arguments(address(out)), scratch: 512, completion: signal)
    #expect(before.reaches(0) && client.inactive.reaches(1))
    #expect(persistently { signal.value == 1 && client.queue.readIndex == 1 })
    client.answer()
    #expect(signal.reaches(0) && client.inactive.value == 0)
    for item in 0..<groups * 64 { #expect(out[item] == UInt32(2 * item)) }
    // No more is asked for the same amount; more is.
    let again = TestSignal(client.machine), more = TestSignal(client.machine)
    client.queue.dispatch(kernels["spill"]!, groups: groups, arguments: client.machine.arguments(address(out)), scratch: 512, completion: again)
    #expect(again.reaches(0))
    client.queue.dispatch(kernels["spill"]!, groups: groups, arguments: client.machine.arguments(address(out)), scratch: 1024, completion: more)
    #expect(client.inactive.reaches(1) && more.value == 1)
  }

  @Test("Scratch lies where the client put it: words of a wave's lanes side by side")
  func layout() throws {
    let client = Client(), signal = TestSignal(client.machine), out = client.machine.words(64)
    let kernels = try client.machine.load(Self.kernel)
    client.answer()
    client.queue.dispatch(kernels["spill"]!, arguments: client.machine.arguments(address(out)), scratch: 512, completion: signal)
    #expect(signal.reaches(0))
    // One wave in one of 16 places of 32 KiB: byte offsets 16 and 0x104 are the words 4 and 65.
    let places = (0..<16).filter { client.memory[$0 * 8192 + 4 * 64 + 1] == 1 }
    let place = try #require(places.first)
    #expect(places.count == 1)
    for lane in 0..<64 {
      #expect(client.memory[place * 8192 + 4 * 64 + lane] == UInt32(lane) && client.memory[place * 8192 + 65 * 64 + lane] == UInt32(lane))
    }
  }

  @Test("Scratch that is lent for one dispatch is given back after it, before the next packet")
  func reclaims() throws {
    let client = Client(), signal = TestSignal(client.machine), next = TestSignal(client.machine), out = client.machine.words(64)
    let kernels = try client.machine.load(Self.kernel)
    client.queue.dispatch(kernels["spill"]!, arguments: client.machine.arguments(address(out)), scratch: 512, completion: signal)
    #expect(client.inactive.reaches(1))
    client.answer(once: true)
    #expect(signal.reaches(0) && client.inactive.reaches(512))
    client.queue.barrier(completion: next)
    #expect(persistently { next.value == 1 })
    client.inactive.value = 0
    #expect(persistently { next.value == 1 })
    client.queue.control.storeBytes(of: 0, toByteOffset: 180, as: UInt32.self)
    #expect(next.reaches(0))
  }
}
