// Kernel images and inventories.  Layouts follow the PTX ISA (natural alignment); the loader's side of them is KernelImage's.
import CDeviceABI
import Compiler
import KernelImage
import Testing

@Suite struct ImageTests {
  @Test func parametersLieAtTheirNaturalAlignmentAndTheHiddenOnesAfterThem() throws {
    let image = try image(kernel(
      "ret;", parameters: ".param .u8 a, .param .u32 b, .param .u16 c, .param .f64 d, .param .align 16 .b8 e[20], .param .u8 f"))
    #expect(image.parameters.map(\.offset) == [0, 4, 8, 16, 32, 52])
    #expect(image.parameters.map(\.size) == [1, 4, 2, 8, 20, 1])
    #expect(image.hiddenOffset == 64)
    #expect(image.kernargSize == 64 + UInt32(MemoryLayout<carmine_hidden_arguments>.size))
  }

  @Test func aKernelWithoutParametersHasItsHiddenArgumentsAtTheStart() throws {
    let image = try image(kernel("mov.u32 %r1, %ntid.x; mov.u64 %rd1, 4096; st.global.u32 [%rd1], %r1; ret;", parameters: ""))
    #expect(image.parameters.isEmpty)
    #expect(image.hiddenOffset == 0)
  }

  @Test func moduleVariablesAreRelocated() throws {
    let image = try image(kernel(
      "mov.u64 %rd1, counter; ld.const.u32 %r1, [table+4]; atom.global.add.u32 %r2, [%rd1], %r1; ret;",
      head: ".global .align 4 .u32 counter; .const .align 4 .u32 table[4] = {1, 2, 3, 4}; .global .u32 unused;"))
    #expect(Set(image.relocations.map(\.symbol)) == ["counter", "table"])
    #expect(image.relocations.allSatisfy { Int($0.offset) + 8 <= image.bytes.count })
  }

  @Test func theDescriptorLiesInTheImage() throws {
    let image = try image(kernel("ret;"))
    #expect(image.descriptorOffset % 64 == 0)
    #expect(Int(image.descriptorOffset) + 64 <= image.bytes.count)
    #expect(image.target == "gfx942")
  }

  @Test func requiredBlockSizesAreKept() throws {
    let image = try image(kernel("ret;", directives: ".reqntid 64, 2, 1"))
    #expect(image.requiredThreads == [64, 2, 1])
    #expect(image.maximumThreads == 128)
  }

  @Test func staticSharedMemoryIsCounted() throws {
    let image = try image(kernel("""
      ld.param.u64 %rd1, [p0]; mov.u32 %r1, tile; mov.u32 %r2, %tid.x; shl.b32 %r3, %r2, 2; add.u32 %r1, %r1, %r3;
      st.shared.u32 [%r1], %r2; bar.sync 0; ld.shared.u32 %r4, [tile+16]; st.global.u32 [%rd1], %r4; ret;
      """, head: ".shared .align 4 .b8 tile[1024];"))
    #expect(image.staticSharedBytes == 1024)
  }

  @Test func inventoriesHoldInitialBytesAndAddresses() throws {
    let module = try parse("""
      .version 8.0
      .target sm_86
      .address_size 64
      .global .align 4 .u32 plain;
      .global .align 8 .f64 number = 0d3FF8000000000000;
      .const .align 2 .u16 table[4] = {1, 0xFFFF, 3};
      .global .align 8 .u64 pointer = plain+4;
      .global .align 1 .b8 text[6] = {104, 101, 108, 108, 111};
      .extern .global .align 4 .u32 elsewhere;
      .visible .entry k(.param .u64 p) .maxntid 128, 1, 1 { ret; }
      """)
    let inventory = try compiler().inventory(of: module)
    let variables = Dictionary(uniqueKeysWithValues: inventory.variables.map { ($0.name, $0) })
    #expect(inventory.ptxTarget == "sm_86")
    #expect(variables["plain"]?.initial == [])
    #expect(variables["plain"]?.size == 4)
    #expect(variables["number"]?.initial == [0, 0, 0, 0, 0, 0, 0xF8, 0x3F])
    #expect(variables["table"]?.initial == [1, 0, 0xFF, 0xFF, 3, 0, 0, 0])
    #expect(variables["table"]?.space == .constant)
    #expect(variables["pointer"]?.relocations == [Relocation(offset: 0, symbol: "plain", addend: 4)])
    #expect(variables["text"]?.initial == [104, 101, 108, 108, 111, 0])
    #expect(variables["elsewhere"]?.isExternal == true)
    #expect(inventory.kernels.map(\.maximumThreads) == [128])
  }

  @Test func dynamicSharedMemoryNeedsNoKnownSize() throws {
    let image = try image(kernel(
      "mov.u32 %r1, dynamic; mov.u32 %r2, %tid.x; st.shared.u32 [%r1], %r2; bar.sync 0; ld.shared.u32 %r3, [dynamic+4]; ld.param.u64 %rd1, [p0]; st.global.u32 [%rd1], %r3; ret;",
      head: ".extern .shared .align 16 .b8 dynamic[];"))
    #expect(image.staticSharedBytes == 0)
    #expect(image.kernargSize == image.hiddenOffset + UInt32(MemoryLayout<carmine_hidden_arguments>.size))
  }

  @Test func aPointerToAFunctionIsANumberThatInitialValuesAndCallsShare() throws {
    let text = """
      .version 8.0
      .target sm_86
      .address_size 64
      .func (.param .b32 result) one(.param .b32 x) { .reg .b32 %r<3>; ld.param.u32 %r1, [x]; add.u32 %r1, %r1, 1; st.param.u32 [result], %r1; ret; }
      .func (.param .b32 result) two(.param .b32 x) { .reg .b32 %r<3>; ld.param.u32 %r1, [x]; mul.lo.u32 %r1, %r1, 77; st.param.u32 [result], %r1; ret; }
      .global .align 8 .u64 table[2] = {two, one};
      .visible .entry k(.param .u64 p) {
        .reg .b32 %r<4>; .reg .b64 %rd<4>;
        ld.param.u64 %rd1, [p]; ld.global.u32 %r1, [%rd1]; ld.global.u64 %rd2, [table+8];
        { .param .b32 argument; .param .b32 answer; st.param.u32 [argument], %r1;
        prototype: .callprototype (.param .b32 _) _ (.param .b32 _);
        call (answer), %rd2, (argument), prototype;
        ld.param.u32 %r2, [answer]; }
        st.global.u32 [%rd1], %r2; ret; }
      """
    let table = try #require(try compiler().inventory(of: parse(text)).variables.first)
    #expect(table.relocations.isEmpty)
    #expect(Array(table.initial.prefix(8)) != Array(table.initial.suffix(8)))
    #expect(table.initial.prefix(8).contains { $0 != 0 })
    let assembly = try emitted(text, as: .llvm)
    #expect(assembly.contains("77"))
    for half in [table.initial.prefix(8), table.initial.suffix(8)] {
      let number = half.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      #expect(assembly.contains("\(number)"))
    }
  }
}
