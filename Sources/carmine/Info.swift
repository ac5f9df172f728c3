// `carmine info`: which devices there are, where the parts are, and every switch with its value.
import ArgumentParser
import Glibc
import KFD
import Settings

struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Show devices, switches and where the parts are.")

  func run() throws {
    let installation = try Installation.current()
    print("carmine \(carmineVersion), installed under \(installation.prefix)\n")
    showDevices(softLibrary: installation.library("libcarmine-softgpu.so"))
    print("Switches (environment variables)")
    let width = Switch.all.map(\.name.count).max() ?? 0
    for item in Switch.all {
      let current = item.text.map { item.accepts($0) ? $0 : "\($0) (not accepted: \(item.choices))" } ?? "\(item.defaultValue) (default)"
      print("  \(pad(item.name, width))  \(current)\n  \(pad("", width))  \(item.meaning): \(item.choices)")
    }
    for line in complaints(about: currentEnvironment()) { say(line) }
  }
}

private func showDevices(softLibrary: String) {
  print("Devices")
  do {
    let kernel = try openDefaultKernel(softLibrary: access(softLibrary, R_OK) == 0 ? softLibrary : nil)
    let version = try Driver(kernel: kernel).version()
    let kind = kernel is SoftKernel ? "the software GPU" : "the kernel driver"
    for (ordinal, node) in try Topology(kernel: kernel).gpus.enumerated() {
      let memory = node.localMemoryBytes >> 20
      print(
        "  \(ordinal)  \(node.gfxTarget), \(node.computeUnitCount) compute units, \(memory) MiB, through \(kind)"
          + " (KFD \(version.major).\(version.minor), node \(node.index))")
    }
  } catch {
    print("  none: \(error)")
  }
  print("")
}

func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
