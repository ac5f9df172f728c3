# Graphs through a program that nvcc built: Tests/EndToEnd/programs/graphs.cu.
# shellcheck shell=bash

graphs_program() { # GPU
  cuda_programs 13 "$work/cuda-13" "$programs/graphs.cu"
  local status=0
  CARMINE_SOFT_GPU=$1 with_libraries "$work/cuda-13/graphs" >"$work/graphs.out" 2>&1 || status=$?
  cat "$work/graphs.out"
  ran "the program" "$status"
  refuse_line "$work/graphs.out" '^FAIL' "a wrong answer"
  expect_line "$work/graphs.out" '^said 5$' "what a graph's kernel printed did not come out"
  [ "$(grep -c '^ok' "$work/graphs.out")" -eq 18 ] || fail "not all questions were answered"
}

for gpu in mi300x rx7900xtx; do check "graphs ($gpu)" graphs_program $gpu; done
