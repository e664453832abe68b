"""Scores of whole clips, and of their beginnings."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from made_clips import CLIPS, LABELS

from keras_drnn.experiments.evaluation import accuracy_of_beginnings, clip_scores
from keras_drnn.experiments.models import build_model
from keras_drnn.experiments.recipes import recipe_for
from keras_drnn.reporting.metrics import accuracy_by_fraction
from keras_drnn.skeletons import KINECT_V1


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    # A cell that is compiled in no time: several lengths are given to it.
    recipe = replace(recipe_for("rnn", preset="best", data="nucla", units=6), frame_units=4)
    return build_model(recipe, layout=KINECT_V1, bodies=1, classes=3)


def test_scores_do_not_depend_on_padding_or_company(model):
    together = clip_scores(model, CLIPS, np.arange(9), LABELS, batch_size=4)
    assert [score.label for score in together] == LABELS.tolist()
    for i in (0, 2, 5):
        clip = CLIPS[i]
        logits = keras.ops.convert_to_numpy(model.predict_on_batch(clip.joints[None]))[0]
        by_itself = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
        valid = clip.mask[:, 0]
        np.testing.assert_array_equal(together[i].valid, valid)
        np.testing.assert_allclose(
            together[i].log_probabilities[valid], by_itself[valid], rtol=1e-4, atol=1e-4
        )


def test_beginnings_are_what_a_causal_model_said_on_the_way(model):
    scores = clip_scores(model, CLIPS, np.arange(9), LABELS)
    np.testing.assert_allclose(
        accuracy_of_beginnings(model, CLIPS, np.arange(9), LABELS), accuracy_by_fraction(scores)
    )
