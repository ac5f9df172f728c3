// Whether addresses are a device's registers or memory, mapped from a file of its driver: what cudaHostRegisterIoMemory is for.
// Source: proc_pid_maps(5); cudaHostRegister: memory-mapped I/O space, for example of a third-party PCIe device.
import Glibc

enum IOMemory {
  /// True when every page of the range is a mapping of a device file or of a PCI resource of sysfs.
  static func contains(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) -> Bool {
    guard let maps = fopen("/proc/self/maps", "r") else { return false }
    defer { fclose(maps) }
    var next = UInt(bitPattern: pointer)
    let end = next + UInt(byteCount)
    var line = [CChar](repeating: 0, count: 4096 + 128)
    while next < end, fgets(&line, Int32(line.count), maps) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let fields = text.split(separator: " ", omittingEmptySubsequences: true)
      let range = fields.first?.split(separator: "-") ?? []
      guard range.count == 2, let low = UInt(range[0], radix: 16), let high = UInt(range[1], radix: 16), low <= next, next < high else { continue }
      guard fields.count >= 6 else { return false }
      let path = fields[5].trimmingSuffix(while: { $0 == "\n" })
      guard path.hasPrefix("/dev/") && !path.hasPrefix("/dev/shm/") && !path.hasPrefix("/dev/zero") || path.hasPrefix("/sys/") && path.contains("/resource") else { return false }
      next = high
    }
    return next >= end
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> Substring {
    var rest = self
    while let last = rest.last, isDropped(last) { rest.removeLast() }
    return rest
  }
}
