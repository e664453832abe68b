"""How long a group's updates take on torch: in the loop, in a GPU's kernels, and in torch's layers.

    KERAS_BACKEND=torch python benchmarks/recurrence.py

Milliseconds for 1,000 updates forward and back, the middle of seven rounds. torch's layers multiply
their 150 inputs and find the gradients of those weights too; all find that of the recurrent kernel.
On a GPU torch's layers are cuDNN's. Writes `benchmarks/results/recurrence_<device>.json`.
"""

import itertools
import json
import time
from pathlib import Path

import torch
from keras import activations

from keras_drnn.recurrence import torch as recurrence
from keras_drnn.system.environment import machine, versions

UPDATES, FEATURES, ROUNDS = 1000, 150, 7
UNITS, BATCHES = (30, 64, 128), (60, 1024)
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def main() -> None:
    settings = [
        {"units": units, "batch": batch, "milliseconds": measured(units, batch)}
        for units, batch in itertools.product(UNITS, BATCHES)
    ]
    content = {
        "machine": machine(),
        "accelerator": torch.cuda.get_device_name() if DEVICE == "cuda" else None,
        "versions": versions(("keras", "torch", "triton")),
        "settings": settings,
    }
    device = "gpu" if DEVICE == "cuda" else "cpu"
    path = Path(__file__).parent / "results" / f"recurrence_{device}.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(path)


def measured(units: int, batch: int) -> dict[str, dict[str, float]]:
    """Milliseconds of each, forward and back."""
    x = torch.randn(UPDATES, batch, FEATURES, device=DEVICE)
    layers = {
        "torch.nn.RNN": torch.nn.RNN(FEATURES, units, nonlinearity="relu").to(DEVICE),
        "torch.nn.GRU": torch.nn.GRU(FEATURES, units).to(DEVICE),
        "torch.nn.LSTM": torch.nn.LSTM(FEATURES, units).to(DEVICE),
    }
    found = {
        name: timed(lambda layer=layer: layer(x)[0], list(layer.parameters()))
        for name, layer in layers.items()
    }
    z = torch.randn(UPDATES, batch, units, device=DEVICE, requires_grad=True)
    h0 = torch.zeros(batch, units, device=DEVICE)
    w = torch.nn.init.orthogonal_(torch.empty(units, units, device=DEVICE), gain=0.9)
    w.requires_grad_()
    call = lambda: recurrence.recurrence(z, h0, w, activations.relu)  # noqa: E731 - a thunk
    kernels, recurrence.kernels = recurrence.kernels, None
    found["loop"] = timed(call, [z, w])
    recurrence.kernels = kernels
    if kernels is not None:
        found["kernels"] = timed(call, [z, w])
    return found


def timed(call, variables) -> dict[str, float]:
    """The middle of some rounds, after one that compiles what there is to compile."""
    rounds = []
    for _ in range(ROUNDS + 1):
        begin = now()
        outputs = call()
        middle = now()
        torch.autograd.grad(outputs, variables, torch.ones_like(outputs))
        rounds.append((middle - begin, now() - middle))
    forward, back = (sorted(times)[ROUNDS // 2] for times in zip(*rounds[1:], strict=True))
    return {"forward": round(1e3 * forward, 3), "back": round(1e3 * back, 3)}


def now() -> float:
    if DEVICE == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


if __name__ == "__main__":
    main()
