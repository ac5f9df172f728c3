#!/bin/bash
# Runs test groups and counts:  test.sh PREFIX unit|end-to-end|conformance|bookworm|trixie|tinygrad|openmp ...
# Ends with a line 'N passed, N failed'.  Logs are in .build/test-logs.
set -uo pipefail
prefix=$(realpath "$1")
shift
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
logs=$root/.build/test-logs
mkdir -p "$logs"
passed=0 failed=0

unit() {
  echo "== unit tests"
  local log=$logs/unit.log
  export CARMINE_TEST_PREFIX=$prefix CARMINE_TEST_CUDA_HOME=$root/.build/cuda-13 CARMINE_TEST_CUDA12_HOME=$root/.build/cuda-12
  export CARMINE_SOFT_STRICT=1      # as strict with fences as silicon may be
  export CARMINE_SOFTGPU_LIBRARY=$prefix/lib/libcarmine-softgpu.so CARMINE_DEVICE_LIBRARY=$prefix/lib/carmine/device.bc
  local build=(-c release -Xswiftc -enable-testing --scratch-path .build/tests) status
  swift build "${build[@]}" --build-tests >"$logs/unit-build.log" 2>&1 || {
    echo "the unit tests do not build:"
    grep -E 'error:' "$logs/unit-build.log" | head -20 || tail -n 20 "$logs/unit-build.log"
    failed=$((failed + 1))
    return
  }
  # They take one to two minutes alone; a test that hangs is named, not waited for.
  timeout --kill-after=30 1500 swift test "${build[@]}" --skip-build >"$log" 2>&1
  status=$?
  if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
    echo "the unit tests were ended after 25 minutes; begun and not ended by then, as far as was printed:"
    awk '
      match($0, /Test (".*"|[A-Za-z0-9_().:]+) started\.$/) { name = substr($0, RSTART + 5, RLENGTH - 14); if (name !~ /^case /) begun[name] = 1 }
      match($0, /Test .* (passed|failed) after/) { for (name in begun) if (index($0, "Test " name " ")) delete begun[name] }
      END { for (name in begun) if (name != "run") print "  " name }' "$log" | head -20
  fi
  local ok bad
  # Tests only: the line 'Test run with …' that closes a run has the same form.
  ok=$(grep -E '^[^ ]+ Test .*passed after' "$log" | grep -cvE '^[^ ]+ Test run with ')
  bad=$(grep -E '^[^ ]+ Test .*failed after' "$log" | grep -cvE '^[^ ]+ Test run with ')
  grep -E 'error:|recorded an issue|failed after' "$log" | head -60
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
    bad=1
    echo "swift test ended with status $status; the end of $log:"
    tail -n 20 "$log"
  fi
  echo "unit: $ok passed, $bad failed"
  passed=$((passed + ok)) failed=$((failed + bad))
}

# A runner of shell tests, whose last line counts.
runner() { # NAME COMMAND ...
  local name=$1 log=$logs/$1.log line ok bad
  shift
  echo "== $name"
  "$@" | tee "$log"
  line=$(tail -n 1 "$log")
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
    ok=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]}
  else
    ok=0 bad=1
    echo "$1 did not come to its end"
  fi
  passed=$((passed + ok)) failed=$((failed + bad))
}

for group in "$@"; do
  case $group in
    unit) unit ;;
    end-to-end) runner end-to-end Tests/EndToEnd/run.sh "$prefix" ;;
    conformance) runner conformance Tests/Conformance/run.sh "$prefix" .build/release/carmine-conformance ;;
    bookworm|trixie|tinygrad|openmp) runner "$group" Tests/Clients/run.sh "$prefix" "$group" ;;
    *) echo "test.sh: no group '$group'" >&2; exit 2 ;;
  esac
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
