#!/bin/bash
# Lays what was built out as bin/ lib/ include/:   install.sh RELEASE-FOLDER DEVICE.bc PREFIX
# and takes exactly that away again:               install.sh --remove PREFIX
set -euo pipefail

# From the build folder to its place: the one list.
layout='
carmine                  bin/carmine
libcarmine-core.so       lib/libcarmine.so
libcarmine-softgpu.so    lib/libcarmine-softgpu.so
libcarmine-kfd.so        lib/libcarmine-kfd.so
libcarmine-cudart13.so   lib/libcudart.so.13
libcarmine-cudart12.so   lib/libcudart.so.12
libcarmine-cuda.so       lib/libcuda.so.1
'
device_library=lib/carmine/device.bc
headers=include/carmine

if [ "${1:-}" = --remove ]; then
  prefix=${2:?usage: install.sh --remove PREFIX}
  while read -r _ place; do [ -z "$place" ] || rm -f "$prefix/$place"; done <<<"$layout"
  rm -f "$prefix/$device_library"
  rm -rf "${prefix:?}/$headers"
  exit 0
fi
if [ $# -ne 3 ]; then echo "usage: install.sh RELEASE-FOLDER DEVICE.bc PREFIX" >&2; exit 2; fi
release=$1 device=$2 prefix=$3
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$prefix"/{bin,lib/carmine,$headers}

put() { # FROM TO: replaced by rename, so that programs that run go on with what they have
  [ -e "$1" ] || { echo "install.sh: $1 is missing; run make build" >&2; exit 1; }
  if [ ! -e "$2" ] || ! cmp -s "$1" "$2"; then cp "$1" "$2.new" && mv "$2.new" "$2"; fi
}
while read -r file place; do [ -z "$file" ] || put "$release/$file" "$prefix/$place"; done <<<"$layout"
put "$device" "$prefix/$device_library"
put "$root/Sources/CSoftGPU/include/carmine_softgpu.h" "$prefix/$headers/carmine_softgpu.h"
put "$root/Sources/CDeviceABI/include/carmine_device_abi.h" "$prefix/$headers/carmine_device_abi.h"
