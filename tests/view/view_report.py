#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
A report like those of `fragreplay run --timeline`, of a machine too large to replay in a test:
view_report.py GIB SAMPLES CHANGES. Each sample changes CHANGES of a thousand blocks, in runs as
allocations make them. The same arguments give the same bytes.
"""
import json
import random
import sys

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
CLASSES = {".": "absent", "R": "reserved", "f": "free", "m": "movable", "u": "unmovable",
           "r": "reclaimable", "x": "mixed", "h": "highatomic"}
SAMPLE_NS = 500_000_000


def base36(n):
    text = ""
    while True:
        n, digit = divmod(n, 36)
        text = DIGITS[digit] + text
        if not n:
            return text


def encode(changed):
    """The row of the report that says what changed: {block: state}."""
    tokens, done, length, last = [], 0, 0, None
    for block in sorted(changed):
        if length and block == done + length and changed[block] == last:
            length += 1
            continue
        if length:
            tokens[-1] += f" {base36(length)} {last}"
        tokens.append(base36(block - done - length))
        done, length, last = block, 1, changed[block]
    if length:
        tokens[-1] += f" {base36(length)} {last}"
    return ";".join(tokens)


def start(rng, blocks):
    state = []
    while len(state) < blocks:
        kind = rng.choices("fmurxR", (40, 40, 9, 4, 6, 1))[0]
        tenths = 0 if kind == "f" else rng.randrange(10)
        state += [f"{kind}{tenths}"] * rng.choice((1, 1, 2, 3, 8, 64))
    return state[:blocks]


def step(rng, blocks, changes):
    changed, left = {}, blocks * changes // 1000
    while left > 0:
        length, at = rng.choice((1, 1, 2, 4, 16)), rng.randrange(blocks)
        kind = rng.choices("fmurxh", (25, 50, 9, 5, 10, 1))[0]
        state = f"{kind}{0 if kind == 'f' else rng.randrange(10)}"
        for block in range(at, min(at + length, blocks)):
            changed[block] = state
        left -= length
    return changed


def policy(name, seed, zones, samples, changes):
    rng = random.Random(seed)
    blocks = sum(zone["blocks"] for zone in zones)
    state, rows, timeline = start(rng, blocks), [], []
    changed = dict(enumerate(state))
    for sample in range(samples):
        rows.append(encode(changed))
        for block, new in changed.items():
            state[block] = new
        changed = step(rng, blocks, changes)
        free = state.count("f0")
        timeline.append({"t_ns": sample * SAMPLE_NS, "free_pages": free * 520,
                         "free_blocks": free * 512,
                         "unusable_index": [min(1, order / 20) for order in range(11)],
                         "thp_fault_alloc": 90 * sample, "thp_fault_fallback": seed * sample,
                         "pgsteal": 4000 * sample, "pswpout": 300 * seed * sample})
    last = timeline[-1]
    return {"policy": name, "tunables": {}, "seed": seed,
            "counters": {"thp_fault_alloc": last["thp_fault_alloc"],
                         "thp_fault_fallback": last["thp_fault_fallback"],
                         "pswpout": last["pswpout"]},
            "timeline": timeline,
            "map": {"block_pages": 512, "superblock_order": 18, "zones": zones,
                    "classes": CLASSES, "t_ns": [s["t_ns"] for s in timeline], "rows": rows}}


def main():
    gib, samples, changes = (int(word) for word in sys.argv[1:4])
    blocks = gib * 512
    low = min(1536, blocks // 2)
    zones = [{"name": "DMA", "first_block": 0, "blocks": 8},
             {"name": "DMA32", "first_block": 8, "blocks": low - 8},
             {"name": "Normal", "first_block": 2048, "blocks": blocks - low}]
    # a name that would end the page's data, or be markup, if it were not escaped
    hostile = "</script><!--<script><b>"
    report = {"schema": "fragreplay-report/1", "tool": {"name": "fragreplay", "version": "0"},
              "interrupted": False,
              "trace": {"path": f"made/{hostile}", "digest": "0123456789abcdef",
                        "kernel": "7.3.4", "cpus": 64, "duration_ns": samples * SAMPLE_NS,
                        "records": 1, "lost": 0, "complete": True},
              "machine": {"kernel": "7.3.4", "pages": blocks * 512},
              "policies": [policy("vanilla", 1, zones, samples, changes),
                           policy("defrag_mode", 2, zones, samples, changes)]}
    json.dump(report, sys.stdout, separators=(",", ":"))


main()
