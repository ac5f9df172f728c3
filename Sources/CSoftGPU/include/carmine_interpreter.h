// What the interpreter's hot loop works on: a wave, a decoded instruction, and the few vector operations that Swift has no
// words for.  Plain data; a wave belongs to one worker thread at a time, decoded instructions to one worker for good.
// Declared in C so that an instruction's function can be a plain function pointer: no reference count is touched in the loop.
#ifndef CARMINE_INTERPRETER_H
#define CARMINE_INTERPRETER_H
#include <stddef.h>
#include <stdint.h>

struct carmine_op;
struct carmine_wave;
typedef void (*carmine_execute)(struct carmine_wave *_Nonnull, const struct carmine_op *_Nonnull);

/// A decoded instruction.
typedef struct carmine_op {
  carmine_execute _Nullable execute;  ///< null: not decoded yet
  uint16_t source0, source1, source2; ///< operand codes of the ISA manual: 0-255 scalar side, 256-511 VGPR
  uint16_t destination;               ///< VGPR number or scalar operand code
  uint16_t scalarDestination;         ///< VOP3B's and VOPC's SGPR pair, FLAT's saddr
  uint8_t size;                       ///< in 32-bit words
  uint8_t kind;                       ///< CARMINE_OP_*
  uint8_t form;                       ///< CARMINE_FORM_*
  uint8_t sourceModifiers;            ///< bits 0-2 negate, 3-5 absolute
  uint8_t outputModifiers;            ///< bit 0 clamp, bits 1-2 omod, bit 3 write high half, bit 4 SDWA, bit 5 DPP,
                                      ///< bit 6 a 16-bit result leaves the register's other half alone, bit 7 DPP8
  uint8_t select;                     ///< op_sel (bits 0-3), op_sel_hi (bits 4-6); bit 7: DPP reads lanes that are off, too
  uint8_t prepare;                    ///< bit n: source n isn't simply a VGPR (scalar, modified, selected, permuted)
  uint32_t literal;                   ///< the 32-bit literal, or the second word of SDWA and DPP
  int32_t immediate;                  ///< offset or simm16, sign-extended
  uint32_t words[2];                  ///< as fetched
  uint16_t row;                       ///< index in the family's opcode table
  uint16_t flags;                     ///< CARMINE_OP_FLAG_*
  const struct carmine_op *_Nullable target;  ///< a branch's destination when it lies in the same window
  carmine_execute _Nullable first;    ///< VOPD: the first half's function; the second half is the next entry
} carmine_op;

enum { CARMINE_OP_NEW = 0, CARMINE_OP_STRAIGHT = 1, CARMINE_OP_CONTROL = 2 };
enum { CARMINE_FORM_PLAIN = 0, CARMINE_FORM_VOP3 = 1, CARMINE_FORM_SDWA = 2, CARMINE_FORM_DPP = 3 };
enum {
  CARMINE_OP_FLAG_F32 = 1,      ///< rounds and flushes as MODE's 32-bit fields say
  CARMINE_OP_FLAG_F64 = 2,      ///< ... as its 64/16-bit fields say
  CARMINE_OP_FLAG_SPECIAL = 4,  ///< reads vccz, execz or scc as an operand
  CARMINE_OP_FLAG_ACC0 = 8,     ///< memory: data in AGPRs; MFMA: first source
  CARMINE_OP_FLAG_ACC1 = 16,    ///< MFMA: second source
  CARMINE_OP_FLAG_ACCD = 32,    ///< MFMA: addend and result
  CARMINE_OP_FLAG_BRANCH = 64,  ///< may go to the address that simm16 counts words to
  CARMINE_OP_FLAG_VECTOR = 1024,  ///< gfx9: VSKIP leaves it out
  CARMINE_OP_FLAG_INDEXED = 2048, ///< gfx9: GPR_IDX_EN changes its register numbers
};

