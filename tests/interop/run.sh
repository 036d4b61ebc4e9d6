#!/usr/bin/env bash
# Exports of the demo world read by other people's readers: tests/interop/run.sh BINARY
# Makes its Python environment in build/venv once; everything else lives in a temporary folder.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 BINARY" >&2; exit 2; }
binary=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=tests/interop
venv=build/venv

wanted=$(sha256sum <"$here/requirements.txt")
if [ ! -f "$venv/stamp" ] || [ "$(cat "$venv/stamp")" != "$wanted" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  echo "$wanted" >"$venv/stamp"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The demo world is dirty on purpose: exit code 3, done with data errors, is done.
surgsigma() { "$binary" --catalog catalog --quiet "$@" || { local code=$?; [ "$code" -eq 3 ] || return "$code"; }; }

surgsigma simulate demo "$work/world" >/dev/null
surgsigma init "$work/db" >/dev/null
for folder in "$work"/world/*/; do
  surgsigma --db "$work/db" ingest "$(basename "$folder")" "$folder" >/dev/null
done
surgsigma --db "$work/db" build >/dev/null

export_as() { # NAME FORMAT [FLAG...]
  surgsigma --db "$work/db" export "$2" "$work/exports/$1" --media "$work/pictures" "${@:3}" >/dev/null
}

# Pictures for some of the rows, at the places that an export names.
mkdir -p "$work/pictures" "$work/exports"
export_as llava llava --profile permille
"$venv/bin/python" "$here/make_pictures.py" "$work/exports/llava" "$work/pictures" 40
rm -rf "$work/exports/llava"

export_as llava llava --profile permille
export_as llava-reasoning llava --reasoning separate
export_as swift swift
export_as swift-reasoning swift --reasoning only
export_as swift-grpo swift-grpo
export_as hf hf --profile qwen25
export_as hf-capped hf --cap 20 --balanced --profile unit

# Pairs need pixels: a short drawn world of its own.
surgsigma simulate cholec80 "$work/drawn" --videos 2 --length 0.01 --pixels >/dev/null
surgsigma init "$work/pixels" >/dev/null
surgsigma --db "$work/pixels" ingest cholec80 "$work/drawn" >/dev/null
surgsigma --db "$work/pixels" build >/dev/null
mkdir -p "$work/pair-exports" "$work/clip-exports" "$work/turn-exports" "$work/coco-exports"
surgsigma --db "$work/pixels" export pairs "$work/pair-exports/pairs" >/dev/null
surgsigma --db "$work/pixels" export wds "$work/pair-exports/wds" >/dev/null
surgsigma --db "$work/pixels" export cosmos "$work/clip-exports/cosmos" --clip-frames 17 --clips-per-video 3 >/dev/null
surgsigma --db "$work/pixels" export cosmos "$work/clip-exports/cosmos-pad" --clip-frames 9 --clip-size 256x256 --clip-rate 5 \
  --clip-fit pad --clips-from actions --clips-per-video 2 >/dev/null
for format in llava swift hf; do
  surgsigma --db "$work/pixels" export "$format" "$work/turn-exports/$format" \
    --task desmoking,next_frame_generation,conditional_video_generation >/dev/null
done

# Boxes and masks, from pictures that a source ships.
surgsigma simulate endoscapes2023 "$work/boxed" --videos 3 --length 0.1 --pixels >/dev/null
surgsigma init "$work/boxes" >/dev/null
surgsigma --db "$work/boxes" ingest endoscapes2023 "$work/boxed" >/dev/null
surgsigma --db "$work/boxes" build >/dev/null
surgsigma --db "$work/boxes" export coco "$work/coco-exports/concepts" >/dev/null
surgsigma --db "$work/boxes" export coco "$work/coco-exports/words" --classes source --task tissue_localization >/dev/null

# Scores of invented models, for a browser to open: all tasks, with pictures, and a board of three with published scores.
surgsigma --db "$work/db" eval make sigma-18 "$work/questions/all" --no-media >/dev/null
surgsigma --db "$work/db" eval make "$here/board-suite.yaml" "$work/questions/board" --no-media >/dev/null
surgsigma --db "$work/boxes" eval make "$here/pictures-suite.yaml" "$work/questions/pictures" >/dev/null
score_model() { # QUESTIONS MODEL SHARE SEED
  "$venv/bin/python" "$here/make_answers.py" "$work/questions/$1" "$work/answers/$1/$2" "$3" "$4"
  surgsigma eval score "$work/questions/$1" "$work/answers/$1/$2" "$work/scores/$1/$2" --model "$2" --resamples 500 >/dev/null
}
score_model all good 0.8 1
score_model pictures fair 0.5 2
score_model board good 0.9 3
score_model board fair 0.6 4
score_model board poor 0.3 5
surgsigma eval board "$work/scores/side-by-side" "$work"/scores/board/{good,fair,poor} >/dev/null

# Written media: clips as files and as lists, in other sizes and formats.
write_media() { # NAME FORMAT [FLAG...]
  surgsigma --db "$work/pixels" export "$2" "$work/exports/$1" --write-media "${@:3}" >/dev/null
}
write_media media-llava llava --long-side 448
write_media media-swift swift --clips frames --clip-rate 2 --picture-format webp --pixel-budget 100000
write_media media-hf hf --clip-rate 5 --picture-format png --cap 40
surgsigma --db "$work/pixels" export pairs "$work/pair-exports/pairs-small" --long-side 448 --picture-format webp >/dev/null

export SURGSIGMA_COCO_EXPORTS="$work/coco-exports" SURGSIGMA_CLIP_EXPORTS="$work/clip-exports"
export SURGSIGMA_TURN_EXPORTS="$work/turn-exports" SURGSIGMA_SCORES="$work/scores"
SURGSIGMA_PAIR_EXPORTS="$work/pair-exports" SURGSIGMA_EXPORTS="$work/exports" HF_HOME="$work/hf" HF_DATASETS_OFFLINE=1 HF_HUB_OFFLINE=1 \
  "$venv/bin/python" -m pytest -q -p no:cacheprovider "$here"
