"""Writes the arrays of this folder with Pillow and NumPy: python make.py (Pillow 12.3.0, NumPy 2.4.6)."""

from pathlib import Path

import numpy as np
from PIL import Image

here = Path(__file__).parent
torture = here.parent / "torture"
filters = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos3": Image.Resampling.LANCZOS,
}
# name: source, (width, height) wanted
cases = {
    "down": ("base_225x150.png", (41, 29)),
    "up": ("thin_4x150.png", (17, 163)),
    "mixed": ("thin_4x150.png", (31, 40)),
    "grey": ("gray8.png", (37, 53)),
    "one_axis": ("thin_4x150.png", (4, 61)),
}
for case, (source, size) in cases.items():
    image = Image.open(torture / source)
    for name, resampling in filters.items():
        np.save(here / f"{case}_{name}.npy", np.asarray(image.resize(size, resampling)))

# Checkerboards of 0 and 255: the overshoot of the wide kernels must be clipped, not wrapped.
board = ((np.indices((23, 19)).sum(0) // 3) % 2 * 255).astype(np.uint8)
np.save(here / "board.npy", board)
for name, resampling in filters.items():
    np.save(here / f"board_{name}.npy", np.asarray(Image.fromarray(board).resize((50, 31), resampling)))


def torchvision_crop(path, short, crop):
    """torchvision.transforms.Resize(short) and CenterCrop(crop) on a PIL image, bilinear, from their documented rounding."""
    image = Image.open(path).convert("RGB")
    width, height = image.size
    least = min(width, height)
    size = tuple(short if side == least else int(short * side / least) for side in (width, height))
    image = image.resize(size, Image.Resampling.BILINEAR)
    left, top = (int(round((side - crop) / 2.0)) for side in size)
    return image.crop((left, top, left + crop, top + crop))


torchvision_crop(here.parent / "chelsea.png", 256, 224).save(here / "chelsea_torchvision_224.png", optimize=True)
torchvision_crop(torture / "thin_4x150.png", 37, 32).save(here / "thin_torchvision_32.png", optimize=True)
