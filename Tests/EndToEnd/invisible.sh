# The compiler process leaves no trace in the program that needed it.
# shellcheck shell=bash

invisible() { # 13|12
  cuda_programs "$1" "$work/cuda-$1" "$programs/invisible.cu"
  CARMINE_CACHE_DIR=$(fresh_cache invisible) with_libraries "$work/cuda-$1/invisible"
}

marked() { grep -lsa "E2E_MARK=$1" /proc/[0-9]*/environ 2>/dev/null | sed 's,/proc/\([0-9]*\)/.*,\1,' || true; }

compiler_ends_with_the_program() {
  local mark=$$.$RANDOM left try
  cuda_programs 13 "$work/cuda-13" "$programs/launch_once.cu"
  E2E_MARK=$mark CARMINE_CACHE_DIR=$(fresh_cache ends) with_libraries "$work/cuda-13/launch_once"
  for try in 1 2 3 4 5 6 7 8 9 10; do
    left=$(marked "$mark")
    [ -n "$left" ] || return 0
    sleep 0.5
  done
  for process in $left; do tr '\0' ' ' <"/proc/$process/cmdline"; echo; done
  fail "processes are left after the program: $left (try $try)"
}

# Only what the program itself is given: no LD_PRELOAD in the compiler, or it would load us again.
compiler_is_started_clean() {
  local fake=$work/fake-compiler seen=$work/fake-compiler.environ
  rm -f "$seen"
  printf '#!/bin/bash\ntr "\\0" "\\n" </proc/$$/environ >%q\nls -l /proc/$$/fd >>%q\nexec %q "$@"\n' "$seen" "$seen" "$carmine" >"$fake"
  chmod +x "$fake"
  cuda_programs 13 "$work/cuda-13" "$programs/launch_once.cu"
  CARMINE_COMPILER=$fake CARMINE_CACHE_DIR=$(fresh_cache clean) under_carmine "$work/cuda-13/launch_once"
  [ -s "$seen" ] || fail "the compiler named by CARMINE_COMPILER was not started"
  refuse_line "$seen" '^LD_(PRELOAD|LIBRARY_PATH)=' "the compiler got LD_PRELOAD or LD_LIBRARY_PATH"
}

check "the compiler is invisible to wait, signals and descriptors (CUDA 13)" invisible 13
check "the compiler is invisible to wait, signals and descriptors (CUDA 12)" invisible 12
check "the compiler ends with the program" compiler_ends_with_the_program
check "the compiler is started without LD_PRELOAD" compiler_is_started_clean
