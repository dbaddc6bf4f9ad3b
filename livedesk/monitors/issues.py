"""How is a configuration issue worded? What was measured, then what to do."""

from __future__ import annotations

from typing import Final

from livedesk.core.status import ConfigurationIssue, Severity

Issues = tuple[ConfigurationIssue, ...]

_DECODERS: Final = {"libdav1d": "av1", "libaom-av1": "av1", "mp3float": "mp3"}
"""What libav calls the decoder, where that is not the codec's name."""


def issue(
    kind: str, severity: Severity, reason: str, measured: str, action: str
) -> ConfigurationIssue:
    """`kind` is a type of YouTube's list; `measured` and `action` are clauses without a stop."""
    return ConfigurationIssue(kind, severity, reason, f"{measured}; {action}.")


def codec_name(name: str) -> str:
    """The codec's own name, where a decoder's was given."""
    return _DECODERS.get(name, name)


def rounded(value: float | None) -> str:
    """Two figures are enough for a text that should hold still."""
    return "–" if value is None else f"{float(f'{value:.2g}'):,.10g}"
