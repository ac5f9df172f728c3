// Gives dma-bufs of this process's memory to other processes of the same user that hold a handle of it.
// Threads: `offer`, any; one thread of the runtime's answers, one request a connection.  Started by the first handle.
// Order: what is offered is looked up again when somebody asks: memory freed meanwhile is refused.
// A forked child has no server: its handles would name memory that it hasn't got.
import CDescriptors
import GPU
import Glibc

final class HandleServer: @unchecked Sendable {  // offers, listener: lock
  static let shared = HandleServer()

  struct Offer {
    var token: UInt64
    var gpu: GPU.Device
    var address: UInt64
    /// The allocation that was meant, and how much of it.
    var allocation: UInt64
    var size: UInt64
  }

  private let lock = Lock()
  private var offers: [UInt64: Offer] = [:]
  private var nextSerial: UInt64 = 1
  private var nextSweep = 64
  private var isRunning = false
  let nonce = carmine_random()

  private init() {}

  /// A handle of `size` bytes at `address`.  The same memory gets the same handle.
  func offer(
    _ kind: SharedHandle.Kind, _ gpu: GPU.Device, address: UInt64, size: UInt64, extra: UInt64 = 0
  ) throws(CUDAError) -> SharedHandle {
    try start()
    guard let allocation = gpu.allocation(containing: address) else { throw .invalidValue.because("nothing is allocated there") }
    return lock.withLock {
      let known = offers.first { $0.value.gpu === gpu && $0.value.address == address && $0.value.allocation == allocation.serial && $0.value.size == size }
      let serial: UInt64, token: UInt64
      if let known { (serial, token) = (known.key, known.value.token) } else {
        if offers.count >= nextSweep {
          offers = offers.filter { $0.value.gpu.allocation(containing: $0.value.address)?.serial == $0.value.allocation }
          nextSweep = offers.count * 2 + 64
        }
        serial = nextSerial
        nextSerial += 1
        token = carmine_random()
        offers[serial] = Offer(token: token, gpu: gpu, address: address, allocation: allocation.serial, size: size)
      }
      return SharedHandle(
        kind: kind, pid: getpid(), nonce: nonce, serial: serial, token: token, size: size, gpuID: UInt64(gpu.node.gpuID), extra: extra)
    }
  }

  /// Makes the socket and the thread.
  func start() throws(CUDAError) {
    try lock.withLock { () throws(CUDAError) in
      if isRunning { return }
      try PrivateFolder.prepare()
      PrivateFolder.sweep()
      let listener = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard listener >= 0 else { throw .operatingSystem.because("no socket: errno \(errno)") }
      let path = PrivateFolder.socket(getpid(), nonce)
      let isBound = PrivateFolder.withAddress(path) { Glibc.bind(listener, $0, $1) == 0 } ?? false
      guard isBound, listen(listener, 64) == 0 else {
        close(listener)
        throw .operatingSystem.because("no socket at \(path): errno \(errno)")
      }
      guard HostThread.start({ [unowned self] in serve(listener) }) else {
        close(listener)
        unlink(path)
        throw .operatingSystem.because("no thread for the handle server")
      }
      isRunning = true
      atexit { unlink(PrivateFolder.socket(getpid(), HandleServer.shared.nonce)) }
    }
  }

  private func serve(_ listener: Int32) {
    while true {
      let connection = carmine_accept(listener)
      guard connection >= 0 else {
        if connection == -EMFILE || connection == -ENFILE || connection == -ENOMEM { usleep(10_000) }
        continue
      }
      // A peer that says nothing must not keep the others waiting.
      var patience = timeval(tv_sec: 2, tv_usec: 0)
      setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      answer(connection)
      close(connection)
    }
  }

