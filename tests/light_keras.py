"""Programs with Keras in a process of their own, where TensorFlow takes seconds to import."""

# Put before a program: on other backends Keras works without TensorFlow, but looks for it.
WITHOUT_TENSORFLOW = """
import os, sys
if os.environ.get("KERAS_BACKEND") != "tensorflow":
    sys.modules["tensorflow"] = None
"""
