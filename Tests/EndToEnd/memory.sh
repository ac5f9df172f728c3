# Memory between streams, processes and drivers.
# shellcheck shell=bash

memory_program() { # NAME GPU
  cuda_programs 13 "$work/cuda-13" "$programs/$1.cu"
  CARMINE_SOFT_GPU=$2 with_libraries "$work/cuda-13/$1"
}

semaphores() {
  cuda_programs 13 "$work/cuda-13" "$programs/semaphores.cu"
  LD_LIBRARY_PATH=$prefix/lib CARMINE_DEVICE=kfd limited "$carmine" kfd -- "$work/cuda-13/semaphores"
}

for gpu in mi300x rx7900xtx; do
  check "threads and streams share a pool ($gpu)" memory_program pools $gpu
  check "two processes share memory, events and a pool ($gpu)" memory_program two_processes $gpu
done
check "streams wait for another driver's semaphores" semaphores
