"""XML reports as a stream of starts and ends, without entities and without fetching anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse

from gates.probes.documents import Unreadable

DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """The start or the end of an element: its attributes at the start, its text at the end.

    The text is kept only where it was asked for.
    `depth` is 0 for the root; `above` is the name of the element around it.
    """

    is_start: bool
    name: str
    depth: int
    above: str
    attributes: dict[str, str]
    text: str

    def number(self, name: str) -> int | None:
        """A count that an attribute says; None for none, `Unreadable` for what cannot be one."""
        said = self.attributes.get(name, "").strip().replace(",", "")
        if not said:
            return None
        if not said.isascii() or not said.isdecimal() or len(said) > 12:
            raise Unreadable(f"{self.name} says {name}=“{said[:40]}”, which is no count.")
        return int(said)


class Silent(TreeBuilder):
    """Keeps no text: most of a large report is what its tests printed, all in one element."""

    def data(self, data: str, /) -> None:
        pass


def walk(stream: BinaryIO, *, texts: bool = False) -> Iterator[Mark]:
    """Every start and end in order; what has ended is forgotten, so that memory stays bounded.

    Text is kept with `texts` only. Raises `Unreadable` for what is no whole XML, or declares
    entities. A document type that only names its definition is let through: nothing is fetched.
    """
    around: list[Element] = []
    try:
        parser = DefusedXMLParser(target=TreeBuilder() if texts else Silent())
        for event, element in iterparse(stream, events=("start", "end"), parser=parser):
            name = element.tag.rpartition("}")[2]
            if event == "start":
                if len(around) > DEEPEST:
                    raise Unreadable("The report is XML that is nested too deeply.")
                above = around[-1].tag.rpartition("}")[2] if around else ""
                yield Mark(True, name, len(around), above, dict(element.attrib), "")
                around.append(element)
                continue
            around.pop()
            above = around[-1].tag.rpartition("}")[2] if around else ""
            yield Mark(False, name, len(around), above, element.attrib, element.text or "")
            if around:
                around[-1].remove(element)
    except DefusedXmlException as error:
        raise Unreadable("The report declares XML entities, which are never read.") from error
    except ParseError as error:
        raise Unreadable(f"The report is no whole XML: {error}.") from error
    except (LookupError, UnicodeError, ValueError) as error:
        raise Unreadable(f"The report is XML in an encoding that is not known: {error}.") from error
