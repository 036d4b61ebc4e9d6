#!/usr/bin/env bash
# All benchmarks beside their peers: prints a table, writes build/bench/results.json. Takes 65 minutes and 20 GB of
# disk; --quick (a few minutes, small data, one repeat) only shows that everything runs and agrees. docs/bench.md.
#   bench/run.sh [--quick] [--only ROW[,ROW...]] [--build FOLDER] [--out FOLDER]
# What the peers of the pixel rows (OpenCV, numpy, sharp) and of the metrics need is installed once below build/bench-peers; where that is not
# possible, the rows say so and have no ratio.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
peers=build/bench-peers

remark() { printf 'bench: %s\n' "$*" >&2; }
hash_of() { sha256sum <"$1" | cut -d' ' -f1; }
is_there() { [ -f "$peers/$1/stamp" ] && [ "$(cat "$peers/$1/stamp")" = "$(hash_of "$2")" ]; }

install_python_peers() { # FOLDER REQUIREMENTS WORDS
  local wanted=$2
  is_there "$1" "$wanted" && return
  rm -rf "${peers:?}/$1"
  mkdir -p "$peers"
  if python3 -m venv "$peers/$1" &&
    timeout 600 "$peers/$1/bin/pip" install --quiet --disable-pip-version-check --retries 1 -r "$wanted" >&2; then
    hash_of "$wanted" >"$peers/$1/stamp"
  else
    remark "$3 could not be installed with pip (above is why): rows beside them are measured without a peer"
  fi
}

install_node_peers() {
  local wanted=bench/peers/package.json
  is_there node "$wanted" && return
  rm -rf "$peers/node"
  mkdir -p "$peers/node"
  cp "$wanted" "$peers/node/"
  if command -v npm >/dev/null &&
    (cd "$peers/node" && timeout 600 npm install --no-audit --no-fund --loglevel error --fetch-retries 1 >&2); then
    hash_of "$wanted" >"$peers/node/stamp"
  else
    remark "sharp could not be installed with npm (above is why): the row beside it is measured without a peer"
  fi
}

case " $* " in
  *" --help "* | *" -h "*) ;;
  *)
    install_python_peers venv bench/peers/requirements.txt "OpenCV and numpy"
    install_python_peers metrics bench/peers/requirements-metrics.txt "the packages of other people's metrics"
    install_node_peers
    ;;
esac
exec python3 bench/run.py "$@"
