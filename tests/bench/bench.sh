#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Speed and memory, taken in one run on this machine: every bench program, then the tool end to end
# beside `trace-cmd report` on the same file. Ratios carry over to other machines; seconds do not.
# RECORDING=dir takes another recording than the one in traces/.

set -eu
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-$PWD/build}
recording=${RECORDING:-traces/7.3-small-d0}
prog=$BUILD/fragreplay

for source in tests/bench/bench_*.c; do
	[ -e "$source" ] || continue
	name=$(basename "$source" .c)
	echo "== $name"
	"$BUILD/tests/bench/$name" "$recording/trace.dat"
done

echo "== end to end: $recording"
python3 - "$prog" "$recording" <<'END'
import json, os, shutil, subprocess, sys, tempfile, time

prog, recording = sys.argv[1:]
trace = recording + "/trace.dat"


def measure(*command):
    """seconds and peak KiB of a command, and its stdout when it is no report"""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}: status {status}")
    return time.monotonic() - start, usage.ru_maxrss


def best(*command, runs=3):
    return min(measure(*command) for _ in range(runs))


with tempfile.TemporaryDirectory() as tmp:
    out = tmp + "/r.json"
    rates = []
    for _ in range(3):
        subprocess.run([prog, "run", recording, "--timing", "-q", "-o", out], check=True)
        report = json.load(open(out))
        rates.append(report["policies"][0]["throughput"])
    top = max(r["allocs_frees_per_s"] for r in rates)
    print(f"vanilla: {top / 1e6:.2f} M alloc+free/s,"
          f" {max(r['records_per_s'] for r in rates) / 1e6:.2f} M records/s"
          f" (mark: 10 M alloc+free/s)")
    one = best(prog, "run", recording, "-q", "-o", out)
    two = best(prog, "run", recording, "-q", "-p", "vanilla", "-p", "observed", "-o", out)
    print(f"whole command: {one[0]:.3f} s; with observed beside it {two[0]:.3f} s,"
          f" {two[0] / one[0]:.2f} x")
    if shutil.which("trace-cmd"):
        report_s = best("trace-cmd", "report", "-R", "-i", trace, runs=1)[0]
        print(f"`trace-cmd report -R` of the same file: {report_s:.3f} s,"
              f" {report_s / one[0]:.2f} x the whole replay")
    # the slope over the machine's size is the cost of a page; what remains is the constant
    small = best(prog, "run", trace, "--memory", "4G", "-q", "-o", out, runs=1)[1]
    large = best(prog, "run", trace, "--memory", "20G", "-q", "-o", out, runs=1)[1]
    pages = 16 * (1 << 18)
    slope = (large - small) * 1024 / pages
    print(f"peak memory: {slope:.1f} bytes a simulated page (mark: 24) plus"
          f" {(small * 1024 - slope * 4 * (1 << 18)) / (1 << 20):.1f} MiB")
END
