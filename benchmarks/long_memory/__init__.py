"""The D-RNN against its peers on tasks that need a long memory.

    python -m benchmarks.long_memory --task psmnist --models drnn,lstm --mnist mnist.npz

`tasks` says what is learnt and how it is judged, `peers` what learns it, `recipe` how. Every model
gets as many parameters (`budget`), is chosen on held-out training data, and meets the test data
once, with `--test`.
"""
