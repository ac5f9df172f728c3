#!/bin/bash
# Makes a Debian 13 (trixie) root with AMD's newer user space — ROCr 6.1, HIP 5.7 with its compiler, OpenCL — for
# `make test-clients`:  trixie-root.sh FOLDER
#
# The packages come from the mirror that apt is set up with.  The folder appears whole or not at all; a second call with the
# same list does nothing.  Needs root, or user namespaces that mmdebstrap can use.
set -euo pipefail

packages=libhsa-runtime64-1,libhsakmt1,libamdhip64-5,libamdhip64-dev,hipcc,rocminfo,libhiprtc-builtins5,rocm-opencl-icd,clinfo

if [ $# -ne 1 ]; then echo "usage: trixie-root.sh FOLDER" >&2; exit 2; fi
mkdir -p "$(dirname "$1")"
folder=$(realpath -m "$1")
stamp="layout 2 $packages"
if [ "$(cat "$folder/.carmine-stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi

if ! command -v mmdebstrap >/dev/null; then
  echo "trixie-root.sh: installing mmdebstrap"
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -qq --yes --no-install-recommends mmdebstrap >/dev/null
fi
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' | awk '$2 ~ /^[a-z]+$/ { print $1; exit }')
if [ -z "$mirror" ]; then echo "trixie-root.sh: apt names no Debian mirror; add one to its sources" >&2; exit 1; fi

echo "trixie-root.sh: a minute for $folder"
part=$folder.part
rm -rf "$part" "$folder"
mmdebstrap --quiet --variant=apt --include="$packages" --aptopt='APT::Install-Recommends "false"' trixie "$part" "$mirror" 2>"$folder.log" || {
  tail -n 20 "$folder.log" >&2
  exit 1
}
mkdir -p "$part/carmine" "$part/programs"
printf '%s\n' "$stamp" >"$part/.carmine-stamp"
mv "$part" "$folder"
