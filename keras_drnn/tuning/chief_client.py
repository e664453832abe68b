"""A worker's calls to its chief, which outlive a chief that dies."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import grpc
from keras_tuner.engine.trial import Trial

from keras_drnn.tuning.one_search import Search
from keras_drnn.tuning.ports import answers
from keras_drnn.tuning.roles import ADDRESS, CHIEF, ID, PORT, place

_LOOK_SECONDS = 1.0
_RESTART_SECONDS = 3600.0


class SearchFinishedError(ValueError):
    """A search has its winner, and needs no workers any more."""


class ChiefClient:
    """keras-tuner's client, made to call again where the chief has died.

    A call that waits for an answer when the chief dies is an error in keras-tuner, and the chief
    that is started again would wait for this worker for ever. It may have been heard: the chief's
    oracle takes the same call twice.

    Args:
        client: keras-tuner's.
        search: The search, as the chief has it.
    """

    def __init__(self, client: Any, search: Search) -> None:
        self._client = client
        self._search = search

    def create_trial(self, tuner_id: str) -> Trial:
        return self._call(self._client.create_trial, tuner_id)

    def update_trial(self, trial_id: str, metrics: Mapping[str, float]) -> Trial:
        return self._call(self._client.update_trial, trial_id, metrics)

    def end_trial(self, trial: Trial) -> None:
        self._call(self._client.end_trial, trial)

    def _call(self, call: Callable[..., Any], *arguments: Any) -> Any:
        while True:
            # gRPC by itself would try at longer and longer intervals, and miss the chief's end.
            wait_for_chief(self._search, _RESTART_SECONDS)
            try:
                return call(*arguments)
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
            time.sleep(_LOOK_SECONDS)


def wait_for_chief(search: Search, seconds: float) -> None:
    """Wait until the chief of a search listens.

    Args:
        search: The search, as the chief has it.
        seconds: How long to wait.

    Raises:
        SearchFinishedError: If no chief will come: the search is finished.
        ValueError: If none comes in time.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answers(place(), 5.0):
            return
        outcome = search.on_disk.outcome
        if outcome.get("winner") and search.settings.trials <= outcome["settings"]["trials"]:
            raise SearchFinishedError(
                f"The search in {search.folder} is finished. Give the chief more trials first."
            )
        time.sleep(_LOOK_SECONDS)
    address, port = place()
    raise ValueError(
        f"No chief answers at {address}:{port}. Start it, with {ID}={CHIEF}, or put right "
        f"{ADDRESS} and {PORT}."
    )
