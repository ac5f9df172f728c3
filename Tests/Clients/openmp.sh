# Sourced by run.sh: an OpenMP offload program of clang-19, over Debian 12's ROCr, on a gfx90a.
# shellcheck shell=bash

gpu=mi210
build_offload() {
  debian_packages clang-19 clang-tools-19 lld-19 libomp-19-dev libomp5-19 rocm-device-libs libhsa-runtime64-1
  clang-19 -O2 -fopenmp --offload-arch=gfx90a -L/usr/lib/llvm-19/lib --rocm-path=/usr \
    --rocm-device-lib-path=/usr/lib/x86_64-linux-gnu/amdgcn/bitcode "$here/other/offload.c" -o "$work/offload" || fail "offload.c did not build"
}
offload() { LD_LIBRARY_PATH=/usr/lib/llvm-19/lib OMP_TARGET_OFFLOAD=MANDATORY passes offload on_device "$work/offload"; }
check "OpenMP: the program builds" build_offload
check "OpenMP: offload on gfx90a" offload
