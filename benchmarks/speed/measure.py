"""Measures one backend, in a process of its own; prints lines of JSON, of times one a setting."""

import argparse
import itertools
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

import keras
import numpy as np
from contestants import CLASSES, DELAYED, STEPPED, build, layers

from keras_drnn import geometric_delays, update_steps
from keras_drnn.experiments.accelerator import accelerator

FEATURES = 150
STEPS, BATCH, UNITS, GROUPS = (100, 30, 300, 1000), (60, 1, 512), (150, 50, 600), (5, 1, 2, 3)
MEMORY_SETTING = (300, 60, 150, 5)
# A contestant that one train step of costs more than this is left out of a setting.
LONGEST_SECONDS = 5.0


def settings(grid: str) -> list[tuple[int, int, int, int]]:
    """(steps, batch, units, groups) to measure; the names of grids are in __main__."""
    if grid == "full":
        return [(t, b, u, 5) for t, b, u in itertools.product(STEPS, BATCH, UNITS)]
    if grid == "lengths":
        return [(t, b, 150, 5) for b, t in itertools.product((60, 1024), (100, 300, 1000))]
    first = (STEPS[0], BATCH[0], UNITS[0], GROUPS[0])
    if grid == "quick":
        return [(steps, *first[1:]) for steps in (100, 300)]
    settings = [first]
    for place, values in enumerate((STEPS, BATCH, UNITS, GROUPS)):
        settings += [(*first[:place], value, *first[place + 1 :]) for value in values[1:]]
    return settings


def measure_time(grid: str, seconds: float) -> Iterator[dict]:
    """What is measured, then train steps and inference of all contestants in each setting."""
    _warm_up()
    yield {
        "device": _device(),
        "accelerator": accelerator(),
        "contestants": list(layers(UNITS[0], GROUPS[0])),
    }
    for setting in settings(grid):
        yield _measure_setting(*setting, seconds)


def _warm_up() -> None:
    """What only a process' first model costs is not the first contestant's."""
    x, y = _data(2, 1)
    model = build("head", lambda: keras.layers.Activation("linear"), 2, FEATURES)
    float(model.train_on_batch(x, y))


def _measure_setting(steps, batch, units, groups, seconds) -> dict:
    # On the device beforehand: what a GPU is sent costs more than what it computes of that.
    x, y = map(keras.ops.convert_to_tensor, _data(steps, batch))
    models, first_calls, left_out = {}, {}, {}
    for name, make in layers(units, groups).items():
        keras.utils.set_random_seed(0)
        model = build(name, make, steps, FEATURES)
        begin = time.perf_counter()
        float(model.train_on_batch(x, y))
        first_calls[name] = time.perf_counter() - begin
        begin = time.perf_counter()
        float(model.train_on_batch(x, y))
        again = time.perf_counter() - begin
        if again > LONGEST_SECONDS:
            left_out[name] = again
            continue
        _scores(model, x)
        models[name] = model
    product, flops = _product(steps, batch, units, groups)
    train: dict[str, list] = {name: [] for name in models}
    inference: dict[str, list] = {name: [] for name in models}
    products = []
    turns, order = list(models.items()), random.Random(0)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(products) < 3:
        products.append(_timed(product))
        # Whoever comes next meets what the last one left in caches and thread pools.
        order.shuffle(turns)
        for name, model in turns:
            train[name].append(_timed(lambda model=model: float(model.train_on_batch(x, y))))
            inference[name].append(_timed(lambda model=model: _scores(model, x)))
    return {
        "steps": steps,
        "batch": batch,
        "units": units,
        "groups": groups,
        "train": _summary(train),
        "inference": _summary(inference),
        "first_call_seconds": first_calls,
        "left_out_seconds": left_out,
        # The forward pass of DelayedRNN and its head, as one matrix product.
        "product": _spread(products) | {"flops": flops},
        "slower_than_stepped": [
            what
            for what, times in (("train", train), ("inference", inference))
            if STEPPED in times and np.median(times[DELAYED]) > np.median(times[STEPPED])
        ],
    }


