// The child's side: runs the cases that it was given, one after another, and reports each on descriptor 3.
// Lines, with tabs:  B INDEX   before a case;   E INDEX OUTCOME MESSAGE ANSWERS   after it.  A child that ends between the two crashed in
// that case.  After a deviation, or when the context is broken, it leaves: what follows runs in a fresh process.
import CConformance
import Glibc

enum Child {
  static let reportDescriptor: Int32 = 3

  static func run(_ cases: [Case], indices: [Int]) -> Never {
    for index in indices {
      let one = cases[index]
      say("B\t\(index)")
      let verdict = judge(one)
      say("E\t\(index)\t\(verdict.outcome.rawValue)\t\(flat(verdict.message))\t\(flat(verdict.answers))")
      if !verdict.outcome.good && verdict.outcome != .skipped { break }
      if one.traits.contains(.alone) || !tidy() { break }
    }
    // exit, not _exit: that unloading in this state is orderly is part of what is tested, and a hang there is seen by the parent.
    exit(0)
  }

  static func judge(_ one: Case) -> Verdict {
    Library.perThread = one.perThread
    answersOfCase = []
    var verdict = Verdict(outcome: .passes)
    do { try one.body() } catch let deviation as Deviation {
      verdict = Verdict(outcome: .deviates, message: deviation.message)
    } catch let skip as Skip {
      verdict = Verdict(outcome: .skipped, message: skip.reason)
    } catch let missing as Library.Missing {
      verdict = Verdict(outcome: .missing, message: "\(missing.name) is not exported")
    } catch {
      verdict = Verdict(outcome: .deviates, message: "\(error)")
    }
    Library.perThread = false
    verdict.answers = compressed(answersOfCase)
    return verdict
  }

  /// Leaves nothing of a case to the next one; false when the context cannot go on.
  private static func tidy() -> Bool {
    guard let settled = try? cudaDeviceSynchronize() == cudaSuccess, settled, let cleared = try? cudaSetDevice(0) == cudaSuccess, cleared else { return false }
    _ = try? cudaGetLastError()
    return true
  }

  /// The first device's name, on the report's descriptor.
  static func describeDevice() -> Never {
    // Both layouts begin with the name; either fits.
    var properties = cudaDeviceProp()
    let answered = try? unsafeBitCast(cudaGetDeviceProperties, to: fn_cudaGetDeviceProperties.self)(&properties, 0)
    if answered == cudaSuccess {
      let name = withUnsafeBytes(of: &properties.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      say(name.filter { $0 != "\n" && $0 != "\t" })
    }
    _exit(0)
  }

  private static func say(_ line: String) {
    var text = Array((line + "\n").utf8)[...]
    while !text.isEmpty {
      let written = text.withUnsafeBytes { write(reportDescriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      if written <= 0 { _exit(70) }
      text = text.dropFirst(written)
    }
  }

  private static func flat(_ text: String) -> String { String(text.map { $0 == "\t" || $0 == "\n" || $0 == "\r" ? " " : $0 }) }

  /// "cudaSuccess x3, cudaErrorInvalidValue": runs of one code are counted, and loops over thousands do not make a line of thousands.
  private static func compressed(_ answers: [String]) -> String {
    var runs: [(String, Int)] = []
    for answer in answers {
      if let last = runs.last, last.0 == answer { runs[runs.count - 1].1 += 1 } else { runs.append((answer, 1)) }
    }
    let shown = runs.prefix(40).map { $0.1 == 1 ? $0.0 : "\($0.0) x\($0.1)" }.joined(separator: ", ")
    return runs.count > 40 ? shown + ", …" : shown
  }
}
