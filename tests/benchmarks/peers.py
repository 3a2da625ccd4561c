"""The same training, as the libraries' own documentation would write it."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from collections.abc import Callable

import numpy as np
from sklearn.neural_network import MLPClassifier

from mnist_core.data.dataset import Split

Epoch = Callable[[], None]


def scikit_learn_mlp(train: Split) -> Epoch:
    """MLPClassifier 784-128-10, Adam, batch 128."""
    images = (train.images.reshape(-1, 784) / 255).astype(np.float32)
    network = MLPClassifier((128,), solver="adam", alpha=0, batch_size=128, learning_rate_init=0.001)

    def epoch() -> None:
        network.partial_fit(images, train.labels, classes=np.arange(10))

    return epoch


def torch_mlp(train: Split) -> Epoch:
    """PyTorch on the CPU, the plain loop of its tutorial, with the images in one tensor."""
    import torch

    images = torch.from_numpy((train.images.reshape(-1, 784) / 255).astype(np.float32))
    labels = torch.from_numpy(train.labels.astype(np.int64))
    network = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001)
    loss_of = torch.nn.CrossEntropyLoss()

    def epoch() -> None:
        order = torch.randperm(len(labels))
        for chosen in order.split(128):
            loss = loss_of(network(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return epoch


def keras_mlp(train: Split) -> Epoch:
    """Keras 784-128-10 and `fit`."""
    import keras

    layers = [keras.Input((784,)), keras.layers.Dense(128, "relu"), keras.layers.Dense(10)]
    return _keras_fit(keras.Sequential(layers), train.images.reshape(-1, 784), train)


def keras_cnn(train: Split) -> Epoch:
    """The layers of our `cnn` in Keras, and `fit`."""
    import keras

    layers = [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(16, 5, strides=2, activation="silu"),
        keras.layers.Conv2D(48, 5, strides=2, activation="silu"),
        keras.layers.Flatten(),
        keras.layers.Dense(96, "silu"),
        keras.layers.Dense(10),
    ]
    return _keras_fit(keras.Sequential(layers), train.images[..., None], train)


def post_softmax(train: Split) -> Epoch:
    """The post's NumPy epoch, with softmax: raw pixels, of which NumPy makes float64 copies in each product."""
    images, targets = train.images.reshape(-1, 784), np.eye(10)[train.labels]
    rng = np.random.default_rng(0)
    weights, bias = rng.uniform(-1, 1, (784, 10)), rng.uniform(-1, 1, 10)

    def epoch() -> None:
        nonlocal weights, bias
        scores = np.dot(images, weights) + bias
        answers = np.exp(scores - scores.max(axis=1, keepdims=True))
        answers /= answers.sum(axis=1, keepdims=True)
        -np.mean(np.sum(targets * np.log(np.clip(answers, 1e-15, 1)), axis=1))
        error = answers - targets
        weights = weights - 0.01 * np.dot(images.T, error) / len(images)
        bias = bias - 0.01 * error.mean(axis=0)

    return epoch


def _keras_fit(network: object, images: np.ndarray, train: Split) -> Epoch:
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(optimizer=keras.optimizers.Adam(0.001), loss=loss)  # type: ignore[attr-defined]
    scaled = (images / 255).astype(np.float32)

    def epoch() -> None:
        network.fit(scaled, train.labels, batch_size=128, epochs=1, verbose=0)  # type: ignore[attr-defined]

    return epoch
