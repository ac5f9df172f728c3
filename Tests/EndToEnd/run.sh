#!/bin/bash
# Tests of an installed Carmine through what users touch: real nvcc and clang binaries, the libraries, the command line.
#
#   run.sh PREFIX [--only TEXT] [--kfd]     --only: tests whose name holds TEXT
#
# Runs on the software GPU; with --kfd every program finds it at /dev/kfd, through the shim and the runtime's own
# calls of the kernel, instead of in its own library.  Prints `ok NAME` or `FAIL NAME: why` (and the end of the test's log), ends with
# 'N passed, N failed' and a status to match.  Programs and logs are in .build/end-to-end; toolkits are .build/cuda-13 and -12.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
usage() { echo "usage: run.sh PREFIX [--only TEXT] [--kfd]" >&2; exit 2; }
[ $# -ge 1 ] || usage
prefix=$(realpath "$1")
shift
only= device=soft
while [ $# -gt 0 ]; do
  case $1 in
    --only) only=${2:?--only takes a part of a name}; shift 2 ;;
    --kfd) device=kfd; shift ;;
    *) usage ;;
  esac
done

work=$root/.build/end-to-end
logs=$work/logs
carmine=$prefix/bin/carmine
nvcc=$root/.build/cuda-13/bin/nvcc
programs=$here/programs
mkdir -p "$work" "$logs"

# Nothing of the caller's may decide what is tested.
for name in $(compgen -e | grep -E '^(CARMINE_|LD_PRELOAD$|LD_LIBRARY_PATH$|CUDA_)'); do unset "$name"; done
export CARMINE_DEVICE=$device
# What passes must have a chance on silicon: caches are as stale as they may be, and registers start with garbage.
export CARMINE_SOFT_STRICT=1
if [ "$device" = kfd ]; then export LD_PRELOAD=$prefix/lib/libcarmine-kfd.so; fi     # as carmine kfd does
export LC_ALL=C

# shellcheck source=harness.sh
. "$here/harness.sh"

for part in bin/carmine lib/libcarmine.so lib/libcudart.so.13 lib/libcudart.so.12 lib/libcuda.so.1 lib/libcarmine-softgpu.so lib/libcarmine-kfd.so lib/carmine/device.bc; do
  if [ ! -e "$prefix/$part" ]; then
    echo "FAIL installation: $prefix/$part is missing; make install PREFIX=$prefix"
    echo "0 passed, 1 failed"
    exit 1
  fi
done
for major in 13 12; do "$root/Tools/cuda-toolkit.sh" $major "$root/.build/cuda-$major" || exit 1; done
# Compiled anew each time, and shared by the tests that are not about the cache.
CARMINE_CACHE_DIR=$(fresh_cache shared)
export CARMINE_CACHE_DIR

for group in examples targets switches threads captures graphs memory relocatable command-line precompile wrong-input several-libraries contexts invisible process preload shim documentation references matrices ptx-semantics headers; do
  # shellcheck source=/dev/null
  . "$here/$group.sh"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
