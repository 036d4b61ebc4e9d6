#!/usr/bin/env python3
"""Makes the saved inputs of the fuzz targets for pixels: make_pixel_corpus.py CORPUS_FOLDER

Small files, good and broken, told apart by their names. Needs Pillow, numpy and ffmpeg; the results are kept in the
repository, so this runs only when a kind of file is added. Inputs that fuzzing found lie beside these and are not
touched.
"""
import io
import json
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

WIDE, HIGH = 24, 18


def colours():
    y, x = np.mgrid[0:HIGH, 0:WIDE]
    return np.stack([x * 9 % 256, y * 13 % 256, (x + y) * 5 % 256], axis=2).astype(np.uint8)


def classes():
    ids = np.zeros((HIGH, WIDE), np.uint8)
    ids[2:8, 3:10] = 1
    ids[6:15, 12:20] = 6
    ids[16, 5] = 6
    ids[0, 20] = 255
    return ids


def saved(picture, form, **options):
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(wide, high, bits, kind, rows, extra=b""):
    header = struct.pack(">IIBBBBB", wide, high, bits, kind, 0, 0, 0)
    body = zlib.compress(rows, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pictures():
    rgb = Image.fromarray(colours())
    grey = Image.fromarray(colours()[:, :, 0])
    jpeg = saved(rgb, "JPEG", quality=85)
    progressive = saved(rgb, "JPEG", quality=70, progressive=True)
    tables = bytearray(jpeg)
    tables[tables.index(b"\xff\xc4") + 6] = 200  # more codes of a length than there can be
    exif = Image.Exif()
    exif[0x0112] = 6
    alpha = np.dstack([colours(), np.full((HIGH, WIDE), 255, np.uint8)])
    clear = alpha.copy()
    clear[5, 7, 3] = 10
    grey16 = (colours()[:, :, 0].astype(np.uint16) * 257)
    rows16 = b"".join(b"\0" + grey16[y].astype(">u2").tobytes() for y in range(HIGH))
    palette = Image.fromarray(classes(), "P")
    palette.putpalette([v for i in range(256) for v in (i, 255 - i, i * 7 % 256)])
    good = saved(rgb, "PNG", optimize=True)
    crc = bytearray(good)
    crc[30] ^= 1
    yield "rgb.jpg", jpeg
    yield "progressive.jpg", progressive
    yield "grey.jpg", saved(grey, "JPEG")
    yield "cmyk.jpg", saved(rgb.convert("CMYK"), "JPEG", quality=60)
    yield "turned.jpg", saved(rgb, "JPEG", exif=exif, quality=50)
    yield "restart.jpg", saved(rgb, "JPEG", quality=40, restart_marker_blocks=1)
    yield "cut.jpg", jpeg[: len(jpeg) * 2 // 3]
    yield "broken_tables.jpg", bytes(tables)
    yield "claims_60000.jpg", jpeg.replace(struct.pack(">HH", HIGH, WIDE), struct.pack(">HH", 60000, 60000), 1)
    yield "rgb.png", good
    yield "grey.png", saved(grey, "PNG")
    yield "palette.png", saved(palette, "PNG")
    yield "bits1.png", saved(grey.convert("1"), "PNG")
    yield "rgba_opaque.png", saved(Image.fromarray(alpha), "PNG")
    yield "rgba_clear.png", saved(Image.fromarray(clear), "PNG")
    yield "grey16.png", png(WIDE, HIGH, 16, 0, rows16)
    yield "crc.png", bytes(crc)
    yield "cut.png", good[: len(good) // 2]
    yield "claims_60000.png", png(60000, 60000, 8, 2, b"\0" * 100)
    yield "bomb.png", png(500, 500, 8, 2, b"\0" * (1501 * 500))
    yield "too_short.png", png(500, 500, 8, 2, b"\0" * 100)
    yield "lossy.webp", saved(rgb, "WEBP", quality=60)
    yield "lossless.webp", saved(rgb, "WEBP", lossless=True)
    yield "alpha.webp", saved(Image.fromarray(clear), "WEBP", lossless=True)
    yield "rgb.bmp", saved(rgb, "BMP")
    yield "grey.bmp", saved(grey, "BMP")
    for name in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        yield name + ".tif", saved(rgb, "TIFF", compression=name)
    yield "cmyk.tif", saved(rgb.convert("CMYK"), "TIFF")
    yield "bits1.tif", saved(grey.convert("1"), "TIFF", compression="group4")
    yield "jpeg.tif", saved(rgb, "TIFF", compression="jpeg")
    yield "pages.tif", saved(rgb, "TIFF", save_all=True, append_images=[rgb])
    yield "empty", b""
    yield "text", b"no picture\n"


def masks():
    ids = Image.fromarray(classes())
    yield "ids.png", saved(ids, "PNG")
    yield "ids.tif", saved(ids, "TIFF", compression="tiff_lzw")
    yield "ids.bmp", saved(ids, "BMP")
    palette = Image.fromarray(classes(), "P")
    palette.putpalette([v for i in range(256) for v in (i, 0, 255 - i)])
    yield "palette.png", saved(palette, "PNG", bits=8)
    yield "three.png", saved(Image.merge("RGB", [ids] * 3), "PNG")
    yield "photograph.png", saved(Image.fromarray(colours()), "PNG")
    yield "lossless.webp", saved(Image.merge("RGB", [ids] * 3), "WEBP", lossless=True)
    wide = classes().astype(np.uint16)
    yield "ids16.png", png(WIDE, HIGH, 16, 0, b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide))
    wide[3, 3] = 700
    yield "ids16_beyond.png", png(WIDE, HIGH, 16, 0, b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide))


def colour_masks():
    palette = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255], [170, 255, 0], [255, 85, 0], [9, 9, 9]], np.uint8)
    drawn = Image.fromarray(palette[np.minimum(classes(), 6)])
    head = bytes([0, len(palette)]) + palette.tobytes()
    yield "exact.png", head + saved(drawn, "PNG")
    yield "tolerant.jpg", bytes([20]) + head[1:] + saved(drawn, "JPEG", quality=95)
    yield "stray.png", bytes([0, 2]) + palette[:2].tobytes() + saved(drawn, "PNG")
    yield "ids.png", head + saved(Image.fromarray(classes()), "PNG")


