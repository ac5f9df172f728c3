// Matrix instructions of a warp and of a warpgroup.  Source: PTX ISA 9.x, sections 9.7.14, 9.7.15, 9.7.16.
// A row says how many registers of a lane hold a fragment.  Native: by AMD's matrix instructions on the processors that have one for
// the type (Sources/Compiler/Lowering/MatrixUnits.swift), by plain arithmetic on the others.

extension InstructionSet {
  private static let any = ".row|.col.row|.col"

  static let warpMatrix = InstructionFamily("warp-level matrix", wmmaMoves + wmmaProducts + mma + sparse + blockScaled + [
    .init("ldmatrix.sync.aligned.m8n8.x1{.trans}{.shared|.shared::cta}.b16", "{d:b32*1}, [a]", ptx: 6.5, sm: 75, "9.7.14.5.15", .emulated),
    .init("ldmatrix.sync.aligned.m8n8.x2{.trans}{.shared|.shared::cta}.b16", "{d:b32*2}, [a]", ptx: 6.5, sm: 75, "9.7.14.5.15", .emulated),
    .init("ldmatrix.sync.aligned.m8n8.x4{.trans}{.shared|.shared::cta}.b16", "{d:b32*4}, [a]", ptx: 6.5, sm: 75, "9.7.14.5.15", .emulated),
    .init("ldmatrix.sync.aligned.m16n16.x1.trans{.shared|.shared::cta}.b8", "{d:b32*2}, [a]", ptx: 8.6, sm: "100a", "9.7.14.5.15", .emulated),
    .init("ldmatrix.sync.aligned.m16n16.x2.trans{.shared|.shared::cta}.b8", "{d:b32*4}, [a]", ptx: 8.6, sm: "100a", "9.7.14.5.15", .emulated),
    .init("ldmatrix.sync.aligned.m16n16.x1.trans{.shared|.shared::cta}.b8x16.b6x16_p32|.b4x16_p64", "{d:b32*2}, [a]", ptx: 8.6, sm: "100a", "9.7.14.5.15", .emulated),
    .init("ldmatrix.sync.aligned.m16n16.x2.trans{.shared|.shared::cta}.b8x16.b6x16_p32|.b4x16_p64", "{d:b32*4}, [a]", ptx: 8.6, sm: "100a", "9.7.14.5.15", .emulated),
    .init("ldmatrix.sync.aligned.m8n16.x1{.shared|.shared::cta}.b8x16.b6x16_p32|.b4x16_p64", "{d:b32*1}, [a]", ptx: 8.6, sm: "100a", "9.7.14.5.15", .emulated),
    .init("ldmatrix.sync.aligned.m8n16.x2{.shared|.shared::cta}.b8x16.b6x16_p32|.b4x16_p64", "{d:b32*2}, [a]", ptx: 8.6, sm: "100a", "9.7.14.5.15", .emulated),
    .init("ldmatrix.sync.aligned.m8n16.x4{.shared|.shared::cta}.b8x16.b6x16_p32|.b4x16_p64", "{d:b32*4}, [a]", ptx: 8.6, sm: "100a", "9.7.14.5.15", .emulated),
    .init("stmatrix.sync.aligned.m8n8.x1{.trans}{.shared|.shared::cta}.b16", "[a], {b:b32*1}", ptx: 7.8, sm: 90, "9.7.14.5.16", .emulated),
    .init("stmatrix.sync.aligned.m8n8.x2{.trans}{.shared|.shared::cta}.b16", "[a], {b:b32*2}", ptx: 7.8, sm: 90, "9.7.14.5.16", .emulated),
    .init("stmatrix.sync.aligned.m8n8.x4{.trans}{.shared|.shared::cta}.b16", "[a], {b:b32*4}", ptx: 7.8, sm: 90, "9.7.14.5.16", .emulated),
    .init("stmatrix.sync.aligned.m16n8.x1.trans{.shared|.shared::cta}.b8", "[a], {b:b32*1}", ptx: 8.6, sm: "100a", "9.7.14.5.16", .emulated),
    .init("stmatrix.sync.aligned.m16n8.x2.trans{.shared|.shared::cta}.b8", "[a], {b:b32*2}", ptx: 8.6, sm: "100a", "9.7.14.5.16", .emulated),
    .init("stmatrix.sync.aligned.m16n8.x4.trans{.shared|.shared::cta}.b8", "[a], {b:b32*4}", ptx: 8.6, sm: "100a", "9.7.14.5.16", .emulated),
    .init("movmatrix.sync.aligned.m8n8.trans.b16", "d:b32, a:b32", ptx: 7.8, sm: 75, "9.7.14.5.17", .emulated),
  ])

