"""Trials, what a step costs, and runs in MLflow."""

import keras
import pytest
from mlflow_stores import make_store

from benchmarks.long_memory.build import without_values
from benchmarks.long_memory.costs import multiply_adds
from benchmarks.long_memory.peers import PEERS
from benchmarks.long_memory.recipe import Recipe
from benchmarks.long_memory.results import Run
from benchmarks.long_memory.search import candidates, choose
from benchmarks.long_memory.tasks.measures import ACCURACY, SQUARED_ERROR
from benchmarks.long_memory.tracking import log
from keras_drnn.tracking.store import connect


def test_trials_are_the_same_after_a_kill_and_no_two_are_alike():
    tried = candidates(PEERS["mist"], Recipe(epochs=9), {"delays": (1, 2)}, 20, 999)
    assert tried == candidates(PEERS["mist"], Recipe(epochs=9), {"delays": (1, 2)}, 20, 999)
    assert tried[:5] == candidates(PEERS["mist"], Recipe(epochs=9), {"delays": (1, 2)}, 5, 999)
    assert tried[0] == ({"delays": (1, 2)}, Recipe(epochs=9))
    assert len({str(each) for each in tried}) == 20
    assert {recipe.epochs for _, recipe in tried} == {9}
    for field, least in (("learning_rate", 3), ("weight_decay", 2), ("dropout", 2)):
        assert len({getattr(recipe, field) for _, recipe in tried}) >= least
    assert {tuple(options["delays"]) for options, _ in tried[1:]} == set(
        PEERS["mist"].space["delays"]
    )


def test_what_the_user_has_chosen_is_not_drawn():
    options = PEERS["windowed_drnn"].options({"delays": [1, 2], "shares": [1, 2]})
    given = ("option.shares", "recipe.learning_rate")
    tried = candidates(PEERS["windowed_drnn"], Recipe(), options, 12, 999, given)
    assert len(tried) == 12
    for drawn, recipe in tried:
        assert drawn["delays"] == [1, 2] and drawn["shares"] == [1, 2]
        assert recipe.learning_rate == Recipe().learning_rate
    assert len({options["activation"] for options, _ in tried}) == 3
    # Of other models too, and where it is the gain that has a value for each group.
    for name, options in (
        ("clockwork", {"periods": [1, 2], "shares": [1, 2]}),
        ("drnn", {"delays": [1, 2], "gain": [1, 0.5]}),
    ):
        options = PEERS[name].options(options)
        tried = candidates(PEERS[name], Recipe(), options, 5, 999, ())
        assert {len(drawn.get("delays") or drawn["periods"]) for drawn, _ in tried} == {2}
    stacked = PEERS["stacked_drnn"].options({})  # `None` for the shares of both layers
    tried = candidates(PEERS["stacked_drnn"], Recipe(), stacked, 9, 999)
    assert len({str(drawn["delays"]) for drawn, _ in tried}) == 2
    # The recipe's and an option of the same name are two.
    tried = candidates(PEERS["tcn"], Recipe(), {}, 30, 999, ("recipe.dropout",))
    assert {recipe.dropout for _, recipe in tried} == {Recipe().dropout}
    assert {options.get("dropout") for options, _ in tried} == {None, 0.0, 0.05, 0.1}


def test_where_all_is_chosen_there_is_one_trial():
    given = [f"recipe.{name}" for name in ("learning_rate", "weight_decay", "dropout")]
    assert candidates(PEERS["gru"], Recipe(), {"a": 1}, 5, 9, given) == [({"a": 1}, Recipe())]


@pytest.mark.parametrize(("measure", "best"), ((ACCURACY, 3), (SQUARED_ERROR, 1)))
def test_the_best_is_chosen_and_trained_for_as_long_as_the_recipe_says(measure, best):
    values = [float("nan"), 0.2, 0.5, 0.9, 0.4]
    tried = [({"number": number}, Recipe(epochs=30)) for number in range(5)]
    epochs = []

    def perform(options, recipe):
        epochs.append(recipe.epochs)
        return [{"validation": values[options["number"]] + spread} for spread in (-0.05, 0.05)]

    chosen = choose(tried, 2, measure, perform, say=lambda line: None)
    assert chosen == ({"number": best}, Recipe(epochs=30)) and epochs == [2] * 5


def test_a_step_costs_what_is_multiplied_at_it():
    def cost(name, **options):
        def counted():
            x = keras.Input((10, 3))
            h = PEERS[name].layers(x, 2, False, **options)
            return multiply_adds(keras.Model(x, keras.layers.Dense(1)(h)))

        return without_values(counted)

    head = 2
    assert cost("simple_rnn") == 2 * (3 + 2) + head
    assert cost("lstm") == 4 * 2 * (3 + 2) + head
    assert cost("gru") == 3 * 2 * (3 + 2) + head
    assert cost("dilated_rnn", layers=2) == 3 * 2 * (3 + 2) + 3 * 2 * (2 + 2) + head
    assert cost("mist", delays=(1, 2, 4)) == (3 + 2) * (3 + 2 + 2) + head
    blocks = 2 * 2 * 2 + 2 * 2 * 2 + 2 * 4 + 4 * 2
    assert cost("lru", depth=1) == 3 * 2 + blocks + head
    assert cost("drnn", delays=(1, 4)) == 2 * (3 + 2) + 2 * (2 + 2) / 4 + 2 * head
    assert cost("clockwork", periods=(1, 4)) == 2 * (3 + 4) + 2 * (3 + 2) / 4 + 2 * head
    assert cost("lmu", order=4) == 3 + 2 + 4 + 2 * (3 + 2 + 4) + 4 * 4 + 4 + head
    assert cost("tcn", kernel=3, levels=1) == 3 * 3 * 2 + 3 * 2 * 2 + 3 * 2 + head


def test_a_run_is_once_in_mlflow_and_again_with_its_test(tmp_path, tmp_path_factory):
    uri = make_store(tmp_path, tmp_path_factory)
    values = {1: 0.3, 2: float("nan")}  # one learns, one diverges
    for seed, value in values.items():
        run = Run("adding6", "drnn", 300, {"delays": [1, 2]}, Recipe(epochs=2), seed)
        history = [{"loss": 2.0, "validation": 0.5}, {"loss": 1.0, "validation": value}]
        found = {"history": history, "recipe": {"epochs": 2}}
        for content in (found, found, {**found, "test": value}, {**found, "test": value}):
            log(run, content, uri)
    for data in ("one", "two", "one"):
        log(run, {**found, "data": data}, uri)
    client = connect(uri)
    experiment = client.get_experiment_by_name("long_memory").experiment_id
    of_data = client.search_runs([experiment], "params.data != ''")
    assert sorted(each.data.params["data"] for each in of_data) == ["one", "two"]
    for each in of_data:
        client.delete_run(each.info.run_id)
    for seed, value in values.items():
        tested, chosen = client.search_runs([experiment], f"params.seed = '{seed}'")
        assert "test" not in chosen.data.metrics
        assert tested.data.metrics["test"] == pytest.approx(value, nan_ok=True)
        assert chosen.data.params["option.delays"] == "[1, 2]"
        losses = client.get_metric_history(chosen.info.run_id, "loss")
        assert [each.value for each in losses] == [2, 1]
