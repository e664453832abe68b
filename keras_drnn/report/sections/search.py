"""A search: its trials, its front, its winner."""

from keras_drnn.report.blocks import Block, Note, Picture, Table, Text
from keras_drnn.report.subject import Subject
from keras_drnn.skeletons.words import counted
from keras_drnn.tuning.pictures import draw_delays, draw_front
from keras_drnn.tuning.tables import best_trials, note, trial_table, winner_table


def blocks(subject: Subject) -> list[Block]:
    """What a search has found; nothing of a comparison.

    Args:
        subject: What the report is about.
    """
    outcome = subject.outcome
    if outcome is None:
        return []
    counts = outcome["counts"]
    said = f"{counted(counts['finished'], 'trial')} finished"
    said += "".join(f", {counts[what]} {what}" for what in ("failed", "infeasible") if counts[what])
    found: list[Block] = [Text(f"{said}; {note([outcome])}.")]
    scored = [trial for trial in outcome["trials"] if trial["score"] is not None]
    if not scored:
        return [*found, Note("No trial has finished, so that nothing can be drawn.")]
    found.append(Picture(draw_front(outcome), wide=True))
    if any("groups" in trial["values"] for trial in scored):
        found.append(Picture(draw_delays(outcome), wide=True))
    found.append(Table.of(trial_table("The best trials", best_trials(outcome))))
    found.append(Table.of(trial_table("The front, the best for its size", outcome["front"])))
    if outcome["winner"] is None:
        return [*found, Note("The winner is not trained yet.")]
    found.append(Table.of(winner_table([outcome])))
    return [*found, *map(Note, outcome["winner"]["export_errors"])]
