"""The whole sequence at once: the delayed RNN as a cascade of strided plain RNNs.

Nothing flows from slow to fast groups. So the whole sequence of the first group can be computed
first; the second group then needs only its own updates, every `delays[1]`-th step, and so on. The
state that a group holds between its updates is a look-up. About `1.5 T` small recurrent steps in
place of `G T`, with the same numbers.

Terms used here: a *step* is a frame that counts (not masked), numbered from 0 within the sequence;
an *update* is one of the steps at which a group computes.

`run` is the cascade. When the groups update is known to one of two classes: `SharedClock`, where
every sample's clock starts with the sequence, and `OwnClocks`, where each sample carries in its
own. `packing` makes a sequence without masked frames of one that has them, and `sizes` is what
takes lengths that are numbers and lengths that only the running graph knows.
"""

from keras_drnn.cascade.run import run

__all__ = ["run"]
