// Which kernel to use: the operating system's where it has an AMD GPU, else the software GPU.
import CKFD
import Glibc
import Settings

/// Opens the kernel that `CARMINE_DEVICE` (or `choice`) names.  `auto`: Linux if /dev/kfd can be opened and its topology
/// has a GPU, else the software GPU.  `softLibrary` is where libcarmine-softgpu.so is, if the caller knows.
/// Throws with a remedy when the named kernel is not there.  Any thread.
public func openDefaultKernel(choice: String? = nil, softLibrary: String? = nil) throws(KFDError) -> any Kernel {
  switch choice ?? Switch.device.value ?? "auto" {
  case "soft":
    return try SoftKernel(path: softLibrary)
  case "kfd":
    let linux = LinuxKernel()
    if let reason = reasonAgainst(linux) { throw reason }
    return linux
  default:
    let linux = LinuxKernel()
    if reasonAgainst(linux) == nil { return linux }
    return try SoftKernel(path: softLibrary)
  }
}

/// Why this kernel cannot run anything; nil when it has a GPU that may be opened.
func reasonAgainst(_ kernel: some Kernel) -> KFDError? {
  let descriptor = kernel.open(Driver.path, O_RDWR | O_CLOEXEC)
  guard descriptor >= 0 else { return KFDError.opening(Driver.path, -descriptor) }
  _ = kernel.close(descriptor)
  do throws(KFDError) {
    let topology = try Topology(kernel: kernel)
    guard !topology.gpus.isEmpty else {
      return KFDError(
        "read", ENODEV, remedy: "\(Topology.root) lists no GPU; use CARMINE_DEVICE=soft for the software GPU",
        details: [("nodes", UInt64(topology.nodes.count))])
    }
    return nil
  } catch { return error }
}
