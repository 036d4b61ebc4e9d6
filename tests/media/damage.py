#!/usr/bin/env python3
"""Damaged pictures and videos for tests/bad_media.sh: damage.py KIND OUT [GOOD]

GOOD is a sound file that the damage is done to. Needs nothing but Python.
"""
import struct
import sys
import zlib

WIDE, HIGH = 854, 480  # of the frames that the damaged ones stand among


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(wide, high, bits, colour, row, rows=None):
    """`row` again and again; `rows` fewer than there should be."""
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(b"\0" + row) for _ in range(high if rows is None else rows)) + packer.flush()
    header = struct.pack(">IIBBBBB", wide, high, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def box_of(data, kind):
    at = data.index(kind)
    return at + 4


def broken_tables(good):
    bad = bytearray(good)
    at = good.index(b"\xff\xc4") + 5
    bad[at : at + 16] = b"\xff" * 16  # more codes of each length than there can be
    return bytes(bad)


def with_noise(good):
    """The second half of the pictures' data is noise; the table of contents stays."""
    at, size = box_of(good, b"mdat"), struct.unpack(">I", good[box_of(good, b"mdat") - 8 : box_of(good, b"mdat") - 4])[0]
    state, noise = 1, bytearray()
    for _ in range(size // 2):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        noise.append(state >> 16 & 0xFF)
    return good[: at + size // 2 - 8] + bytes(noise) + good[at + size // 2 - 8 + len(noise) :]


def lying_header(good):
    """An AVI as FFmpeg writes it whose two headers claim 1000 frames."""
    bad = bytearray(good)
    bad[48:52] = bad[140:144] = struct.pack("<I", 1000)
    return bytes(bad)


def huge_frames():
    """An AVI of raw pictures that claim 60000x60000 pixels."""
    def riff(kind, *parts):
        body = b"".join(parts)
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    def listed(kind, *parts):
        return riff(b"LIST", kind, *parts)

    side = 60000
    avih = riff(b"avih", struct.pack("<14I", 40000, 0, 0, 0x10, 2, 0, 1, 0, side, side, 0, 0, 0, 0))
    strh = riff(b"strh", b"vids" + b"\0" * 4 + struct.pack("<IHHIIIIIIIIHHHH", 0, 0, 0, 0, 1, 25, 0, 2, 0, 0, 0, 0, 0, 0, 0))
    strf = riff(b"strf", struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0))
    movi = listed(b"movi", *(riff(b"00db", b"\x55" * 300) for _ in range(2)))
    return riff(b"RIFF", b"AVI ", listed(b"hdrl", avih, listed(b"strl", strh, strf)), movi)


KINDS = {
    # pictures
    "truncated": lambda good: good[: len(good) // 2],
    "broken_tables": broken_tables,
    "claims_60000": lambda good: png(60000, 60000, 8, 2, b"\0" * 180000, rows=1),
    "bomb": lambda good: png(7000, 7000, 8, 2, b"\0" * 21000),  # sound, and 140 MB from as many kilobytes
    "grey": lambda good: png(WIDE, HIGH, 8, 0, bytes(x * 200 // WIDE for x in range(WIDE))),
    "grey16": lambda good: png(WIDE, HIGH, 16, 0, struct.pack(f">{WIDE}H", *(60 * x for x in range(WIDE)))),
    "opaque": lambda good: png(WIDE, HIGH, 8, 6, b"\x90\x40\x30\xff" * WIDE),
    "clear": lambda good: png(WIDE, HIGH, 8, 6, b"\x90\x40\x30\x80" * WIDE),
    "empty": lambda good: b"",
    "text": lambda good: b"this is a text and nothing else\n",
    # masks and maps
    "mask_small": lambda good: png(WIDE // 2, HIGH // 2, 8, 0, b"\0" * (WIDE // 2)),
    "mask_stray": lambda good: png(WIDE, HIGH, 8, 0, b"\0" * 100 + b"\x4d" * 3 + b"\0" * (WIDE - 103)),
    "depth": lambda good: png(WIDE, HIGH, 16, 0, struct.pack(f">{WIDE}H", *(500 + x for x in range(WIDE)))),
    "depth_small": lambda good: png(WIDE // 2, HIGH // 2, 16, 0, b"\1\0" * (WIDE // 2)),
    # videos
    "no_moov": lambda good: good[: good.index(b"moov") - 4],
    "cut": lambda good: good[: len(good) * 6 // 10],
    "noise": with_noise,
    "lying": lying_header,
    "unknown_codec": lambda good: good.replace(b"avc1", b"zzz1").replace(b"avcC", b"zzzC"),
    "huge": lambda good: huge_frames(),
}


def main():
    if len(sys.argv) not in (3, 4) or sys.argv[1] not in KINDS:
        sys.exit(__doc__)
    good = b""
    if len(sys.argv) == 4:
        with open(sys.argv[3], "rb") as file:
            good = file.read()
    with open(sys.argv[2], "wb") as file:
        file.write(KINDS[sys.argv[1]](good))


if __name__ == "__main__":
    main()
