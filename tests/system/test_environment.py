"""Facts of the machine and of what is installed on it."""

import os

import numpy as np
import pytest

import keras_drnn
from keras_drnn.system.environment import computer, environment, usable_cores, versions


def test_versions_are_those_of_what_is_installed():
    found = versions(["numpy", "keras-drnn-of-nobody"])
    assert found["numpy"] == np.__version__
    assert found["keras_drnn"] == keras_drnn.__version__
    assert "keras-drnn-of-nobody" not in found
    assert found["python"].count(".") == 2


def test_the_environment_names_machine_and_backend():
    found = environment()
    assert found["machine"].endswith(f"{os.cpu_count()} cores")
    assert {"python", "keras", "numpy", "keras_drnn"} < set(found)
    assert all(isinstance(value, str) for value in found.values())


def test_a_computer_is_its_machine_and_the_gpu_that_computed():
    machine = environment()["machine"]
    assert computer(environment()) == machine
    assert computer(environment() | {"accelerator": "NVIDIA H200"}) == f"{machine}, NVIDIA H200"
    assert computer({}) == "not known"


@pytest.mark.parametrize("cores", [{7, 2}, {0}])
def test_cores_are_those_that_the_process_may_use(monkeypatch, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: cores, raising=False)
    assert usable_cores() == sorted(cores)


def test_a_system_that_does_not_tell_its_cores(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert usable_cores() == []
