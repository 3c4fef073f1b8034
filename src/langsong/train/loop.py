"""The loop of every training run: steps, held-out losses, checkpoints, and going on from them to the same numbers."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Generic, NamedTuple

import torch
from torch import Tensor

from langsong.errors import TrainingError

from .checkpoint import BEST, LAST, Moments, RunState, save
from .dataset import prefetched
from .order import Position, batches_from, share
from .recipe import Loop
from .records import Progress, Records, Reporter
from .schedule import Averages, rate_at
from .task import B, Task
from .workers import Workers

MAX_SKIPPED = 20
"""Steps in a row that f16 may skip while it looks for a scale of the loss."""


class Pace(NamedTuple):
    """How fast steps are made.

    Attributes:
        cpu_s: processor seconds of this process per step, which others on the machine change little.
    """

    steps_per_s: float
    cpu_s: float


class Stopwatch:
    """Tells the pace since it was last asked."""

    def __init__(self, step: int) -> None:
        self._last = step, time.perf_counter(), time.process_time()

    def lap(self, step: int) -> Pace:
        done, wall, cpu = self._last
        self._last = step, time.perf_counter(), time.process_time()
        steps = max(1, step - done)
        return Pace(steps / (self._last[1] - wall), (self._last[2] - cpu) / steps)


class Run(Generic[B]):
    """A run in one of its processes.

    Args:
        workers: this process. loop: how long and how much. task: what. folder: of the run.
        state: to go on from; None = from the beginning, with `moments` of Adam by the network's name.
        reporter: is told how it goes (in the first process).
    """

    def __init__(
        self,
        workers: Workers,
        loop: Loop,
        task: Task[B],
        folder: Path,
        state: RunState | None,
        moments: Mapping[str, Moments],
        reporter: Reporter,
    ) -> None:
        self.workers, self.loop, self.task, self.folder, self.reporter = workers, loop, task, folder, reporter
        self.state = state or RunState()
        for network in task.networks.values():
            network.to(workers.device)
        self.trained = {n: [p for p in net.parameters() if p.requires_grad] for n, net in task.networks.items()}
        self.optimizers = {name: self._optimizer(name) for name in task.networks}
        scaling = workers.precision == "f16"
        self.scalers = {n: torch.amp.GradScaler(workers.device.type, enabled=scaling) for n in task.networks}
        if state is None:
            self._begin_with(moments)
        else:
            self._restore(state)
        averaged = {name: task.networks[name] for name in task.averaged}
        self.averages = Averages(averaged, loop.average) if loop.average is not None else None
        if self.averages and state is not None:
            self.averages.load(state.averages)
        self.records = Records(folder, self.state.step) if workers.is_first else None
        self.skipped = 0

    def _optimizer(self, name: str) -> torch.optim.Optimizer:
        learning = self.task.learning[name]
        return torch.optim.AdamW(
            self.trained[name],
            lr=learning.rate,
            betas=learning.betas,
            eps=learning.epsilon,
            weight_decay=learning.weight_decay,
            fused=self.workers.device.type in ("cpu", "cuda"),
        )

    def _begin_with(self, moments: Mapping[str, Moments]) -> None:
        for name, of_network in moments.items():
            optimizer, network = self.optimizers[name], self.task.networks[name]
            trained = [key for key, parameter in network.named_parameters() if parameter.requires_grad]
            state = {place: of_network[key] for place, key in enumerate(trained) if key in of_network}
            optimizer.load_state_dict({**optimizer.state_dict(), "state": state})

    def _restore(self, state: RunState) -> None:
        try:
            for name, network in self.task.networks.items():
                network.load_state_dict(state.networks[name])
                self.optimizers[name].load_state_dict(state.optimizers[name])
                self.scalers[name].load_state_dict(state.scalers[name])
        except (RuntimeError, KeyError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise TrainingError(f"{self.folder} was trained by another recipe: {reason}") from None

    def go(self) -> None:
        """Train to the last step.

        Raises:
            TrainingError: a loss or a gradient is no longer finite.
        """
        loop = self.loop
        losses: dict[str, list[Tensor]] = defaultdict(list)
        clock = Stopwatch(self.state.step)
        try:
            for batches in self._steps():
                for name, value in self._step(batches).items():
                    losses[name].append(value)
                step = self.state.step
                if step % loop.log_every == 0 or step == loop.steps:
                    self._log(losses, clock.lap(step))
                    losses.clear()
                if self._due(loop.validate_every):
                    self._validate()
                if self.records and self._due(loop.picture_every):
                    self._exhibit(self.records)
                if step % loop.checkpoint_every == 0 or step == loop.steps:
                    self._save(LAST)
                if self._due(loop.validate_every) or self._due(loop.picture_every):
                    clock.lap(step)  # these are no steps
        finally:
            if self.records:
                self.records.close()

    def _due(self, every: int) -> bool:
        return bool(every) and (self.state.step % every == 0 or self.state.step == self.loop.steps)

    def _steps(self) -> Iterator[list[B]]:
        """What each step that is left computes on, read ahead."""
        batches = prefetched(self._batches())
        while self.state.step < self.loop.steps:
            step = []
            for _ in range(self.loop.accumulate):
                position, batch = next(batches)
                step.append(batch)
            self.next_position = position
            yield step
        batches.close()

    def _batches(self) -> Iterator[tuple[Position, B]]:
        seed, workers = self.loop.seed, self.workers
        for position, indices in batches_from(self.state.position, self.task.train_lengths, self.loop.batch, seed=seed):
            mine = share(indices, workers.rank, workers.world)
            yield position, self.task.train_batch(mine, (seed, position.epoch, position.batch, workers.rank))

    def _step(self, batches: list[B]) -> dict[str, Tensor]:
        """One step of every network; the parts of its losses."""
        step = self.state.step + 1
        self.workers.seed(self.loop.seed, step)
        parts: dict[str, Tensor] = {}
        for network in self.task.networks.values():
            network.train()
        for index, batch in enumerate(batches):
            phases = self.task.phases(batch.to(self.workers.device), step)
            while True:
                with self.workers.autocast():
                    phase = next(phases, None)
                if phase is None:
                    break
                scaled = self.scalers[phase.network].scale(phase.loss / (len(batches) * self.workers.world))
                torch.autograd.backward(scaled, inputs=self.trained[phase.network], retain_graph=phase.shared)
                for name, value in phase.parts.items():
                    value = value.detach().float() / len(batches)
                    parts[name] = parts[name] + value if name in parts else value
                if index == len(batches) - 1:
                    self._update(phase.network, step)
        self.state.step, self.state.position = step, self.next_position
        if self.averages:
            self.averages.update(step)
        return parts

    def _update(self, name: str, step: int) -> None:
        """Let a network learn from its gradients."""
        learning, optimizer, scaler = self.task.learning[name], self.optimizers[name], self.scalers[name]
        parameters = [p for p in self.trained[name] if p.grad is not None]
        self.workers.sum_gradients(parameters)
        scaler.unscale_(optimizer)
        norm = _clipped(parameters, learning.clip)
        finite = bool(norm.isfinite())
        self.skipped = 0 if finite else self.skipped + 1
        if self.skipped > (MAX_SKIPPED if scaler.is_enabled() else 0):
            raise TrainingError(
                f"step {step}: the gradient of {name} is no longer finite; the last checkpoint is good. "
                f"Lower learning.rate ({learning.rate:g}) or look for a bad utterance, then --resume auto"
            )
        for group in optimizer.param_groups:
            group["lr"] = rate_at(learning, step, self.loop.steps)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad(set_to_none=True)

    def _log(self, losses: dict[str, list[Tensor]], pace: Pace) -> None:
        values = self.workers.mean({name: torch.stack(v).mean() for name, v in losses.items()}, 1.0)
        first, speed = next(iter(self.optimizers.values())), pace.steps_per_s
        values |= {"learning_rate": first.param_groups[0]["lr"], **pace._asdict()}
        if self.records:
            self.records.scalars(self.state.step, values)
            left = (self.loop.steps - self.state.step) / speed
            self.reporter(Progress(self.state.step, self.loop.steps, values, speed, left))

    def _averaged(self) -> AbstractContextManager[None]:
        for network in self.task.networks.values():
            network.eval()
        return self.averages.applied() if self.averages else nullcontext()

    def _validate(self) -> None:
        """Held-out losses of the averaged weights; keeps them if they are the best."""
        lengths = self.task.valid_lengths
        if not lengths:
            return
        sums: dict[str, Tensor] = {}
        items = 0
        order = sorted(range(len(lengths)), key=lambda i: lengths[i])
        mine = share(order, self.workers.rank, self.workers.world)
        size = max(1, self.loop.batch // self.workers.world)
        with self._averaged(), torch.no_grad(), self.workers.autocast():
            for start in range(0, len(mine), size):
                batch = self.task.valid_batch(mine[start : start + size]).to(self.workers.device)
                count = len(mine[start : start + size])
                items += count
                for name, value in self.task.validate(batch).items():
                    sums[name] = sums.get(name, torch.zeros(())) + value.float().cpu() * count
        values = self.workers.mean({name: total / max(1, items) for name, total in sums.items()}, float(items))
        named = {f"valid/{name}": value for name, value in values.items()}
        if self.records:
            self.records.scalars(self.state.step, named)
            self.reporter(Progress(self.state.step, self.loop.steps, named))
        judged = values[self.task.judged_by]
        if judged < self.state.best:
            self.state.best = judged
            self._save(BEST)

    def _exhibit(self, records: Records) -> None:
        if self.task.valid_lengths:
            with self._averaged(), torch.no_grad():
                records.exhibit(self.state.step, self.task.exhibits())

    def _save(self, name: str) -> None:
        if not self.workers.is_first:
            return
        state = self.state
        state.networks = {n: network.state_dict() for n, network in self.task.networks.items()}
        state.optimizers = {n: optimizer.state_dict() for n, optimizer in self.optimizers.items()}
        state.scalers = {n: scaler.state_dict() for n, scaler in self.scalers.items()}
        state.averages = self.averages.values if self.averages else {}
        save(state, self.folder / name)


def _clipped(parameters: Sequence[Tensor], clip: float | None) -> Tensor:
    """Norm of the gradients before they are made no longer than `clip`; None = they are only looked at."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm: Tensor = torch.stack([gradient.norm() for gradient in gradients]).norm()
    if clip is not None:
        torch._foreach_mul_(gradients, (clip / (norm + 1e-6)).clamp(max=1.0))
    return norm
