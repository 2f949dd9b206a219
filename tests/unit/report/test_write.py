"""A page of the same release and code is not written again."""

from pathlib import Path

from pipeline.durable_files import hash_file, write_sums
from pipeline.report.write import PICTURE, REPORT, write_report


def read_nothing(*_: object, **__: object) -> None:
    raise AssertionError("the page is written again")


def is_written_again(folder: Path, release: str = "r1", code: str = "c1") -> bool:
    try:
        write_report(read_nothing, read_nothing, folder, release, is_sample=False, code=code)  # type: ignore[arg-type]  # never used
    except AssertionError:
        return True
    return False


def write_page(folder: Path) -> None:
    (folder / REPORT).write_text('<meta name="generator" content="r1 c1">', encoding="utf-8")
    (folder / PICTURE).write_bytes(b"picture")
    write_sums(folder, {name: hash_file(folder / name) for name in (REPORT, PICTURE)})


def test_the_page_stays_while_release_and_code_are_the_same(tmp_path: Path) -> None:
    assert is_written_again(tmp_path)
    write_page(tmp_path)
    assert not is_written_again(tmp_path)
    assert is_written_again(tmp_path, release="r2")
    assert is_written_again(tmp_path, code="c2")
    assert is_written_again(tmp_path, code="")


def test_a_damaged_page_or_picture_is_written_again(tmp_path: Path) -> None:
    for name in (REPORT, PICTURE):
        write_page(tmp_path)
        with (tmp_path / name).open("ab") as file:
            file.write(b"x")
        assert is_written_again(tmp_path)
