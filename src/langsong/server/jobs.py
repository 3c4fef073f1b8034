"""Long texts, spoken into files while their clients do something else."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from langsong.audio.encode import AudioFormat, format_named
from langsong.audio.label import HEADER, ContentLabel
from langsong.engine.request import SpeechRequest
from langsong.engine.subtitles import Transcript
from langsong.errors import AudioError, JobNotFound, LangsongError, NotReady, QueueFull, RequestCancelled

from .auth import Client
from .bodies import Speech
from .problems import INTERNAL, Problem, problem_of
from .service import Caller, Service
from .speech import written

log = logging.getLogger(__name__)

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class JobStatus(BaseModel):
    """How far a job is.

    Attributes:
        id: for the other routes.
        state: "done" when the result is there.
        progress: share of the text that has been spoken, 0–1.
        seconds: of speech so far.
        error: why it failed.
    """

    id: str
    state: State
    created: datetime
    characters: int
    progress: float
    seconds: float
    error: Problem | None = None


@dataclass
class Job:
    """A text on its way into a file."""

    client: Client
    request: SpeechRequest
    format: AudioFormat
    label: ContentLabel | None
    path: Path
    id: str
    created: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    transcript: Transcript = field(default_factory=Transcript)
    spoken_characters: int = 0
    outcome: Literal["done", "failed", "cancelled"] | None = None
    problem: Problem | None = None
    task: asyncio.Task[None] | None = None

    @property
    def state(self) -> State:
        """One word for how far it is."""
        return self.outcome or ("running" if self.request.audio_s else "waiting")

    @property
    def status(self) -> JobStatus:
        """For the client."""
        characters = len(self.request.text)
        done = self.state == "done"
        return JobStatus(
            id=self.id,
            state=self.state,
            created=self.created,
            characters=characters,
            progress=1.0 if done else min(self.spoken_characters / characters, 0.999),
            seconds=round(self.transcript.duration_s, 3),
            error=self.problem,
        )


class Jobs:
    """The jobs of a server. They live as long as it does, and `job_kept_s` after they end."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jobs: dict[str, Job] = {}
        parent = service.settings.jobs_folder
        if parent is not None:
            parent.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix="langsong-jobs-", dir=parent))

    async def start(self, body: Speech, client: Client) -> Job:
        """Begin one.

        Raises:
            QueueFull: too many are unfinished. What `Service.speak` raises.
        """
        options, settings = await body.options(self._service), self._service.settings
        if sum(job.outcome is None for job in self._jobs.values()) >= settings.max_jobs:
            raise QueueFull(f"{settings.max_jobs} jobs are unfinished, as many as may: try again later", 60)
        request = self._service.speak(
            body.text,
            options,
            voice=body.voice,
            client=client,
            early=False,
            announced=body.audible_label,
            job=True,
        )
        identity = uuid.uuid4().hex
        format = format_named(body.format)
        path = self._folder / f"{identity}{format.suffixes[0]}"
        job = Job(client, request, format, self._service.new_label(), path, identity)
        self._jobs[identity] = job
        job.task = asyncio.create_task(self._run(job))
        return job

    async def _run(self, job: Job) -> None:
        try:
            with job.path.open("w+b") as file:
                async for chunk in written(aiter(job.request), file, job.format, job.label):
                    job.transcript.add(chunk)
                    job.spoken_characters += len(chunk.text)
            job.outcome = "done"
        except RequestCancelled:
            job.outcome = "cancelled"
        except LangsongError as error:
            job.problem = problem_of(error)
        except OSError as error:
            job.problem = problem_of(AudioError(f"the result cannot be kept: {error.strerror}"))
        except Exception:
            log.exception("a job failed")
            job.problem = INTERNAL
        finally:
            job.request.cancel()
            job.outcome = job.outcome or "failed"
            if job.outcome != "done":
                job.path.unlink(missing_ok=True)
            asyncio.get_running_loop().call_later(self._service.settings.job_kept_s, self._forget, job.id)

    def _forget(self, identity: str) -> None:
        if (job := self._jobs.pop(identity, None)) is not None:
            job.path.unlink(missing_ok=True)

    def of(self, client: Client) -> list[Job]:
        """A client's, oldest first."""
        return [job for job in self._jobs.values() if job.client.name == client.name]

    def find(self, identity: str, client: Client) -> Job:
        """One of a client's.

        Raises:
            JobNotFound: the client has none of that name.
        """
        job = self._jobs.get(identity)
        if job is None or job.client.name != client.name:
            raise JobNotFound(f"you have no job {identity!r}: it never was, or is no longer kept")
        return job

    def remove(self, job: Job) -> None:
        """Stop it, if it runs, and forget it with its result."""
        job.request.cancel()
        if job.outcome is not None:
            self._forget(job.id)

    async def close(self) -> None:
        """Wait for what still runs, which a stopped pool ends, and remove all results."""
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)
        shutil.rmtree(self._folder, ignore_errors=True)


def _jobs_of(connection: HTTPConnection) -> Jobs:
    jobs: Jobs = connection.app.state.jobs
    return jobs


JobsHere = Annotated[Jobs, Depends(_jobs_of)]


def _finished(job: Job) -> Job:
    if job.state != "done":
        raise NotReady(f"the job is {job.state}: see GET /v1/jobs/{job.id}")
    return job


@router.post("", status_code=202)
async def create_job(body: Speech, jobs: JobsHere, client: Caller, response: Response) -> JobStatus:
    """Speak a long text into a file. 长文本任务。"""
    job = await jobs.start(body, client)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job.status


@router.get("")
async def list_jobs(jobs: JobsHere, client: Caller) -> list[JobStatus]:
    """Your jobs, oldest first."""
    return [job.status for job in jobs.of(client)]


@router.get("/{job_id}")
async def show_job(job_id: str, jobs: JobsHere, client: Caller) -> JobStatus:
    """How far a job is."""
    return jobs.find(job_id, client).status


@router.get("/{job_id}/result", response_class=FileResponse)
async def job_result(job_id: str, jobs: JobsHere, client: Caller) -> FileResponse:
    """The audio of a job that is done."""
    job = _finished(jobs.find(job_id, client))
    headers = {HEADER: str(job.label)} if job.label else {}
    return FileResponse(job.path, media_type=job.format.media_type, headers=headers)


@router.get("/{job_id}/subtitles", response_class=Response)
async def job_subtitles(job_id: str, jobs: JobsHere, client: Caller, format: str = "srt") -> Response:
    """When what is said in a job that is done: srt, vtt, lrc or json."""
    job = _finished(jobs.find(job_id, client))
    return Response(job.transcript.written(format), media_type="text/plain; charset=utf-8")


@router.delete("/{job_id}", status_code=204)
async def delete_job(job_id: str, jobs: JobsHere, client: Caller) -> None:
    """Cancel a job that runs; forget one that has ended."""
    jobs.remove(jobs.find(job_id, client))
