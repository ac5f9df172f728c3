// Inventories and kernels from the cache, and on a miss from the compiler process.
// Threads: any.
import CDeviceABI
import KernelImage
import Settings

public struct CachedCompiler: KernelCompiler {
  /// The cache and compiler of this process's settings.
  public static let shared = CachedCompiler(cache: .shared)

  let cache: KernelCache
  private let capability = UInt32(truncatingIfNeeded: Switch.computeCapability.number ?? 86)
  private let mapping: WarpMapping? =
    switch Switch.warpMapping.value {
    case "shared": .sharedWave
    case "one": .oneWarp
    case "turns": .yielding
    default: nil
    }

  init(cache: KernelCache) { self.cache = cache }

  public func inventory(of source: ModuleSource, for target: String) throws -> ModuleImage {
    let bytes = try result(.module, "", source, target)
    do { return try ModuleImage(deserializing: bytes) } catch { throw ModuleError(.internalError, "the compiler's inventory: \(error)") }
  }

  public func kernel(_ name: String, of source: ModuleSource, for target: String, _ variant: KernelVariant) throws -> KernelImage {
    let bytes = try result(.kernel, name, source, target, variant)
    do { return try KernelImage(deserializing: bytes) } catch { throw ModuleError(.internalError, "the compiler's kernel \(name): \(error)") }
  }

  /// The request that this process's settings make of these.
  public func request(_ kind: CompileRequest.Kind, _ name: String, of module: ContentHash, for target: String) -> CompileRequest {
    var request = CompileRequest()
    request.kind = kind
    request.key = module
    request.kernel = name
    request.target = target
    request.computeCapability = capability
    request.forcedMapping = mapping
    return request
  }

  /// A serialised image.
  private func result(_ kind: CompileRequest.Kind, _ name: String, _ source: ModuleSource, _ target: String, _ variant: KernelVariant = []) throws -> [UInt8] {
    var request = request(kind, name, of: source.hash, for: target)
    if variant.contains(.takingTurns) { request.forcedMapping = .yielding }
    request.readsCompressedTexels = variant.contains(.compressedTexels)
    return try cache.value(for: key(of: request)) {
      Log.info("compiling \(kind == .module ? "the inventory of a module" : name) for \(target)")
      return try compile(request, source)
    }
  }

  /// The cache's key: everything that the result depends on.
  public func key(of request: CompileRequest) -> ContentHash {
    func text(_ text: String) -> [UInt8] { Array(text.utf8) }
    return ContentHash(parts: [
      [request.kind.rawValue], request.key.bytes, text(request.kernel), text(request.target), text(String(request.computeCapability)),
      text(request.forcedMapping.map { String($0.rawValue) } ?? "auto"), text(request.readsCompressedTexels ? "any texels" : ""),
      text(CompilerProgram.standard.identity),
      text(String(CARMINE_DEVICE_ABI_VERSION)),
    ])
  }

  /// Asks without the images first: the compiler keeps what it was given for other kernels of the module.
  private func compile(_ request: CompileRequest, _ source: ModuleSource) throws -> [UInt8] {
    var request = request
    let process = try CompilerProcess.current()
    while true {
      switch try process.respond(to: request) {
      case .success(let bytes): return bytes
      case .failure(let failure, let message): throw ModuleError(failure, message)
      case .imagesWanted:
        guard request.images.isEmpty else { throw ModuleError(.internalError, "the compiler asks again for what it was given") }
        request.images = source.images.map { Array($0) }
      }
    }
  }
}

extension CompilerProcess {
  /// One request and its answer.
  public func respond(to request: CompileRequest) throws -> CompileResponse {
    try exchange(request.serialized()) { socket in
      let header = try socket.receive(Envelope.byteCount)
      do {
        let body = try Envelope.bodyCount(ofHeader: header)
        return try CompileResponse(deserializing: header + socket.receive(body))
      } catch let error as FormatError {
        throw ModuleError(.internalError, "the compiler's answer: \(error)")
      }
    }
  }
}
