"""A language model behind an HTTP address that implements the OpenAI protocol (`POST /chat/completions`)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import httpx
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from pipelines.settings.texts import Texts
from recommender.texts.language import Language
from recommender.texts.prompt import messages, read_answer, rules
from training.texts.writer import TextAnswer, TextRequest, WriterUnavailable

KEY = "NIGHTSHELF_TEXTS_KEY"  # environment variable with the endpoint's API key
MAX_ANSWER_TOKENS = 300
MAX_ANSWER_BYTES = 1 << 20
RETRIED_STATUS = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)  # besides every 5xx
MAX_WAIT = 20.0  # seconds between two tries


class Endpoint:
    """Sends up to `texts_at_once` requests at the same time; time limit and number of tries are settings."""

    def __init__(self, settings: Texts, language: Language) -> None:
        self._settings, self._language = settings, language
        system_prompts = [rules(language, kind) for kind in ("", *language.reason_patterns)]
        depends_on = [settings.generator, settings.model, language.code, settings.temperature, system_prompts]
        self.fingerprint = hashlib.sha256(json.dumps(depends_on).encode()).hexdigest()[:16]

    def write(self, asks: Sequence[TextRequest]) -> list[TextAnswer]:
        """One answer for each request, in their order. Raises WriterUnavailable where one fails after all tries."""
        return asyncio.run(self._write_all(asks))

    async def _write_all(self, asks: Sequence[TextRequest]) -> list[TextAnswer]:
        slots = asyncio.Semaphore(self._settings.texts_at_once)
        async with httpx.AsyncClient(headers=_headers(), timeout=None, follow_redirects=False) as client:
            return await asyncio.gather(*(self._write_one(client, slots, ask) for ask in asks))

    async def _write_one(self, client: httpx.AsyncClient, slots: asyncio.Semaphore, ask: TextRequest) -> TextAnswer:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._settings.endpoint_tries),
            wait=wait_random_exponential(multiplier=0.2, max=MAX_WAIT),
            retry=retry_if_exception(_is_transient),
            reraise=True,
        )
        try:
            async with slots:
                tree: dict[str, Any] = await retrying(self._post, client, ask)
            content = tree["choices"][0]["message"]["content"]
            tokens = int((tree.get("usage") or {}).get("total_tokens") or 0)
            return TextAnswer(
                read_answer(str(content)), max(0, tokens) or _estimated_tokens(self._messages(ask), str(content))
            )
        except WriterUnavailable:
            raise
        except Exception as broken:  # a broken endpoint may answer with anything
            raise WriterUnavailable(f"{self._settings.generator}: {_described(broken)}") from broken

    async def _post(self, client: httpx.AsyncClient, ask: TextRequest) -> Any:
        """The parsed JSON of the answer. Raises TimeoutError where the whole answer takes longer than allowed, and
        WriterUnavailable where it is a redirect.

        The limit covers the sum of all reads: the timeouts of httpx cover each read alone, so that a server which
        sends a byte now and then would never reach them.
        """
        body = {
            "model": self._settings.model,
            "messages": self._messages(ask),
            "temperature": self._settings.temperature if ask.previous_violations else 0,
            "seed": int(ask.key[:8], 16),
            "max_tokens": MAX_ANSWER_TOKENS,
        }
        seconds = self._settings.endpoint_seconds
        url = f"{self._settings.generator.rstrip('/')}/chat/completions"
        try:
            async with asyncio.timeout(seconds), client.stream("POST", url, json=body) as response:
                if response.next_request:
                    raise WriterUnavailable(self._redirected(response.next_request.url))
                response.raise_for_status()
                return json.loads(await _read(response))
        except TimeoutError as late:
            raise TimeoutError(f"timed out, no whole answer within {seconds:g} seconds") from late

    def _redirected(self, url: httpx.URL) -> str:
        return (
            f"[texts] generator = {self._settings.generator} redirects to {url.netloc.decode()}. Redirects are not "
            "followed, so that the key and the products go to nobody else; set the address that answers itself"
        )

    def _messages(self, ask: TextRequest) -> list[dict[str, str]]:
        return messages(ask.facts, ask.previous_violations, self._language, ask.reason_kind)


def _headers() -> dict[str, str]:
    key = os.environ.get(KEY)
    return {"Authorization": f"Bearer {key}"} if key else {}


async def _read(response: httpx.Response) -> bytes:
    """The body of a response. Raises ValueError where it is longer than `MAX_ANSWER_BYTES`."""
    content = b""
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MAX_ANSWER_BYTES:
            raise ValueError(f"the answer is longer than {MAX_ANSWER_BYTES:,} bytes")
    return content


def _is_transient(failure: BaseException) -> bool:
    """Whether another try may succeed: no answer in time, a busy or broken server; not where the request is refused."""
    if isinstance(failure, httpx.HTTPStatusError):
        status = failure.response.status_code
        return status in RETRIED_STATUS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(failure, (OSError, httpx.RequestError, ValueError))


def _described(failure: BaseException) -> str:
    """Type and message of a failure, and the operating system's message where a connection fails.

    httpx says only "All connection attempts failed"; the reason is several causes down.
    """
    cause = failure
    while earlier := cause.__cause__ or cause.__context__:
        cause = earlier
    reason = f" ({os.strerror(cause.errno)})" if isinstance(cause, OSError) and cause.errno else ""
    return f"{type(failure).__name__}: {failure}{reason}"


def _estimated_tokens(prompt: Sequence[dict[str, str]], content: str) -> int:
    """Tokens of prompt and answer where the endpoint does not count them: one for four characters."""
    return (sum(len(message["content"]) for message in prompt) + len(content)) // 4
