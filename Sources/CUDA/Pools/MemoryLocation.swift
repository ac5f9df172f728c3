// Where memory may be: cudaMemLocation.  Source: enum cudaMemLocationType, driver_types.h of CUDA 12 and 13.
import Glibc

public struct MemoryLocation: Hashable, Sendable {
  public enum Kind: Int32, Sendable {
    case none = 0, device = 1, host = 2, hostNUMA = 3, hostNUMACurrent = 4, invisible = 5, localityDomain = 6
  }
  public var kind: Kind
  public var id: Int32

  public init(_ kind: Kind, _ id: Int32 = 0) {
    self.kind = kind
    self.id = id
  }

  /// Throws cudaErrorInvalidValue for a number that is no kind of place.
  public init(type: Int32, id: Int32) throws(CUDAError) {
    guard let kind = Kind(rawValue: type) else { throw .invalidValue.because("location type \(type)") }
    self.init(kind, id)
  }

  public static func device(_ ordinal: Int) -> MemoryLocation { MemoryLocation(.device, Int32(ordinal)) }
  public static let host = MemoryLocation(.host)

  public var isHost: Bool { kind == .host || kind == .hostNUMA || kind == .hostNUMACurrent }

  /// As CUDA 12's device numbers say it: an ordinal, -1 for the host, -2 for no place.
  public var deviceNumber: Int32 { kind == .device ? id : isHost ? -1 : -2 }

  /// What range attributes answer: the host itself has number -1.
  var idForQueries: Int32 { kind == .host ? -1 : id }

  /// Whether the host has this NUMA node.
  static func hasNode(_ node: Int32) -> Bool { node == 0 || node > 0 && access("/sys/devices/system/node/node\(node)", F_OK) == 0 }

  /// Throws cudaErrorInvalidValue or cudaErrorInvalidDevice unless memory can be prefetched to or preferred at this place.
  public func checkForManagedMemory() throws(CUDAError) {
    switch kind {
    case .device: _ = try Runtime.device(Int(id))
    case .host, .hostNUMACurrent: return
    case .hostNUMA: guard Self.hasNode(id) else { throw .invalidValue.because("there is no host NUMA node \(id)") }
    case .none, .invisible, .localityDomain: throw .invalidValue.because("location type \(kind.rawValue)")
    }
  }
}
