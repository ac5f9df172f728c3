// CUDA_VISIBLE_DEVICES: which devices a process sees, and in which order.  A decision only.
// Source: CUDA Programming Guide, "CUDA Environment Variables": indices or (beginnings of) "GPU-…" identifiers, separated by
// commas; devices behind the first entry that is invalid are not seen, and a list that names one twice is none.

enum VisibleDevices {
  /// Indices into the machine's devices, nil where one is named twice.  `setting`: the variable's value, nil when it is not set.
  static func indices(_ setting: String?, uuids: [String]) -> [Int]? {
    guard let setting else { return Array(uuids.indices) }
    var result: [Int] = []
    for entry in setting.split(separator: ",", omittingEmptySubsequences: false) {
      let text = entry.drop { $0 == " " }.prefix { $0 != " " }
      let index: Int?
      if text.hasPrefix("GPU-") {
        let matching = uuids.indices.filter { uuids[$0].hasPrefix(text) }
        index = matching.count == 1 ? matching[0] : nil
      } else {
        index = Int(text)
      }
      guard let index, uuids.indices.contains(index) else { break }
      if result.contains(index) { return nil }
      result.append(index)
    }
    return result
  }
}

extension DeviceProperties {
  /// The 16 bytes of the UUID in memory order.
  public var uuidBytes: [UInt8] { withUnsafeBytes(of: uuid) { Array($0) } }

  /// As CUDA tools print it: "GPU-" and 8-4-4-4-12 hexadecimal digits.
  public var uuidText: String {
    var text = "GPU"
    for (index, byte) in uuidBytes.enumerated() {
      if [0, 4, 6, 8, 10].contains(index) { text += "-" }
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return text
  }
}
