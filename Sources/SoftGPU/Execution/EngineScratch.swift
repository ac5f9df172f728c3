// Scratch memory for dispatches whose client gives none: the engine maps some, above the addresses that clients may use, with
// a place for every wave that the device can hold.  Untouched pages cost nothing.  Under the engine's lock.
import Glibc
import ISA

struct EngineScratch {
  /// Above the gpuvm aperture, and still within the 48 bits of a buffer descriptor's base.
  private static let firstAddress: UInt64 = 0x9000_0000_0000

  private let space: AddressSpace, device: DeviceKind
  private var next = EngineScratch.firstAddress
  /// By bytes of a wave.
  private var made: [UInt64: ScratchSetup] = [:]
  private var mappings: [(address: UInt64, host: UnsafeMutableRawPointer, bytes: Int)] = []

  init(_ device: DeviceKind, _ space: AddressSpace) { self.device = device; self.space = space }

  /// Scratch of at least `bytes` for each work-item.
  mutating func setup(bytes: UInt32, lanes: Int) -> ScratchSetup? {
    let wave = max(1024, (UInt64(bytes) * UInt64(lanes) + 1023) & ~1023).nextPowerOfTwo
    if let known = made[wave] { return known }
    let slots = device.computeUnitsPerXCC * device.simdsPerComputeUnit * device.maximumWavesPerSIMD
    let stride = UInt64(slots) * wave, total = Int(stride) * device.xccCount
    guard let host = mmap(nil, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), host != MAP_FAILED
    else { return nil }
    let setup = ScratchSetup(base: next, waveBytes: wave, slots: slots, xccStride: stride, host: host, device)
    space.map(gpuAddress: next, size: UInt64(total), host: host, permissions: [.read, .write], allocation: 0)
    mappings.append((next, host, total))
    next += (UInt64(total) + 0x1fffff) & ~0x1fffff
    made[wave] = setup
    return setup
  }

  /// After the workers have ended.
  mutating func destroy() {
    for mapping in mappings {
      space.unmap(gpuAddress: mapping.address, size: UInt64(mapping.bytes))
      munmap(mapping.host, mapping.bytes)
    }
    mappings = []
    made = [:]
  }
}

extension UInt64 {
  fileprivate var nextPowerOfTwo: UInt64 { self <= 1 ? 1 : 1 << UInt64(UInt64.bitWidth - (self - 1).leadingZeroBitCount) }
}
