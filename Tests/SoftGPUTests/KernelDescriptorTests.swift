import CKFD
import CSoftGPU
import Glibc
import KFD
import Testing
@testable import SoftGPU

/// The software GPU as the runtime sees it: through the same typed interface as Linux.
struct InProcessKernel: Kernel {
  func open(_ path: String, _ flags: Int32) -> Int32 { Calls.open(path, flags) }
  func close(_ descriptor: Int32) -> Int32 { Calls.close(descriptor) }
  func ioctl(_ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer?) -> Int32 { Calls.ioctl(descriptor, request, argument) }
  func mmap(_ address: UnsafeMutableRawPointer?, _ byteCount: Int, _ protection: Int32, _ flags: Int32, _ descriptor: Int32, _ offset: Int64) -> Int {
    Calls.mmap(address, byteCount, protection, flags, descriptor, offset)
  }
  func munmap(_ address: UnsafeMutableRawPointer, _ byteCount: Int) -> Int32 { Calls.munmap(address, byteCount) }
  func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int { Calls.read(descriptor, buffer.baseAddress, buffer.count) }
  func list(_ path: String) -> (names: [String], error: Int32) {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = Calls.list(path, &buffer, buffer.count)
    guard count >= 0 else { return ([], Int32(-count)) }
    return (buffer[..<count].split(separator: 0).map { String(decoding: $0.map(UInt8.init(bitPattern:)), as: UTF8.self) }, 0)
  }
}

@Suite struct KernelDescriptorTests {
  @Test("The topology's text reads back as the device's row of data")
  func topology() throws {
    let topology = try Topology(kernel: InProcessKernel())
    #expect(topology.nodes.count == 2)
    let gpu = try #require(topology.gpus.first), kind = DeviceKind.mi300x
    #expect(topology.gpus.count == 1 && gpu.gfxTarget == kind.gfxTarget && gpu.computeUnitCount == kind.computeUnits)
    #expect(gpu.waveFrontSize == kind.waveSize && gpu.ldsSizeInKB == 64 && gpu.drmRenderMinor == 128)
    #expect(gpu.memoryBanks.first?.heapType == 1 && gpu.localMemoryBytes == Descriptors.shared.currentProcess().devices[0].memoryBytes)
    #expect(gpu.capability >> 12 & 3 == 2)                     // 64-bit AQL doorbells
    #expect(gpu.ioLinks.first?.nodeTo == 0 && topology.nodes[0].ioLinks.first?.nodeTo == 1)
    #expect(topology.nodes[0].cpuCoresCount > 0 && topology.nodes[0].caches.count == 1)
    // AMD's own library asks for these on 304 compute units of gfx942 (recorded from libhsakmt 6.2.4).
    #expect(gpu.contextSaveSize == 0xb108000 && gpu.controlStackSize == 0x18000)
  }

  @Test("Every file is below 4 KiB and of `name value` lines, under both of its paths")
  func files() {
    let kernel = InProcessKernel()
    func walk(_ path: String) -> [String] {
      let listing = kernel.list(path)
      return listing.error != 0 ? [path] : listing.names.flatMap { walk(path + "/" + $0) }
    }
    let files = walk("/sys/class/kfd/kfd/topology")
    #expect(files.count >= 15)
    for file in files {
      let (text, error) = kernel.text(of: file)
      #expect(error == 0 && text.utf8.count < 4096 && text.hasSuffix("\n"), "\(file)")
      #expect(kernel.text(of: "/sys/devices/virtual" + file.dropFirst("/sys/class".count)).text == text)
      if file.hasSuffix("properties") {
        for line in text.split(separator: "\n") where !line.hasPrefix("sibling_map") {
          let words = line.split(separator: " ")
          #expect(words.count == 2 && UInt64(words[1]) != nil, "\(file): \(line)")
        }
      }
    }
    #expect(kernel.text(of: "/sys/class/drm/renderD128/device/ip_discovery/die/0/11/0/major").text == "9\n")
  }

