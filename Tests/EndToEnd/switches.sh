# The switches that change how kernels run must not change what they compute.
# shellcheck shell=bash

blocking_launches() { # GPU
  cuda_programs 13 "$work/cuda-13" "$programs/blocking_launch.cu"
  CARMINE_SOFT_GPU=$1 with_libraries "$work/cuda-13/blocking_launch" >"$work/blocking.out" 2>/dev/null
  expect_line "$work/blocking.out" '^running, no error$' "without the variable: $(cat "$work/blocking.out")"
  CUDA_LAUNCH_BLOCKING=1 CARMINE_SOFT_GPU=$1 with_libraries "$work/cuda-13/blocking_launch" >"$work/blocking.out" 2>/dev/null
  expect_line "$work/blocking.out" '^done, unspecified launch failure$' "with the variable: $(cat "$work/blocking.out")"
}

right_with() { # NAME=VALUE EXAMPLE
  local cache
  cache=$(fresh_cache switches)
  export CARMINE_CACHE_DIR=$cache "${1?}"
  right with_libraries "$root/.build/examples-13/$2"
}

two_devices() {
  cuda_programs 13 "$work/cuda-13" "$programs/two_devices.cu"
  CARMINE_SOFT_COUNT=2 with_libraries "$work/cuda-13/two_devices"
}

two_kinds() {
  cuda_programs 13 "$work/cuda-13" "$programs/two_devices.cu"
  CARMINE_SOFT_GPU=mi300x,rx7900xtx with_libraries "$work/cuda-13/two_devices"
  CARMINE_SOFT_GPU=rx7900xtx,mi210 with_libraries "$work/cuda-13/two_devices"
}

older_capability() { # what devices report is what was asked for
  CARMINE_COMPUTE_CAPABILITY=7.5 with_libraries "$root/.build/examples-13/vector_add"
  cuda_programs 13 "$work/cuda-13" "$programs/capability.cu"
  CARMINE_COMPUTE_CAPABILITY=7.5 with_libraries "$work/cuda-13/capability" >"$work/capability.out"
  expect_line "$work/capability.out" '^7\.5$' "the device reports $(cat "$work/capability.out")"
  with_libraries "$work/cuda-13/capability" >"$work/capability.out"
  expect_line "$work/capability.out" '^8\.6$' "the device reports $(cat "$work/capability.out") without the variable"
}

visible_devices() { # EXPECTED VALUE: how many of three are left
  local status=0
  cuda_programs 13 "$work/cuda-13" "$programs/capability.cu"
  CARMINE_SOFT_COUNT=3 CUDA_VISIBLE_DEVICES=$2 with_libraries "$work/cuda-13/capability" >"$work/capability.out" || status=$?
  cat "$work/capability.out"
  expect_line "$work/capability.out" "^devices: $1\$" "not $1 devices"
  if [ "$1" -eq 0 ]; then [ "$status" -eq 3 ] || fail "not cudaErrorNoDevice"; else ran "the program" "$status"; fi
}

for example in reduction histogram matrix_multiply device_printf thrust_sort_scan; do
  check "each warp on a wave of its own: $example" right_with CARMINE_WARP_MAPPING=one $example
done
for threads in 1 5; do
  for example in reduction streams; do check "with $threads host threads: $example" right_with CARMINE_SOFT_THREADS=$threads $example; done
done
for gpu in mi300x rx7900xtx; do check "CUDA_LAUNCH_BLOCKING: a launch returns when its kernel is done ($gpu)" blocking_launches $gpu; done
check "two software GPUs in one process" two_devices
check "two kinds of software GPU in one process, each with its own code" two_kinds
check "the compute capability is the one asked for" older_capability
check "CUDA_VISIBLE_DEVICES names two of three" visible_devices 2 2,0
check "CUDA_VISIBLE_DEVICES ends at the first that is not there" visible_devices 1 1,7,0
check "CUDA_VISIBLE_DEVICES=-1 hides all" visible_devices 0 -1
