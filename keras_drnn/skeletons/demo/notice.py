"""What has to stand wherever results on the demo data appear."""

SYNTHETIC_NOTICE = (
    "Synthetic demo data: these skeletons were computed, nobody was recorded. "
    "Results on them say nothing about people."
)
