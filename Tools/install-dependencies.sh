#!/bin/bash
# Installs the Debian packages that Carmine is built from and that are not there yet.  Every entry point (make demo, make
# test, make build) calls it; with nothing missing it only asks dpkg once and prints nothing.  Runs as root or through sudo.
# Further packages may be named as arguments.
set -euo pipefail

# Package, and what it is for: the one list.
packages='
clang-22            # device library, CUDA 12 examples, header checks
llvm-22-dev         # the compiler back end, as a library
lld-22              # ld.lld for the device library
liblld-22-dev       # the linker, as a library
rocm-device-libs    # math functions that the hardware has not
libdrm-dev          # amdgpu_drm.h
libnuma-dev
libelf-dev
liblz4-dev          # compressed fatbinaries
libzstd-dev
zlib1g-dev          # lld needs it
g++                 # host compiler under nvcc
make
pkg-config
unzip               # wheels from PyPI
'
wanted="$(sed 's/#.*//' <<<"$packages") $*"
# Python with pip and venv may come from elsewhere (pyenv, uv); ask Debian only when it does not work.
if ! python3 -c 'import sys, importlib.util as u; sys.exit(not (u.find_spec("pip") and u.find_spec("venv")))' 2>/dev/null; then wanted="$wanted python3 python3-pip python3-venv"; fi

# shellcheck disable=SC2086
installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' || true)
missing=()
for package in $wanted; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  # Behind sudo, which does not pass the environment on.
  as_root=(env DEBIAN_FRONTEND=noninteractive)
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "install-dependencies.sh: not root and no sudo; as root: apt-get install ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo "${as_root[@]}")
  fi
  echo "install-dependencies.sh: installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  for package in "${missing[@]}"; do
    if ! apt-cache show "$package" >/dev/null 2>&1; then
      echo "install-dependencies.sh: apt does not know '$package' here." >&2
      case $package in
        *22*) echo "  LLVM 22 for Debian and Ubuntu: https://apt.llvm.org" >&2 ;;
      esac
      exit 1
    fi
  done
  "${as_root[@]}" apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
  echo "install-dependencies.sh: done"
fi

if ! command -v swift >/dev/null; then
  echo "install-dependencies.sh: no 'swift' on the path; install Swift 6.3 or later: https://www.swift.org/install/linux/" >&2
  exit 1
fi
