import Compiler
import KernelImage
struct CompileServer { func run() throws { throw CompileError(.internalError, "not linked to CodeObject yet") } }
