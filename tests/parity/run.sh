#!/usr/bin/env bash
# Our metrics beside other people's packages on inputs made anew: tests/parity/run.sh [EVAL_TEST]
# Every script of tests/metric_vectors draws inputs from a new seed and asks the packages; the tests OwnVectors... of the
# metrics then read those numbers. Makes its Python environment in build/venv-parity once and the numbers in
# build/parity/vectors. SURGSIGMA_PARITY_SEED=N repeats a run.
set -euo pipefail
[ $# -le 1 ] || { echo "usage: $0 [EVAL_TEST]" >&2; exit 2; }
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
binary=$(realpath -m "${1:-$root/build/release/bin/eval_test}")
cd "$root"
venv=build/venv-parity
out=build/parity/vectors
seed=${SURGSIGMA_PARITY_SEED:-$(date +%Y%m%d%H%M)}
fail() { printf '%s (seed %s)\n' "$*" "$seed" >&2; exit 1; }
[ -x "$binary" ] || { echo "no program $binary: ./dev build eval_test" >&2; exit 2; }
[[ $seed =~ ^[0-9]+$ ]] || { echo "SURGSIGMA_PARITY_SEED must be a number, not '$seed'" >&2; exit 2; }

mapfile -t families < <(find tests/metric_vectors -name '*.py' ! -name vectors.py -printf '%f\n' | sed 's/\.py$//' | sort)
[ ${#families[@]} -gt 0 ] || fail "no scripts in tests/metric_vectors"
filter='*.OwnVectors*'
listed=$("$binary" --gtest_list_tests --gtest_filter="$filter" | grep -c '^  ' || true)
[ "$listed" -ge ${#families[@]} ] || fail "$listed tests called OwnVectors... for ${#families[@]} families of vectors"

wanted=$(sha256sum <tests/parity/requirements.txt)
if [ ! -f "$venv/stamp" ] || [ "$(cat "$venv/stamp")" != "$wanted" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/parity/requirements.txt
  echo "$wanted" >"$venv/stamp"
fi

echo "metric vectors from seed $seed; SURGSIGMA_PARITY_SEED=$seed repeats them"
rm -rf "$out"
printf '%s\n' "${families[@]}" | OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONWARNINGS=ignore xargs -P 2 -I FAMILY \
  "$venv/bin/python" -B tests/metric_vectors/FAMILY.py --check --seed "$seed" --out "$out" ||
  fail "a script of tests/metric_vectors failed; above is why"
for family in "${families[@]}"; do
  [ -s "$out/$family.json" ] || fail "$family.py wrote nothing"
  [ -s "tests/metric_vectors/$family.json" ] || fail "no $family.json beside $family.py"
done

said=$(SURGSIGMA_METRIC_VECTORS="$root/$out" "$binary" --gtest_brief=1 --gtest_filter="$filter" 2>&1) ||
  { echo "$said" >&2; fail "our metrics and other people's packages differ"; }
grep -qF "[  PASSED  ] $listed tests." <<<"$said" || { echo "$said" >&2; fail "not all of $listed tests ran"; }
echo "$listed tests of ${#families[@]} families agree"