def counts(mask):
    """COCO's text of a 0/1 array."""
    flat = mask.flatten(order="F")
    runs, last = [], 0
    for value in flat:
        if value != last:
            runs.append(0)
            last = value
        elif not runs:
            runs.append(0)
        runs[-1] += 1
    if flat[0] == 1:
        runs.insert(0, 0)
    text = ""
    for i, run in enumerate(runs):
        value = run - runs[i - 2] if i > 2 else run
        while True:
            letter = value & 0x1F
            value >>= 5
            more = value != -1 if letter & 0x10 else value != 0
            text += chr((letter | 0x20 if more else letter) + 48)
            if not more:
                break
    return text, runs


def run_lengths():
    size = bytes([WIDE, HIGH])
    for name, mask in (("tool", classes() == 6), ("none", classes() == 9), ("all", classes() < 256), ("points", classes() == 255)):
        yield name, size + counts(mask.astype(int))[0].encode()
    yield "too_long", size + b"oooooooooo0"
    yield "no_size", b"\0\0"


def mask_texts():
    size = bytes([WIDE, HIGH])
    text, runs = counts((classes() == 6).astype(int))
    for name, value in (
        ("outline", [[3, 2, 10, 2, 10, 8, 3, 8]]),
        ("two_outlines", [[3.5, 2, 10, 2.25, 9, 8], [12, 6, 20, 6, 20, 15, 12, 15]]),
        ("packed", {"size": [HIGH, WIDE], "counts": text}),
        ("runs", {"size": [HIGH, WIDE], "counts": runs}),
        ("other_size", {"size": [WIDE, HIGH], "counts": runs}),
        ("far_away", [[1e308, 2, -1e308, 2, 10, 8]]),
        ("neither", {"bbox": [1, 2, 3, 4]}),
        ("words", [["a", "b"], 7]),
    ):
        yield name + ".json", size + json.dumps(value).encode()


