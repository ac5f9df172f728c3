#!/bin/bash
# usage: Tools/device-library.sh OUT.bc     compiles DeviceLibrary/*.c to one file of LLVM bitcode
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:?usage: device-library.sh OUT.bc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for source in "$root"/DeviceLibrary/*.c; do
  # No processor: one file serves all targets, and each function gets its kernel's attributes when it is linked in.
  clang-22 -target amdgcn-amd-amdhsa -nogpulib -nogpuinc -ffreestanding -O2 -std=c17 -Wall -Werror -fvisibility=hidden \
    -Xclang -disable-llvm-optzns -Xclang -mcode-object-version=none -emit-llvm -c -I "$root/Sources/CDeviceABI/include" -o "$work/$(basename "$source" .c).bc" "$source"
done
llvm-link-22 "$work"/*.bc -o "$work/all.bc"
# What is the same for every kernel is done once: helpers inlined, variables in registers, plain simplification.  No pass that asks for the
# processor: attributes of the generic one would keep these functions from being inlined, and kernels decide about loops.
simplify='sroa,early-cse<memssa>,simplifycfg,instcombine,reassociate,gvn,adce,simplifycfg,instcombine'
opt-22 -passes="cgscc(inline,function($simplify)),globaldce,strip-dead-prototypes" "$work/all.bc" -o "$work/device.bc"
mkdir -p "$(dirname "$out")"
mv "$work/device.bc" "$out"
