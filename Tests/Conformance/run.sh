#!/bin/bash
# Tests of the conformance runner, and of our libraries with it.
#
#   run.sh PREFIX RUNNER [--report]     --report: also writes .build/conformance/coverage.html and docs/coverage.md
#
# Prints `ok NAME` or `FAIL NAME: why` and ends with 'N passed, N failed'.  What the runs found is in .build/conformance.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 2 ] || { echo "usage: run.sh PREFIX RUNNER [--report]" >&2; exit 2; }
prefix=$(realpath "$1") runner=$(realpath "$2") report=${3:-}
work=$root/.build/conformance
mkdir -p "$work"

# Nothing of the caller's may decide what is tested.
for name in $(compgen -e | grep -E '^(CARMINE_|LD_PRELOAD$|LD_LIBRARY_PATH$|CUDA_)'); do unset "$name"; done
export LC_ALL=C CARMINE_DEVICE=soft CARMINE_SOFT_COUNT=2 LD_LIBRARY_PATH=$prefix/lib
export CARMINE_CACHE_DIR=$work/cache

passed=0 failed=0
ok() { passed=$((passed + 1)); echo "ok $1"; }
bad() { failed=$((failed + 1)); echo "FAIL $1: $2"; }

# The last line of a run: 'N passed, N failed[, N skipped]'.
run() { # LOG ARGUMENTS ...
  local log=$1
  shift
  timeout --kill-after=20 1500 "$runner" --quiet "$@" >"$log" 2>&1
}
count() { sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' "$1" | tail -n 1; }

# What is generated is what the tables say.
generated() {
  local name="the conformance runner's generated files are what its tables say" again=$work/again
  rm -rf "$again"
  mkdir -p "$again"
  if ! "$root/Tools/generate-conformance" "$again"; then bad "$name" "Tools/generate-conformance failed"; return; fi
  local file different=
  while read -r file; do
    cmp -s "$again/Conformance/$file" "$root/Conformance/$file" || different+=" $file"
  done < <(cd "$again/Conformance" && find . -type f)
  if [ -z "$different" ]; then ok "$name"; else bad "$name" "run Tools/generate-conformance:$different"; fi
}

# It must run on another machine: nothing of ours, and no glibc newer than 2.35.
portable() {
  local name="the conformance runner needs glibc 2.35 at most and none of our libraries" newest needed
  newest=$(readelf -V "$runner" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
  needed=$(readelf -d "$runner" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep -vE '^(lib(c|m|dl|pthread|stdc\+\+|gcc_s)\.so\.[0-9]+|ld-linux-x86-64\.so\.2)$')
  if [ "$(printf '%s\n' GLIBC_2.35 "$newest" | sort -V | tail -n 1)" != GLIBC_2.35 ]; then bad "$name" "it needs $newest"
  elif [ -n "$needed" ]; then bad "$name" "it needs $(echo $needed)"
  else ok "$name"; fi
}

manifest() {
  local abi name names
  for abi in 12 13; do
    name="libcudart.so.$abi exports every name of the manifest"
    names=$(comm -23 <(awk -F '\t' -v abi=$abi '!/^#/ && $2 <= abi && $3 >= abi && $2 + 0 > 0 { print $1 }' "$root/Conformance/manifest.tsv" | sort) \
      <(nm -D --defined-only "$prefix/lib/libcudart.so.$abi" | awk '{ print $3 }' | sed 's/@.*//' | sort) | tr '\n' ' ')
    if [ -z "$names" ]; then ok "$name"; else bad "$name" "not exported: $names"; fi
  done
}

# A case that a library passes which does nothing is no case.
stubs() {
  local abi answer name library all good
  for abi in 12 13; do
    for answer in 0 999; do
      name="a libcudart.so.$abi whose every function answers $answer passes under 2 % of the cases"
      library=$work/libstub-$abi-$answer.so
      if ! cc -w -shared -fPIC -DABI=$abi -DANSWER=$answer -o "$library" "$root/Conformance/stub/stub.c" 2>"$work/stub.log"; then
        bad "$name" "it does not build: $(head -n 1 "$work/stub.log")"
        continue
      fi
      run "$work/stub-$abi-$answer.log" --library "$library" --abi $abi --timeout 10 --record "$work/stub-$abi-$answer.tsv"
      read -r good all <<<"$(count "$work/stub-$abi-$answer.log")"
      all=$((${good:-0} + ${all:-0}))
      if [ "$all" -lt 100 ]; then bad "$name" "$(tail -n 1 "$work/stub-$abi-$answer.log")"
      elif [ $((good * 50)) -lt "$all" ]; then ok "$name"
      else bad "$name" "$good of $all, such as: $(grep -P '\tpasses\t' "$work/stub-$abi-$answer.tsv" | head -n 3 | cut -f 1,2 | tr '\t\n' ' ;')"; fi
    done
  done
}

# NVIDIA's own answers, recorded on an H100: a case that its library does not pass is a wrong expectation.
reference() {
  local abi name file wrong
  for abi in 12 13; do
    file=$root/Conformance/reference/nvidia-$abi.tsv
    name="NVIDIA's libcudart.so.$abi passed every case that it was recorded with"
    [ -f "$file" ] || { bad "$name" "$file is missing"; continue; }
    wrong=$(grep -vE '^#' "$file" | awk -F '\t' '$3 != "passes" && $3 != "skipped" { print $1 ": " $2 }' | head -n 3)
    if [ -z "$wrong" ]; then ok "$name"; else bad "$name" "$(echo "$wrong" | tr '\n' ';')"; fi
  done
}

library() {
  local abi name good not
  for abi in 12 13; do
    name="libcudart.so.$abi behaves as CUDA in every case"
    run "$work/carmine-$abi.log" --library "$prefix/lib/libcudart.so.$abi" --record "$work/carmine-$abi.tsv" --junit "$work/carmine-$abi.xml" --json "$work/carmine-$abi.json"
    read -r good not <<<"$(count "$work/carmine-$abi.log")"
    if [ "${not:-1}" -eq 0 ] && [ "${good:-0}" -gt 0 ]; then ok "$name"
    else
      bad "$name" "$(tail -n 1 "$work/carmine-$abi.log")"
      grep -vE '^#' "$work/carmine-$abi.tsv" | awk -F '\t' '$3 != "passes" && $3 != "skipped" { print "    " $3 ": " $1 ": " $2 ": " $5 }' | head -n 40
    fi
  done
}

# Another driver's memory and semaphores are at a render node, which the software GPU shows only to programs under `carmine kfd`: what was
# skipped for want of one is tried there, and joins what the runs found.
external() {
  local abi name good not
  for abi in 12 13; do
    name="libcudart.so.$abi shares memory and semaphores with another driver at a render node"
    read -r good not <<<"$(count "$work/carmine-$abi.log")"
    if [ "${not:-1}" -ne 0 ]; then bad "$name" "cases failed without one"; continue; fi
    CARMINE_DEVICE=kfd timeout --kill-after=20 600 "$prefix/bin/carmine" kfd -- "$runner" --quiet --library "$prefix/lib/libcudart.so.$abi" --since "$work/carmine-$abi.tsv" \
      --record "$work/external-$abi.tsv" --junit "$work/carmine-$abi.xml" --json "$work/carmine-$abi.json" >"$work/external-$abi.log" 2>&1
    read -r good not <<<"$(count "$work/external-$abi.log")"
    if [ "${not:-1}" -eq 0 ] && [ "${good:-0}" -gt 0 ] && ! grep -q 'render node' "$work/external-$abi.tsv"; then
      ok "$name"
      mv "$work/external-$abi.tsv" "$work/carmine-$abi.tsv"
    else
      bad "$name" "$(tail -n 1 "$work/external-$abi.log")"
      grep -vE '^#' "$work/external-$abi.tsv" | awk -F '\t' '$3 != "passes" { print "    " $3 ": " $1 ": " $2 ": " $5 }' | head -n 20
    fi
  done
}

report() {
  local name="the coverage page and tables are written from both runs"
  if "$runner" --quiet --results "$work/carmine-13.tsv" --with "$work/carmine-12.tsv" --html "$work/coverage.html" --markdown "$root/docs/coverage.md" >"$work/report.log" 2>&1 || [ -s "$work/coverage.html" ]; then
    ok "$name"
  else
    bad "$name" "$(tail -n 1 "$work/report.log")"
  fi
}

generated
portable
manifest
reference
library
external
stubs
if [ "$report" = --report ]; then
  report
  echo "the page: $work/coverage.html"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
