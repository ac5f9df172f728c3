# Parts of a device, what a thread knows of it, and the driver API.
# shellcheck shell=bash

green_contexts() { # GPU
  cuda_programs 13 "$work/cuda-13" "$programs/green_contexts.cu"
  CARMINE_SOFT_GPU=$1 with_libraries "$work/cuda-13/green_contexts"
}

repeated_launches() { # 13|12 GPU
  cuda_programs "$1" "$work/cuda-$1" "$programs/repeated_launches.cu"
  CARMINE_SOFT_GPU=$2 CARMINE_SOFT_COUNT=2 with_libraries "$work/cuda-$1/repeated_launches"
}

driver_api() {
  c_program "$programs/driver.c" "$work/driver" -I"$root/.build/cuda-13/include" -L"$prefix/lib" -l:libcuda.so.1 -Wl,--allow-shlib-undefined
  with_libraries "$work/driver"
}

virtual_memory() { # GPU
  c_program "$programs/virtual_memory.c" "$work/virtual_memory" -I"$root/.build/cuda-13/include" -L"$prefix/lib" -l:libcuda.so.1 -Wl,--allow-shlib-undefined
  CARMINE_SOFT_GPU=$1 CARMINE_SOFT_COUNT=2 with_libraries "$work/virtual_memory"
}

driver_structs() {
  c_program "$programs/driver_structs.c" "$work/driver_structs" -I"$root/.build/cuda-13/include" -L"$prefix/lib" -l:libcuda.so.1 -Wl,--allow-shlib-undefined
  CARMINE_SOFT_COUNT=2 with_libraries "$work/driver_structs"
  # The same source over our own headers.
  c_program "$programs/driver_structs.c" "$work/driver_structs.own" -I"$root/Include" -L"$prefix/lib" -l:libcuda.so.1 -Wl,--allow-shlib-undefined
  CARMINE_SOFT_GPU=rx7900xtx CARMINE_SOFT_COUNT=2 with_libraries "$work/driver_structs.own"
}

driver_handles() { # GPU
  c_program "$programs/driver_handles.c" "$work/driver_handles" -I"$root/.build/cuda-13/include" -L"$prefix/lib" -l:libcuda.so.1 -Wl,--allow-shlib-undefined
  CARMINE_SOFT_GPU=$1 with_libraries "$work/driver_handles"
}

for gpu in mi210 rx7900xtx; do check "workgroups of a green context run on its compute units only ($gpu)" green_contexts $gpu; done
check "what changes between two launches that are alike tells (CUDA 13)" repeated_launches 13 mi300x
check "what changes between two launches that are alike tells (CUDA 12)" repeated_launches 12 rx7900xtx
check "the driver API loads libraries, links, copies rows, splits the device and gives entry points by version" driver_api
for gpu in mi300x rx7900xtx; do check "memory is mapped at reserved addresses, for devices and processes that are given access ($gpu)" virtual_memory $gpu; done
check "driver functions with structs of their own: arrays, textures, nodes of graphs, copies between devices" driver_structs
for gpu in mi300x rx7900xtx; do check "driver functions about modules, ranges as dma-bufs, nodes of memory operations, and what no AMD GPU has ($gpu)" driver_handles $gpu; done
