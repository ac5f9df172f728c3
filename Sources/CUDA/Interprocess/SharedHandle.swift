// What travels between processes by the program's own means: 64 bytes that name a thing of another process and where to ask for it.
// Threads: a value.  Whoever has the bytes and runs as the same user can ask; the token keeps guesses out.

struct SharedHandle {
  enum Kind: UInt32 { case memory = 1, event = 2, pool = 3, poolPointer = 4 }
  static let magic: UInt64 = 0x3143_5049_6d72_6163   // "carmIPC1"
  static let byteCount = 64

  var kind: Kind
  var pid: Int32
  /// Of the process's server, chosen when it starts.
  var nonce: UInt64
  var serial: UInt64
  var token: UInt64
  var size: UInt64 = 0
  /// The kernel's number of the GPU.
  var gpuID: UInt64 = 0
  var extra: UInt64 = 0

  func write(to bytes: UnsafeMutableRawPointer) {
    let words: [UInt64] = [Self.magic, UInt64(UInt32(bitPattern: pid)) | UInt64(kind.rawValue) << 32, nonce, serial, token, size, gpuID, extra]
    for (index, word) in words.enumerated() { bytes.storeBytes(of: word, toByteOffset: index * 8, as: UInt64.self) }
  }

  /// nil for bytes that are no such handle.
  init?(from bytes: UnsafeRawPointer) {
    func word(_ index: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
    guard word(0) == Self.magic, let kind = Kind(rawValue: UInt32(word(1) >> 32)) else { return nil }
    self.init(
      kind: kind, pid: Int32(truncatingIfNeeded: word(1)), nonce: word(2), serial: word(3), token: word(4), size: word(5), gpuID: word(6), extra: word(7))
  }

  init(kind: Kind, pid: Int32, nonce: UInt64, serial: UInt64, token: UInt64, size: UInt64 = 0, gpuID: UInt64 = 0, extra: UInt64 = 0) {
    (self.kind, self.pid, self.nonce, self.serial, self.token, self.size, self.gpuID, self.extra) =
      (kind, pid, nonce, serial, token, size, gpuID, extra)
  }
}

/// The server's answer to a handle; a dma-buf comes with it.
struct SharedMemoryAnswer {
  static let byteCount = 40
  /// 0, or an errno.
  var status: UInt64 = 0
  var blockBytes: UInt64 = 0, offset: UInt64 = 0, size: UInt64 = 0
  /// Memory of the host.
  var isHost: Bool = false

  func write(to bytes: UnsafeMutableRawPointer) {
    for (index, word) in [status, blockBytes, offset, size, isHost ? 1 : 0].enumerated() {
      bytes.storeBytes(of: word, toByteOffset: index * 8, as: UInt64.self)
    }
  }
  init() {}
  init(from bytes: UnsafeRawPointer) {
    func word(_ index: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
    (status, blockBytes, offset, size, isHost) = (word(0), word(1), word(2), word(3), word(4) != 0)
  }
}
