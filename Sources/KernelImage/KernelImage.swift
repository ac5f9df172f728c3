// What the compiler process hands to the runtime, and what the cache holds: a kernel ready to be copied to the device, and
// the inventory of a module.  Flat, position-checked bytes; the runtime needs no ELF library to load one.
// Both directions live here, so that they cannot disagree.

/// How CUDA's 32-lane warps sit on the hardware's waves.
public enum WarpMapping: UInt8, Sendable {
  case native = 0      // wave32: one warp, one wave
  case sharedWave = 1  // wave64: two warps in a wave; the AQL workgroup is the CUDA block
  case oneWarp = 2     // wave64, upper half off: the AQL workgroup is 1-D, 64 work-items for each warp of the block
  case yielding = 3    // lanes take turns: any mixture of waiting threads goes on; the AQL workgroup is the CUDA block
}

public struct Relocation: Sendable, Equatable {
  public var offset: UInt64      // of the 8 bytes to write, from the image's or the variable's start
  public var symbol: String      // a module variable (or function) name; "": the image's own start
  public var addend: Int64
  public init(offset: UInt64, symbol: String, addend: Int64) { self.offset = offset; self.symbol = symbol; self.addend = addend }
}

/// Memory of the runtime's that a kernel uses besides its arguments.
public struct Services: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let printf = Services(rawValue: 1)
  public static let heap = Services(rawValue: 2)    // malloc, free
  public static let locks = Services(rawValue: 4)   // 128-bit atomics
}

public struct Parameter: Sendable, Equatable {
  public var offset, size, alignment: UInt32   // bytes, in the kernarg segment
  public init(offset: UInt32, size: UInt32, alignment: UInt32) { self.offset = offset; self.size = size; self.alignment = alignment }
}

/// One compiled kernel.
public struct KernelImage: Sendable, Equatable {
  public var name = ""
  public var target = ""                 // "gfx942"
  public var bytes: [UInt8] = []         // the loaded segments, flattened from virtual address 0
  public var alignment: UInt64 = 4096
  public var descriptorOffset: UInt64 = 0  // of the 64-byte kernel descriptor, in `bytes`
  public var relocations: [Relocation] = []
  public var parameters: [Parameter] = []
  public var hiddenOffset: UInt32 = 0    // of carmine_hidden_arguments in the kernarg segment
  public var kernargSize: UInt32 = 0
  public var staticSharedBytes: UInt32 = 0
  public var scratchBytes: UInt32 = 0    // per work-item
  public var usesDynamicStack = false
  public var vgprs: UInt32 = 0, sgprs: UInt32 = 0, agprs: UInt32 = 0
  public var spilledVGPRs: UInt32 = 0
  public var mapping = WarpMapping.native
  /// RDNA: a workgroup's waves may be spread over two compute units.  Not stored: the descriptor says it (`readDescriptor`).
  public private(set) var usesWorkgroupProcessor = false
  public var maximumThreads: UInt32 = 1024   // per block
  /// Blocks of more threads, or (needsWholeRows) whose rows are several and no multiple of 32 threads, need the kernel compiled with
  /// `.yielding`; 0: all blocks are served.
  public var mostThreadsAsMapped: UInt32 = 0
  public var needsWholeRows = false
  /// Texture objects are read, and those of compressed texels need the kernel compiled for them.
  public var fetchesPlainTexels = false
  public var requiredThreads: [UInt32] = []  // .reqntid, or empty
  public var services: Services = []         // what the launch must give it addresses of
  public var notes: [String] = []            // why this mapping, what was emulated: for -v
  public init() {}

  /// Takes from the kernel descriptor what is said nowhere else: ENABLE_WGP_MODE of COMPUTE_PGM_RSRC1, gfx10 to gfx12.
  public mutating func readDescriptor() {
    let at = Int(descriptorOffset) + 48
    guard target.hasPrefix("gfx1"), at + 4 <= bytes.count else { return }
    usesWorkgroupProcessor = bytes[at + 3] & 1 << 5 != 0
  }
}

public struct GlobalVariable: Sendable, Equatable {
  public enum Space: UInt8, Sendable { case global = 0, constant = 1, managed = 2 }
  public var name = ""
  public var space = Space.global
  public var size: UInt64 = 0
  public var alignment: UInt64 = 1
  public var initial: [UInt8] = []             // empty: zeros; else exactly `size` bytes
  public var relocations: [Relocation] = []    // addresses of other variables within the initial value
  public var isExternal = false                // declared, not defined here
  public init() {}
}

/// What a module holds, known without compiling any kernel.
public struct ModuleImage: Sendable, Equatable {
  public struct Kernel: Sendable, Equatable {
    public var name = ""
    public var parameters: [Parameter] = []
    public var maximumThreads: UInt32 = 1024
    public init() {}
  }
  public var ptxTarget = ""               // "sm_75": which PTX was taken
  public var kernels: [Kernel] = []
  public var variables: [GlobalVariable] = []
  public init() {}
}
