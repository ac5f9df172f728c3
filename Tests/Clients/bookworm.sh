# Sourced by run.sh: Debian 12's ROCr, HIP and rocminfo 5.2.3 on a gfx90a.
# shellcheck shell=bash

gpu=mi210
hip_bookworm=$work/hip-bookworm

build_bookworm() {
  debian_packages rocminfo libhsa-runtime64-1 libhsakmt1 libamdhip64-5 libamdhip64-dev hipcc rocm-device-libs libamd-comgr2
  mkdir -p "$hip_bookworm"
  local program
  for program in $hip_programs peer; do
    if [ "$hip_bookworm/$program" -nt "$here/hip/$program.hip" ] && [ "$hip_bookworm/$program" -nt "$here/hip/check.h" ]; then continue; fi
    hipcc -O2 --offload-arch=gfx90a "$here/hip/$program.hip" -o "$hip_bookworm/$program" || fail "$program.hip did not build"
  done
}

rocminfo_names() { # TARGET COUNT
  on_device rocminfo >"$work/rocminfo.out" 2>&1 || { local status=$?; cat "$work/rocminfo.out"; fail "rocminfo ended with status $status"; }
  [ "$(grep -cE "^  Name: +$1" "$work/rocminfo.out")" -eq "$2" ] || { cat "$work/rocminfo.out"; fail "rocminfo does not name $2 × $1"; }
  expect_line "$work/rocminfo.out" '\*\*\* Done' "rocminfo did not come to its end"
}

check "HIP 5.2.3: programs build" build_bookworm
check "HIP 5.2.3: rocminfo names the gfx90a" rocminfo_names gfx90a 1
for program in $hip_programs; do
  check "HIP 5.2.3: $program" passes "$program" on_device "$hip_bookworm/$program"
done
check "HIP 5.2.3: printf arrives" spoken "$work/services.out"
copies_by_kernels() { HSA_ENABLE_SDMA=0 passes copies-kernels on_device "$hip_bookworm/copies"; }
check "HIP 5.2.3: copies without SDMA" copies_by_kernels
polled_signals() { HSA_ENABLE_INTERRUPT=0 passes streams-polled on_device "$hip_bookworm/streams"; }
check "HIP 5.2.3: signals without interrupts" polled_signals
two_devices() {
  export CARMINE_SOFT_COUNT=2
  rocminfo_names gfx90a 2
  passes peer on_device "$hip_bookworm/peer"
}
check "HIP 5.2.3: copies and access between two devices" two_devices
for program in kernels streams; do
  in_strict_mode() { strict=1 passes "$program-strict" on_device "$hip_bookworm/$program"; }
  check "HIP 5.2.3: $program in strict mode" in_strict_mode
done
for program in copies services; do
  check "HIP 5.2.3: $program goes wrong in strict mode, by stale lines of VRAM alone" strict_reports_only_stale_vram "$program" "$hip_bookworm/$program"
done
