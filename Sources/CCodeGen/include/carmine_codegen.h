#ifndef CARMINE_CODEGEN_H
#define CARMINE_CODEGEN_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
/// Code generation as LLVMTargetMachineEmitToMemoryBuffer's, with LLVM 22's wrong values behind branches mended (codegen.cpp).  To set its
/// hundred passes up costs a fifth of a small kernel's code generation, so it is kept beside its machine and run for one module after another.
/// machine: an LLVMTargetMachineRef that outlives it; assembly: text instead of object files.  A null pointer where the target writes no such file.
void *carmine_emitter_create(void *machine, int assembly);
void carmine_emitter_destroy(void *emitter);
/// module: an LLVMModuleRef, which is changed.  The bytes are the emitter's until it runs again.
void carmine_emitter_run(void *emitter, void *module, const char **bytes, size_t *count);

/// Adds to a module what it uses of a library of bitcode (an LLVMMemoryBufferRef), and what that uses.
/// 0; 1: the library is no bitcode of this LLVM; 2: it does not link, and the context's diagnostics say why.
int carmine_link_needed(void *module, void *library);

/// What one kernel's passes free the next one's take: without this the C library gives pages back and asks for them again, a twentieth of
/// the time of a small kernel.  Once, before anything else; 64 MB at most are kept.
void carmine_keep_memory(void);
#ifdef __cplusplus
}
#endif
#endif
