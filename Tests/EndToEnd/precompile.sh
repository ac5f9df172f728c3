# `carmine precompile`: what it finds, what it keeps, what it says; and that a program then needs no compiler.
# shellcheck shell=bash

precompile() { limited "$carmine" precompile "$@"; }

# A program with everything in the cache starts no compiler: the log would say so.
starts_no_compiler() { # PROGRAM
  CARMINE_LOG=info limited "$carmine" run -- "$@" >run.out 2>run.err || { cat run.out run.err; fail "$1 does not run"; }
  refuse_line run.err 'compiling|started .*compile' "$1 compiled something that precompile should have kept"
}

precompiled_program_runs_without_the_compiler() {
  CARMINE_CACHE_DIR=$(fresh_cache precompile); export CARMINE_CACHE_DIR
  cuda_programs 13 "$work/examples-13" "$root/Examples/vector_add.cu" "$root/Examples/reduction.cu"
  precompile "$work/examples-13/vector_add" "$work/examples-13/reduction" >table.out || { cat table.out; fail "precompile ended with status $?"; }
  expect_line table.out '^total for gfx942 +[0-9]+ +[1-9]' "no total"
  starts_no_compiler "$work/examples-13/vector_add"
  starts_no_compiler "$work/examples-13/reduction"
}

again_everything_is_in_the_cache() {
  CARMINE_CACHE_DIR=$(fresh_cache precompile-again); export CARMINE_CACHE_DIR
  cuda_programs 13 "$work/examples-13" "$root/Examples/vector_add.cu"
  precompile --json "$work/examples-13/vector_add" >first.json
  expect_line first.json '"total": .*"fromCache": 0, ' "the first time something came from a fresh cache"
  precompile --json "$work/examples-13/vector_add" >second.json
  local kernels cached
  kernels=$(sed -n 's/.*"total": .*"kernels": \([0-9]*\).*/\1/p' second.json)
  cached=$(sed -n 's/.*"total": .*"fromCache": \([0-9]*\).*/\1/p' second.json)
  [ -n "$kernels" ] && [ "$kernels" -gt 0 ] && [ "$kernels" = "$cached" ] || { cat second.json; fail "$cached of $kernels kernels came from the cache"; }
  python3 -c 'import json, sys; json.load(open(sys.argv[1]))' second.json || fail "the JSON is none"
}

# A folder with a program, an archive, PTX, a link to the program, a link back to the folder, a link to nowhere and other things.
folder_is_searched_and_each_file_taken_once() {
  CARMINE_CACHE_DIR=$(fresh_cache precompile-folder); export CARMINE_CACHE_DIR
  cuda_programs 13 "$work/examples-13" "$root/Examples/vector_add.cu"
  rm -rf tree && mkdir -p tree/a/b
  cp "$work/examples-13/vector_add" tree/a/program
  ln -s ../program tree/a/b/same
  ln -s .. tree/a/b/circle
  ln -s nowhere tree/a/dangling
  echo "no code" >tree/a/text
  "$nvcc" -c -o tree/member.o -gencode arch=compute_75,code=compute_75 "$root/Examples/reduction.cu"
  ar rc tree/libmember.a tree/member.o && rm tree/member.o
  printf '.version 7.0\n.target sm_70\n.address_size 64\n.visible .entry lone() { ret; }\n' >tree/lone.ptx
  precompile --json tree >folder.json || { cat folder.json; fail "precompile ended with status $?"; }
  [ "$(grep -c '"file":' folder.json)" = 3 ] || { cat folder.json; fail "other than three files were taken"; }
  for file in a/program libmember.a lone.ptx; do expect_line folder.json "tree/$file\"" "tree/$file was not found"; done
  expect_line folder.json '"refused": 0, "failed": 0' "something was refused"
}

# The same kernel under other names: one compilation, two results that both run by their own names.
same_kernels_are_compiled_once() {
  CARMINE_CACHE_DIR=$(fresh_cache precompile-same); export CARMINE_CACHE_DIR
  for name in first second; do
    cat >"$name.ptx" <<PTX
.version 7.0
.target sm_70
.address_size 64
.visible .entry $name(.param .u64 ${name}_param_0) {
  .reg .pred %p<2>; .reg .b32 %r<3>; .reg .b64 %rd<3>;
  ld.param.u64 %rd1, [${name}_param_0];
  mov.u32 %r1, %tid.x;
  setp.gt.u32 %p1, %r1, 7;
  @%p1 bra \$L_$name;
  cvta.to.global.u64 %rd2, %rd1;
  st.global.u32 [%rd2], %r1;
\$L_$name:
  ret;
}
PTX
  done
  precompile --json first.ptx second.ptx >same.json
  expect_line same.json '"total": .*"compiled": 2, .*"sameAsAnother": 1, ' "the second kernel was compiled by itself"
  sed 's/, 7;/, 8;/' first.ptx >other.ptx
  precompile --json other.ptx first.ptx >other.json
  expect_line other.json '"total": .*"sameAsAnother": 0, ' "another constant counts for nothing"
  [ "$("$carmine" cache -l | grep -cE ' (first|second)$')" = 3 ] || { "$carmine" cache -l; fail "the names in the cache are others"; }
}

