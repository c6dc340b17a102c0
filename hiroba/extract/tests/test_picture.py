import io
import struct
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from hiroba.extract import files, picture
from hiroba.extract.passages import Part, Trouble
from hiroba.extract.tests.sheets import save, sheet


def png_head(wide: int, high: int) -> bytes:
    """A PNG that says how large it is, and little more."""
    head = b"IHDR" + struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 10)
    chunks = [head, data, b"IEND"]
    packed = [struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def test_each_page_of_a_fax_is_named_as_a_part(tmp_path: Path) -> None:
    pages = [sheet(1728, 2200).convert("1") for _ in range(3)]
    path = save(pages[0], tmp_path / "a.tif", save_all=True, append_images=pages[1:], compression="group4")
    found = files.extract(path)
    assert found.error is None
    assert found.parts == tuple(Part("recognise", number) for number in (1, 2, 3))
    assert found.facts["pages"] == "3"


@pytest.mark.parametrize("end", ["png", "jpg", "gif", "bmp", "webp", "tif"])
def test_every_common_kind_of_picture_is_one_page(tmp_path: Path, end: str) -> None:
    path = tmp_path / f"a.{end}"
    sheet().convert("RGB").save(path)
    assert files.extract(path).parts == (Part("recognise", 1),)
    assert picture.open_page(path, 1).image.size == (900, 400)


def test_a_photo_of_a_phone_is_read_too() -> None:
    photo = Path(__file__).parent / "papers" / "photo.heic"
    assert files.extract(photo).parts == (Part("recognise", 1),)
    assert picture.open_page(photo, 1).image.size == (640, 240)


def test_without_what_opens_heic_the_photo_is_kept_with_a_clear_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "_heif_formats", list)
    path = tmp_path / "a.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200))
    assert files.extract(path).error == Trouble("PAPER-03")


def test_a_picture_larger_than_any_sheet_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_head(30_000, 30_000))
    started = time.process_time()
    assert files.extract(path).error == Trouble("PAPER-01", {"wide": 30_000, "high": 30_000})
    with pytest.raises(picture.PictureError):
        picture.open_page(path, 1)
    assert time.process_time() - started < 1


def test_a_single_dot_holds_no_writing(tmp_path: Path) -> None:
    path = save(Image.new("L", (1, 1)), tmp_path / "a.png")
    assert files.extract(path).error == Trouble("PAPER-02", {"wide": 1, "high": 1})


def test_a_broken_picture_is_called_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    assert files.extract(path).error == Trouble("EXTRACT-03")


def test_a_picture_cut_short_gives_what_there_is(tmp_path: Path) -> None:
    whole = save(Image.effect_noise((600, 600), 80).convert("L"), tmp_path / "whole.jpg")
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(whole.read_bytes()[:20_000])
    page = picture.open_page(cut, 1)
    assert page.is_cut_short
    assert page.image.size == (600, 600)


def test_places_are_in_points_also_where_dots_are_not_square(tmp_path: Path) -> None:
    coarse = save(sheet(1728, 1100).convert("1"), tmp_path / "a.tif", dpi=(204, 98), compression="group4")
    wide, high = picture.page_sizes(coarse)[0]
    assert (round(wide), round(high)) == (610, 808)
    unsaid = tmp_path / "b.png"
    sheet(1000, 2000).save(unsaid)
    assert picture.page_sizes(unsaid) == [(421.0, 842.0)]


def test_a_photo_taken_sideways_is_shown_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(sheet(600, 300), tmp_path / "a.jpg", exif=exif)
    assert picture.open_page(path, 1).image.size == (300, 600)
    assert picture.page_sizes(path) == [(108.0, 216.0)]
    assert Image.open(io.BytesIO(picture.render(path, 1, 150))).size == (150, 300)


def test_transparent_and_16_bit_pictures_are_seen_as_on_paper() -> None:
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    assert picture.flat(clear).convert("L").getextrema() == (255, 255)
    deep = Image.new("I;16", (50, 50), 1000)
    deep.putpixel((5, 5), 65_000)
    assert picture.flat(deep).convert("L").getextrema() == (0, 255)
    assert picture.flat(Image.new("CMYK", (50, 50), (0, 0, 0, 255))).convert("L").getextrema() == (0, 0)
