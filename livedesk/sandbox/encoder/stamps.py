"""Which timestamp does a message leave with? The media's own, plus what is to be wrong with it."""

from __future__ import annotations

from dataclasses import replace

from livedesk.rtmp.messages import AUDIO, TIMESTAMP_MODULUS, Message, later_ms


class Stamps:
    """Faults of an encoder's clocks: jumps of both tracks, and a sound card that runs off."""

    def __init__(self) -> None:
        self._shift_ms = 0
        self._gained_ms = 0.0
        self._heard_ms: int | None = None
        self.audio_ppm = 0

    def jump(self, ms: int) -> None:
        """Both tracks go on this much later, or earlier."""
        self._shift_ms += ms

    def restart_at(self, message: Message) -> None:
        """This message becomes 0, as if the encoder had been started for it."""
        self._shift_ms = -message.timestamp_ms
        self._gained_ms = 0.0

    def set_right(self) -> None:
        """The sound's clock runs true again and forgets its error; jumps are not undone."""
        self.audio_ppm = 0
        self._gained_ms = 0.0

    def stamped(self, message: Message) -> Message:
        """Call once for each message, in the order of sending."""
        stamp_ms = message.timestamp_ms + self._shift_ms
        if message.type_id == AUDIO:
            stamp_ms += round(self._gain(message.timestamp_ms))
        return replace(message, timestamp_ms=stamp_ms % TIMESTAMP_MODULUS)

    def _gain(self, media_ms: int) -> float:
        """What the sound's clock is ahead by: a share of the media time that has passed."""
        if self._heard_ms is not None:
            self._gained_ms += later_ms(media_ms, self._heard_ms) * self.audio_ppm / 1e6
        self._heard_ms = media_ms
        return self._gained_ms
