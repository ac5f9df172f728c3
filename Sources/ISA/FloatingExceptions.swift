// Floating-point exceptions: while MODE enables any, what an instruction's active lanes raise is kept in TRAPSTS, and one that is
// enabled stops the wave behind the instruction, for the trap handler.  The host's own flags (MXCSR) say what arithmetic raised: they
// have AMD's order.  Lanes that are off compute too, so they are given the first active lane's operands meanwhile.  Comparisons,
// selections and conversions to integers raise by rules of their own, for which operands are looked at.
// Threads: the worker that runs the wave.  Cost: only while MODE.excp_en is set.
// Source: AMD CDNA3 ISA, 3.5 "MODE", 3.10 "Trap and Exception registers", 6 "Floating-point exceptions"; RDNA3 ISA, 3.4.
import CSoftGPU
import Glibc

/// TRAPSTS's low bits, and MODE's from bit 12 on.
public enum FloatingException {
  public static let invalid: UInt32 = 1, denormal: UInt32 = 2, divisionByZero: UInt32 = 4, overflow: UInt32 = 8
  public static let underflow: UInt32 = 16, inexact: UInt32 = 32, integerDivisionByZero: UInt32 = 64
}

/// How an instruction raises.
enum ExceptionRule: UInt8 {
  case none
  case arithmetic            // everything
  case estimate              // invalid, denormal, division by zero: the rest of an approximation says nothing
  case integerEstimate       // v_rcp_iflag: division by zero is the integers'
  case selection             // a signalling NaN is invalid
  case conversion            // what doesn't fit an integer is invalid, what has a fraction inexact

  private static let arithmeticNames = [
    "v_add_f", "v_sub_f", "v_subrev_f", "v_mul_f", "v_fma_f", "v_fmac_f", "v_fmaak_f", "v_fmamk_f", "v_mac_f", "v_mad_f", "v_madak_f", "v_madmk_f",
    "v_div_fmas_f", "v_pk_add_f", "v_pk_mul_f", "v_pk_fma_f", "v_cvt_f32_f64", "v_cvt_f64_f32", "v_cvt_f16_f32", "v_cvt_f32_f16", "v_cvt_f32_i32",
    "v_cvt_f32_u32", "v_cvt_f16_i16", "v_cvt_f16_u16", "v_ldexp_f",
  ]
  init(_ name: String) {
    func begins(_ names: [String]) -> Bool { names.contains { name.hasPrefix($0) } }
    if name.hasPrefix("v_rcp_iflag") {
      self = .integerEstimate
    } else if begins(["v_rcp_f", "v_rsq_f", "v_sqrt_f"]) {
      self = .estimate
    } else if begins(["v_cmp_", "v_cmpx_", "v_min_f", "v_max_f", "v_min3_f", "v_max3_f", "v_med3_f"]), !name.contains("_class_") {
      self = .selection
    } else if begins(["v_cvt_i32_f", "v_cvt_u32_f", "v_cvt_i16_f", "v_cvt_u16_f"]) {
      self = .conversion
    } else {
      self = begins(Self.arithmeticNames) ? .arithmetic : .none
    }
  }
}

