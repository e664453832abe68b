"""Files of earlier versions, whose state has a part for each layer and each clock.

`parts.tflite` was written by version 0.1.0 before `state` and `clock`: a mask, a D-RNN of delays 1
and 2, an LSTM, a D-RNN of delays 1 and 3. To write such a file again, with other numbers: check out
the commit before the one that added this file, build such a model of frames of two numbers there
with two scores, and `export_streaming(model, "parts.tflite", metadata={"labels": ["a", "b"]})`;
what `model.predict` says of the clip below are the scores.
"""

from pathlib import Path

import numpy as np

from keras_drnn_runtime import StreamingClassifier, open_model

PATH = Path(__file__).with_name("parts.tflite")
CLIP = [[-2, -1], [0, 1], [2, -2], [0, 0], [1, 2], [-2, -1], [0, 1]]
# What Keras said of the clip.
SCORES = [
    [-0.02776113, 0.02540925],
    [-0.04180748, 0.02678916],
    [-0.12199453, 0.03466671],
    [-0.12199453, 0.03466671],
    [0.0, 0.0],
    [-0.23733564, 0.02331578],
    [0.0, 0.0],
]


def test_the_scores_are_those_they_were():
    skips, computes_all = (StreamingClassifier(PATH, skipping=skips) for skips in (True, False))
    for classifier in (skips, computes_all, open_model(PATH)):
        assert classifier.labels == ["a", "b"]
        np.testing.assert_allclose(classifier.predict(np.array(CLIP)), SCORES, atol=1e-6)


def test_the_clocks_still_choose_the_signature():
    classifier = StreamingClassifier(PATH)
    used = []
    for name, signature in classifier.signatures.items():
        classifier.signatures[name] = _noting(used, name, signature)
    classifier.predict(np.array(CLIP))
    # The mask stops the clocks at the fourth frame.
    due = ["11_11", "10_10", "11_10", "10_11", "10_11", "11_10", "10_10"]
    assert used == [f"step_{each}" for each in due]


def _noting(used, name, signature):
    def run(values):
        used.append(name)
        return signature(values)

    return run
