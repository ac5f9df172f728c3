// Wave-instructions that kernels execute on the software GPU, through Carmine (CUDA source -> PTX -> gfx942) and through clang's HIP
// (the same source -> gfx942), on the same data:
//
//   code-quality FOLDER LAUNCHES
//
// FOLDER has SOURCE.images/*.image (carmine compile --emit image) and SOURCE.hsaco (clang -x hip) for each source; LAUNCHES is
// launches.tsv, which says what to launch on what.  Prints a line for each kernel and one with the geometric mean of the ratios;
// a kernel whose two answers differ is an error.
// What is counted: every instruction that a wave executes, whatever it costs; registers are those of the code object's metadata.
@testable import ISA
import CDeviceABI
import CSoftGPU
import CodeObject
import Glibc
import KernelImage
@testable import SoftGPU

struct Failure: Error, CustomStringConvertible { let description: String }

func file(_ path: String) throws -> [UInt8] {
  guard let stream = fopen(path, "r") else { throw Failure(description: "cannot read \(path)") }
  defer { fclose(stream) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&part, 1, part.count, stream)
    if count == 0 { return bytes }
    bytes += part[..<count]
  }
}

/// Code that can be launched, whoever compiled it.
struct Code {
  var image: KernelImage
  /// Of its hidden arguments in LLVM's layout; nil where they are Carmine's.
  var hidden: [KernelMetadata.Argument]?
}

/// One launch's results.
struct Result {
  var instructions: UInt64
  var buffers: [[UInt8]]
}

/// A device with one worker that is driven directly.
final class Machine {
  private let space = AddressSpace(), engine: ComputeEngine, worker: Worker
  private var mapped: [(address: UInt64, memory: UnsafeMutableRawPointer)] = []
  private var next: UInt64 = 0x1000_0000

  init() {
    engine = ComputeEngine(device: .mi300x, addressSpace: space)
    worker = Worker(engine)
  }
  func end() {
    worker.destroy()
    engine.stop()
    for (_, memory) in mapped { memory.deallocate() }
  }

  private func memory(_ bytes: [UInt8]) -> (address: UInt64, memory: UnsafeMutableRawPointer) {
    let size = (max(bytes.count, 1) + 65535) & ~65535
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 65536)
    memset(memory, 0, size)
    bytes.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress!, byteCount: bytes.count) }
    let place = (address: next, memory: memory)
    next += UInt64(size) + 65536
    space.map(
      gpuAddress: place.address, size: UInt64(size), host: memory, permissions: .all, allocation: place.address,
      traits: MemoryTraits(.local, isLocalVRAM: true))
    mapped.append(place)
    return place
  }

  func run(_ code: Code, _ launch: LaunchRow) throws -> Result {
    // Module variables: zeroed, a place for each name.
    var variables: [String: UInt64] = [:]
    var bytes = code.image.bytes
    let codePlace = memory(bytes)
    for relocation in code.image.relocations {
      let base: UInt64
      if relocation.symbol.isEmpty { base = codePlace.address } else {
        if variables[relocation.symbol] == nil { variables[relocation.symbol] = memory([UInt8](repeating: 0, count: 65536)).address }
        base = variables[relocation.symbol]!
      }
      let value = base &+ UInt64(bitPattern: relocation.addend)
      for index in 0..<8 { bytes[Int(relocation.offset) + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }
    bytes.withUnsafeBytes { codePlace.memory.copyMemory(from: $0.baseAddress!, byteCount: bytes.count) }

    var kernarg = [UInt8](repeating: 0, count: Int(code.image.kernargSize) + 512)
    func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
      for index in 0..<T.bitWidth / 8 { kernarg[offset + index] = UInt8(truncatingIfNeeded: value >> T(8 * index)) }
    }
    let buffers = launch.arguments.map { argument in argument.buffer.map { memory($0) } }
    guard code.image.parameters.count == launch.arguments.count else {
      throw Failure(description: "\(launch.kernel) has \(code.image.parameters.count) parameters; \(launch.arguments.count) are given")
    }
    for (index, parameter) in code.image.parameters.enumerated() {
      let value = buffers[index]?.address ?? launch.arguments[index].scalar
      if parameter.size == 4 { put(UInt32(truncatingIfNeeded: value), at: Int(parameter.offset)) } else { put(value, at: Int(parameter.offset)) }
    }
    let threads = launch.threads, blocks = launch.blocks
    if let hidden = code.hidden {
      for argument in hidden {
        let axis = ["_x": 0, "_y": 1, "_z": 2][String(argument.valueKind.suffix(2))] ?? 0
        switch argument.valueKind {
        case "hidden_block_count_x", "hidden_block_count_y", "hidden_block_count_z": put(blocks[axis], at: argument.offset)
        case "hidden_group_size_x", "hidden_group_size_y", "hidden_group_size_z": put(UInt16(threads[axis]), at: argument.offset)
        case "hidden_grid_dims": put(UInt16(3), at: argument.offset)
        default: break
        }
      }
    } else {
      let fault = memory([UInt8](repeating: 0, count: MemoryLayout<carmine_fault_cell>.size))
      let words = threads + blocks + [0, 0, 0, UInt32(launch.sharedBytes)]
      for (index, word) in words.enumerated() { put(word, at: Int(code.image.hiddenOffset) + index * 4) }
      put(fault.address, at: Int(code.image.hiddenOffset) + MemoryLayout<carmine_hidden_arguments>.offset(of: \.fault_cell)!)
      // Everything here is the device's own memory and lies below 4 GB.
      put(UInt32(1), at: Int(code.image.hiddenOffset) + MemoryLayout<carmine_hidden_arguments>.offset(of: \.local_count)!)
    }
    let arguments = memory(kernarg)
    let volume = threads.reduce(1, *)
    let workgroup = code.image.mapping == .oneWarp ? [64 * ((volume + 31) / 32), 1, 1] : threads
    let dispatch = Dispatch(
      workgroupSize: (workgroup[0], workgroup[1], workgroup[2]),
      gridSize: (workgroup[0] * blocks[0], workgroup[1] * blocks[1], workgroup[2] * blocks[2]),
      privateSegmentSize: code.image.scratchBytes, groupSegmentSize: code.image.staticSharedBytes + UInt32(launch.sharedBytes),
      kernelObject: codePlace.address + code.image.descriptorOffset, kernarg: arguments.address, packetAddress: 0, queueAddress: 0,
      dispatchID: 0, queueID: 0)
    let before = worker.state.pointee.executed
    if let fault = worker.runAlone(dispatch) { throw Failure(description: fault.diagnosis(addressSpace: space, kernelName: launch.kernel)) }
    let count = worker.state.pointee.executed - before
    return Result(
      instructions: count,
      buffers: zip(launch.arguments, buffers).compactMap { argument, place in
        place.map { Array(UnsafeRawBufferPointer(start: $0.memory, count: argument.buffer!.count)) }
      })
  }
}

