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
root=$(cd "$(dirname "$0")/.." && pwd)
# Ours by place: CUDA's public headers (Include/), and two for programs that know Carmine.
headers() {
  (cd "$root/Include" && find . -type f) | sed 's|^\./\(.*\)|Include/\1 include/\1|'
  echo Sources/CSoftGPU/include/carmine_softgpu.h include/carmine/carmine_softgpu.h
  echo Sources/CDeviceABI/include/carmine_device_abi.h include/carmine/carmine_device_abi.h
}

if [ "${1:-}" = --remove ]; then
  prefix=${2:?usage: install.sh --remove PREFIX}
  while read -r _ place; do [ -z "$place" ] || rm -f "$prefix/$place"; done <<<"$layout"
  rm -f "$prefix/$device_library"
  while read -r _ place; do rm -f "$prefix/$place"; done < <(headers)
  for folder in carmine/types carmine/api carmine/driver carmine crt; do rmdir "$prefix/include/$folder" 2>/dev/null || true; done
  exit 0
fi
if [ $# -ne 3 ]; then echo "usage: install.sh RELEASE-FOLDER DEVICE.bc PREFIX" >&2; exit 2; fi
release=$1 device=$2 prefix=$3
mkdir -p "$prefix"/{bin,lib/carmine,include/carmine/{types,api,driver},include/crt}

put() { # FROM TO: replaced by rename, so that programs that run go on with what they have
  [ -e "$1" ] || { echo "install.sh: $1 is missing; run make build" >&2; exit 1; }
  if [ ! -e "$2" ] || ! cmp -s "$1" "$2"; then cp "$1" "$2.new" && mv "$2.new" "$2"; fi
}
while read -r file place; do [ -z "$file" ] || put "$release/$file" "$prefix/$place"; done <<<"$layout"
put "$device" "$prefix/$device_library"
while read -r header place; do put "$root/$header" "$prefix/$place"; done < <(headers)
