#!/bin/bash
# Runs the tests of the parsers, containers and device-side modules under the address and the thread sanitizer:
#
#   sanitize.sh [address|thread] [TARGET ...]        default: both sanitizers, all targets of the table
#
# Each sanitizer has a build folder of its own (.build/sanitize-*).  Ends with 'N passed, N failed'.
# A report of the sanitizer ends the test process, which counts as a failure.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1

# Which modules under which sanitizer: threads matter where there are some.
address='PTXTests KernelImageTests CodeObjectTests SettingsTests KFDTests GPUTests ModuleLoadingTests'
thread='GPUTests ModuleLoadingTests KernelImageTests SettingsTests'
# The thread sanitizer's own clone(2) cannot follow the doubled one that starts the compiler.
skipped_by_thread='CompilerProcessTests'

sanitizers=(address thread)
if [ $# -gt 0 ]; then
  case $1 in
    address|thread) sanitizers=("$1"); shift ;;
    -*) echo "usage: sanitize.sh [address|thread] [TARGET ...]" >&2; exit 2 ;;
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
  ok=$(grep -cE '^. Test .*passed after' "$log")
  bad=$(grep -cE '^. Test .*failed after' "$log")
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  if [ "$status" -eq 0 ] && [ "$ok" -eq 0 ]; then echo "$2: no test ran"; bad=1; fi
  passed=$((passed + ok)) failed=$((failed + bad))
  echo "$1, $2: $ok passed, $bad failed"
  if [ "$bad" -gt 0 ]; then
    grep -E 'error:|recorded an issue|failed after|ERROR: AddressSanitizer|WARNING: ThreadSanitizer|SUMMARY' "$log" | head -n 20 | sed 's/^/  | /'
    tail -n 5 "$log" | sed 's/^/  | /'
  fi
}

for sanitizer in "${sanitizers[@]}"; do
  targets=("$@")
  # shellcheck disable=SC2206
  if [ ${#targets[@]} -eq 0 ]; then targets=(${!sanitizer}); fi
  for target in "${targets[@]}"; do one "$sanitizer" "$target"; done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
