import CKFD
import CSoftGPU
import Glibc
import ISA
import Testing
@testable import SoftGPU

/// Source of the expectations: the hand-over between the driver's trap handler and the client's, as the comments of AMD's
/// trap handlers and cwsr_trap_handler_gfx9.asm describe it; LLVM AMDGPU usage, "Trap Handler ABI".
@Suite(.serialized) struct TrapHandlerTests {
  private func install(_ machine: Machine, _ handler: UInt64, _ memory: UInt64) -> Int32 {
    var a = kfd_ioctl_set_trap_handler_args(tba_addr: handler, tma_addr: memory, gpu_id: machine.gpuID, pad: 0)
    return machine.ioctl(0x13, &a)
  }

  /// Writes what it was given to the client's memory and goes on behind the s_trap.
  private static let handler = """
    .text
    .globl handler
    .p2align 8
    handler:
    s_bfe_u32 ttmp2, ttmp1, 0x80010
    s_getreg_b32 ttmp3, hwreg(HW_REG_STATUS)
    s_mov_b64 ttmp[4:5], exec
    s_mov_b64 exec, 1
    v_mov_b32 v20, ttmp2
    v_mov_b32 v21, ttmp12
    v_mov_b32 v22, ttmp3
    v_mov_b32 v23, ttmp0
    v_mov_b32 v24, 0
    global_store_dwordx4 v24, v[20:23], ttmp[14:15]
    s_waitcnt vmcnt(0)
    s_mov_b64 exec, ttmp[4:5]
    s_add_u32 ttmp0, ttmp0, 4
    s_addc_u32 ttmp1, ttmp1, 0
    s_and_b32 ttmp1, ttmp1, 0xffff
    s_and_b64 exec, exec, exec
    s_setreg_b32 hwreg(HW_REG_STATUS), ttmp12
    s_rfe_b64 ttmp[0:1]

    """

