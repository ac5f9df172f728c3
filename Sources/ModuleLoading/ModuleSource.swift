// The bytes that a module is made from, recognised: an nvcc wrapper, a fatbinary container, PTX text, or something that
// cannot be used.  Nothing is decompressed or parsed here; that is the compiler's.
// Threads: immutable.  Source: fatbinary_section.h of the CUDA toolkit for the wrapper; the container as observed in files.
import Glibc
import KernelImage
import Synchronization

public final class ModuleSource: @unchecked Sendable {   // bytes: never changed after init
  /// A fatbinary container or PTX text; several containers when the program's device code is relocatable and has to be linked.
  public let images: [UnsafeRawBufferPointer]
  private let owned: UnsafeMutableRawBufferPointer?
  private let known = Mutex<ContentHash?>(nil)

  /// Names the bytes; computed at the first call.
  public var hash: ContentHash {
    known.withLock { hash in
      if let hash { return hash }
      let made = CompileRequest.key(of: images.map { ContentHash($0) })
      hash = made
      return made
    }
  }

  static let wrapperMagic: UInt32 = 0x466243b1    // __fatBinC_Wrapper_t
  static let containerMagic: UInt32 = 0xba55ed50
  static let elfMagic: UInt32 = 0x464c457f

  private init(_ images: [UnsafeRawBufferPointer], copy: Bool) {
    guard copy else {
      owned = nil
      self.images = images
      return
    }
    func padded(_ count: Int) -> Int { (count + 15) & ~15 }
    let storage = UnsafeMutableRawBufferPointer.allocate(byteCount: images.reduce(0) { $0 + padded($1.count) }, alignment: 16)
    var at = 0
    self.images = images.map { image in
      let place = UnsafeMutableRawBufferPointer(rebasing: storage[at..<at + image.count])
      place.copyMemory(from: image)
      at += padded(image.count)
      return UnsafeRawBufferPointer(place)
    }
    owned = storage
  }

  deinit { owned?.deallocate() }

  /// What __cudaRegisterFatBinary is given: lives in the program's data and is not copied.  A wrapper of version 2 belongs to
  /// relocatable device code: it lists the fatbinaries of the object files, and its own is what nvlink made of them, which is
  /// machine code.  Throws for anything that is not a wrapper.
  public static func wrapper(at pointer: UnsafeRawPointer) throws(ModuleError) -> ModuleSource {
    let magic = pointer.loadUnaligned(as: UInt32.self), version = pointer.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    guard magic == wrapperMagic else {
      throw ModuleError(.invalidImage, "the registered fatbinary's wrapper starts with \(hex(magic)) and not with \(hex(wrapperMagic))")
    }
    guard version == 1 || version == 2 else {
      throw ModuleError(.unsupported, "the registered fatbinary's wrapper has version \(version); 1 and 2 are known")
    }
    if version == 2, let list = pointer.loadUnaligned(fromByteOffset: 16, as: UnsafeRawPointer?.self) {
      var images: [UnsafeRawBufferPointer] = []
      while let next = list.loadUnaligned(fromByteOffset: images.count * 8, as: UnsafeRawPointer?.self) {
        images.append(try checked(next))
      }
      if !images.isEmpty { return ModuleSource(images, copy: false) }
    }
    guard let container = pointer.loadUnaligned(fromByteOffset: 8, as: UnsafeRawPointer?.self) else {
      throw ModuleError(.invalidImage, "the registered fatbinary's wrapper points to nothing")
    }
    return ModuleSource([try checked(container)], copy: false)
  }

  private static func checked(_ container: UnsafeRawPointer) throws(ModuleError) -> UnsafeRawBufferPointer {
    guard container.loadUnaligned(as: UInt32.self) == containerMagic else {
      throw ModuleError(.invalidImage, "the registered fatbinary starts with \(hex(container.loadUnaligned(as: UInt32.self))) and not with \(hex(containerMagic))")
    }
    return try self.container(at: container)
  }

  /// What cuModuleLoadData and its kin are given; copied, since the caller may free it.
  public static func image(at pointer: UnsafeRawPointer) throws(ModuleError) -> ModuleSource {
    let magic = pointer.loadUnaligned(as: UInt32.self)
    switch magic {
    case wrapperMagic:
      let wrapped = try wrapper(at: pointer)
      return ModuleSource(wrapped.images, copy: true)
    case containerMagic:
      return ModuleSource([try container(at: pointer)], copy: true)
    case elfMagic:
      throw ModuleError(.noImage, "the module is an ELF image, which is NVIDIA's machine code (SASS); Carmine needs PTX")
    default:
      let text = pointer.assumingMemoryBound(to: CChar.self)
      let length = strnlen(text, 1 << 30)
      guard length > 0 else { throw ModuleError(.invalidImage, "the module is empty") }
      return ModuleSource([UnsafeRawBufferPointer(start: pointer, count: length)], copy: true)
    }
  }

  /// A module of bytes that the caller has in full, as from a file.
  public static func image(_ bytes: [UInt8]) throws(ModuleError) -> ModuleSource {
    // A NUL after the end makes text of a file look like text in memory.
    let padded = bytes + [UInt8](repeating: 0, count: 16)
    let found: Result<ModuleSource, ModuleError> = padded.withUnsafeBytes { buffer in
      do throws(ModuleError) {
        let pointer = buffer.baseAddress!
        if bytes.count >= 16, pointer.loadUnaligned(as: UInt32.self) == containerMagic {
          let whole = try container(at: pointer)
          guard whole.count <= bytes.count else {
            throw ModuleError(.invalidImage, "the fatbinary says that it has \(whole.count) bytes; there are \(bytes.count)")
          }
        }
        return .success(try image(at: pointer))
      } catch { return .failure(error) }
    }
    return try found.get()
  }

  /// The container's extent, as its header states it.
  private static func container(at pointer: UnsafeRawPointer) throws(ModuleError) -> UnsafeRawBufferPointer {
    let version = pointer.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
    let headerSize = pointer.loadUnaligned(fromByteOffset: 6, as: UInt16.self)
    let size = pointer.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    guard version == 1, headerSize >= 16, size < 1 << 36 else {
      throw ModuleError(.invalidImage, "a fatbinary of version \(version) with a header of \(headerSize) bytes and \(size) bytes of content is not one that is known")
    }
    return UnsafeRawBufferPointer(start: pointer, count: Int(headerSize) + Int(size))
  }
}

func hex(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }
