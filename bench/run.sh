#!/usr/bin/env bash
# All benchmarks beside their peers: prints a table, writes build/bench/results.json. Takes half an hour and 12 GB of
# disk; --quick (two minutes, small data, one repeat) only shows that everything runs and agrees. docs/bench.md.
#   bench/run.sh [--quick] [--only ROW[,ROW...]] [--build FOLDER] [--out FOLDER]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec python3 bench/run.py "$@"
