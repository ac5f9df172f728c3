// A 128-bit name for contents: the key of the kernel cache and of the compiler conversation.
// XXH64 (Yann Collet's published algorithm) with two seeds, in one pass over the input.  Not a cryptographic hash, and that
// is enough: the cache belongs to one user, who can put any file there anyway, and chance gives two inputs the same name once in
// 2^64 inputs.  It is needed for every fatbinary that a program registers, before anything runs, so speed decides: some GB/s, where
// SHA-256 in Swift gives some hundred MB/s and libraries hold 100 MB.

public struct ContentHash: Sendable, Hashable, CustomStringConvertible {
  public var low, high: UInt64

  public init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// Of `bytes`, which must stay unchanged during the call.
  public init(_ bytes: UnsafeRawBufferPointer) {
    (low, high) = unsafe ContentHash.hash(bytes)
  }

  public init(_ bytes: [UInt8]) {
    (low, high) = unsafe bytes.withUnsafeBytes { unsafe ContentHash.hash($0) }
  }

  /// Of several parts that together name something: the input's hash, target, compiler version, options.  Where one part ends
  /// and the next begins counts.
  public init(parts: [[UInt8]]) {
    var joined: [UInt8] = []
    for part in parts {
      for shift in stride(from: UInt64(0), to: 64, by: 8) { joined.append(UInt8(truncatingIfNeeded: UInt64(part.count) >> shift)) }
      joined += part
    }
    self.init(joined)
  }

  /// The 16 bytes, low half first, little-endian.
  public var bytes: [UInt8] {
    [low, high].flatMap { half in stride(from: UInt64(0), to: 64, by: 8).map { UInt8(truncatingIfNeeded: half >> $0) } }
  }

  /// 32 hexadecimal digits, fit for a file name.
  public var description: String {
    [high, low].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  // MARK: XXH64

  private static let primes: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
    0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5
  )
  /// The second half's seed: any constant but the first half's, which is 0.
  private static let secondSeed: UInt64 = 0x6A09_E667_F3BC_C908

  @inline(__always)
  private static func rotate(_ value: UInt64, _ by: UInt64) -> UInt64 { value &<< by | value &>> (64 &- by) }

  @inline(__always)
  private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 { rotate(lane &+ input &* primes.1, 31) &* primes.0 }

  private struct State {
    var a, b, c, d, seed: UInt64
    init(seed: UInt64) {
      self.seed = seed
      a = seed &+ primes.0 &+ primes.1
      b = seed &+ primes.1
      c = seed
      d = seed &- primes.0
    }
    @inline(__always)
    mutating func stripe(_ w: UInt64, _ x: UInt64, _ y: UInt64, _ z: UInt64) {
      a = round(a, w)
      b = round(b, x)
      c = round(c, y)
      d = round(d, z)
    }
    func merged(isLong: Bool) -> UInt64 {
      guard isLong else { return seed &+ primes.4 }
      var hash = rotate(a, 1) &+ rotate(b, 7) &+ rotate(c, 12) &+ rotate(d, 18)
      for lane in [a, b, c, d] { hash = (hash ^ round(0, lane)) &* primes.0 &+ primes.3 }
      return hash
    }
  }

  private static func hash(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
    let count = bytes.count
    var first = State(seed: 0), second = State(seed: secondSeed)
    var at = 0
    // Every load below lies inside `bytes`: `at` plus its width never passes `count`.
    while count - at >= 32 {
      let w = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      let x = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self))
      let y = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 16, as: UInt64.self))
      let z = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at + 24, as: UInt64.self))
      first.stripe(w, x, y, z)
      second.stripe(w, x, y, z)
      at += 32
    }
    var low = first.merged(isLong: count >= 32) &+ UInt64(count)
    var high = second.merged(isLong: count >= 32) &+ UInt64(count)
    while count - at >= 8 {
      let word = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      low = rotate(low ^ round(0, word), 27) &* primes.0 &+ primes.3
      high = rotate(high ^ round(0, word), 27) &* primes.0 &+ primes.3
      at += 8
    }
    if count - at >= 4 {
      let word = UInt64(unsafe UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
      low = rotate(low ^ (word &* primes.0), 23) &* primes.1 &+ primes.2
      high = rotate(high ^ (word &* primes.0), 23) &* primes.1 &+ primes.2
      at += 4
    }
    while at < count {
      let byte = UInt64(unsafe bytes[at])
      low = rotate(low ^ (byte &* primes.4), 11) &* primes.0
      high = rotate(high ^ (byte &* primes.4), 11) &* primes.0
      at += 1
    }
    return (avalanche(low), avalanche(high))
  }

  private static func avalanche(_ value: UInt64) -> UInt64 {
    var hash = value
    hash = (hash ^ (hash >> 33)) &* primes.1
    hash = (hash ^ (hash >> 29)) &* primes.2
    return hash ^ (hash >> 32)
  }
}
