#!/usr/bin/env python3
"""Compile time over modules of other people's packages, in processor time on one core:

    compile_time.py CARMINE PTXAS FOLDER [MODULES]

FOLDER holds PTX files, one a module.  For each: every pass of ours, the second time that a kernel is compiled; LLVM's own passes on the same IR
are those named "optimisation" and "code generation"; ptxas -O3 compiles the same file for the lowest processor that it takes.
Prints a line a module, then the ratios that Tools/bench.sh reads."""
import os
import re
import resource
import statistics
import subprocess
import sys

carmine, ptxas, folder = sys.argv[1:4]
limit = int(sys.argv[4]) if len(sys.argv) > 4 else 1000
llvm_passes = {"optimisation", "code generation"}
# A kernel of at most so many bytes of PTX is small: a loop or two, as most are.
small_bytes = 12000


def children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ptxas_seconds(path, text):
    number, variant = re.search(r"\.target\s+sm_(\d+)([af]?)", text).groups()
    name = f"sm_{max(75, int(number))}{variant}"
    best = None
    for _ in range(2):
        before = children()
        done = subprocess.run([ptxas, "-O3", "--gpu-name", name, "-o", "/dev/null", path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            print(f"{os.path.basename(path)}: ptxas refuses it: {done.stderr.strip().splitlines()[0] if done.stderr.strip() else 'no reason'}")
            return None
        best = min(best or 1e9, children() - before)
    return best


rows = []
parse_bytes = parse_seconds = 0.0
passes = {}
for name in sorted(os.listdir(folder)):
    if len(rows) == limit or not name.endswith(".ptx"):
        continue
    path = os.path.join(folder, name)
    with open(path, errors="replace") as file:
        text = file.read()
    out = subprocess.run([carmine, "compile", "--timings", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ours = llvm = 0.0
    kernels = 0
    for line in out.stdout.splitlines():
        words = line.split("\t")
        if words[0] == "parse":
            ours += float(words[1])
            parse_seconds += float(words[1])
            parse_bytes += int(words[2])
        else:
            kernels += 1
            for word in words[2:]:
                key, value = word.rsplit("=", 1)
                ours += float(value)
                passes[key] = passes.get(key, 0) + float(value)
                if key in llvm_passes:
                    llvm += float(value)
    refused = len(out.stderr.splitlines())
    if kernels == 0 or refused:
        print(f"{name}: left out, {refused} kernels are refused or none is there")
        continue
    theirs = ptxas_seconds(path, text)
    if theirs is None:
        continue
    rows.append((name, kernels, len(text) / kernels, ours, llvm, theirs))
    print(f"{name}: {kernels} kernels, {len(text)} bytes; ours {ours:.3f} s, LLVM alone {llvm:.3f} s, ptxas -O3 {theirs:.3f} s", flush=True)

print("passes: " + ", ".join(f"{key} {value:.2f} s" for key, value in passes.items()))
ours, llvm, theirs = (sum(row[column] for row in rows) for column in (3, 4, 5))
small = [row for row in rows if row[2] <= small_bytes]
print(f"modules: {len(rows)}")
print(f"against LLVM alone: {ours / llvm:.3f}, in the median module {statistics.median(row[3] / row[4] for row in rows):.3f}")
print(f"against ptxas -O3: {ours / theirs:.2f} in total")
if small:
    print(f"against ptxas -O3, small kernels: {sum(row[3] for row in small) / sum(row[5] for row in small):.2f} over {len(small)} modules")
print(f"parser: {parse_bytes / parse_seconds / 1e6:.1f} MB/s")
