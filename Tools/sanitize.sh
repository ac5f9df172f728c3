#!/bin/bash
# Runs the tests of the parsers, containers and device-side modules under the address and the thread sanitizer, and the stress test of the
# conformance runner (eight threads on sixteen streams) on a runtime and a software GPU built with the thread sanitizer:
#
#   sanitize.sh [--prefix FOLDER] [address|thread] [TARGET ...]     default: both sanitizers, all targets of the table, the stress test
#   sanitize.sh [--prefix FOLDER] stress [SECONDS]                  default: two minutes
#
# FOLDER: an installation (default ./dist), whose compiler and fronts the stress test uses; the runner comes from .build/release.
# Each has a build folder of its own (.build/sanitize-*).  Ends with 'N passed, N failed'.
# A report of the sanitizer ends the test process, which counts as a failure; the stress test goes on and prints all reports' summaries.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1

# Which modules under which sanitizer: threads matter where there are some.
address='PTXTests KernelImageTests CodeObjectTests SettingsTests KFDTests GPUTests ModuleLoadingTests'
thread='GPUTests ModuleLoadingTests KernelImageTests SettingsTests'
# The thread sanitizer's own clone(2) cannot follow the doubled one that starts the compiler.
skipped_by_thread='CompilerProcessTests'

usage() { echo "usage: sanitize.sh [--prefix FOLDER] [address|thread] [TARGET ...] | stress [SECONDS]" >&2; exit 2; }
prefix=$root/dist sanitizers=(address thread) seconds=
if [ "${1:-}" = --prefix ]; then prefix=$(realpath "${2:?--prefix takes a folder}"); shift 2; fi
[ $# -gt 0 ] || seconds=120
if [ $# -gt 0 ]; then
  case $1 in
    address|thread) sanitizers=("$1"); shift ;;
    stress) sanitizers=() seconds=${2:-120}; shift $# ;;
    -*) usage ;;
  esac
fi
export CARMINE_TEST_CUDA_HOME=$root/.build/cuda-13 CARMINE_TEST_CUDA12_HOME=$root/.build/cuda-12
export CARMINE_DEVICE_LIBRARY=$root/.build/device.bc
export ASAN_OPTIONS=halt_on_error=1:detect_leaks=0:exitcode=66 TSAN_OPTIONS=halt_on_error=1:exitcode=66
logs=$root/.build/test-logs
mkdir -p "$logs"
passed=0 failed=0

one() { # SANITIZER TARGET
  local log=$logs/$1-$2.log status ok bad skip=()
  if [ "$1" = thread ]; then skip=(--skip "$skipped_by_thread"); fi
  swift test --sanitize="$1" --scratch-path ".build/sanitize-$1" --filter "^$2\\." "${skip[@]}" >"$log" 2>&1
  status=$?
  ok=$(grep -cE '^[^ ]+ Test .*passed after' "$log")
  bad=$(grep -cE '^[^ ]+ Test .*failed after' "$log")
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  if [ "$status" -eq 0 ] && [ "$ok" -eq 0 ]; then echo "$2: no test ran"; bad=1; fi
  passed=$((passed + ok)) failed=$((failed + bad))
  echo "$1, $2: $ok passed, $bad failed"
  if [ "$bad" -gt 0 ]; then
    grep -E 'error:|recorded an issue|failed after|ERROR: AddressSanitizer|WARNING: ThreadSanitizer|SUMMARY' "$log" | head -n 20 | sed 's/^/  | /'
    tail -n 5 "$log" | sed 's/^/  | /'
  fi
}

# The runner itself is not instrumented: what is looked for is in the library.  Without the sanitizer's runtime, which is preloaded, the
# instrumented libraries do not load.  What the stress test's kernels are compiled to is made before, by the installed libraries: the thread
# sanitizer cannot follow the doubled process that starts the compiler.
stress() { # SECONDS
  local build=.build/sanitize-stress log=$logs/stress.log reports=$logs/stress-reports swift clang status folder symbol
  swift=$(dirname "$(realpath "$(command -v swift)")")
  clang=$swift/clang
  local flags=(--sanitize=thread --scratch-path "$build" -Xlinker "$root/$build/swift_order.o")
  for symbol in swift_once '$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF' '$s15Synchronization12_MutexHandleV11_unlockSlowyyF'; do
    flags+=(-Xlinker "--wrap=$symbol")
  done
  mkdir -p "$build"
  { "$clang" -O1 -g -fPIC -fsanitize=thread -c Tests/Sanitize/swift_order.c -o "$build/swift_order.o" &&
    swift build "${flags[@]}" --product carmine-core && swift build -c release "${flags[@]}" --product carmine-softgpu; } >"$log" 2>&1 || {
    grep 'error:' "$log" | head -n 20
    echo "stress: the libraries do not build with the thread sanitizer"
    failed=$((failed + 1))
    return
  }
  folder=$root/$build/lib
  mkdir -p "$folder"
  ln -sf "$root/$build/debug/libcarmine-core.so" "$folder/libcarmine.so"
  ln -sf "$prefix/lib/libcudart.so.13" "$folder/libcudart.so.13"
  rm -f "$reports".*
  (
    export CARMINE_DEVICE=soft CARMINE_CACHE_DIR=$root/$build/cache CARMINE_COMPILER=$prefix/bin/carmine
    timeout 120 env LD_LIBRARY_PATH="$prefix/lib" .build/release/carmine-conformance --library "$prefix/lib/libcudart.so.13" --stress 1 || exit
    export CARMINE_SOFTGPU_LIBRARY=$root/$build/release/libcarmine-softgpu.so LD_LIBRARY_PATH=$folder:$swift/../lib/swift/linux
    export TSAN_OPTIONS=exitcode=66:history_size=4:log_path=$reports
    timeout --kill-after=10 $(($1 * 3 + 300)) env \
      LD_PRELOAD="$("$clang" -print-file-name=libclang_rt.tsan-x86_64.so) $swift/../lib/swift/linux/libdispatch.so" \
      .build/release/carmine-conformance --library "$folder/libcudart.so.13" --stress "$1"
  ) >"$log" 2>&1
  status=$?
  tail -n 1 "$log"
  if [ "$status" -eq 0 ] && ! compgen -G "$reports.*" >/dev/null; then
    passed=$((passed + 1))
    echo "stress under the thread sanitizer: passed"
  else
    failed=$((failed + 1))
    echo "stress under the thread sanitizer: failed with status $status; reports in $reports.*, output in $log"
    cat "$reports".* 2>/dev/null | grep '^SUMMARY' | sort | uniq -c | sort -rn | sed 's/^/  | /'
  fi
}

for sanitizer in "${sanitizers[@]}"; do
  targets=("$@")
  # shellcheck disable=SC2206
  if [ ${#targets[@]} -eq 0 ]; then targets=(${!sanitizer}); fi
  for target in "${targets[@]}"; do one "$sanitizer" "$target"; done
done
[ -z "$seconds" ] || stress "$seconds"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
