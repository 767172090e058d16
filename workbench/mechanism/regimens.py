"""Regimens as people write them: ``80 mg days 1,3 weekly for 3 weeks, 1 week off``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import NoReturn

from workbench.errors import MechanismError
from workbench.text import quoted

HOURS_PER_DAY = 24.0
WEEK = 7
MAX_DOSE_MG = 5000.0
MAX_DAYS = 3650
TWICE_WEEKLY = (1, 3)
"""The days that the label gives for two doses a week."""
_LENGTHS = {"day": 1, "days": 1, "week": WEEK, "weeks": WEEK}
_WORD = re.compile(r"\s*(\d+(?:\.\d+)?|[a-z]+(?:/[a-z0-9]+)?|\S)", re.IGNORECASE)

EXAMPLES = (
    "'80 mg days 1,3 weekly', '100 mg weekly', '40 mg daily', '80 mg days 1,3 weekly for 3 weeks, "
    "1 week off', '80 mg weekly, missed dose 2', '100 mg weekly for 4 weeks then 80 mg weekly'"
)


@dataclass(frozen=True)
class Step:
    """Doses on the same days of every cycle.

    Parameters
    ----------
    dose_mg
        Each of them.
    days
        Of the cycle, from 1.
    cycle_days
        When the days come again; 0 for once only.
    on_days, off_days
        Doses for so long, then none for so long; 0 for no end and no break.
    missed
        Numbers of the doses that were left out, from 1.
    """

    dose_mg: float
    days: tuple[int, ...]
    cycle_days: int
    on_days: int = 0
    off_days: int = 0
    missed: tuple[int, ...] = ()

    def dose_days(self, length: int, last: bool) -> list[int]:
        """Return the days, from 0, on which the step has doses, missed ones included."""
        block = self.on_days + self.off_days
        end = self.on_days if self.on_days and last and not self.off_days else length
        found = []
        for day in range(min(end, length)):
            inside = day % block if self.off_days else day
            of_cycle = inside % self.cycle_days if self.cycle_days else inside
            if of_cycle + 1 in self.days and not (self.on_days and inside >= self.on_days):
                found.append(day)
        return found


@dataclass(frozen=True)
class Regimen:
    """Steps one after the other; ``text`` is how it was written."""

    text: str
    steps: tuple[Step, ...]

    def doses(self, days: float) -> tuple[tuple[float, float], ...]:
        """Return time in hours and mg of each dose before an end, day 1 being hour 0.

        Raises
        ------
        MechanismError
            When a missed dose lies beyond the end.
        """
        found: list[tuple[float, float]] = []
        begin = 0
        for step in self.steps:
            last = step is self.steps[-1]
            end = begin + (math.ceil(days) if last else step.on_days + step.off_days)
            planned = [day for day in step.dose_days(end - begin, last) if begin + day < days]
            beyond = [number for number in step.missed if number > len(planned)]
            if beyond:
                raise MechanismError(
                    f"regimen {quoted(self.text)}: missed dose {beyond[0]} is not among the "
                    f"{len(planned)} doses of its {days:g} days: give a lower number"
                )
            found += [
                (HOURS_PER_DAY * (begin + day), step.dose_mg)
                for number, day in enumerate(planned, start=1)
                if number not in step.missed
            ]
            begin = end
        return tuple(found)


def parse_regimen(text: str, weight_kg: float | None = None) -> Regimen:
    """Return the regimen that a text describes.

    Parameters
    ----------
    text
        A dose in mg (or mg/kg with a weight), then ``days 1,3 weekly``, ``weekly``, ``twice
        weekly`` (days 1 and 3), ``daily``, ``every 2 days``, ``days 1,8 every 21 days`` or
        ``once``; then, if need be, ``for 3 weeks``, ``, 1 week off`` and ``, missed dose 2``;
        further steps after ``then``.
    weight_kg
        Of the patient, for doses in mg/kg.

    Raises
    ------
    MechanismError
        When it cannot be understood; the message names the word.
    """
    return _Reader(text, weight_kg).regimen()


class _Reader:
    """Takes the words of a regimen one by one."""

    def __init__(self, text: str, weight_kg: float | None) -> None:
        self.text = text
        self.weight_kg = weight_kg
        found = list(_WORD.finditer(text[:1000]))
        self.words = [match[1].lower() for match in found]
        self.places = [match.start(1) for match in found]
        self.next = 0

    def regimen(self) -> Regimen:
        if not self.words:
            raise MechanismError(f"the regimen is empty: write for example {EXAMPLES}")
        steps = [self.step()]
        while self.take("then"):
            if not steps[-1].on_days:
                self.fail(-1, "comes after a step without an end: write 'for 2 weeks' before it")
            steps.append(self.step())
        if self.next < len(self.words):
            self.fail(0, "was not understood here")
        return Regimen(" ".join(self.text.split()), tuple(steps))

    def step(self) -> Step:
        dose = self.dose()
        days, cycle = self.schedule()
        on = self.length() if self.take("for") else 0
        off = 0
        missed: tuple[int, ...] = ()
        while self.take(",", ";", "and"):
            if self.take("missed", "miss", "skip", "without"):
                if not self.take("dose", "doses"):
                    self.fail(0, "stands where a dose's number should")
                missed += self.numbers("a dose's number")
            elif self.word(2) == "off" and on and not off:
                off = self.length()
                self.next += 1
            elif self.word() == "then":
                break
            elif self.word(2) == "off":
                self.fail(2, "needs to know how long before it: write 'for 3 weeks, 1 week off'")
            else:
                self.fail(0, "is neither a break ('1 week off') nor 'missed dose 2'")
        return Step(dose, days, cycle, on, off, missed)

    def dose(self) -> float:
        value = self.number("a dose such as '80 mg'", whole=False)
        if not 0 < value <= MAX_DOSE_MG:
            self.fail(-1, f"is no dose: give more than 0 and at most {MAX_DOSE_MG:g} mg")
        if self.take("mg"):
            return value
        if not self.take("mg/kg"):
            self.fail(0, "is no unit of a dose: give mg, or mg/kg with the weight")
        if self.weight_kg is None:
            self.fail(-1, "needs the body weight: give it, or the dose in mg")
        if not 0 < self.weight_kg <= 500:
            raise MechanismError(f"the weight is {self.weight_kg!r} kg: give 0 to 500")
        if value * self.weight_kg > MAX_DOSE_MG:
            self.fail(-2, f"makes more than {MAX_DOSE_MG:g} mg: give a lower dose")
        return value * self.weight_kg

    def schedule(self) -> tuple[tuple[int, ...], int]:
        """Return the days of a cycle and its length."""
        self.take("on")
        if self.take("day", "days"):
            begin = self.next
            days = self.numbers("a day's number")
            cycle = self.cycle() or WEEK
            for k, day in enumerate(days):
                place = begin + 2 * k - self.next
                if day > cycle:
                    self.fail(
                        place, f"lies beyond the cycle of {cycle} days: write 'every 21 days'"
                    )
                if day in days[:k]:
                    self.fail(place, "stands there twice")
            return tuple(sorted(days)), cycle
        if self.take("twice"):
            if self.cycle() != WEEK:
                self.fail(-1, "cannot stand after 'twice': write 'twice weekly'")
            return TWICE_WEEKLY, WEEK
        once = self.take("once")
        cycle = self.cycle()
        if not cycle and not once:
            self.fail(0, "is no schedule: write for example 'days 1,3 weekly', 'weekly' or 'daily'")
        return (1,), cycle

    def cycle(self) -> int:
        """Return the days after which a schedule comes again; 0 when nothing is said."""
        if self.take("weekly"):
            return WEEK
        if self.take("daily"):
            return 1
        if self.take("a", "each", "per"):
            return self.unit()
        if not self.take("every"):
            return 0
        if self.take("other"):
            return 2 * self.unit()
        return self.unit() if self.word() in _LENGTHS else self.length()

    def unit(self) -> int:
        if not self.take(*_LENGTHS):
            self.fail(0, "stands where 'day' or 'week' should")
        return _LENGTHS[self.word(-1)]

    def length(self) -> int:
        days = int(self.number("a number of days or weeks")) * self.unit()
        if days > MAX_DAYS:
            self.fail(-2, f"is no length: give 1 to {MAX_DAYS} days")
        return days

    def numbers(self, what: str) -> tuple[int, ...]:
        found = [int(self.number(what))]
        while (
            self.word() in (",", "and", "+")
            and self.word(1).isdigit()
            and self.word(2) not in (*_LENGTHS, "mg", "mg/kg")
        ):
            self.next += 1
            found.append(int(self.number(what)))
        return tuple(found)

    def number(self, what: str, *, whole: bool = True) -> float:
        word = self.word()
        if not re.fullmatch(r"[0-9]{1,9}" if whole else r"[0-9]{1,9}(\.[0-9]+)?", word):
            self.fail(0, f"stands where {what} should")
        if whole and int(word) < 1:
            self.fail(0, "is no such number: count from 1")
        self.next += 1
        return float(word)

    def word(self, ahead: int = 0) -> str:
        place = self.next + ahead
        return self.words[place] if 0 <= place < len(self.words) else ""

    def take(self, *words: str) -> bool:
        found = self.word() in words
        self.next += found
        return found

    def fail(self, ahead: int, why: str) -> NoReturn:
        place = self.next + ahead
        shown = quoted(self.text, 100)
        if place >= len(self.words):
            raise MechanismError(
                f"regimen {shown}: something is missing after {quoted(self.words[-1])}; write for "
                f"example {EXAMPLES}"
            )
        at = self.places[place] + 1
        raise MechanismError(f"regimen {shown}: {quoted(self.words[place])} (character {at}) {why}")
