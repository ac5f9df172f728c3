// Sets of modifiers that many rows share, by the manual's names where it has one.

extension InstructionSet {
  static let sets = plainSets.merging(matrixSets) { one, _ in one }

  private static let plainSets: [String: [String]] = [
    // Types.
    "int": ["u16", "u32", "u64", "s16", "s32", "s64"],
    "int32+64": ["u32", "u64", "s32", "s64"],
    "int8+": ["u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64"],
    "signed": ["s16", "s32", "s64"],
    "bits": ["b16", "b32", "b64"],
    "select": ["b16", "b32", "b64", "u16", "u32", "u64", "s16", "s32", "s64", "f32", "f64"],
    "memory": ["b8", "b16", "b32", "b64", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "f32", "f64"],
    "half": ["f16", "f16x2"], "bhalf": ["bf16", "bf16x2"],
    // Arithmetic.
    "rnd": ["rn", "rz", "rm", "rp"],
    "irnd": ["rni", "rzi", "rmi", "rpi"],
    "cmp-signed": ["eq", "ne", "lt", "le", "gt", "ge"],
    "cmp-unsigned": ["eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs"],
    "cmp-bits": ["eq", "ne"],
    "cmp-float": ["eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"],
    "bool": ["and", "or", "xor"],
    // Memory.
    "space": ["const", "global", "local", "param", "shared", "shared::cta", "shared::cluster", "param::entry", "param::func"],
    "space-store": ["global", "local", "param", "shared", "shared::cta", "shared::cluster", "param::func"],
    "space-strong": ["global", "shared", "shared::cta", "shared::cluster"],
    "scope": ["cta", "cluster", "gpu", "sys"],
    "cop-load": ["ca", "cg", "cs", "lu", "cv"],
    "cop-store": ["wb", "cg", "cs", "wt"],
    "evict1": ["L1::evict_normal", "L1::evict_unchanged", "L1::evict_first", "L1::evict_last", "L1::no_allocate"],
    "evict2": ["L2::evict_normal", "L2::evict_first", "L2::evict_last"],
    "prefetch": ["L2::64B", "L2::128B", "L2::256B"],
    "hint": ["L2::cache_hint"],
    "sem": ["relaxed", "acquire", "release", "acq_rel"],
    "dim": ["1d", "2d", "3d", "4d", "5d"],
    "tensor-load": ["tile", "tile::gather4", "im2col", "im2col::w", "im2col::w::128"],
    "cta-group": ["cta_group::1", "cta_group::2"],
    "vec": ["v2", "v4"], "vec8": ["v2", "v4", "v8"],
  ]

  /// Modifiers that came later than the rows that they stand in.
  static let wordTargets: [String: MinimumTarget] = [
    "cluster": 90, "shared::cluster": 90, "L2::cache_hint": 80, "L2::64B": 80, "L2::128B": 80, "L2::256B": 80,
    "mbarrier relaxed": 90, "cp_mask": 100, "multicast::cluster::all": "100a",
  ]
}