  /// load.a, load.b, load.c and store.d of one shape: the registers of each fragment.
  private static func moves(
    _ shape: String, _ types: String, a: (Int, ScalarType), b: (Int, ScalarType), c: [(String, Int, ScalarType)], ptx: PTXVersion, sm: MinimumTarget,
    layouts: (a: String, b: String) = (".row|.col", ".row|.col")
  ) -> [InstructionRow] {
    let space = "{.global|.shared|.shared::cta}"
    return [
      .init("wmma.load.a.sync.aligned\(layouts.a).\(shape)\(space)\(types)", "{d:\(a.1)*\(a.0)}, [p], ?s:b32", ptx: ptx, sm: sm, "9.7.14.4.3", .emulated),
      .init("wmma.load.b.sync.aligned\(layouts.b).\(shape)\(space)\(types)", "{d:\(b.1)*\(b.0)}, [p], ?s:b32", ptx: ptx, sm: sm, "9.7.14.4.3", .emulated),
    ] + c.flatMap { type, count, register -> [InstructionRow] in [
      .init("wmma.load.c.sync.aligned.row|.col.\(shape)\(space)\(type)", "{d:\(register)*\(count)}, [p], ?s:b32", ptx: ptx, sm: sm, "9.7.14.4.3", .emulated),
      .init("wmma.store.d.sync.aligned.row|.col.\(shape)\(space)\(type)", "[p], {a:\(register)*\(count)}, ?s:b32", ptx: ptx, sm: sm, "9.7.14.4.4", .emulated),
    ] }
  }

  private static let halves: [(String, Int, ScalarType)] = [(".f16", 4, .b32), (".f32", 8, .f32)]
  private static let wmmaMoves: [InstructionRow] =
    moves("m16n16k16", ".f16", a: (8, .b32), b: (8, .b32), c: halves, ptx: 6.0, sm: 70)
    + moves("m8n32k16", ".f16", a: (8, .b32), b: (8, .b32), c: halves, ptx: 6.1, sm: 70)
    + moves("m32n8k16", ".f16", a: (8, .b32), b: (8, .b32), c: halves, ptx: 6.1, sm: 70)
    + moves("m16n16k16", ".bf16", a: (4, .b32), b: (4, .b32), c: [], ptx: 7.0, sm: 80)
    + moves("m8n32k16", ".bf16", a: (2, .b32), b: (8, .b32), c: [], ptx: 7.0, sm: 80)
    + moves("m32n8k16", ".bf16", a: (8, .b32), b: (2, .b32), c: [], ptx: 7.0, sm: 80)
    + moves("m16n16k8", ".tf32", a: (4, .b32), b: (4, .b32), c: [(".f32", 8, .f32)], ptx: 7.0, sm: 80)
    + moves("m8n8k4", ".f64", a: (1, .f64), b: (1, .f64), c: [(".f64", 2, .f64)], ptx: 7.0, sm: 80)
    + moves("m16n16k16", ".u8|.s8", a: (2, .b32), b: (2, .b32), c: [(".s32", 8, .s32)], ptx: 6.3, sm: 72)
    + moves("m8n32k16", ".u8|.s8", a: (1, .b32), b: (4, .b32), c: [(".s32", 8, .s32)], ptx: 6.3, sm: 72)
    + moves("m32n8k16", ".u8|.s8", a: (4, .b32), b: (1, .b32), c: [(".s32", 8, .s32)], ptx: 6.3, sm: 72)
    + moves("m8n8k32", ".u4|.s4", a: (1, .b32), b: (1, .b32), c: [(".s32", 2, .s32)], ptx: 6.3, sm: 75, layouts: (".row", ".col"))
    + moves("m8n8k128", ".b1", a: (1, .b32), b: (1, .b32), c: [(".s32", 2, .s32)], ptx: 6.3, sm: 75, layouts: (".row", ".col"))

