"""How do keys and tokens travel through the program without ever being printed?"""

from __future__ import annotations


class Secret:
    """A text that shows itself only to the code that asks for it by `reveal()`.

    `str`, `repr`, f-strings, logging, dataclass repr and JSON encoders see only a mask.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)
