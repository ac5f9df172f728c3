# Sourced by run.sh: Debian 13's ROCr 6.1, HIP 5.7 and OpenCL in a root of their own, on gfx90a, gfx942 and gfx1100.
# shellcheck shell=bash

trixie=$root/.build/trixie-root
hip_trixie=$work/hip-trixie

# A command inside the root, where the installation is /carmine and the programs are /programs.
in_trixie() {
  local unshare=(unshare --mount)
  [ "$(id -u)" -eq 0 ] || unshare=(unshare --mount --map-root-user)
  # shellcheck disable=SC2016
  limited "${unshare[@]}" bash -c '
    set -e
    root=$1 prefix=$2 work=$3; shift 3
    for folder in proc sys dev; do mount --rbind /$folder "$root/$folder"; done
    mount --bind "$prefix" "$root/carmine"
    mount --bind "$work" "$root/programs"
    exec chroot "$root" env PATH=/usr/bin:/bin "$@"' - "$trixie" "$prefix" "$hip_trixie" "$@"
}
# What `carmine kfd` does; the program itself needs Swift's libraries, which that root has not.
on_trixie_device() { CARMINE_SOFT_GPU=$gpu in_trixie LD_PRELOAD=/carmine/lib/libcarmine-kfd.so CARMINE_SOFTGPU_LIBRARY=/carmine/lib/libcarmine-softgpu.so "$@"; }

build_trixie() {
  limit=900 "$root/Tools/trixie-root.sh" "$trixie" || fail "the root could not be made"
  mkdir -p "$hip_trixie"
  local program
  cp "$here"/hip/*.hip "$here"/hip/check.h "$hip_trixie"
  for program in $hip_programs peer; do
    if [ "$hip_trixie/$program" -nt "$here/hip/$program.hip" ] && [ "$hip_trixie/$program" -nt "$here/hip/check.h" ]; then continue; fi
    limit=600 in_trixie hipcc -O2 --offload-arch=gfx90a --offload-arch=gfx942 --offload-arch=gfx1100 "/programs/$program.hip" -o "/programs/$program" || fail "$program.hip did not build"
  done
}

trixie_rocminfo() { # TARGET COUNT
  on_trixie_device rocminfo >"$work/rocminfo.out" 2>&1 || { local status=$?; cat "$work/rocminfo.out"; fail "rocminfo ended with status $status"; }
  [ "$(grep -cE "^  Name: +$1" "$work/rocminfo.out")" -eq "$2" ] || { cat "$work/rocminfo.out"; fail "rocminfo does not name $2 × $1"; }
}
trixie_clinfo() { # TARGET
  on_trixie_device clinfo >"$work/clinfo.out" 2>&1 || { local status=$?; cat "$work/clinfo.out"; fail "clinfo ended with status $status"; }
  expect_line "$work/clinfo.out" "Device Name +$1" "clinfo does not name the $1"
}
trixie_two() { CARMINE_SOFT_COUNT=2 passes "peer-$1" on_trixie_device /programs/peer; }

check "HIP 5.7: root and programs" build_trixie
for pair in mi210=gfx90a mi300x=gfx942 rx7900xtx=gfx1100; do
  gpu=${pair%=*} target=${pair#*=}
  check "ROCr 6.1 $target: rocminfo" trixie_rocminfo "$target" 1
  for program in $hip_programs; do
    check "HIP 5.7 $target: $program" passes "$program-$target" on_trixie_device "/programs/$program"
  done
  check "HIP 5.7 $target: printf arrives" spoken "$work/services-$target.out"
  check "HIP 5.7 $target: two devices" trixie_two "$target"
  check "OpenCL $target: clinfo" trixie_clinfo "$target"
done
