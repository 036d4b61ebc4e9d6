#!/usr/bin/env bash
# The program against what goes wrong on real machines: a full disk, a 2 GB file in one line, files that may not be read.
# What must hold: a clear message, no crash, no lost rows, and the same database once the cause is gone.
# bad_input.sh BINARY
set -euo pipefail
surgsigma=$(realpath "$1")
me=$(realpath "${BASH_SOURCE[0]}")
folder=${2:-}

fail() {
  echo "bad_input: $*" >&2
  exit 1
}
# expect CODE COMMAND...: runs it, keeps what it says in $said
expect() {
  local wanted=$1 code=0
  shift
  said=$("$@" 2>&1) || code=$?
  [[ $code == "$wanted" ]] || fail "exit code $code, not $wanted: $*"$'\n'"$said"
}
says() { grep -qF -- "$1" <<<"$said" || fail "not said: '$1' in"$'\n'"$said"; }
hash_of() { "$surgsigma" --db "$1" check | sed -n 's/^tree hash //p'; }

# --- a full disk; runs again inside a name space of its own, where it may mount a small file system ---------------------
if [[ -n $folder ]]; then
  mkdir "$folder/small"
  mount -t tmpfs -o size=3m tmpfs "$folder/small" || exit 77
  db=$folder/small/db
  "$surgsigma" -q init "$db" >/dev/null
  "$surgsigma" -q --db "$db" ingest cholect50 "$folder/world" >/dev/null
  expect 1 "$surgsigma" -q --db "$db" build
  says "No space left on device"
  says "check free space"
  expect 0 "$surgsigma" -q --db "$db" stats # what was there before can still be read
  expect 3 "$surgsigma" -q --db "$db" check
  says "units are not built yet"
  mount -o remount,size=300m "$folder/small"
  expect 0 "$surgsigma" -q --db "$db" build
  [[ $(hash_of "$db") == "$(hash_of "$folder/straight")" ]] || fail "a build that met a full disk ended elsewhere"
  exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$surgsigma" -q simulate cholect50 "$folder/world" --videos 6 >/dev/null
"$surgsigma" -q init "$folder/straight" >/dev/null
"$surgsigma" -q --db "$folder/straight" ingest cholect50 "$folder/world" >/dev/null
"$surgsigma" -q --db "$folder/straight" build >/dev/null
if unshare --user --map-root-user --mount true 2>/dev/null; then
  code=0
  unshare --user --map-root-user --mount bash "$me" "$surgsigma" "$folder" || code=$?
  [[ $code == 77 ]] && echo "skipped: a full disk (no small file system can be mounted here)"
  [[ $code == 0 || $code == 77 ]] || exit "$code"
else
  echo "skipped: a full disk (no name spaces here)"
fi

# --- label files of 2 GB in one line ---------------------------------------------------------------------------------
long_line() { head -c $((2 << 30)) /dev/zero | tr '\0' "$1"; }
most_memory=$((4 << 20)) # KiB: less than twice the file, so it cannot have been held and copied
(ulimit -v "$most_memory" && "$surgsigma" version) >/dev/null 2>&1 || most_memory=unlimited # built with a sanitizer
limited() { (
  ulimit -v "$most_memory"
  exec "$surgsigma" "$@"
); }
"$surgsigma" -q simulate cholec80 "$folder/cholec80" --videos 2 >/dev/null
truncate -s 2G "$folder/cholec80/phase_annotations/video02-phase.txt" # refused by its size
"$surgsigma" -q init "$folder/long" >/dev/null
expect 3 limited -q --db "$folder/long" ingest cholec80 "$folder/cholec80"
expect 0 "$surgsigma" -q --db "$folder/long" issues --list
says "too large to hold at once"
says "video02-phase.txt"
rm "$folder/cholec80/phase_annotations/video02-phase.txt"

mkdir "$folder/coco" # a reader that streams: the value must be refused, not its size
(printf '{"images": [{"id": 1, "width": 10, "height": 10, "file_name": "' && long_line x) >"$folder/coco/boxes.json"
expect 3 limited -q --db "$folder/long" ingest coco "$folder/coco"
expect 0 "$surgsigma" -q --db "$folder/long" issues --list --source coco
says "boxes.json"
rm -r "$folder/coco"

# --- files that may not be read; root may read everything, so somebody else tries ----------------------------------------
somebody=()
if [[ $(id -u) == 0 ]]; then
  somebody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  "${somebody[@]}" "$surgsigma" version >/dev/null 2>&1 || {
    echo "skipped: unreadable files (nobody cannot run the program where it lies)"
    exit 0
  }
fi
mkdir "$folder/locked"
cp -r "$folder/world" "$folder/locked/world"
chmod -R a+rwX "$folder" # nobody works here
label=$(find "$folder/locked/world" -name 'VID*.json' | sort | head -n 1)
chmod 000 "$label"
expect 0 "${somebody[@]}" "$surgsigma" -q init "$folder/locked/db"
expect 3 "${somebody[@]}" "$surgsigma" -q --db "$folder/locked/db" ingest cholect50 "$folder/locked/world"
expect 0 "${somebody[@]}" "$surgsigma" -q --db "$folder/locked/db" issues --list
says "unreadable_file"
says "Permission denied"
says "$(basename "$label")"
chmod 644 "$label"
expect 0 "${somebody[@]}" "$surgsigma" -q --db "$folder/locked/db" ingest cholect50 "$folder/locked/world"
expect 0 "${somebody[@]}" "$surgsigma" -q --db "$folder/locked/db" issues
says "(nothing)"
echo "bad input: all as it should be"