def npy(array, **header):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def depths():
    y, x = np.mgrid[0:HIGH, 0:WIDE]
    depth = (40 + x * 1.5 + y).astype(np.float32)
    depth[4, 4] = 0
    whole = (depth * 256).astype(np.uint16)
    yield "npy_f4", b"\0" + npy(depth)
    yield "npy_f8_big", b"\0" + npy(depth.astype(">f8"))
    yield "npy_u2", b"\x40" + npy(whole)
    yield "npy_xyz", b"\x20" + npy(np.dstack([depth] * 3))
    yield "npy_fortran", b"\0" + npy(np.asfortranarray(depth))
    yield "npy_cut", b"\0" + npy(depth)[:300]
    yield "npy_huge", b"\0" + npy(depth).replace(b"(18, 24)", b"(1800000000, 240)"[:17])
    holes = depth.copy()
    holes[1] = np.nan
    holes[2] = np.inf
    holes[3] = 3e38
    yield "npy_holes", b"\x02" + npy(holes)
    yield "png16", b"\x40" + png(WIDE, HIGH, 16, 0, b"".join(b"\0" + row.astype(">u2").tobytes() for row in whole))
    yield "png8", b"\x0a" + saved(Image.fromarray(classes()), "PNG")
    yield "png_rgb", b"\0" + saved(Image.fromarray(colours()), "PNG")
    yield "tiff_float", b"\x01" + saved(Image.fromarray(depth), "TIFF")
    yield "tiff_float_lzw", b"\x03" + saved(Image.fromarray(depth), "TIFF", compression="tiff_lzw")
    yield "tiff_i32", b"\0" + saved(Image.fromarray(whole.astype(np.int32)), "TIFF")
    yield "negative", b"\0" + npy(-depth)
    yield "no_depth", b"\0no depth"


