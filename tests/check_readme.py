#!/usr/bin/env python3
"""README.md must name every source card with its licence: surgsigma --json list sources | check_readme.py README.md"""
import json
import sys

lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
missing = [
    row["source"]
    for row in json.load(sys.stdin)["rows"]
    if not any(f"`{row['source']}`" in line and row["licence"] in line for line in lines)
]
if missing:
    sys.exit("README.md lacks the row, or the licence, of: " + ", ".join(missing))
