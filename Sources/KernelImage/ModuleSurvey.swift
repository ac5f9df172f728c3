// What `carmine precompile` asks of a module before it compiles any kernel: which kernels there are, and which of them are the
// same as others but for names, in this module or any other.

public struct ModuleSurvey: Sendable, Equatable {
  public struct Kernel: Sendable, Equatable {
    public var name = ""
    /// Equal for kernels that compile to the same code.
    public var fingerprint = ContentHash(low: 0, high: 0)
    public init() {}
  }
  public var kernels: [Kernel] = []
  public init() {}

  public func serialized() -> [UInt8] { Envelope.seal(.moduleSurvey, self) }
  public init(deserializing bytes: [UInt8]) throws(FormatError) { self = try Envelope.open(.moduleSurvey, bytes) }
}

extension ModuleSurvey: Fields {
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FormatError) { try visitor.list(&kernels) }
}

extension ModuleSurvey.Kernel: Fields {
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FormatError) {
    try visitor.field(&name)
    try visitor.field(&fingerprint)
  }
}
