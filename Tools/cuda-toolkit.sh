#!/bin/bash
# Makes a CUDA toolkit out of NVIDIA's packages on PyPI:  cuda-toolkit.sh 13|12 FOLDER
#
#   13  a working nvcc with headers, libdevice, libcudart and Thrust/CUB
#   12  NVIDIA's 12.9 headers, libdevice, ptxas and libcudart as one folder for `clang++ --cuda-path=FOLDER`;
#       PyPI has no nvcc for 12, and `fatbinary` comes from the 13 packages
#
# Nothing of these packages is part of Carmine; their licences are NVIDIA's.  Wheels are kept beside FOLDER, so an
# interrupted download goes on with the wheel that it was at.  The folder appears whole or not at all, and a second call
# with the same table does nothing.
set -euo pipefail

# Package, version: the one place where they are written.
packages_13='
nvidia-cuda-nvcc     13.5.37
nvidia-cuda-crt      13.5.37
nvidia-nvvm          13.5.37
nvidia-cuda-runtime  13.5.37
nvidia-cuda-cccl     13.3.5.0.6
'
packages_12='
nvidia-cuda-nvcc-cu12     12.9.86
nvidia-cuda-runtime-cu12  12.9.79
nvidia-cuda-cccl-cu12     12.9.27
nvidia-curand-cu12        10.3.10.19
nvidia-cuda-nvcc          13.5.37
'

if [ $# -ne 2 ]; then echo "usage: cuda-toolkit.sh 13|12 FOLDER" >&2; exit 2; fi
case $1 in
  13) packages=$packages_13 ;;
  12) packages=$packages_12 ;;
  *) echo "cuda-toolkit.sh: no toolkit '$1'; there are 13 and 12" >&2; exit 2 ;;
esac
major=$1
mkdir -p "$(dirname "$2")"
folder=$(realpath -m "$2")

# What the folder was made from: the table and this script's layout number.
stamp="layout 1$(printf %s "$packages")"
if [ -f "$folder/.carmine-stamp" ] && [ "$(cat "$folder/.carmine-stamp")" = "$stamp" ]; then exit 0; fi
if [ "$(uname -m)" != x86_64 ]; then echo "cuda-toolkit.sh: the pinned wheels are for x86_64, not $(uname -m)" >&2; exit 1; fi

exec 9>"$folder.lock"
flock 9
if [ -f "$folder/.carmine-stamp" ] && [ "$(cat "$folder/.carmine-stamp")" = "$stamp" ]; then exit 0; fi

wheels=$(dirname "$folder")/wheels
mkdir -p "$wheels"
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT

wheel_of() { # PACKAGE VERSION: the wheel's path, or nothing
  local found=("$wheels/${1//-/_}-$2-"*.whl)
  if [ -f "${found[0]}" ]; then echo "${found[0]}"; fi
}
while read -r package version; do
  [ -n "$package" ] || continue
  if [ -z "$(wheel_of "$package" "$version")" ]; then
    echo "cuda-toolkit.sh: downloading $package $version from PyPI"
    # Into a folder of its own, then renamed: a wheel in $wheels is whole.
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$work/download" "$package==$version"
    mv "$work"/download/*.whl "$wheels/"
  fi
  unzip -q -o "$(wheel_of "$package" "$version")" -d "$work/unpacked"
done <<<"$packages"

toolkit=$work/toolkit
if [ "$major" = 13 ]; then
  mv "$work/unpacked/nvidia/cu13" "$toolkit"
  chmod +x "$toolkit"/bin/* "$toolkit"/nvvm/bin/* 2>/dev/null || true
  ln -s libcudart.so.13 "$toolkit/lib/libcudart.so"
  "$toolkit/bin/nvcc" --version >/dev/null
  expected=(bin/nvcc bin/ptxas bin/fatbinary bin/cudafe++ nvvm/bin/cicc nvvm/libdevice/libdevice.10.bc include/cuda_runtime.h include/cccl/thrust/sort.h lib/libcudart.so.13)
else
  mkdir -p "$toolkit"/{bin,lib,include}
  for part in cuda_nvcc cuda_runtime cuda_cccl curand; do
    cp -a "$work/unpacked/nvidia/$part/include/." "$toolkit/include/"
    if [ -d "$work/unpacked/nvidia/$part/lib" ]; then cp -a "$work/unpacked/nvidia/$part/lib/." "$toolkit/lib/"; fi
  done
  mv "$work/unpacked/nvidia/cuda_nvcc/nvvm" "$toolkit/nvvm"
  mv "$work/unpacked/nvidia/cuda_nvcc/bin/ptxas" "$work/unpacked/nvidia/cu13/bin/fatbinary" "$toolkit/bin/"
  chmod +x "$toolkit"/bin/*
  ln -s libcudart.so.12 "$toolkit/lib/libcudart.so"
  ln -s lib "$toolkit/lib64"
  echo '{ "cuda" : { "name" : "CUDA SDK", "version" : "12.9.1" } }' >"$toolkit/version.json"
  expected=(bin/ptxas bin/fatbinary nvvm/libdevice/libdevice.10.bc include/cuda_runtime.h include/curand_kernel.h include/thrust/sort.h lib/libcudart.so.12)
fi
for file in "${expected[@]}"; do
  if [ ! -e "$toolkit/$file" ]; then echo "cuda-toolkit.sh: the packages do not hold $file; the layout has changed" >&2; exit 1; fi
done
printf %s "$stamp" >"$toolkit/.carmine-stamp"
rm -rf "$folder"
mv "$toolkit" "$folder"
echo "cuda-toolkit.sh: CUDA $major is in $folder"
