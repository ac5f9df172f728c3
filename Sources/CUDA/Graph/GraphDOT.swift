// A graph as a picture for Graphviz: cudaGraphDebugDotPrint.
// Threads: as the graph.  Source: CUDA Runtime API, cudaGraphDebugDotPrint, enum cudaGraphDebugDotFlags.
import Glibc

extension Graph {
  /// Unknown flags mean nothing.  Throws cudaErrorOperatingSystem when the file cannot be written.
  public func writeDOT(to path: String, flags: UInt32) throws(CUDAError) {
    var text = "digraph dot {\n"
    GraphDOT(flags: flags).write(self, to: &text)
    text += "}\n"
    guard let file = fopen(path, "w") else { throw .operatingSystem.because("\(path) cannot be written: errno \(errno)") }
    let bytes = Array(text.utf8)
    let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    guard fclose(file) == 0, written == bytes.count else { throw .operatingSystem.because("\(path) cannot be written: errno \(errno)") }
  }
}

struct GraphDOT {
  let flags: UInt32

  /// enum cudaGraphDebugDotFlags, by bit.
  private enum Part: UInt32 {
    case kernel = 2, copy = 3, fill = 4, host = 5, event = 6, signal = 7, wait = 8, attributes = 9, handles = 10, memoryOperations = 13, conditional = 15, copies = 16
  }
  private func has(_ part: Part) -> Bool { flags & 1 != 0 || flags & (1 << part.rawValue) != 0 }

  func write(_ graph: Graph, to text: inout String) {
    let name = "graph_\(graph.id)"
    text += "subgraph cluster_\(graph.id) {\nlabel=\"\(name)\" graph[style=\"dashed\"];\n"
    for node in graph.nodes {
      let (style, shape) = switch node.kind {
      case .kernel: ("bold", "octagon")
      case .copy: ("solid", "trapezium")
      case .fill: ("solid", "invtrapezium")
      default: ("solid", "rectangle")
      }
      text += "\"\(name)_node_\(node.localID)\"[style=\"\(style)\" shape=\"\(shape)\" label=\"\(label(node))\n\"];\n\n"
    }
    for edge in graph.edges {
      text += "\"\(name)_node_\(edge.from.localID)\" -> \"\(name)_node_\(edge.to.localID)\""
      if edge.data != .full { text += "[label=\"port \(edge.data.fromPort), type \(edge.data.type)\"]" }
      text += ";\n"
    }
    text += "}\n"
    for node in graph.nodes { for child in node.kind.children { write(child, to: &text) } }
  }

  private func hex(_ pointer: UnsafeRawPointer?) -> String { "0x" + String(UInt(bitPattern: pointer), radix: 16) }

  private func label(_ node: GraphNode) -> String {
    var lines = ["\(node.localID)"]
    if has(.handles) { lines.append("handle \(hex(node.handle))") }
    switch node.kind {
    case .kernel(let kernel):
      lines.append(kernel.function.name)
      if has(.handles) { lines.append("func \(hex(kernel.symbol))") }
      let c = kernel.configuration
      if has(.kernel) {
        lines.append("grid {\(c.grid.x),\(c.grid.y),\(c.grid.z)}")
        lines.append("block {\(c.block.x),\(c.block.y),\(c.block.z)}")
        lines.append("shared memory \(c.dynamicSharedBytes)")
      }
      if has(.attributes) { for (id, value) in kernel.attributes.sorted(by: { $0.key < $1.key }) { lines.append("attribute \(id): \(value.word)") } }
    case .copy(let copy):
      lines += ["MEMCPY", "(\(direction(copy)),\(copy.extent.width * copy.extent.height * copy.extent.depth))"]
      if has(.copy) { lines += describe(copy) }
    case .copies(let batch):
      lines.append("MEMCPY_BATCH \(batch.copies.count)")
      if has(.copies) { for copy in batch.copies { lines += describe(copy) } }
    case .fill(let fill):
      lines += ["MEMSET", "(\(fill.value),\(fill.width * fill.elementSize * fill.height * fill.depth))"]
      if has(.fill) {
        lines.append("dst \(hex(fill.pointer)) pitch \(fill.pitch)")
        lines.append("value \(fill.value) element size \(fill.elementSize)")
        lines.append("width \(fill.width) height \(fill.height)")
      }
    case .host(let host):
      lines.append("HOST")
      if has(.host) {
        lines.append("fn 0x\(String(unsafeBitCast(host.function, to: UInt.self), radix: 16))")
        lines.append("userData \(hex(host.data))")
      }
    case .eventWait(let event), .eventRecord(let event):
      lines.append(node.kind.name)
      if has(.event) { lines.append("event \(hex(event.handle))") }
    case .semaphoreSignal(let semaphores), .semaphoreWait(let semaphores):
      lines.append(node.kind.name)
      if has(node.kind.number == 8 ? .signal : .wait) {
        for index in 0..<semaphores.storage.count { lines.append("semaphore \(hex(semaphores.storage.handles[index]))") }
      }
    case .memoryOperations(let batch):
      lines.append("BATCH_MEM_OP")
      if has(.memoryOperations) { lines.append("count \(batch.storage.count)") }
    case .conditional(let conditional):
      lines.append("CONDITIONAL \(["IF", "WHILE", "SWITCH"][Int(conditional.kind.rawValue)])")
      if has(.conditional) { lines.append("handle \(conditional.condition.handle) bodies \(conditional.bodies.map { "graph_\($0.id)" }.joined(separator: " "))") }
    case .allocation(let allocation): lines.append("MEM_ALLOC \(allocation.memory.byteCount) bytes at 0x\(String(allocation.memory.address, radix: 16))")
    case .free(let free): lines.append("MEM_FREE 0x\(String(free.address, radix: 16))")
    case .child(let child): lines.append("GRAPH graph_\(child.id)")
    case .empty: lines.append("EMPTY")
    }
    return lines.joined(separator: "\n")
  }

  private func direction(_ copy: CopyNode) -> String {
    let places = copy.places
    func letter(_ place: Int) -> String { place == 4 ? "A" : place >= 2 ? "D" : "H" }
    return "\(letter(places.from))to\(letter(places.to))"
  }

  private func describe(_ copy: CopyNode) -> [String] {
    ["src \(hex(copy.from.pointer)) pitch \(copy.from.rowPitch)", "dst \(hex(copy.to.pointer)) pitch \(copy.to.rowPitch)",
     "bytes \(copy.extent.width) height \(copy.extent.height) depth \(copy.extent.depth)"]
  }
}
