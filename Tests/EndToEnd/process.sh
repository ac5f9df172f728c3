# What a process may do besides: fork, be interrupted, close its standard descriptors, end in the middle.
# shellcheck shell=bash

run_program() { # NAME
  cuda_programs 13 "$work/cuda-13" "$programs/$1.cu"
  CARMINE_CACHE_DIR=$(fresh_cache "$1") with_libraries "$work/cuda-13/$1"
}

ends() { # STATUS WAY
  local status=0
  cuda_programs 13 "$work/cuda-13" "$programs/ending.cu"
  limit=30 with_libraries "$work/cuda-13/ending" "$2" || status=$?
  [ "$status" -eq "$1" ] || fail "status $status instead of $1"
}

no_standard_descriptors() {
  local status=0
  cuda_programs 13 "$work/cuda-13" "$programs/launch_once.cu"
  CARMINE_CACHE_DIR=$(fresh_cache closed) with_libraries "$work/cuda-13/launch_once" <&- >&- 2>&- || status=$?
  [ "$status" -eq 0 ] || fail "with descriptors 0, 1 and 2 closed the program ends with status $status"
}

no_home() {
  local status=0
  cuda_programs 13 "$work/cuda-13" "$programs/launch_once.cu"
  env -i CARMINE_DEVICE=soft LD_LIBRARY_PATH="$prefix/lib" HOME=/nonexistent timeout "$limit" "$work/cuda-13/launch_once" 2>"$work/home.err" || status=$?
  cat "$work/home.err"
  [ "$status" -eq 0 ] || fail "without a home the program ends with status $status"
  rm -rf /nonexistent/.cache/carmine 2>/dev/null && rmdir -p /nonexistent/.cache 2>/dev/null || true
}

two_programs_share_the_cache() { # started at once on an empty cache, both are right and each kernel is compiled once
  local one two status=0
  cuda_programs 13 "$work/cuda-13" "$programs/launch_once.cu"
  CARMINE_CACHE_DIR=$(fresh_cache shared-by-two)
  export CARMINE_CACHE_DIR CARMINE_LOG=info
  with_libraries "$work/cuda-13/launch_once" >"$work/one.out" 2>&1 &
  one=$!
  with_libraries "$work/cuda-13/launch_once" >"$work/two.out" 2>&1 &
  two=$!
  wait $one || status=$?
  wait $two || status=$?
  cat "$work/one.out" "$work/two.out"
  ran "one of two programs" "$status"
  [ "$(cat "$work/one.out" "$work/two.out" | grep -c 'compiling .*triple')" -eq 1 ] || fail "the kernel was not compiled exactly once"
}

check "a child forked before CUDA uses it, one forked after is told no" run_program forked
check "system calls that are interrupted all the time" run_program interrupted
for way in return exit _exit thread; do check "a program ends by $way while a kernel runs for ever" ends 40 $way; done
check "a program aborts while a kernel runs for ever" ends 134 abort
check "a destructor after main frees device memory" ends 40 destructor
check "cudaDeviceReset before the end" ends 40 reset
check "standard descriptors closed" no_standard_descriptors
check "no home directory" no_home
check "two programs at once compile a kernel once" two_programs_share_the_cache
