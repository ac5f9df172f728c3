import KernelImage
import PTX

enum WarpSharing {
  static func choose(_ ptx: Module, kernel: String, forced: WarpMapping?) throws -> (mapping: WarpMapping, notes: [String]) {
    (forced ?? .sharedWave, [])
  }
}