/// A row of launches.tsv.
struct LaunchRow {
  struct Argument {
    var buffer: [UInt8]?
    var scalar: UInt64 = 0
    var type = ""
  }
  let name: String, source: String, kernel: String
  let blocks: [UInt32], threads: [UInt32]
  let sharedBytes: Int
  let tolerance: Double
  let arguments: [Argument]
  let explanation: String

  /// Columns as the head of launches.tsv names them.
  init(_ line: Substring) throws {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard fields.count >= 8 else { throw Failure(description: "not a launch: \(line)") }
    func shape(_ text: String) -> [UInt32] {
      let parts = text.split(separator: ",").map { UInt32($0)! }
      return parts + [UInt32](repeating: 1, count: 3 - parts.count)
    }
    (name, source, kernel) = (fields[0], fields[1], fields[2])
    (blocks, threads) = (shape(fields[3]), shape(fields[4]))
    sharedBytes = Int(fields[5])!
    tolerance = Double(fields[6])!
    var random = SplitMix(state: 42)
    arguments = try fields[7].split(separator: " ").map { try Self.argument($0, &random) }
    explanation = fields.count > 8 ? fields[8] : ""
  }

  /// `in:f32:1000` random in [0, 1), `in:u32:1000:256` below 256, `out:u32:64`, or a scalar: `i32:5`, `f32:0.5`, `f64:0.5`.
  private static func argument(_ text: Substring, _ random: inout SplitMix) throws -> Argument {
    let parts = text.split(separator: ":")
    guard parts.count >= 2 else { throw Failure(description: "not an argument: \(text)") }
    if parts[0] == "in" || parts[0] == "out" {
      let count = Int(parts[2])!, limit = parts.count > 3 ? UInt64(parts[3])! : 0, size = Int(parts[1].drop { !$0.isNumber })! / 8
      var bytes: [UInt8] = []
      bytes.reserveCapacity(count * size)
      for _ in 0..<count {
        let bits = parts[0] == "out" ? 0 : random.next()
        let value: UInt64 =
          switch parts[1] {
          case _ where parts[0] == "out": 0
          case "f32": UInt64((Float(bits >> 40) / Float(1 << 24)).bitPattern)
          case "f64": (Double(bits >> 11) / Double(1 << 53)).bitPattern
          default: limit > 0 ? bits % limit : bits
          }
        for index in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
      }
      return Argument(buffer: bytes, type: String(parts[1]))
    }
    switch parts[0] {
    case "i32": return Argument(scalar: UInt64(UInt32(bitPattern: Int32(parts[1])!)))
    case "u64": return Argument(scalar: UInt64(parts[1])!)
    case "f32": return Argument(scalar: UInt64(Float(parts[1])!.bitPattern))
    case "f64": return Argument(scalar: Double(parts[1])!.bitPattern)
    default: throw Failure(description: "not an argument: \(text)")
    }
  }

