# What a program captures runs, again and again, as it would have run.
# shellcheck shell=bash

captured_pipeline() { # GPU
  cuda_programs 13 "$work/cuda-13" "$programs/captured_pipeline.cu"
  CARMINE_SOFT_GPU=$1 with_libraries "$work/cuda-13/captured_pipeline"
}

for gpu in mi300x rx7900xtx mi210; do check "a pipeline of three streams, captured and replayed ($gpu)" captured_pipeline $gpu; done
