"""Programs with Keras in a process of their own, which takes half as long without what is optional.

Keras imports scikit-learn with SciPy, pandas and Matplotlib where it finds them, and TensorFlow,
which takes seconds, on its own backend alone, but looks for it on the others. TensorFlow imports
JAX where it finds it.
"""

#: What Keras works without.
OPTIONAL = ("sklearn", "pandas", "matplotlib")

# Put before a program.
LIGHT = f"""
import os, sys
sys.modules |= dict.fromkeys({OPTIONAL})
sys.modules["jax" if os.environ.get("KERAS_BACKEND") == "tensorflow" else "tensorflow"] = None
"""
