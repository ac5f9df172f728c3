// cudaChooseDevice and cudaSetValidDevices: which device a program gets that has not named one.
// Threads: any; the list is replaced whole, a thread that has chosen no device reads its head by one load.
// Source: CUDA Runtime API, "Device Management".
import CThreadLocal
import Synchronization

/// What a program wants of a device; 0 and "" want nothing.
public struct DeviceWish {
  public var name = ""
  public var major = 0, minor = 0
  /// Counts of which more is as good: memory, multiprocessors, registers, threads and the like, beside what the device has.
  public var least: [(wanted: UInt64, has: (DeviceProperties) -> UInt64)] = []
  public init() {}

  /// How many of the wishes the device fulfils.
  public func score(_ device: DeviceProperties) -> Int {
    var score = least.filter { $0.wanted > 0 && $0.has(device) >= $0.wanted }.count
    if !name.isEmpty && device.name == name { score += 1 }
    let capability = device.computeCapability
    if major > 0 && (capability.major, capability.minor) >= (major, minor) { score += 1 }
    return score
  }

  /// The first of the devices that fulfil most.
  public func best(of devices: [DeviceProperties]) -> Int? {
    var best: (index: Int, score: Int)?
    for (index, device) in devices.enumerated() {
      let score = score(device)
      if best.map({ score > $0.score }) ?? true { best = (index, score) }
    }
    return best?.index
  }
}

public enum ValidDevices {
  private static let list = Mutex<[Int]>([])
  /// The device of a thread that has chosen none.
  static let first = Atomic<Int>(0)

  /// cudaSetValidDevices; an empty list means all devices again.
  /// Throws cudaErrorInvalidDevice for a device that is none, cudaErrorInvalidValue for more entries than there are devices.
  public static func set(_ ordinals: [Int]) throws(CUDAError) {
    guard ordinals.count <= (try Runtime.deviceCount()) else { throw .invalidValue.because("\(ordinals.count) devices in the list") }
    for ordinal in ordinals { _ = try Runtime.device(ordinal) }
    list.withLock { $0 = ordinals }
    first.store(ordinals.first ?? 0, ordering: .relaxed)
    KnownLaunches.forgetAll()
  }
}
