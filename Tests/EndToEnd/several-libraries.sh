# Three libraries in one process are one device.
# shellcheck shell=bash

three_libraries() { # MODE
  c_program "$programs/three_libraries.c" "$work/three_libraries" -ldl -lpthread
  with_libraries "$work/three_libraries" "$1"
}

check "libcudart 13, libcudart 12 and libcuda share a stream and a pointer" three_libraries one
check "two threads use both runtimes at once" three_libraries threads
