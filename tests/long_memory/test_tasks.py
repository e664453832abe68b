"""What the tasks ask, worked out anew from what they show."""

import numpy as np
import pytest

from benchmarks.long_memory.tasks import make_task
from benchmarks.long_memory.tasks.archive import split
from benchmarks.long_memory.tasks.measures import BITS
from benchmarks.long_memory.tasks.mnist import HELD_OUT, permutation
from benchmarks.long_memory.tasks.shifted_mnist import shifted


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    path = tmp_path_factory.mktemp("mnist") / "mnist.npz"
    rng = np.random.default_rng(1)
    x = rng.integers(0, 256, (HELD_OUT + 30, 784), dtype="uint8")
    y = np.arange(len(x)) % 10
    np.savez(path, x_train=x, y_train=y, x_test=x[:20], y_test=y[:20])
    return path, x, y


def test_a_picture_is_read_pixel_by_pixel_in_one_order_for_all_parts(pictures):
    path, x, y = pictures
    in_rows, permuted = (make_task(name, mnist_file=path) for name in ("smnist", "psmnist"))
    np.testing.assert_allclose(in_rows.test().x[:, :, 0] * 255, x[:20], atol=1e-4)
    order = permutation()
    assert sorted(order) == list(range(784)) and list(order[:3]) == [283, 28, 288]
    for part in (permuted.test(), in_rows.test()):
        np.testing.assert_array_equal(part.y, y[:20])
    np.testing.assert_array_equal(permuted.test().x, in_rows.test().x[:, order])
    np.testing.assert_array_equal(permuted.validation().x, in_rows.validation().x[:, order])


def test_data_are_told_apart_by_their_numbers_whatever_file_they_are_in(pictures, tmp_path):
    path, x, y = pictures
    square, other = tmp_path / "square.npz", tmp_path / "other.npz"
    parts = {"x_test": x[:20].reshape(-1, 28, 28), "y_test": y[:20].astype("uint8")}
    np.savez_compressed(square, x_train=x.reshape(-1, 28, 28), y_train=y.astype("uint8"), **parts)
    columns = tmp_path / "columns.npz"
    np.savez(columns, x_train=np.asfortranarray(x), y_train=y, x_test=x[:20], y_test=y[:20])
    np.savez(other, x_train=x, y_train=y, x_test=x[:20], y_test=(y[:20] + 1) % 10)
    for name in ("smnist", "shifted_psmnist", "noisy_smnist"):
        same, *also, another = (
            make_task(name, mnist_file=file).data for file in (path, square, columns, other)
        )
        assert also == [same, same] and same and another != same
    texts = []
    for text in ("abcd" * 5_000, "abdc" * 5_000):
        (tmp_path / "text.txt").write_text(text, "utf-8")
        texts.append(make_task("characters", text=tmp_path / "text.txt").data)
    assert texts[0] != texts[1] and make_task("adding", steps=5).data == ""


def test_the_last_pictures_are_held_out_and_never_trained_on(pictures):
    path, x, _ = pictures
    task = make_task("smnist", mnist_file=path)
    np.testing.assert_allclose(task.validation().x[:, :, 0] * 255, x[-HELD_OUT:], atol=1e-4)
    trained = {row.tobytes() for row in task.epoch(0, 0).x}
    assert trained == {row.tobytes() for row in task.epoch(3, 7).x} and len(trained) == 30
    assert not trained & {row.tobytes() for row in task.validation().x}


def test_an_epoch_is_the_same_when_repeated_and_another_for_other_seeds_and_numbers(pictures):
    noisy = make_task("noisy_smnist", mnist_file=pictures[0])
    for task in (make_task("adding", steps=20), make_task("copy", steps=20), noisy):
        first = task.epoch(0, 0)
        np.testing.assert_array_equal(first.x, task.epoch(0, 0).x)
        for other in (task.epoch(0, 1), task.epoch(1, 0)):
            assert not np.array_equal(first.x, other.x)
    assert not np.array_equal(task.validation().x[:20, 784:], task.test().x[:, 784:])


def test_noise_follows_the_picture_and_the_answer_stays(pictures):
    path, x, y = pictures
    test = make_task("noisy_smnist", mnist_file=path).test()
    assert test.x.shape == (20, 1784, 1)
    np.testing.assert_allclose(test.x[:, :784, 0] * 255, x[:20], atol=1e-4)
    noise = test.x[:, 784:]
    assert 0.49 < noise.mean() < 0.51 and 0.28 < noise.std() < 0.3
    np.testing.assert_array_equal(test.y, y[:20])


def test_pictures_move_by_every_number_of_pixels_and_lose_what_leaves_them():
    pictures = np.random.default_rng(2).random((500, 4, 5)) + 1
    moved = shifted(pictures, 1, np.random.default_rng(3))
    seen = set()
    for before, after in zip(pictures, moved, strict=True):
        seen.add(_move(before, after))
    assert len(seen) == 9


def _moved(picture, down, right):
    """Pixel by pixel."""
    found = np.zeros_like(picture)
    for row, column in np.ndindex(picture.shape):
        if 0 <= row + down < len(picture) and 0 <= column + right < picture.shape[1]:
            found[row + down, column + right] = picture[row, column]
    return found


