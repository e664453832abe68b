"""The colours of films: those of pages on a light ground, which colour-blind people tell apart.

Of bodies: Okabe and Ito, "Color Universal Design" (2008).
"""

from keras_drnn.skeletons.sides import Side

CARD, WELL, LINE = "#ffffff", "#f1f3f6", "#cfd5dd"
INK, PALE = "#1b1f26", "#5b6470"
ACCENT, WRONG = "#0072b2", "#c75300"
_MIDDLE = "#3b424d"
BODIES: tuple[dict[Side, str], ...] = (
    {"left": "#0072b2", "right": "#d55e00", "middle": _MIDDLE},
    {"left": "#009e73", "right": "#cc79a7", "middle": _MIDDLE},
    {"left": "#56b4e9", "right": "#e69f00", "middle": _MIDDLE},
)
