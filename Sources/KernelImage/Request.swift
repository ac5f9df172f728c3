// The conversation between the core and `carmine compile --serve`, and the reasons for failure that both sides know.
// One message each way, in turn: the core sends a request, the server answers it.  Both are an envelope (Envelope.swift) and its
// body, so either side reads 32 bytes, learns how many follow, and reads those.

/// Why a module or kernel cannot be had; ModuleLoading turns each into CUDA's error.
public enum CompileFailure: UInt8, Sendable, Error {
  case noImage = 1          // no PTX inside (SASS only): cudaErrorNoKernelImageForDevice
  case invalidImage = 2     // corrupt or not a fatbinary: cudaErrorInvalidKernelImage
  case invalidPTX = 3       // cudaErrorInvalidPtx
  case unsupported = 4      // refused by name: cudaErrorInvalidPtx / NotSupported
  case notFound = 5         // no such kernel: cudaErrorSymbolNotFound
  case tooManyResources = 6 // cudaErrorLaunchOutOfResources
  case compilerMissing = 7  // cudaErrorJitCompilerNotFound
  case internalError = 8    // cudaErrorUnknown
}

public struct CompileRequest: Sendable, Equatable {
  public enum Kind: UInt8, Sendable {
    case module = 0   // answered by a ModuleImage
    case kernel = 1   // by a KernelImage
    case survey = 2   // by a ModuleSurvey
    case check = 3    // by nothing, if the kernel can be lowered
  }
  public var kind: Kind = .module
  /// Names the images, whether they are in this request or not: `key(of:)`.
  public var key = ContentHash(low: 0, high: 0)
  /// A fatbinary, PTX or ELF; several when a wrapper of version 2 lists relocatable ones.  Empty: the server was given this key
  /// before in this conversation.
  public var images: [[UInt8]] = []
  public var kernel = ""                    // for `.kernel` and `.check`
  public var target = ""                    // "gfx942"
  public var computeCapability: UInt32 = 86 // as reported to the program: 86 is 8.6
  public var forcedMapping: WarpMapping?    // nil: the compiler chooses
  public var readsCompressedTexels = false  // by texture fetches, beside plain ones
  public var verbosity: UInt8 = 0           // notes and timings to the server's stderr
  public init() {}

  /// The key of images with these hashes.  Several are linked together; their order changes nothing.
  public static func key(of images: [ContentHash]) -> ContentHash {
    images.count == 1 ? images[0] : ContentHash(parts: images.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) })
  }

  public func serialized() -> [UInt8] { Envelope.seal(.request, self) }
  public init(deserializing bytes: [UInt8]) throws(FormatError) { self = try Envelope.open(.request, bytes) }
}

public enum CompileResponse: Sendable, Equatable {
  /// A serialized ModuleImage, KernelImage or ModuleSurvey, or nothing, as the request's kind wanted.
  case success([UInt8])
  /// The message is whole: it names the thing, the value and the remedy.
  case failure(CompileFailure, message: String)
  /// The server doesn't hold the images of this key: ask again with them.
  case imagesWanted

  public func serialized() -> [UInt8] { Envelope.seal(.response, ResponseFields(self)) }
  public init(deserializing bytes: [UInt8]) throws(FormatError) {
    let fields: ResponseFields = try Envelope.open(.response, bytes)
    switch fields.kind {
    case .success: self = .success(fields.result)
    case .failure: self = .failure(fields.reason, message: fields.message)
    case .imagesWanted: self = .imagesWanted
    }
  }
}

extension CompileRequest: Fields {
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FormatError) {
    try visitor.field(&kind)
    try visitor.field(&key)
    try visitor.list(&images, of: []) { (visitor, value) throws(FormatError) in try visitor.bytes(&value) }
    try visitor.field(&kernel)
    try visitor.field(&target)
    try visitor.field(&computeCapability)
    var isForced = forcedMapping != nil
    var mapping = forcedMapping ?? .native
    try visitor.field(&isForced)
    try visitor.field(&mapping)
    forcedMapping = isForced ? mapping : nil
    try visitor.field(&readsCompressedTexels)
    try visitor.field(&verbosity)
  }
}

private struct ResponseFields: Fields {
  enum Kind: UInt8 { case success = 0, failure = 1, imagesWanted = 2 }
  var kind = Kind.success
  var result: [UInt8] = []
  var reason = CompileFailure.internalError
  var message = ""

  init() {}
  init(_ response: CompileResponse) {
    switch response {
    case .success(let bytes): result = bytes
    case .failure(let failure, let text): (kind, reason, message) = (.failure, failure, text)
    case .imagesWanted: kind = .imagesWanted
    }
  }
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FormatError) {
    try visitor.field(&kind)
    try visitor.bytes(&result)
    try visitor.field(&reason)
    try visitor.field(&message)
  }
}
