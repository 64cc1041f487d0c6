"""Writes BMP files of every kind, and what Pillow reads from them as PNG: python make.py (Pillow 12.3.0)."""

import struct
from pathlib import Path

from PIL import Image

here = Path(__file__).parent
photo = Image.open(here.parent / "torture" / "base_225x150.png").convert("RGB").resize((21, 14), Image.Resampling.BILINEAR)
width, height = photo.size


def row(data):
    return data + bytes(-len(data) % 4)


def file(name, bits, pixels, *, rows=height, compression=0, extra=b"", palette=b"", header=40, used=0):
    """A Windows header of `header` bytes (what is beyond 40 comes in `extra`, as do the masks that follow a 40-byte header)."""
    info = struct.pack("<IiiHHIIiiII", header, width, rows, 1, bits, compression, len(pixels), 2835, 2835, used, 0)
    start = 14 + len(info) + len(extra) + len(palette)
    head = b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start)
    (here / f"{name}.bmp").write_bytes(head + info + extra + palette + pixels)


def bottom_up(line):
    return b"".join(row(line(y)) for y in reversed(range(height)))


def top_down(line):
    return b"".join(row(line(y)) for y in range(height))


rgb = photo.load()
bgr = lambda y: b"".join(bytes(reversed(rgb[x, y])) for x in range(width))
bgrx = lambda y: b"".join(bytes(reversed(rgb[x, y])) + b"\x07" for x in range(width))
file("rgb24", 24, bottom_up(bgr))
file("rgb24_top_down", 24, top_down(bgr), rows=-height)
file("rgb32", 32, bottom_up(bgrx))
masks32 = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
rgba = lambda y: b"".join(bytes(reversed(rgb[x, y])) + bytes([x * 10]) for x in range(width))
file("rgba32_v5", 32, bottom_up(rgba), compression=3, header=124, extra=masks32 + b"BGRs" + bytes(64))
xbgr = lambda y: b"".join(b"\0" + bytes(reversed(rgb[x, y])) for x in range(width))
file("fields32_high", 32, bottom_up(xbgr), compression=3, extra=struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00))
pack555 = lambda r, g, b: struct.pack("<H", (r >> 3) << 10 | (g >> 3) << 5 | b >> 3)
pack565 = lambda r, g, b: struct.pack("<H", (r >> 3) << 11 | (g >> 2) << 5 | b >> 3)
file("rgb16_555", 16, bottom_up(lambda y: b"".join(pack555(*rgb[x, y]) for x in range(width))))
file("fields16_565", 16, bottom_up(lambda y: b"".join(pack565(*rgb[x, y]) for x in range(width))), compression=3,
     extra=struct.pack("<III", 0xF800, 0x7E0, 0x1F))


def paletted(colours):
    image = photo.quantize(colours)
    table = bytes(image.getpalette()).ljust(colours * 3, b"\0")[: colours * 3]
    entries = [table[i : i + 3] for i in range(0, len(table), 3)]
    return image.load(), b"".join(bytes(reversed(e)) + b"\0" for e in entries), b"".join(bytes(reversed(e)) for e in entries)


def packed(index, bits, y):
    per = 8 // bits
    values = [index[x, y] for x in range(width)] + [0] * (-width % per)
    return bytes(sum(v << (8 - bits * (i + 1)) for i, v in enumerate(values[at : at + per])) for at in range(0, len(values), per))


index, quads, triples = paletted(256)
file("palette8", 8, bottom_up(lambda y: packed(index, 8, y)), palette=quads)
info = struct.pack("<IHHHH", 12, width, height, 1, 8)
pixels = bottom_up(lambda y: packed(index, 8, y))
start = 14 + len(info) + len(triples)
(here / "palette8_os2.bmp").write_bytes(b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + info + triples + pixels)
few, quads_few, _ = paletted(40)
file("palette8_40_colours", 8, bottom_up(lambda y: packed(few, 8, y)), palette=quads_few, used=40)


def runs(line, nibbles):
    """Alternates encoded runs with literal ones."""
    out, x = b"", 0
    while x < len(line):
        if x % 2 == 0 and len(line) - x >= 5:
            part = line[x : x + 5]
            data = bytes(part) if not nibbles else bytes(a << 4 | b for a, b in zip(part[::2], part[1::2] + [0]))
            out += bytes([0, 5]) + data + bytes(len(data) % 2)
            x += 5
        else:
            out += bytes([1, line[x] if not nibbles else line[x] << 4])
            x += 1
    return out + b"\0\0"


lines = [[index[x, y] for x in range(width)] for y in reversed(range(height))]
file("rle8", 8, b"".join(runs(line, False) for line in lines) + b"\0\1", compression=1, palette=quads)
# Skips: the second stored row begins at x = 7, and the file ends after three rows.
file("rle8_skips", 8, runs(lines[0], False) + bytes([0, 2, 7, 0]) + runs(lines[1][7:], False) + runs(lines[2], False) + b"\0\1",
     compression=1, palette=quads)
index4, quads4, _ = paletted(16)
file("palette4", 4, bottom_up(lambda y: packed(index4, 4, y)), palette=quads4)
lines4 = [[index4[x, y] for x in range(width)] for y in reversed(range(height))]
file("rle4", 4, b"".join(runs(line, True) for line in lines4) + b"\0\1", compression=2, palette=quads4)
index1, quads1, _ = paletted(2)
file("palette1", 1, bottom_up(lambda y: packed(index1, 1, y)), palette=quads1)

for path in sorted(set(here.glob("*.bmp")) - {here / "rle8_skips.bmp", here / "rle4.bmp"}):
    Image.open(path).convert("RGB").save(path.with_suffix(".png"))

# Pillow 12.3.0 reads RLE4's literal runs of odd length and RLE8's skips wrongly, so what they mean is written out.
Image.open(here / "palette4.png").save(here / "rle4.png")
# Skipped pixels have index 0.
skipped = Image.open(here / "palette8.png")
first = tuple(reversed(quads[:3]))
for y in range(height):
    for x in range(width):
        if y < height - 3 or (y == height - 2 and x < 7):
            skipped.putpixel((x, y), first)
skipped.save(here / "rle8_skips.png")

file("cut_off", 24, bottom_up(bgr)[:-20])
file("huge", 24, b"", rows=2**31 - 1)
file("embedded_png", 0, b"\x89PNG", compression=5)
