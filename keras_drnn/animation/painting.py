"""Paints the frames of a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keras_drnn.animation.colours import ACCENT, BODIES, CARD, INK, LINE, PALE, WELL, WRONG
from keras_drnn.animation.lettering import write
from keras_drnn.animation.scene import Scene
from keras_drnn.animation.strips import paint_strip, strips_of

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

_STAGE = (16, 48, 432, 508)  # left, top, right, bottom
_EDGE = 16
_NAMES, _STRIP, _VALUES = 144, (296, 17), 60  # what stands side by side
_STEP, _LINE = 21, 34  # from strip to strip, from line to line
_LONGEST = 600  # frames that the strips show at once
_FINER = 2  # people are painted so much larger, and made smaller


class Painter:
    """Paints one frame after the other.

    Args:
        scene: What there is to be seen.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._strips = strips_of(scene)
        # People stand on the left, and what there is to read on the right of them.
        self._left, self._top = (_STAGE[2] + 24, 12) if scene.of_joints else (_EDGE, 48)
        self._middle = self._left + _NAMES
        lines = int(scene.label is not None) + (2 if scene.answers else 0)
        first = self._top + _LINE * lines + 8
        self._tops = [first + _STEP * number for number in range(len(self._strips))]
        read = bool(self._strips or lines)
        width = self._middle + _STRIP[0] + _VALUES if read else _STAGE[2] + _EDGE
        height = first + _STEP * len(self._strips) + 36
        if scene.of_joints:
            height = max(height, _STAGE[3] + 32)
        self._size = (width + width % 2, height + height % 2)  # as MP4 wants it
        self._begin: int | None = None
        self._background: Image | None = None

    def paint(self, frame: int) -> Image:
        """The picture of a frame, RGB."""
        from PIL.ImageDraw import Draw

        scene = self._scene
        length = min(_LONGEST, scene.frames)
        begin = min(frame // length * length, scene.frames - length)
        if begin != self._begin or self._background is None:
            self._begin, self._background = begin, self._paint_background(begin, length)
        image = self._background.copy()
        if scene.of_joints:
            image.paste(self._paint_people(frame), _STAGE[:2])
        draw = Draw(image)
        seconds = f"{frame * scene.seconds_per_frame:.2f} s, frame {frame}"
        write(draw, (_EDGE, self._size[1] - 26), seconds, PALE)
        self._write_answers(draw, frame)
        x = self._middle + (frame - begin + 0.5) * _STRIP[0] / length
        for strip, top in zip(self._strips, self._tops, strict=True):
            if strip.kind == "heading":
                continue
            draw.line([(x, top - 1), (x, top + _STRIP[1])], INK, 2)
            value = ""
            if strip.kind == "share" and scene.answers is not None and scene.seen[frame]:
                value = f"{100 * scene.answers.probabilities[frame, strip.number]:.0f} %"
            if strip.kind == "updates" and frame in scene.updates[strip.number]:
                value = "●"
            place = (self._middle + _STRIP[0] + 48, top + _STRIP[1] / 2)
            write(draw, place, value, PALE, 12, anchor="rm")
        return image

    def _paint_background(self, begin: int, length: int) -> Image:
        """All that does not change while the strips show the same frames."""
        from PIL import Image
        from PIL.ImageDraw import Draw

        scene = self._scene
        image = Image.new("RGB", self._size, CARD)
        draw = Draw(image)
        write(draw, (_EDGE, 12), scene.name, INK, 17, strong=True, room=_STAGE[2] - _EDGE)
        if scene.label is not None:
            room = _STRIP[0] + _VALUES - 12
            write(draw, (self._left, self._top), "True", PALE)
            write(draw, (self._middle, self._top), scene.label, INK, 15, strong=True, room=room)
        self._write_key(draw)
        for strip, top in zip(self._strips, self._tops, strict=True):
            if strip.kind == "heading":
                write(draw, (self._left, top + 2), strip.words, PALE, 12, strong=True)
                continue
            place, room = (self._left, top + _STRIP[1] / 2), _NAMES - 8
            write(draw, place, strip.words, INK, 12, strong=strip.strong, room=room, anchor="lm")
            painted = paint_strip(scene, strip, _STRIP, begin, length)
            image.paste(painted, (self._middle, top))
        return image

    def _paint_people(self, frame: int) -> Image:
        from PIL import Image
        from PIL.ImageDraw import Draw

        scene = self._scene
        left, top, right, bottom = _STAGE
        width, height = _FINER * (right - left), _FINER * (bottom - top)
        image = Image.new("RGB", (width, height), WELL)
        draw = Draw(image)
        half = scene.box.half_width(0.0), scene.box.half_height
        scale = min(width / half[0], height / half[1]) / 2
        ground = height / 2 + 0.985 * scale * half[1]
        draw.line([(0, ground), (width, ground)], LINE, 2 * _FINER)
        if not scene.seen[frame]:
            write(draw, (width / 2, height / 2), "Nobody in this frame", PALE, 30, anchor="mm")
        middle, flip = scene.box.middle[:2], np.array([1, -1])
        for order, body in enumerate(scene.bodies):
            places = (scene.joints[frame, body, :, :2] - middle) * flip * scale
            spots = [tuple(place) for place in (places + [width / 2, height / 2]).tolist()]
            colours = BODIES[order % len(BODIES)]
            known = set(np.flatnonzero(np.isfinite(places[:, 0])).tolist())
            for near, far, side in scene.bones:
                if near in known and far in known:
                    draw.line([spots[near], spots[far]], colours[side], 4 * _FINER)
            for x, y in (spots[joint] for joint in known):
                draw.ellipse([x - 5, y - 5, x + 5, y + 5], INK)
        return image.reduce(_FINER)

    def _write_key(self, draw: ImageDraw) -> None:
        """Which colour is which side of whom."""
        if not {side for _, _, side in self._scene.bones} & {"left", "right"}:
            return
        x, middle = 190.0, self._size[1] - 18
        for order in range(min(len(self._scene.bodies), 2)):
            for side in ("left", "right"):
                draw.rectangle([x, middle - 2, x + 14, middle + 2], BODIES[order][side])
                x = write(draw, (x + 20, middle), side, PALE, 13, anchor="lm") + 14

    def _write_answers(self, draw: ImageDraw, frame: int) -> None:
        scene, said = self._scene, self._scene.answers
        if said is None:
            return
        top = self._top + (0 if scene.label is None else _LINE)
        for words, answer in (("This frame", said.now), ("All so far", said.so_far)):
            write(draw, (self._left, top), words, PALE)
            place, number = (self._middle, top), int(answer.classes[frame])
            if number < 0:
                write(draw, place, "–", INK, 15)
            else:
                end = write(draw, place, said.names[number], INK, 15, strong=True, room=206)
                share = f" {100 * answer.probabilities[frame]:.0f} %"
                end = write(draw, (end, top), share, INK, 15) + 8
                if scene.label is not None:
                    right = number == said.label
                    mark, colour = ("✓ right", ACCENT) if right else ("✗ wrong", WRONG)
                    write(draw, (end, top), mark, colour, 15)
            top += _LINE
