#ifndef CARMINE_CODEGEN_H
#define CARMINE_CODEGEN_H
#ifdef __cplusplus
extern "C" {
#endif
/// Code for a module, as LLVMTargetMachineEmitToMemoryBuffer makes it, with LLVM 22's wrong values behind branches mended (codegen.cpp).
/// machine: an LLVMTargetMachineRef; module: an LLVMModuleRef; assembly: text instead of an object file.
/// Returns an LLVMMemoryBufferRef that the caller disposes of, or a null pointer where the target writes no such file.
void *carmine_emit(void *machine, void *module, int assembly);

/// What one kernel's passes free the next one's take: without this the C library gives pages back and asks for them again, a twentieth of
/// the time of a small kernel.  Once, before anything else; 64 MB at most are kept.
void carmine_keep_memory(void);
#ifdef __cplusplus
}
#endif
#endif
