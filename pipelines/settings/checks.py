"""Settings of the data checks."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Checks(Section):
    """Thresholds. A `stop_` threshold stops the night, a `warn_` threshold is reported.

    Drift compares the night's day with the same weekdays before it; `usual` is their median.
    """

    least_events: int = Field(1, ge=0, description="clean events; fewer stop the night")
    most_quarantined: float = Field(
        0.5, ge=0, le=1, description="share of a source's rows refused; more stop the night"
    )
    warn_quarantined: float = Field(0.1, ge=0, le=1, description="share of a source's rows refused; more are reported")
    warn_empty: float = Field(
        0.9, ge=0, le=1, description="share of products without a price, or without a category; more are reported"
    )
    most_identical_lists: float = Field(
        0.05, ge=0, le=1, description="share of users with one and the same list; more are reported"
    )
    least_coverage: float = Field(
        0.05, ge=0, le=1, description="share of products that are in some user's list; less is reported"
    )
    stop_users_covered: float = Field(
        0.5, ge=0, le=1, description="share of users with interactions that have a list; less stops the night"
    )
    warn_users_covered: float = Field(
        0.95, ge=0, le=1, description="share of users with interactions that have a list; less is reported"
    )
    weeks: int = Field(4, ge=1, description="number of earlier same weekdays that a day is compared with")
    learning_weeks: int = Field(
        2, ge=1, description="number of these weekdays that must be known; with fewer nothing is compared"
    )
    least_rows_to_compare: int = Field(
        200, ge=0, description="usual number of events; a day with fewer is not compared"
    )
    least_reviews_to_compare: int = Field(
        50, ge=0, description="usual number of reviews; a day with fewer is not compared"
    )
    stop_volume: float = Field(0.1, ge=0, description="events as a multiple of the usual number; fewer stop the night")
    warn_volume: float = Field(0.6, ge=0, description="events as a multiple of the usual number; fewer are reported")
    warn_volume_above: float = Field(
        2.5, gt=0, description="events as a multiple of the usual number; more are reported"
    )
    warn_silence: float = Field(
        12, ge=0, description="hours without an event before the end of the day; more are reported"
    )
    stop_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="difference to the usual share of events without a user, or without a price; more stops the night",
    )
    warn_share: float = Field(
        0.15,
        ge=0,
        le=1,
        description="difference to the usual share of empty values, or of refused rows; more is reported",
    )
    stop_drift: float = Field(
        2.0, ge=0, description="population stability index of event types or categories; more stops the night"
    )
    warn_drift: float = Field(
        0.25, ge=0, description="population stability index of event types, categories or ratings; more is reported"
    )
    stop_price: float = Field(
        10.0, ge=1, description="median price divided by the usual one, or the inverse; more stops the night"
    )
    warn_price: float = Field(
        1.5, ge=1, description="median price divided by the usual one, or the inverse; more is reported"
    )
    warn_text_length: float = Field(
        2.0, ge=1, description="median length of reviews divided by the usual one, or the inverse; more is reported"
    )
    stop_one_user: float = Field(
        0.5, ge=0, le=1, description="share of the day's events by a single user; more stops the night"
    )
    warn_one_user: float = Field(
        0.2, ge=0, le=1, description="share of the day's events by a single user; more is reported"
    )
