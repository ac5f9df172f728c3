// What is written comes back equal; what was changed on the way is refused.
import CDeviceABI
import Testing

@testable import KernelImage

private func kernelImage() -> KernelImage {
  var image = KernelImage()
  image.name = "_Z6kernelPf"
  image.target = "gfx942"
  image.bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
  image.descriptorOffset = 128
  image.relocations = [Relocation(offset: 8, symbol: "table", addend: -16), Relocation(offset: 292, symbol: "größe", addend: .max)]
  image.parameters = [Parameter(offset: 0, size: 8, alignment: 8), Parameter(offset: 8, size: 24, alignment: 4)]
  image.hiddenOffset = 32
  image.kernargSize = 128
  image.staticSharedBytes = 4096
  image.scratchBytes = 16
  image.usesDynamicStack = true
  (image.vgprs, image.sgprs, image.agprs, image.spilledVGPRs) = (64, 102, 4, 1)
  image.mapping = .oneWarp
  image.maximumThreads = 512
  image.fetchesPlainTexels = true
  image.requiredThreads = [32, 2, 1]
  image.services = [.printf, .locks]
  image.notes = ["one warp to a wave: divergent barrier", ""]
  return image
}

private func moduleImage() -> ModuleImage {
  var module = ModuleImage()
  module.ptxTarget = "sm_75"
  var kernel = ModuleImage.Kernel()
  kernel.name = "k"
  kernel.parameters = [Parameter(offset: 0, size: 4, alignment: 4)]
  module.kernels = [kernel, ModuleImage.Kernel()]
  var variable = GlobalVariable()
  (variable.name, variable.space, variable.size, variable.alignment) = ("v", .managed, 16, 8)
  variable.initial = Array(0..<16)
  variable.relocations = [Relocation(offset: 8, symbol: "k", addend: 4)]
  var outside = GlobalVariable()
  (outside.name, outside.isExternal) = ("outside", true)
  module.variables = [variable, outside]
  return module
}

private func request() -> CompileRequest {
  var request = CompileRequest()
  request.kind = .kernel
  request.key = ContentHash([1, 2, 3])
  request.images = [[1, 2, 3], []]
  request.kernel = "k"
  request.target = "gfx1100"
  request.computeCapability = 90
  request.forcedMapping = .oneWarp
  request.readsCompressedTexels = true
  request.verbosity = 2
  return request
}

private let responses: [CompileResponse] = [
  .success([1, 2, 3]), .success([]), .failure(.noImage, message: "no PTX inside: sm_80, sm_90 machine code"), .imagesWanted,
]

/// Every kind of message: its bytes, and what reads them.
private let messages: [(name: String, bytes: [UInt8], read: @Sendable ([UInt8]) throws -> Void)] = [
  ("kernel image", kernelImage().serialized(), { _ = try KernelImage(deserializing: $0) }),
  ("module image", moduleImage().serialized(), { _ = try ModuleImage(deserializing: $0) }),
  ("request", request().serialized(), { _ = try CompileRequest(deserializing: $0) }),
  ("response", responses[2].serialized(), { _ = try CompileResponse(deserializing: $0) }),
]

@Suite struct RoundTripTests {
  @Test func aKernelImageComesBackEqual() throws {
    #expect(try KernelImage(deserializing: kernelImage().serialized()) == kernelImage())
    #expect(try KernelImage(deserializing: KernelImage().serialized()) == KernelImage())
  }

  @Test func aModuleImageComesBackEqual() throws {
    #expect(try ModuleImage(deserializing: moduleImage().serialized()) == moduleImage())
  }

  @Test func theConversationComesBackEqual() throws {
    #expect(try CompileRequest(deserializing: request().serialized()) == request())
    var free = request()
    free.forcedMapping = nil
    #expect(try CompileRequest(deserializing: free.serialized()) == free)
    for response in responses { #expect(try CompileResponse(deserializing: response.serialized()) == response) }
  }

  @Test func aStreamCanBeReadByItsHeaders() throws {
    let stream = request().serialized() + responses[0].serialized()
    let first = try Envelope.bodyCount(ofHeader: Array(stream.prefix(Envelope.byteCount)))
    #expect(Envelope.byteCount + first == request().serialized().count)
    let rest = Array(stream.dropFirst(Envelope.byteCount + first))
    #expect(try Envelope.bodyCount(ofHeader: Array(rest.prefix(Envelope.byteCount))) == rest.count - Envelope.byteCount)
  }
}

@Suite struct RefusalTests {
  @Test(arguments: messages.indices) func everyTruncationIsAnError(index: Int) {
    let message = messages[index]
    for count in 0..<message.bytes.count {
      #expect(throws: FormatError.self, "\(message.name) cut to \(count)") { try message.read(Array(message.bytes[..<count])) }
    }
    #expect(throws: FormatError.self) { try message.read(message.bytes + [0]) }
  }

  @Test(arguments: messages.indices) func everyFlippedBitIsAnError(index: Int) {
    let message = messages[index]
    for bit in 0..<message.bytes.count * 8 {
      var bytes = message.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: FormatError.self, "\(message.name), bit \(bit)") { try message.read(bytes) }
    }
  }

  /// A body that was made wrong, then given its right checksum: the fields' own checks must hold.
  @Test(arguments: messages.indices) func aWrongBodyWithARightChecksumNeverCrashes(index: Int) {
    let message = messages[index]
    for at in Envelope.byteCount..<message.bytes.count {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var bytes = message.bytes
        bytes[at] = value
        bytes.replaceSubrange(16..<32, with: ContentHash(Array(bytes[Envelope.byteCount...])).bytes)
        do { try message.read(bytes) } catch { #expect(error is FormatError) }
      }
    }
  }

  @Test func anotherVersionIsNamed() {
    var bytes = kernelImage().serialized()
    bytes[4] = 0xEE
    let error = #expect(throws: FormatError.self) { try KernelImage(deserializing: bytes) }
    #expect(error?.problem == "version 238 where \(CARMINE_DEVICE_ABI_VERSION) is known")
  }

  @Test func oneKindIsNotTakenForAnother() {
    #expect(throws: FormatError.self) { try ModuleImage(deserializing: kernelImage().serialized()) }
  }

  @Test func offsetsOutsideOfTheCodeAreRefused() {
    var image = kernelImage()
    image.descriptorOffset = 300 - 63
    #expect(throws: FormatError.self) { try KernelImage(deserializing: image.serialized()) }
    image = kernelImage()
    image.relocations[0].offset = 293
    #expect(throws: FormatError.self) { try KernelImage(deserializing: image.serialized()) }
    image.relocations[0].offset = .max
    #expect(throws: FormatError.self) { try KernelImage(deserializing: image.serialized()) }
    var module = moduleImage()
    module.variables[0].initial.removeLast()
    #expect(throws: FormatError.self) { try ModuleImage(deserializing: module.serialized()) }
  }

  @Test func aHugeBodyIsRefusedByItsHeader() {
    var header = Array(request().serialized().prefix(Envelope.byteCount))
    header[15] = 0x7F
    #expect(throws: FormatError.self) { try Envelope.bodyCount(ofHeader: header) }
  }
}
