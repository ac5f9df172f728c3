import CKFD
import CSoftGPU
import Glibc
import ISA
import Testing
@testable import SoftGPU

/// Source of the expectations: kfd_process_queue_manager.c, kfd_mqd_manager.c and kfd_mqd_manager_v9.c of Linux 6.12; AMD's
/// ISA manuals for HW_ID; arithmetic for results.
@Suite(.serialized) struct QueueLifeTests {
  /// Counts in memory without end.
  private static let endless = Machine.kernel("endless", """
    s_load_dwordx2 s[4:5], s[0:1], 0x0
    v_mov_b32 v1, 0
    v_mov_b32 v2, 1
    s_waitcnt lgkmcnt(0)
    again:
    global_atomic_add v1, v2, s[4:5]
    s_branch again
    """)

  @Test("A queue with an endless kernel is destroyed, and the kernel writes nothing afterwards", arguments: [1, 700])
  func destroysEndless(groups: Int) throws {
    let machine = Machine(), queue = TestQueue(machine), counter = machine.words(1), signal = TestSignal(machine)
    let kernels = try machine.load(Self.endless)
    queue.dispatch(kernels["endless"]!, groups: groups, arguments: machine.arguments(address(counter)), completion: signal)
    #expect(eventually { peek(counter) > 100 })
    #expect(queue.destroy() == 0)
    let last = peek(counter)
    #expect(persistently { peek(counter) == last })
    #expect(signal.value == 1)
    // The compute units are free again: another queue's kernel of the whole device runs.
    let other = TestQueue(machine), done = TestSignal(machine)
    let code = try machine.load(Machine.kernel("null", "s_nop 0"))
    other.dispatch(code["null"]!, groups: 20_000, completion: done)
    #expect(done.reaches(0))
  }

  @Test("Percentage 0 stops a running kernel, 100 lets it go on")
  func stops() throws {
    let machine = Machine(), queue = TestQueue(machine), counter = machine.words(1)
    let kernels = try machine.load(Self.endless)
    queue.dispatch(kernels["endless"]!, groups: 3, arguments: machine.arguments(address(counter)))
    #expect(eventually { peek(counter) > 100 })
    for _ in 0..<3 {
      #expect(queue.update(percentage: 0) == 0)
      let stopped = peek(counter)
      #expect(persistently { peek(counter) == stopped })
      #expect(queue.update() == 0)
      #expect(eventually { peek(counter) > stopped })
    }
  }

  /// Every work-item adds its number and its neighbour's to what it has, through LDS and barriers; 16 registers are in use.
  private static let mixing = Machine.kernel("mixing", """
    s_load_dwordx2 s[4:5], s[0:1], 0x0
    s_load_dword s6, s[0:1], 0x8
    s_lshl_b32 s7, s2, 8
    v_add_u32 v1, s7, v0
    v_mov_b32 v2, v1
    v_lshlrev_b32 v3, 2, v0
    v_xor_b32 v4, 0xfc, v3
    v_mov_b32 v5, 7
    s_waitcnt lgkmcnt(0)
    again:
    ds_write_b32 v3, v2
    s_waitcnt lgkmcnt(0)
    s_barrier
    ds_read_b32 v6, v4
    s_waitcnt lgkmcnt(0)
    s_barrier
    v_mul_lo_u32 v2, v2, v5
    v_add_u32 v2, v2, v6
    v_add_u32 v5, 2, v5
    s_sub_u32 s6, s6, 1
    s_cmp_lg_u32 s6, 0
    s_cbranch_scc1 again
    v_lshlrev_b32 v1, 2, v1
    global_store_dword v1, v2, s[4:5]
    """, lds: 1024)

  private func mixed(groups: Int, rounds: Int) -> [UInt32] {
    (0..<groups).flatMap { group -> [UInt32] in
      var values = (0..<256).map { UInt32(group * 256 + $0) }
      for round in 0..<rounds {
        let old = values
        for item in 0..<256 { values[item] = old[item] &* UInt32(7 + 2 * round) &+ old[item ^ 63] }
      }
      return values
    }
  }

