// Speaks to the kernel through the runtime's own KFD layer, and says what it found: version, topology, events, waits and the
// errors that the driver gives where there is no GPU.  Runs on the real driver in QEMU (Tools/test-kernel.sh) and under
// `carmine kfd` alike, always through LinuxKernel.
//   kernel-check [--no-gpu]      ends with 'kernel-check: N right, 0 wrong' and status 0
import CKFD
import Glibc
import KFD

nonisolated(unsafe) var right = 0, wrong = 0      // one thread

func check(_ what: String, _ holds: Bool, _ found: String = "") {
  if holds { right += 1 } else { wrong += 1 }
  print("\(holds ? "ok" : "WRONG") \(what)\(found.isEmpty ? "" : ": \(found)")")
}

func refused(_ what: String, _ errno: Int32, _ body: () throws -> Void) {
  do {
    try body()
    check(what, false, "it succeeded")
  } catch let error as KFDError {
    check(what, error.errno == errno, "\(error)")
  } catch {
    check(what, false, "\(error)")
  }
}

let withoutGPU = CommandLine.arguments.dropFirst().contains("--no-gpu")
let kernel = LinuxKernel()

do {
  let driver = try Driver(kernel: kernel)
  let version = try driver.version()
  check("the version is 1.something", version.major == 1 && version.minor >= 11, "\(version.major).\(version.minor)")

  let topology = try Topology(kernel: kernel)
  check("node 0 is a processor with memory", topology.nodes.first.map { $0.cpuCoresCount > 0 && !$0.memoryBanks.isEmpty } ?? false, "\(topology.nodes.count) nodes")
  check(withoutGPU ? "no node is a GPU" : "a node is a GPU", topology.gpus.isEmpty == withoutGPU)
  check("a folder lists", kernel.list(Topology.root + "/nodes").error == 0)
  check("a file that is not there gives ENOENT", kernel.text(of: Topology.root + "/nodes/99/gpu_id").error == ENOENT)

  let event = try driver.createEvent(.signal, autoReset: false)
  let automatic = try driver.createEvent(.signal, autoReset: true)
  check("an unset event times out at once", try driver.wait(for: event.id, milliseconds: 0) == .timedOut)
  check("an unset event times out after a while", try driver.wait(for: event.id, milliseconds: 30) == .timedOut)
  try driver.setEvent(event.id)
  check("a set event is there", try driver.wait(for: event.id, milliseconds: 1000) == .complete)
  check("a set event stays", try driver.wait(for: event.id, milliseconds: 0) == .complete)
  try driver.setEvent(automatic.id)
  check("an automatic event is there once", try driver.wait(for: automatic.id, milliseconds: 0) == .complete)
  check("and not twice", try driver.wait(for: automatic.id, milliseconds: 0) == .timedOut)
  try driver.destroyEvent(event.id)
  refused("a destroyed event gives EINVAL", EINVAL) { try driver.setEvent(event.id) }
  refused("waiting for it gives EINVAL", EINVAL) { _ = try driver.wait(for: event.id, milliseconds: 0) }
  try driver.destroyEvent(automatic.id)

  let missing = kernel.open("/dev/dri/renderD191", O_RDWR | O_CLOEXEC)
  check("a render node that is not there gives ENOENT", missing == -ENOENT)
  let page = kernel.mmap(nil, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, kernel.open("/dev/kfd", O_RDWR | O_CLOEXEC), Int64(bitPattern: 3 << 62))
  check("doorbells of no GPU give ENODEV", page == Int(-ENODEV))
  if withoutGPU {
    do {
      _ = try openDefaultKernel(choice: "kfd")
      check("the runtime refuses a driver without a GPU", false)
    } catch {
      check("the runtime refuses a driver without a GPU", error.errno == ENODEV, "\(error)")
    }
  } else {
    _ = try openDefaultKernel(choice: "kfd")
    check("the runtime takes this driver", true)
  }
} catch {
  check("an error that was not to come", false, "\(error)")
}
print("kernel-check: \(right) right, \(wrong) wrong")
exit(wrong == 0 ? 0 : 1)
