#!/bin/bash
# The CUDA packages of other people that ship PTX, from PyPI, as folders:  wheels.sh fetch [NAME ...]
# and everything in them through `carmine precompile`:                      wheels.sh test PREFIX [NAME ...]
#
# Packages are in .build/wheels, never in the tree.  `test` compiles for gfx942 (TARGET=… for another), in a cache of its own, and
# writes docs/wheels.md from the figures; EVERY=N takes every N-th kernel and writes .build/wheels/wheels.md instead.
# Ends with 'N passed, N failed': a wheel passes when its kernels compile, but for those whose reason the table of instructions gives;
# all together when at least 99.5 % of the kernels compile.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
folder=$root/.build/wheels
mkdir -p "$folder"

packages=(
  torchvision==0.23.0 torchaudio==2.8.0 xformers==0.0.32.post2 bitsandbytes==0.50.2 ctransformers==0.2.27 xllamacpp-cuda12x==0.1.6
  astra-toolbox==2.5.0 stringzillas-cuda==5.3.2
)

fetch() { # PACKAGE==VERSION: unpacked once
  local to=$folder/${1%%==*}
  [ -e "$to/.complete" ] && return 0
  rm -rf "$to" "$to.wheel" && mkdir -p "$to" "$to.wheel"
  # Versions of Python and glibc beside this machine's do no harm: nothing is imported.
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --python-version 3.11 --implementation cp --abi cp311 --abi abi3 --abi none \
    --platform manylinux_2_35_x86_64 --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_24_x86_64 --platform any \
    --dest "$to.wheel" "$1" || return 1
  for wheel in "$to.wheel"/*.whl; do python3 -m zipfile -e "$wheel" "$to" || return 1; done
  rm -rf "$to.wheel"
  touch "$to/.complete"
}

action=${1:?fetch or test}
shift
prefix=
if [ "$action" = test ]; then prefix=$(realpath "${1:?the prefix of an installation}"); shift; fi
[ $# -eq 0 ] || { names=("$@"); all=("${packages[@]}"); packages=(); for name in "${names[@]}"; do
  for package in "${all[@]}"; do [ "${package%%==*}" = "$name" ] && packages+=("$package"); done; done; }

passed=0 failed=0
for package in "${packages[@]}"; do
  fetch "$package" || { echo "FAIL $package: it cannot be fetched from PyPI"; failed=$((failed + 1)); }
done
if [ "$action" = fetch ]; then [ "$failed" -eq 0 ]; exit; fi

target=${TARGET:-gfx942} every=${EVERY:-1}
export CARMINE_CACHE_DIR=$folder/cache CARMINE_CACHE_SIZE=16G
results=()
for package in "${packages[@]}"; do
  name=${package%%==*}
  [ -e "$folder/$name/.complete" ] || continue
  echo "== $package"
  nice -n 10 "$prefix/bin/carmine" precompile --target "$target" --every "$every" --json "$folder/$name" >"$folder/$name.json"
  results+=("$package=$folder/$name.json")
done
page=docs/wheels.md
if [ "$every" != 1 ]; then page=$folder/wheels.md; fi
python3 Tools/wheels-page.py "$target" "$every" "$page" "${results[@]}"
