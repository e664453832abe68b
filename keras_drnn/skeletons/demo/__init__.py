"""Demo data for those who have no recordings: synthetic skeletons in genuine NTU files.

`generate` writes a folder of them. Inside, from people to text: `subjects` make up performers,
`motions` and `actions` say what they do, `performance` and `kinematics` make them move,
`cameras` and `sensor` record it, `writer` writes it down.
"""

from keras_drnn.skeletons.demo.actions import ACTIONS, ORDER_ACTIONS
from keras_drnn.skeletons.demo.generate import DemoSummary, generate
from keras_drnn.skeletons.demo.notice import SYNTHETIC_NOTICE

__all__ = ["ACTIONS", "ORDER_ACTIONS", "SYNTHETIC_NOTICE", "DemoSummary", "generate"]
