"""The models, by name."""

from benchmarks.long_memory.peers.closed_form import cfc
from benchmarks.long_memory.peers.convolutions import tcn
from benchmarks.long_memory.peers.delay_line import line_drnn
from benchmarks.long_memory.peers.delayed import drnn, stacked_drnn, windowed_drnn
from benchmarks.long_memory.peers.dilated import dilated_rnn
from benchmarks.long_memory.peers.linear import lru, minimal_gru
from benchmarks.long_memory.peers.lmu import lmu
from benchmarks.long_memory.peers.narx import mist, narx
from benchmarks.long_memory.peers.of_keras import gru, lstm, simple_rnn
from benchmarks.long_memory.peers.peer import Peer, fitted
from benchmarks.long_memory.peers.periodic import clockwork, hierarchical

__all__ = ["PEERS", "Peer", "fitted"]

_THREES, _TWOS = (1, 3, 9, 27, 81, 243), (1, 2, 4, 8, 16, 32, 64, 128)
_DELAYS = (_THREES, _TWOS, (1, 4, 16, 64, 256), (1, 7, 49, 343))
_KINDS = ("tanh", "relu", "elu")

PEERS = {
    "drnn": Peer(
        drnn,
        {
            "delays": _DELAYS,
            "activation": _KINDS,
            "spectral_norm": (None, 1.0),
        },
    ),
    "stacked_drnn": Peer(
        stacked_drnn,
        {"delays": (((1, 3, 9, 27), (9, 27, 81, 243)), ((1, 4, 16), (1, 4, 16, 64, 256)))},
    ),
    "line_drnn": Peer(line_drnn, {"hidden": (1.0, 1.5, 3.0)}),
    "windowed_drnn": Peer(
        windowed_drnn,
        {
            "delays": _DELAYS,
            "activation": _KINDS,
            "spectral_norm": (None, 1.0),
        },
    ),
    "simple_rnn": Peer(simple_rnn, {"activation": _KINDS, "recurrent": ("orthogonal", "identity")}),
    "lstm": Peer(lstm),
    "gru": Peer(gru),
    "clockwork": Peer(clockwork, {"periods": _DELAYS, "activation": _KINDS}),
    "hierarchical": Peer(hierarchical, {"periods": _DELAYS, "activation": _KINDS}),
    "narx": Peer(narx, {"delays": ((1, 8, 64), (1, 4, 16, 64), (1, 2, 4))}),
    "mist": Peer(mist, {"delays": _DELAYS}),
    "dilated_rnn": Peer(dilated_rnn, {"layers": (5, 7, 9), "cell": ("rnn", "gru")}),
    "lmu": Peer(lmu, {"order": (32, 64, 128, 256)}),
    "cfc": Peer(cfc, {"backbone": (0.5, 1.0, 2.0), "mode": ("default", "no_gate")}),
    "tcn": Peer(tcn, {"kernel": (3, 7, 8), "dropout": (0.0, 0.05, 0.1)}),
    "minimal_gru": Peer(minimal_gru, {"depth": (1, 2, 3, 4)}),
    "lru": Peer(lru, {"depth": (1, 2, 3, 4)}),
}
