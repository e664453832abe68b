"""What files of runs of the long memory benchmark say, without a training."""

import json

from benchmarks.long_memory.peers import PEERS


def run(
    seed,
    value,
    *,
    model="drnn",
    task="psmnist",
    measure="accuracy",
    rate=3e-3,
    pooling="last",
    adversarial=0.0,
    **more,
):
    recipe = {
        "epochs": 2, "learning_rate": rate, "pooling": pooling, "adversarial": adversarial
    }  # fmt: skip
    options = json.loads(json.dumps(PEERS[model].options({})))
    return {
        "task": task, "model": model, "parameters": 100, "trained_parameters": 99, "seed": seed,
        "options": options, "recipe": recipe, "measure": measure,
        "validation": value, "history": [{"loss": 1, "processor_seconds": 9.0}],
        "environment": {"accelerator": None}, **more,
    }  # fmt: skip