  private static let wmmaProducts: [InstructionRow] = [
    .init("wmma.mma.sync.aligned\(any).m16n16k16|.m8n32k16|.m32n8k16.f16.f16", "{d:b32*4}, {a:b32*8}, {b:b32*8}, {c:b32*4}", ptx: 6.0, sm: 70, "9.7.14.4.5", .native),
    .init("wmma.mma.sync.aligned\(any).m16n16k16|.m8n32k16|.m32n8k16.f32.f16", "{d:f32*8}, {a:b32*8}, {b:b32*8}, {c:b32*4}", ptx: 6.0, sm: 70, "9.7.14.4.5", .native),
    .init("wmma.mma.sync.aligned\(any).m16n16k16|.m8n32k16|.m32n8k16.f16.f32", "{d:b32*4}, {a:b32*8}, {b:b32*8}, {c:f32*8}", ptx: 6.0, sm: 70, "9.7.14.4.5", .native),
    .init("wmma.mma.sync.aligned\(any).m16n16k16|.m8n32k16|.m32n8k16.f32.f32", "{d:f32*8}, {a:b32*8}, {b:b32*8}, {c:f32*8}", ptx: 6.0, sm: 70, "9.7.14.4.5", .native),
    // Saturation of halves left PTX with version 6.5.
    .init("wmma.mma.sync.aligned\(any).m16n16k16|.m8n32k16|.m32n8k16.f16|.f32.f16|.f32.satfinite", "…", ptx: 6.0, sm: 70, "9.7.14.4.5", .native),
    .init("wmma.mma.sync.aligned\(any).m16n16k16.f32.bf16.bf16.f32", "{d:f32*8}, {a:b32*4}, {b:b32*4}, {c:f32*8}", ptx: 7.0, sm: 80, "9.7.14.4.5", .native),
    .init("wmma.mma.sync.aligned\(any).m8n32k16.f32.bf16.bf16.f32", "{d:f32*8}, {a:b32*2}, {b:b32*8}, {c:f32*8}", ptx: 7.0, sm: 80, "9.7.14.4.5", .native),
    .init("wmma.mma.sync.aligned\(any).m32n8k16.f32.bf16.bf16.f32", "{d:f32*8}, {a:b32*8}, {b:b32*2}, {c:f32*8}", ptx: 7.0, sm: 80, "9.7.14.4.5", .native),
    .init("wmma.mma.sync.aligned\(any).m16n16k8.f32.tf32.tf32.f32", "{d:f32*8}, {a:b32*4}, {b:b32*4}, {c:f32*8}", ptx: 7.0, sm: 80, "9.7.14.4.5", .native),
    .init("wmma.mma.sync.aligned\(any).m8n8k4{<rnd>}.f64.f64.f64.f64", "{d:f64*2}, {a:f64*1}, {b:f64*1}, {c:f64*2}", ptx: 7.0, sm: 80, "9.7.14.4.5", .emulated),
    .init("wmma.mma.sync.aligned\(any).m16n16k16.s32.s8.s8.s32{.satfinite}", "{d:s32*8}, {a:b32*2}, {b:b32*2}, {c:s32*8}", ptx: 6.3, sm: 72, "9.7.14.4.5", .native),
    .init("wmma.mma.sync.aligned\(any).m16n16k16.s32.u8.u8.s32{.satfinite}", "{d:s32*8}, {a:b32*2}, {b:b32*2}, {c:s32*8}", ptx: 6.3, sm: 72, "9.7.14.4.5", .emulated),
    .init("wmma.mma.sync.aligned\(any).m8n32k16.s32.s8.s8.s32{.satfinite}", "{d:s32*8}, {a:b32*1}, {b:b32*4}, {c:s32*8}", ptx: 6.3, sm: 72, "9.7.14.4.5", .native),
    .init("wmma.mma.sync.aligned\(any).m8n32k16.s32.u8.u8.s32{.satfinite}", "{d:s32*8}, {a:b32*1}, {b:b32*4}, {c:s32*8}", ptx: 6.3, sm: 72, "9.7.14.4.5", .emulated),
    .init("wmma.mma.sync.aligned\(any).m32n8k16.s32.s8.s8.s32{.satfinite}", "{d:s32*8}, {a:b32*4}, {b:b32*1}, {c:s32*8}", ptx: 6.3, sm: 72, "9.7.14.4.5", .native),
    .init("wmma.mma.sync.aligned\(any).m32n8k16.s32.u8.u8.s32{.satfinite}", "{d:s32*8}, {a:b32*4}, {b:b32*1}, {c:s32*8}", ptx: 6.3, sm: 72, "9.7.14.4.5", .emulated),
    .init("wmma.mma.sync.aligned.row.col.m8n8k32.s32.s4.s4.s32{.satfinite}", "{d:s32*2}, {a:b32*1}, {b:b32*1}, {c:s32*2}", ptx: 6.3, sm: 75, "9.7.14.4.5", .emulated),
    .init("wmma.mma.sync.aligned.row.col.m8n8k32.s32.u4.u4.s32{.satfinite}", "{d:s32*2}, {a:b32*1}, {b:b32*1}, {c:s32*2}", ptx: 6.3, sm: 75, "9.7.14.4.5", .emulated),
    .init("wmma.mma.xor.popc.sync.aligned.row.col.m8n8k128.s32.b1.b1.s32", "{d:s32*2}, {a:b32*1}, {b:b32*1}, {c:s32*2}", ptx: 6.3, sm: 75, "9.7.14.4.5", .emulated),
    .init("wmma.mma.and.popc.sync.aligned.row.col.m8n8k128.s32.b1.b1.s32", "{d:s32*2}, {a:b32*1}, {b:b32*1}, {c:s32*2}", ptx: 7.1, sm: 80, "9.7.14.4.5", .emulated),
  ]

