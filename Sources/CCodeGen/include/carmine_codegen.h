#ifndef CARMINE_CODEGEN_H
#define CARMINE_CODEGEN_H
#ifdef __cplusplus
extern "C" {
#endif
/// Code for a module, as LLVMTargetMachineEmitToMemoryBuffer makes it, with LLVM 22's wrong values behind branches mended (codegen.cpp).
/// machine: an LLVMTargetMachineRef; module: an LLVMModuleRef; assembly: text instead of an object file.
/// Returns an LLVMMemoryBufferRef that the caller disposes of, or a null pointer where the target writes no such file.
void *carmine_emit(void *machine, void *module, int assembly);
#ifdef __cplusplus
}
#endif
#endif
