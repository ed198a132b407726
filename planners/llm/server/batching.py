"""Requests that come one by one, answered together."""

import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from planners.llm.types import LlmClient, LlmReply, LlmRequest


@dataclass(frozen=True)
class _Job:
    request: LlmRequest
    reply: "Future[LlmReply]" = field(default_factory=Future)


class Batcher:
    """Hands a model whatever is waiting, as one batch, from one thread.

    Whoever comes while the model works waits for the next batch: the more come, the larger batches
    grow, and nobody waits for company.

    Args:
        client: The model.
        largest: Requests a batch, at most.
    """

    def __init__(self, client: LlmClient, *, largest: int = 32) -> None:
        self._client = client
        self._largest = largest
        self._waiting: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="llm-batches", daemon=True)
        self._thread.start()

    def submit(self, request: LlmRequest) -> "Future[LlmReply]":
        """Queue a request; its reply, or what the model raised, comes as a future."""
        job = _Job(request)
        self._waiting.put(job)
        return job.reply

    def close(self) -> None:
        """Answer what is waiting and end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while True:
            jobs = self._next()
            going = [job for job in jobs if job and job.reply.set_running_or_notify_cancel()]
            if going:
                self._answer(going)
            if None in jobs:
                return

    def _next(self) -> list[_Job | None]:
        jobs: list[_Job | None] = [self._waiting.get()]
        while len(jobs) < self._largest and not self._waiting.empty():
            jobs.append(self._waiting.get())
        return jobs

    def _answer(self, jobs: list[_Job]) -> None:
        try:
            replies = self._client.complete_many([job.request for job in jobs])
        except Exception as error:
            if len(jobs) == 1:
                jobs[0].reply.set_exception(error)
                return
            for job in jobs:  # one bad request must not fail those that came with it
                self._answer([job])
            return
        for job, reply in zip(jobs, replies, strict=True):
            job.reply.set_result(reply)
