// What a compiled kernel and the host agree on, declared once: imported by Swift (Compiler, CUDA) and included by the
// device library (DeviceLibrary/*.c, compiled to bitcode by clang).  Plain C on <stdint.h>.
#ifndef CARMINE_DEVICE_ABI_H
#define CARMINE_DEVICE_ABI_H
#include <stdint.h>
#include "carmine_texture.h"

/// Bumped whenever anything here, in KernelImage or in the lowering changes meaning: part of every cache key.
#define CARMINE_DEVICE_ABI_VERSION 2u

/// Follows the kernel's own parameters in its kernarg segment, at the next multiple of 16 (`KernelImage.hiddenOffset`).
/// Written by the host for every launch; read by the kernel through scalar loads.
typedef struct carmine_hidden_arguments {
  uint32_t ntid[3];              ///< threads in a block, in x, y, z (PTX %ntid)
  uint32_t nctaid[3];            ///< blocks in the CUDA grid (PTX %nctaid), also when the host splits the launch
  uint32_t ctaid_offset[3];      ///< added to the AQL workgroup id to give PTX %ctaid; 0 in y and z
  uint32_t dynamic_shared_bytes; ///< dynamic shared memory of this launch (PTX %dynamic_smem_size)
  uint64_t printf_buffer;        ///< device address of a carmine_printf_buffer; 0 when the kernel image says it prints nothing
  uint64_t fault_cell;           ///< device address of a carmine_fault_cell
  uint64_t heap;                 ///< device address of a carmine_heap; 0 when the kernel image says it allocates nothing
  uint64_t grid_id;              ///< PTX %gridid
  uint32_t local_first;          ///< upper half of the first address that only memory of this GPU (VRAM) has, and
  uint32_t local_count;          ///< how many such upper halves follow: elsewhere PCIe's atomics are all that work
  uint64_t locks;                ///< device address of CARMINE_LOCK_COUNT words, zero at first: 128-bit atomics
  uint64_t grid_workspace;       ///< of a cooperative launch, 0 for others: PTX %envreg1 (upper half) and %envreg2
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

/// Words of the lock table of 128-bit atomics, a power of two.
#define CARMINE_LOCK_COUNT 1024u

/// Free blocks of a size have a list each: four sizes to a power of two, from 16 bytes on.
#define CARMINE_HEAP_CLASSES 128u
/// Before each block: its class, and a mark that tells a block from other memory.
#define CARMINE_HEAP_BLOCK_HEADER 16u

/// The heap of the device's malloc and free: blocks are carved from `arena` upward and live in lists after they are freed.
/// The host sets `capacity` and zeroes the rest; everything else is the device's.
typedef struct carmine_heap {
  uint64_t capacity;                     ///< bytes of the arena
  uint64_t used;                         ///< bytes carved so far (device: compare and swap)
  uint64_t reserved[14];
  uint64_t free[CARMINE_HEAP_CLASSES];   ///< first free block of a class: arena offset / 16 + 1 in the low half, a count of changes above
  // uint8_t arena[capacity], aligned to 16
} carmine_heap;

#define CARMINE_FAULT_NONE 0u
#define CARMINE_FAULT_ASSERT 1u  ///< __assertfail: cudaErrorAssert
#define CARMINE_FAULT_TRAP 2u    ///< PTX trap: cudaErrorLaunchFailure
#define CARMINE_FAULT_REFUSED 3u ///< something that cannot be done here, named in `message`: cudaErrorLaunchFailure

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
