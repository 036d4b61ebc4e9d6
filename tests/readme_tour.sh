#!/usr/bin/env bash
# Runs the commands that README.md and docs/*.md show: each fenced block below a line `<!-- tour -->`, page by page, in a
# temporary folder, with the given program as `surgsigma`. Exit code 3 (done, but the data had errors) counts as done,
# because the simulated data is dirty on purpose. Then checks that README.md names every source with its licence.
# readme_tour.sh BINARY [PAGE...]
set -euo pipefail
surgsigma=$(realpath "$1")
shift
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
pages=("$@")
[ ${#pages[@]} -gt 0 ] || pages=("$root/README.md" "$root"/docs/*.md)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

commands_of() {
  awk '/^<!-- tour -->$/ { wanted = 1; next }
       wanted && /^```/ { inside = !inside; if (!inside) wanted = 0; next }
       inside' "$1"
}

PATH=$(dirname "$surgsigma"):$PATH
export PATH
for page in "${pages[@]}"; do
  name=$(basename "$page" .md)
  mkdir "$folder/$name"
  {
    # shellcheck disable=SC2016  # to be expanded by the script that is written here
    echo 'surgsigma() { command surgsigma "$@" || { local code=$?; [ $code -eq 3 ] || return $code; }; }'
    commands_of "$page"
  } >"$folder/$name.sh"
  count=$(commands_of "$page" | wc -l)
  [ "$count" -gt 0 ] || continue
  (cd "$folder/$name" && bash -euo pipefail "$folder/$name.sh") >"$folder/$name.log" 2>&1 || {
    echo "a command of $page fails:"
    tail -n 30 "$folder/$name.log"
    exit 1
  }
  echo "$name: $count lines run"
done

"$surgsigma" --json list sources | python3 "$root/tests/check_readme.py" "$root/README.md"