  @Test("A kernel that is preempted again and again ends with the same result")
  func resumes() throws {
    let machine = Machine(), queue = TestQueue(machine), groups = 12, rounds = 3000
    let out = machine.words(groups * 256), signal = TestSignal(machine)
    let kernels = try machine.load(Self.mixing)
    queue.dispatch(kernels["mixing"]!, groups: groups, size: 256, arguments: machine.arguments(address(out), UInt64(rounds)), lds: 1024, completion: signal)
    var preemptions = 0, saved = 0
    let header = Machine.pages(1 << 20)
    while signal.value != 0 && preemptions < 400 {
      #expect(queue.update(percentage: 0) == 0)
      let state = queue.waveState(header)
      #expect(state.error == 0)
      if state.area > 0 { saved += 1 }
      #expect(queue.update() == 0)
      preemptions += 1
      usleep(500)
    }
    #expect(signal.reaches(0))
    #expect(saved > 3, "only \(saved) of \(preemptions) preemptions found waves")
    #expect(Array(UnsafeBufferPointer(start: out, count: groups * 256)) == mixed(groups: groups, rounds: rounds))
  }

  @Test("Preempted waves lie in the save area: header, sizes, registers; what is changed there is what they go on with")
  func saveArea() throws {
    let machine = Machine(), queue = TestQueue(machine), out = machine.words(64), flag = machine.words(1), signal = TestSignal(machine)
    let kernels = try machine.load(Machine.kernel("wait", """
      s_load_dwordx4 s[4:7], s[0:1], 0x0
      v_mov_b32 v7, 0x12345678
      v_mov_b32 v1, 0
      s_waitcnt lgkmcnt(0)
      again:
      global_load_dword v2, v1, s[6:7] sc0 sc1
      s_waitcnt vmcnt(0)
      v_readfirstlane_b32 s8, v2
      s_sleep 1
      s_cmp_eq_u32 s8, 0
      s_cbranch_scc1 again
      v_lshlrev_b32 v0, 2, v0
      global_store_dword v0, v7, s[4:5]
      """))
    let header = Machine.pages(1 << 20).assumingMemoryBound(to: UInt32.self)
    #expect(queue.waveState(header).error == -EINVAL)                   // it is active
    #expect(queue.update(percentage: 0) == 0)
    #expect(queue.waveState(header) == (0, 0, 0))                       // nothing ran
    let stack = UInt32(machine.device.kind.controlStackBytes)
    #expect(header[0] == stack && header[1] == 0 && header[2] == stack && header[3] == 0)
    #expect(queue.update() == 0)
    queue.dispatch(kernels["wait"]!, arguments: machine.arguments(address(out), address(flag)), completion: signal)
    usleep(50_000)
    #expect(queue.update(percentage: 0) == 0)
    let state = queue.waveState(header)
    // One wave: 16 vector registers of 256 bytes, 128 scalars, 128 bytes of hardware registers.
    #expect(state.error == 0 && state.area == 16 * 256 + 512 + 128 && state.stack == 8)
    #expect(header[0] == stack - 8 && header[1] == 8 && header[2] == stack + state.area && header[3] == state.area)
    let area = try #require(machine.device.addressSpace.translate(queue.saveArea + UInt64(stack), Int(state.area), .write))
    let v7 = (area + 7 * 256).assumingMemoryBound(to: UInt32.self)
    for lane in 0..<64 { #expect(v7[lane] == 0x1234_5678) }
    v7[13] = 0xcafe
    poke(flag, 1)
    #expect(queue.update() == 0 && signal.reaches(0))
    for lane in 0..<64 { #expect(out[lane] == (lane == 13 ? 0xcafe : 0x1234_5678)) }
  }

  /// Says where each workgroup runs, then waits for the flag.
  private static let place = Machine.kernel("place", """
    s_load_dwordx4 s[4:7], s[0:1], 0x0
    s_load_dwordx2 s[8:9], s[0:1], 0x10
    s_getreg_b32 s10, hwreg(HW_REG_HW_ID)
    s_getreg_b32 s11, hwreg(HW_REG_XCC_ID)
    s_lshl_b32 s12, s2, 3
    v_mov_b32 v1, s12
    v_mov_b32 v2, s10
    v_mov_b32 v3, s11
    v_mov_b32 v4, 0
    v_mov_b32 v5, 1
    s_mov_b64 exec, 1
    s_waitcnt lgkmcnt(0)
    global_store_dwordx2 v1, v[2:3], s[4:5]
    global_atomic_add v4, v5, s[6:7]
    again:
    global_load_dword v6, v4, s[8:9] sc0 sc1
    s_waitcnt vmcnt(0)
    v_readfirstlane_b32 s13, v6
    s_sleep 1
    s_cmp_eq_u32 s13, 0
    s_cbranch_scc1 again
    """)

  @Test("A CU mask limits where workgroups live and how many are resident")
  func masks() throws {
    let machine = Machine(), queue = TestQueue(machine), groups = 200
    let places = machine.words(groups * 2), live = machine.words(1), flag = machine.words(1), signal = TestSignal(machine)
    let kernels = try machine.load(Self.place)
    #expect(queue.mask([], bits: 33) == -EINVAL && queue.mask([], bits: 0) == -EINVAL)
    #expect(queue.mask([0, 5, 40]) == 0)
    queue.dispatch(kernels["place"]!, groups: groups, arguments: machine.arguments(address(places), address(live), address(flag)), completion: signal)
    // One wave a workgroup: 8 on each of 4 SIMDs of 3 compute units.
    #expect(eventually { peek(live) == 96 } && persistently { peek(live) == 96 })
    poke(flag, 1)
    #expect(signal.reaches(0) && peek(live) == UInt32(groups))
    // 32 shader engines of one array: bit b is engine b mod 32, compute unit b / 32; HW_ID shows three bits of the engine.
    var seen: Set<UInt32> = []
    for group in 0..<groups { seen.insert(places[group * 2] >> 8 & 0xff) }
    let expected: Set<UInt32> = [0, 5 << 5, 1 | 0 << 5]              // 40 is engine 8, unit 1
    #expect(seen == expected)
    // Without a compute unit nothing runs; with all of them again it does.
    let more = TestSignal(machine)
    #expect(queue.mask([]) == 0)
    queue.dispatch(kernels["place"]!, groups: groups, arguments: machine.arguments(address(places), address(live), address(flag)), completion: more)
    #expect(persistently { more.value == 1 })
    #expect(queue.mask(Array(0..<304)) == 0 && more.reaches(0))
  }

  @Test("Workgroup n of a device with eight dies runs on die n mod 8; each die has its part of the save area")
  func dies() throws {
    let machine = Machine(DeviceKind.mi300x.with(computeUnits: nil, xccs: 8)), queue = TestQueue(machine), groups = 100
    let places = machine.words(groups * 2), live = machine.words(1), flag = machine.words(1), signal = TestSignal(machine)
    let kernels = try machine.load(Self.place)
    queue.dispatch(kernels["place"]!, groups: groups, arguments: machine.arguments(address(places), address(live), address(flag)), completion: signal)
    #expect(eventually { peek(live) == UInt32(groups) })
    for group in 0..<groups { #expect(places[group * 2 + 1] == UInt32(group % 8)) }
    #expect(queue.update(percentage: 0) == 0)
    let kind = machine.device.kind, part = kind.contextSaveBytes
    let header = Machine.pages(part * 8)
    let state = queue.waveState(header)
    let wave = UInt32(16 * 256 + 512 + 128)
    #expect(state.error == 0 && state.area == 13 * wave)
    for die in 0..<8 {
      let words = (header + die * part).assumingMemoryBound(to: UInt32.self)
      let waves = UInt32(groups / 8 + (die < groups % 8 ? 1 : 0))
      #expect(words[1] == waves * 8 && words[3] == waves * wave, "die \(die)")
    }
    poke(flag, 1)
    #expect(queue.update() == 0 && signal.reaches(0))
  }

  @Test("The ring of a queue can be moved and resized while packets wait and a kernel runs")
  func movesRing() throws {
    let machine = Machine(), queue = TestQueue(machine), flag = machine.words(1), live = machine.words(1), places = machine.words(64)
    let kernels = try machine.load(Self.place), first = TestSignal(machine), second = TestSignal(machine)
    let arguments = machine.arguments(address(places), address(live), address(flag))
    queue.dispatch(kernels["place"]!, arguments: arguments, completion: first)
    #expect(eventually { peek(live) == 1 })
    let packets = 256, ring = machine.shared(packets * 64)
    for slot in 0..<packets { (ring + slot * 64).storeBytes(of: 1, as: UInt16.self) }
    #expect(queue.update(ring: UnsafeMutableRawPointer(bitPattern: 0x6666_0000_0000), packets: packets) == -EFAULT)
    #expect(queue.update(ring: ring, packets: packets) == 0)
    let packet = ring + 64
    TestQueue.fill(packet, [], second)
    packet.storeBytes(of: 3 | 1 << 8, as: UInt16.self)
    queue.ringDoorbell(1)
    #expect(persistently { second.value == 1 && first.value == 1 })
    poke(flag, 1)
    #expect(first.reaches(0) && second.reaches(0) && eventually { queue.readIndex == 2 })
  }

  @Test("Of two queues that wait for a compute unit the more urgent one gets it first")
  func priorities() throws {
    let machine = Machine(), blocker = TestQueue(machine), low = TestQueue(machine, priority: 3), high = TestQueue(machine, priority: 12)
    let places = machine.words(256), live = machine.words(1), flag = machine.words(1), order = machine.words(64)
    let kernels = try machine.load(Self.place + Machine.kernel("ticket", """
      s_load_dwordx4 s[4:7], s[0:1], 0x0
      v_mov_b32 v1, 0
      v_mov_b32 v2, 1
      s_mov_b64 exec, 1
      s_waitcnt lgkmcnt(0)
      global_atomic_add v3, v1, v2, s[4:5] sc0
      s_waitcnt vmcnt(0)
      global_store_dword v1, v3, s[6:7]
      """, vgprs: 512))
    for queue in [blocker, low, high] { #expect(queue.mask([7]) == 0) }
    blocker.dispatch(kernels["place"]!, groups: 32, arguments: machine.arguments(address(places), address(live), address(flag)))
    #expect(eventually { peek(live) == 32 })
    let a = TestSignal(machine), b = TestSignal(machine)
    // A workgroup of the whole compute unit each.
    low.dispatch(kernels["ticket"]!, size: 256, arguments: machine.arguments(address(order), address(order + 1)), completion: a)
    usleep(20_000)
    high.dispatch(kernels["ticket"]!, size: 256, arguments: machine.arguments(address(order), address(order + 2)), completion: b)
    usleep(20_000)
    #expect(a.value == 1 && b.value == 1)
    poke(flag, 1)
    #expect(a.reaches(0) && b.reaches(0))
    #expect(order[2] < order[1], "the low one came first")
  }

  @Test("More queues than the hardware has take turns: endless kernels all make progress, results stay right")
  func oversubscription() throws {
    var kind = DeviceKind.mi300x
    kind.computeQueues = 2
    let machine = Machine(kind), counters = machine.words(64)
    let kernels = try machine.load(Self.endless), mixing = try machine.load(Self.mixing), rounds = 1000
    let queues = (0..<5).map { _ in TestQueue(machine) }
    for (index, queue) in queues.enumerated() {
      queue.dispatch(kernels["endless"]!, arguments: machine.arguments(address(counters + index)))
    }
    let busy = TestQueue(machine), out = machine.words(256), signal = TestSignal(machine)
    busy.dispatch(mixing["mixing"]!, size: 256, arguments: machine.arguments(address(out), UInt64(rounds)), lds: 1024, completion: signal)
    for _ in 0..<3 {
      let before = (0..<5).map { peek(counters + $0) }
      #expect(eventually { (0..<5).allSatisfy { peek(counters + $0) > before[$0] } })
    }
    #expect(signal.reaches(0))
    #expect(Array(UnsafeBufferPointer(start: out, count: 256)) == mixed(groups: 1, rounds: rounds))
    // A stopped queue stays stopped whatever the turns.
    #expect(queues[2].update(percentage: 0) == 0)
    let stopped = peek(counters + 2)
    #expect(persistently { peek(counters + 2) == stopped })
    for queue in queues { #expect(queue.destroy() == 0) }
    let last = (0..<5).map { peek(counters + $0) }
    #expect(persistently { (0..<5).allSatisfy { peek(counters + $0) == last[$0] } })
  }
}