  private static func product(
    _ rest: String, _ d: String, _ a: Int, _ b: Int, _ c: String, ptx: PTXVersion, sm: MinimumTarget, inputs: ScalarType = .b32, layouts: String = ".row.col",
    shapes: String, _ status: InstructionStatus = .emulated
  ) -> InstructionRow {
    .init("mma.sync.aligned\(shapes)\(layouts)\(rest)", "{d:\(d)}, {a:\(inputs)*\(a)}, {b:\(inputs)*\(b)}, {c:\(c)}", ptx: ptx, sm: sm, "9.7.14.5.14", status)
  }

  private static let mma: [InstructionRow] = [
    product(".f16.f16.f16.f16", "b32*4", 2, 2, "b32*4", ptx: 6.4, sm: 70, layouts: any, shapes: ".m8n8k4"),
    product(".f32.f16.f16.f16", "f32*8", 2, 2, "b32*4", ptx: 6.4, sm: 70, layouts: any, shapes: ".m8n8k4"),
    product(".f32.f16.f16.f32", "f32*8", 2, 2, "f32*8", ptx: 6.4, sm: 70, layouts: any, shapes: ".m8n8k4"),
    product(".f16.f16.f16.f16", "b32*2", 2, 1, "b32*2", ptx: 6.5, sm: 75, shapes: ".m16n8k8", .native),
    product(".f32.f16.f16.f32", "f32*4", 2, 1, "f32*4", ptx: 6.5, sm: 75, shapes: ".m16n8k8", .native),
    product(".f16.f16.f16.f16", "b32*2", 4, 2, "b32*2", ptx: 7.0, sm: 80, shapes: ".m16n8k16", .native),
    product(".f32.f16.f16.f32", "f32*4", 4, 2, "f32*4", ptx: 7.0, sm: 80, shapes: ".m16n8k16", .native),
    product(".f32.bf16.bf16.f32", "f32*4", 2, 1, "f32*4", ptx: 7.0, sm: 80, shapes: ".m16n8k8", .native),
    product(".f32.bf16.bf16.f32", "f32*4", 4, 2, "f32*4", ptx: 7.0, sm: 80, shapes: ".m16n8k16", .native),
    product(".f32.tf32.tf32.f32", "f32*4", 2, 1, "f32*4", ptx: 7.0, sm: 80, shapes: ".m16n8k4", .native),
    product(".f32.tf32.tf32.f32", "f32*4", 4, 2, "f32*4", ptx: 7.0, sm: 80, shapes: ".m16n8k8", .native),
    product("{<rnd>}.f64.f64.f64.f64", "f64*2", 1, 1, "f64*2", ptx: 7.0, sm: 80, inputs: .f64, shapes: ".m8n8k4"),
    product("{<rnd>}.f64.f64.f64.f64", "f64*4", 2, 1, "f64*4", ptx: 7.8, sm: 90, inputs: .f64, shapes: ".m16n8k4", .native),
    product("{<rnd>}.f64.f64.f64.f64", "f64*4", 4, 2, "f64*4", ptx: 7.8, sm: 90, inputs: .f64, shapes: ".m16n8k8", .native),
    product("{<rnd>}.f64.f64.f64.f64", "f64*4", 8, 4, "f64*4", ptx: 7.8, sm: 90, inputs: .f64, shapes: ".m16n8k16", .native),
    product("{.satfinite}.s32.u8|.s8.u8|.s8.s32", "s32*2", 1, 1, "s32*2", ptx: 6.5, sm: 75, shapes: ".m8n8k16"),
    product("{.satfinite}.s32.u8|.s8.u8|.s8.s32", "s32*4", 2, 1, "s32*4", ptx: 7.0, sm: 80, shapes: ".m16n8k16"),
    product("{.satfinite}.s32.u8|.s8.u8|.s8.s32", "s32*4", 4, 2, "s32*4", ptx: 7.0, sm: 80, shapes: ".m16n8k32"),
    product("{.satfinite}.s32.u4|.s4.u4|.s4.s32", "s32*2", 1, 1, "s32*2", ptx: 6.5, sm: 75, shapes: ".m8n8k32"),
    product("{.satfinite}.s32.u4|.s4.u4|.s4.s32", "s32*4", 2, 1, "s32*4", ptx: 7.0, sm: 80, shapes: ".m16n8k32"),
    product("{.satfinite}.s32.u4|.s4.u4|.s4.s32", "s32*4", 4, 2, "s32*4", ptx: 7.0, sm: 80, shapes: ".m16n8k64"),
    product(".s32.b1.b1.s32.xor.popc", "s32*2", 1, 1, "s32*2", ptx: 7.0, sm: 75, shapes: ".m8n8k128"),
    product(".s32.b1.b1.s32.and.popc", "s32*2", 1, 1, "s32*2", ptx: 7.1, sm: 80, shapes: ".m8n8k128"),
    product(".s32.b1.b1.s32.xor|.and.popc", "s32*4", 2, 1, "s32*4", ptx: 7.1, sm: 80, shapes: ".m16n8k128"),
    product(".s32.b1.b1.s32.xor|.and.popc", "s32*4", 4, 2, "s32*4", ptx: 7.1, sm: 80, shapes: ".m16n8k256"),
    product(".f32.e4m3|.e5m2.e4m3|.e5m2.f32", "f32*4", 2, 1, "f32*4", ptx: 8.7, sm: 89, shapes: ".m16n8k16"),
    product(".f16.e4m3|.e5m2.e4m3|.e5m2.f16", "b32*2", 2, 1, "b32*2", ptx: 8.7, sm: 89, shapes: ".m16n8k16"),
    product(".f32.e4m3|.e5m2.e4m3|.e5m2.f32", "f32*4", 4, 2, "f32*4", ptx: 8.4, sm: 89, shapes: ".m16n8k32"),
    product(".f16.e4m3|.e5m2.e4m3|.e5m2.f16", "b32*2", 4, 2, "b32*2", ptx: 8.7, sm: 89, shapes: ".m16n8k32"),
    product(".kind::f8f6f4.f32<f8f6f4><f8f6f4>.f32", "f32*4", 4, 2, "f32*4", ptx: 8.7, sm: "120a", shapes: ".m16n8k32"),
    product(".kind::f8f6f4.f16<f8f6f4><f8f6f4>.f16", "b32*2", 4, 2, "b32*2", ptx: 8.7, sm: "120a", shapes: ".m16n8k32"),
  ]

