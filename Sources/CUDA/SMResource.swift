// Multiprocessors as a resource to be divided: which there are, and the two ways in which CUDA splits them.  Decisions only.
// A multiprocessor that a program asks for is a compute unit (a workgroup processor on RDNA); a GPU of several dies sends workgroups to
// its dies in turn, so a part has as many on each.
// Source: CUDA Runtime API, "Execution Context Management": cudaDevSmResourceSplitByCount, cudaDevSmResourceSplit; answers of NVIDIA's
// driver 13 for what is refused how.

/// Some of a device's multiprocessors.
public struct SMResource: Sendable, Equatable {
  public enum Origin: UInt32, Sendable { case whole = 1, group, remainder }
  public var device: Int
  public var origin: Origin
  /// Which split made it, 0 for none.
  public var split: UInt32 = 0
  /// How many are always on different dies or work as one: counts are multiples of it.
  public var alignment: Int
  public var flags: UInt32 = 0
  /// One bit a multiprocessor.
  public var mask: [UInt64]

  public static let maximumCount = 512
  static let words = maximumCount / 64

  public init(device: Int, origin: Origin, split: UInt32 = 0, alignment: Int, members: some Sequence<Int>) {
    (self.device, self.origin, self.split, self.alignment) = (device, origin, split, alignment)
    mask = [UInt64](repeating: 0, count: Self.words)
    for member in members { mask[member / 64] |= 1 << UInt64(member % 64) }
  }

  public init(device: Int, origin: Origin, split: UInt32, alignment: Int, flags: UInt32, mask: [UInt64]) {
    (self.device, self.origin, self.split, self.alignment, self.flags, self.mask) = (device, origin, split, alignment, flags, mask)
  }

  public var count: Int { mask.reduce(0) { $0 + $1.nonzeroBitCount } }
  public var members: [Int] { (0..<mask.count * 64).filter { mask[$0 / 64] >> UInt64($0 % 64) & 1 != 0 } }

  // MARK: cudaDevSmResourceSplitByCount

  public static let ignoreCoscheduling: UInt32 = 1, maximumClusters: UInt32 = 2

  /// As many equal groups as fit, at most `most` (nil: as there are), and what is left.  `finest`: the smallest alignment of the device.
  public func split(atLeast minimum: Int, most: Int?, flags: UInt32, finest: Int, serial: UInt32) throws(CUDAError) -> (groups: [SMResource], rest: SMResource?) {
    guard flags < 3 else { throw .invalidValue.because("split flags are \(flags)") }
    guard origin == .whole else { throw .invalidResourceConfiguration.because("the result of a split is not split again before it is a green context's") }
    guard minimum >= 0, minimum <= count else { throw .invalidResourceConfiguration.because("\(minimum) of \(count) multiprocessors") }
    let step = flags & Self.ignoreCoscheduling != 0 ? finest : alignment
    let size = min((max(minimum, 1) + step - 1) / step * step, count)
    let all = members, number = min(all.count / size, most ?? .max)
    let groups = (0..<number).map {
      SMResource(device: device, origin: .group, split: serial, alignment: step, members: all[$0 * size..<($0 + 1) * size])
    }
    let rest = all[(number * size)...]
    return (groups, rest.isEmpty ? nil : SMResource(device: device, origin: .remainder, split: serial, alignment: step, members: rest))
  }

  // MARK: cudaDevSmResourceSplit

  /// One wish; 0 asks for what there is.  What was found is written back.
  public struct Group: Sendable, Equatable {
    public var count: Int, coscheduled: Int, preferred: Int, flags: UInt32
    public init(count: Int, coscheduled: Int = 0, preferred: Int = 0, flags: UInt32 = 0) {
      (self.count, self.coscheduled, self.preferred, self.flags) = (count, coscheduled, preferred, flags)
    }
    static let backfill: UInt32 = 1, locality: UInt32 = 6
  }

  /// `mayBeEmpty`: nothing is made, so that a wish may end with 0.
  public func split(_ groups: inout [Group], mayBeEmpty: Bool, serial: UInt32) throws(CUDAError) -> (groups: [SMResource], rest: SMResource?) {
    guard origin != .group else { throw .invalidResourceConfiguration.because("a group is not split again before it is a green context's") }
    var left = members, results: [SMResource] = [], wishes = groups
    for index in wishes.indices {
      var wish = wishes[index]
      func refuse(_ why: String) -> CUDAError { .invalidResourceConfiguration.because("group \(index): \(why)") }
      guard wish.flags & ~7 == 0 else { throw .invalidValue.because("group \(index): flags are \(wish.flags)") }
      guard wish.flags & Group.locality == 0 else { throw refuse("this device has no locality domains") }
      if wish.coscheduled == 0 { wish.coscheduled = max(2, alignment) }
      guard wish.coscheduled <= 32, wish.coscheduled % 2 == 0 else { throw refuse("coscheduledSmCount is \(wish.coscheduled)") }
      if wish.preferred == 0 { wish.preferred = wish.coscheduled }
      guard wish.preferred % wish.coscheduled == 0 else { throw refuse("preferredCoscheduledSmCount is \(wish.preferred), coscheduledSmCount \(wish.coscheduled)") }
      let fills = wish.flags & Group.backfill != 0
      guard wish.count >= 0, wish.count <= count, wish.count % 2 == 0, fills || wish.count % wish.coscheduled == 0 else {
        throw refuse("smCount is \(wish.count)")
      }
      // Whole sets of multiprocessors that start at a multiple of the set's size are scheduled together.
      let there = Set(left)
      let sets = stride(from: 0, through: (left.last ?? 0), by: wish.coscheduled).filter { start in
        (start..<start + wish.coscheduled).allSatisfy(there.contains)
      }
      let structured = sets.flatMap { Array($0..<$0 + wish.coscheduled) }
      var taken: [Int]
      if wish.count == 0 {
        taken = fills ? Array(left.prefix(left.count / 2 * 2)) : structured
      } else {
        taken = Array(structured.prefix(wish.count))
        if fills { taken += Array(left.filter { !taken.contains($0) }.prefix(wish.count - taken.count)) }
        guard taken.count == wish.count else { throw refuse("\(wish.count) multiprocessors in sets of \(wish.coscheduled), \(structured.count) are left") }
      }
      guard mayBeEmpty || taken.count >= wish.coscheduled else { throw refuse("\(taken.count) multiprocessors are left") }
      wish.count = taken.count
      wishes[index] = wish
      let chosen = Set(taken)
      left.removeAll { chosen.contains($0) }
      var made = SMResource(device: device, origin: .group, split: serial, alignment: wish.coscheduled, members: taken.sorted())
      made.flags = wish.flags
      results.append(made)
    }
    groups = wishes
    return (results, left.isEmpty ? nil : SMResource(device: device, origin: .remainder, split: serial, alignment: min(2, alignment), members: left))
  }

  // MARK: descriptors

  /// The union that a descriptor stands for.  Throws cudaErrorInvalidResourceConfiguration for parts of different devices or splits.
  public static func union(_ parts: [SMResource]) throws(CUDAError) -> SMResource? {
    guard var whole = parts.first else { return nil }
    for part in parts.dropFirst() {
      guard part.device == whole.device, part.split == whole.split, part.alignment == whole.alignment || part.origin == .remainder || whole.origin == .remainder else {
        throw .invalidResourceConfiguration.because("multiprocessors of different devices, splits or alignments")
      }
      for word in whole.mask.indices { whole.mask[word] |= part.mask[word] }
    }
    return whole
  }
}
