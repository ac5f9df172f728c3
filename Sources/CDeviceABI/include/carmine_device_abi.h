// What a compiled kernel and the host agree on, declared once: imported by Swift (Compiler, CUDA) and included by the
// device library (DeviceLibrary/*.c, compiled to bitcode by clang).  Plain C, no includes but <stdint.h>.
#ifndef CARMINE_DEVICE_ABI_H
#define CARMINE_DEVICE_ABI_H
#include <stdint.h>

/// Bumped whenever anything here, in KernelImage or in the lowering changes meaning: part of every cache key.
#define CARMINE_DEVICE_ABI_VERSION 1u

/// Follows the kernel's own parameters in its kernarg segment, at the next multiple of 16 (`KernelImage.hiddenOffset`).
/// Written by the host for every launch; read by the kernel through scalar loads.
typedef struct carmine_hidden_arguments {
  uint32_t ntid[3];              ///< threads in a block, in x, y, z (PTX %ntid)
  uint32_t nctaid[3];            ///< blocks in the CUDA grid (PTX %nctaid), also when the host splits the launch
  uint32_t ctaid_offset[3];      ///< added to the AQL workgroup id to give PTX %ctaid
  uint32_t dynamic_shared_bytes; ///< dynamic shared memory of this launch (PTX %dynamic_smem_size)
  uint64_t printf_buffer;        ///< device address of a carmine_printf_buffer; 0 when the kernel image says it prints nothing
  uint64_t fault_cell;           ///< device address of a carmine_fault_cell
  uint64_t heap;                 ///< device heap of malloc/free; 0 while there is none
  uint64_t grid_id;              ///< PTX %gridid
  uint64_t reserved[3];
} carmine_hidden_arguments;

/// A bump buffer in host-visible memory.  The device reserves with an atomic add on `written`; a record that does not fit
/// is counted in `dropped`.  The host reads it when the stream has passed the launch, then resets it.
typedef struct carmine_printf_buffer {
  uint64_t written;   ///< bytes reserved so far, also by records that did not fit (device: atomic add)
  uint64_t capacity;  ///< bytes that `records` can hold (host)
  uint64_t dropped;   ///< records that did not fit (device: atomic add)
  uint64_t reserved;
  // uint8_t records[capacity]
} carmine_printf_buffer;

/// One vprintf call.  Followed by the NUL-terminated format padded to 8 bytes, then one 8-byte slot for each conversion and
/// each `*`, in order (integers sign- or zero-extended as passed, floating point as double); a `%s` slot holds the byte
/// count of the string including NUL, and the string padded to 8 bytes follows its slot (0: a null pointer).
typedef struct carmine_printf_record {
  uint32_t byte_count;    ///< of the whole record, a multiple of 8; stored last, with release ordering (0: not complete)
  uint32_t format_bytes;  ///< of the padded format
} carmine_printf_record;

#define CARMINE_FAULT_NONE 0u
#define CARMINE_FAULT_ASSERT 1u  ///< __assertfail: cudaErrorAssert
#define CARMINE_FAULT_TRAP 2u    ///< PTX trap: cudaErrorLaunchFailure

/// Where a kernel says why it is about to trap.  The first writer wins (`code` is exchanged from 0).
typedef struct carmine_fault_cell {
  uint32_t code;       ///< CARMINE_FAULT_*
  uint32_t line;
  uint32_t ctaid[3];
  uint32_t tid[3];
  char message[224];   ///< NUL-terminated
  char file[128];
  char function[128];
} carmine_fault_cell;
#endif
