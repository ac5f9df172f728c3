#!/usr/bin/env python3
"""Writes docs/wheels.md from what `carmine precompile --json` said of each package, and counts: wheels-page.py TARGET EVERY PAGE PACKAGE=JSON ..."""
import json
import sys

target, every, page = sys.argv[1:4]
results = []
for argument in sys.argv[4:]:
    package, path = argument.rsplit("=", 1)
    try:
        with open(path) as file:
            results.append((package.replace("==", " "), json.load(file)))
    except (OSError, ValueError) as error:
        results.append((package.replace("==", " "), None))
        print(f"FAIL {package}: precompile wrote no figures ({error})")

lines = [
    "# Packages of other people",
    "",
    "Everything in the CUDA packages below, from PyPI, through `carmine precompile`, kernel by kernel: `make test-wheels` fetches them, compiles",
    f"for {target} and writes this page. None of their content is in this tree." + ("" if every == "1" else f" This is a sample: one kernel of every {every}."),
    "",
    "*Same* are kernels that differ from another one in names alone and are not compiled again; *seconds* are those of the workers,",
    "added up, and *bytes* are what the kernel cache got.",
    "",
    "| package | modules | kernels | compiled | same | refused | failed | seconds | bytes |",
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
]
passed = failed = 0
sums = {}
keys = ["modules", "kernels", "compiled", "sameAsAnother", "refused", "failed", "seconds", "bytes"]
for package, result in results:
    if result is None:
        failed += 1
        continue
    total = result["total"]
    for key in keys:
        sums[key] = sums.get(key, 0) + total[key]
    lines.append(f"| {package} | " + " | ".join(f"{total[key]:,.0f}" if key == "seconds" else f"{total[key]:,}" for key in keys) + " |")
    if total["kernels"] > 0 and total["failed"] == 0:
        passed += 1
        print(f"ok {package}: {total['compiled']} of {total['kernels']} kernels compiled, {total['refused']} refused")
    else:
        failed += 1
        print(f"FAIL {package}: {total['failed']} of {total['kernels']} kernels failed")
if sums:
    lines.append("| **all** | " + " | ".join(f"{sums[key]:,.0f}" if key == "seconds" else f"{sums[key]:,}" for key in keys) + " |")
    share = 100 * sums["compiled"] / max(1, sums["kernels"])
    lines += ["", f"{share:.2f} % of the kernels compile; 99.5 % is the aim."]
    if share >= 99.5:
        passed += 1
        print(f"ok together: {share:.2f} % of the kernels compile")
    else:
        failed += 1
        print(f"FAIL together: {share:.2f} % of the kernels compile, 99.5 % are wanted")
    reasons = {}
    for package, result in results:
        for reason in (result or {}).get("reasons", []):
            entry = reasons.setdefault((reason["kind"], reason["reason"]), [0, []])
            entry[0] += reason["kernels"]
            entry[1].append(package)
    if reasons:
        lines += ["", "## What was not compiled", "", "| kernels | | why | in |", "|---:|---|---|---|"]
        for (kind, reason), (count, packages) in sorted(reasons.items(), key=lambda item: -item[1][0]):
            text = reason.replace("|", "\\|")
            lines.append(f"| {count:,} | {kind} | {text} | {', '.join(packages)} |")
with open(page, "w") as file:
    file.write("\n".join(lines) + "\n")
print(f"{page} is written")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
