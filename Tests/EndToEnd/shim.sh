# The preloaded shim: `carmine kfd` shows the software GPU to any program at the driver's paths, and programs that have
# nothing to do with it do not notice.
# shellcheck shell=bash

under_kfd() { limited "$carmine" kfd "${kfd_options[@]}" -- "$@"; }
kfd_options=()

shim_program() { # NAME [FLAG ...]: builds and runs a program that checks for itself
  local name=$1
  shift
  c_program "$programs/$name.c" "$work/$name" -D_FORTIFY_SOURCE=2 -Wno-nonnull -Wno-unused-result -lpthread "$@"
  under_kfd "$work/$name" >"$work/$name.out" || { cat "$work/$name.out"; fail "$name ended with another status than 0"; }
  cat "$work/$name.out"
  expect_line "$work/$name.out" '^as it should be$' "$name did not come to its end"
}

same_under_kfd() { # COMMAND ...: output and status are the same with and without the shim
  local expected=0 got=0
  limited "$@" >"$work/plain.out" 2>"$work/plain.err" || expected=$?
  under_kfd "$@" >"$work/kfd.out" 2>"$work/kfd.err" || got=$?
  diff "$work/plain.out" "$work/kfd.out" || fail "the output differs"
  diff "$work/plain.err" "$work/kfd.err" || fail "standard error differs"
  [ "$expected" -eq "$got" ] || fail "status $got instead of $expected"
  [ -s "$work/plain.out" ] || fail "the program printed nothing"
}

shim_plain_program() {
  c_program "$programs/plain.c" "$work/plain" -lpthread
  same_under_kfd "$work/plain"
}

shim_static_program() { # not reached by LD_PRELOAD, and not harmed
  c_program "$programs/plain.c" "$work/plain-static" -static -lpthread
  same_under_kfd "$work/plain-static"
}

shim_needs_only_libc() {
  readelf -d "$prefix/lib/libcarmine-kfd.so" | sed -n 's/.*Shared library: \[\(.*\)\].*/\1/p' | grep -vE '^(libc\.so\.6|ld-linux-x86-64\.so\.2)$' >"$work/extra" || true
  [ ! -s "$work/extra" ] || fail "libcarmine-kfd.so needs $(tr '\n' ' ' <"$work/extra")"
  # Every name that it shows is one of libc's.
  nm -D --defined-only "$prefix/lib/libcarmine-kfd.so" | awk '$2 == "T" {print $3}' | sort -u >"$work/shown"
  nm -D --defined-only /lib/x86_64-linux-gnu/libc.so.6 | awk '{sub(/@.*/, "", $3); print $3}' | sort -u >"$work/libc"
  sed -n '/define CARMINE_NAMES/,/^enum/p' "$root/Sources/KFDShim/shim.h" | grep -o 'X([a-z_0-9]*)' | grep -v 'X(X)' | tr -d 'X()' | sort -u >"$work/listed"
  diff "$work/listed" "$work/shown" || fail "shim.h lists other functions than the library shows"
  comm -23 "$work/shown" "$work/libc" >"$work/extra"
  [ ! -s "$work/extra" ] || fail "shown, and not libc's: $(tr '\n' ' ' <"$work/extra")"
}

shim_is_loaded_late() { # the software GPU comes with the first real use
  under_kfd cat /proc/self/maps >"$work/maps"
  expect_line "$work/maps" 'libcarmine-kfd\.so' "the shim was not loaded"
  refuse_line "$work/maps" 'libcarmine-softgpu\.so' "the software GPU was loaded into a program that does not use it"
  under_kfd sh -c 'exec 3</dev/kfd; while read -r line; do echo "$line"; done </proc/self/maps' >"$work/maps"
  expect_line "$work/maps" 'libcarmine-softgpu\.so' "opening /dev/kfd did not load the software GPU"
}

shim_without_its_library() { # says what is missing, and the program runs on as on a machine without a GPU
  local folder=$work/alone status=0
  rm -rf "$folder"
  mkdir -p "$folder"
  cp "$prefix/lib/libcarmine-kfd.so" "$folder"
  LD_PRELOAD=$folder/libcarmine-kfd.so limited cat /dev/kfd-and-not-there /sys/class/kfd/kfd/topology/generation_id >"$work/alone.out" 2>&1 || status=$?
  cat "$work/alone.out"
  [ "$status" -eq 1 ] || fail "status $status"
  expect_line "$work/alone.out" 'libcarmine-softgpu\.so.*CARMINE_SOFTGPU_LIBRARY' "nothing says what is missing and what to do"
  [ "$(grep -c '^carmine kfd:' "$work/alone.out")" -eq 1 ] || fail "said more than once"
}

