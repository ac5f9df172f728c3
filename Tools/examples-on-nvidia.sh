#!/bin/bash
# Runs built examples against NVIDIA's own libcudart and driver, so that what they print can be checked against the
# original:  examples-on-nvidia.sh BINARIES LIBRARIES [PROGRAM ...]
#
# BINARIES   a folder made by build-examples.sh (13 or 12)
# LIBRARIES  the folder that holds NVIDIA's libcudart.so.13 (or .12): .build/cuda-13/lib
#
# Prints each program's output, then one line each with its status; fails when one does.
set -uo pipefail
if [ $# -lt 2 ]; then echo "usage: examples-on-nvidia.sh BINARIES LIBRARIES [PROGRAM ...]" >&2; exit 2; fi
binaries=$(cd "$1" && pwd) || exit 2
libraries=$(cd "$2" && pwd) || exit 2
shift 2
if [ $# -eq 0 ]; then
  for file in "$binaries"/*; do
    [ -f "$file" ] && [ -x "$file" ] && set -- "$@" "$(basename "$file")"
  done
fi
if command -v nvidia-smi >/dev/null; then
  nvidia-smi --query-gpu=name,driver_version,compute_cap --format=csv,noheader
else
  echo "examples-on-nvidia.sh: no nvidia-smi here; is there a driver?" >&2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
summary=""
failed=0
for name in "$@"; do
  echo "== $name"
  # PTX is compiled anew, as it is under Carmine: no SASS that happens to be inside.
  CUDA_FORCE_PTX_JIT=1 CUDA_CACHE_PATH="$work/cache" LD_LIBRARY_PATH="$libraries" timeout 120 "$binaries/$name"
  status=$?
  [ $status -eq 0 ] || failed=$((failed + 1))
  summary+="$(printf '%-20s status %d' "$name" $status)"$'\n'
done
echo "== summary"
printf %s "$summary"
echo "$failed failed"
[ $failed -eq 0 ]
