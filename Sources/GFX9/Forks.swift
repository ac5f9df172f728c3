// Forks: a wave whose lanes want to go two ways takes the one with fewer lanes first and keeps the other's place and lanes in
// four SGPRs of a stack; the join takes it up.  MODE's upper three bits count the stack.
// Source: AMD's pseudo-code of s_cbranch_i_fork, s_cbranch_g_fork and s_cbranch_join.
import CSoftGPU
import ISA

enum Forks {
  private static func level(_ w: Wave) -> Int { Int(w.pointee.mode >> 29) }
  private static func setLevel(_ w: Wave, _ level: Int) {
    HardwareRegister.setMode(w, w.pointee.mode & 0x1fff_ffff | UInt32(truncatingIfNeeded: level) << 29)
  }

  static func fork(_ w: Wave, _ o: Op, to target: UInt64) {
    let exec = w.exec, wanted = w.s64(o, 0), pass = wanted & exec, fail = ~wanted & exec
    let after = address(of: o, w) &+ 4
    if pass == exec { jump(w, o, target); return }
    if fail == exec { return }
    let place = level(w) * 4, passFirst = fail.nonzeroBitCount >= pass.nonzeroBitCount
    w.setPair(place, passFirst ? fail : pass)
    w.setPair(place + 2, passFirst ? after : target)
    setLevel(w, level(w) + 1)
    w.exec = passFirst ? pass : fail
    if passFirst { jump(w, o, target) }
  }
  static func join(_ w: Wave, _ o: Op) {
    guard level(w) != Int(w.s32(o, 0)) else { return }
    setLevel(w, level(w) - 1)
    let place = level(w) * 4
    w.exec = w.getPair(place)
    jump(w, o, w.getPair(place + 2))
  }
}
