// One range of addresses that the SVM ioctl has given attributes, and the list of them: sorted, never overlapping.
// Source: kfd_svm.c of Linux 6.12 (defaults, splitting, what is applied to what).
import CKFD
import ISA

struct SVMRange: Equatable {
  static let undefined: UInt32 = .max                 // KFD_IOCTL_SVM_LOCATION_UNDEFINED
  static let systemMemory: UInt32 = 0

  /// Addresses; `end` is one past the last byte, both whole pages.
  var start: UInt64, end: UInt64
  var preferred = undefined, prefetch = undefined
  /// Where it is: 0 or a gpu_id.
  var actual: UInt32 = 0
  var flags = UInt32(KFD_IOCTL_SVM_FLAG_HOST_ACCESS | KFD_IOCTL_SVM_FLAG_COHERENT)
  var granularity: UInt32 = 9
  /// gpu_ids that may access it, and those that do without migrating it.
  var access: Set<UInt32> = [], inPlace: Set<UInt32> = []
  /// gpu_ids that it is mapped on.
  var mapped: Set<UInt32> = []
  var size: UInt64 { end - start }

  mutating func apply(_ attributes: [kfd_ioctl_svm_attribute]) {
    for attribute in attributes {
      switch attribute.type {
      case KFD_IOCTL_SVM_ATTR_PREFERRED_LOC.rawValue: preferred = attribute.value
      case KFD_IOCTL_SVM_ATTR_PREFETCH_LOC.rawValue: prefetch = attribute.value
      case KFD_IOCTL_SVM_ATTR_ACCESS.rawValue: access.insert(attribute.value); inPlace.remove(attribute.value)
      case KFD_IOCTL_SVM_ATTR_ACCESS_IN_PLACE.rawValue: access.remove(attribute.value); inPlace.insert(attribute.value)
      case KFD_IOCTL_SVM_ATTR_NO_ACCESS.rawValue: access.remove(attribute.value); inPlace.remove(attribute.value)
      case KFD_IOCTL_SVM_ATTR_SET_FLAGS.rawValue: flags |= attribute.value
      case KFD_IOCTL_SVM_ATTR_CLR_FLAGS.rawValue: flags &= ~attribute.value
      case KFD_IOCTL_SVM_ATTR_GRANULARITY.rawValue: granularity = min(attribute.value, 0x3f)
      default: break
      }
    }
  }

  var permissions: Permissions {
    var permissions: Permissions = [.read]
    if flags & UInt32(KFD_IOCTL_SVM_FLAG_GPU_RO) == 0 { permissions.insert(.write) }
    if flags & UInt32(KFD_IOCTL_SVM_FLAG_GPU_EXEC) != 0 { permissions.insert(.execute) }
    return permissions
  }
}

struct SVMRanges {
  private(set) var all: [SVMRange] = []

  func overlapping(_ start: UInt64, _ end: UInt64) -> ArraySlice<SVMRange> {
    let from = all.firstIndex { $0.end > start } ?? all.endIndex
    let to = all[from...].firstIndex { $0.start >= end } ?? all.endIndex
    return all[from..<to]
  }

  /// Ranges that cover exactly these addresses: existing ones cut at both ends, new ones made by `fresh` in the gaps.
  /// Returns their positions.
  mutating func cover(_ start: UInt64, _ end: UInt64, _ fresh: (UInt64, UInt64) -> SVMRange) -> Range<Int> {
    cut(at: start)
    cut(at: end)
    var at = all.firstIndex { $0.start >= start } ?? all.endIndex
    let first = at
    var here = start
    while here < end {
      if at < all.endIndex, all[at].start == here { here = all[at].end; at += 1; continue }
      let next = at < all.endIndex ? min(all[at].start, end) : end
      all.insert(fresh(here, next), at: at)
      here = next
      at += 1
    }
    return first..<at
  }

  /// Takes what lies inside these addresses out.
  mutating func remove(_ start: UInt64, _ end: UInt64) -> [SVMRange] {
    cut(at: start)
    cut(at: end)
    let gone = all.filter { $0.start >= start && $0.end <= end }
    all.removeAll { $0.start >= start && $0.end <= end }
    return gone
  }

  mutating func update(_ index: Int, _ body: (inout SVMRange) -> Void) { body(&all[index]) }

  private mutating func cut(at address: UInt64) {
    guard let index = all.firstIndex(where: { $0.start < address && $0.end > address }) else { return }
    var upper = all[index]
    upper.start = address
    all[index].end = address
    all.insert(upper, at: index + 1)
  }
}
