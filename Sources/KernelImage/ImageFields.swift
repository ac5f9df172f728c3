// The images' fields in the order in which they are stored, and what must hold between them.

extension KernelImage {
  /// Flat bytes: an envelope and the fields.
  public func serialized() -> [UInt8] { Envelope.seal(.kernelImage, self) }

  /// Throws for anything but the whole, unchanged bytes of an image of this version whose offsets lie inside its code.
  public init(deserializing bytes: [UInt8]) throws(FormatError) {
    self = try Envelope.open(.kernelImage, bytes)
    let error = FormatError(what: "kernel image \(name)", offset: Envelope.byteCount, problem: "")
    if !self.bytes.isEmpty, !fits(descriptorOffset, 64, in: self.bytes.count) {
      throw error.because("its descriptor at \(descriptorOffset) lies outside of its \(self.bytes.count) bytes")
    }
    for relocation in relocations where !fits(relocation.offset, 8, in: self.bytes.count) {
      throw error.because("its relocation at \(relocation.offset) for \(relocation.symbol) lies outside of its \(self.bytes.count) bytes")
    }
    guard alignment.nonzeroBitCount == 1 else { throw error.because("its alignment \(alignment) is no power of two") }
    readDescriptor()
  }
}

extension ModuleImage {
  /// Flat bytes: an envelope and the fields.
  public func serialized() -> [UInt8] { Envelope.seal(.moduleImage, self) }

  /// Throws for anything but the whole, unchanged bytes of a module image of this version whose variables are consistent.
  public init(deserializing bytes: [UInt8]) throws(FormatError) {
    self = try Envelope.open(.moduleImage, bytes)
    for variable in variables {
      let error = FormatError(what: "variable \(variable.name)", offset: Envelope.byteCount, problem: "")
      guard variable.initial.isEmpty || UInt64(variable.initial.count) == variable.size else {
        throw error.because("\(variable.initial.count) initial bytes for a size of \(variable.size)")
      }
      for relocation in variable.relocations where UInt64(Int.max) < variable.size || !fits(relocation.offset, 8, in: Int(variable.size)) {
        throw error.because("its relocation at \(relocation.offset) for \(relocation.symbol) lies outside of its \(variable.size) bytes")
      }
      guard variable.alignment.nonzeroBitCount == 1 else { throw error.because("its alignment \(variable.alignment) is no power of two") }
    }
  }
}

private func fits(_ offset: UInt64, _ size: UInt64, in count: Int) -> Bool { UInt64(count) >= size && offset <= UInt64(count) - size }

extension FormatError {
  fileprivate func because(_ problem: String) -> FormatError {
    var error = self
    error.problem = problem
    return error
  }
}

extension KernelImage: Fields {
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FormatError) {
    try visitor.field(&name)
    try visitor.field(&target)
    try visitor.bytes(&bytes)
    try visitor.field(&alignment)
    try visitor.field(&descriptorOffset)
    try visitor.list(&relocations)
    try visitor.list(&parameters)
    try visitor.field(&hiddenOffset)
    try visitor.field(&kernargSize)
    try visitor.field(&staticSharedBytes)
    try visitor.field(&scratchBytes)
    try visitor.field(&usesDynamicStack)
    try visitor.field(&vgprs)
    try visitor.field(&sgprs)
    try visitor.field(&agprs)
    try visitor.field(&spilledVGPRs)
    try visitor.field(&mapping)
    try visitor.field(&maximumThreads)
    try visitor.field(&mostThreadsAsMapped)
    try visitor.field(&needsWholeRows)
    try visitor.field(&fetchesPlainTexels)
    try visitor.list(&requiredThreads, of: 0) { (visitor, value) throws(FormatError) in try visitor.field(&value) }
    var services = services.rawValue
    try visitor.field(&services)
    self.services = Services(rawValue: services)
    try visitor.list(&notes)
  }
}

extension ModuleImage: Fields {
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FormatError) {
    try visitor.field(&ptxTarget)
    try visitor.list(&kernels)
    try visitor.list(&variables)
  }
}

extension ModuleImage.Kernel: Fields {
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FormatError) {
    try visitor.field(&name)
    try visitor.list(&parameters)
    try visitor.field(&maximumThreads)
  }
}

extension GlobalVariable: Fields {
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FormatError) {
    try visitor.field(&name)
    try visitor.field(&space)
    try visitor.field(&size)
    try visitor.field(&alignment)
    try visitor.bytes(&initial)
    try visitor.list(&relocations)
    try visitor.field(&isExternal)
  }
}

extension Relocation: Fields {
  init() { self.init(offset: 0, symbol: "", addend: 0) }
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FormatError) {
    try visitor.field(&offset)
    try visitor.field(&symbol)
    try visitor.field(&addend)
  }
}

extension Parameter: Fields {
  init() { self.init(offset: 0, size: 0, alignment: 1) }
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FormatError) {
    try visitor.field(&offset)
    try visitor.field(&size)
    try visitor.field(&alignment)
  }
}
