"""The models, by name."""

from benchmarks.long_memory.peers.delayed import drnn, stacked_drnn
from benchmarks.long_memory.peers.of_keras import gru, lstm, simple_rnn
from benchmarks.long_memory.peers.peer import Peer

__all__ = ["PEERS", "Peer"]

PEERS = {
    "drnn": Peer(
        drnn,
        {
            "delays": (
                (1, 3, 9, 27, 81, 243),
                (1, 2, 4, 8, 16, 32, 64, 128, 256),
                (1, 4, 16, 64, 256),
            ),
            "activation": ("relu", "tanh"),
        },
    ),
    "stacked_drnn": Peer(
        stacked_drnn,
        {"delays": (((1, 3, 9, 27), (9, 27, 81, 243)), ((1, 4, 16), (1, 4, 16, 64, 256)))},
    ),
    "simple_rnn": Peer(
        simple_rnn, {"activation": ("tanh", "relu"), "recurrent": ("orthogonal", "identity")}
    ),
    "lstm": Peer(lstm),
    "gru": Peer(gru),
}