/// One wave.
typedef struct carmine_wave {
  uint32_t *_Nonnull vgpr;         ///< [register][64 lanes]
  uint32_t *_Nonnull agpr;         ///< the same file from accum_offset on
  uint32_t *_Nonnull scalars;      ///< 256 operand codes: SGPRs, VCC, M0, EXEC, inline constants
  uint32_t *_Nonnull buffers;      ///< the worker's operand buffers, [slot][2][64]
  uint32_t *_Nonnull laneMask;     ///< EXEC as 64 words of 0 or ~0, when laneMaskOf is EXEC
  uint64_t laneMaskOf;
  uint64_t allLanes;               ///< the wave's lanes, 32 or 64 bits: what a mask of lanes holds
  const carmine_op *_Nonnull next; ///< set by control instructions
  uint8_t *_Nonnull lds;
  void *_Nonnull worker;           ///< the executing worker's context
  void *_Nonnull group;
  uint64_t programCounter;         ///< valid when stopped
  uint64_t writable;               ///< lanes that the last DPP operand lets write
  uint64_t modeCSR;                ///< low half: MXCSR for f32, high half: for f64 and f16
  uint32_t ldsBytes;
  uint32_t scratchBytes;           ///< of one lane
  uint32_t scc;
  uint32_t mode;
  int32_t budget;                  ///< instructions left in this quantum
  uint32_t state;                  ///< CARMINE_WAVE_*
  uint32_t index;                  ///< in its workgroup
  uint32_t vgprCount;
  uint32_t agprCount;
  uint32_t customMode;             ///< 1 when MODE asks for anything but host defaults
  uint64_t lastCoherent;           ///< the last coherent access's instruction, to notice spinning
  uint32_t lanes;                  ///< 32 or 64
  uint32_t status;                 ///< STATUS's bits of CARMINE_STATUS_*; the others are made when it is read
  uint32_t trapStatus;             ///< TRAPSTS
  uint32_t hardwareID[2];          ///< HW_ID, or HW_ID1 and HW_ID2
  uint32_t xcc;
  uint32_t doorbell;               ///< the queue's, as messages name it
  uint32_t scratchStride;          ///< bytes from one 32-bit word of a lane's scratch to its next
  uint32_t flatScratchRegister;    ///< 1: flat and scratch instructions take their base from FLAT_SCRATCH (gfx90a)
  uint64_t scratchAddress;         ///< GPU address of this wave's scratch, 0 when it has none
} carmine_wave;

/// Bits of STATUS that are kept.  Source: AMD's ISA manuals, "STATUS"; the same places in gfx9 to gfx11.
enum { CARMINE_STATUS_PRIVILEGED = 1 << 5, CARMINE_STATUS_TRAP_ENABLED = 1 << 6, CARMINE_STATUS_HALT = 1 << 13, CARMINE_STATUS_TRAP = 1 << 14 };

enum { CARMINE_WAVE_RUNNING = 0, CARMINE_WAVE_BARRIER = 1, CARMINE_WAVE_ENDED = 2, CARMINE_WAVE_FAULTED = 3, CARMINE_WAVE_YIELD = 4, CARMINE_WAVE_HALTED = 5 };

#define CARMINE_INLINE static inline __attribute__((always_inline, unused))

CARMINE_INLINE void carmine_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// x86's floating-point control register: rounding, flush-to-zero (bit 15), denormals-are-zero (bit 6).
CARMINE_INLINE void carmine_set_csr(uint32_t value) { __builtin_ia32_ldmxcsr(value); }
CARMINE_INLINE uint32_t carmine_get_csr(void) { return __builtin_ia32_stmxcsr(); }
CARMINE_INLINE int carmine_has_vectors(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}
CARMINE_INLINE uint32_t carmine_atomic_load(const uint32_t *_Nonnull word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
CARMINE_INLINE void carmine_atomic_increment(uint32_t *_Nonnull word) { __atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST); }
CARMINE_INLINE uint64_t carmine_time_stamp(void) { return __builtin_ia32_rdtsc(); }

typedef int carmine_v8i __attribute__((vector_size(32), aligned(4)));
typedef float carmine_v8f __attribute__((vector_size(32), aligned(4)));

/// The sign bits of 64 words as a mask.
__attribute__((target("avx2"), unused)) static inline uint64_t carmine_mask_of(const uint32_t *_Nonnull lanes) {
  uint64_t mask = 0;
  for (int i = 0; i < 8; i++)
    mask |= (uint64_t)(uint32_t)__builtin_ia32_movmskps256((carmine_v8f) * (const carmine_v8i *)(lanes + i * 8)) << (i * 8);
  return mask;
}
/// A mask as 64 words of 0 or ~0.
__attribute__((target("avx2"), unused)) static inline void carmine_expand(uint64_t mask, uint32_t *_Nonnull lanes) {
  const carmine_v8i bits = {1, 2, 4, 8, 16, 32, 64, 128};
  for (int i = 0; i < 8; i++) {
    int byte = (int)(mask >> (i * 8) & 255);
    carmine_v8i all = {byte, byte, byte, byte, byte, byte, byte, byte};
    *(carmine_v8i *)(lanes + i * 8) = ((all & bits) == bits);
  }
}
#endif
