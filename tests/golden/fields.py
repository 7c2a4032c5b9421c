# SPDX-License-Identifier: GPL-2.0-only
"""usage: fields.py REPORT FIELDS: one line for each path of a report that a line of FIELDS names.

A path is keys and indexes joined by dots, in which * stands for any part of a key. A "*" path leaves
out what is 0 or null, so that a short case has a short result.
"""
import fnmatch
import json
import sys


def walk(value, parts, path):
    if not parts:
        yield ".".join(path), value
    elif isinstance(value, list) and parts[0].isdigit():
        yield from walk(value[int(parts[0])], parts[1:], path + [parts[0]])
    elif isinstance(value, dict):
        for key in value:
            if fnmatch.fnmatchcase(key, parts[0]):
                yield from walk(value[key], parts[1:], path + [key])


report = json.load(open(sys.argv[1]))
for line in open(sys.argv[2]):
    line = line.strip()
    found = list(walk(report, line.split("."), []))
    if not found:
        sys.exit(f"{sys.argv[2]}: the report has no {line}")
    for path, value in found:
        if "*" not in line or value not in (0, None, {}):
            print(path, json.dumps(value))
