"""Reads the runs and records of a Sluice home, read-only. See README.md beside this folder."""

from __future__ import annotations

import json
import math
import os
import pathlib
import sqlite3
import sys
from array import array
from typing import Any, Iterable, Union

__all__ = ["Home", "HomeError", "open"]

Reference = Union[int, str]

# Older databases have other columns; any Sluice of today brings them up to date when it opens them.
OLDEST_FORMAT = 4

# Columns that may be null and are numbers: the store has null for NaN. A budget of null is the full one.
_NOT_NUMBERS = {"budget", "gates"}


class HomeError(Exception):
    """What is wrong with a home or with what was asked of it, in words."""


def open(path: Union[str, os.PathLike, None] = None) -> "Home":
    """Opens the home at a path, of SLUICE_HOME, or where Sluice keeps its home. Raises HomeError."""
    return Home(pathlib.Path(path) if path is not None else _usual_home())


class Home:
    """A home that is read. Use it in a with statement, or close it."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self._database = _connect(path / "sluice.db")

    def __enter__(self) -> "Home":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    def runs(self, which: Union[Reference, Iterable[Reference], None] = None, settings: bool = False) -> Any:
        """Runs, oldest first; with settings a column for each setting by its path, else one with all as a dict."""
        rows = [_run(row, settings) for row in self._select("runs", "number", which, key="id")]
        return _table(rows)

    def epochs(self, which: Union[Reference, Iterable[Reference], None] = None) -> Any:
        """What every epoch of every data source came to."""
        return _table(self._records("epochs", "epoch", which))

    def steps(self, which: Union[Reference, Iterable[Reference], None] = None) -> Any:
        """Every mini-batch; the gates of those that were kept are in `gates`."""
        return _table(self._records("steps", "step", which))

    def pairs(self, which: Union[Reference, Iterable[Reference], None] = None) -> Any:
        """The trained pairs, a row for each."""
        return _table(self._records("pairs", "phase", which))

    def gates(self, which: Union[Reference, Iterable[Reference], None] = None) -> Any:
        """f of every map after the steps that were kept, a list of numbers for each."""
        rows = self._select("steps", "training, step, source", which, where="gates IS NOT NULL")
        return _table([{**_place(row), "gates": _floats(row["gates"])} for row in rows])

    def folder(self, run: Reference) -> pathlib.Path:
        """The folder of a run, with its log, checkpoints and pairs."""
        return self.path / "runs" / self._ids([run])[0]

    def _records(self, table: str, order: str, which: Any) -> list[dict]:
        rows = self._select(table, f"training, {order}, source", which)
        return [_record(row) for row in rows]

    def _select(self, table: str, order: str, which: Any, key: str = "run", where: str = "1") -> list[sqlite3.Row]:
        if which is None:
            by_run = "" if table == "runs" else "run, "
            return self._database.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY {by_run}{order}").fetchall()
        chosen = [which] if isinstance(which, (int, str)) else list(which)
        rows: list[sqlite3.Row] = []
        for run in self._ids(chosen):
            sql = f"SELECT * FROM {table} WHERE {key} = ? AND {where} ORDER BY {order}"
            rows.extend(self._database.execute(sql, [run]).fetchall())
        return rows

    def _ids(self, chosen: Iterable[Reference]) -> list[str]:
        """The ids of runs by numbers, ids, or what was launched: its last launch."""
        known = self._database.execute('SELECT number, id, "group" FROM runs ORDER BY number').fetchall()
        found: list[str] = []
        for each in chosen:
            number = int(each) if str(each).isdigit() else None
            ids = [row["id"] for row in known if row["id"] == each or row["number"] == number]
            if not ids:
                groups = [row["group"] for row in known if each in (row["group"], row["group"].rsplit("@", 1)[0])]
                ids = [row["id"] for row in known if groups and row["group"] == groups[-1]]
            if not ids:
                raise HomeError(f'There is no run "{each}" in {self.path}; runs() lists those there are.')
            found.extend(run for run in ids if run not in found)
        return found


def _connect(path: pathlib.Path) -> sqlite3.Connection:
    if not path.exists():
        raise HomeError(f"There is no {path}. Give the home of a Sluice, or set SLUICE_HOME.")
    # Without the files of a log beside it, SQLite would want to make them where nothing may be written.
    log = path.with_name(path.name + "-wal")
    modes = ["mode=ro"] if log.exists() and log.stat().st_size > 0 else ["mode=ro", "mode=ro&immutable=1"]
    for mode in modes:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True)
        database.row_factory = sqlite3.Row
        try:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute("SELECT count(*) FROM runs").fetchone()
        except sqlite3.Error as error:
            database.close()
            if mode == modes[-1]:
                raise HomeError(f"{path} cannot be read: {error}") from error
            continue
        if version < OLDEST_FORMAT:
            database.close()
            raise HomeError(f"{path} is of an earlier version (format {version}). Open it with Sluice once.")
        return database
    raise AssertionError


def _run(row: sqlite3.Row, settings: bool) -> dict:
    facts = {name: row[name] for name in row.keys() if name not in ("wanted", "generation")}
    experiment = json.loads(facts.pop("experiment"))
    for name in ("tags", "dropped", "origin"):
        if facts.get(name) is not None:
            facts[name] = json.loads(facts[name])
    return {**facts, **_leaves(experiment)} if settings else {**facts, "experiment": experiment}


def _leaves(settings: dict, path: str = "") -> dict:
    """Settings by their paths; those of a run's name, notes and seeds are facts of the run."""
    found: dict = {}
    for name, value in settings.items():
        if path == "" and name in ("$schema", "name", "notes", "seeds"):
            continue
        at = f"{path}.{name}" if path else name
        found.update(_leaves(value, at) if isinstance(value, dict) else {at: value})
    return found


def _record(row: sqlite3.Row) -> dict:
    names = [name for name in row.keys() if name not in ("row", "gates")]
    return {name: math.nan if row[name] is None and name not in _NOT_NUMBERS else row[name] for name in names}


def _place(row: sqlite3.Row) -> dict:
    return {name: row[name] for name in ("run", "training", "phase", "source", "epoch", "step", "budget")}


def _floats(blob: bytes) -> list[float]:
    values = array("f", blob)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tolist()


def _table(rows: list[dict]) -> Any:
    try:
        import pandas
    except ImportError:
        return rows
    return pandas.DataFrame(rows)


def _usual_home() -> pathlib.Path:
    given = os.environ.get("SLUICE_HOME")
    if given:
        return pathlib.Path(given)
    user = pathlib.Path.home()
    if sys.platform == "darwin":
        return user / "Library" / "Application Support" / "sluice"
    if sys.platform == "win32":
        return pathlib.Path(os.environ.get("LOCALAPPDATA", user / "AppData" / "Local")) / "sluice" / "Data"
    return pathlib.Path(os.environ.get("XDG_DATA_HOME", user / ".local" / "share")) / "sluice"
