"""A server as a queue: what requests wait, and how many are refused, at loads that no machine here can make.

Discrete-event simulation of `langsong.engine.pool`: requests take turns of one chunk on so many workers, and no more
than so many may be open. With chunks of one length that is a G/G/c/K queue with round robin; the tests compare it with
Erlang's formulas for M/M/c/K, and docs/scaling.md with measured servers.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Servers:
    """What computes.

    Attributes:
        workers: requests computed at once, each by a processor of its own.
        most_open: requests that may wait or be computed at once; others are refused.
    """

    workers: int
    most_open: int


@dataclass
class Outcome:
    """What a simulated load met.

    Attributes:
        answered, refused: requests.
        first_s: of each answered request, from asking to its first chunk.
        whole_s: the same to its last.
        seconds: simulated.
    """

    seconds: float
    answered: int = 0
    refused: int = 0
    first_s: list[float] = field(default_factory=list)
    whole_s: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return self.answered / self.seconds

    @property
    def refused_share(self) -> float:
        """Of all requests."""
        return self.refused / max(self.answered + self.refused, 1)


@dataclass
class _Request:
    asked_at: float
    chunks: deque[float]
    begun: bool = False


def arriving(
    servers: Servers, works: Sequence[Sequence[float]], *, rate: float, seconds: float, seed: int = 0
) -> Outcome:
    """Requests that arrive independently of each other (a Poisson process) and do not come again when refused.

    Args:
        works: of typical requests, the seconds of a processor that each chunk takes; each arrival is one of them.
        rate: requests a second.
        seconds: simulated; the first tenth is not counted.
    """
    simulation = _Simulation(servers, works, seconds, random.Random(seed))
    moment = 0.0
    while (moment := moment + simulation.random.expovariate(rate)) < seconds:
        simulation.at(moment, simulation.ask)
    return simulation.run()


def asking_again(
    servers: Servers,
    works: Sequence[Sequence[float]],
    *,
    clients: int,
    seconds: float,
    retry_s: float = 1.0,
    seed: int = 0,
) -> Outcome:
    """So many clients that ask again as soon as they are answered, and `retry_s` after a refusal: `langsong load`."""
    simulation = _Simulation(servers, works, seconds, random.Random(seed))

    def again(answered: bool) -> None:
        simulation.at(simulation.now + (0.0 if answered else retry_s), simulation.ask)

    simulation.on_end = again
    for _ in range(clients):
        simulation.at(0.0, simulation.ask)
    return simulation.run()


class _Simulation:
    def __init__(
        self, servers: Servers, works: Sequence[Sequence[float]], seconds: float, random: random.Random
    ) -> None:
        self.servers, self.works, self.seconds, self.random = servers, works, seconds, random
        self.now = 0.0
        self.on_end: Callable[[bool], None] = lambda answered: None
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._line: deque[_Request] = deque()
        self._idle, self._open = servers.workers, 0
        self._counted_from = seconds / 10
        self._outcome = Outcome(seconds - self._counted_from)

    def at(self, moment: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), event))

    def run(self) -> Outcome:
        while self._events and self._events[0][0] < self.seconds:
            self.now, _, event = heapq.heappop(self._events)
            event()
        return self._outcome

    def ask(self) -> None:
        if self._open >= self.servers.most_open:
            self._outcome.refused += self._counted
            self.on_end(False)
            return
        self._open += 1
        self._line.append(_Request(self.now, deque(self.random.choice(self.works))))
        self._compute()

    @property
    def _counted(self) -> bool:
        return self.now >= self._counted_from

    def _compute(self) -> None:
        while self._idle and self._line:
            self._idle -= 1
            request = self._line.popleft()
            self.at(self.now + request.chunks.popleft(), lambda request=request: self._computed(request))  # type: ignore[misc]

    def _computed(self, request: _Request) -> None:
        self._idle += 1
        waited = self.now - request.asked_at
        if not request.begun:
            request.begun = True
            if self._counted:
                self._outcome.first_s.append(waited)
        if request.chunks:
            self._line.append(request)
        else:
            self._open -= 1
            if self._counted:
                self._outcome.answered += 1
                self._outcome.whole_s.append(waited)
            self.on_end(True)
        self._compute()