shim_coreutils() { # GPU of two: what people type
  local out=$work/coreutils.out
  kfd_options=(--gpu mi300x,mi210)
  under_kfd ls -l /dev/kfd /dev/dri/ >"$out"
  cat "$out"
  expect_line "$out" '^crw.* 242, +0 .* /dev/kfd$' "ls -l does not show /dev/kfd as 242, 0"
  expect_line "$out" '^crw.* 226, 129 .* renderD129$' "ls -l does not show the second render node"
  under_kfd ls /dev >"$out"
  expect_line "$out" '^kfd$' "ls /dev does not show kfd"
  expect_line "$out" '^dri$' "ls /dev does not show dri"
  expect_line "$out" '^null$' "ls /dev does not show the host's own"
  under_kfd sh -c 'cd /sys/class/kfd/kfd/topology/nodes/1 && ls && cat gpu_id && cd .. && ls' >"$out"
  expect_line "$out" '^gpu_id$' "ls in a folder of the driver's"
  expect_line "$out" '^2$' "cd .. in a folder of the driver's"
  under_kfd ls -lR /sys/class/kfd/kfd/ >"$out" 2>"$work/coreutils.err"
  [ ! -s "$work/coreutils.err" ] || { cat "$work/coreutils.err"; fail "ls -lR complains"; }
  expect_line "$out" '^-r--r--r-- .* 4096 .* gpu_id$' "ls -lR does not come to the nodes' files"
  under_kfd find /sys/class/kfd/kfd/topology/ -type f >"$out"
  expect_line "$out" '/nodes/2/mem_banks/0/properties$' "find does not find the second GPU's memory"
  while read -r file; do under_kfd cat "$file" >/dev/null || fail "cat $file"; done < <(grep '/nodes/1/' "$out")
  under_kfd sh -c 'cat /sys/class/kfd/kfd/topology/nodes/*/gpu_id; for f in /sys/class/drm/renderD*/device/vendor; do read v <$f; echo "$f $v"; done' >"$out"
  cat "$out"
  [ "$(grep -cx '[1-9][0-9]*' "$out")" -eq 2 ] || fail "cat and the shell's * do not show two GPUs' numbers"
  expect_line "$out" '^/sys/class/drm/renderD129/device/vendor 0x1002$' "the second GPU is not AMD's"
  under_kfd grep -c '^amdgpu .*Live' /proc/modules >"$out"
  expect_line "$out" '^1$' "/proc/modules has no amdgpu"
  under_kfd stat -c '%t:%T %F' /dev/dri/renderD128 >"$out"
  expect_line "$out" '^e2:80 character special file$' "stat"
  under_kfd tar -cf - -C / --ignore-failed-read sys/class/kfd 2>/dev/null | tar -tf - >/dev/null || true
  kfd_options=()
}

python_client='
import ctypes, fcntl, glob, os, struct, subprocess, sys
nodes = sorted(os.listdir("/sys/class/kfd/kfd/topology/nodes"))
ids = [int(open(f).read()) for f in sorted(glob.glob("/sys/class/kfd/kfd/topology/nodes/*/gpu_id"))]
assert nodes == ["0", "1"] and ids[0] == 0 and ids[1] != 0, (nodes, ids)
assert "renderD128" in [e.name for e in os.scandir("/dev/dri")]
assert sum(len(files) for _, _, files in os.walk("/sys/class/kfd/kfd/topology")) > 10
fd = os.open("/dev/kfd", os.O_RDWR | os.O_CLOEXEC)
b = bytearray(8)
fcntl.ioctl(fd, 0x80084b01, b)
print("version", *struct.unpack("II", b))
assert os.stat("/dev/kfd").st_rdev == os.makedev(242, 0) == os.fstat(fd).st_rdev
# Children inherit, by fork, vfork and exec, and through a shell.
assert subprocess.run(["stat", "-c", "%F", "/dev/kfd"], capture_output=True, text=True).stdout == "character special file\n"
assert subprocess.run("test -c /dev/kfd && cat /sys/module/amdgpu/initstate", shell=True, capture_output=True, text=True).stdout == "live\n"
fcntl.ioctl(fd, 0x80084b01, b)
pid = os.fork()
if pid == 0:
    try: fcntl.ioctl(fd, 0x80084b01, b)
    except OSError as e: os._exit(e.errno)
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
'
shim_python() {
  under_kfd python3 -c "$python_client" >"$work/python.out"
  expect_line "$work/python.out" '^version 1 17$' "python's ioctl"
  kfd_options=(--kfd-version 1.11)
  under_kfd python3 -c "$python_client" >"$work/python.out"
  expect_line "$work/python.out" '^version 1 11$' "--kfd-version 1.11"
  kfd_options=()
}

shim_command_line() {
  local status=0
  under_kfd sh -c 'exit 41' || status=$?
  [ "$status" -eq 41 ] || fail "status $status instead of the program's 41"
  limited "$carmine" kfd --count many -- true 2>"$work/kfd.err" && fail "--count many was taken"
  expect_line "$work/kfd.err" '\-\-count many' "the message does not name the option"
  limited "$carmine" kfd --gpu mi210 --memory 1G --strict -- sh -c 'echo "$CARMINE_SOFT_GPU $CARMINE_SOFT_MEMORY $CARMINE_SOFT_STRICT"' >"$work/kfd.out"
  expect_line "$work/kfd.out" '^mi210 1G 1$' "options do not reach the program as variables"
  limited "$carmine" kfd --count 0 -- ls /sys/class/kfd/kfd/topology/nodes >"$work/kfd.out"
  [ "$(cat "$work/kfd.out")" = 0 ] || fail "--count 0 is not a driver without a GPU: $(tr '\n' ' ' <"$work/kfd.out")"
}

