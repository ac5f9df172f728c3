// Kernels as machine code for gfx942, assembled by llvm-mc 22 from the text beside them, with descriptors as it made them.
// They need no compiler, so that launching is tested by itself.
import GPU
import KernelImage
import ModuleLoading

@testable import CUDA

struct TestKernel {
  var name: String
  var code: [UInt32]
  var parameters: [Parameter]

  /// Kernel descriptor of all of them: 8 VGPRs, kernarg pointer in s[0:1], workgroup id x in s2, 112 bytes of kernarg.
  static let descriptor: [UInt32] = [0, 0, 0x70, 0, 256, 0, 0, 0, 0, 0, 0, 1, 0xac0080, 0x84, 0x8, 0]  // entry: 256 bytes on

  /// out[blockIdx.x * blockDim.x + threadIdx.x] = that index + value
  static let store = TestKernel(
    name: "store",
    code: [
      0xc0060100, 0x0,         // s_load_dwordx2 s[4:5], s[0:1], 0x0
      0xc0020180, 0x8,         // s_load_dword s6, s[0:1], 0x8
      0xc00201c0, 0x10,        // s_load_dword s7, s[0:1], 0x10    hidden: ntid.x
      0xc0020200, 0x28,        // s_load_dword s8, s[0:1], 0x28    hidden: ctaid_offset.x
      0xbf8cc07f,              // s_waitcnt lgkmcnt(0)
      0x80080208,              // s_add_u32 s8, s8, s2
      0x92070807,              // s_mul_i32 s7, s7, s8
      0x260000ff, 0x3ff,       // v_and_b32 v0, 0x3ff, v0
      0x68020007,              // v_add_u32 v1, s7, v0
      0x68040206,              // v_add_u32 v2, s6, v1
      0x24020282,              // v_lshlrev_b32 v1, 2, v1
      0xdc708000, 0x40201,     // global_store_dword v1, v2, s[4:5]
      0xbf810000,              // s_endpgm
    ],
    parameters: [.init(offset: 0, size: 8, alignment: 8), .init(offset: 8, size: 4, alignment: 4)])

  /// while (*flag == 0) {}
  static let spin = TestKernel(
    name: "spin",
    code: [
      0xc0060100, 0x0,         // s_load_dwordx2 s[4:5], s[0:1], 0x0
      0x7e000280,              // v_mov_b32 v0, 0
      0xbf8cc07f,              // s_waitcnt lgkmcnt(0)
      0xde518000, 0x1040000,   // again: global_load_dword v1, v0, s[4:5] sc0 sc1
      0xbf8c0f70,              // s_waitcnt vmcnt(0)
      0x7e0c0501,              // v_readfirstlane_b32 s6, v1
      0xbf068006,              // s_cmp_eq_u32 s6, 0
      0xbf85fffa,              // s_cbranch_scc1 again
      0xbf810000,              // s_endpgm
    ],
    parameters: [.init(offset: 0, size: 8, alignment: 8)])

  /// fault_cell->code = CARMINE_FAULT_ASSERT; trap
  static let assertion = TestKernel(
    name: "assertion",
    code: [
      0xc0060100, 0x40,        // s_load_dwordx2 s[4:5], s[0:1], 0x40    hidden: fault_cell
      0x7e000280,              // v_mov_b32 v0, 0
      0x7e020281,              // v_mov_b32 v1, 1
      0xbf8cc07f,              // s_waitcnt lgkmcnt(0)
      0xdc708000, 0x40100,     // global_store_dword v0, v1, s[4:5]
      0xbf8c0f70,              // s_waitcnt vmcnt(0)
      0xbf920002,              // s_trap 2
      0xbf810000,              // s_endpgm
    ],
    parameters: [])

  /// An encoding that is no instruction (SOPP opcode 0x7f).
  static let illegal = TestKernel(name: "illegal", code: [0xbfff0000, 0xbf810000], parameters: [])

  /// Loads the kernel; its memory lives as long as the process.
  func load(on context: Context) throws -> Function {
    var bytes = [UInt32](repeating: 0, count: 64) + code
    bytes.replaceSubrange(0..<16, with: Self.descriptor)
    let memory = try ExecutableMemory(on: context.gpu, byteCount: bytes.count * 4)
    bytes.withUnsafeBytes { memory.write($0) }
    _ = Unmanaged.passRetained(memory)
    var image = KernelImage()
    image.name = name
    image.target = "gfx942"
    image.parameters = parameters
    image.hiddenOffset = 16
    image.kernargSize = 112
    image.vgprs = 8
    image.mapping = .sharedWave
    return Function(name: name, image: image, descriptorAddress: memory.address, deviceOrdinal: context.device.ordinal)
  }
}