  private static func sparse(_ variants: String, _ shape: String, _ rest: String, _ d: String, _ inputs: Int, _ c: String, selector: Int, ptx: PTXVersion, sm: MinimumTarget) -> InstructionRow {
    .init("mma\(variants).sync.aligned\(shape).row.col\(rest)", "{d:\(d)}, {a:b32*\(inputs)}, {b:b32*\(inputs)}, {c:\(c)}, e:b32, #i:0..\(selector)",
          ptx: ptx, sm: sm, "9.7.14.6.3", .emulated)
  }

  /// The same rows for both orders of metadata.
  private static let sparse: [InstructionRow] = [(".sp", 7.1), (".sp::ordered_metadata", 8.5)].flatMap { (name: String, version: PTXVersion) in [
    sparse(name, ".m16n8k16", ".f16.f16.f16.f16", "b32*2", 2, "b32*2", selector: 3, ptx: version, sm: 80),
    sparse(name, ".m16n8k16", ".f32.f16.f16.f32", "f32*4", 2, "f32*4", selector: 3, ptx: version, sm: 80),
    sparse(name, ".m16n8k32", ".f16.f16.f16.f16", "b32*2", 4, "b32*2", selector: 1, ptx: version, sm: 80),
    sparse(name, ".m16n8k32", ".f32.f16.f16.f32", "f32*4", 4, "f32*4", selector: 1, ptx: version, sm: 80),
    sparse(name, ".m16n8k16", ".f32.bf16.bf16.f32", "f32*4", 2, "f32*4", selector: 3, ptx: version, sm: 80),
    sparse(name, ".m16n8k32", ".f32.bf16.bf16.f32", "f32*4", 4, "f32*4", selector: 1, ptx: version, sm: 80),
    sparse(name, ".m16n8k8", ".f32.tf32.tf32.f32", "f32*4", 2, "f32*4", selector: 3, ptx: version, sm: 80),
    sparse(name, ".m16n8k16", ".f32.tf32.tf32.f32", "f32*4", 4, "f32*4", selector: 1, ptx: version, sm: 80),
    sparse(name, ".m16n8k32", "{.satfinite}.s32.u8|.s8.u8|.s8.s32", "s32*4", 2, "s32*4", selector: 1, ptx: version, sm: 80),
    sparse(name, ".m16n8k64", "{.satfinite}.s32.u8|.s8.u8|.s8.s32", "s32*4", 4, "s32*4", selector: 0, ptx: version, sm: 80),
    sparse(name, ".m16n8k64", "{.satfinite}.s32.u4|.s4.u4|.s4.s32", "s32*4", 2, "s32*4", selector: 1, ptx: version, sm: 80),
    sparse(name, ".m16n8k128", "{.satfinite}.s32.u4|.s4.u4|.s4.s32", "s32*4", 4, "s32*4", selector: 0, ptx: version, sm: 80),
    sparse(name, ".m16n8k64", ".f32.e4m3|.e5m2.e4m3|.e5m2.f32", "f32*4", 4, "f32*4", selector: 0, ptx: name == ".sp" ? 8.4 : 8.5, sm: 89),
  ] } + [
    sparse(".sp::ordered_metadata", ".m16n8k64", ".f16.e4m3|.e5m2.e4m3|.e5m2.f16", "b32*2", 4, "b32*2", selector: 0, ptx: 8.7, sm: "120a"),
    sparse(".sp::ordered_metadata", ".m16n8k64", ".kind::f8f6f4.f32<f8f6f4><f8f6f4>.f32", "f32*4", 4, "f32*4", selector: 0, ptx: 8.7, sm: "120a"),
    sparse(".sp::ordered_metadata", ".m16n8k64", ".kind::f8f6f4.f16<f8f6f4><f8f6f4>.f16", "b32*2", 4, "b32*2", selector: 0, ptx: 8.7, sm: "120a"),
  ]

