#!/bin/bash
# Builds the examples and kernels.cu with nvcc and Carmine, and with clang as HIP, for gfx942, and compares what they execute:
#
#   code-quality.sh CARMINE NVCC CODE-QUALITY WORK
#
# CARMINE compiles nvcc's PTX; CODE-QUALITY is the benchmark's binary.  HIP's headers and device libraries are Debian's; they
# are older than clang 22 and gfx942, and what is missing of them is added here and in include/cuda_runtime.h.
# Left out: device_printf (HIP's printf waits for its host), thrust_sort_scan (Debian has no rocThrust) and symbols' gather (one
# thread, which wants a pointer in a variable).
set -euo pipefail
if [ $# -ne 4 ]; then echo "usage: code-quality.sh CARMINE NVCC CODE-QUALITY WORK" >&2; exit 2; fi
carmine=$1 nvcc=$2 program=$3
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "$4"
work=$(cd "$4" && pwd)

# ROCm's device libraries with what Debian's release has not: the number of gfx942.
bitcode=/usr/lib/x86_64-linux-gnu/amdgcn/bitcode
if [ ! -e $bitcode/ocml.bc ]; then echo "code-quality.sh: rocm-device-libs is not installed" >&2; exit 1; fi
if [ ! -e /usr/include/hip/hip_runtime.h ]; then echo "code-quality.sh: libamdhip64-dev is not installed" >&2; exit 1; fi
mkdir -p "$work/bitcode"
ln -sf $bitcode/*.bc "$work/bitcode/"
llvm-as-22 -o "$work/bitcode/oclc_isa_version_942.bc" <<'LLVM'
target triple = "amdgcn-amd-amdhsa"
@__oclc_ISA_version = linkonce_odr protected local_unnamed_addr addrspace(4) constant i32 9402, align 4
LLVM

flags=(-x hip --offload-arch=gfx942 --cuda-device-only --no-gpu-bundle-output -O3 -std=c++17 -mcode-object-version=5
  --rocm-device-lib-path="$work/bitcode" -Xclang -mlink-bitcode-file -Xclang "$work/bitcode/oclc_daz_opt_off.bc"
  -D__AMDGCN_WAVEFRONT_SIZE=64 -Xarch_device -D__CUDA_ARCH__=750 -I "$here/include" -w)

for source in "$root"/Examples/{vector_add,histogram,mandelbrot,matrix_multiply,nbody,reduction,streams,symbols}.cu "$here/kernels.cu"; do
  name=$(basename "$source" .cu)
  "$nvcc" -std=c++17 -O3 -ptx -arch=compute_75 -o "$work/$name.ptx" "$source"
  rm -rf "$work/$name.images"
  "$carmine" compile --target gfx942 --emit image -o "$work/$name.images/" "$work/$name.ptx"
  # These round each product and sum, by CUDA's __fmul_rn and __fadd_rn, which HIP's headers let clang fuse.
  contract=fast
  case $name in mandelbrot | symbols) contract=on ;; esac
  clang++-22 "${flags[@]}" -ffp-contract=$contract -o "$work/$name.hsaco" "$source"
done
"$program" "$work" "$here/launches.tsv"
