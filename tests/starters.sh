#!/usr/bin/env bash
# `./dev new` makes files that the program takes as they are, and refuses nonsense.
# starters.sh BINARY
set -euo pipefail
surgsigma=$(realpath "$1")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/docs"
cp -r "$root/dev" "$root/catalog" "$folder"
cp -r "$root/docs/starters" "$folder/docs"
cd "$folder"

refused() {
  if "$@" >/dev/null 2>&1; then
    echo "not refused: $*"
    exit 1
  fi
}
./dev new source new-set
./dev new task new_task
./dev new template new_task
./dev new suite new-suite
"$surgsigma" --catalog catalog check --catalog-only
grep -q 'id: new-set' catalog/sources/new-set.yaml
"$surgsigma" --catalog catalog list suites | grep -q new-suite

refused ./dev new source new-set    # is there already
refused ./dev new source 'New Set'  # no name
refused ./dev new source ../outside
refused ./dev new template no_such_task
refused ./dev new concept hook
sed -i 's/clip_classes.accuracy/accuracy.top1/' catalog/suites/new-suite.yaml
refused "$surgsigma" --catalog catalog check --catalog-only
