// Half precision under MODE's 64/16-bit denormal field: subnormal operands and results become zeros of their sign where it says so.
// The host's own control register, which does that for single and double precision, leaves halves alone.  An instruction runs on
// a register file of four rows made for it: its sources with what is subnormal taken out, and its destination.
// Threads: the worker that runs the wave.  Cost: only while MODE flushes halves and doubles, which compilers seldom ask for.
// Instructions of single precision that take halves, v_fma_mix and v_dot2_f32_f16, are among them.
// Source: AMD CDNA3 ISA, 3.5 "MODE" (FP_DENORM), and the notes of V_CVT_F16_F32, V_CVT_F32_F16; RDNA3 ISA, 3.4.
import CSoftGPU

/// Which operands of an instruction are halves.
struct HalfOperands {
  /// Bit n: source n.
  var sources: UInt8 = 0
  /// Bit n: source n is taken as a word, constants too.
  var words: UInt8 = 0
  var isResult = false
  /// A comparison: its result is a mask.
  var isMask = false
  /// Both halves of the result's register.
  var isPacked = false
  /// gfx9: the destination is an operand, too.
  var accumulates = false
  /// Of single precision, with sources that are halves: all of these, or those that the instruction itself says.
  var isMixed = false, isChosen = false
  /// ... which writes the high half of its register.
  var isHigh = false
  var isEmpty: Bool { sources == 0 && !isResult }

  init(_ name: String, isGFX9: Bool) {
    guard name.contains("_f16") || name == "v_fma_mix_f32" else { return }
    if name.hasPrefix("v_cvt_f16_") { isResult = true; return }
    if name.hasPrefix("v_cvt_") { sources = 1; return }
    if name.hasPrefix("v_cmp") {
      isMask = true
      if !name.contains("_class_") { sources = 3 }
      return
    }
    guard name.hasSuffix("_f16") || name == "v_fma_mix_f32" else { return }
    if name.hasPrefix("v_fma_mix") {
      (sources, isMixed, isChosen) = (7, true, true)
      isResult = name != "v_fma_mix_f32"
      isHigh = name == "v_fma_mixhi_f16"
      return
    }
    if name.hasPrefix("v_dot2") && name.hasSuffix("_f32_f16") {
      (sources, isMixed) = (3, true)
      words = name.hasPrefix("v_dot2_") ? 0 : 3
      return
    }
    isResult = true
    sources = name.hasPrefix("v_ldexp") ? 1 : 7
    isPacked = name.hasPrefix("v_pk_")
    words = name.hasPrefix("v_pk_fmac") ? 7 : name.hasPrefix("v_dot2_f16") ? 3 : 0
    accumulates = isGFX9 && (name.hasPrefix("v_mac_") || name.hasPrefix("v_pk_fmac"))
  }
}

/// Both halves of a word without what is subnormal.
@inline(__always) func halvesFlushed(_ word: UInt32) -> UInt32 { halfFlushed(halfFlushed(word, 0), 16) }
@inline(__always) private func halfFlushed(_ word: UInt32, _ shift: UInt32) -> UInt32 {
  word & 0x7c00 << shift == 0 ? word & ~(0x7fff << shift) : word
}

