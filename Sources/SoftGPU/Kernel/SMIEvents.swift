// SMI_EVENTS: a descriptor that gets a line for each event that its mask asks for.  It is one end of a socket pair: poll(2) and
// read(2) are the kernel's own, and a mask that the client writes waits in our end until the next event.
// Threads: any; `lock` guards the list.
// Source: kfd_smi_events.c and the formats in kfd_ioctl.h of Linux 6.12.
import CKFD
import CSoftGPU
import Glibc
import ISA

final class SMIEvents: @unchecked Sendable {
  enum Event: UInt32 {
    case vmFault = 1, thermalThrottle, gpuPreReset, gpuPostReset, migrateStart, migrateEnd, pageFaultStart, pageFaultEnd, queueEviction,
      queueRestore, unmapFromGPU
  }
  enum MigrationTrigger: Int { case prefetch = 0, gpuFault, cpuFault, eviction }
  enum EvictionTrigger: Int { case svm = 0, userPointer, ttm, suspend, checkpoint, restore }

  private struct Client {
    var end: Int32                         // ours
    var device: SoftDevice
    var mask: UInt64 = 0
  }
  private let lock = Lock()
  private var clients: [Client] = []
  private unowned let process: SoftProcess

  init(process: SoftProcess) { self.process = process }

  /// A new descriptor for the client, or -errno.
  func open(_ device: SoftDevice) -> Int32 {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0 else { return -errno }
    let own = Backing.high(ends[1])
    lock.withLock { clients.append(Client(end: own, device: device)) }
    return ends[0]
  }

  /// Whether anybody would read it: the text need not be made otherwise.
  private var isEmpty: Bool { lock.withLock { clients.isEmpty } }

  func post(_ event: Event, on device: SoftDevice, _ text: @autoclosure () -> String) {
    if isEmpty { return }
    let line = String(event.rawValue, radix: 16) + " " + text() + "\n"
    lock.withLock {
      clients.removeAll { client in
        // The client has closed its end: nobody reads any more.
        var gone = pollfd(fd: client.end, events: 0, revents: 0)
        guard poll(&gone, 1, 0) == 1, Int32(gone.revents) & (POLLHUP | POLLERR) != 0 else { return false }
        close(client.end)
        return true
      }
      for index in clients.indices where clients[index].device === device {
        takeMask(&clients[index])
        guard clients[index].mask >> UInt64(event.rawValue - 1) & 1 == 1 else { continue }
        // What does not fit any more is lost, as in the driver, whose buffer is a KiB.
        var copy = line
        _ = copy.withUTF8 { send(clients[index].end, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) }
      }
    }
  }

  /// The last mask that was written.
  private func takeMask(_ client: inout Client) {
    var mask: UInt64 = 0
    while recv(client.end, &mask, 8, Int32(MSG_DONTWAIT)) == 8 { client.mask = mask }
  }

  // MARK: lines

  private var now: UInt64 { GPUClock.nanoseconds(CLOCK_BOOTTIME) }
  private func hexadecimal<N: BinaryInteger>(_ value: N) -> String { String(value, radix: 16) }

  func vmFault(on device: SoftDevice) {
    post(.vmFault, on: device, "\(hexadecimal(getpid())):\(Self.taskName)")
  }
  func migrated(_ range: SVMRange, from: UInt32, to: UInt32, trigger: MigrationTrigger) {
    for device in [from, to].compactMap({ process.device($0) }) {
      let place = "-\(getpid()) @\(hexadecimal(range.start >> 12))(\(hexadecimal(range.size >> 12))) \(hexadecimal(from))->\(hexadecimal(to))"
      post(.migrateStart, on: device, "\(now) \(place) \(hexadecimal(range.prefetch)):\(hexadecimal(range.preferred)) \(trigger.rawValue)")
      post(.migrateEnd, on: device, "\(now) \(place) \(trigger.rawValue)")
    }
  }
  func unmapped(_ range: SVMRange, on device: SoftDevice) {
    post(.unmapFromGPU, on: device,
      "\(now) -\(getpid()) @\(hexadecimal(range.start >> 12))(\(hexadecimal(range.size >> 12))) \(hexadecimal(device.gpuID)) 2")
  }
  func faultBegins(_ address: UInt64, write: Bool, on device: SoftDevice) {
    post(.pageFaultStart, on: device, "\(now) -\(getpid()) @\(hexadecimal(address >> 12))(\(hexadecimal(device.gpuID))) \(write ? "W" : "R")")
  }
  func faultEnds(_ address: UInt64, migrated: Bool, on device: SoftDevice) {
    post(.pageFaultEnd, on: device, "\(now) -\(getpid()) @\(hexadecimal(address >> 12))(\(hexadecimal(device.gpuID))) \(migrated ? "M" : "U")")
  }
  func queuesEvicted(on device: SoftDevice, _ trigger: EvictionTrigger) {
    post(.queueEviction, on: device, "\(now) -\(getpid()) \(hexadecimal(device.gpuID)) \(trigger.rawValue)")
  }
  func queuesRestored(on device: SoftDevice) {
    post(.queueRestore, on: device, "\(now) -\(getpid()) \(hexadecimal(device.gpuID)) 0")
  }

  func resetBegins(on device: SoftDevice) {
    device.resets &+= 1
    post(.gpuPreReset, on: device, "\(hexadecimal(device.resets)) user trigger")
  }
  func resetEnds(on device: SoftDevice) { post(.gpuPostReset, on: device, hexadecimal(device.resets) + " ") }

  private static var taskName: String {
    var name = [CChar](repeating: 0, count: 17)
    let file = Glibc.open("/proc/self/comm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    guard read(file, &name, 16) > 0 else { return "" }
    return String(cString: name).split(separator: "\n").first.map(String.init) ?? ""
  }
}