def videos():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)

        def made(name, *options, frames=6):
            subprocess.run(
                ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=48x32:rate=10",
                 "-frames:v", str(frames), "-threads", "1", "-fflags", "+bitexact", "-flags:v", "+bitexact", *options,
                 str(folder / name)], check=True)
            return (folder / name).read_bytes()

        h264 = ["-c:v", "libx264", "-preset", "fast", "-crf", "30", "-pix_fmt", "yuv420p", "-g", "4", "-bf", "2",
                "-x264-params", "threads=1"]
        mp4 = made("h264.mp4", *h264)
        first = made("faststart.mp4", *h264, "-movflags", "+faststart")
        yield "h264.mp4", mp4
        yield "h264.mkv", made("h264.mkv", *h264)
        yield "h264.ts", made("h264.ts", *h264, frames=3)
        yield "mpeg4_b.avi", made("mpeg4.avi", "-c:v", "mpeg4", "-q:v", "12", "-bf", "2", "-g", "4")
        yield "mjpeg.avi", made("mjpeg.avi", "-c:v", "mjpeg", "-q:v", "20", "-pix_fmt", "yuvj420p", frames=3)
        yield "mpeg2.mpg", made("mpeg2.mpg", "-c:v", "mpeg2video", "-q:v", "20", "-bf", "2", "-g", "4")
        yield "vp9.webm", made("vp9.webm", "-c:v", "libvpx-vp9", "-crf", "50", "-b:v", "0", "-g", "4", frames=4)
        yield "raw.y4m", made("raw.y4m", "-pix_fmt", "yuv420p", "-vf", "scale=16:8", frames=3)
        yield "anim.gif", made("anim.gif", "-vf", "scale=24:16", frames=3)
        yield "wmv.asf", made("wmv.asf", "-c:v", "wmv2", "-q:v", "20", frames=3)
        yield "flv.flv", made("flv.flv", "-c:v", "flv", "-q:v", "20", frames=3)
        yield "no_moov.mp4", mp4[: mp4.index(b"moov") - 4]
        yield "cut.mp4", first[: len(first) * 7 // 10]
        yield "unknown_codec.mp4", mp4.replace(b"avc1", b"zzz1").replace(b"avcC", b"zzzC")
        size = struct.pack(">HH", 48, 32)
        yield "claims_60000.mp4", mp4.replace(size, struct.pack(">HH", 60000, 60000))
        avi = bytearray(made("lying.avi", "-c:v", "mjpeg", "-q:v", "20", "-pix_fmt", "yuvj420p", frames=2))
        avi[48:52] = avi[140:144] = struct.pack("<I", 1000)
        yield "lying.avi", bytes(avi)
        yield "playlist", b"#EXTM3U\n#EXTINF:1,\nh264.mp4\n"


def number(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def signed(value):
    return number(((value << 1) ^ (value >> 63)) & (2**64 - 1))


def indices():
    def index(den=12800, last=512, packets=((-5, -1, 1), (0, 0, 1), (2048, 2, 0), (1024, 1, 0)), stamps=(0, 1024, 2048)):
        out = b"SGVI" + number(2) + number(2**63 + 5) + number(0) + signed(1) + signed(den) + signed(last)
        out += number(0) + number(1) + signed(4) + number(len(packets))
        stamp = frame = 0
        for at, shown, entry in packets:
            before = frame if stamp or frame else -1
            out += signed(at - stamp) + signed((shown - before) * 2 + entry) + signed(100)
            stamp, frame = at, shown
        out += number(len(stamps))
        last_stamp = 0
        for at in stamps:
            out += signed(at - last_stamp)
            last_stamp = at
        return out

    yield "good", index(packets=((0, 0, 1), (2048, 2, 0), (1024, 1, 0)))
    yield "hidden", index()
    yield "no_clock", index(den=0)
    yield "huge_clock", index(den=2**62)
    yield "backwards", index(stamps=(0, 2048, 1024))
    yield "counts", b"SGVI" + number(2) + b"\0" * 8 + number(2**40)


def tars():
    def member(name, data, size=None):
        head = bytearray(512)
        head[: len(name)] = name
        head[100:108] = b"0000644\0"
        head[108:116] = head[116:124] = b"0000000\0"
        head[124:136] = b"%011o\0" % (len(data) if size is None else size)
        head[136:148] = b"00000000000\0"
        head[148:156] = b"        "
        head[156:157] = b"0"
        head[257:265] = b"ustar\00000"
        head[148:156] = b"%06o\0 " % sum(head)
        return bytes(head) + data + b"\0" * (-len(data) % 512)

    end = b"\0" * 1024
    yield "two", member(b"00.jpg", b"jpeg") + member(b"00.json", b"{}") + end
    yield "empty", end
    yield "beyond", member(b"a", b"x", 5000) + end
    yield "huge", member(b"a", b"x", 8**11 - 1) + end
    yield "no_end", member(b"a", b"x")


def main():
    corpus = Path(sys.argv[1])
    made = {"picture": pictures, "class_ids": masks, "class_colours": colour_masks, "measures": None,
            "mask_counts": run_lengths, "mask_text": mask_texts, "depth": depths, "video": videos,
            "video_index": indices, "tar": tars}
    for target, files in made.items():
        folder = corpus / target
        folder.mkdir(parents=True, exist_ok=True)
        if files is None:
            few = ("rgb.jpg", "progressive.jpg", "cmyk.jpg", "grey.png", "rgb.png", "lossy.webp", "raw.tif", "cut.jpg")
            files = lambda: ((name, data) for name, data in pictures() if name in few)
        for name, data in files():
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
