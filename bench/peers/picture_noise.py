#!/usr/bin/env python3
"""How far extracted JPEG files are from the frames of their video, ours and the peer's: mean PSNR of the luma in dB.

picture_noise.py VIDEO STEP OURS PEER COUNT     OURS has %06d.jpg by frame, PEER by position from 1; COUNT files are looked at
"""
import json
import os
import subprocess
import sys

import cv2
import numpy

WIDE, HIGH = 854, 480


def frames_of(video, wanted):
    """Luma of the frames with these numbers, decoded by ffmpeg in one pass."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", video, "-vsync", "0", "-f", "rawvideo", "-pix_fmt", "bgr24",
               "-sws_flags", "accurate_rnd+full_chroma_int", "-"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    frames, index = {}, 0
    while len(frames) < len(wanted):
        data = process.stdout.read(WIDE * HIGH * 3)
        if len(data) < WIDE * HIGH * 3:
            break
        if index in wanted:
            frames[index] = cv2.cvtColor(numpy.frombuffer(data, numpy.uint8).reshape(HIGH, WIDE, 3), cv2.COLOR_BGR2GRAY)
        index += 1
    process.kill()
    process.wait()
    return frames


def main():
    video, step, ours, peer, most = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5])
    positions = range(len(os.listdir(ours)))[::max(1, len(os.listdir(ours)) // most)]
    frames = frames_of(video, {p * step for p in positions})

    def noise(folder, name):
        return sum(cv2.PSNR(frames[p * step], cv2.imread(os.path.join(folder, name(p)), cv2.IMREAD_GRAYSCALE))
                   for p in positions) / len(positions)

    print(json.dumps({"ours_db": round(noise(ours, lambda p: f"{p * step:06}.jpg"), 2),
                      "peer_db": round(noise(peer, lambda p: f"{p + 1:06}.jpg"), 2), "pictures": len(positions)}))


if __name__ == "__main__":
    main()
