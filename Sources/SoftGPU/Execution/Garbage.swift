// What registers, LDS and scratch hold before a kernel writes them, in strict mode: something else each time, never zeros for
// long.  Any thread.  Source: LLVM AMDGPU usage, "Initial Kernel Execution State": what isn't listed there is undefined.
import CSoftGPU
import Glibc
import ISA
import Synchronization

enum Garbage {
  private static let count = Atomic<UInt32>(0)

  /// A number that no earlier call gave for a long time.
  private static func seed() -> UInt32 {
    // Odd multiplier: a permutation of all 32-bit numbers.  Quiet NaNs of both signs are among them, small integers are rare.
    (count.wrappingAdd(1, ordering: .relaxed).newValue &* 0x9e37_79b1) | 0x0100_0001
  }
  static func fill(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) {
    let words = UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: UInt32.self), seed = seed()
    for word in 0..<count / 4 { words[word] = seed &+ UInt32(truncatingIfNeeded: word) &* 0x0101_0101 }
    for byte in (count & ~3)..<count { bytes[byte] = UInt8(truncatingIfNeeded: seed) }
  }
  /// Vector registers that the kernel has, and SGPRs with VCC.
  static func fill(_ wave: Wave, scalars: UnsafeMutablePointer<UInt32>, registers: Int) {
    let seed = seed(), vgpr = wave.pointee.vgpr
    for word in 0..<registers * 64 { vgpr[word] = seed &+ UInt32(truncatingIfNeeded: word) &* 0x0101_0101 }
    for number in 0..<ScalarCode.vcc + 2 { scalars[number] = seed &+ UInt32(number) &* 0x0301_0107 }
  }
}
