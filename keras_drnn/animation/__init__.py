"""Clips in motion, with what a model says of them: pages of their own, parts of pages, films."""

from typing import TYPE_CHECKING

from keras_drnn.lazy import lazy_names

if TYPE_CHECKING:
    from keras_drnn.animation.film import write_film
    from keras_drnn.animation.page import animation_html, animation_script
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "animation_html": "keras_drnn.animation.page",
            "animation_script": "keras_drnn.animation.page",
            "write_film": "keras_drnn.animation.film",
        },
    )

__all__ = ["animation_html", "animation_script", "write_film"]
