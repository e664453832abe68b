"""The samples of NTU RGB+D and NTU RGB+D 120 whose skeletons are missing or incomplete."""

from importlib.resources import files


def missing_samples(setups: range) -> frozenset[str]:
    """The names of the samples that the authors say to leave out.

    Args:
        setups: The setups of the data set.
    """
    text = files("keras_drnn.data_sets").joinpath("ntu120_missing.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0] for line in text.splitlines())
    names = (name for line in lines for name in line.split())
    return frozenset(name for name in names if int(name[1:4]) in setups)