# --- the real driver's record ----------------------------------------------------------------------------------------------

reference=$root/Tests/KernelReference

# The kernels that were recorded are built without shared virtual memory, so here the software GPU is too.
as_recorded() { # RECORD DIFFERENCES LIMIT OPTION ...: the probe's lines
  local -x CARMINE_SOFT_SVM=0
  local record=$reference/$1 differences=$2 most=$3
  shift 3
  c_program "$reference/probe.c" "$work/probe" -pthread -idirafter "$root/Sources/CKFD/include"
  kfd_options=("$@")
  under_kfd "$work/probe" >"$work/probe.out" || { tail -n 5 "$work/probe.out"; fail "the probe did not come to its end"; }
  "$reference/compare" "$record" "$work/probe.out" "$differences" "$most" >"$work/probe.diff" || { cat "$work/probe.diff"; fail "not as the real driver: $(tail -n 1 "$work/probe.diff")"; }
  cat "$work/probe.diff"
  kfd_options=()
}

comparison_can_fail() { # or the test above would say nothing
  local record=$reference/recorded-6.12.txt out=$work/compare.out
  sed -n '/^@@ BEGIN probe/,/^@@ END probe/p' "$record" >"$work/run"
  "$reference/compare" "$record" "$work/run" >"$out" || fail "a record differs from itself: $(cat "$out")"
  expect_line "$out" '^415 of 415 lines as recorded, 0 differ' "$(cat "$out")"
  sed 's/^\(T read(8) .*\)EINVAL/\1EIO/' "$work/run" >"$work/changed"
  "$reference/compare" "$record" "$work/changed" >"$out" && fail "a changed line is not found"
  grep -v '^T read(8)' "$work/run" >"$work/changed"
  "$reference/compare" "$record" "$work/changed" >"$out" && fail "a missing line is not found"
  printf '# because\n- T no such line\n+ T nor this\n' >"$work/explained"
  "$reference/compare" "$record" "$work/run" "$work/explained" 20 >"$out" && fail "an explanation that nothing needs is not found"
  return 0
}

# The topology's text of the driver without a GPU; cores, their caches and memory are the machine's.
topology_as_recorded() {
  local script='
    T=/sys/class/kfd/kfd
    cat $T/dev $T/uevent
    find $T/topology/ -type d ! -path "*/caches/*" | sort
    find $T/topology/ -type f ! -path "*/caches/*" | sort | while read f; do
      echo "--- $f ($(stat -c %a $f), stat size $(stat -c %s $f))"; cat $f; echo
    done'
  kfd_options=(--count 0)
  under_kfd sh -c "$script" | sed 's/^\(size_in_bytes\|cpu_cores_count\|caches_count\) .*/\1 N/' >"$work/topology"
  kfd_options=()
  sed -n '/^@@ BEGIN topology/,/^@@ END topology/p' "$reference/recorded-6.12.txt" | sed '1,/^-rw-r--r-- uevent/d; /^@@/d; s/, read size [0-9]*//; s/^\(size_in_bytes\|cpu_cores_count\|caches_count\) .*/\1 N/' >"$work/recorded"
  diff "$work/recorded" "$work/topology" || fail "the topology differs from the record"
}

check "the shim shows the driver's files through every call that takes a path" shim_program shim_paths
check "the shim follows copied, passed, inherited and reused descriptors" shim_program shim_descriptors
check "the shim leaves programs without a GPU alone: memory, errno, signals, vfork, cancellation" shim_program shim_untouched
check "under carmine kfd a program that forks, vforks and spawns prints the same" shim_plain_program
check "under carmine kfd a static program runs as without" shim_static_program
check "under carmine kfd bash runs as without" same_under_kfd bash -c "$shell_script"
check "under carmine kfd python runs as without" same_under_kfd python3 -c "$python_script"
check "under carmine kfd ls runs as without" same_under_kfd ls -l / /usr/lib /dev/null
check "the shim needs libc alone and shows only its names" shim_needs_only_libc
check "the shim loads the software GPU at the first use" shim_is_loaded_late
check "the shim without the software GPU says what is missing" shim_without_its_library
check "coreutils and the shell read the topology of two GPUs" shim_coreutils
check "python reads the topology and speaks to /dev/kfd, and its children too" shim_python
check "carmine kfd passes options, status and errors on" shim_command_line
check "the comparison with a record finds what differs" comparison_can_fail
check "the driver's answers are those recorded on Linux 6.12" as_recorded recorded-6.12.txt "$reference/differences-6.12.txt" 20
check "without a GPU the driver's answers are those recorded on Linux 6.12" as_recorded recorded-6.12.txt /dev/null 0 --count 0
check "without a GPU the older driver's answers are those recorded on Linux 6.1" as_recorded recorded-6.1.txt "$reference/differences-6.1-no-gpu.txt" 1 --count 0 --kfd-version 1.11
check "without a GPU the topology reads as recorded" topology_as_recorded