refusals_are_told_and_take_nothing_down() {
  CARMINE_CACHE_DIR=$(fresh_cache precompile-refused); export CARMINE_CACHE_DIR
  cat >refused.ptx <<'PTX'
.version 8.6
.target sm_100a
.address_size 64
.visible .entry fine() { ret; }
.visible .entry tensor() { tcgen05.fence::before_thread_sync; ret; }
PTX
  local status=0
  precompile --list-refused refused.ptx >refused.out || status=$?
  [ "$status" = 3 ] || fail "the status of a refusal is $status and not 3"
  expect_line refused.out 'refused.ptx +1 +2 +1 +1 +0' "not one compiled and one refused"
  expect_line refused.out '1  refused: tcgen05' "the reason is missing"
}

# A worker that is over its limits is ended, and its kernel reported; the others go on.
limits_end_a_worker_and_nothing_else() {
  CARMINE_CACHE_DIR=$(fresh_cache precompile-limits); export CARMINE_CACHE_DIR
  python3 - >large.ptx <<'PYTHON'
print(".version 7.0\n.target sm_70\n.address_size 64")
print(".visible .entry first() { ret; }")
print(".visible .entry large(.param .u64 p) {\n.reg .b64 %rd<3>; .reg .f32 %f<400>;\nld.param.u64 %rd1, [p];\ncvta.to.global.u64 %rd2, %rd1;")
for i in range(400): print(f"ld.volatile.global.f32 %f{i}, [%rd2+{4 * i}];")
for i in range(60000): print(f"fma.rn.f32 %f{i * 7 % 400}, %f{i * 11 % 400}, %f{i * 13 % 400}, %f{i * 17 % 400};")
for i in range(400): print(f"st.volatile.global.f32 [%rd2+{4 * i}], %f{i};")
print("ret;\n}\n.visible .entry last() { ret; }")
PYTHON
  local status=0
  precompile --time-limit 10 --list-refused large.ptx >time.out || status=$?
  [ "$status" = 1 ] || fail "the status of a worker over its time is $status and not 1"
  expect_line time.out 'large.ptx +1 +3 +2 +0 +1 ' "not one failed and two compiled"
  expect_line time.out 'failed: the time limit' "the time limit is not named"
  status=0
  precompile --memory-limit 150 --list-refused large.ptx >memory.out || status=$?
  [ "$status" = 1 ] || fail "the status of a worker over its memory is $status and not 1"
  expect_line memory.out 'large.ptx +1 +3 +2 +0 +1 ' "not one failed and two compiled"
  expect_line memory.out 'failed: the memory limit' "the memory limit is not named"
}

files_that_are_nothing_are_named() {
  local status=0
  echo "hello" >hello.txt
  precompile hello.txt missing.so >nothing.out 2>nothing.err || status=$?
  [ "$status" = 1 ] || fail "the status of unreadable files is $status and not 1"
  expect_line nothing.err 'hello.txt: neither an ELF file' "hello.txt is not named"
  expect_line nothing.err 'missing.so: No such file' "missing.so is not named"
  status=0
  precompile /bin/true >nothing.out 2>nothing.err || status=$?
  [ "$status" = 2 ] || fail "the status of a program without kernels is $status and not 2"
  status=0
  precompile --target gfx000 /bin/true 2>nothing.err || status=$?
  [ "$status" = 64 ] || fail "the status of a target that is none is $status"
}

check "precompile: a program then needs no compiler" precompiled_program_runs_without_the_compiler
check "precompile: what is in the cache is not compiled again" again_everything_is_in_the_cache
check "precompile: a folder with links, an archive and PTX" folder_is_searched_and_each_file_taken_once
check "precompile: kernels that differ in names alone are compiled once" same_kernels_are_compiled_once
check "precompile: refusals have reasons and take nothing down" refusals_are_told_and_take_nothing_down
check "precompile: a worker over its limit is ended alone" limits_end_a_worker_and_nothing_else
check "precompile: what holds nothing is named" files_that_are_nothing_are_named
