// The text of a fault: what happened, to what, where, and what lies nearest.  Any thread.
import ISA

extension Fault {
  /// Several lines, without a newline at the end.  `kernelName` is the code object's symbol, if known.
  func diagnosis(addressSpace: AddressSpace, kernelName: String? = nil) -> String {
    var lines: [String] = []
    switch cause {
    case .memory(let address, let access, let size):
      lines.append("GPU memory fault: \(access.verb) of \(size) byte\(size == 1 ? "" : "s") at \(hex(address))")
    case .illegalInstruction(let words, let name):
      let bytes = words.map { hex(UInt64($0), digits: 8) }.joined(separator: " ")
      lines.append(
        name.map { "GPU instruction \($0) is not implemented by the software GPU (\(bytes))" } ?? "GPU illegal instruction \(bytes)")
    case .instructionFetch(let address): lines.append("GPU instruction fetch fault at \(hex(address)): not mapped as executable memory")
    case .trap(let id): lines.append("GPU trap \(id) (s_trap)")
    case .exception(let bits): lines.append("GPU arithmetic exception (TRAPSTS \(hex(UInt64(bits))))")
    case .badDispatch(let reason, _): lines.append("GPU dispatch refused: \(reason)")
    case .misaligned(let address, let size): lines.append("GPU misaligned access of \(size) bytes at \(hex(address))")
    case .atomicUnsupported(let address): lines.append("GPU atomic at \(hex(address)) is not supported by this memory")
    }
    lines.append("  kernel:      \(kernelName.map { $0 + " " } ?? "")(descriptor at \(hex(kernelObject)))")
    if programCounter != 0 {
      lines.append("  instruction: \(instruction.isEmpty ? "?" : instruction) at pc \(hex(programCounter))")
      var place = "  workgroup:   (\(workgroup.x), \(workgroup.y), \(workgroup.z)), wave \(wave)"
      if let lane { place += ", lane \(lane)" }
      if let item = workItem { place += ", work-item (\(item.x), \(item.y), \(item.z))" }
      lines.append(place)
    }
    let address: UInt64? =
      switch cause {
      case .memory(let address, _, _), .instructionFetch(let address), .misaligned(let address, _), .atomicUnsupported(let address): address
      default: nil
      }
    if let address {
      if let near = addressSpace.nearest(to: address) {
        let end = near.start &+ near.size
        let relation =
          address < near.start
          ? "\(near.start - address) bytes before its start"
          : address >= end ? "\(address - end) bytes past its end" : "\(address - near.start) bytes into it (permissions forbid the access)"
        lines.append("  nearest:     allocation \(hex(near.allocation)), \(hex(near.start))..<\(hex(end)) (\(near.size) bytes); the address is \(relation)")
      } else {
        lines.append("  nearest:     nothing is mapped for this device")
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension Fault.Access {
  var verb: String {
    switch self {
    case .read: "read"
    case .write: "write"
    case .execute: "execution"
    case .atomic: "atomic"
    }
  }
}