  @Test("Paths that are not there, written sysfs files and foreign descriptors are refused")
  func refusals() {
    #expect(Calls.open("/sys/class/kfd/kfd/topology/nodes/9/name", O_RDONLY) == -ENOENT)
    #expect(Calls.open("/dev/dri/renderD129", O_RDWR) == -ENOENT)
    #expect(Calls.open("/sys/class/kfd/kfd/topology/generation_id", O_RDWR) == -EACCES)
    #expect(Calls.open("/sys/class/kfd/kfd/topology/nodes", O_RDWR) == -EISDIR)
    #expect(Calls.open("/sys/class/kfd/kfd/topology/generation_id/x", O_RDONLY) == -ENOTDIR)
    #expect(Calls.open("/sys/class/kfd/kfd", O_RDONLY | O_NOFOLLOW) == -ELOOP)
    #expect(Calls.close(0) == -EBADF && Calls.ioctl(0, 0x8008_4b01, nil) == -EBADF)
    var byte: UInt8 = 0
    let kfd = Calls.open("/dev/kfd", O_RDWR | O_CLOEXEC)
    #expect(Calls.read(kfd, &byte, 1) == Int(-EINVAL))
    #expect(Calls.mmap(nil, 4096, PROT_READ, MAP_SHARED, kfd, 0) == Int(-ENODEV))
    #expect(Calls.mmap(nil, 8192, PROT_READ, MAP_SHARED, kfd, Int64(bitPattern: 3 << 62)) == Int(-ENODEV))
    #expect(fcntl(kfd, F_GETFD) & FD_CLOEXEC != 0)
    #expect(Calls.close(kfd) == 0 && fcntl(kfd, F_GETFD) == -1)
  }

  @Test("The typed driver speaks to the software GPU: version, memory, events")
  func typedDriver() throws {
    let driver = try Driver(kernel: InProcessKernel())
    #expect(try driver.version() == (1, 17))
    let event = try driver.createEvent(.signal, autoReset: true)
    #expect(try driver.wait(for: event.id, milliseconds: 0) == .timedOut)
    try driver.setEvent(event.id)
    #expect(try driver.wait(for: event.id, milliseconds: 0) == .complete)
    try driver.destroyEvent(event.id)
    let error = #expect(throws: KFDError.self) { try driver.setEvent(event.id) }
    #expect(error?.errno == EINVAL)
  }

  /// In a child, the recorded driver gives EBADF on an inherited descriptor and a fresh state on its own.
  @Test("A forked child's inherited /dev/kfd is dead, and its own begins from nothing")
  func fork() throws {
    let kfd = Calls.open("/dev/kfd", O_RDWR | O_CLOEXEC)
    defer { _ = Calls.close(kfd) }
    // The kernel's own fork: the test process has threads, and the child only makes calls that need none of them.
    typealias Fork = @convention(c) () -> pid_t
    let fork = unsafeBitCast(dlsym(nil, "fork"), to: Fork.self)
    let child = fork()
    if child == 0 {
      var version = kfd_ioctl_get_version_args()
      guard Calls.ioctl(kfd, 0x8008_4b01, &version) == -EBADF else { _exit(1) }
      guard Calls.mmap(nil, 4096, PROT_READ, MAP_SHARED, kfd, Int64(bitPattern: 2 << 62)) == Int(-EINVAL) else { _exit(2) }
      let own = Calls.open("/dev/kfd", O_RDWR | O_CLOEXEC)
      guard own >= 0, Calls.ioctl(own, 0x8008_4b01, &version) == 0, version.minor_version == 17 else { _exit(3) }
      var event = kfd_ioctl_create_event_args()
      guard Calls.ioctl(own, 0xc020_4b08, &event) == 0, event.event_id == 1 else { _exit(4) }
      _exit(0)
    }
    var status: Int32 = 0
    #expect(waitpid(child, &status, 0) == child && status == 0)
  }
}
