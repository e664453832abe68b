"""Files that are whole or not there."""

import errno
import json
import os
import threading

import pytest

from keras_drnn.system.atomic_writes import (
    remove_unfinished,
    write_bytes,
    write_json,
    write_text,
    write_whole,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_moved_into_place_when_it_is_whole(tmp_path):
    path = tmp_path / "Maße 1.npz"
    path.write_bytes(b"before")

    def write(unfinished):
        assert unfinished.suffix == ".npz" and unfinished.parent == tmp_path
        unfinished.write_bytes(b"half")
        assert path.read_bytes() == b"before"
        unfinished.write_bytes(b"whole")

    write_whole(path, write)
    assert path.read_bytes() == b"whole"
    assert names(tmp_path) == ["Maße 1.npz"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("no number")])
def test_an_error_leaves_what_was_there_before(tmp_path, error):
    path = tmp_path / "history.jsonl"
    path.write_bytes(b"before")

    def write(unfinished):
        unfinished.write_bytes(b"half")
        raise error

    with pytest.raises(type(error)):
        write_whole(path, write)
    assert path.read_bytes() == b"before"
    assert names(tmp_path) == ["history.jsonl"]


def test_a_full_disk_is_told_with_the_name_of_the_file(tmp_path):
    path = tmp_path / "model.keras"

    def write(unfinished):
        unfinished.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match="No space left on device: .*/model.keras'$") as raised:
        write_whole(path, write)
    assert raised.value.errno == errno.ENOSPC
    assert not names(tmp_path)


def test_a_folder_that_is_not_there_is_told_with_the_name_of_the_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="'.*gone/report.json'$"):
        write_json(tmp_path / "gone" / "report.json", {})


def test_threads_do_not_mix_what_they_write(tmp_path):
    path = tmp_path / "file"
    both = threading.Barrier(2, timeout=60)
    contents = [b"first", b"second"]

    def write(content):
        def write_slowly(unfinished):
            unfinished.write_bytes(content)
            both.wait()

        write_whole(path, write_slowly)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert names(tmp_path) == ["file"]


def test_text_and_json_are_the_same_bytes_on_every_system(tmp_path):
    write_text(tmp_path / "a.txt", "ñ\n\r\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xb1\n\r\n"
    write_json(tmp_path / "a.json", {"año": [1]})
    content = (tmp_path / "a.json").read_bytes()
    assert content == b'{\n  "a\\u00f1o": [\n    1\n  ]\n}\n'
    assert json.loads(content) == {"año": [1]}


def test_what_a_killed_process_has_left_is_cleared_away(tmp_path):
    write_bytes(tmp_path / "kept", b"whole")
    with pytest.raises(FileNotFoundError):
        # As if cleared away by another process that takes it for a leftover.
        write_whole(tmp_path / "lost", lambda _: remove_unfinished(tmp_path))

    def killed(unfinished):
        unfinished.write_bytes(b"half")
        left.append(unfinished.name)

    left = []
    write_whole(tmp_path / "file", killed)
    (tmp_path / left[0]).write_bytes(b"half")
    remove_unfinished(tmp_path)
    assert names(tmp_path) == ["file", "kept"]
