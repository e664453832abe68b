"""The tables of a finished comparison, for the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from keras_drnn.reporting.names import model_style
from keras_drnn.skeletons.words import counted, in_frames
from keras_drnn.system.environment import computer

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

_ACCURACIES = {
    "frame_accuracy": "By frame",
    "sequence_accuracy": "By clip",
    "last_frame_accuracy": "Last frame",
    "ever_correct": "Some frame",
}
# Of streams: as above, without what is right at some frame.
_LEFT_RUNNING = {key: words for key, words in _ACCURACIES.items() if key != "ever_correct"}
# The least width at which all clips and clean clips fit beside each other.
_SIDE_BY_SIDE = 116
# Of the tables of folds, what the first two columns take, and each model's.
_FOLD_NAMES, _FOLD_CELL = 32, 12
_MISSING = "-"


def comparison_tables(report: Mapping[str, Any], width: int = 80) -> Group:
    """Lay a comparison out as tables of accuracy, of the folds if there are, and of cost.

    Accuracies are in percent, `mean±sample standard deviation` when several seeds ran. Clips that
    are not copies of a training clip have columns of their own where the terminal is wide enough,
    and otherwise lines of their own.

    Args:
        report: What `keras_drnn.reporting.report.report` returns, or `report.json` read back.
        width: Columns of the terminal, at least 80.

    Returns:
        A Rich renderable, to be printed on a `rich.console.Console`.

    Example:

    >>> rich.print(comparison_tables(report(folder), console.width))  # doctest: +SKIP
    """
    from rich.console import Group
    from rich.text import Text

    parts = [accuracy_table(report, width), Text(accuracy_note(report), style="dim"), Text()]
    if ended := stopped(report):
        parts += [Text("\n".join(ended), style="dim"), Text()]
    tables = [stream_table(report), event_table(report), *fold_tables(report, width)]
    tables += [cost_table(report), published_table(report)]
    for table in filter(None, tables):
        parts += [table, Text()]
    if failures := unfinished(report):
        parts.append(Text("\n".join(failures), style="bold red"))
    return Group(*parts, Text(caption(report), style="dim"))


def caption(report: Mapping[str, Any]) -> str:
    """Say what the figures were measured on: data, protocol, backend, machine, steps.

    Args:
        report: What `keras_drnn.reporting.report.report` returns.
    """
    data, settings, environment = report["data"], report["settings"], report["environment"]
    kind = "synthetic, generated" if data["synthetic"] else "recorded"
    clips = ", ".join(f"{count} {part}" for part, count in data["clips"].items())
    folds, seeds = _folds(report), _seeds(report)
    protocol = data["protocol"]
    if len(folds) > 1:
        protocol += f", {len(folds)} folds"
        clips += " (to train and to validate with: in a fold, on average)"
    trained = [counted(seeds, "seed")]
    if "steps" in settings:
        trained.insert(0, f"{settings['steps']:,} steps")
    if "batch_size" in settings:
        what = "streams" if settings.get("preset") == "stream" else "clips"
        trained[0] += f" of {settings['batch_size']} {what}"
    delayed = [name for name in report["models"] if name.removeprefix("bi") == "drnn"]
    if delayed and settings.get("delays"):
        delays = [int(delay) for delay in settings["delays"].split(",")]
        trained.append(f"D-RNN at delays of {in_frames(delays, data.get('frame_rate'))}")
    return (
        f"Data: {data['name']} ({kind}), {protocol}; clips: {clips}.\n"
        f"Training: {', '.join(trained)}, preset {settings.get('preset', 'none')}.\n"
        f"Backend: {report['backend']}; machine: {computer(environment)}."
    )


def accuracy_note(report: Mapping[str, Any]) -> str:
    """What the accuracies are, for the line below their table.

    Args:
        report: What `keras_drnn.reporting.report.report` returns.
    """
    note = (
        "By frame: all frames pooled. By clip: largest summed log-probability.\n"
        "Last frame: at the clip's end. Some frame: right at one frame at least."
    )
    if len(_folds(report)) > 1:
        every = "Every clip of these folds" if report["data"].get("not_split") else "Every clip"
        note += f"\n{every} is tested once, by the model that was not trained on its fold."
    if _seeds(report) > 1:
        note += "\n±: standard deviation between seeds."
    return note


def _folds(report: Mapping[str, Any]) -> list[str]:
    data = report["data"]
    return [fold["protocol"] for fold in data.get("folds", [data])]


def _seeds(report: Mapping[str, Any]) -> int:
    models = report["models"].values()
    return max((len({run["seed"] for run in model["runs"]}) for model in models), default=0)


def accuracy_table(report: Mapping[str, Any], width: int = 80) -> Table:
    """Accuracies on the test clips, model by model.

    Args:
        report: What `keras_drnn.reporting.report.report` returns.
        width: Columns that there are.
    """
    table = new_table("Accuracy on the test clips, %")
    parts = _test_parts(report)
    table.add_column("Model", no_wrap=True)
    table.add_column("Para-\nmeters", justify="right", no_wrap=True)
    beside = len(parts) > 1 and width >= _SIDE_BY_SIDE
    if len(parts) > 1 and not beside:
        table.add_column("Clips", no_wrap=True)
    for measure in _ACCURACIES.values():
        for heading in parts.values() if beside else [None]:
            words = measure.split()
            lines = [" ".join(words), heading] if heading else words
            table.add_column("\n".join(lines), justify="right", no_wrap=True)
    for name, model in report["models"].items():
        head = [model_style(name).label, _count(model["parameters"])]
        if beside:
            table.add_row(
                *head,
                *(_percent(model, f"{part}/{key}") for key in _ACCURACIES for part in parts),
            )
            continue
        for part, heading in parts.items():
            lead = [*head, heading] if len(parts) > 1 else head
            table.add_row(*lead, *(_percent(model, f"{part}/{key}") for key in _ACCURACIES))
            head = ["", ""]
        if len(parts) > 1:
            table.add_section()
    return table


def stream_table(report: Mapping[str, Any]) -> Table | None:
    """What models reach that are left running from clip to clip; `None` where none is measured.

    Args:
        report: What `keras_drnn.reporting.report.report` returns.
    """
    if not _measured(report, "stream/clips"):
        return None
    table = new_table("Left running over the same clips, no reset between them")
    table.caption = (
        "Delay: until it is right and stays so, in the mean over clips that it is right of at "
        "their end.\nA model that reads backwards too cannot be left running."
    )
    parts = _test_parts(report)
    table.add_column("Model", no_wrap=True)
    if len(parts) > 1:
        table.add_column("Clips", no_wrap=True)
    shares = [f"{words}, %" for words in _LEFT_RUNNING.values()]
    for heading in (*shares, "Delay, frames", "Delay, s"):
        table.add_column(heading.replace(" ", "\n", 1), justify="right", no_wrap=True)
    for name, model in report["models"].items():
        label = model_style(name).label
        for part, heading in parts.items():
            of = "stream" if part == "test" else f"stream/{part}"
            table.add_row(
                *([label, heading] if len(parts) > 1 else [label]),
                *(_percent(model, f"{of}/{key}") for key in _LEFT_RUNNING),
                _spread(model, f"{of}/delay_frames"),
                _spread(model, f"{of}/delay_seconds"),
            )
            label = ""
    return table


def event_table(report: Mapping[str, Any]) -> Table | None:
    """What the events are worth that models tell; `None` of data in which never nothing happens.

    Args:
        report: What `keras_drnn.reporting.report.report` returns.
    """
    if not _measured(report, "stream/background_seconds"):
        return None
    table = new_table("Events told, left running")
    table.caption = (
        "F1 of stretches of an action that events overlap by so much. False alarms: events that\n"
        "lie in background from begin to end, per hour of it."
    )
    table.add_column("Model", no_wrap=True)
    overlaps = ("10", "25", "50")
    for overlap in overlaps:
        table.add_column(f"F1 at\n0.{overlap}, %", justify="right", no_wrap=True)
    table.add_column("False alarms\nan hour", justify="right", no_wrap=True)
    for name, model in report["models"].items():
        table.add_row(
            model_style(name).label,
            *(_percent(model, f"stream/segment_f1_{overlap}") for overlap in overlaps),
            _spread(model, "stream/false_alarms_per_hour"),
        )
    return table


def fold_tables(report: Mapping[str, Any], width: int = 80) -> list[Table]:
    """Accuracy by clip of each fold, and its mean over the folds; as many models as fit in each.

    Args:
        report: What `keras_drnn.reporting.report.report` returns.
        width: Columns that there are.
    """
    if len(_folds(report)) < 2:
        return []
    names = list(report["models"])
    each = max(1, (width - _FOLD_NAMES) // _FOLD_CELL)
    return [
        _fold_table(report, names[first : first + each]) for first in range(0, len(names), each)
    ]


def _fold_table(report: Mapping[str, Any], names: Sequence[str]) -> Table:
    table = new_table("Accuracy by clip of each fold, %")
    table.add_column("Fold", overflow="fold")
    table.add_column("Test\nclips", justify="right", no_wrap=True)
    models = {name: report["models"][name] for name in names}
    for name in models:
        table.add_column(model_style(name).label, justify="right", no_wrap=True)
    key = "test/sequence_accuracy"
    for fold in report["data"]["folds"]:
        reached = [_of_fold(model, fold["protocol"]) for model in models.values()]
        cells = (_percent(each, key) for each in reached)
        table.add_row(fold["protocol"], f"{fold['clips']['test']:,}", *cells)
    table.add_section()
    over = [
        {"mean": model["fold_mean"], "spread": model["fold_spread"]} for model in models.values()
    ]
    table.add_row("mean of the folds", "", *(_percent(each, key) for each in over))
    table.caption = "±: standard deviation between seeds; in the last line, between folds."
    return table


def _of_fold(model: Mapping[str, Any], protocol: str) -> Mapping[str, Any]:
    nothing = {"mean": {}, "spread": {}}
    return next((fold for fold in model["folds"] if fold["protocol"] == protocol), nothing)


def _measured(report: Mapping[str, Any], key: str) -> bool:
    return any(key in model["mean"] for model in report["models"].values())


def _test_parts(report: Mapping[str, Any]) -> dict[str, str]:
    """The sets of test clips that were scored, with a heading that counts them."""
    finished = [model for model in report["models"].values() if model["mean"]]
    clips = report["data"]["clips"]
    if not any("clean/frame_accuracy" in model["mean"] for model in finished):
        return {"test": f"all {clips['test']}"}
    clean = f"clean {clips['clean']}" if "clean" in clips else "clean"
    return {"test": f"all {clips['test']}", "clean": clean}


def cost_table(report: Mapping[str, Any]) -> Table:
    """What training and use of each model cost.

    Args:
        report: What `keras_drnn.reporting.report.report` returns.
    """
    table = new_table("Cost")
    table.add_column("Model", no_wrap=True)
    for heading in (
        "Training",
        "Step\nms",
        "Latency\nms a clip",
        ".tflite\nKiB",
        "Export\ndifference",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, model in report["models"].items():
        differences = [run["metrics"].get("litert_max_difference") for run in model["runs"]]
        measured = [difference for difference in differences if difference is not None]
        failed = any(run["export_error"] for run in model["runs"])
        table.add_row(
            model_style(name).label,
            duration(model["mean"].get("train_seconds")),
            _spread(model, "step_milliseconds"),
            _spread(model, "latency_milliseconds"),
            _spread(model, "litert_bytes", 1 / 1024, spread=False),
            "failed" if failed else f"{max(measured):.1e}" if measured else _MISSING,
        )
    return table


def published_table(report: Mapping[str, Any]) -> Table | None:
    """The figures that the thesis prints beside ours; `None` of another preset than its own.

    Args:
        report: What `keras_drnn.reporting.report.report` returns.
    """
    if not report["published"]:
        return None
    table = new_table("Beside the thesis' printed figures")
    table.caption = report["published"]["source"]
    table.add_column("Model", no_wrap=True)
    for heading in (
        "By frame, %\nours",
        "By frame, %\npublished",
        "Training\nours",
        "Training\npublished",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    printed = report["published"]["models"]
    for name, model in report["models"].items():
        figures = printed.get(name)
        table.add_row(
            model_style(name).label,
            _percent(model, "test/frame_accuracy"),
            f"{100 * figures['frame_accuracy']:.2f}" if figures else _MISSING,
            duration(model["mean"].get("train_seconds")),
            duration(figures["train_seconds"] if figures else None),
        )
    return table


def new_table(title: str) -> Table:
    """An empty table in the house's style.

    Args:
        title: What stands above.
    """
    from rich import box
    from rich.table import Table

    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1),
    )


def _named_runs(report: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    several = len(_folds(report)) > 1
    return [
        (
            f"{model_style(name).label}, seed {run['seed']}"
            + (f", {run['protocol']}" if several else ""),
            run,
        )
        for name, model in report["models"].items()
        for run in model["runs"]
    ]


def stopped(report: Mapping[str, Any]) -> list[str]:
    """The runs that a callback has ended before their last step.

    Args:
        report: What `keras_drnn.reporting.report.report` returns.
    """
    steps = report["settings"].get("steps")
    return [
        f"{which}: ended by a callback at step {int(done):,} of {steps:,}"
        for which, run in _named_runs(report)
        if (done := run["metrics"].get("trained_steps")) and steps and done < steps
    ]


def unfinished(report: Mapping[str, Any]) -> list[str]:
    """What has failed or is not finished, a line for each.

    Args:
        report: What `keras_drnn.reporting.report.report` returns.
    """
    folds, runs = _folds(report), _named_runs(report)
    return [
        *(
            f"{which}: {run['status']}" + (f" ({run['error']})" if run["error"] else "")
            for which, run in runs
            if run["status"] != "finished"
        ),
        *(
            f"{which}: no .tflite ({run['export_error']})"
            for which, run in runs
            if run["export_error"]
        ),
        *(
            f"{fold} cannot be split and is left out: {why}"
            for fold, why in report["data"].get("not_split", {}).items()
        ),
        *(
            f"{model_style(name).label}: no seed has all {len(folds)} folds; its accuracies are of "
            f"{counted(model['seeds'][0]['metrics']['test/clips'], 'clip')} alone"
            for name, model in report["models"].items()
            if model["seeds"] and not any(seed["complete"] for seed in model["seeds"])
        ),
    ]


def _percent(model: Mapping[str, Any], key: str) -> str:
    return _spread(model, key, 100.0)


def _spread(model: Mapping[str, Any], key: str, scale: float = 1.0, *, spread: bool = True) -> str:
    mean, deviation = model["mean"].get(key), model["spread"].get(key)
    if mean is None:
        return _MISSING
    digits = 1 if scale * mean >= 10 or scale == 100 else 2
    text = f"{scale * mean:.{digits}f}"
    return f"{text}±{scale * deviation:.{digits}f}" if spread and deviation is not None else text


def _count(number: int | None) -> str:
    return _MISSING if number is None else f"{number:,}"


def duration(seconds: float | None) -> str:
    """Write a time as a person would: `38.2 s`, `4m10s`, `5h16m`.

    Args:
        seconds: How long, or `None` for a dash.
    """
    if seconds is None or not math.isfinite(seconds):
        return _MISSING
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    minutes = round(seconds / 60)
    return f"{minutes // 60}h{minutes % 60:02d}m"
