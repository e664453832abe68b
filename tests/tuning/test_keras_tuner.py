"""What the search takes for granted of keras-tuner, by name: nothing of it is private.

Where this fails after an upgrade, the names that are missing are those to look for in
`keras_drnn/tuning/oracles.py`, `tuner.py`, `space.py`, `fitting.py` and `roles.py`.
"""

import inspect

import keras_tuner
import pytest
from keras_tuner import HyperParameters, Objective, Oracle
from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.engine.trial import Trial
from keras_tuner.oracles import BayesianOptimizationOracle, HyperbandOracle, RandomSearchOracle

from keras_drnn.tuning import fitting, hypermodel, oracles, roles, space, tuner, values

# Methods that are called or overridden, with the arguments that they are given.
METHODS = {
    Oracle: {
        "populate_space": ["trial_id"],
        "create_trial": ["tuner_id"],
        "update_trial": ["trial_id", "metrics", "step"],
        "end_trial": ["trial"],
        "get_state": [],
        "set_state": ["state"],
        "save": [],
        "reload": [],
    },
    BaseTuner: {"search": [], "save": [], "reload": []},
    Trial: {"get_state": [], "from_state": ["state"]},
    HyperParameters: {
        "Choice": ["name", "values", "default"],
        "Fixed": ["name", "value"],
        "Float": ["name", "min_value", "max_value", "step", "sampling", "default"],
        "conditional_scope": ["parent_name", "parent_values"],
        "name_scope": ["name"],
    },
}
CONSTRUCTORS = {
    Oracle: [
        "objective",
        "max_trials",
        "hyperparameters",
        "allow_new_entries",
        "seed",
        "max_consecutive_failed_trials",
    ],
    BayesianOptimizationOracle: ["num_initial_points", "alpha"],
    HyperbandOracle: ["max_epochs"],
    BaseTuner: ["oracle", "directory", "project_name"],
}
ATTRIBUTES = {
    "oracle": [
        "trials",
        "ongoing_trials",
        "tuner_ids",
        "hyperparameters",
        "seed",
        "verbose",
        "gpr",
    ],
    "trial": ["trial_id", "status", "message", "score", "hyperparameters"],
    "hyperparameters": ["space", "values"],
    "hyperparameter": ["name", "values", "default", "conditions", "random_sample"],
    "condition": ["is_active", "name", "values"],
}
STATE = ["ongoing_trials", "start_order", "end_order", "retry_queue"]
MODULES = (fitting, hypermodel, oracles, roles, space, tuner, values)


def objects(tmp_path):
    hp = HyperParameters()
    hp.Choice("a", [1, 2])
    with hp.conditional_scope("a", [1]):
        hp.Float("b", 1.0, 2.0)
    oracle = BayesianOptimizationOracle(Objective("score", "max"), 3, 3, hyperparameters=hp)
    oracle.verbose = 0
    BaseTuner(oracle, directory=str(tmp_path), project_name="p")
    trial = oracle.create_trial("tuner0")
    return {
        "oracle": oracle,
        "trial": trial,
        "hyperparameters": hp,
        "hyperparameter": hp.space[1],
        "condition": hp.space[1].conditions[0],
    }


def test_methods_take_what_they_are_given():
    missing = []
    for owner, methods in METHODS.items():
        for name, arguments in methods.items():
            method = getattr(owner, name, None)
            if method is None:
                missing.append(f"{owner.__name__}.{name}")
                continue
            # `synchronized` hides the arguments.
            method = _unwrapped(method)
            parameters = inspect.signature(method).parameters
            missing += [f"{owner.__name__}.{name}({n})" for n in arguments if n not in parameters]
    for owner, arguments in CONSTRUCTORS.items():
        parameters = inspect.signature(owner).parameters
        missing += [f"{owner.__name__}({name})" for name in arguments if name not in parameters]
    missing += [name for name in ("synchronized",) if not hasattr(keras_tuner, name)]
    assert missing == []


def _unwrapped(method):
    functions = [
        cell.cell_contents
        for cell in method.__closure__ or ()
        if inspect.isfunction(cell.cell_contents)
    ]
    others = (each for each in functions if each.__name__ != "backward_compatible_end_trial")
    return next(others, method)


def test_objects_have_what_is_read(tmp_path):
    made = objects(tmp_path)
    missing = [
        f"{kind}.{name}"
        for kind, names in ATTRIBUTES.items()
        for name in names
        if not hasattr(made[kind], name)
    ]
    missing += [f"state[{key!r}]" for key in STATE if key not in made["oracle"].get_state()]
    assert missing == []


def test_statuses_and_what_hyperband_notes_are_as_expected():
    oracle = HyperbandOracle(Objective("score", "max"), max_epochs=27)
    oracle.hyperparameters.Choice("a", [1, 2])
    response = oracle.populate_space("0")
    assert response["status"] == "RUNNING"
    missing = {"tuner/epochs", "tuner/round"} - set(response["values"])
    assert missing == set()


def test_a_restarted_oracle_takes_its_queue_from_the_state(tmp_path):
    oracle = RandomSearchOracle(Objective("score", "max"), 3)
    oracle.hyperparameters.Choice("a", [1, 2])
    oracle.verbose = 0
    BaseTuner(oracle, directory=str(tmp_path), project_name="p")
    trial = oracle.create_trial("tuner0")
    oracle.set_state(oracle.get_state() | {"ongoing_trials": {}, "retry_queue": [trial.trial_id]})
    assert oracle.create_trial("tuner1").trial_id == trial.trial_id


def test_workers_find_their_chief_by_these_variables():
    import keras_tuner.src.distribute.oracle_client as client

    code = inspect.getsource(client)
    assert [name for name in (roles.ADDRESS, roles.PORT, roles.ID) if name not in code] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_nothing_private_is_reached_into(module):
    """Members with an underscore are those that the module itself defines."""
    import ast

    tree = ast.parse(inspect.getsource(module))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    own = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)
    } | {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    private = {name for name in used if name.startswith("_") and not name.startswith("__")}
    assert private - own == set()
    # Nor does it define a name that keras-tuner uses for itself.
    theirs = {name for owner in METHODS for name in dir(owner) if name.startswith("_")}
    assert {name for name in own if name.startswith("_") and name in theirs} <= {"__init__"}
