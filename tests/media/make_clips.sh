#!/bin/sh
# Makes the small clips that the tests of src/surgsigma/media read: make_clips.sh FOLDER. Needs ffmpeg with libx264.
# Each frame says its number: the upper half of the picture is grey, brightness 20 + 20 * digit, the units at the left and
# the tens at the right. The lower half moves, so that encoders have something to predict.
set -eu
out=${1:?usage: make_clips.sh FOLDER}
mkdir -p "$out"
cd "$out"

ff() { ffmpeg -nostdin -v error -y -threads 1 "$@"; }
picture() { # SIZE RATE
  echo "testsrc2=size=$1:rate=$2,format=yuv444p,geq=lum='if(lt(Y,H/2),if(lt(X,W/2),20+20*mod(N,10),20+20*mod(floor(N/10),10)),lum(X,Y))':cb='if(lt(Y,H/2),128,cb(X,Y))':cr='if(lt(Y,H/2),128,cr(X,Y))'"
}
make() { # NAME SIZE FRAMES ENCODER...
  name=$1 size=$2 frames=$3
  shift 3
  ff -f lavfi -i "$(picture "$size" 25)" -frames:v "$frames" -threads 1 "$@" "$name"
}
h264="-c:v libx264 -preset fast -crf 12 -pix_fmt yuv420p"

make default_gop.mp4 96x64 90 $h264                           # one keyframe, B-frames that are referred to
make short_gop.mp4 96x64 90 $h264 -g 12 -bf 3
make no_b.mp4 96x64 90 $h264 -g 30 -bf 0
make open_gop.mkv 96x64 90 $h264 -g 12 -bf 3 -x264-params open-gop=1
make mpeg4_b.avi 96x64 90 -c:v mpeg4 -q:v 2 -bf 2 -g 12       # AVI has no presentation times
make mpeg2.mpg 96x64 90 -c:v mpeg2video -q:v 2 -bf 2 -g 12    # a stream that has to be cut up into packets
make odd.avi 97x65 30 -c:v mjpeg -q:v 2 -pix_fmt yuvj420p
make odd_444.mp4 97x65 30 -c:v libx264 -crf 12 -pix_fmt yuv444p
make ten_bit.mp4 96x64 30 -c:v libx264 -crf 8 -pix_fmt yuv420p10le
make with_names.mp4 96x64 10 $h264 -metadata title="Jane Doe" -metadata creation_time=2020-02-03T04:05:06Z
ff -i default_gop.mp4 -f lavfi -i sine=duration=1 -c:v copy -c:a aac sound.mp4
ff -f lavfi -i sine=duration=1 -c:a aac only_sound.mp4
ff -i short_gop.mp4 -c copy stream.ts

# Other codecs, where this ffmpeg has them.
make hevc.mp4 96x64 60 -c:v libx265 -x265-params log-level=none:keyint=12:bframes=3 -crf 10 -pix_fmt yuv420p || rm -f hevc.mp4
make vp9.webm 96x64 60 -c:v libvpx-vp9 -crf 10 -b:v 0 -g 12 || rm -f vp9.webm

# Every third frame is missing: frames 0 1 3 4 6 7 ... of the pattern, at their own times.
ff -f lavfi -i "$(picture 96x64 25)" -vf "select='not(eq(mod(n,3),2))'" -vsync vfr -frames:v 40 $h264 -g 12 variable_rate.mp4
# Begins between keyframes: an edit list hides the first pictures.
ff -ss 0.75 -i short_gop.mp4 -c copy edit_list.mp4
# Turned by a quarter: the display matrix says so, the stored pictures stay.
ff -i short_gop.mp4 -c copy -metadata:s:v:0 rotate=90 turned.mp4
# Pure colours in the two matrices and ranges: red, then green, then blue.
colours="color=red:size=64x64:rate=3:duration=1[r];color=lime:size=64x64:rate=3:duration=1[g];color=blue:size=64x64:rate=3:duration=1[b];[r][g][b]concat=n=3,format=rgb24"
ff -f lavfi -i "$colours,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p" -c:v libx264 -crf 4 -colorspace bt709 -color_range tv bt709.mp4
ff -f lavfi -i "$colours,scale=out_color_matrix=bt601:out_range=tv,format=yuv420p" -c:v libx264 -crf 4 bt601.mp4
ff -f lavfi -i "$colours,scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p" -c:v libx264 -crf 4 -color_range pc full_range.mp4

# Broken ones.
ff -i short_gop.mp4 -c copy -movflags +faststart table_first.mp4
bytes=$(wc -c < table_first.mp4)
head -c $((bytes * 6 / 10)) table_first.mp4 > truncated.mp4   # its table of contents names frames that are not there
head -c $((bytes * 6 / 10)) short_gop.mp4 > no_moov.mp4
cp short_gop.mp4 damaged.mp4
dd if=/dev/urandom of=damaged.mp4 bs=1 seek=$((bytes / 2)) count=1500 conv=notrunc status=none
make lying.avi 96x64 20 -c:v mjpeg -q:v 2 -pix_fmt yuvj420p
printf '\350\003\000\000' | dd of=lying.avi bs=1 seek=48 conv=notrunc status=none    # avih: 1000 frames
printf '\350\003\000\000' | dd of=lying.avi bs=1 seek=140 conv=notrunc status=none   # strh: 1000 frames
sed 's/avc1/zzz1/g; s/avcC/zzzC/g' short_gop.mp4 > unknown_codec.mp4
ff -f lavfi -i "color=red:size=64x64:duration=1" -vf select=0 $h264 no_frames.mp4 || rm -f no_frames.mp4
: > empty.mp4
head -c 20000 /dev/urandom > noise.mp4
printf '#EXTM3U\n#EXTINF:1,\nshort_gop.mp4\n' > playlist.mp4

# Pictures with gaps in their numbers: 8, 9, 10 and 12 of the pattern.
mkdir -p frames
for n in 8 9 10 12; do ff -i default_gop.mp4 -vf "select='eq(n,$n)'" -frames:v 1 "frames/frame_$n.png"; done
printf 'not a picture' > frames/readme.txt
