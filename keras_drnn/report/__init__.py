"""Reports: the whole story of a comparison or a search in one HTML file, and its pictures."""

from typing import TYPE_CHECKING

from keras_drnn.lazy import lazy_names

if TYPE_CHECKING:
    from keras_drnn.report.figures import report_figures
    from keras_drnn.report.page import report_html, write_report
    from keras_drnn.reporting.class_order import clustered_order, worst_pairs
    from keras_drnn.reporting.influence_plot import draw_influence
    from keras_drnn.reporting.plots import draw_confusion
    from keras_drnn.reporting.times_plot import draw_times_by_class
    from keras_drnn.reporting.when_it_knows import scored_clips, times_by_class, when_it_knows
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "clustered_order": "keras_drnn.reporting.class_order",
            "draw_confusion": "keras_drnn.reporting.plots",
            "draw_influence": "keras_drnn.reporting.influence_plot",
            "draw_times_by_class": "keras_drnn.reporting.times_plot",
            "report_figures": "keras_drnn.report.figures",
            "report_html": "keras_drnn.report.page",
            "scored_clips": "keras_drnn.reporting.when_it_knows",
            "times_by_class": "keras_drnn.reporting.when_it_knows",
            "when_it_knows": "keras_drnn.reporting.when_it_knows",
            "worst_pairs": "keras_drnn.reporting.class_order",
            "write_report": "keras_drnn.report.page",
        },
    )

__all__ = [
    "clustered_order",
    "draw_confusion",
    "draw_influence",
    "draw_times_by_class",
    "report_figures",
    "report_html",
    "scored_clips",
    "times_by_class",
    "when_it_knows",
    "worst_pairs",
    "write_report",
]