  private static let blockScaled: [InstructionRow] = [
    .init("mma.sync.aligned.m16n8k64.row.col.kind::mxf4.block_scale{.scale_vec::2X}.f32.e2m1.e2m1.f32.ue8m0", "…", ptx: 8.7, sm: "120a", "9.7.14.5.14", .emulated),
    .init("mma.sync.aligned.m16n8k64.row.col.kind::mxf4nvf4.block_scale.scale_vec::2X.f32.e2m1.e2m1.f32.ue8m0", "…", ptx: 8.7, sm: "120a", "9.7.14.5.14", .emulated),
    .init("mma.sync.aligned.m16n8k64.row.col.kind::mxf4nvf4.block_scale.scale_vec::4X.f32.e2m1.e2m1.f32.ue8m0|.ue4m3", "…", ptx: 8.7, sm: "120a", "9.7.14.5.14", .emulated),
    .init("mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale{.scale_vec::1X}.f32<f8f6f4><f8f6f4>.f32.ue8m0", "…", ptx: 8.7, sm: "120a", "9.7.14.5.14", .emulated),
    .init("mma.sp::ordered_metadata.sync.aligned.m16n8k128.row.col.kind::mxf4.block_scale{.scale_vec::2X}.f32.e2m1.e2m1.f32.ue8m0", "…", ptx: 8.7, sm: "120a", "9.7.14.6.3", .emulated),
    .init("mma.sp::ordered_metadata.sync.aligned.m16n8k128.row.col.kind::mxf4nvf4.block_scale.scale_vec::2X.f32.e2m1.e2m1.f32.ue8m0", "…", ptx: 8.7, sm: "120a", "9.7.14.6.3", .emulated),
    .init("mma.sp::ordered_metadata.sync.aligned.m16n8k128.row.col.kind::mxf4nvf4.block_scale.scale_vec::4X.f32.e2m1.e2m1.f32.ue8m0|.ue4m3", "…", ptx: 8.7, sm: "120a", "9.7.14.6.3", .emulated),
    .init("mma.sp::ordered_metadata.sync.aligned.m16n8k64.row.col.kind::mxf8f6f4.block_scale{.scale_vec::1X}.f32<f8f6f4><f8f6f4>.f32.ue8m0", "…", ptx: 8.7, sm: "120a", "9.7.14.6.3", .emulated),
  ]

