"""Trains split VGG11-BN on random CIFAR-shaped batches in PyTorch, as the paper's published code does, and prints
its speed as JSON: {"samplesPerSecond": …, "secondsPerStep": …, "steps": …, "threads": …, "torch": …}.

Client half: conv 64, pool, conv 128, pool, compression module. Server half: decompression module, the other six
convolutions, adaptive pooling to 7×7 and the 25088-wide classifier. Masked maps are multiplied by 0, not removed.

With --tuned it is the best that can be had by hand without changing what is learned: at 32×32 the pooling to 7×7 only
copies one pixel, so the first dense layer is folded to 512 inputs (its learning rate is 49 times the others', which makes
it the same layer); tensors are channels-last, and SGD is fused where this torch has it for the processor.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F


def conv(maps, filters):
    return [nn.Conv2d(maps, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU()]


class Client(nn.Module):
    def __init__(self, resolution):
        super().__init__()
        self.layers = nn.Sequential(*conv(3, 64), nn.MaxPool2d(2), *conv(64, 128), nn.MaxPool2d(2))
        self.compress = nn.Conv2d(128, 128, 2 + resolution, stride=resolution, padding=resolution)
        self.norm = nn.BatchNorm2d(128, eps=1e-4, momentum=0.03)
        self.gate = nn.Parameter(15 * torch.rand(1, 128, 1, 1))

    def forward(self, images):
        maps = torch.sigmoid(self.norm(self.compress(self.layers(images))))
        return maps * torch.sigmoid(self.gate)


class Server(nn.Module):
    def __init__(self, resolution, folded):
        super().__init__()
        self.decompress = nn.ConvTranspose2d(128, 128, 2 + resolution, stride=resolution, padding=resolution)
        self.norm = nn.BatchNorm2d(128, eps=1e-4, momentum=0.03)
        self.layers = nn.Sequential(
            *conv(128, 256), *conv(256, 256), nn.MaxPool2d(2),
            *conv(256, 512), *conv(512, 512), nn.MaxPool2d(2),
            *conv(512, 512), *conv(512, 512), nn.MaxPool2d(2),
            *([] if folded else [nn.AdaptiveAvgPool2d(7)]), nn.Flatten(),
            nn.Linear(512 if folded else 25088, 4096), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(4096, 10),
        )

    def forward(self, maps):
        return self.layers(F.relu(self.norm(self.decompress(maps))))


def mask_of(gate, budget):
    """The budget's largest of m = f², zeros for the rest; [1, maps, 1, 1]."""
    mask = torch.sigmoid(gate.detach()) ** 2
    least = mask.flatten().topk(budget).values.min()
    return torch.where(mask >= least, mask, torch.zeros_like(mask))


def gate_loss(gate, budget, delta=0.01, weight=1000):
    excess = delta * ((torch.sigmoid(gate) ** 2).sum() - budget)
    return weight * (excess.exp() + (-excess).exp())


def sgd(half, tuned):
    settings = {"lr": 0.01, "weight_decay": 5e-4}
    parameters = list(half.parameters())
    if not tuned:
        return torch.optim.SGD(parameters, **settings)
    first = [part for name, part in half.named_parameters() if part.shape == (4096, 512)]
    others = [part for part in parameters if all(part is not each for each in first)]
    groups = [{"params": others}, *([{"params": first, "lr": 49 * 0.01, "weight_decay": 5e-4 / 49}] if first else [])]
    try:
        return torch.optim.SGD(groups, **settings, fused=True)
    except (TypeError, RuntimeError):
        return torch.optim.SGD(groups, **settings)


def step(client, server, optimisers, images, labels, budget):
    for optimiser in optimisers:
        optimiser.zero_grad()
    maps = client(images)
    mask = None if budget is None else mask_of(client.gate, budget)
    sent = maps.detach() if mask is None else (maps.detach() * (mask > 0)).half().float() * mask
    sent.requires_grad_()
    F.cross_entropy(server(sent), labels).backward()
    gradient = sent.grad if mask is None else sent.grad * mask
    if budget is not None:
        gate_loss(client.gate, budget).backward()
    maps.backward(gradient)
    for optimiser in optimisers:
        optimiser.step()


def main():
    parser = argparse.ArgumentParser(description="Speed of split VGG11 training in PyTorch")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=8, help="steps to measure")
    parser.add_argument("--warmup", type=int, default=2, help="steps before these")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--budget", type=int, help="maps that may cross the network; all of them unless given")
    parser.add_argument("--resolution", type=int, default=1)
    parser.add_argument("--tuned", action="store_true", help="folded, channels-last, fused")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    layout = torch.channels_last if options.tuned else torch.contiguous_format
    halves = [Client(options.resolution), Server(options.resolution, folded=options.tuned)]
    halves = [half.to(memory_format=layout) for half in halves]
    optimisers = [sgd(half, options.tuned) for half in halves]
    images = torch.randn(options.batch, 3, 32, 32).to(memory_format=layout)
    labels = torch.randint(10, (options.batch,))

    seconds = []
    for _ in range(options.warmup + options.steps):
        start = time.perf_counter()
        step(*halves, optimisers, images, labels, options.budget)
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds[options.warmup :])
    print(
        json.dumps(
            {
                "samplesPerSecond": options.batch / median,
                "secondsPerStep": median,
                "steps": options.steps,
                "threads": options.threads,
                "torch": torch.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
