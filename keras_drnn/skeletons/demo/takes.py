"""A take: one performer does one action once, before all cameras."""

from dataclasses import dataclass

from keras_drnn.skeletons.demo.actions import ACTION_BY_NUMBER
from keras_drnn.skeletons.demo.cameras import CAMERA_ANGLES, SETUPS, see
from keras_drnn.skeletons.demo.performance import Person, perform, stand_by
from keras_drnn.skeletons.demo.seeds import CAMERA, PERFORMANCE, generator
from keras_drnn.skeletons.demo.sensor import Recording, record
from keras_drnn.skeletons.demo.subjects import make_subject

_HAS_BYSTANDER = 0.06  # share of the takes
_FACED = (2, 3)  # the cameras that performers face, in turn


@dataclass(frozen=True)
class Take:
    """What makes a take; everything about it follows from this.

    Args:
        seed: Seed of the whole data set.
        subject: Number of the performer, from 1.
        action: Number of the action, from 1.
        repetition: Which time this performer does this action, from 1.
    """

    seed: int
    subject: int
    action: int
    repetition: int

    @property
    def setup(self) -> int:
        """Number of the room: performers are in one and the other in turn."""
        return 1 + (self.subject - 1) % len(SETUPS)

    def file_name(self, camera: int) -> str:
        """Give the name of a camera's file, as NTU RGB+D names its files."""
        return (
            f"S{self.setup:03}C{camera:03}P{self.subject:03}"
            f"R{self.repetition:03}A{self.action:03}.skeleton"
        )

    def people(self) -> list[Person]:
        """Give everybody in the room, the performer first, in the frame of the room."""
        random = generator(self.seed, PERFORMANCE, self.subject, self.action, self.repetition)
        subject = make_subject(self.seed, self.subject)
        facing = CAMERA_ANGLES[_FACED[(self.repetition - 1) % len(_FACED)]]
        performer = perform(ACTION_BY_NUMBER[self.action], subject, facing, random)
        if random.random() >= _HAS_BYSTANDER:
            return [performer]
        bystander = make_subject(self.seed, self.subject + 1)
        return [performer, stand_by(bystander, len(performer.present), random)]

    def recording(self, people: list[Person], camera: int) -> Recording:
        """Record the take.

        Args:
            people: What `people()` gives; the same for all cameras.
            camera: Number of the camera.

        Returns:
            What this camera sees of it.
        """
        numbers = (self.subject, self.action, self.repetition, camera)
        setup = SETUPS[self.setup]
        seen = [Person(see(one.joints, camera, setup), one.present) for one in people]
        return record(seen, generator(self.seed, CAMERA, *numbers))
