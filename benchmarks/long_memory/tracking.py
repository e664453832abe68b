"""Shows runs in MLflow; the files of results are the truth."""

from benchmarks.long_memory.results import Run
from keras_drnn.tracking import check_store, resolve_uri
from keras_drnn.tracking.calls import mlflow_calls
from keras_drnn.tracking.store import connect, find_or_create_experiment

EXPERIMENT = "long_memory"


def log(run: Run, found: dict, uri: str | None = None) -> None:
    """Write a finished run to MLflow, unless it is there.

    Args:
        run: What decided it.
        found: What was found.
        uri: A store; by default that of `keras_drnn.tracking.resolve_uri`.
    """
    uri = uri or resolve_uri()
    check_store(uri, EXPERIMENT)
    with mlflow_calls():
        client = connect(uri)
        experiment = find_or_create_experiment(client, uri, EXPERIMENT)
        name = f"{run.task}/{run.name}"
        tested = "test" if "test" in found else "validation"
        data = found.get("data", "")
        # Not by the metric's value: it may be NaN, and no comparison with NaN is true.
        same = client.search_runs([experiment], f"attributes.run_name = '{name}'")
        if any(
            tested in each.data.metrics and each.data.params.get("data", "") == data
            for each in same
        ):
            return
        run_id = client.create_run(experiment, run_name=name).info.run_id
        settings = {"task": run.task, "model": run.model, "parameters": run.parameters}
        settings |= {"data": data} if data else {}
        recipe = {f"recipe.{field}": found["recipe"][field] for field in found["recipe"]}
        options = {f"option.{name}": value for name, value in run.options.items()}
        for key, value in {**settings, **recipe, **options, "seed": run.seed}.items():
            client.log_param(run_id, key, value)
        for epoch, entry in enumerate(found["history"], start=1):
            for key, value in entry.items():
                client.log_metric(run_id, key, value, step=epoch)
        if tested == "test":
            client.log_metric(run_id, "test", found["test"])
        client.set_terminated(run_id)