def _data(steps, batch):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, steps, FEATURES)).astype("float32")
    return x, rng.integers(0, CLASSES, (batch, steps))


def _scores(model, x):
    return np.asarray(keras.ops.convert_to_numpy(model.predict_on_batch(x)))


def _timed(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - begin)


def _product(steps, batch, units, groups):
    """A matrix product of as many operations as a forward pass, and how many those are."""
    size, width, rows = units // groups, FEATURES, 0
    for moments in update_steps(geometric_delays(3, groups), steps):
        rows += len(moments) * batch * (width + size) * size
        width = size
    rows += steps * batch * units * CLASSES
    # (n, k) x (k, k) of the layer's own width.
    n = max(1, rows // units**2)
    a = keras.ops.ones((n, units))
    b = keras.ops.ones((units, units))
    multiply = keras.ops.matmul
    if keras.backend.backend() == "jax":
        import jax

        multiply = jax.jit(multiply)
    call = lambda: float(keras.ops.convert_to_numpy(multiply(a, b)[0, 0]))  # noqa: E731 - a thunk
    call()
    return call, 2 * rows


def _summary(times: dict[str, list[float]]) -> dict:
    """Milliseconds of each contestant, and its ratio to DelayedRNN round by round."""
    ours = np.array(times[DELAYED])
    return {
        name: _spread(of_contestant) | {"ratio": _spread(np.array(of_contestant) / ours)}
        for name, of_contestant in times.items()
    }


def _spread(values) -> dict[str, float]:
    low, middle, high = np.percentile(values, [25, 50, 75])
    return {"median": float(middle), "low": float(low), "high": float(high)}


def measure_memory(contestant: str) -> int:
    """Bytes that a train step takes beyond what the built model and the data hold."""
    steps, batch, units, groups = MEMORY_SETTING
    x, y = map(keras.ops.convert_to_tensor, _data(steps, batch))
    model = build(contestant, layers(units, groups)[contestant], steps, FEATURES)
    if keras.backend.backend() == "jax":
        return _planned_by_xla(model, x, y)
    # One sample, then two: now the step is traced for any number of them, and what TensorFlow's
    # graph itself takes is in the peak already.
    for count in (1, 2):
        float(model.train_on_batch(x[:count], y[:count]))
    before = _peak()
    for _ in range(3):
        float(model.train_on_batch(x, y))
    return _peak() - before


def _planned_by_xla(model, x, y) -> int:
    """What XLA sets aside for a gradient; a process' peak would count the compiler's memory."""
    import jax

    fixed = [variable.value for variable in model.non_trainable_variables]

    def loss(trained, x, y):
        scores, _ = model.stateless_call(trained, fixed, x, training=True)
        return model.loss(y, scores)

    trained = [variable.value for variable in model.trainable_variables]
    compiled = jax.jit(jax.value_and_grad(loss)).lower(trained, x, y).compile()
    return compiled.memory_analysis().temp_size_in_bytes


def _peak() -> int:
    if _device() != "cpu":
        if keras.backend.backend() == "torch":
            import torch

            return torch.cuda.max_memory_allocated()
        import tensorflow as tf

        return tf.config.experimental.get_memory_info("GPU:0")["peak"]
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _device() -> str:
    if keras.backend.backend() == "jax":
        import jax

        return jax.default_backend()
    return "gpu" if accelerator() else "cpu"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["time", "memory"])
    parser.add_argument("contestant", nargs="?")
    parser.add_argument("--grid", default="star")
    parser.add_argument("--seconds", type=float, default=8.0)
    arguments = parser.parse_args()
    if arguments.what == "time":
        for found in measure_time(arguments.grid, arguments.seconds):
            print(json.dumps(found), flush=True)
    else:
        print(json.dumps({"bytes": measure_memory(arguments.contestant)}))


if __name__ == "__main__":
    main()
