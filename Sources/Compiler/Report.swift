// What one compiled kernel uses and how many of it a multiprocessor holds: `carmine compile --report`.
// Threads: values.  Source: the code object's metadata for resources; the assembly text for instructions, counted as they stand
// in the code, not as they are executed; KernelImage's Occupancy.
import KernelImage
import PTX

/// What executes an instruction, by its name.
public enum InstructionClass: String, Sendable, CaseIterable {
  case vector, matrix, scalar
  case scalarMemory = "scalar memory"
  case globalMemory = "global memory"
  case scratch, lds, branch, barrier
  /// Waits for memory or for the pipeline, and what only takes a slot.
  case wait
  case other

  /// The first row that fits counts.
  private static let rows: [(prefixes: [String], kind: InstructionClass)] = [
    (["s_waitcnt", "s_wait_", "s_nop", "s_delay_alu", "s_clause", "s_sleep", "s_code_end"], .wait),
    (["s_barrier"], .barrier),
    (["s_branch", "s_cbranch", "s_endpgm", "s_setpc", "s_swappc", "s_call"], .branch),
    (["s_load_", "s_buffer_load_", "s_store_", "s_dcache_", "s_memtime", "s_memrealtime", "s_prefetch_"], .scalarMemory),
    (["s_"], .scalar),
    (["v_mfma_", "v_smfmac_", "v_wmma_", "v_swmmac_"], .matrix),
    (["v_"], .vector),
    (["global_", "flat_", "buffer_", "tbuffer_", "image_"], .globalMemory),
    (["scratch_"], .scratch),
    (["ds_"], .lds),
  ]

  /// By the name in LLVM's assembly; nil for a line that is no instruction.
  init?(line: Substring) {
    guard let first = line.first, first == "\t" || first == " " else { return nil }
    let word = line.drop { $0 == "\t" || $0 == " " }.prefix { $0 != " " && $0 != "\t" }
    guard let letter = word.first, letter.isLetter, word.contains("_") else { return nil }
    self = Self.rows.first { row in row.prefixes.contains { word.hasPrefix($0) } }?.kind ?? .other
  }
}

public struct KernelReport: Sendable {
  public let image: KernelImage
  public let processor: Processor
  /// Waves of a SIMD that registers allow.
  public let waves: Int
  /// Workgroups that a multiprocessor holds, by threads of a block.
  public let workgroups: [(threads: Int, count: Int)]
  public let instructions: [(kind: InstructionClass, count: Int)]
  public var instructionCount: Int { instructions.reduce(0) { $0 + $1.count } }

  init(_ image: KernelImage, _ processor: Processor, assembly: String) {
    self.image = image
    self.processor = processor
    let occupancy = Occupancy(image, processor)
    waves = occupancy.wavesPerSIMD
    let most = Int(image.maximumThreads)
    workgroups = ([64, 128, 256, 512, 1024].filter { $0 < most } + [most]).map {
      ($0, occupancy.workgroups(threads: $0, sharedBytes: Int(image.staticSharedBytes)))
    }
    var counts: [InstructionClass: Int] = [:]
    for line in assembly.split(separator: "\n") {
      if let kind = InstructionClass(line: line) { counts[kind, default: 0] += 1 }
    }
    instructions = InstructionClass.allCases.compactMap { kind in counts[kind].map { (kind, $0) } }
  }
}

extension KernelCompiler {
  /// Compiles one kernel and says what it uses.
  public func report(_ module: ModuleIndex, kernel: String) throws -> KernelReport {
    let image = try compile(module, kernel: kernel)
    return KernelReport(image, target, assembly: String(decoding: try emit(module, kernel: kernel, as: .assembly), as: UTF8.self))
  }
}
