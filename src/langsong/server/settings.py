"""What a server is told: flags, then ``LANGSONG_*``, then a TOML file, then the defaults here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError

from langsong.errors import OptionError

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class ApiKey(BaseModel):
    """A key that may use the service.

    Attributes:
        name: for logs, metrics and turns.
        sha256: hex digest of the key; ``langsong serve --new-key NAME`` makes one.
        requests_per_minute: None = as the settings say for all.
        characters_per_day: text that may be spoken with it; None = any amount.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    requests_per_minute: Count | None = None
    characters_per_day: Count | None = None


class ServerSettings(BaseSettings):
    """Settings of a server.

    Attributes:
        host, port: where to listen.
        wyoming_port: where Home Assistant may ask for speech; None = nowhere. The protocol has no keys.
        studio: show the web page at ``/``.
        output_folder: where the studio keeps what was spoken, and its history.
        share: let the whole internet reach the service, by Gradio's tunnel, until it stops.
        voice: what speaks for requests that name none; None = the embedded voice.
        devices: "auto", "cpu", "cuda:N" …; requests are spread over them.
        workers: requests computed at the same time on each device.
        threads: of one graph; None = one per core.
        runtime, precision: as for `Synthesizer.open`.
        max_vram: GB of a GPU that each opened voice may take; None = any.
        voices_kept: voices that stay loaded.
        ray: address of a Ray cluster that computes, as `langsong.batch.ray.connected` takes it; None = compute here.
        min_replicas, max_replicas: processes of the cluster that hold voices, each with `workers` requests at once and
            a processor for every thread (None = one); None = as many as it has processors for when the server begins.
        cache_bytes: finished speech that each voice keeps for repeated sentences.
        max_text_characters: of one request.
        max_job_characters: of one job.
        max_upload_bytes: of a request's body.
        max_reference_s: seconds of a reference recording.
        max_queue: requests that may be open at once.
        max_client_requests: how many of them may be one client's.
        max_jobs: jobs that may be unfinished at once.
        requests_per_minute: of one client; None = any number.
        deadline_s: seconds in which a request must be spoken (jobs have no deadline).
        drain_s: seconds that requests get to finish when the server is told to stop.
        job_kept_s: seconds that a finished job's result is kept.
        jobs_folder: where results of jobs are kept; None = a temporary folder.
        quota_storage: where rates and quotas are counted, a URI of the library ``limits``.
        keys: who may use the service; none = anybody who reaches it.
        cors_origins: web pages that may call it, such as ``https://example.org``.
        openai_voices: names of OpenAI's voices, or new ones, to speakers, over the built-in table.
        log_level, log_text: how much is logged, and whether with the text that is spoken.
        label: put the label of generated content (GB 45438-2025) into every file.
        audible_label: say it as well: Morse "AI" before the speech.
        content_producer: who the label names; printable ASCII without space, " and \\.
    """

    model_config = SettingsConfigDict(env_prefix="LANGSONG_", extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 7860
    wyoming_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    studio: bool = True
    output_folder: Path = Path("output")
    share: bool = False

    voice: str | None = None
    devices: Annotated[tuple[str, ...], Field(min_length=1)] = ("auto",)
    workers: Count = 2
    threads: Count | None = None
    runtime: str = "auto"
    precision: str = "auto"
    max_vram: Positive | None = None
    voices_kept: Count = 4
    ray: str | None = None
    min_replicas: Count = 1
    max_replicas: Count | None = None
    cache_bytes: Annotated[int, Field(ge=0)] = 64 << 20

    max_text_characters: Count = 10_000
    max_job_characters: Count = 1_000_000
    max_upload_bytes: Count = 16 << 20
    max_reference_s: Positive = 60.0
    max_queue: Count = 64
    max_client_requests: Count = 32
    max_jobs: Count = 16
    requests_per_minute: Count | None = None
    deadline_s: Positive = 120.0
    drain_s: Annotated[float, Field(ge=0)] = 30.0
    job_kept_s: Positive = 3600.0
    jobs_folder: Path | None = None
    quota_storage: str = "memory://"

    keys: tuple[ApiKey, ...] = ()
    cors_origins: tuple[str, ...] = ()
    openai_voices: dict[str, str] = {}

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_text: bool = False

    label: bool = True
    audible_label: bool = False
    content_producer: Annotated[str, Field(pattern=r"^[!#-\[\]-~]+$")] = "langsong"

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Made directly, settings are what they are given; `load` reads the other sources."""
        return (init_settings,)

    @classmethod
    def load(cls, file: Path | None = None, **flags: Any) -> ServerSettings:
        """From flags (None = not given), else the environment, else a TOML file.

        Raises:
            OptionError: the file cannot be read, or a setting is unknown or wrong; it says which.
        """
        if file is not None and not file.is_file():
            raise OptionError(f"no settings file {file}: check the path")
        given = {name: value for name, value in flags.items() if value is not None}
        try:
            return cls(**{**TomlConfigSettingsSource(cls, file)(), **EnvSettingsSource(cls)(), **given})
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"]) or "settings"
            if first["type"] == "extra_forbidden":
                raise OptionError(f"unknown setting {name!r}; see docs/server.md") from None
            raise OptionError(f"setting {name} = {first['input']!r}: {first['msg']}") from None
        except (SettingsError, ValueError, OSError) as error:
            reason = " ".join(str(error).split())
            raise OptionError(f"the settings cannot be read: {reason}") from None
