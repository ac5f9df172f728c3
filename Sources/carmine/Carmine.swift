import ArgumentParser

@main struct Carmine: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "CUDA programs on AMD GPUs.")
}