extension UnsafeMutablePointer<WorkerState> {
  /// Executes a floating-point instruction under the control register `csr`, and stops the wave if MODE wants to know what came of it.
  @inline(never) func executeWatched(_ wave: Wave, _ op: Op, _ csr: UInt32) {
    let rule = ExceptionRule(pointee.instructions.pointee.table.rows[Int(op.pointee.row)].name.description)
    let on = wave.exec
    var raised: UInt32 = 0
    if on != 0, rule == .selection || rule == .conversion { raised = wave.operandExceptions(op, rule, name(op)) }
    if on != 0, rule == .arithmetic || rule == .estimate || rule == .integerEstimate {
      raised = wave.withUniformLanes(op) {
        carmine_set_csr(csr)
        op.pointee.execute.unsafelyUnwrapped(wave, op)
        let flags = carmine_get_csr() & 0x3f
        carmine_set_csr(0x1f80)
        return flags
      }
      if rule != .arithmetic { raised &= 7 }
      if rule == .integerEstimate, raised & FloatingException.divisionByZero != 0 {
        raised = raised & ~FloatingException.divisionByZero | FloatingException.integerDivisionByZero
      }
    } else {
      carmine_set_csr(csr)
      op.pointee.execute.unsafelyUnwrapped(wave, op)
      carmine_set_csr(0x1f80)
    }
    guard raised != 0, wave.pointee.state == UInt32(CARMINE_WAVE_RUNNING) else { return }
    wave.pointee.trapStatus |= raised
    let enabled = wave.pointee.mode >> 12 & TrapStatus.floatingPoint
    guard raised & enabled != 0, pointee.traps.handler != 0, wave.pointee.status & UInt32(CARMINE_STATUS_PRIVILEGED) == 0 else { return }
    stop(wave, op, .exception(raised))
  }
  private func name(_ op: Op) -> String { pointee.instructions.pointee.table.rows[Int(op.pointee.row)].name.description }

  /// A floating-point exception stops a wave behind its instruction, other faults at it.
  var stoppedBehind: Bool {
    if case .exception? = pointee.fault?.cause { true } else { false }
  }
}

extension UnsafeMutablePointer<carmine_wave> {
  /// Runs `body` while lanes that are off hold the first active lane's values in the registers that `o` may read.
  fileprivate func withUniformLanes(_ o: Op, _ body: () -> UInt32) -> UInt32 {
    let on = exec
    guard on != ~0 else { return body() }
    let first = on.trailingZeroBitCount
    var rows: [Int] = []
    for code in [Int(o.pointee.source0), Int(o.pointee.source1), Int(o.pointee.source2), Int(o.pointee.destination) + 256] where code >= 256 {
      for row in [code - 256, code - 255] where row < 256 && !rows.contains(row) { rows.append(row) }
    }
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 8 * 64) { saved in
      for (index, row) in rows.enumerated() {
        let lanes = vgpr(row), value = lanes[first]
        for lane in 0..<64 where on >> UInt64(lane) & 1 == 0 { saved[index * 64 + lane] = lanes[lane]; lanes[lane] = value }
      }
      let result = body()
      for (index, row) in rows.enumerated() {
        let lanes = vgpr(row)
        for lane in 0..<64 where on >> UInt64(lane) & 1 == 0 { lanes[lane] = saved[index * 64 + lane] }
      }
      return result
    }
  }

  /// What operands alone raise.
  fileprivate func operandExceptions(_ o: Op, _ rule: ExceptionRule, _ name: String) -> UInt32 {
    let type: OperandType = name.hasSuffix("_f64") ? .f64 : name.hasSuffix("_f16") ? .f16 : name.hasSuffix("_f32") ? .f32 : .b32
    guard type != .b32 else { return 0 }
    let count = rule == .conversion ? 1 : name.contains("3_f") ? 3 : 2, isSigned = name.contains("_i"), bits = name.contains("16_f16") ? 16.0 : 32.0
    var raised: UInt32 = 0
    for index in 0..<count {
      let lanes = source(o, index, type)
      forLanes(exec) { lane in
        let value: Double, signals: Bool
        switch type {
        case .f64: value = Double.load(lanes, lane); signals = isSignalling(Double.load(lanes, lane))
        case .f16: value = Double(Float16.load(lanes, lane)); signals = isSignalling(Float16.load(lanes, lane))
        default: value = Double(Float.load(lanes, lane)); signals = isSignalling(Float.load(lanes, lane))
        }
        guard rule == .conversion else { if signals { raised |= FloatingException.invalid }; return }
        let whole = value.rounded(.towardZero), top = isSigned ? exp2(bits - 1) : exp2(bits), bottom = isSigned ? -top : 0
        if !(whole >= bottom && whole < top) { raised |= FloatingException.invalid } else if whole != value { raised |= FloatingException.inexact }
      }
    }
    return raised
  }
}
