# Preloaded into programs that know nothing of CUDA, the libraries change nothing.
# shellcheck shell=bash

same_with_preload() { # 13|12 COMMAND ...
  local version=$1 expected=0 got=0
  shift
  limited "$@" >"$work/plain.out" 2>"$work/plain.err" || expected=$?
  LD_PRELOAD="$prefix/lib/libcudart.so.$version:$prefix/lib/libcuda.so.1" LD_LIBRARY_PATH=$prefix/lib limited "$@" >"$work/preload.out" 2>"$work/preload.err" || got=$?
  diff "$work/plain.out" "$work/preload.out" || fail "the output differs"
  diff "$work/plain.err" "$work/preload.err" || fail "standard error differs"
  [ "$expected" -eq "$got" ] || fail "status $got instead of $expected"
  # And that nothing was compared with nothing.
  [ -s "$work/plain.out" ] || fail "the program printed nothing"
}

preload_plain() {
  c_program "$programs/plain.c" "$work/plain" -lpthread
  same_with_preload "$1" "$work/plain"
  expect_line "$work/preload.out" '^at the end: 1 threads' "a thread of ours"
}

preload_is_effective() { # the test above would pass as well if LD_PRELOAD did nothing
  LD_PRELOAD="$prefix/lib/libcudart.so.13:$prefix/lib/libcuda.so.1" cat /proc/self/maps >"$work/maps"
  expect_line "$work/maps" 'libcudart\.so\.13' "libcudart.so.13 was not loaded"
  expect_line "$work/maps" 'libcuda\.so\.1' "libcuda.so.1 was not loaded"
  refuse_line "$work/maps" 'libcarmine|libLLVM|libswift' "the core was loaded into a program that makes no CUDA call"
}

shell_script='for i in 1 2 3; do echo "line $i" | tr a-z A-Z; done; (exit 3); echo "status $?"; ls /proc/self/fd | wc -l; x=$(sleep 0.1 & wait $!; echo waited); echo "$x"; trap "echo trapped" USR1; kill -USR1 $$; exit 21'
python_script='
import os, subprocess, sys, threading
print(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout, end="")
pid = os.fork()
if pid == 0: os._exit(8)
print(os.waitpid(pid, 0)[1], len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")))
t = threading.Thread(target=lambda: print("thread")); t.start(); t.join()
import ctypes, json, zlib
print(json.dumps(sorted({"a": 1}.items())), zlib.crc32(b"carmine"))
sys.exit(22)
'

for major in 13 12; do
  check "preloaded (CUDA $major) into a program that forks, execs, vforks and spawns" preload_plain $major
  check "preloaded (CUDA $major) into bash" same_with_preload $major bash -c "$shell_script"
  check "preloaded (CUDA $major) into python3" same_with_preload $major python3 -c "$python_script"
done
check "preloading loads the fronts and not the core" preload_is_effective
