# Threads that wait for each other, in every way that CUDA and PTX have, on waves of 64 lanes and of 32.
# shellcheck shell=bash

# Programs print `ok` or `FAIL` for each question.
answers() { # PROGRAM [ARGUMENT ...]
  local status=0
  with_libraries "$@" >"$work/threads.out" 2>&1 || status=$?
  cat "$work/threads.out"
  ran "the program" "$status"
  expect_line "$work/threads.out" '^ok ' "it answered nothing"
  refuse_line "$work/threads.out" '^FAIL' "a wrong answer"
}

threads_program() { # GPU MAPPING PROGRAM
  cuda_programs 13 "$work/cuda-13" "$programs/$3.cu"
  CARMINE_SOFT_GPU=$1 CARMINE_WARP_MAPPING=$2 answers "$work/cuda-13/$3"
}

# mbarrier objects and bulk copies want PTX for sm_90, which is compiled where there is no older.
newer_threads_program() { # GPU MAPPING PROGRAM
  local binary=$work/cuda-13/$3
  if [ ! "$binary" -nt "$programs/$3.cu" ]; then
    timeout --kill-after=5 900 "$nvcc" -std=c++17 -O2 -cudart shared -gencode arch=compute_90,code=compute_90 -o "$binary.new" "$programs/$3.cu" ||
      fail "$3 did not build"
    mv "$binary.new" "$binary"
  fi
  CARMINE_SOFT_GPU=$1 CARMINE_WARP_MAPPING=$2 answers "$binary"
}

calls() { # GPU
  c_program "$programs/calls.c" "$work/calls" -ldl
  CARMINE_SOFT_GPU=$1 answers "$work/calls" libcuda.so.1 "$programs/calls.ptx"
}

for gpu in mi300x rx7900xtx; do
  for mapping in auto turns; do
    check "waiting lanes of one warp ($gpu, $mapping)" threads_program $gpu $mapping turns
    check "a look-back scan of 1024 threads ($gpu, $mapping)" threads_program $gpu $mapping look_back_scan
    check "a cooperative grid ($gpu, $mapping)" threads_program $gpu $mapping grid_sync
    check "operations across a warp ($gpu, $mapping)" newer_threads_program $gpu $mapping warp_operations
    check "barriers and asynchronous copies ($gpu, $mapping)" newer_threads_program $gpu $mapping barriers
  done
  check "64 bits are stored and read whole ($gpu)" threads_program $gpu auto whole_words
  check "calls, stacks and special registers ($gpu)" calls $gpu
done
# Not thrust_sort_scan: LLVM takes minutes over what has so many places to wait at (WarpSharing.mostPlaces).
for example in reduction matrix_multiply histogram; do
  check "lanes that take turns: $example" right_with CARMINE_WARP_MAPPING=turns $example
done
