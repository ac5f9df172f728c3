// How far precompile is, on standard error: a bar that is drawn over in a terminal, a line now and then elsewhere.
import Glibc

final class Progress {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let started = seconds()
  private var lastShown = 0.0
  private var drawn = false

  /// Called often; shows ten times a second at most in a terminal, every ten seconds elsewhere.
  func show(_ report: PrecompileReport, running: [String]) {
    let now = seconds()
    guard now - lastShown >= (isTerminal ? 0.1 : 10) else { return }
    if lastShown == 0, !isTerminal { lastShown = started; return }
    lastShown = now
    let total = report.total
    let done = total.compiled + total.refused + total.failed
    let figures = "\(done) of \(total.kernels) kernels, \(total.refused) refused, \(total.failed) failed, \(decimal(now - started)) s"
    guard isTerminal else { return say("carmine: \(figures)") }
    var size = winsize()
    let columns = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    let width = 30, filled = total.kernels == 0 ? 0 : done * width / total.kernels
    var line = "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled) + "] " + figures
    if let name = running.first { line += "  " + name }
    emit("\r\u{1B}[K" + line.prefix(columns - 1))
    drawn = true
  }

  /// Takes the bar away.
  func finish() { if drawn { emit("\r\u{1B}[K") } }

  private func emit(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }
}
