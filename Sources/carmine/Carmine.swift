// The command line.  Each subcommand is a file.
import ArgumentParser

@main struct Carmine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "carmine",
    abstract: "Runs CUDA programs on AMD GPUs, and on a software GPU where there is none.",
    discussion: """
      carmine run -- ./app            run an unmodified CUDA binary
      carmine kfd -- rocminfo         any program, with the software GPU at /dev/kfd
      carmine info                    devices, switches and where the parts are
      carmine precompile PATH…        every kernel of programs and libraries, ahead of time
      carmine compile FILE -o OUT     PTX, a fatbinary or an ELF file to an AMDGPU code object

      Carmine is not affiliated with NVIDIA or AMD.
      """,
    version: carmineVersion,
    subcommands: [Run.self, KFDCommand.self, Compile.self, Precompile.self, Cache.self, ISACommand.self, Info.self])
}

let carmineVersion = "0.1.0"