@pytest.mark.parametrize("name", ["smnist", "psmnist"])
def test_only_pictures_to_train_on_are_shifted_and_still_read_in_their_order(pictures, name):
    plain, moved = (make_task(each, mnist_file=pictures[0]) for each in (name, f"shifted_{name}"))
    assert moved.name == f"shifted_{name}" and moved.size == plain.size
    for part in ("validation", "test"):
        for one, other in zip(getattr(plain, part)(), getattr(moved, part)(), strict=True):
            np.testing.assert_array_equal(one, other)
    back = np.argsort(permutation()) if name == "psmnist" else np.arange(784)
    moves = {}
    for seed, number in ((1, 2), (1, 3), (2, 2)):
        before, after = plain.epoch(seed, number), moved.epoch(seed, number)
        np.testing.assert_array_equal(before.y, after.y)
        np.testing.assert_array_equal(after.x, moved.epoch(seed, number).x)
        found = {
            picture.tobytes(): _move(*(each[back, 0].reshape(28, 28) for each in (picture, other)))
            for picture, other in zip(before.x, after.x, strict=True)
        }
        assert {down for down, _ in found.values()} == {-1, 0, 1}
        assert {right for _, right in found.values()} == {-1, 0, 1}
        moves[seed, number] = [found[key] for key in sorted(found)]
    # Of the same pictures, others in each epoch and for each seed.
    assert moves[1, 2] != moves[1, 3] and moves[1, 2] != moves[2, 2]


def _move(before, after):
    """By how much a picture was moved down and to the right."""
    places = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    (found,) = [place for place in places if np.array_equal(after, _moved(before, *place))]
    return found


def test_the_sum_is_of_one_number_of_each_half():
    x, y = make_task("adding", steps=10).validation()
    marked = x[:, :, 1] == 1
    assert (marked[:, :5].sum(1) == 1).all() and (marked[:, 5:].sum(1) == 1).all()
    sums = [row[mask, 0].sum() for row, mask in zip(x, marked, strict=True)]
    np.testing.assert_allclose(y[:, 0], sums, rtol=1e-6)
    assert marked.any(axis=0).all()
    assert abs(np.mean((y - 1) ** 2) - 1 / 6) < 0.02


def test_marks_are_said_again_after_the_wait():
    task = make_task("copy", steps=7)
    x, y = task.validation()
    shown = x.argmax(-1)
    assert (x.sum(-1) == 1).all() and shown.shape[1] == 27 == y.shape[1]
    np.testing.assert_array_equal(shown[:, :10], y[:, -10:])
    assert (shown[:, 10:16] == 8).all() and (shown[:, 16] == 9).all() and (shown[:, 17:] == 8).all()
    assert (y[:, :17] == 8).all() and set(y[:, -10:].ravel()) == set(range(8))
    # Blanks are not what is judged.
    answers = np.eye(9)[np.where(np.arange(27) < 17, 8, y)]
    assert task.measure.value(y, answers) == 1
    assert 0.1 < task.measure.value(y, np.zeros((*y.shape, 9)) + np.eye(9)[0]) < 0.15


def test_a_character_is_answered_from_those_before_it(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("abcd" * 5_000, "utf-8")
    task = make_task("characters", text=path)
    x, y = task.epoch(0, 0)
    assert task.outputs == task.features == 4 and x.shape == (90, 200, 4)
    assert (x[:, 0] == 0).all()
    np.testing.assert_array_equal(x[:, 1:].argmax(-1), y[:, :-1])
    assert len(task.validation().x) == len(task.test().x) == 5


def test_bits_are_those_of_the_distribution():
    probabilities = np.array([[0.5, 0.25, 0.25], [0.125, 0.125, 0.75]])
    logits = np.log(probabilities)[None] + 700
    assert BITS.value(np.array([[0, 1]]), logits) == pytest.approx((1 + 3) / 2)


def test_shorter_sequences_end_at_the_last_step_and_are_scaled_by_what_is_trained_on():
    rng = np.random.default_rng(0)
    train = [rng.normal(5, 3, (2, 3 + index % 4)) for index in range(20)]
    labels = np.array(["b", "a"] * 10)
    task = split("some", train, labels, [np.full((2, 9), 5.0)], np.array(["b"]))
    assert task.steps == 9 and len(task.validation().x) == 4 and len(task.epoch(0, 0).x) == 16
    assert sorted(task.validation().y) == [0, 0, 1, 1] and task.test().y == [1]
    held_out = [8, 9, 18, 19]
    kept = np.concatenate([each for index, each in enumerate(train) if index not in held_out], 1)
    expected = (train[8].T - kept.mean(1)) / kept.std(1)
    np.testing.assert_allclose(task.validation().x[0, -3:], expected, rtol=1e-5)
    assert (task.validation().x[0, :-3] == 0).all()


def test_each_seed_holds_out_another_fifth_of_few_sequences():
    sequences = [np.full((1, 4), float(index)) for index in range(20)]
    task = split("some", sequences, np.array(["a", "b"] * 10), sequences[:1], np.array(["b"]))
    held_out = []
    for seed in range(6):
        of_seed = task.of_seed(seed)
        assert sorted(of_seed.validation().y) == [0, 0, 1, 1] and of_seed.test().y == [1]
        kept = np.concatenate([part.x for part in (of_seed.epoch(0, 0), of_seed.validation())])
        assert len(np.unique(kept.round(4))) == 20
        # Each is known by its place among the others, whatever the scale.
        order = np.unique(kept.round(4), return_inverse=True)[1].reshape(20, 4)[:, 0]
        held_out.append(set(order[16:]))
    assert set.union(*held_out[:5]) == set(range(20)) and held_out[5] == held_out[0]


def test_what_is_missing_is_named():
    for name, word in (("psmnist", "--mnist"), ("characters", "--text"), ("sums", "adding")):
        with pytest.raises(ValueError, match=word):
            make_task(name)
    for name, steps in (("adding", 1), ("copy", 0)):
        with pytest.raises(ValueError, match=f"Expected {name} .* or more. Received: {steps}"):
            make_task(name, steps=steps)
