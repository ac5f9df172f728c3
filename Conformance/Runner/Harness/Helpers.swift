// What cases need again and again: device memory that reads back, a stream held by a kernel, threads.
import CConformance
import Glibc

/// Device memory of 32-bit words, freed with the value.
final class Words {
  let pointer: UnsafeMutableRawPointer
  let count: Int
  var bytes: Int { count * 4 }

  /// `count` words, each `fill` where that is given.
  init(_ count: Int, fill: UInt32? = nil) throws {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaMalloc(&pointer, count * 4), "cudaMalloc of \(count * 4) bytes")
    self.pointer = try some(pointer, "the memory")
    self.count = count
    if let fill { try write([UInt32](repeating: fill, count: count)) }
  }
  deinit { _ = try? cudaFree(pointer) }

  func write(_ values: [UInt32]) throws { try ok(cudaMemcpy(pointer, values, values.count * 4, cudaMemcpyHostToDevice), "copy to the device") }

  /// What is there now, after everything that was submitted.
  func read() throws -> [UInt32] {
    try ok(cudaDeviceSynchronize(), "wait for the device")
    var values = [UInt32](repeating: 0xdead_beef, count: count)
    try ok(cudaMemcpy(&values, pointer, bytes, cudaMemcpyDeviceToHost), "copy from the device")
    return values
  }

  func expect(_ wanted: [UInt32], _ what: String, line: Int = #line) throws { try expectWords(read(), wanted, what, line: line) }
  func expect(all wanted: UInt32, _ what: String, line: Int = #line) throws {
    try expectWords(read(), [UInt32](repeating: wanted, count: count), what, line: line)
  }
}

/// Two arrays are equal; says where they first differ.
func expectWords(_ got: [UInt32], _ wanted: [UInt32], _ what: String, line: Int = #line) throws {
  guard got.count == wanted.count else { throw Deviation(message: "line \(line): \(what): \(wanted.count) words expected, got \(got.count)") }
  if let at = got.indices.first(where: { got[$0] != wanted[$0] }) {
    throw Deviation(message: "line \(line): \(what): word \(at) is \(got[at]), expected \(wanted[at])")
  }
}

func makeStream(_ flags: UInt32 = cudaStreamDefault) throws -> cudaStream_t {
  var stream: cudaStream_t?
  try ok(cudaStreamCreateWithFlags(&stream, flags), "cudaStreamCreateWithFlags")
  return try some(stream, "the stream")
}

func makeEvent(_ flags: UInt32 = cudaEventDefault) throws -> cudaEvent_t {
  var event: cudaEvent_t?
  try ok(cudaEventCreateWithFlags(&event, flags), "cudaEventCreateWithFlags")
  return try some(event, "the event")
}

/// cudaStreamLegacy and cudaStreamPerThread, which C writes as casts.
var streamLegacy: cudaStream_t { OpaquePointer(bitPattern: 1)! }
var streamPerThread: cudaStream_t { OpaquePointer(bitPattern: 2)! }

/// Pinned memory of one word that device and host see.
final class Flag {
  let host: UnsafeMutablePointer<UInt32>
  let device: UnsafeMutableRawPointer
  init(_ value: UInt32 = 0) throws {
    var pointer: UnsafeMutableRawPointer?
    try ok(cudaHostAlloc(&pointer, 4096, cudaHostAllocMapped | cudaHostAllocPortable), "cudaHostAlloc")
    host = try some(pointer, "the pinned memory").assumingMemoryBound(to: UInt32.self)
    host.pointee = value
    var mapped: UnsafeMutableRawPointer?
    try ok(cudaHostGetDevicePointer(&mapped, pointer, 0), "cudaHostGetDevicePointer")
    device = try some(mapped, "the device's address of it")
  }
  deinit { _ = try? cudaFreeHost(host) }
  var value: UInt32 {
    get { UnsafeMutableRawPointer(host).assumingMemoryBound(to: UInt32.self).pointee }
    set { host.pointee = newValue; conformance_fence() }
  }
}

/// Keeps a stream busy with a kernel until `release`: what is submitted behind it has certainly not run.
final class Hold {
  private let flag: Flag
  init(_ stream: cudaStream_t?) throws {
    flag = try Flag()
    try basic.load()
    try ok(launch(basic.kernel("hold"), stream: stream, flag.device), "the holding kernel")
  }
  func release() { flag.value = 1 }
  deinit { release(); _ = try? cudaDeviceSynchronize() }
}

/// Runs `body` on `count` new threads at once and waits for them; the first thing that one of them throws is thrown here.
func onThreads(_ count: Int, _ body: @escaping (Int) throws -> Void) throws {
  final class Task {
    let index: Int, body: (Int) throws -> Void
    var failure: (any Error)?
    init(_ index: Int, _ body: @escaping (Int) throws -> Void) { self.index = index; self.body = body }
  }
  let tasks = (0..<count).map { Task($0, body) }
  var threads = [pthread_t](repeating: 0, count: count)
  for (index, task) in tasks.enumerated() {
    let status = pthread_create(&threads[index], nil, { argument in
      let task = Unmanaged<Task>.fromOpaque(argument!).takeUnretainedValue()
      do { try task.body(task.index) } catch { task.failure = error }
      return nil
    }, Unmanaged.passUnretained(task).toOpaque())
    precondition(status == 0, "pthread_create")
  }
  for thread in threads { pthread_join(thread, nil) }
  for task in tasks { if let failure = task.failure { throw failure } }
}

/// The number of devices; a case that wants more is skipped.
func needsDevices(_ wanted: Int) throws {
  var count: Int32 = 0
  try ok(cudaGetDeviceCount(&count), "cudaGetDeviceCount")
  if count < wanted { throw Skip("needs \(wanted) devices, here are \(count)") }
}

func attribute(_ attribute: cudaDeviceAttr, _ device: Int32 = 0) throws -> Int {
  var value: Int32 = -1
  try ok(cudaDeviceGetAttribute(&value, attribute, device), "cudaDeviceGetAttribute")
  return Int(value)
}
