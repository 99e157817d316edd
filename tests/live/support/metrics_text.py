"""Reads what /metrics answers as strictly as Prometheus' text format (0.0.4) is written down: whatever is not in it is an
error, with the line."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"'
_SAMPLE = re.compile(rf"({_NAME})(?:\{{({_LABEL}(?:,{_LABEL})*)\}})? (\S+)")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?(e[+-]?\d+)?|Inf)|NaN")
_TYPES = {"counter", "gauge", "histogram"}
_PARTS = ("_bucket", "_sum", "_count")

Labels = frozenset[tuple[str, str]]


class FormatError(ValueError):
    """A line that does not belong there."""


@dataclass
class Histogram:
    """One series of a histogram; buckets in the order of the text, by upper bound."""

    buckets: dict[float, float] = field(default_factory=dict)
    sum: float | None = None
    count: float | None = None

    def check(self, where: str) -> None:
        bounds, counts = list(self.buckets), list(self.buckets.values())
        if self.sum is None or self.count is None:
            raise FormatError(f"{where} lacks its sum or its count")
        if bounds != sorted(bounds) or not bounds or bounds[-1] != math.inf:
            raise FormatError(f"{where}: the bounds {bounds} do not ascend to +Inf")
        if counts != sorted(counts):
            raise FormatError(f"{where}: {counts} do not add up")
        if counts[-1] != self.count:
            raise FormatError(f"{where}: +Inf is {counts[-1]}, and the count {self.count}")


@dataclass
class Metric:
    name: str
    type: str = ""
    samples: dict[Labels, float] = field(default_factory=dict)
    histograms: dict[Labels, Histogram] = field(default_factory=dict)


class Metrics:
    def __init__(self, text: str) -> None:
        self.metrics: dict[str, Metric] = {}
        self._now: Metric | None = None
        if not text.endswith("\n"):
            raise FormatError("the last line is cut off")
        for line in text.split("\n")[:-1]:
            if line.startswith("# HELP "):
                self._begin(line)
            elif line.startswith("# TYPE "):
                self._type(line)
            else:
                self._sample(line)
        for metric in self.metrics.values():
            if not metric.type:
                raise FormatError(f"{metric.name} has no type")
            for labels, histogram in metric.histograms.items():
                histogram.check(f"{metric.name} {dict(labels)}")

    def value(self, name: str, **labels: str) -> float:
        return self.metrics[name].samples[frozenset(labels.items())]

    def histogram(self, name: str, **labels: str) -> Histogram:
        return self.metrics[name].histograms[frozenset(labels.items())]

    def labels(self, name: str, label: str) -> set[str]:
        """The values of a label."""
        metric = self.metrics[name]
        return {value for series in (*metric.samples, *metric.histograms) for key, value in series if key == label}

    def _begin(self, line: str) -> None:
        found = re.fullmatch(rf"# HELP ({_NAME}) \S.*", line)
        if not found or found[1] in self.metrics:
            raise FormatError(f"no help, or the second of its metric: {line}")
        self._now = self.metrics[found[1]] = Metric(found[1])

    def _type(self, line: str) -> None:
        now = self._now
        found = re.fullmatch(rf"# TYPE ({_NAME}) (\w+)", line)
        if not found or found[2] not in _TYPES or now is None or found[1] != now.name or now.type or now.samples:
            raise FormatError(f"a type where none belongs: {line}")
        now.type = found[2]

    def _sample(self, line: str) -> None:
        found = _SAMPLE.fullmatch(line)
        if not found or not _NUMBER.fullmatch(found.groups()[-1]):
            raise FormatError(f"no sample: {line}")
        name, value, now = found[1], float(found.groups()[-1]), self._now
        pairs: list[tuple[str, str]] = re.findall(_LABEL, found[2] or "")
        labels = dict(pairs)
        if len(labels) != len(pairs):
            raise FormatError(f"a label twice: {line}")
        if now is None or not now.type:
            raise FormatError(f"a sample before its type: {line}")
        if now.type == "histogram":
            return self._part(now, name.removeprefix(now.name), labels, value, line)
        series = frozenset(labels.items())
        if name != now.name or series in now.samples:
            raise FormatError(f"a sample of another metric, or one that was there: {line}")
        now.samples[series] = value
        return None

    @staticmethod
    def _part(metric: Metric, part: str, labels: dict[str, str], value: float, line: str) -> None:
        bound = labels.pop("le", None)
        if part not in _PARTS or (bound is not None) != (part == "_bucket"):
            raise FormatError(f"no part of the histogram {metric.name}: {line}")
        series = metric.histograms.setdefault(frozenset(labels.items()), Histogram())
        if bound is not None:
            if float(bound) in series.buckets:
                raise FormatError(f"a bucket twice: {line}")
            series.buckets[float(bound)] = value
            return
        attribute = part.removeprefix("_")
        if getattr(series, attribute) is not None:
            raise FormatError(f"twice: {line}")
        setattr(series, attribute, value)
