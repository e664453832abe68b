"""Lists of samples to leave out: every line is understood, or named with its number."""

import pytest

from keras_drnn.skeletons import ntu, nucla
from keras_drnn.skeletons.missing_list import read_missing_list

A, B, C = (f"S001C002P003R002A{action:03}" for action in (1, 2, 3))
# In the manner of the authors' own list: explanations, a blank line, names.
HEADER = """There are 302 samples in the "NTU RGB+D" dataset and 535 in "NTU RGB+D 120" that lack
skeleton data. Please ignore them in your training and testing procedures (see S001 and so on).

The list of them:
"""


@pytest.fixture
def read(tmp_path):
    def read(text, reader=ntu.READER):
        path = tmp_path / "list of müll.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_missing_list(path, reader)

    return read


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}\n{C}",
        f"{HEADER}{A}\n{B}\n\n{C}\n",
        f"{A}\r\n{B}\r\n{C}\r\n\x1a",
        b"\xef\xbb\xbf" + f"{A}\n{B}\n{C}\n".encode(),
        f"{A}\n{B}\n{C}\n".encode("utf-16"),
        f"{A},\n{B};\n{C},\n",
        f"{A} {B}\t{C}",
        f"{A},{B},{C}",
        f"'{A}'\n\"{B}\"\n`{C}`\n",
        f"“{A}”\n‘{B}’\n{C}\n\x1a\n",
        f"['{A}', '{B}', '{C}']",
        f"{A}.skeleton\n{B}.SKELETON\n  {C}.skeleton  \n",
        f"clips/{A}.skeleton\n.\\raw\\{B}\n/data/my clips/{C}.skeleton\n",
        f"{A.lower()}\n{B}\n{C.title()}\n",
        f"1 {A}\n2. {B}\n(3) {C}\n",
        f"1\t{A}\n2:\t{B}\n- {C}\n",
        f"{A}  # no skeleton\n# more\n{B}\n{C}.",
    ],
)
def test_names_are_understood_however_they_are_written(read, text):
    found = read(text)
    assert found.names == {A.lower(), B.lower(), C.lower()}
    assert found.warnings == ()


@pytest.mark.parametrize(
    "line, says, taken",
    [
        ("S001C002P003R002", "'S001C002P003R002'", False),
        (f"{C}x", f"'{C}x'", False),
        (f"clips/{C}x.skeleton", f"{C}x.skeleton", False),
        ("nothing of this kind", "nothing of this kind", False),
        (f"{C} is empty", f"taken from it: {C}", True),
        (f"{C}{C}", C, False),
        ("S001C002P003R002A003\ufffd", "A003", False),
    ],
)
def test_a_line_that_is_not_understood_is_named_with_its_number(read, line, says, taken):
    found = read(f"{A}\n{line}\n{B}\n")
    assert (C.lower() in found.names) == taken
    assert {A.lower(), B.lower()} <= found.names
    (warning,) = found.warnings
    assert "list of müll.txt, line 2: " in warning and says in warning


def test_a_damaged_name_at_the_top_is_no_explanation(read):
    (warning,) = read(f"{HEADER}S001C002P003R2A001\n{A}\n").warnings
    assert "line 5" in warning
    (warning,) = read("a01-s02-e03-v01\na02_s02_e03_v02\n", nucla.READER).warnings
    assert "line 1" in warning


def test_names_of_the_other_data_set(read):
    found = read("a01_s02_e03_v01.json\nA02_S02_E03_V02\na1_s2_e3_v1\n", nucla.READER)
    assert found.names == {"a01_s02_e03_v01", "a02_s02_e03_v02"}
    assert "line 3" in found.warnings[0]


def test_a_list_without_a_name_is_refused(read, tmp_path):
    with pytest.raises(ValueError, match="SsssCccc.*found none in 4 lines.*müll.txt"):
        read("nothing\nof\nthis\nis a sample")
    with pytest.raises(ValueError, match="found none in 0 lines"):
        read("")
    with pytest.raises(ValueError, match="No such file.*nowhere.txt"):
        read_missing_list(tmp_path / "nowhere.txt", ntu.READER)
