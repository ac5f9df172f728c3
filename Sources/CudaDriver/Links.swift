// Linking at run time: what is added is kept and, complete, comes back as one image that cuModuleLoadData takes.  The linking itself is
// the compiler's, when something of the module is used; what it cannot read is said here.
// Threads: a link state is one thread's at a time, as in CUDA.  Source: CUDA Driver API, "Module Management": cuLinkCreate and so on;
// enum CUjitInputType; fatbinary_section.h and the container as observed, for several inputs (a wrapper of version 2 with a list).
import CUDA
import Cudart
import Glibc
import ModuleLoading
import Synchronization

private final class LinkState: @unchecked Sendable {   // one thread's at a time
  var images: [UnsafeMutableRawBufferPointer] = []     // containers or PTX text, each followed by zeros
  var list: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  var wrapper: UnsafeMutableRawPointer?

  deinit {
    for image in images { image.deallocate() }
    list?.deallocate()
    wrapper?.deallocate()
  }

  func add(_ bytes: UnsafeRawBufferPointer) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 16, alignment: 16)
    copy.initializeMemory(as: UInt8.self, repeating: 0)
    copy.copyMemory(from: bytes)
    images.append(copy)
  }

  /// PTX text as the one entry of a container: 16 bytes of header, 80 of the entry's.
  static func container(around text: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
    let payload = (strnlen(text.baseAddress!.assumingMemoryBound(to: CChar.self), text.count) + 8) & ~7, header = 80
    let made = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 + header + payload, alignment: 16)
    made.initializeMemory(as: UInt8.self, repeating: 0)
    made.storeBytes(of: 0xba55_ed50, as: UInt32.self)
    made.storeBytes(of: 1, toByteOffset: 4, as: UInt16.self)
    made.storeBytes(of: 16, toByteOffset: 6, as: UInt16.self)
    made.storeBytes(of: UInt64(header + payload), toByteOffset: 8, as: UInt64.self)
    made.storeBytes(of: 1, toByteOffset: 16, as: UInt16.self)                      // PTX
    made.storeBytes(of: 0x101, toByteOffset: 18, as: UInt16.self)
    made.storeBytes(of: UInt32(header), toByteOffset: 20, as: UInt32.self)
    made.storeBytes(of: UInt64(payload), toByteOffset: 24, as: UInt64.self)
    made.storeBytes(of: 64, toByteOffset: 36, as: UInt32.self)                     // where the options stand
    made.storeBytes(of: 7, toByteOffset: 42, as: UInt16.self)
    made.storeBytes(of: 50, toByteOffset: 44, as: UInt32.self)                     // any device takes it
    made.storeBytes(of: 0x11, toByteOffset: 56, as: UInt64.self)                   // 64-bit, made on Linux
    made.storeBytes(of: 72, toByteOffset: 80, as: UInt32.self)
    memcpy(made.baseAddress! + 16 + header, text.baseAddress!, min(payload, text.count))
    return made
  }

  /// The image, which lives as long as the state.
  func complete() throws(CUDAError) -> (UnsafeMutableRawPointer, Int) {
    guard let first = images.first else { throw .invalidValue.because("nothing was added") }
    if images.count == 1 { return (first.baseAddress!, first.count - 16) }
    for index in images.indices where images[index].load(as: UInt32.self) != 0xba55_ed50 {
      let made = Self.container(around: images[index])
      images[index].deallocate()
      images[index] = made
    }
    let list = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: images.count + 1)
    for (index, image) in images.enumerated() { list[index] = image.baseAddress }
    list[images.count] = nil
    let wrapper = UnsafeMutableRawPointer.allocate(byteCount: 24, alignment: 8)
    wrapper.storeBytes(of: 0x466243b1, as: UInt32.self)
    wrapper.storeBytes(of: 2, toByteOffset: 4, as: UInt32.self)
    wrapper.storeBytes(of: images[0].baseAddress, toByteOffset: 8, as: UnsafeMutableRawPointer?.self)
    wrapper.storeBytes(of: UnsafeMutableRawPointer(list), toByteOffset: 16, as: UnsafeMutableRawPointer.self)
    (self.list, self.wrapper) = (list, wrapper)
    return (wrapper, 24)
  }
}

