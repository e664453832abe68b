"""What was asked, and the answer in a few lines."""

from keras_drnn.report.blocks import Block, Items, Note, Text
from keras_drnn.report.subject import Subject
from keras_drnn.reporting.names import model_style
from keras_drnn.skeletons.words import counted

_BY_CLIP = "test/sequence_accuracy"


def blocks(subject: Subject) -> list[Block]:
    """The question, and the models from the best to the worst.

    Args:
        subject: What the report is about.
    """
    data = subject.data
    what = f"{counted(len(subject.classes), 'action')} of {data['name']} apart"
    if subject.outcome is None:
        models = [model_style(model).label for model in subject.seeds]
        asked = f"How well do {_listed(models)} tell {what} ({data['protocol']})?"
        if len(models) == 1:
            asked = asked.replace("How well do ", "How well does ", 1)
    else:
        cell = model_style(subject.outcome["cell"]).label
        asked = f"Which {cell} tells {what} best ({data['protocol']}), and how small may it be?"
    found: list[Block] = [Text(asked)]
    if data.get("synthetic"):
        found.append(
            Note("The skeletons were computed, nobody was recorded: this says nothing of people.")
        )
    reached = {
        model: entry
        for model, entry in subject.found["models"].items()
        if _BY_CLIP in entry["mean"]
    }
    if not reached:
        return [*found, Note("No training is finished yet, so nothing has been tested.")]
    best_first = sorted(reached, key=lambda model: -reached[model]["mean"][_BY_CLIP])
    lines = [_line(model, reached[model]) for model in best_first]
    found.append(Items("Test clips that are decided correctly:", lines))
    if len(reached) > 1 or subject.outcome is None:
        found.append(Note(_caution(subject)))
    return found


def _line(model: str, entry: dict) -> str:
    mean, spread = entry["mean"][_BY_CLIP], entry["spread"][_BY_CLIP]
    shown = f"{100 * mean:.1f}" + (f" ± {100 * spread:.1f}" if spread is not None else "")
    parameters = entry["parameters"]
    size = "" if parameters is None else f", with {parameters:,} parameters"
    return f"{model_style(model).label}: {shown} %{size}"


def _caution(subject: Subject) -> str:
    seeds = max(len(of_seeds) for of_seeds in subject.counted.values())
    if seeds == 1:
        return "One seed each: another seed may give some points more or less."
    return (
        f"Mean and standard deviation over {seeds} seeds. Differences that are not larger than "
        "the deviations may be chance."
    )


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "models"
