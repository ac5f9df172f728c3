// What packets ask of the caches: ACQUIRE_MEM, RELEASE_MEM, GCR and HDP flushes in one vocabulary, for strict mode to follow.
// Source: CP_COHER_CNTL of gfx9 (PACKET3_ACQUIRE_MEM_CP_COHER_CNTL_… of soc15d.h), GCR_CNTL of gfx10 and later
// (PACKET3_ACQUIRE_MEM_GCR_CNTL_… of nvd.h), EOP_… and PACKET3_RELEASE_MEM_GCR_….
import ISA

struct CacheActions: OptionSet, Sendable {
  let rawValue: UInt32
  static let invalidateInstruction = CacheActions(rawValue: 1 << 0)
  static let invalidateScalar = CacheActions(rawValue: 1 << 1)
  static let writebackScalar = CacheActions(rawValue: 1 << 2)
  static let invalidateVector = CacheActions(rawValue: 1 << 3)       // vector L1 and, where there is one, GL1
  static let invalidateL2 = CacheActions(rawValue: 1 << 4)
  static let writebackL2 = CacheActions(rawValue: 1 << 5)
  static let flushHDP = CacheActions(rawValue: 1 << 6)

  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Does it; there are no caches outside strict mode.
  func apply(to caches: DeviceCaches?) {
    guard let caches else { return }
    if contains(.flushHDP) { caches.flushHDP() }
    if contains(.writebackL2) { caches.release(.system) }
    if contains(.invalidateL2) { caches.noticeHDP(); caches.invalidateL2() }
    if contains(.invalidateVector) || contains(.invalidateScalar) { caches.acquire(.agent) }
    if contains(.invalidateInstruction) { caches.invalidateInstructions() }
  }

  private init(_ word: UInt32, _ bits: [(Int, CacheActions)]) {
    self = []
    for (bit, action) in bits where word >> UInt32(bit) & 1 != 0 { formUnion(action) }
  }
  /// GCR_CNTL as ACQUIRE_MEM and SDMA's GCR_REQ have it.
  init(gcr word: UInt32) {
    self.init(word, [
      (6, .writebackScalar), (7, .invalidateScalar), (8, .invalidateVector), (9, .invalidateVector), (14, .invalidateL2), (15, .writebackL2),
    ])
    if word & 3 != 0 { formUnion(.invalidateInstruction) }
  }
  /// CP_COHER_CNTL of gfx9's ACQUIRE_MEM.
  init(coherence word: UInt32) {
    self.init(word, [
      (15, .invalidateVector), (18, .writebackL2), (22, .invalidateVector), (23, .invalidateL2), (27, .invalidateScalar),
      (28, .invalidateScalar), (29, .invalidateInstruction), (30, .writebackScalar),
    ])
  }
  /// The event word of gfx9's RELEASE_MEM.
  init(endOfPipe word: UInt32) {
    self.init(word, [(12, .invalidateVector), (13, .invalidateL2), (15, .writebackL2), (16, .invalidateVector), (17, .invalidateL2)])
  }
  /// The event word of RELEASE_MEM on gfx10 and later.
  init(releaseGCR word: UInt32) {
    self.init(word, [(14, .invalidateVector), (15, .invalidateVector), (20, .invalidateL2), (21, .writebackL2)])
  }
}
