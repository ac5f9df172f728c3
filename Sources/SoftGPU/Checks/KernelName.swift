// The name of a kernel, from the code object that it was loaded with.  Loaders put the first segment, which begins with the
// ELF header and holds the dynamic symbols, in front of the descriptors; nothing else tells a device what its kernels are called.
// Everything is read through the device's own mappings and checked; a code object that is not like that has no name.
// Source: ELF-64 object file format; LLVM AMDGPU usage, "Code Object Symbols" (`name.kd` is the descriptor).
import ISA

extension AddressSpace {
  /// The symbol of the descriptor at `kernelObject`, without ".kd".  For diagnoses: slow, any thread.
  func kernelName(of kernelObject: UInt64) -> String? {
    // Descriptors lie within the first megabytes of their code object.
    var base = kernelObject & ~4095
    for _ in 0..<4096 {
      guard let magic: UInt32 = value(at: base) else { return nil }
      if magic == 0x464c_457f { return name(inImageAt: base, of: kernelObject) }
      guard base >= 4096 else { return nil }
      base -= 4096
    }
    return nil
  }

  private func value<T: BitwiseCopyable>(at address: UInt64) -> T? {
    translate(address, MemoryLayout<T>.size, .read)?.loadUnaligned(as: T.self)
  }

  private func name(inImageAt base: UInt64, of kernelObject: UInt64) -> String? {
    guard let headers: UInt64 = value(at: base &+ 32), let count: UInt16 = value(at: base &+ 56) else { return nil }
    let dynamicType: UInt32 = 2
    for index in 0..<UInt64(min(count, 64)) {
      let header = base &+ headers &+ index * 56
      guard let type: UInt32 = value(at: header), type == dynamicType, let offset: UInt64 = value(at: header &+ 16),
        let bytes: UInt64 = value(at: header &+ 40)
      else { continue }
      var tables: [UInt64: UInt64] = [:]
      for entry in 0..<min(bytes / 16, 64) {
        guard let tag: UInt64 = value(at: base &+ offset &+ entry * 16), let found: UInt64 = value(at: base &+ offset &+ entry * 16 &+ 8)
        else { break }
        tables[tag] = found
      }
      let hash: UInt64 = 4, strings: UInt64 = 5, symbols: UInt64 = 6
      guard let hashTable = tables[hash], let stringTable = tables[strings], let symbolTable = tables[symbols],
        let symbolCount: UInt32 = value(at: base &+ hashTable &+ 4)
      else { return nil }
      for symbol in 0..<UInt64(min(symbolCount, 1 << 16)) {
        let at = base &+ symbolTable &+ symbol * 24
        guard let place: UInt64 = value(at: at &+ 8), base &+ place == kernelObject, let name: UInt32 = value(at: at) else { continue }
        let text = string(at: base &+ stringTable &+ UInt64(name))
        if text.hasSuffix(".kd") { return String(text.dropLast(3)) }
      }
    }
    return nil
  }

  private func string(at address: UInt64) -> String {
    var bytes: [UInt8] = []
    while bytes.count < 4096, let byte: UInt8 = value(at: address &+ UInt64(bytes.count)), byte != 0 { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
