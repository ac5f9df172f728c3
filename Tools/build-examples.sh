#!/bin/bash
# Builds CUDA programs as ordinary binaries, PTX inside, linked to the shared libcudart:
#
#   build-examples.sh 13|12 OUT [FILE.cu ...]        default: Examples/*.cu
#
#   13  by NVIDIA's nvcc 13, for libcudart.so.13
#   12  by clang-22 over NVIDIA's CUDA 12.9 headers, libdevice and ptxas, for libcudart.so.12 (the older launch protocol)
#
# Rebuilds a binary when its source, a header beside it, the toolkit or this script is newer, and builds as many at once
# as there are processors.  Nothing of Carmine is involved.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -lt 2 ]; then echo "usage: build-examples.sh 13|12 OUT [FILE.cu ...]" >&2; exit 2; fi
major=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
shift 2
toolkit=$root/.build/cuda-$major
"$root/Tools/cuda-toolkit.sh" "$major" "$toolkit"
if [ $# -eq 0 ]; then set -- "$root"/Examples/*.cu; fi

# PTX is for sm_75, or for what a line `// Needs sm_80.` of the source says.
build() { # SOURCE BINARY
  local sm
  sm=$(sed -n 's|^// Needs sm_\([0-9]*\).*|\1|p' "$1" | head -n 1)
  sm=${sm:-75}
  if [ "$major" = 13 ]; then
    "$toolkit/bin/nvcc" -std=c++17 -O2 -cudart shared -gencode "arch=compute_$sm,code=compute_$sm" -o "$2" "$1"
  else
    clang++-22 -x cuda -std=c++17 -O2 -Wno-unknown-cuda-version --cuda-path="$toolkit" "--cuda-gpu-arch=sm_$sm" \
      --cuda-include-ptx=all -c -o "$2.o" "$1"
    g++ -o "$2" "$2.o" -L"$toolkit/lib" -lcudart -ldl -lpthread
    rm -f "$2.o"
  fi
}

stale() { # SOURCE BINARY: true when the binary has to be built
  local input
  [ -f "$2" ] || return 0
  for input in "$1" "$(dirname "$1")"/*.h "$toolkit/.carmine-stamp" "$root/Tools/build-examples.sh"; do
    [ ! "$input" -nt "$2" ] || return 0
  done
  return 1
}

build_if_stale() { # SOURCE
  local name
  name=$(basename "$1" .cu)
  stale "$1" "$out/$name" || return 0
  echo "build-examples.sh: $name for CUDA $major"
  # A name of its own, then renamed: what stands in OUT is whole.
  if ! build "$1" "$out/.$name.$$"; then
    echo "build-examples.sh: $1 did not build for CUDA $major" >&2
    rm -f "$out/.$name.$$"*
    return 1
  fi
  mv "$out/.$name.$$" "$out/$name"
}

status=0
running=0
limit=$(nproc)
for source in "$@"; do
  build_if_stale "$source" &
  running=$((running + 1))
  if [ "$running" -ge "$limit" ]; then
    wait -n || status=1
    running=$((running - 1))
  fi
done
while [ "$running" -gt 0 ]; do
  wait -n || status=1
  running=$((running - 1))
done
exit $status