  @Test("s_trap enters the client's handler with its number, STATUS and the client's memory; s_rfe goes on behind it")
  func entersAndReturns() throws {
    let machine = Machine(), queue = TestQueue(machine), out = machine.words(64), memory = machine.words(4), signal = TestSignal(machine)
    let symbols = try machine.load(Self.handler + Machine.kernel("traps", """
      s_load_dwordx2 s[4:5], s[0:1], 0x0
      v_lshlrev_b32 v1, 2, v0
      v_mov_b32 v2, 5
      s_cmp_eq_u32 s2, s2
      s_waitcnt lgkmcnt(0)
      at:
      s_trap 7
      s_cselect_b32 s6, 40, 0
      v_add_u32 v2, s6, v2
      global_store_dword v1, v2, s[4:5]
      """, vgprs: 32))
    #expect(install(machine, symbols["handler"]!, address(memory)) == 0)
    queue.dispatch(symbols["traps"]!, arguments: machine.arguments(address(out)), completion: signal)
    #expect(signal.reaches(0))
    for lane in 0..<64 { #expect(out[lane] == 45) }
    #expect(memory[0] == 7)
    #expect(memory[1] & (1 | 1 << 5 | 1 << 6 | 1 << 13) == 1 | 1 << 6)          // SCC, not privileged, traps enabled, not halted
    #expect(memory[2] & 1 << 5 != 0)                                             // the handler is privileged
    #expect(memory[3] == UInt32(truncatingIfNeeded: symbols["at"]!))
  }

  @Test("Without a handler s_trap stops the queue")
  func noHandler() throws {
    let machine = Machine(), queue = TestQueue(machine), inactive = TestSignal(machine, 0)
    queue.control.storeBytes(of: inactive.handle, toByteOffset: 192, as: UInt64.self)
    let symbols = try machine.load(Machine.kernel("traps", "s_trap 2"))
    queue.dispatch(symbols["traps"]!)
    #expect(inactive.reaches(0x8000_0000))
  }

  /// As AMD's handlers do: asks for the doorbell, reads the cause, interrupts the host with an event's number from the client's
  /// memory, leaves doorbell and cause there, and halts the wave.
  private static let halting = """
    .text
    .globl halting
    .p2align 8
    halting:
    s_mov_b64 ttmp[2:3], exec
    s_mov_b32 exec_lo, 0x80000000
    s_sendmsg sendmsg(MSG_GET_DOORBELL)
    wait:
    s_nop 7
    s_bitcmp0_b32 exec_lo, 31
    s_cbranch_scc0 wait
    s_and_b32 ttmp6, exec_lo, 0x3ff
    s_getreg_b32 ttmp7, hwreg(HW_REG_TRAPSTS)
    s_mov_b64 exec, 1
    v_mov_b32 v20, ttmp6
    v_mov_b32 v21, ttmp7
    v_mov_b32 v24, 0
    global_store_dwordx2 v24, v[20:21], ttmp[14:15] offset:8
    s_load_dword ttmp8, ttmp[14:15], 0x0
    s_load_dwordx2 ttmp[4:5], ttmp[14:15], 0x10
    s_waitcnt vmcnt(0) lgkmcnt(0)
    s_cmp_eq_u64 ttmp[4:5], 0
    s_cbranch_scc1 told
    v_mov_b32 v20, ttmp8
    v_mov_b32 v21, 0
    global_store_dwordx2 v24, v[20:21], ttmp[4:5]
    s_waitcnt vmcnt(0)
    told:
    s_mov_b64 exec, ttmp[2:3]
    s_mov_b32 ttmp9, m0
    s_mov_b32 m0, ttmp8
    s_nop 0
    s_sendmsg sendmsg(MSG_INTERRUPT)
    s_mov_b32 m0, ttmp9
    s_bitset1_b32 ttmp12, 13
    s_and_b64 exec, exec, exec
    s_setreg_b32 hwreg(HW_REG_STATUS), ttmp12
    s_rfe_b64 ttmp[0:1]

    """

  @Test("A violation raises the memory event and enters the handler, whose message raises an event; the halted queue can go",
        arguments: [("memory", 1 << 28 | 1 << 8), ("illegal", 1 << 11), ("aperture", 1 << 8)] as [(String, UInt32)])
  func violations(kernel: String, cause: UInt32) throws {
    let machine = Machine(), first = TestQueue(machine), queue = TestQueue(machine), memory = machine.words(8), signal = TestSignal(machine)
    let symbols = try machine.load(
      Self.halting + Machine.kernel("memory", """
        v_mov_b32 v0, 0
        v_mov_b32 v1, 0x6000
        global_store_dword v[0:1], v0, off
        s_waitcnt vmcnt(0)
        """, vgprs: 32)
        + Machine.kernel("illegal", ".long 0xffffffff", vgprs: 32)
        + Machine.kernel("aperture", """
          s_mov_b64 s[4:5], src_shared_base
          v_mov_b32 v0, 0x100000
          v_mov_b32 v1, s5
          flat_store_dword v[0:1], v0
          """, vgprs: 32, lds: 64))
    let event = machine.eventWithMailbox(), exception = machine.createEvent(8)
    memory[0] = event.id
    // Without its mailbox an event would not be found: the handler writes it.
    let mailbox = UInt64(UInt(bitPattern: event.box))
    memory[4] = UInt32(truncatingIfNeeded: mailbox)
    memory[5] = UInt32(truncatingIfNeeded: mailbox >> 32)
    #expect(install(machine, symbols["halting"]!, address(memory)) == 0)
    queue.dispatch(symbols[kernel]!, groups: 5, lds: 64, completion: signal)
    #expect(machine.wait([event.id], milliseconds: 20_000) == Machine.complete)
    #expect(peek(memory + 2) == 1, "the second doorbell of the device")
    #expect(memory[3] == cause)
    var data = [kfd_event_data_1_13()]
    data[0].event_id = exception.event_id
    let raised = machine.wait(&data, milliseconds: kernel == "illegal" ? 0 : 20_000) == Machine.complete
    #expect(raised == (kernel != "illegal"))
    if kernel == "memory" { #expect(data[0].memory_exception_data.va == 0x6000_0000_0000) }
    #expect(persistently { signal.value == 1 })
    // Halted waves burn no time and are saved as others are.
    #expect(queue.update(percentage: 0) == 0 && queue.update() == 0)
    #expect(queue.destroy() == 0 && first.destroy() == 0)
  }

  @Test("What a handler says of its queue reaches the runtime through the save area's header, once the runtime is enabled")
  func exceptionsForTheRuntime() throws {
    let machine = Machine()
    var enable = kfd_ioctl_runtime_enable_args_1_14(r_debug: 0, mode_mask: 1, capabilities_mask: 0)
    #expect(machine.ioctl(0x25, &enable) == 0)
    let queue = TestQueue(machine), memory = machine.words(8), payload = machine.words(2)
    let symbols = try machine.load(Self.halting + Machine.kernel("traps", "s_trap 2", vgprs: 32))
    let event = machine.createEvent(autoReset: true)
    // The client's own view of the save area.
    #expect(mprotect(UnsafeMutableRawPointer(bitPattern: UInt(queue.saveArea)), 4096, PROT_READ | PROT_WRITE) == 0)
    let header = UnsafeMutableRawPointer(bitPattern: UInt(queue.saveArea))!
    header.storeBytes(of: address(payload), toByteOffset: 24, as: UInt64.self)
    header.storeBytes(of: event.event_id, toByteOffset: 32, as: UInt32.self)
    memory[0] = 0 | 1 << 10                                             // doorbell 0: abort
    #expect(install(machine, symbols["halting"]!, address(memory)) == 0)
    queue.dispatch(symbols["traps"]!)
    #expect(machine.wait([event.event_id], milliseconds: 20_000) == Machine.complete)
    #expect(payload[0] == 1 && payload[1] == 0)
  }

  /// Leaves TRAPSTS and the program counter in the client's memory and goes on where the wave stopped.
  private static let noting = """
    .text
    .globl noting
    .p2align 8
    noting:
    s_getreg_b32 ttmp3, hwreg(HW_REG_TRAPSTS)
    s_mov_b64 ttmp[4:5], exec
    s_mov_b64 exec, 1
    v_mov_b32 v20, ttmp3
    v_mov_b32 v21, ttmp0
    v_mov_b32 v24, 0
    global_store_dwordx2 v24, v[20:21], ttmp[14:15]
    s_waitcnt vmcnt(0)
    s_mov_b64 exec, ttmp[4:5]
    s_and_b32 ttmp1, ttmp1, 0xffff
    s_and_b64 exec, exec, exec
    s_setreg_b32 hwreg(HW_REG_STATUS), ttmp12
    s_rfe_b64 ttmp[0:1]

    """

  @Test("An enabled floating-point exception of a lane that is on enters the handler behind its instruction; of a lane that is off it doesn't")
  func floatingPoint() throws {
    let machine = Machine(), queue = TestQueue(machine), out = machine.words(64), memory = machine.words(4)
    let symbols = try machine.load(Self.noting + Machine.kernel("divides", """
      s_load_dwordx2 s[4:5], s[0:1], 0x0
      v_lshlrev_b32 v1, 2, v0
      v_cvt_f32_u32 v2, v0
      s_setreg_imm32_b32 hwreg(HW_REG_MODE, 12, 7), 4
      s_mov_b64 exec, -2
      v_rcp_f32 v3, v2
      s_mov_b64 exec, -1
      s_getreg_b32 s6, hwreg(HW_REG_TRAPSTS, 0, 7)
      v_rcp_f32 v3, v2
      behind:
      v_mov_b32 v4, s6
      s_waitcnt lgkmcnt(0)
      global_store_dword v1, v4, s[4:5]
      """, vgprs: 32))
    #expect(install(machine, symbols["noting"]!, address(memory)) == 0)
    let signal = TestSignal(machine)
    queue.dispatch(symbols["divides"]!, arguments: machine.arguments(address(out)), completion: signal)
    #expect(signal.reaches(0))
    #expect(out[0] == 0)
    #expect(memory[0] & 0x7f == 4 && memory[1] == UInt32(truncatingIfNeeded: symbols["behind"]!))
  }

  /// What IEEE 754 says of these operands; bits as the manual's TRAPSTS has them: invalid, denormal, division by zero, overflow,
  /// underflow, inexact, integer division by zero.
  @Test("What instructions raise is kept in TRAPSTS while MODE enables exceptions, also without a handler", arguments: [
    ("v_add_f32 v4, v2, v3", 0x3f80_0000, 0x3f80_0000, 0), ("v_add_f32 v4, v2, v3", 0x7f80_0000, 0xff80_0000, 1),
    ("v_add_f32 v4, v2, v3", 0x7fa0_0000, 0x3f80_0000, 1), ("v_add_f32 v4, v2, v3", 0x7fc0_0000, 0x3f80_0000, 0),
    ("v_add_f32 v4, v2, v3", 0x3f80_0000, 0x3380_0001, 0x20), ("v_mul_f32 v4, v2, v3", 0x7f00_0000, 0x7f00_0000, 0x28),
    ("v_mul_f32 v4, v2, v3", 0x0080_0001, 0x3f00_0001, 0x30), ("v_mul_f32 v4, v2, v3", 1, 0x3f80_0000, 2),
    ("v_rcp_f32 v4, v2", 0, 0, 4), ("v_rcp_iflag_f32 v4, v2", 0, 0, 0x40), ("v_sqrt_f32 v4, v2", 0xbf80_0000, 0, 1),
    ("v_cmp_lt_f32 vcc, v2, v3", 0x7fc0_0000, 0, 0), ("v_cmp_lt_f32 vcc, v2, v3", 0x7fa0_0000, 0, 1),
    ("v_max_f32 v4, v2, v3", 0x7fc0_0000, 0, 0), ("v_cvt_i32_f32 v4, v2", 0x3fc0_0000, 0, 0x20),
    ("v_cvt_i32_f32 v4, v2", 0x4f80_0000, 0, 1), ("v_cvt_u32_f32 v4, v2", 0x4000_0000, 0, 0),
  ] as [(String, UInt32, UInt32, UInt32)])
  func raised(instruction: String, first: UInt32, second: UInt32, bits: UInt32) throws {
    let machine = Machine(), queue = TestQueue(machine), out = machine.words(64), signal = TestSignal(machine)
    let symbols = try machine.load(Machine.kernel("raises", """
      s_load_dwordx2 s[4:5], s[0:1], 0x0
      v_lshlrev_b32 v1, 2, v0
      v_mov_b32 v2, \(first)
      v_mov_b32 v3, \(second)
      s_setreg_imm32_b32 hwreg(HW_REG_MODE, 4, 4), 15
      s_setreg_imm32_b32 hwreg(HW_REG_MODE, 12, 7), 0x7f
      \(instruction)
      s_setreg_imm32_b32 hwreg(HW_REG_MODE, 12, 7), 0
      s_getreg_b32 s6, hwreg(HW_REG_TRAPSTS, 0, 7)
      v_mov_b32 v4, s6
      s_waitcnt lgkmcnt(0)
      global_store_dword v1, v4, s[4:5]
      """, vgprs: 32))
    queue.dispatch(symbols["raises"]!, arguments: machine.arguments(address(out)), completion: signal)
    #expect(signal.reaches(0))
    #expect(out[0] == bits && out[63] == bits)
  }
}
