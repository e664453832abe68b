"""A report of an export that nobody made."""

from keras_drnn.export import ExportReport


def export_report(path) -> ExportReport:
    """The report of a small file, with numbers to recognise."""
    return ExportReport(
        path=path,
        form="float32",
        bytes=path.stat().st_size,
        operators=("ADD",),
        signatures=("step", "initial_state"),
        largest_difference=1e-6,
        largest_output=3.0,
        top1_agreement=1.0,
        checked_frames=1000,
        latency_milliseconds=0.5,
        latency_p95_milliseconds=0.7,
        latency_mean_milliseconds=0.6,
        arena_bytes=100,
        multiply_adds=10.5,
        multiply_adds_worst=20,
    )