private let states = Mutex<[UInt: LinkState]>([:])

private func state(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> LinkState {
  guard let found = states.withLock({ $0[UInt(bitPattern: handle)] }) else { throw .invalidResourceHandle.because("no link state has this handle") }
  return found
}

@c(carmine_cu_cuLinkCreate_v2)
public func cuLinkCreate_v2(_ count: UInt32, _ options: UnsafePointer<Int32>?, _ values: OptionValues?, _ result: PointerResult?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "stateOut")
    _ = try (current(), JITOptions(count: count, options, values))
    let made = LinkState(), handle = Unmanaged.passUnretained(made).toOpaque()
    states.withLock { $0[UInt(bitPattern: handle)] = made }
    result.pointee = handle
  }
}

private func add(_ handle: UnsafeMutableRawPointer?, _ type: Int32, _ bytes: UnsafeRawBufferPointer, _ name: String) throws(CUDAError) {
  let state = try state(handle)
  switch type {
  case 1, 2: break   // PTX, fatbinary
  case 0: throw .noKernelImageForDevice.because("\(name): a cubin is NVIDIA's machine code; Carmine needs PTX")
  case 3, 4: throw .noKernelImageForDevice.because("\(name): host objects and libraries of them are not linked; add the fatbinary or the PTX")
  default: throw .invalidValue.because("\(name): input type \(type)")
  }
  let context = try current()
  guard bytes.count > 0 else { throw .invalidValue.because("\(name) is empty") }
  _ = try loading { try Module(source: ModuleSource.image(Array(bytes))).inventory(for: context.moduleTarget) }
  state.add(bytes)
}

@c(carmine_cu_cuLinkAddData_v2)
public func cuLinkAddData_v2(
  _ handle: UnsafeMutableRawPointer?, _ type: Int32, _ data: UnsafeMutableRawPointer?, _ size: UInt, _ name: UnsafePointer<CChar>?,
  _ optionCount: UInt32, _ options: UnsafePointer<Int32>?, _ values: OptionValues?
) -> Int32 {
  driver { () throws(CUDAError) in
    guard let data else { throw .invalidValue.because("data is null") }
    let bytes = UnsafeRawBufferPointer(start: data, count: try count(size)), name = name.map { String(cString: $0) } ?? "input"
    try JITOptions(count: optionCount, options, values).filling { () throws(CUDAError) in try add(handle, type, bytes, name) }
  }
}

@c(carmine_cu_cuLinkAddFile_v2)
public func cuLinkAddFile_v2(
  _ handle: UnsafeMutableRawPointer?, _ type: Int32, _ path: UnsafePointer<CChar>?, _ optionCount: UInt32, _ options: UnsafePointer<Int32>?,
  _ values: OptionValues?
) -> Int32 {
  driver { () throws(CUDAError) in
    guard let path else { throw .invalidValue.because("path is null") }
    let name = String(cString: path)
    guard access(name, R_OK) == 0 else { throw .fileNotFound.because("\(name): \(String(cString: strerror(errno)))") }
    let bytes = try loading { try readModuleFile(name) }
    try JITOptions(count: optionCount, options, values).filling { () throws(CUDAError) in
      let result: Result<Void, CUDAError> = bytes.withUnsafeBytes { buffer in
        do throws(CUDAError) { return .success(try add(handle, type, buffer, name)) } catch { return .failure(error) }
      }
      try result.get()
    }
  }
}

@c(carmine_cu_cuLinkComplete)
public func cuLinkComplete(_ handle: UnsafeMutableRawPointer?, _ image: PointerResult?, _ size: UnsafeMutablePointer<UInt>?) -> Int32 {
  driver { () throws(CUDAError) in
    let image = try out(image, "cubinOut"), made = try state(handle).complete()
    image.pointee = made.0
    size?.pointee = UInt(made.1)
  }
}

@c(carmine_cu_cuLinkDestroy)
public func cuLinkDestroy(_ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    _ = try state(handle)
    states.withLock { $0[UInt(bitPattern: handle)] = nil }
  }
}
