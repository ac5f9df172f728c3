// The special registers: a row each.  Source: PTX ISA 9.x, chapter 10.

public struct SpecialRegister: Sendable {
  /// Without the percent sign; a number range such as "envreg<32>" stands for all of them.
  public let name: String
  public let type: ScalarType
  /// A vector of four: %tid.x … %tid.w.
  public let isVector: Bool
  public let ptx: PTXVersion
  public let target: MinimumTarget
  public let section: String
  public let status: InstructionStatus

  init(_ name: String, _ type: ScalarType, vector: Bool = false, ptx: PTXVersion, sm: MinimumTarget = 20, _ section: String, _ status: InstructionStatus) {
    (self.name, self.type, isVector, self.ptx, target, self.section, self.status) = (name, type, vector, ptx, sm, section, status)
  }
}

extension InstructionSet {
  public static let specialRegisters: [SpecialRegister] = [
    .init("tid", .u32, vector: true, ptx: 1.0, "10.1", .native),
    .init("ntid", .u32, vector: true, ptx: 1.0, "10.2", .native),
    .init("laneid", .u32, ptx: 1.3, "10.3", .native),
    .init("warpid", .u32, ptx: 1.3, "10.4", .native),
    .init("nwarpid", .u32, ptx: 2.0, "10.5", .native),
    .init("ctaid", .u32, vector: true, ptx: 1.0, "10.6", .native),
    .init("nctaid", .u32, vector: true, ptx: 1.0, "10.7", .native),
    .init("smid", .u32, ptx: 1.3, "10.8", .native),
    .init("nsmid", .u32, ptx: 2.0, "10.9", .native),
    .init("gridid", .u64, ptx: 1.0, "10.10", .native),
    .init("is_explicit_cluster", .pred, ptx: 7.8, sm: 90, "10.11", .native),
    .init("clusterid", .u32, vector: true, ptx: 7.8, sm: 90, "10.12", .native),
    .init("nclusterid", .u32, vector: true, ptx: 7.8, sm: 90, "10.13", .native),
    .init("cluster_ctaid", .u32, vector: true, ptx: 7.8, sm: 90, "10.14", .native),
    .init("cluster_nctaid", .u32, vector: true, ptx: 7.8, sm: 90, "10.15", .native),
    .init("cluster_ctarank", .u32, ptx: 7.8, sm: 90, "10.16", .native),
    .init("cluster_nctarank", .u32, ptx: 7.8, sm: 90, "10.17", .native),
    .init("lanemask_eq", .u32, ptx: 2.0, "10.18", .native),
    .init("lanemask_le", .u32, ptx: 2.0, "10.19", .native),
    .init("lanemask_lt", .u32, ptx: 2.0, "10.20", .native),
    .init("lanemask_ge", .u32, ptx: 2.0, "10.21", .native),
    .init("lanemask_gt", .u32, ptx: 2.0, "10.22", .native),
    .init("clock", .u32, ptx: 1.0, "10.23", .native),
    .init("clock_hi", .u32, ptx: 5.0, "10.23", .native),
    .init("clock64", .u64, ptx: 2.0, "10.24", .native),
    .init("pm<8>", .u32, ptx: 1.3, "10.25", .emulated),
    .init("pm<8>_64", .u64, ptx: 4.0, sm: 50, "10.26", .emulated),
    .init("envreg<32>", .b32, ptx: 2.1, "10.27", .native),
    .init("globaltimer", .u64, ptx: 3.1, sm: 30, "10.28", .native),
    .init("globaltimer_lo", .u32, ptx: 3.1, sm: 30, "10.28", .native),
    .init("globaltimer_hi", .u32, ptx: 3.1, sm: 30, "10.28", .native),
    .init("reserved_smem_offset_begin", .b32, ptx: 7.6, sm: 80, "10.29", .native),
    .init("reserved_smem_offset_end", .b32, ptx: 7.6, sm: 80, "10.29", .native),
    .init("reserved_smem_offset_cap", .b32, ptx: 7.6, sm: 80, "10.29", .native),
    .init("reserved_smem_offset_<2>", .b32, ptx: 7.6, sm: 80, "10.29", .native),
    .init("total_smem_size", .u32, ptx: 4.1, "10.30", .native),
    .init("aggr_smem_size", .u32, ptx: 8.1, sm: 90, "10.31", .native),
    .init("dynamic_smem_size", .u32, ptx: 4.1, "10.32", .native),
    .init("current_graph_exec", .u64, ptx: 8.0, sm: 50, "10.33", .native),
  ]

  /// The row of `%name`, given with or without its element.
  public static func specialRegister(_ name: String) -> SpecialRegister? {
    let bare = name.drop { $0 == "%" }.prefix { $0 != "." }
    return specialRegisters.first { row in
      guard let open = row.name.firstIndex(of: "<") else { return row.name == bare }
      let close = row.name.firstIndex(of: ">")!
      let (before, after) = (row.name[..<open], row.name[row.name.index(after: close)...])
      guard bare.hasPrefix(before), bare.hasSuffix(after), let limit = Int(row.name[row.name.index(after: open)..<close]) else { return false }
      guard let number = Int(bare.dropFirst(before.count).dropLast(after.count)) else { return false }
      return number < limit
    }
  }
}
