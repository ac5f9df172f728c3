// Which PTX of a fatbinary is taken, and how any input becomes fatbinaries or PTX.
import KernelImage

/// A PTX text and what its container says of it.
public struct PTXImage: Sendable, Hashable {
  public var text: [UInt8]
  public var target: String       // "sm_75"; "" for a bare text, whose `.target` says it
  public var name: String         // the source file, or ""
  public var isRelocatable: Bool  // one of several to be linked
  public init(text: [UInt8], target: String = "", name: String = "", isRelocatable: Bool = false) {
    self.text = text
    self.target = target
    self.name = name
    self.isRelocatable = isRelocatable
  }
}

extension Fatbinary {
  /// The entry to compile for a device that reports `computeCapability` (86 is 8.6): plain targets before `a` and `f` ones; among
  /// those the highest at or below the capability, else the lowest above; among equals the newest PTX.  Machine code is ignored.
  public func bestPTX(computeCapability: Int) -> FatbinaryEntry? {
    /// Larger is better, compared from the left.
    func rank(_ entry: FatbinaryEntry) -> [Int] {
      let isBelow = entry.architecture <= computeCapability
      return [
        entry.variant.isEmpty ? 1 : 0, isBelow ? 1 : 0, isBelow ? entry.architecture : -entry.architecture, entry.majorVersion, entry.minorVersion,
      ]
    }
    var best: FatbinaryEntry?
    for entry in entries where entry.kind == .ptx {
      guard let known = best else { best = entry; continue }
      if rank(known).lexicographicallyPrecedes(rank(entry)) { best = entry }
    }
    return best
  }

  /// The best PTX, expanded.  Without any: `.noImage`, with the architectures that there are.
  public func ptx(computeCapability: Int) throws(CodeObjectError) -> PTXImage {
    guard let entry = bestPTX(computeCapability: computeCapability) else {
      let found = entries.isEmpty ? "it is empty" : "it holds " + contentsList
      throw CodeObjectError(
        .noImage, "no PTX in this fatbinary: \(found); build with PTX inside (nvcc -gencode arch=compute_75,code=compute_75)")
    }
    return PTXImage(
      text: try contents(of: entry), target: entry.target, name: entry.name, isRelocatable: entry.options.contains("--compile-only"))
  }

  /// "sm_80 machine code, sm_90a machine code": what there is, each once, in order.
  public var contentsList: String {
    var parts: [String] = []
    for entry in entries {
      let kind = switch entry.kind {
      case .ptx: "PTX"
      case .machineCode: "machine code"
      case .intermediate: "NVVM intermediate code"
      case .other(let number): "code of kind \(number)"
      }
      let part = "\(entry.target) \(kind)"
      if !parts.contains(part) { parts.append(part) }
    }
    return parts.joined(separator: ", ")
  }
}

/// What some bytes are, by how they begin.
public enum ImageFormat: Sendable, Hashable {
  case fatbinary
  case hostELF(machine: Int)
  case amdgpuELF
  case cudaELF   // NVIDIA machine code
  case ptx
  case unknown

  public init(of bytes: [UInt8]) {
    if Fatbinary.matches(bytes) { self = .fatbinary; return }
    if bytes.count >= 20, bytes[0..<4].elementsEqual([0x7F, 0x45, 0x4C, 0x46]) {
      switch Int(load(bytes, 18, as: UInt16.self)) {
      case 224: self = .amdgpuELF
      case 190: self = .cudaELF
      case let machine: self = .hostELF(machine: machine)
      }
      return
    }
    // PTX begins with `.version`, after blanks and comments.
    let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    self = first == 0x2E || first == 0x2F ? .ptx : .unknown
  }
}

/// All PTX that is to be compiled from `bytes`: the text itself, the best of a fatbinary, or the best of each fatbinary in a host
/// program or object.  Fatbinaries of a host program that hold no PTX are left out, if any holds some.
/// - Throws: `.noImage` when there is machine code alone, `.invalidImage` for anything else.
public func ptxImages(in bytes: [UInt8], computeCapability: Int) throws(CodeObjectError) -> [PTXImage] {
  switch ImageFormat(of: bytes) {
  case .ptx: return [PTXImage(text: bytes)]
  case .fatbinary: return [try Fatbinary(bytes).ptx(computeCapability: computeCapability)]
  case .cudaELF: throw CodeObjectError(.noImage, "this is NVIDIA machine code (a cubin): PTX is needed")
  case .amdgpuELF: throw .invalid("this is an AMDGPU code object: it is compiled already")
  case .unknown:
    let start = bytes.prefix(4).map { hex($0) }.joined(separator: " ")
    throw .invalid("neither a fatbinary, nor PTX, nor ELF: \(bytes.count) bytes that begin with \(start)")
  case .hostELF:
    var images: [PTXImage] = []
    var without: CodeObjectError?
    for fatbinary in try fatbinaries(inELF: bytes) {
      do { images.append(try Fatbinary(fatbinary).ptx(computeCapability: computeCapability)) } catch {
        if error.failure != .noImage { throw error }
        without = error
      }
    }
    if images.isEmpty { throw without ?? CodeObjectError(.noImage, "this ELF file holds no CUDA device code (no .nv_fatbin section)") }
    return images
  }
}
