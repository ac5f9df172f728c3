# Sourced by run.sh: how a test is run, counted and reported, and how programs are built.
#
# A test is a bash function that runs in a subshell with `set -e` and a log of its own.  It ends with status 0 when all is
# right; `fail WHY` ends it otherwise.  `limited COMMAND` runs a program under the time limit.
# shellcheck shell=bash

passed=0 failed=0
limit=${E2E_TIMEOUT:-120}   # seconds for one program; a program that reaches it fails its test

limited() { timeout --kill-after=5 "$limit" "$@"; }

fail() {
  echo "why: $*"
  exit 1
}

pass_one() {
  passed=$((passed + 1))
  echo "ok $1"
}

fail_one() { # NAME WHY [LOG]
  failed=$((failed + 1))
  echo "FAIL $1: $2"
  if [ -n "${3:-}" ]; then tail -n 12 "$3" | cut -c 1-400 | sed 's/^/  | /'; fi
}

wanted() { [ -z "$only" ] || [[ $1 == *"$only"* ]]; }

check() { # NAME FUNCTION [ARGUMENT ...]
  local name=$1 log status why
  shift
  wanted "$name" || return 0
  log=$logs/$(tr -c 'a-zA-Z0-9._\n-' '-' <<<"$name").log
  ( set -eE; cd "$work"; "$@" ) >"$log" 2>&1 </dev/null
  status=$?
  if [ "$status" -eq 0 ]; then
    pass_one "$name"
    return 0
  fi
  # The first reason is nearest to the cause.
  why=$(sed -n 's/^why: //p' "$log" | head -n 1)
  if [ -z "$why" ] && [ "$status" -eq 124 ]; then why="still running after $limit seconds"; fi
  if [ -z "$why" ] && [ "$status" -gt 128 ]; then why="ended by signal $((status - 128)) ($(kill -l $((status - 128)) 2>/dev/null))"; fi
  fail_one "$name" "${why:-ended with status $status}" "$log"
}

# A reference test answers many questions at once: its function writes `ok` or `FAIL …` lines and returns 0, and each counts.
count_lines() { # GROUP FILE: prints FAIL lines, adds both counts; the passing lines are counted only
  local ok bad
  ok=$(grep -c '^ok' "$2")
  bad=$(grep -c '^FAIL' "$2")
  grep '^FAIL' "$2"
  passed=$((passed + ok)) failed=$((failed + bad))
  echo "$1: $ok agree, $bad differ"
}

ran() { # WHAT STATUS: for a program that was to end by itself with status 0
  case $2 in
    0) ;;
    124|137) fail "$1 was still running after $limit seconds" ;;
    *) if [ "$2" -gt 128 ]; then fail "$1 was ended by signal $(($2 - 128))"; else fail "$1 ended with status $2"; fi ;;
  esac
}

expect_line() { # FILE EXTENDED-REGEX WHAT
  grep -qE -- "$2" "$1" || { cat "$1"; fail "$3"; }
}

refuse_line() { # FILE EXTENDED-REGEX WHAT
  if grep -qE -- "$2" "$1"; then cat "$1"; fail "$3"; fi
}

# --- programs ----------------------------------------------------------------------------------------------------------------

cuda_programs() { # 13|12 FOLDER SOURCE ...: built when out of date, with the flags of the examples
  timeout --kill-after=5 900 "$root/Tools/build-examples.sh" "$@" || fail "the programs did not build for CUDA $1"
}

c_program() { # SOURCE BINARY [FLAG ...]
  local source=$1 binary=$2
  shift 2
  local input newer=
  for input in "$source" "$(dirname "$source")"/*.h "$here/harness.sh"; do [ ! "$input" -nt "$binary" ] || newer=1; done
  if [ -x "$binary" ] && [ -z "$newer" ]; then return 0; fi
  mkdir -p "$(dirname "$binary")"
  gcc -std=gnu17 -O1 -Wall -o "$binary.new" "$source" "$@" || fail "$source did not build"
  mv "$binary.new" "$binary"
}

fresh_cache() { # NAME: prints the path of an empty folder for compiled kernels
  rm -rf "$work/caches/$1"
  mkdir -p "$work/caches/$1"
  echo "$work/caches/$1"
}

# A program with our libraries found by the loader alone.
with_libraries() { LD_LIBRARY_PATH=$prefix/lib limited "$@"; }
under_carmine() { limited "$carmine" run -- "$@"; }
# The same with the software GPU at /dev/kfd, which our runtime then uses as it uses the kernel's driver.
through_kfd() { CARMINE_DEVICE=kfd limited "$carmine" kfd -- "$carmine" run -- "$@"; }
