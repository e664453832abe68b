"""Search for delays: hyperparameters of the D-RNN, tried out with keras-tuner.

keras-tuner is imported where it is used, so that the search space and the outcome of a search can
be read without it.
"""
