// `carmine compile --timings`: processor time by pass, a line a kernel with tabs between, for Benchmarks/CompileTime.
import Compiler
import Glibc
import KernelImage
import PTX
import Settings

struct CompileTimings {
  let compiler: KernelCompiler
  let file: String
  let kernel: String?

  /// "parse", seconds and bytes of each module; then "kernel", its name, and pass=seconds for each pass.  Refused kernels are named on
  /// standard error and left out.
  func print() throws {
    for text in try CompileInput.texts(in: readFile(file), computeCapability: Int(Switch.computeCapability.number ?? 86), name: file) {
      var parsed = try Parser.parse(text)  // warm
      let started = threadSeconds()
      parsed = try Parser.parse(text)
      Swift.print("parse\t\(threadSeconds() - started)\t\(text.count)")
      let module = ModuleIndex(parsed)
      for name in kernel.map({ [$0] }) ?? module.kernelNames {
        do {
          _ = try compiler.compile(module, kernel: name)
          let (_, times) = try compiler.timed(module, kernel: name)
          Swift.print("kernel\t\(name)\t\(times.map { "\($0.pass)=\($0.seconds)" }.joined(separator: "\t"))")
        } catch let error as CompileError {
          say("carmine: \(file): \(name): \(error.message)")
        }
      }
    }
  }

  private func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
