"""The delayed RNN in float64 NumPy from the equations, one sample and one step at a time."""

import numpy as np

ACTIVATIONS = {
    "relu": lambda a: np.maximum(a, 0.0),
    "elu": lambda a: np.where(a > 0, a, np.expm1(np.minimum(a, 0.0))),
    "tanh": np.tanh,
    "sigmoid": lambda a: 1.0 / (1.0 + np.exp(-a)),
    "linear": lambda a: a,
    "softsign": lambda a: a / (1.0 + np.abs(a)),
}


def delayed_rnn(
    x,
    weights,
    delays,
    *,
    first_step=0,
    windowed=False,
    activation="relu",
    use_bias=True,
    mask=None,
    initial_h=None,
    history=None,
    steps_before=None,
    go_backwards=False,
    zero_output_for_mask=False,
    input_mask=None,
    recurrent_mask=None,
):
    """Outputs `(batch, time, units)`, final h, and the number of steps each sample has taken.

    With `windowed` also the states that groups have still to read, which `history` gives before.

    `weights` in the order of `get_weights()`. `steps_before`: steps each sample took earlier.
    A masked step is skipped as if it were absent; its output is the held state (or zeros).
    `input_mask` and `recurrent_mask`: dropout factors, `(batch, features)` and `(batch, units)`.
    """
    x = np.asarray(x, "float64")
    per_group = 3 if use_bias else 2
    groups = [
        [np.asarray(w, "float64") for w in weights[i : i + per_group]]
        for i in range(0, len(weights), per_group)
    ]
    assert len(groups) == len(delays)
    sizes = [group[0].shape[1] for group in groups]
    phi = ACTIVATIONS[activation]
    batch, time, _ = x.shape
    if input_mask is not None:
        x = x * np.asarray(input_mask, "float64")[:, None]
    mask = np.ones((batch, time), bool) if mask is None else np.asarray(mask, bool)
    if go_backwards:
        x, mask = x[:, ::-1], mask[:, ::-1]
    outputs = np.zeros((batch, time, sum(sizes)))
    final = np.zeros((batch, sum(sizes)))
    counts = np.zeros(batch, int) if steps_before is None else np.array(steps_before, int)
    # How many states before the last one the next group reads.
    more = [
        slow // fast - 1 if windowed else 0 for fast, slow in zip(delays, delays[1:], strict=False)
    ]
    final_history = np.zeros((batch, int(np.dot(more, sizes[:-1]))))
    for b in range(batch):
        start = np.zeros(sum(sizes)) if initial_h is None else np.asarray(initial_h, "float64")[b]
        edges = np.cumsum(sizes)[:-1]
        h = np.split(start, edges)
        past, read_from = [], 0
        for n, size in zip([*more, 0], sizes, strict=True):
            rows = np.zeros((n, size))
            if history is not None:
                given = np.asarray(history, "float64")[b, read_from : read_from + n * size]
                rows = given.reshape(n, size)
            past.append(list(rows))
            read_from += n * size
        kept = np.ones(sum(sizes)) if recurrent_mask is None else np.asarray(recurrent_mask)[b]
        kept = np.split(kept, edges)
        for frame in range(time):
            if mask[b, frame]:
                t = first_step + counts[b]
                below = x[b, frame]
                for i, (tau, parameters) in enumerate(zip(delays, groups, strict=True)):
                    if t % tau == 0:
                        bias = parameters[2] if use_bias else 0.0
                        past[i].append(h[i])
                        past[i].pop(0)
                        h[i] = phi(below @ parameters[0] + (h[i] * kept[i]) @ parameters[1] + bias)
                    below = np.concatenate([*past[i], h[i]])
                counts[b] += 1
            if mask[b, frame] or not zero_output_for_mask:
                outputs[b, frame] = np.concatenate(h)
        final[b] = np.concatenate(h)
        final_history[b] = np.concatenate([row for rows in past for row in rows] or [[]])
    return (outputs, final, counts, final_history) if windowed else (outputs, final, counts)