  static let groupMatrix = InstructionFamily("warpgroup-level matrix", [
    .init("wgmma.mma_async{.sp}.sync.aligned<m64k16>.f16|.f32.f16.f16", "…", ptx: 8.0, sm: "90a", "9.7.15.5", Refusal.groupMatrix),
    .init("wgmma.mma_async{.sp}.sync.aligned<m64k16>.f32.bf16.bf16", "…", ptx: 8.0, sm: "90a", "9.7.15.5", Refusal.groupMatrix),
    .init("wgmma.mma_async{.sp}.sync.aligned<m64k8>.f32.tf32.tf32", "…", ptx: 8.0, sm: "90a", "9.7.15.5", Refusal.groupMatrix),
    .init("wgmma.mma_async{.sp}.sync.aligned<m64k32>.f16|.f32.e4m3|.e5m2.e4m3|.e5m2", "…", ptx: 8.0, sm: "90a", "9.7.15.5", Refusal.groupMatrix),
    .init("wgmma.mma_async{.sp}.sync.aligned<m64k32>{.satfinite}.s32.s8|.u8.s8|.u8", "…", ptx: 8.0, sm: "90a", "9.7.15.5", Refusal.groupMatrix),
    .init("wgmma.mma_async{.sp}.sync.aligned<m64k64>.s32.s8|.u8.s8|.u8", "…", ptx: 8.2, sm: "90a", "9.7.15.6", Refusal.groupMatrix),
    .init("wgmma.mma_async{.sp}.sync.aligned<m64k64>.f16|.f32.e4m3|.e5m2.e4m3|.e5m2", "…", ptx: 8.2, sm: "90a", "9.7.15.6", Refusal.groupMatrix),
    .init("wgmma.mma_async.sp.sync.aligned<m64k32>.f16|.f32.f16|.bf16.f16|.bf16", "…", ptx: 8.2, sm: "90a", "9.7.15.6", Refusal.groupMatrix),
    .init("wgmma.mma_async.sp.sync.aligned<m64k16>.f32.tf32.tf32", "…", ptx: 8.2, sm: "90a", "9.7.15.6", Refusal.groupMatrix),
    .init("wgmma.mma_async.sync.aligned<m64k256>.s32.b1.b1.and.popc", "…", ptx: 8.0, sm: "90a", "9.7.15.5", Refusal.groupMatrix),
    .init("wgmma.fence.sync.aligned", "", ptx: 8.0, sm: "90a", "9.7.15.7.1", Refusal.groupMatrix),
    .init("wgmma.commit_group.sync.aligned", "", ptx: 8.0, sm: "90a", "9.7.15.7.2", Refusal.groupMatrix),
    .init("wgmma.wait_group.sync.aligned", "#i:0..7", ptx: 8.0, sm: "90a", "9.7.15.7.3", Refusal.groupMatrix),
    .init("tcgen05.alloc<cta-group>.sync.aligned{.shared::cta}.b32", "[d], a:b32", ptx: 8.6, sm: "100a", "9.7.16.7.1", Refusal.tensorMemory),
    .init("tcgen05.dealloc<cta-group>.sync.aligned.b32", "a:b32, b:b32", ptx: 8.6, sm: "100a", "9.7.16.7.1", Refusal.tensorMemory),
    .init("tcgen05.relinquish_alloc_permit<cta-group>.sync.aligned", "", ptx: 8.6, sm: "100a", "9.7.16.7.1", Refusal.tensorMemory),
    .init("tcgen05.ld{.red}.sync.aligned.16x64b|.16x128b|.16x256b|.32x32b|.16x32bx2<tmem-count>{.min|.max}{.abs}{.NaN}{.pack::16b}.b32|.u32|.s32|.f32", "…", ptx: 8.6, sm: "100a", "9.7.16.8.1", Refusal.tensorMemory),
    .init("tcgen05.st.sync.aligned.16x64b|.16x128b|.16x256b|.32x32b|.16x32bx2<tmem-count>{.unpack::16b}.b32", "…", ptx: 8.6, sm: "100a", "9.7.16.8.2", Refusal.tensorMemory),
    .init("tcgen05.wait::ld|.wait::st.sync.aligned", "", ptx: 8.6, sm: "100a", "9.7.16.8.3", Refusal.tensorMemory),
    .init("tcgen05.cp<cta-group>.128x256b|.4x256b|.128x128b{.b8x16.b6x16_p32|.b8x16.b4x16_p64}", "…", ptx: 8.6, sm: "100a", "9.7.16.9.2", Refusal.tensorMemory),
    .init("tcgen05.cp<cta-group>.64x128b.warpx2::02_13|.warpx2::01_23{.b8x16.b6x16_p32|.b8x16.b4x16_p64}", "…", ptx: 8.6, sm: "100a", "9.7.16.9.2", Refusal.tensorMemory),
    .init("tcgen05.cp<cta-group>.32x128b.warpx4{.b8x16.b6x16_p32|.b8x16.b4x16_p64}", "…", ptx: 8.6, sm: "100a", "9.7.16.9.2", Refusal.tensorMemory),
    .init("tcgen05.shift<cta-group>.down", "…", ptx: 8.6, sm: "100a", "9.7.16.9.3", Refusal.tensorMemory),
    .init("tcgen05.mma{.ws}{.sp}<cta-group>.kind::f16|.kind::tf32|.kind::f8f6f4|.kind::i8|.kind::mxf8f6f4|.kind::mxf4|.kind::mxf4nvf4{.block_scale}{.scale_vec::1X|.scale_vec::2X|.scale_vec::4X|.block16|.block32}{~<tc-a>}{~<tc-b>}{.ashift}", "…", ptx: 8.6, sm: "100a", "9.7.16.10", Refusal.tensorMemory),
    .init("tcgen05.fence::before_thread_sync|.fence::after_thread_sync", "", ptx: 8.6, sm: "100a", "9.7.16.11", Refusal.tensorMemory),
    .init("tcgen05.commit<cta-group>.mbarrier::arrive::one{.shared::cluster}.multicast::cluster.b64", "[a], b:u16", ptx: 8.6, sm: "100a", "9.7.16.12", Refusal.tensorMemory),
    .init("tcgen05.commit<cta-group>.mbarrier::arrive::one{.shared::cluster}.b64", "[a]", ptx: 8.6, sm: "100a", "9.7.16.12", Refusal.tensorMemory),
  ])

  static let matrixSets: [String: [String]] = {
    let columns = stride(from: 8, through: 256, by: 8)
    var sets: [String: [String]] = [
      "f8f6f4": ["e4m3", "e5m2", "e3m2", "e2m3", "e2m1"],
      "tmem-count": ["x1", "x2", "x4", "x8", "x16", "x32", "x64", "x128"],
      "tc-a": ["collector::a::fill", "collector::a::use", "collector::a::lastuse", "collector::a::discard"],
      "tc-b": (0..<4).flatMap { b in ["fill", "use", "lastuse", "discard"].map { "collector::b\(b)::\($0)" } },
    ]
    for k in [8, 16, 32, 64, 256] { sets["m64k\(k)"] = columns.map { "m64n\($0)k\(k)" } }
    return sets
  }()
}
