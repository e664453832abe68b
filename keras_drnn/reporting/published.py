"""The figures that the thesis printed, for comparison with ours.

Garcia Cedeno, "Delayed recurrent neural networks", ESPOL 2018: NTU RGB+D cross-view, accuracy by
frame after 100,000 batches of 60, training time on one Tesla K80.
"""

SOURCE = "Published: NTU RGB+D cross-view, 100,000 batches of 60, one Tesla K80."

#: By model name: accuracy by frame in [0, 1], and training time in seconds.
FIGURES = {
    "drnn": {"frame_accuracy": 0.3811, "train_seconds": 5 * 3600 + 16 * 60},
    "lstm": {"frame_accuracy": 0.4389, "train_seconds": 7 * 3600 + 23 * 60},
    "rnn": {"frame_accuracy": 0.1724, "train_seconds": 4 * 3600 + 46 * 60},
}
