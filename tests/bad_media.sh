#!/usr/bin/env bash
# The program against damaged pixels: broken and hostile videos, pictures, masks and depth maps among sound ones.
# What must hold: no crash, exit code 3, an issue that names the file and where it can the frame, bounded memory, and the
# same rows for everything that is sound as without the damage.
# bad_media.sh BINARY
set -euo pipefail
surgsigma=$(realpath "$1")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
command -v ffmpeg >/dev/null || { echo "skipped: no ffmpeg command that can make videos"; exit 0; }

fail() {
  echo "bad_media: $*" >&2
  exit 1
}
damage() { python3 "$here/media/damage.py" "$@"; }
folder=$(mktemp -d)
trap 'chmod -R u+rwX "$folder"; rm -rf "$folder"' EXIT
cd "$folder"

most_kib=$((1 << 20)) # what a run may hold; a program built with a sanitizer holds more
(ulimit -v $((8 << 20)) && "$surgsigma" version) >/dev/null 2>&1 || most_kib=$((16 << 20))
# expect CODE COMMAND...: runs it; what it says is in $said
expect() {
  local wanted=$1 code=0
  shift
  said=$(python3 - "$most_kib" "$@" 2>&1 <<'RUN'
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
if held > int(sys.argv[1]):
    sys.exit(f"held {held >> 10} MiB of memory: {sys.argv[2:]}")
sys.exit(128 - code if code < 0 else code)
RUN
  ) || code=$?
  [[ $code == "$wanted" ]] || fail "exit code $code, not $wanted: $*"$'\n'"$said"
}
# build DB SOURCE=FOLDER... with the exit code in $wanted
build() {
  local db=$1 pair
  shift
  "$surgsigma" -q init "$db" >/dev/null
  for pair in "$@"; do "$surgsigma" -q --db "$db" ingest "${pair%%=*}" "${pair#*=}" >/dev/null || [[ $? == 3 ]]; done
  expect "$wanted" "$surgsigma" -q --db "$db" build --set pairs_per_video=3
}
rows() { "$surgsigma" -q --json --db "$1" sql "$2"; }
# told DB RULE FILE [FRAME]: there is such an issue
told() {
  local where="rule = '$2' AND file LIKE '%$3'"
  [[ $# -lt 4 ]] || where+=" AND value = '$4'"
  [[ $(rows "$1" "SELECT count(*) > 0 AS yes FROM issues WHERE $where" | tr -d ' \n') == *true* ]] ||
    fail "no issue '$2' of $3 ${4:-}"$'\n'"$("$surgsigma" --db "$1" issues --list --limit 200)"
}
same() { # QUERY: as many rows and the same in both databases, and not none
  rows bad "$1" >bad.json
  rows twin "$1" >twin.json
  cmp -s bad.json twin.json || fail "sound rows changed: $1"$'\n'"$(diff twin.json bad.json | head -20)"
  [[ $(wc -c <twin.json) -gt 200 ]] || fail "nothing to compare: $1"
}

# --- a catalog whose picture source also ships depth ------------------------------------------------------------------
cp -r "$here/../catalog" catalog
sed -i 's|^layout:|layout:\n  - role: depth\n    pattern: "depth/{video:d}_{index:d}.png"\n    required: false\n    with: {unit: mm, provenance: measured}|' \
  catalog/sources/endoscapes2023.yaml
export SURGSIGMA_CATALOG=$folder/catalog

# --- videos: two sound ones, then one of each damage -------------------------------------------------------------------
"$surgsigma" -q simulate cholec80 videos --videos 14 --length 0.004 >/dev/null
ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=320x180:rate=25" -frames:v 1500 -c:v libx264 -preset ultrafast \
  -g 25 -pix_fmt yuv420p long.mp4
length() { wc -l <"videos/phase_annotations/video$1-phase.txt"; }
cut_to() { # NUMBER OUT: as many frames as the labels have, less their heading
  ffmpeg -nostdin -v error -y -ss "$((10#$1 % 5))" -i long.mp4 -frames:v $(($(length "$1") - 1)) -c:v libx264 \
    -preset ultrafast -g 25 -movflags +faststart "$2"
}
mkdir -p videos/videos
videos=videos/videos
cut_to 01 $videos/video01.mp4
cut_to 02 $videos/video02.mp4
cp -r videos videos_twin
for number in 03 04 05 06 07 08 09 10 11 12 13 14; do rm -f videos_twin/*/video$number-*; done
cut_to 05 good05.mp4
cut_to 06 good06.mp4
cut_to 13 good13.mp4
ffmpeg -nostdin -v error -i good05.mp4 -c copy moov_last.mp4
damage empty $videos/video03.mp4
damage text $videos/video04.mp4
damage no_moov $videos/video05.mp4 moov_last.mp4
damage cut $videos/video06.mp4 good06.mp4
ffmpeg -nostdin -v error -f lavfi -i color=red:size=64x64:duration=1 -vf select=0 -c:v libx264 $videos/video07.mp4
ffmpeg -nostdin -v error -i good06.mp4 -c:v mjpeg -q:v 9 -pix_fmt yuvj420p mjpeg.avi
damage lying $videos/video08.mp4 mjpeg.avi
damage unknown_codec $videos/video09.mp4 good06.mp4
mkdir $videos/video10.mp4
ln -s video11.mp4 $videos/video11.mp4
cut_to 12 $videos/video12.mp4
chmod 000 $videos/video12.mp4
damage noise $videos/video13.mp4 good13.mp4
damage huge $videos/video14.mp4

# --- pictures: one recording damaged, the others sound -----------------------------------------------------------------
"$surgsigma" -q simulate endoscapes2023 pictures --videos 3 --length 0.006 --pixels >/dev/null
mkdir -p pictures/depth
hurt=$(cd pictures/all && printf '%s\n' *_0.jpg | sed 's/_0.jpg//' | head -n 1)
sound=$(cd pictures/all && printf '%s\n' *_0.jpg | sed 's/_0.jpg//' | sed -n 2p)
damage depth "pictures/depth/${sound}_0.png"
cp -r pictures pictures_twin
good=pictures_twin/all/${hurt}_0.jpg
picture() { echo "pictures/all/${hurt}_$((25 * $1)).jpg"; }
[[ $(find pictures/all -name "${hurt}_*" | wc -l) -ge 16 ]] || fail "too few pictures to damage"
n=1
for kind in truncated broken_tables claims_60000 empty text clear; do # cannot be read
  damage $kind "$(picture $n)" "$good"
  n=$((n + 1))
done
for kind in bomb grey grey16 opaque; do # can be
  damage $kind "$(picture $n)" "$good"
  n=$((n + 1))
done
cp "$here/fuzz/corpus/picture/cmyk.jpg" "$(picture 11)"
rm "$(picture 12)" # a gap
damage mask_small "pictures/semseg/${hurt}_0.png"
damage mask_stray "pictures/semseg/${hurt}_325.png"
damage mask_stray "pictures/semseg/${hurt}_99999.png" # of no picture
damage depth_small "pictures/depth/${hurt}_0.png"

# --- what comes of it -------------------------------------------------------------------------------------------------
wanted=0 build twin cholec80=videos_twin endoscapes2023=pictures_twin
wanted=3 build bad cholec80=videos endoscapes2023=pictures

told bad unreadable_video video03.mp4
told bad unreadable_video video04.mp4
told bad unreadable_video video05.mp4
told bad video_ends_early video06.mp4
told bad labels_beyond_video video06.mp4
told bad unreadable_video video07.mp4
told bad header_miscounts video08.mp4 1000
told bad unreadable_video video09.mp4
told bad unreadable_video video14.mp4
told bad broken_frame video13.mp4
told bad unreadable_file video10.mp4/
told bad unreadable_file video11.mp4
[[ $(id -u) == 0 ]] || told bad unreadable_video video12.mp4
for n in 1 2 3 4 5 6; do told bad broken_frame "all/${hurt}_$((25 * n)).jpg" $((25 * n)); done
told bad size_changes "all/${hurt}_175.jpg" 175
told bad size_changes "all/${hurt}_275.jpg" 275
told bad unusable_depth "depth/${hurt}_0.png" 0
told bad unusable_mask "semseg/${hurt}_0.png" 0
told bad unusable_mask "semseg/${hurt}_325.png" 325
told bad no_picture "all" 99999

same "SELECT * FROM media WHERE video_id IN ('cholec80/video01', 'cholec80/video02', 'endoscapes2023/$sound')"
same "SELECT * FROM frames WHERE video_id IN ('cholec80/video01', 'cholec80/video02', 'endoscapes2023/$sound') ORDER BY ALL"
same "SELECT * FROM pairs WHERE video_id IN ('cholec80/video01', 'cholec80/video02', 'endoscapes2023/$sound') ORDER BY ALL"
same "SELECT video_id, frame, sharpness, smoke, hash FROM frames WHERE video_id = 'endoscapes2023/$hurt'
      AND frame NOT BETWEEN 25 AND 300 ORDER BY ALL"
rows bad "SELECT DISTINCT task FROM pairs WHERE video_id IN ('cholec80/video01', 'endoscapes2023/$sound')" >tasks.json
for task in desmoking instrument_segmentation depth_estimation next_frame_generation conditional_video_generation; do
  grep -q "$task" tasks.json || fail "no pair of $task to compare"
done
expect 0 "$surgsigma" -q --db bad check
echo "bad media: all as it should be"
