// Kernels compiled by LLVM 22 from OpenCL C run as compiled; the expected values are computed by Swift on the host.
import Glibc
import Testing

@testable import SoftGPU

@Suite struct ExecutionTests {
  @Test(arguments: [false, true]) func `a compiled vector add adds every element`(inline: Bool) throws {
    let lab = Lab()
    try lab.compile("""
      kernel void add(global const float *a, global const float *b, global float *c, u32 n) {
        u32 i = GID; if (i < n) c[i] = a[i] + b[i];
      }
      """)
    let n = inline ? 200 : 10_000
    let a = lab.buffer((0..<n).map { Float($0) }), b = lab.buffer((0..<n).map { Float($0) * 0.5 }), c = lab.buffer(Float(-1), count: n + 64)
    try lab.complete("add", groups: ((n + 255) / 256, 1, 1), size: (256, 1, 1), inline: inline,
      [.pointer(a.address), .pointer(b.address), .pointer(c.address), .u32(UInt32(n))])
    for i in 0..<n { #expect(c[i] == Float(i) * 1.5) }
    for i in n..<n + 64 { #expect(c[i] == -1) }
  }
}
