import CKFD
import Glibc
import Testing
@testable import KFD

/// Request codes come from the kernel header's own macros, through a C table.
@Suite struct IoctlTests {
  static var header: [String: UInt] {
    var count = 0
    let rows = carmine_kfd_requests(&count)!
    return Dictionary(uniqueKeysWithValues: (0..<count).map { (String(cString: rows[$0].name), UInt(rows[$0].code)) })
  }

  @Test("Each ioctl's request code is the one that the kernel header's macro computes")
  func requestCodes() {
    let header = Self.header
    #expect(Set(Ioctls.all.map(\.name)).count == Ioctls.all.count)
    for row in Ioctls.all { #expect(header[row.name] == row.request, "\(row.name)") }
  }

  @Test("An interrupted ioctl is repeated with the arguments as the kernel left them")
  func repeatsAfterEINTR() throws {
    let kernel = ScriptedKernel { index, _, argument in
      let arguments = argument!.assumingMemoryBound(to: kfd_ioctl_wait_events_args.self)
      if index < 3 { arguments.pointee.timeout -= 10; return -EINTR }
      arguments.pointee.wait_result = arguments.pointee.timeout == 70 ? 1 : 2
      return 0
    }
    let driver = try Driver(kernel: kernel)
    #expect(try driver.wait(for: 5, milliseconds: 100) == .timedOut)
    #expect(kernel.trace.filter { $0 == "ioctl 0xc0184b0c" }.count == 4)
  }

  @Test("A refused ioctl throws the call's name, the arguments that matter and the errno, unknown ones too")
  func errors() throws {
    let driver = try Driver(kernel: ScriptedKernel { _, _, _ in -524 })
    let error = #expect(throws: KFDError.self) {
      try driver.createQueue(.init(
        gpuID: 0x1234, type: .computeAQL, ringBase: 0x1000, ringSize: 4096, writePointer: 8, readPointer: 16))
    }
    #expect(error?.errno == 524)
    #expect(error?.call == "CREATE_QUEUE")
    #expect(error?.description.hasPrefix("CREATE_QUEUE(gpu_id 0x1234, queue_type 0x2, ring_base_address 0x1000, ring_size 0x1000)") == true)
  }

  @Test("A missing /dev/kfd is an error that says what to do")
  func missingDevice() {
    struct NoDevice: Kernel {
      func open(_ path: String, _ flags: Int32) -> Int32 { -ENOENT }
      func close(_ descriptor: Int32) -> Int32 { 0 }
      func ioctl(_ d: Int32, _ r: UInt, _ a: UnsafeMutableRawPointer?) -> Int32 { 0 }
      func mmap(_ a: UnsafeMutableRawPointer?, _ b: Int, _ p: Int32, _ f: Int32, _ d: Int32, _ o: Int64) -> Int { -1 }
      func munmap(_ address: UnsafeMutableRawPointer, _ byteCount: Int) -> Int32 { 0 }
      func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int { 0 }
      func list(_ path: String) -> (names: [String], error: Int32) { ([], ENOENT) }
    }
    #expect(reasonAgainst(NoDevice())?.description.contains("CARMINE_DEVICE=soft") == true)
  }

  @Test("The descriptor of /dev/kfd is closed with the last reference")
  func closes() throws {
    let kernel = ScriptedKernel()
    do { let driver = try Driver(kernel: kernel); _ = driver.descriptor }
    #expect(kernel.trace == ["open /dev/kfd", "close"])
  }
}
