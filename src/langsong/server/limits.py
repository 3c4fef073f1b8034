"""What one client may use: requests a minute, characters a day."""

from __future__ import annotations

import time

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter, RateLimiter

from langsong.errors import OptionError, QuotaExceeded

from .auth import Client
from .settings import ServerSettings


class Limits:
    """Counts what clients use.

    Raises:
        OptionError: `quota_storage` is no storage of the library ``limits``.
    """

    def __init__(self, settings: ServerSettings) -> None:
        try:
            storage = storage_from_string(settings.quota_storage)
        except (ConfigurationError, ImportError) as error:
            raise OptionError(f"quota_storage {settings.quota_storage!r} cannot be used: {error}") from None
        self._requests_per_minute = settings.requests_per_minute
        self._rate = MovingWindowRateLimiter(storage)
        self._quota = FixedWindowRateLimiter(storage)

    def charge(self, client: Client, characters: int) -> None:
        """Count a request of so many characters.

        Raises:
            QuotaExceeded: it is more than the client may have now; nothing of it is counted as characters.
        """
        key = client.key
        rate = self._requests_per_minute
        if key is not None and key.requests_per_minute is not None:
            rate = key.requests_per_minute
        if rate is not None:
            self._hit(self._rate, RateLimitItemPerMinute(rate), client, 1, f"{rate} requests a minute")
        if key is not None and key.characters_per_day is not None:
            per_day = key.characters_per_day
            self._hit(self._quota, RateLimitItemPerDay(per_day), client, characters, f"{per_day} characters a day")

    @staticmethod
    def _hit(limiter: RateLimiter, item: RateLimitItem, client: Client, cost: int, allowed: str) -> None:
        if not limiter.test(item, client.name, cost=cost) or not limiter.hit(item, client.name, cost=cost):
            reset = limiter.get_window_stats(item, client.name).reset_time
            raise QuotaExceeded(f"{client.name} may have {allowed}: wait, or ask for more", max(reset - time.time(), 1))
