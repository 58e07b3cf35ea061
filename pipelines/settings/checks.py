"""Thresholds of the checks."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Checks(Section):
    least_events: int = Field(1, ge=0, description="clean events without which a night stops")
    most_quarantined: float = Field(0.5, ge=0, le=1, description="share of refused rows that stops the night")
    warn_quarantined: float = Field(0.1, ge=0, le=1, description="share of refused rows that is reported")
    warn_empty: float = Field(
        0.9, ge=0, le=1, description="share of products without a price, or without a category, that is reported"
    )
    most_identical_lists: float = Field(0.05, ge=0, le=1, description="share of users with one and the same list")
    least_coverage: float = Field(0.05, ge=0, le=1, description="share of products that some list shows")
    stop_users_covered: float = Field(
        0.5, ge=0, le=1, description="share of users with interest that have a list; less stops the night"
    )
    warn_users_covered: float = Field(
        0.95, ge=0, le=1, description="share of users with interest that have a list; less is reported"
    )
    weeks: int = Field(4, ge=1, description="same weekdays before that a day is compared with")
    learning_weeks: int = Field(2, ge=1, description="same weekdays that must be there; before, nights only learn")
    least_rows_to_compare: int = Field(200, ge=0, description="events of such a day, in the median; fewer say nothing")
    least_reviews_to_compare: int = Field(
        50, ge=0, description="reviews of such a day, in the median; fewer say nothing"
    )
    stop_volume: float = Field(0.1, ge=0, description="times the usual number of events; fewer stop the night")
    warn_volume: float = Field(0.6, ge=0, description="times the usual number of events; fewer are reported")
    warn_volume_above: float = Field(2.5, gt=0, description="times the usual number of events; more are reported")
    warn_silence: float = Field(12, ge=0, description="hours without an event at the end of the day that are reported")
    stop_share: float = Field(
        0.5, ge=0, le=1, description="change of the share without a user or price that stops the night"
    )
    warn_share: float = Field(
        0.15, ge=0, le=1, description="change of the share of empty values or of refused rows that is reported"
    )
    stop_drift: float = Field(2.0, ge=0, description="population stability index that stops the night")
    warn_drift: float = Field(0.25, ge=0, description="population stability index that is reported")
    stop_price: float = Field(
        10.0, ge=1, description="times the usual median price, or its inverse, that stops the night"
    )
    warn_price: float = Field(1.5, ge=1, description="times the usual median price, or its inverse, that is reported")
    warn_text_length: float = Field(
        2.0, ge=1, description="times the usual median length of a review, or its inverse, that is reported"
    )
    stop_one_user: float = Field(
        0.5, ge=0, le=1, description="share of the day's events by one user that stops the night"
    )
    warn_one_user: float = Field(0.2, ge=0, le=1, description="share of the day's events by one user that is reported")
