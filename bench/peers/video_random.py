#!/usr/bin/env python3
"""Peer of `bench_probe video-random`: frames of a video by number with OpenCV's seeking (Debian's python3-opencv).

video_random.py VIDEO INDEX...     prints {"seconds", "frames", "sums"}: the sum of all values of each frame, so that one can see
whether the frames are those that were asked for.
"""
import json
import sys
import time

import cv2


def main():
    video, indices = sys.argv[1], [int(word) for word in sys.argv[2:]]
    begin = time.perf_counter()
    capture = cv2.VideoCapture(video)
    frames = {}
    for index in sorted(set(indices)):
        capture.set(cv2.CAP_PROP_POS_FRAMES, index)
        good, frame = capture.read()
        if good:
            frames[index] = frame
    seconds = time.perf_counter() - begin
    sums = {str(index): int(frame.sum()) for index, frame in frames.items()}
    print(json.dumps({"seconds": seconds, "frames": len(frames), "sums": sums}))


if __name__ == "__main__":
    main()
