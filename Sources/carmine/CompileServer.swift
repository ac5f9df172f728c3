// The compiler process: reads requests from descriptor 0, answers each on descriptor 1 (one socket, or two pipes), and ends when
// the other side closes.  Keeps the modules that it has parsed; ignores SIGINT, which is for the program that it serves.
// Nothing but answers is ever written to that descriptor: the standard ones are replaced first.
// Order: one request at a time.  A failure of one kernel is an answer like any other.
import Compiler
import Glibc
import KernelImage
import PTX

final class CompileServer {
  private let input, output: Int32
  private var modules: [ModuleKey: ModuleIndex] = [:]
  private var recent: [(key: ModuleKey, byteCount: Int)] = []

  private struct ModuleKey: Hashable {
    let hash: [UInt8]
    let computeCapability: UInt32
  }
  /// How many parsed modules are kept, and of how many bytes of images: a tree takes some hundred times its compressed text.  A client
  /// sends the images of a forgotten one again.
  private static let capacity = 64, byteCapacity = 8 << 20

  private let optimisation: Int

  init(optimisation: Int) {
    self.optimisation = optimisation
    signal(SIGINT, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    input = fcntl(0, F_DUPFD_CLOEXEC, 3)
    output = fcntl(1, F_DUPFD_CLOEXEC, 3)
    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
    if null >= 0 { dup2(null, 0); dup2(null, 1) }
    // LLVM ends the process on some of its own failures: the client hears the reason first.
    let output = output
    fatalErrorReporter.withLock { reporter in
      reporter = { text in
        say("carmine: \(text)")
        _ = Self.send(CompileResponse.failure(.internalError, message: text).serialized(), to: output)
      }
    }
  }

  func run() throws {
    while let header = receive(Envelope.byteCount) {
      let response: CompileResponse
      do {
        let count = try Envelope.bodyCount(ofHeader: header)
        guard let body = receive(count) else { return }
        response = answer(try CompileRequest(deserializing: header + body))
      } catch {
        // The stream can't be trusted any more.
        _ = Self.send(CompileResponse.failure(.internalError, message: "the request: \(error)").serialized(), to: output)
        return
      }
      guard Self.send(response.serialized(), to: output) else { return }
    }
  }

  private func answer(_ request: CompileRequest) -> CompileResponse {
    do {
      guard let module = try module(of: request) else { return .imagesWanted }
      var options = CompilerOptions()
      options.mapping = request.forcedMapping
      options.readsCompressedTexels = request.readsCompressedTexels
      options.optimisation = optimisation
      let compiler = try KernelCompiler(target: request.target, options: options)
      switch request.kind {
      case .module: return .success(try compiler.inventory(of: module).serialized())
      case .survey:
        var survey = ModuleSurvey()
        for name in module.kernelNames {
          var kernel = ModuleSurvey.Kernel()
          kernel.name = name
          kernel.fingerprint = try compiler.fingerprint(of: name, in: module)
          survey.kernels.append(kernel)
        }
        return .success(survey.serialized())
      case .check:
        try compiler.check(module, kernel: request.kernel)
        return .success([])
      case .kernel:
        let image = try compiler.compile(module, kernel: request.kernel)
        if request.verbosity > 0 { for note in image.notes { say("carmine: \(image.name): \(note)") } }
        return .success(image.serialized())
      }
    } catch let error as CompileError {
      return .failure(error.reason, message: error.message)
    } catch {
      return .failure(.internalError, message: "\(error)")
    }
  }

  /// nil when neither we nor the request has the images.
  private func module(of request: CompileRequest) throws -> ModuleIndex? {
    let key = ModuleKey(hash: request.key.bytes, computeCapability: request.computeCapability)
    if let known = modules[key] { return known }
    guard !request.images.isEmpty else { return nil }
    let module = try CompileInput.module(linking: request.images, computeCapability: Int(request.computeCapability), name: "module")
    recent.append((key, request.images.reduce(0) { $0 + $1.count }))
    while recent.count > 1, recent.count > Self.capacity || recent.reduce(0, { $0 + $1.byteCount }) > Self.byteCapacity {
      modules[recent.removeFirst().key] = nil
    }
    let index = ModuleIndex(module)
    modules[key] = index
    return index
  }

  /// nil when the other side has closed.
  private func receive(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes { read(input, $0.baseAddress! + done, count - done) }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return nil }
      done += got
    }
    return bytes
  }

  private static func send(_ bytes: [UInt8], to output: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { write(output, $0.baseAddress! + done, $0.count - done) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}
