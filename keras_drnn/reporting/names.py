"""How each model is called and drawn, the same in every table and picture."""

from typing import NamedTuple

# Okabe and Ito's palette: told apart with every common kind of colour vision.
_KNOWN = {
    "drnn": ("D-RNN", "#0072B2"),
    "rnn": ("RNN", "#E69F00"),
    "lstm": ("LSTM", "#D55E00"),
    "gru": ("GRU", "#009E73"),
}
_OTHER = "#666666"


class ModelStyle(NamedTuple):
    """A model's name for people, its colour, and the dashes of its line."""

    label: str
    colour: str
    line: str


def model_style(model: str) -> ModelStyle:
    """The style of a model by its name in the run folder.

    A bidirectional model has the colour of its one-way sibling and a dashed line. A model that is
    not known here keeps its own name and is drawn in grey.

    Args:
        model: `"drnn"`, `"rnn"`, `"lstm"` or `"gru"`, or one of these after `"bi"`, `"bi-"`,
            `"bidirectional-"` and the like.

    Example:

    >>> model_style("bidirectional-drnn").label
    'Bi-D-RNN'
    """
    for name in sorted(_KNOWN, key=len, reverse=True):
        label, colour = _KNOWN[name]
        if model == name:
            return ModelStyle(label, colour, "-")
        if model.startswith("bi") and model.endswith(name):
            return ModelStyle(f"Bi-{label}", colour, "--")
    return ModelStyle(model, _OTHER, ":")
