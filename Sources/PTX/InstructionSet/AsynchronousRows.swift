// Asynchronous copies, and those by tensor maps.  Source: PTX ISA 9.x, sections 9.7.9.25 to 9.7.9.28.

extension InstructionSet {
  static let asynchronousCopies = InstructionFamily("asynchronous copies", [
    .init("cp.async.ca.shared|.shared::cta.global{~<hint>}{~<prefetch>}", "[d], [a], #i:4..16, ?b:b32, ?c:b64", ptx: 7.0, sm: 80, "9.7.9.25.3.1", .emulated),
    .init("cp.async.cg.shared|.shared::cta.global{~<hint>}{~<prefetch>}", "[d], [a], #i:16..16, ?b:b32, ?c:b64", ptx: 7.0, sm: 80, "9.7.9.25.3.1", .emulated),
    .init("cp.async.commit_group", "", ptx: 7.0, sm: 80, "9.7.9.25.3.2", .emulated),
    .init("cp.async.wait_group", "#i:0..8", ptx: 7.0, sm: 80, "9.7.9.25.3.3", .emulated),
    .init("cp.async.wait_all", "", ptx: 7.0, sm: 80, "9.7.9.25.3.3", .emulated),
    .init("cp.async.mbarrier.arrive{.noinc}{.shared|.shared::cta}.b64", "[a]", ptx: 7.0, sm: 80, "9.7.13.15.15", .emulated),
    .init("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes{~<hint>}", "[d], [a], b:u32, [m], ?c:b64", ptx: 8.0, sm: 90, "9.7.9.25.4.1", .emulated),
    .init("cp.async.bulk.shared::cta.global.mbarrier::complete_tx::bytes{~<hint>}", "[d], [a], b:u32, [m], ?c:b64", ptx: 8.6, sm: 90, "9.7.9.25.4.1", .emulated),
    .init("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster{~<hint>}", "[d], [a], b:u32, [m], e:u16, ?c:b64", ptx: 8.0, sm: 90, "9.7.9.25.4.1", .emulated),
    .init("cp.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::bytes", "[d], [a], b:u32, [m]", ptx: 8.0, sm: 90, "9.7.9.25.4.1", .emulated),
    .init("cp.async.bulk.global.shared::cta.bulk_group{~<hint>}{.cp_mask}", "[d], [a], b:u32, ?c:b64, ?e:u16", ptx: 8.0, sm: 90, "9.7.9.25.4.1", .emulated),
    .init("cp.reduce.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::bytes.and|.or|.xor|.add|.inc|.dec|.min|.max.s32|.u32|.s64|.u64|.b32|.b64", "[d], [a], b:u32, [m]", ptx: 8.0, sm: 90, "9.7.9.25.4.2", .emulated),
    .init("cp.reduce.async.bulk.global.shared::cta.bulk_group{~<hint>}.and|.or|.xor|.add|.inc|.dec|.min|.max.f16|.bf16|.b32|.u32|.s32|.b64|.u64|.s64|.f32|.f64", "[d], [a], b:u32, ?c:b64", ptx: 8.0, sm: 90, "9.7.9.25.4.2", .emulated),
    .init("cp.reduce.async.bulk.global.shared::cta.bulk_group{~<hint>}.add.noftz.f16|.bf16", "[d], [a], b:u32, ?c:b64", ptx: 8.0, sm: 90, "9.7.9.25.4.2", .emulated),
    .init("cp.async.bulk.prefetch.L2.global{~<hint>}", "[a], b:u32, ?c:b64", ptx: 8.0, sm: 90, "9.7.9.25.4.3", .emulated),
    .init("cp.async.bulk.commit_group", "", ptx: 8.0, sm: 90, "9.7.9.25.6.1", .emulated),
    .init("cp.async.bulk.wait_group{.read}", "#i:0..8", ptx: 8.0, sm: 90, "9.7.9.25.6.2", .emulated),
  ])

  static let tensorMaps = InstructionFamily("tensor maps", [
    .init("cp.async.bulk.tensor<dim>.shared::cluster|.shared::cta.global{<tensor-load>}.mbarrier::complete_tx::bytes{.multicast::cluster}{<cta-group>}{~<hint>}", "…", ptx: 8.0, sm: 90, "9.7.9.27.1", Refusal.tensorMaps),
    .init("cp.async.bulk.tensor<dim>.global.shared::cta{.tile|.tile::scatter4|.im2col_no_offs}.bulk_group{~<hint>}", "…", ptx: 8.0, sm: 90, "9.7.9.27.1", Refusal.tensorMaps),
    .init("cp.reduce.async.bulk.tensor<dim>.global.shared::cta.add|.min|.max|.inc|.dec|.and|.or|.xor{.tile|.im2col_no_offs}.bulk_group{~<hint>}", "…", ptx: 8.0, sm: 90, "9.7.9.27.2", Refusal.tensorMaps),
    .init("cp.async.bulk.prefetch.tensor<dim>.L2.global{<tensor-load>}{~<hint>}", "…", ptx: 8.0, sm: 90, "9.7.9.27.3", Refusal.tensorMaps),
    .init("tensormap.replace.tile.global_address|.rank|.box_dim|.global_dim|.global_stride|.element_stride|.elemtype|.interleave_layout|.swizzle_mode|.swizzle_atomicity|.fill_mode{.global|.shared::cta}.b1024.b32|.b64", "…", ptx: 8.3, sm: "90a", "9.7.9.28", Refusal.tensorMaps),
    .init("tensormap.cp_fenceproxy.global.shared::cta.tensormap::generic.release<scope>.sync.aligned", "[d], [a], #i:128..128", ptx: 8.3, sm: 90, "9.7.13.16", Refusal.tensorMaps),
  ])
}