extension UnsafeMutablePointer<WorkerState> {
  /// Executes an instruction of halves; false where it has none, and nothing is done.
  @inline(never) func executeFlushed(_ wave: Wave, _ op: Op, _ csr: UInt32) -> Bool {
    let row = op.pointee.row
    let halves: HalfOperands
    if let known = pointee.halfOperands[row] { halves = known } else {
      halves = HalfOperands(pointee.instructions.pointee.table.rows[Int(row)].name.description, isGFX9: pointee.isGFX9)
      pointee.halfOperands[row] = halves
    }
    // What else is of single precision has no halves, or its own rules for them.
    guard !halves.isEmpty, op.pointee.flags & 2 != 0 || halves.isMixed else { return false }
    let keepsInputs = wave.pointee.mode >> 6 & 1 != 0, keepsResults = wave.pointee.mode >> 7 & 1 != 0
    let destination = 3, file = wave.pointee.vgpr
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 5 * 64) { rows in
      let own = rows.baseAddress.unsafelyUnwrapped
      own.initialize(repeating: 0, count: 5 * 64)
      var changed = op.pointee
      for index in 0..<3 {
        let isHalf = halves.sources >> UInt8(index) & 1 != 0 && (!halves.isChosen || op.pointee.select >> UInt8(4 + index) & 1 != 0)
        guard wave.copySource(op, index, isHalf: isHalf, isWord: halves.words >> UInt8(index) & 1 != 0, to: own + index * 64) else { continue }
        changed.setSource(index, UInt16(256 + index))
        if isHalf, !keepsInputs { for lane in 0..<64 { own[index * 64 + lane] = halvesFlushed(own[index * 64 + lane]) } }
      }
      if !keepsInputs, table(wave, op).contains(.literal) { changed.literal = halvesFlushed(changed.literal) }
      let out = file + Int(op.pointee.destination) * 64
      if !halves.isMask {
        for lane in 0..<64 {
          let word = out[lane]
          own[destination * 64 + lane] = !halves.accumulates || keepsInputs ? word : halves.isPacked ? halvesFlushed(word) : halfFlushed(word, 0)
        }
        changed.destination = UInt16(destination)
      }
      let on = wave.exec
      wave.pointee.vgpr = own
      withUnsafePointer(to: &changed) { execute(wave, $0, csr) }
      wave.pointee.vgpr = file
      guard !halves.isMask else { return }
      let written = changed.outputModifiers & 32 != 0 ? on & wave.pointee.writable : on
      for lane in 0..<64 where written >> UInt64(lane) & 1 != 0 {
        var word = own[destination * 64 + lane]
        if halves.isResult, !keepsResults {
          if halves.isPacked { word = halvesFlushed(word) } else if let shift = halves.isChosen ? (halves.isHigh ? 16 : 0) : changed.resultShift { word = halfFlushed(word, shift) }
        }
        out[lane] = word
      }
    }
    return true
  }
}

extension UnsafeMutablePointer<carmine_wave> {
  /// The product inside an instruction that rounds it, such as gfx9's v_mad_f16: a result like any other.
  @inlinable @inline(__always) public func halfProduct(_ a: Float16, _ b: Float16) -> Float {
    let product = Float16(Float(a) * Float(b))
    guard product.isSubnormal else { return Float(product) }
    // By hand: the C library's conversion takes a subnormal half for zero where the control register says so of operands.
    let value = pointee.mode & 1 << 7 == 0 ? 0 : Float(Int32(product.significandBitPattern)) * 0x1p-24
    return product.sign == .minus ? -value : value
  }
}

extension carmine_op {
  fileprivate mutating func setSource(_ index: Int, _ code: UInt16) {
    switch index { case 0: source0 = code; case 1: source1 = code; default: source2 = code }
  }
  /// Where a result's half lies in its register; nil for a byte, which holds none.
  fileprivate var resultShift: UInt32? {
    if outputModifiers & 16 != 0 {  // SDWA
      let selection = literal >> 8 & 7
      return selection < 4 ? nil : selection == 5 ? 16 : 0
    }
    return outputModifiers & 8 != 0 ? 16 : 0
  }
}

extension UnsafeMutablePointer<carmine_wave> {
  /// A source's values; false for a constant or scalar that is no half, which stays where it is.
  fileprivate func copySource(_ o: Op, _ index: Int, isHalf: Bool, isWord: Bool, to out: Lanes) -> Bool {
    let code = code(o, index)
    if code >= 256 {
      let from = vgpr(code - 256)
      for lane in 0..<64 { out[lane] = from[lane] }
    } else {
      guard isHalf else { return false }
      broadcast(!isWord && code >= 240 && code <= 248 ? InlineConstant.f16[code - 240] : s32(o, index), out)
    }
    return true
  }
}
