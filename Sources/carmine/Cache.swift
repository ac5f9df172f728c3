// `carmine cache`: what the kernel cache holds, and how to empty it.
import ArgumentParser
import Glibc
import KernelImage
import ModuleLoading

struct Cache: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show or empty the cache of compiled kernels.",
    discussion: "Its place is CARMINE_CACHE_DIR's choice, its size CARMINE_CACHE_SIZE's (`carmine info`).")

  @Flag(help: "Remove every entry.  Programs that run go on, and compile again what they need.")
  var clear = false

  @Flag(name: .shortAndLong, help: "List the entries too, the one used last first.")
  var list = false

  func run() throws {
    let cache = KernelCache.shared
    guard let directory = cache.directory else { throw Failure("there is no place for a cache: set CARMINE_CACHE_DIR") }
    if clear {
      print("removed \(counted(cache.removeAll(), "entry", "entries")) from \(directory)")
      return
    }
    let entries = cache.entries().sorted { $0.lastUse > $1.lastUse }
    if list {
      for entry in entries { print("\(padLeft("\(entry.byteCount)", 10)) bytes  \(day(entry.lastUse))  \(contents(of: entry, in: cache))") }
    }
    let total = entries.reduce(0) { $0 + $1.byteCount }
    print("\(directory): \(counted(entries.count, "entry", "entries")), \(total) of at most \(cache.byteLimit) bytes")
  }

  private func contents(of entry: KernelCache.Entry, in cache: KernelCache) -> String {
    guard let bytes = cache.payload(of: entry) else { return "damaged: \(entry.path)" }
    if let kernel = try? KernelImage(deserializing: bytes) { return "\(kernel.target)  \(kernel.name)" }
    if let module = try? ModuleImage(deserializing: bytes) {
      return "module of \(counted(module.kernels.count, "kernel", "kernels")), PTX for \(module.ptxTarget)"
    }
    return "of another version: \(entry.path)"
  }

  /// Local date and time of a moment in seconds since 1970.
  private func day(_ seconds: Int64) -> String {
    var moment = time_t(seconds), fields = tm(), text = [CChar](repeating: 0, count: 32)
    localtime_r(&moment, &fields)
    let length = strftime(&text, text.count, "%Y-%m-%d %H:%M", &fields)
    return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

private func counted(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }
private func padLeft(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
