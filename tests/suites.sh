#!/usr/bin/env bash
# Every suite of the catalog on invented sources in the layouts of real ones: questions are made, answered with the gold
# wordings and scored. Gold answers must all be read and give each test its best score, or a value that is undefined by its
# metric's own rule; a second run gives the same bytes.
# suites.sh BINARY
set -euo pipefail
surgsigma=$(realpath "$1")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export SURGSIGMA_CATALOG=$root/catalog
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

simulated() { # LAYOUT OPTIONS...
  "$surgsigma" --quiet simulate "$1" "world/$1" "${@:2}" >/dev/null
  "$surgsigma" --quiet --db db ingest "$1" "world/$1" >/dev/null
}
"$surgsigma" init db >/dev/null
simulated cholec80 --videos 6 --length 0.04
simulated cholect50 --videos 6 --length 0.04
simulated endoscapes2023 --videos 8 --length 0.2
simulated multibypass140 --videos 4 --length 0.03
simulated sar-rarp50 --videos 4 --length 0.3 --first 39 # 41 and 42 are test operations
"$surgsigma" --quiet --db db build >/dev/null

for suite in "$root"/catalog/suites/*.yaml; do
  suite=$(basename "$suite" .yaml)
  for run in 1 2; do
    "$surgsigma" --quiet --db db eval make "$suite" "$run/$suite/questions" --no-media >/dev/null
    python3 "$root/tests/suites.py" echo "$run/$suite/questions" "$run/$suite/answers"
    "$surgsigma" --quiet eval score "$run/$suite/questions" "$run/$suite/answers" "$run/$suite/scores" \
      --model echo --resamples 200 >/dev/null
  done
  diff -r "1/$suite" "2/$suite"
  "$surgsigma" --json list metrics >metrics.json
  python3 "$root/tests/suites.py" check "1/$suite/scores" metrics.json
done
