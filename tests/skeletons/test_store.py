"""The clip store: what it keeps, and that nothing short of a lost disk breaks it."""

import errno
import json
import os
import signal
import textwrap
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from light_process import start
from skeleton_files import alone, ntu_name, person, skeleton_text, write_ntu, write_nucla

from keras_drnn.skeletons import ClipStoreError, ntu, nucla
from keras_drnn.skeletons.store import ClipStore
from keras_drnn.skeletons.store_build import ENTRIES_PER_COMMIT
from keras_drnn.skeletons.store_files import INDEX, JOINTS, MASK

FILES = 2 * ENTRIES_PER_COMMIT + 10
FAULTY = 3  # the number of the file that is not a clip


@pytest.fixture
def root(tmp_path):
    """More small N-UCLA files than go into two commits, one of them faulty."""
    root = tmp_path / "clips"
    root.mkdir()
    for number in range(FILES):
        name = f"a01_s{number // 10 + 1:02}_e{number % 10:02}_v01"
        write_nucla(root, name, person(1 + number % 3, seed=number, joints=20).round(2))
        if number == FAULTY:
            (root / f"{name}.json").write_text("{")
    return root


class Counting:
    """The N-UCLA reader, counting what it parses."""

    def __init__(self):
        self.parsed = []

        def parse(data, path, name):
            self.parsed.append(path.stem)
            return nucla.READER.parse(data, path, name)

        self.reader = replace(nucla.READER, parse=parse)


def store_bytes(folder):
    return {name: (folder / name).read_bytes() for name in (INDEX, JOINTS, MASK)}


@pytest.fixture
def run(root, tmp_path):
    """Run code in a process of its own, with what it takes to build the store in `cache`."""

    def run(code, script="builder.py"):
        before = """
            import os, resource, signal, time
            from keras_drnn.skeletons import nucla, store_build
            from keras_drnn.skeletons.store import ClipStore
            root, cache = sys.argv[1:3]
        """
        code = textwrap.dedent(before) + textwrap.dedent(code)
        return start(tmp_path / script, code, root, tmp_path / "cache")

    return run


def test_every_clip_as_the_reader_reads_it(root, tmp_path):
    store = ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")
    paths = [path for n, path in enumerate(sorted(root.iterdir())) if n != FAULTY]
    assert len(store) == len(paths) == FILES - 1
    for i, path in enumerate(paths):
        kept, read = store[i], nucla.read_clip(path)
        np.testing.assert_array_equal(kept.joints, read.joints)
        np.testing.assert_array_equal(kept.mask, read.mask)
        assert kept.mask.dtype == bool and kept.joints.dtype == np.float32
        for fact in ("subject", "camera", "action", "name"):
            assert getattr(kept, fact) == getattr(read, fact)
        assert store.sha256[i] == sha256(path.read_bytes()).hexdigest()
        assert store.index.frames[i] == len(read.joints)
    assert store.index.subject.tolist() == [clip.subject for clip in store]
    assert [(f.name, f.line, f.kind) for f in store.faults] == [
        (sorted(p.name for p in root.iterdir())[FAULTY], 1, "truncated")
    ]
    assert store.summary.read == FILES - 1


