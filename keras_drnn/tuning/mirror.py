"""Shows a search in MLflow: a parent run, a nested one per trial and per training of the winner."""

from pathlib import Path

from keras_drnn.reporting.run_folder import Run
from keras_drnn.tracking.mirror import ComparisonMirror
from keras_drnn.tracking.mirrored_run import MirroredRun
from keras_drnn.tracking.store import EXPERIMENT
from keras_drnn.tuning.search_folder import SearchFolder


class SearchMirror(ComparisonMirror):
    """Shows the folder of one search in MLflow, and registers its winner.

    A resumed search goes on with the same runs. A trial that failed does not make the search fail.

    Args:
        folder: The folder of the search.
        uri: An MLflow tracking address, as from `resolve_uri`. Call `check_store` on it first.
        experiment: The name of the MLflow experiment.
    """

    def __init__(self, folder: str | Path, uri: str, experiment: str = EXPERIMENT) -> None:
        super().__init__(folder, uri, experiment)
        self._search = SearchFolder(Path(folder))
        self._comparison = self._search

    def close(self) -> str | None:
        """Send the rest and mark the search finished, or failed if it has no winner."""
        if not self._search.outcome.get("winner"):
            return self._sync(status="FAILED", error="the winner was not trained")
        return self._sync(status="FINISHED")

    def _send_parent(self) -> MirroredRun:
        run = super()._send_parent()
        folder = self._search.folder
        run.send_files([folder / "search.json", folder / "outcome.json"])
        return run

    def _send_child(self, run: Run, parent_id: str, stopped: str | None) -> None:
        super()._send_child(run, parent_id, stopped)
        winner = self._search.outcome.get("winner")
        if winner and run.folder.parent.name == "winner" and run.folder.name == winner["chosen"]:
            self._register(self._mirrored(run.folder))

    def _register(self, run: MirroredRun) -> None:
        """Make the model a version of the registered model that has the search's name, once."""
        from mlflow.exceptions import MlflowException

        run.send_files([self._search.folder / "front.png"])
        version = run.progress.sent.get("registered")
        if version is not None or run.progress.model_id is None:
            return
        client, name = run.client, self._search.description["id"]
        # A process killed right after it had registered the model left no note of it.
        versions = client.search_model_versions(f"run_id = '{run.run_id}'")
        if not versions:
            try:
                client.create_registered_model(name)
            except MlflowException:
                # There already, from an earlier search of this name; if not, the next call says so.
                client.get_registered_model(name)
            # Not as models:/id, which MLflow would look for in its global store.
            logged = client.get_logged_model(run.progress.model_id)
            versions = [
                client.create_model_version(
                    name,
                    source=logged.artifact_location,
                    run_id=run.run_id,
                    model_id=run.progress.model_id,
                )
            ]
        run.progress.sent["registered"] = str(versions[0].version)
        run.save()