  /// What differs between two results; nil when nothing does.
  func difference(_ a: Result, _ b: Result) -> String? {
    let types = arguments.filter { $0.buffer != nil }.map(\.type)
    for (number, type) in types.enumerated() where a.buffers[number] != b.buffers[number] {
      func values<T: BitwiseCopyable>(_ bytes: [UInt8], _: T.Type) -> [T] { bytes.withUnsafeBytes { Array($0.bindMemory(to: T.self)) } }
      func far(_ x: Double, _ y: Double) -> Bool { x != y && !(x.isNaN && y.isNaN) && abs(x - y) > tolerance * max(abs(x), abs(y), 1e-3) }
      switch type {
      case "f32":
        for (index, pair) in zip(values(a.buffers[number], Float.self), values(b.buffers[number], Float.self)).enumerated()
        where far(Double(pair.0), Double(pair.1)) { return "buffer \(number)[\(index)] is \(pair.0) and \(pair.1)" }
      case "f64":
        for (index, pair) in zip(values(a.buffers[number], Double.self), values(b.buffers[number], Double.self)).enumerated()
        where far(pair.0, pair.1) { return "buffer \(number)[\(index)] is \(pair.0) and \(pair.1)" }
      default:
        let index = zip(a.buffers[number], b.buffers[number]).enumerated().first { $0.element.0 != $0.element.1 }!.offset
        return "buffer \(number) differs at byte \(index)"
      }
    }
    return nil
  }
}

struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

@main enum CodeQuality {
  /// The image of one kernel among the files that `carmine compile` wrote.
  static func ours(_ folder: String, _ kernel: String) throws -> Code {
    guard let listing = opendir(folder) else { throw Failure(description: "no folder \(folder)") }
    defer { closedir(listing) }
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
      guard name.hasSuffix(".image") else { continue }
      let image = try KernelImage(deserializing: try file(folder + "/" + name))
      if image.name == kernel { return Code(image: image, hidden: nil) }
    }
    throw Failure(description: "no image of \(kernel) in \(folder)")
  }

  static func hip(_ path: String, _ kernel: String) throws -> Code {
    let object = try CodeObjectFile.load(try file(path))
    guard let metadata = object.kernels.first(where: { $0.name == kernel }) else { throw Failure(description: "no \(kernel) in \(path)") }
    return Code(image: try object.kernelImage(named: kernel), hidden: metadata.arguments.filter(\.isHidden))
  }

  static func main() throws {
    guard CommandLine.arguments.count == 3 else {
      print("usage: code-quality FOLDER LAUNCHES")
      exit(2)
    }
    setenv("CARMINE_SOFT_THREADS", "1", 1)
    let folder = CommandLine.arguments[1]
    var logarithms = 0.0, count = 0.0, worst = (ratio: 0.0, name: ""), failed = false
    func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
    func three(_ value: Double) -> String { String((value * 1000).rounded() / 1000) }
    print(pad("kernel", 22) + pad("instructions", 14) + pad("HIP", 14) + pad("ratio", 8) + pad("VGPRs, HIP", 12) + pad("SGPRs, HIP", 12) + "scratch, HIP")
    for line in String(decoding: try file(CommandLine.arguments[2]), as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
      let launch = try LaunchRow(line)
      do {
        let a = try ours("\(folder)/\(launch.source).images", launch.kernel), b = try hip("\(folder)/\(launch.source).hsaco", launch.kernel)
        let machines = (Machine(), Machine())
        defer { machines.0.end(); machines.1.end() }
        let mine = try machines.0.run(a, launch), theirs = try machines.1.run(b, launch)
        if let difference = launch.difference(mine, theirs) { throw Failure(description: "the answers differ: \(difference)") }
        let ratio = Double(mine.instructions) / Double(theirs.instructions)
        print(
          pad(launch.name, 22) + pad("\(mine.instructions)", 14) + pad("\(theirs.instructions)", 14) + pad(three(ratio), 8)
            + pad("\(a.image.vgprs), \(b.image.vgprs)", 12) + pad("\(a.image.sgprs), \(b.image.sgprs)", 12) + "\(a.image.scratchBytes), \(b.image.scratchBytes)"
            + (launch.explanation.isEmpty ? "" : "   " + launch.explanation))
        logarithms += log(ratio)
        count += 1
        if ratio > worst.ratio { worst = (ratio, launch.name) }
      } catch {
        print(pad(launch.name, 22) + "FAILED: \(error)")
        failed = true
      }
    }
    print("geometric mean of \(Int(count)) kernels: \(three(exp(logarithms / max(count, 1))))")
    print("worst: \(three(worst.ratio)) (\(worst.name))")
    if failed { exit(1) }
  }
}
