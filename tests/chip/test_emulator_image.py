"""The pinned image: found, verified, fetched, and refused with one clear line. No chip runs."""

import hashlib

import pytest

from iontobench.chip import image
from iontobench.chip.image import IMAGE_NAME, IMAGE_URL, ImageError, cached_image, find_image

_BYTES = b"stands for the image"


@pytest.fixture
def pinned(monkeypatch):
    """Pins these few bytes in place of the real 650 kB."""
    monkeypatch.setattr(image, "IMAGE_SHA256", hashlib.sha256(_BYTES).hexdigest())


def _no_network(url):
    raise OSError("no network")


def _must_not_fetch(url):
    raise AssertionError("fetched although the image is here")


def test_cached_image_is_taken_without_fetching(pinned, tmp_path):
    (tmp_path / IMAGE_NAME).write_bytes(_BYTES)
    assert find_image(cache=tmp_path, fetch=_must_not_fetch) == tmp_path / IMAGE_NAME


def test_named_file_wins_over_the_cache(pinned, tmp_path):
    mine = tmp_path / "mine.uf2"
    mine.write_bytes(_BYTES)
    assert find_image(mine, cache=tmp_path, fetch=_must_not_fetch) == mine


def test_missing_image_is_fetched_once_from_the_pinned_address(pinned, tmp_path):
    asked = []

    def fetch(url):
        asked.append(url)
        return _BYTES

    folder = tmp_path / "not" / "there"
    for _ in range(2):
        assert find_image(cache=folder, fetch=fetch).read_bytes() == _BYTES
    assert asked == [IMAGE_URL]
    assert [path.name for path in folder.iterdir()] == [IMAGE_NAME]


def test_offline_and_uncached_says_where_to_put_the_image(tmp_path):
    with pytest.raises(ImageError) as error:
        find_image(cache=tmp_path, fetch=_no_network)
    text = str(error.value)
    assert str(tmp_path) in text
    assert IMAGE_URL in text
    assert "\n" not in text


def test_another_image_is_refused_and_not_overwritten(tmp_path):
    wrong = tmp_path / IMAGE_NAME
    wrong.write_bytes(b"another build")
    with pytest.raises(ImageError, match="SHA-256"):
        find_image(cache=tmp_path, fetch=_must_not_fetch)
    with pytest.raises(ImageError, match="SHA-256"):
        cached_image(tmp_path)
    assert wrong.read_bytes() == b"another build"


def test_wrong_download_is_not_kept(tmp_path):
    with pytest.raises(ImageError, match="SHA-256"):
        find_image(cache=tmp_path, fetch=lambda url: b"a captive portal's page")
    assert list(tmp_path.iterdir()) == []


def test_named_file_that_is_not_there_is_one_clear_line(tmp_path):
    with pytest.raises(ImageError, match="cannot read"):
        find_image(tmp_path / "nowhere.uf2", fetch=_must_not_fetch)


def test_empty_cache_has_no_image(tmp_path):
    assert cached_image(tmp_path) is None