def test_clips_are_views_of_the_file_and_cannot_be_written_to(root, tmp_path):
    store = ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")
    assert np.shares_memory(store[4].joints, store[4].joints)
    assert type(store[0].joints) is np.ndarray
    with pytest.raises(ValueError, match="read-only"):
        store[0].joints[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        store[0].mask[0] = False


def test_numbers_of_clips(root, tmp_path):
    store = ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")
    last = np.flatnonzero(store.index.frames)[-1]  # NumPy's integers are numbers too
    assert store[-1].name == store[last].name == store.index.name[-1]
    for i in (FILES - 1, -FILES):
        with pytest.raises(IndexError, match=f"below {FILES - 1}. Received: i={i}"):
            store[i]
    with pytest.raises(TypeError):
        store[1.0]  # type: ignore[index] - that it is refused is what is tested


def test_a_second_body_is_there_in_every_ntu_clip(tmp_path):
    root = tmp_path / "ntu"
    root.mkdir()
    one, two = person(20, seed=1, movement=0.3), person(20, seed=2)
    write_ntu(root, ntu_name(action=1), one)
    both = [[("7", one[t]), ("8", two[t])] for t in range(20)]
    (root / f"{ntu_name(action=2)}.skeleton").write_text(skeleton_text(both))
    store = ClipStore.open_or_build(root, ntu.READER, tmp_path / "cache")
    single, pair = store
    assert single.joints.shape == pair.joints.shape == (20, 2, 25, 3)
    assert single.mask.tolist() == [[True, False]] * 20 and not single.joints[:, 1].any()
    np.testing.assert_array_equal(single.joints[:, 0], one)
    np.testing.assert_array_equal(pair.joints[:, 1], two)
    records = (store.folder / INDEX).read_text().splitlines()
    assert [json.loads(line)["bodies"] for line in records] == [1, 2]


def test_opening_again_reads_nothing(root, tmp_path):
    first, second = Counting(), Counting()
    built = ClipStore.open_or_build(root, first.reader, tmp_path / "cache")
    calls = []
    opened = ClipStore.open_or_build(
        root, second.reader, tmp_path / "cache", progress=lambda *call: calls.append(call)
    )
    assert len(first.parsed) == FILES and second.parsed == [] and calls == []
    assert opened.summary == built.summary and opened.sha256 == built.sha256
    np.testing.assert_array_equal(opened[5].joints, built[5].joints)


def test_progress_counts_every_file(root, tmp_path):
    calls = []
    ClipStore.open_or_build(
        root, nucla.READER, tmp_path / "cache", progress=lambda *call: calls.append(call)
    )
    assert calls == [(done, FILES) for done in range(1, FILES + 1)]


def add(root):
    write_nucla(root, "a12_s01_e00_v01", person(2, joints=20))


def remove(root):
    sorted(root.iterdir())[7].unlink()


def touch(root):
    os.utime(sorted(root.iterdir())[7], ns=(1, 1))


def resize(root):
    path = sorted(root.iterdir())[7]
    status = path.stat()
    path.write_text(path.read_text() + " ")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("change", [add, remove, touch, resize])
def test_a_folder_that_changed_is_read_anew(root, tmp_path, change):
    old = ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")
    before = old[5].joints.copy()
    change(root)
    counting = Counting()
    new = ClipStore.open_or_build(root, counting.reader, tmp_path / "cache")
    assert len(counting.parsed) == len(list(root.iterdir()))
    assert new.folder == old.folder
    # Who has the old store open keeps it, whole.
    np.testing.assert_array_equal(old[5].joints, before)
    np.testing.assert_array_equal(old[-1].joints, nucla.read_clip(max(root.glob("a01*"))).joints)


def test_unrelated_files_change_nothing(root, tmp_path):
    ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")
    (root / "notes.txt").write_text("mine")
    counting = Counting()
    store = ClipStore.open_or_build(root, counting.reader, tmp_path / "cache")
    assert counting.parsed == [] and store.summary.listing.ignored == ("notes.txt",)


def test_a_newer_reader_reads_anew(root, tmp_path):
    ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")
    counting = Counting()
    newer = replace(counting.reader, version=nucla.READER.version + 1)
    ClipStore.open_or_build(root, newer, tmp_path / "cache")
    assert len(counting.parsed) == FILES


def test_with_and_without_a_missing_list_are_two_stores(root, tmp_path):
    missing = tmp_path / "missing.txt"
    listed = sorted(path.stem for path in root.iterdir())[:2]
    missing.write_text("\n".join(listed))
    for _ in range(2):
        counting = Counting()
        everything = ClipStore.open_or_build(root, counting.reader, tmp_path / "cache")
        fewer = ClipStore.open_or_build(
            root, counting.reader, tmp_path / "cache", missing_list=missing
        )
    assert counting.parsed == []
    assert (len(everything), len(fewer)) == (FILES - 1, FILES - 3)
    assert fewer.summary.listing.listed == tuple(listed)


def test_workers_build_the_same_store(run, root, tmp_path):
    builder = run("ClipStore.open_or_build(root, nucla.READER, cache, workers=2)")
    errors = builder.communicate(timeout=60)[1]
    assert builder.returncode == 0, errors
    (folder,) = (tmp_path / "cache").iterdir()
    alone = ClipStore.open_or_build(root, nucla.READER, tmp_path / "alone")
    assert store_bytes(folder) == store_bytes(alone.folder)


def test_a_folder_in_which_no_file_can_be_read(tmp_path):
    (tmp_path / "a01_s01_e00_v01.json").write_text("")
    with pytest.raises(ClipStoreError, match="found none(.|\n)*the file is empty"):
        ClipStore.open_or_build(tmp_path, nucla.READER, tmp_path / "cache")


# Interruptions

COMMITTED = ENTRIES_PER_COMMIT  # files on the disk after the first commit


def expect_resumed(root, tmp_path, cache, kept):
    """Build goes on after `kept` files, and ends like one that was never interrupted."""
    counting = Counting()
    store = ClipStore.open_or_build(root, counting.reader, cache)
    assert len(counting.parsed) == FILES - kept
    clean = ClipStore.open_or_build(root, nucla.READER, tmp_path / "clean")
    assert store_bytes(store.folder) == store_bytes(clean.folder)
    assert store.summary == clean.summary


@pytest.mark.parametrize(
    "killed_at, kept",
    [(1, 0), (COMMITTED - 1, 0), (COMMITTED + 5, COMMITTED), (FILES, FILES - 10)],
)
def test_kill_9_and_go_on(run, root, tmp_path, killed_at, kept):
    process = run(
        f"""
        def progress(done, of):
            if done == {killed_at}:
                os.kill(os.getpid(), signal.SIGKILL)
        ClipStore.open_or_build(root, nucla.READER, cache, progress=progress)
        """
    )
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    expect_resumed(root, tmp_path, tmp_path / "cache", kept)


@pytest.mark.parametrize("file", [JOINTS, MASK, INDEX])
def test_kill_9_in_the_middle_of_a_commit(run, root, tmp_path, file):
    # In the second commit, one of the three files is half written, and those after it not at all.
    process = run(
        f"""
        real = store_build.append
        commits = []
        def append(path, data):
            commits.append(path.name)
            if path.name == {file!r} and commits.count({file!r}) == 2:
                real(path, data[: len(data) // 2 + 1])
                os.kill(os.getpid(), signal.SIGKILL)
            real(path, data)
        store_build.append = append
        ClipStore.open_or_build(root, nucla.READER, cache)
        """
    )
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    (folder,) = (tmp_path / "cache").iterdir()
    lines = (folder / INDEX).read_bytes().count(b"\n")
    assert (lines == COMMITTED) == (file != INDEX)
    expect_resumed(root, tmp_path, tmp_path / "cache", kept=lines)


@pytest.mark.parametrize("file", [JOINTS, MASK, INDEX])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_file_of_the_store_that_lost_its_end(root, tmp_path, file, share):
    store = ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")
    path = store.folder / file
    size = int(path.stat().st_size * share)
    ends = np.cumsum([len(line) for line in (store.folder / INDEX).read_bytes().splitlines(True)])
    del store
    with path.open("r+b") as opened:
        opened.truncate(size)
    counting = Counting()
    again = ClipStore.open_or_build(root, counting.reader, tmp_path / "cache")
    assert 0 < len(counting.parsed) <= FILES
    if file == INDEX:
        assert len(counting.parsed) == FILES - np.searchsorted(ends, size, side="right")
    clean = ClipStore.open_or_build(root, nucla.READER, tmp_path / "clean")
    assert store_bytes(again.folder) == store_bytes(clean.folder)


def test_a_line_of_the_index_that_lost_nothing_but_its_end(root, tmp_path):
    # Kept as it is, the next line would be written behind it.
    store = ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")
    whole = store_bytes(store.folder)
    fifth = sum(len(line) for line in whole[INDEX].splitlines(keepends=True)[:5])
    (store.folder / INDEX).write_bytes(whole[INDEX][: fifth - 1])
    counting = Counting()
    again = ClipStore.open_or_build(root, counting.reader, tmp_path / "cache")
    assert len(counting.parsed) == FILES - 4
    assert store_bytes(again.folder) == whole


@pytest.mark.parametrize("file", [JOINTS, MASK, INDEX, "header.json"])
def test_a_file_of_the_store_that_is_gone(root, tmp_path, file):
    store = ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")
    whole = store_bytes(store.folder)
    (store.folder / file).unlink()
    again = ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")
    assert store_bytes(again.folder) == whole


def test_two_builders_at_once(run, root, tmp_path):
    code = """
        calls = []
        def progress(done, of):
            calls.append(done)
            time.sleep(0.005)
        store = ClipStore.open_or_build(root, nucla.READER, cache, progress=progress)
        assert sum(len(clip.joints) for clip in store) == store.index.frames.sum()
        print(len(store), len(calls))
    """
    builders = [run(code, f"builder{n}.py") for n in range(2)]
    answers = [builder.communicate(timeout=60) for builder in builders]
    assert [builder.returncode for builder in builders] == [0, 0], answers
    # One reads everything, the other waits for it and opens what is there.
    read = sorted(answer[0].split() for answer in answers)
    assert read == [[str(FILES - 1), "0"], [str(FILES - 1), str(FILES)]]
    clean = ClipStore.open_or_build(root, nucla.READER, tmp_path / "clean")
    (folder,) = (tmp_path / "cache").iterdir()
    assert store_bytes(folder) == store_bytes(clean.folder)


def said_to(file, emit):
    """What logs, and leaves a file there."""

    def log(record):
        emit(record)
        file.touch()

    return log


def test_who_waits_says_so(run, root, tmp_path, caplog, monkeypatch):
    cache = tmp_path / "cache"
    builder = run(
        """
        def progress(done, of):
            if done == 1:
                print("building", flush=True)
                said, end = os.path.join(os.path.dirname(cache), "said"), time.monotonic() + 30
                while not os.path.exists(said) and time.monotonic() < end:
                    time.sleep(0.005)
        ClipStore.open_or_build(root, nucla.READER, cache, progress=progress)
        """
    )
    assert builder.stdout is not None and builder.stdout.readline() == "building\n"
    # It goes on when that has been said.
    monkeypatch.setattr(caplog.handler, "emit", said_to(tmp_path / "said", caplog.handler.emit))
    ClipStore.open_or_build(root, nucla.READER, cache)
    assert "Waiting for another process" in caplog.text
    builder.communicate(timeout=60)


@pytest.mark.parametrize("room", [5_000, 30_000])
def test_a_full_disk_says_so_and_the_build_goes_on_later(run, root, tmp_path, room):
    # A limit on the size of files: writes come back short, then fail, as on a disk that is full.
    process = run(
        f"""
        resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))
        try:
            ClipStore.open_or_build(root, nucla.READER, cache)
        except ValueError as error:
            print(type(error).__name__, error)
        """
    )
    said = process.communicate(timeout=60)[0]
    assert said.startswith("ClipStoreError The clip store ") and "goes on where it stopped" in said
    assert "File too large" in said
    (folder,) = (tmp_path / "cache").iterdir()
    lines = (folder / INDEX).read_bytes().count(b"\n")
    assert lines < FILES and (folder / JOINTS).stat().st_size > 0
    expect_resumed(root, tmp_path, tmp_path / "cache", kept=lines)


def test_a_cache_that_cannot_be_made(root, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ClipStoreError, match="cannot be locked: Not a directory"):
        ClipStore.open_or_build(root, nucla.READER, tmp_path / "file" / "cache")


def test_a_disk_without_file_locks(root, tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def flock(descriptor, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(ClipStoreError, match="cannot be locked: No locks.*--out.*network drive"):
        ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache")


def test_an_error_of_the_callback_is_not_taken_for_one_of_the_store(root, tmp_path):
    def progress(done, of):
        raise OSError("the terminal is gone")

    with pytest.raises(OSError, match="the terminal is gone"):
        ClipStore.open_or_build(root, nucla.READER, tmp_path / "cache", progress=progress)


def test_a_reader_is_not_confused_with_another(tmp_path):
    # The same folder may hold files of both data sets.
    write_nucla(tmp_path, "a01_s01_e00_v01", person(2, joints=20))
    (tmp_path / f"{ntu_name()}.skeleton").write_text(skeleton_text(alone(person(3))))
    readers = (nucla.READER, ntu.READER)
    stores = [ClipStore.open_or_build(tmp_path, reader, tmp_path / "cache") for reader in readers]
    assert [len(store[0].joints) for store in stores] == [2, 3]
