# Sourced by run.sh: tinygrad 0.14.0 trains a small network; each step's loss must be what its own CPU back end computes.
# shellcheck shell=bash

tinygrad=$work/tinygrad
tinygrad_env() {
  if [ "$(cat "$tinygrad/.stamp" 2>/dev/null)" != 0.14.0 ]; then
    rm -rf "$tinygrad"
    python3 -m venv "$tinygrad"
    "$tinygrad/bin/pip" install --quiet tinygrad==0.14.0 || fail "tinygrad is not to be had from PyPI"
    echo 0.14.0 >"$tinygrad/.stamp"
  fi
  DEV=CPU:LLVM CACHELEVEL=0 limited "$tinygrad/bin/python" "$here/other/train.py" >"$work/train-cpu.out" || fail "tinygrad's CPU back end failed"
  cat "$work/train-cpu.out"
}

train() { # NAME: with the settings of the environment
  DEV=KFD+AMD:LLVM CACHELEVEL=0 on_device "$tinygrad/bin/python" "$here/other/train.py" >"$work/$1.out" 2>&1 || { local status=$?; cat "$work/$1.out"; fail "training ended with status $status"; }
  cat "$work/$1.out"
  # Numbers agree to a few parts in 10^4: sums are made in another order.
  paste -d ' ' <(grep -E '^(loss|product)' "$work/train-cpu.out") <(grep -E '^(loss|product)' "$work/$1.out") | awk '
    function near(a, b) { d = a - b; if (d < 0) d = -d; if (a < 0) a = -a; return d <= 3e-4 * (a + 1e-3) }
    { lines++; half = NF / 2; if (NF % 2 || $1 != $(half + 1)) bad = 1; for (i = 2; i <= half; i++) if (!near($i, $(half + i))) bad = 1 }
    END { exit !(lines == 5 && !bad) }' || fail "the losses are not the CPU's"
}

check "tinygrad: its CPU back end's losses" tinygrad_env
strict=1   # as forgetful as silicon may be
for gpu in mi300x rx7900xtx; do
  for aql in 0 1; do
    for nosdma in 0 1; do
      name=$gpu-$([ $aql = 1 ] && echo AQL || echo PM4)-$([ $nosdma = 1 ] && echo kernels || echo SDMA)
      train_so() { AMD_AQL=$aql AMD_DISABLE_SDMA=$nosdma train "train-$name"; }
      check "tinygrad trains: $name" train_so
    done
  done
done
strict=0
