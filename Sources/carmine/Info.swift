// `carmine info`: which devices there are, where the parts are, and every switch with its value.
import ArgumentParser
import Glibc
import Settings

struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Show devices, switches and where the parts are.")

  func run() throws {
    let installation = try Installation.current()
    print("carmine \(carmineVersion), installed under \(installation.prefix)\n")
    print("Switches (environment variables)")
    let width = Switch.all.map(\.name.count).max() ?? 0
    for item in Switch.all {
      let current = item.text.map { item.accepts($0) ? $0 : "\($0) (not accepted: \(item.choices))" } ?? "\(item.defaultValue) (default)"
      print("  \(pad(item.name, width))  \(current)\n  \(pad("", width))  \(item.meaning): \(item.choices)")
    }
    for line in complaints(about: currentEnvironment()) { say(line) }
  }
}

func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
