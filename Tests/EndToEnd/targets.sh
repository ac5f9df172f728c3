# The compiler's targets: every example has code on every one of them, and the report of what a kernel uses.
# shellcheck shell=bash

# The Thrust example's kernels take as long as all others together; examples.sh compiles and runs them on three targets.
examples_compile_for() { # TARGET
  local example folder=$work/targets/$1
  rm -rf "$folder"
  for example in "${examples[@]}"; do
    mkdir -p "$folder"
    [ "$example" = thrust_sort_scan ] || limited "$carmine" compile --target "$1" --emit obj -o "$folder/$example/" "$root/.build/examples-13/$example"
  done
  [ "$(find "$folder" -name '*.obj' | wc -l)" -ge 12 ] || fail "only $(find "$folder" -name '*.obj' | wc -l) kernels"
}

# `clang -x hip` says of the same target what LLVM calls it: an object's flags name the processor.
objects_name_their_target() { # TARGET
  local object
  object=$(find "$work/targets/$1" -name '*.obj' | head -n 1)
  llvm-readelf-22 -h "$object" >"$work/target.header"
  expect_line "$work/target.header" "$1([, ]|$)" "the object's flags do not name $1"
}

report() {
  limited "$carmine" compile --target gfx942 --report "$root/.build/examples-13/nbody" >"$work/report"
  expect_line "$work/report" '^  registers +[0-9]+ VGPRs, 0 of them AGPRs, [0-9]+ SGPRs, 0 spilled$' "no registers"
  expect_line "$work/report" '^  memory +2048 bytes of LDS, 0 bytes of scratch a thread$' "no LDS of the float kernel"
  expect_line "$work/report" '^  occupancy +[1-8] of 8 waves a SIMD; workgroups a compute unit: ([0-9]+ of [0-9]+ threads, ){4}[0-9]+ of 1024 threads$' "no occupancy"
  expect_line "$work/report" '^  instructions +[0-9]+: [0-9]+ vector, .* 2 barrier' "no instructions"
}

report_is_json() {
  limited "$carmine" compile --target gfx1100 --report --json "$root/.build/examples-13/nbody" >"$work/report.json"
  python3 - "$work/report.json" <<'PYTHON' || fail "not one JSON object for each kernel"
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert len(rows) == 2, rows
for row in rows:
    assert row["target"] == "gfx1100" and row["mapping"] == "native" and row["vgprs"] > 0 and row["lds_bytes"] in (2048, 4096), row
    assert row["instructions"]["vector"] > 50 and row["workgroups_per_multiprocessor"]["1024"] >= 1, row
PYTHON
}

loops() { # KIND
  cuda_programs 13 "$work/cuda-13" "$programs/loops.cu"
  CARMINE_SOFT_GPU=$1 with_libraries "$work/cuda-13/loops" >"$work/loops.out"
  expect_line "$work/loops.out" '^loops are right$' "$(head -n 1 "$work/loops.out")"
}

targets=$("$carmine" compile --list-targets | cut -d : -f 1)
check "there are seventeen targets" test "$(wc -w <<<"$targets")" -eq 17
for target in $targets; do
  check "the examples compile for $target" examples_compile_for "$target"
  check "objects for $target name it" objects_name_their_target "$target"
done
check "loops that lanes leave at several places, on gfx942" loops mi300x
check "loops that lanes leave at several places, on gfx1100" loops rx7900xtx
check "a report has registers, memory, occupancy and instructions" report
check "a report in JSON" report_is_json