  private func answer(_ connection: Int32) {
    withUnsafeTemporaryAllocation(byteCount: SharedHandle.byteCount, alignment: 8) { buffer in
      var extra: Int32 = -1
      guard carmine_receive(connection, buffer.baseAddress!, SharedHandle.byteCount, &extra) == 0 else { return }
      if extra >= 0 { close(extra) }
      var answer = SharedMemoryAnswer(), descriptor: Int32 = -1
      answer.status = UInt64(ENOENT)
      if let handle = SharedHandle(from: buffer.baseAddress!), let offer = lock.withLock({ offers[handle.serial] }), offer.token == handle.token,
        offer.gpu.allocation(containing: offer.address)?.serial == offer.allocation
      {
        do throws(GPUError) {
          let exported = try offer.gpu.export(offer.address)
          descriptor = exported.descriptor
          answer.status = 0
          answer.blockBytes = exported.blockBytes
          answer.offset = exported.offset + (offer.address - exported.allocation.deviceAddress)
          answer.size = offer.size
          answer.isHost = !exported.allocation.heap.isOnDevice
        } catch { answer.status = UInt64(EIO) }
      }
      answer.write(to: buffer.baseAddress!)
      _ = carmine_send(connection, buffer.baseAddress!, SharedMemoryAnswer.byteCount, descriptor)
      if descriptor >= 0 { close(descriptor) }
    }
  }
}

extension SharedHandle {
  var isOwn: Bool { pid == getpid() && nonce == HandleServer.shared.nonce }

  /// Asks the process that made the handle; the caller closes the dma-buf.  Throws cudaErrorMapBufferObjectFailed when the
  /// process is gone or has freed the memory.
  func ask() throws(CUDAError) -> (descriptor: Int32, answer: SharedMemoryAnswer) {
    let connection = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard connection >= 0 else { throw .operatingSystem.because("no socket: errno \(errno)") }
    defer { close(connection) }
    let path = PrivateFolder.socket(pid, nonce)
    guard PrivateFolder.withAddress(path, { connect(connection, $0, $1) == 0 }) ?? false else {
      throw .mapBufferObjectFailed.because("process \(pid) does not answer at \(path): errno \(errno)")
    }
    var descriptor: Int32 = -1
    let result: Result<SharedMemoryAnswer, CUDAError> = withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { buffer in
      write(to: buffer.baseAddress!)
      var error = carmine_send(connection, buffer.baseAddress!, Self.byteCount, -1)
      if error == 0 { error = carmine_receive(connection, buffer.baseAddress!, SharedMemoryAnswer.byteCount, &descriptor) }
      guard error == 0 else { return .failure(.mapBufferObjectFailed.because("process \(pid) does not answer: errno \(error)")) }
      return .success(SharedMemoryAnswer(from: buffer.baseAddress!))
    }
    let answer = try result.get()
    guard answer.status == 0, descriptor >= 0 else {
      if descriptor >= 0 { close(descriptor) }
      throw .mapBufferObjectFailed.because("process \(pid) has not got that memory any more (errno \(answer.status))")
    }
    return (descriptor, answer)
  }

  /// The device here that has the handle's memory.
  func device() throws(CUDAError) -> Device {
    for device in try Runtime.devices() where UInt64(device.gpu.node.gpuID) == gpuID { return device }
    throw .invalidDevice.because("no visible device has the kernel's number \(gpuID)")
  }

  /// Maps the memory here.
  func map(flags: UInt32, isInternal: Bool = false) throws(CUDAError) -> (device: Device, address: UInt64, answer: SharedMemoryAnswer) {
    let device = try device()
    _ = try device.primaryContext()
    let (descriptor, answer) = try ask()
    defer { close(descriptor) }
    do {
      let pointer = try device.gpu.importMemory(
        descriptor, blockBytes: answer.blockBytes, offset: answer.offset, byteCount: answer.size, heap: answer.isHost ? .importedHost : .imported,
        flags: flags, isInternal: isInternal)
      return (device, UInt64(UInt(bitPattern: pointer)), answer)
    } catch { throw CUDAError(error) }
  }
}
