"""A language model behind an address that speaks the OpenAI protocol (`POST /chat/completions`)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPException
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from pipelines.settings.texts import Texts
from recommender.texts.language import Language
from recommender.texts.prompt import messages, read_answer, rules
from training.texts.writer import TextAnswer, TextRequest, WriterUnavailable

KEY = "NIGHTSHELF_WORDS_KEY"
MOST_TOKENS = 300  # of an answer
MOST_BYTES = 1 << 20
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)
LONGEST_WAIT = 20.0  # seconds between two tries


class Endpoint:
    """Asks an endpoint, `texts_at_once` side by side; how long it has and how often it is tried are settings."""

    def __init__(self, settings: Texts, language: Language) -> None:
        self._settings, self._language = settings, language
        told = [rules(language, why) for why in ("", *language.reason_frames)]
        choices = [settings.generator, settings.model, language.code, settings.temperature, told]
        self.fingerprint = hashlib.sha256(json.dumps(choices).encode()).hexdigest()[:16]

    def write(self, asks: Sequence[TextRequest]) -> list[TextAnswer]:
        """An answer for each ask, in their order. Raises NoWriter where one is not to be had after all tries."""
        with ThreadPoolExecutor(self._settings.texts_at_once) as pool:
            waiting = [pool.submit(self._one, ask) for ask in asks]
            try:
                return [answer.result() for answer in waiting]
            except WriterUnavailable:
                pool.shutdown(cancel_futures=True)
                raise

    def _one(self, ask: TextRequest) -> TextAnswer:
        retrying = Retrying(
            stop=stop_after_attempt(self._settings.endpoint_tries),
            wait=wait_random_exponential(multiplier=0.2, max=LONGEST_WAIT),
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        try:
            tree = retrying(self._post, ask)
            content = tree["choices"][0]["message"]["content"]
            tokens = int((tree.get("usage") or {}).get("total_tokens") or 0)
            return TextAnswer(read_answer(str(content)), max(0, tokens) or _about(self._asked(ask), str(content)))
        except Exception as broken:  # what a broken endpoint answers has no end
            raise WriterUnavailable(f"{self._settings.generator}: {type(broken).__name__}: {broken}") from broken

    def _post(self, ask: TextRequest) -> Any:
        """The answer to `ask` as a tree. Raises TimeoutError where not all of it has come in time, however it came."""
        body = {
            "model": self._settings.model,
            "messages": self._asked(ask),
            "temperature": self._settings.temperature if ask.wrong else 0,
            "seed": int(ask.key[:8], 16),
            "max_tokens": MOST_TOKENS,
        }
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(KEY):
            headers["Authorization"] = f"Bearer {key}"
        address = f"{self._settings.generator.rstrip('/')}/chat/completions"
        request = Request(address, json.dumps(body).encode(), headers)
        seconds = self._settings.endpoint_seconds
        answer: Future[Any] = Future()
        Thread(target=_read, args=(request, seconds, answer), daemon=True).start()
        try:
            return answer.result(timeout=seconds)
        except TimeoutError as late:
            raise TimeoutError(f"timed out, no whole answer within {seconds:g} seconds") from late

    def _asked(self, ask: TextRequest) -> list[dict[str, str]]:
        return messages(ask.facts, ask.wrong, self._language, ask.why)


def _read(request: Request, seconds: float, answer: Future[Any]) -> None:
    """Read the answer to `request`; on a thread of its own, since a socket bounds each read but not all of them."""
    try:
        with urlopen(request, timeout=seconds) as stream:
            answer.set_result(json.loads(stream.read(MOST_BYTES)))
    except Exception as broken:
        answer.set_exception(broken)


def _may_pass(failure: BaseException) -> bool:
    """Whether a later try may go better: no answer in time, a busy or broken server; not where it said no."""
    if isinstance(failure, HTTPError):
        return failure.code in BUSY or failure.code >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(failure, (OSError, HTTPException, ValueError))


def _about(asked: Sequence[dict[str, str]], content: str) -> int:
    """Tokens, where the endpoint does not count them: a token for four characters."""
    return (sum(len(message["content"]) for message in asked) + len(content)) // 4
