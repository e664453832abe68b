"""What a process that builds one model after another must let go of."""

import gc

import keras


def forget_models() -> None:
    """Free what earlier models of this process have left behind.

    Keras forgets its names and graphs; JAX would keep the programs compiled for every model and
    shape, tens of megabytes for each trial of a search.
    """
    keras.utils.clear_session(free_memory=False)
    if keras.backend.backend() == "jax":
        import jax

        jax.clear_caches()
    gc.collect()
