// What a code object's note says of each kernel.
// Source: LLVM, "User Guide for AMDGPU Backend", code object V3 and later metadata.

public struct KernelMetadata: Sendable, Hashable {
  public struct Argument: Sendable, Hashable {
    public var name = ""
    public var offset = 0, size = 0
    public var valueKind = ""    // "by_value", "global_buffer", "hidden_…"
    public var isHidden: Bool { valueKind.hasPrefix("hidden_") }
  }
  public var name = ""
  public var symbol = ""                     // of the descriptor: "kernel.kd"
  public var kernargSize: UInt32 = 0         // bytes
  public var kernargAlignment: UInt32 = 8
  public var groupSize: UInt32 = 0           // LDS bytes, fixed part
  public var privateSize: UInt32 = 0         // scratch bytes per work-item
  public var usesDynamicStack = false
  public var vgprs: UInt32 = 0, sgprs: UInt32 = 0, agprs: UInt32 = 0
  public var spilledVGPRs: UInt32 = 0, spilledSGPRs: UInt32 = 0
  public var waveSize: UInt32 = 64
  public var maximumWorkgroupSize: UInt32 = 1024
  public var requiredWorkgroupSize: [UInt32] = []
  public var arguments: [Argument] = []

  init(_ map: MessagePack) throws(CodeObjectError) {
    guard let name = map[".name"]?.text, let symbol = map[".symbol"]?.text else {
      throw .invalid("code object metadata: a kernel without .name or .symbol")
    }
    func number(_ key: String, required: Bool = false, otherwise: UInt32 = 0) throws(CodeObjectError) -> UInt32 {
      guard let value = map[key] else {
        if required { throw .invalid("code object metadata: kernel \(name) without \(key)") }
        return otherwise
      }
      guard let number = value.number, let result = UInt32(exactly: number) else {
        throw .invalid("code object metadata: kernel \(name) with \(key) \(value)")
      }
      return result
    }
    self.name = name
    self.symbol = symbol
    kernargSize = try number(".kernarg_segment_size", required: true)
    kernargAlignment = try number(".kernarg_segment_align", otherwise: 8)
    groupSize = try number(".group_segment_fixed_size", required: true)
    privateSize = try number(".private_segment_fixed_size", required: true)
    vgprs = try number(".vgpr_count", required: true)
    sgprs = try number(".sgpr_count", required: true)
    agprs = try number(".agpr_count")
    spilledVGPRs = try number(".vgpr_spill_count")
    spilledSGPRs = try number(".sgpr_spill_count")
    waveSize = try number(".wavefront_size", required: true)
    maximumWorkgroupSize = try number(".max_flat_workgroup_size", required: true)
    if case .bool(let value)? = map[".uses_dynamic_stack"] { usesDynamicStack = value }
    requiredWorkgroupSize = (map[".reqd_workgroup_size"]?.elements ?? []).compactMap { $0.number.flatMap(UInt32.init(exactly:)) }
    for argument in map[".args"]?.elements ?? [] {
      guard let offset = argument[".offset"]?.number, let size = argument[".size"]?.number, let kind = argument[".value_kind"]?.text
      else { throw .invalid("code object metadata: kernel \(name) with an argument that has no offset, size or kind") }
      // LLVM lists hidden arguments also where the kernel was told to have none, beyond the segment's end.
      if kind.hasPrefix("hidden_"), offset >= UInt64(kernargSize) { continue }
      guard offset <= UInt64(kernargSize), size <= UInt64(kernargSize) - offset
      else { throw .invalid("code object metadata: kernel \(name) with an argument outside of its \(kernargSize) kernarg bytes") }
      arguments.append(Argument(name: argument[".name"]?.text ?? "", offset: Int(offset), size: Int(size), valueKind: kind))
    }
  }
}
