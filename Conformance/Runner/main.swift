// carmine-conformance: what of the CUDA Runtime API a given library really does.
import CConformance
import Glibc

conformance_line_buffered()
signal(SIGPIPE, SIG_IGN)
registerAll()
if CommandLine.arguments.count == 5, CommandLine.arguments[1] == "--child" {
  do {
    try Library.open(CommandLine.arguments[2], abi: Int(CommandLine.arguments[3]))
    if CommandLine.arguments[4] == "device" { Child.describeDevice() }
    let indices = CommandLine.arguments[4].split(separator: ",").compactMap { Int($0) }
    Child.run(Case.cases(abi: Library.abi), indices: indices)
  } catch { exit(3) }
}
exit(Command.run(Array(CommandLine.arguments.dropFirst())))
