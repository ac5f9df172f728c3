// Textures and surfaces.  Source: PTX ISA 9.x, sections 9.7.10, 9.7.11.

extension InstructionSet {
  static let texture = InstructionFamily("texture", [
    .init("tex.1d|.2d|.3d|.a1d|.a2d.v4.u32|.s32|.f32.s32|.f32", "…", ptx: 1.0, "9.7.10.3", .emulated),
    .init("tex.cube|.acube.v4.u32|.s32|.f32.f32", "…", ptx: 3.0, sm: 20, "9.7.10.3", .emulated),
    .init("tex.1d|.2d|.3d|.a1d|.a2d.v2.f16x2.s32|.f32", "…", ptx: 4.2, sm: 53, "9.7.10.3", .emulated),
    .init("tex.cube|.acube.v2.f16x2.f32", "…", ptx: 4.2, sm: 53, "9.7.10.3", .emulated),
    .init("tex.2dms|.a2dms.v4.u32|.s32|.f32.s32", "…", ptx: 3.2, sm: 30, "9.7.10.3", Refusal.multisampled),
    .init("tex.base|.level|.grad.1d|.2d|.3d|.a1d|.a2d|.cube|.acube.v4.u32|.s32|.f32.f32", "…", ptx: 3.1, sm: 20, "9.7.10.3", .emulated),
    .init("tex.base|.level|.grad.1d|.2d|.3d|.a1d|.a2d|.cube|.acube.v2.f16x2.f32", "…", ptx: 4.2, sm: 53, "9.7.10.3", .emulated),
    .init("tld4.r|.g|.b|.a.2d|.a2d|.cube|.acube.v4.u32|.s32|.f32.f32", "…", ptx: 2.2, sm: 20, "9.7.10.4", .emulated),
    .init("txq.width|.height|.depth|.normalized_coords|.array_size|.num_mipmap_levels|.filter_mode|.addr_mode_0|.addr_mode_1|.addr_mode_2.b32", "d:b32, [a]", ptx: 1.5, sm: 20, "9.7.10.5", .emulated),
    .init("txq.channel_data_type|.channel_order|.num_samples.b32", "d:b32, [a]", ptx: 1.5, sm: 20, "9.7.10.5", Refusal.textureQuestion),
    .init("txq.level.width|.height|.depth.b32", "d:b32, [a], b:u32", ptx: 3.1, sm: 20, "9.7.10.5", .emulated),
    .init("istypep.texref|.samplerref|.surfref", "d:pred, a:b64", ptx: 4.0, sm: 30, "9.7.10.6", Refusal.stateOfTextures),
  ])

  static let surface = InstructionFamily("surface", [
    .init("suld.b.1d|.2d|.3d|.a1d|.a2d{.ca|.cg|.cs|.cv}{<vec>}.b8|.b16|.b32.trap|.clamp|.zero", "…", ptx: 1.5, sm: 20, "9.7.11.1", .emulated),
    .init("suld.b.1d|.2d|.3d|.a1d|.a2d{.ca|.cg|.cs|.cv}{.v2}.b64.trap|.clamp|.zero", "…", ptx: 1.5, sm: 20, "9.7.11.1", .emulated),
    .init("sust.b.1d|.2d|.3d|.a1d|.a2d{<cop-store>}{<vec>}.b8|.b16|.b32.trap|.clamp|.zero", "…", ptx: 1.5, sm: 20, "9.7.11.2", .emulated),
    .init("sust.b.1d|.2d|.3d|.a1d|.a2d{<cop-store>}{.v2}.b64.trap|.clamp|.zero", "…", ptx: 1.5, sm: 20, "9.7.11.2", .emulated),
    .init("sust.p.1d|.2d|.3d|.a1d|.a2d{<vec>}.b32.trap|.clamp|.zero", "…", ptx: 1.5, sm: 20, "9.7.11.2", .emulated),
    .init("sured.b.add.1d|.2d|.3d.u32|.s32|.u64.trap|.clamp|.zero", "…", ptx: 3.0, sm: 20, "9.7.11.3", .emulated),
    .init("sured.b.min|.max.1d|.2d|.3d.u32|.s32|.u64|.s64.trap|.clamp|.zero", "…", ptx: 3.0, sm: 20, "9.7.11.3", .emulated),
    .init("sured.b.and|.or.1d|.2d|.3d.b32.trap|.clamp|.zero", "…", ptx: 3.0, sm: 20, "9.7.11.3", .emulated),
    .init("sured.p.add|.min|.max|.and|.or.1d|.2d|.3d.b32.trap|.clamp|.zero", "…", ptx: 3.0, sm: 20, "9.7.11.3", .emulated),
    .init("sured.p.min|.max.1d|.2d|.3d.b64.trap|.clamp|.zero", "…", ptx: 3.0, sm: 20, "9.7.11.3", .emulated),
    .init("suq.width|.height|.depth|.array_size.b32", "d:b32, [a]", ptx: 1.5, sm: 20, "9.7.11.4", .emulated),
    .init("suq.channel_data_type|.channel_order|.memory_layout.b32", "d:b32, [a]", ptx: 1.5, sm: 20, "9.7.11.4", Refusal.textureQuestion),
  ])
}
