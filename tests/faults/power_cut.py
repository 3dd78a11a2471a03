"""What a disk may hold after a power cut: the system calls of a program, recorded and replayed up to any.

A disk keeps what was synced. Of the rest it may have kept all, nothing, or any part: names before contents,
contents before names, some blocks and not others. Names (made, moved, removed) are taken to reach it in their
order, as they do on journalling file systems; syncing a folder brings all names before it there, syncing a
file its content alone. `strace` sees the calls, also those of SQLite and of child processes.
"""

from __future__ import annotations

import copy
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_CALLS = (
    "open,openat,creat,close,write,writev,pwrite64,ftruncate,fsync,fdatasync,sync,syncfs,rename,renameat,"
    "renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,symlinkat,dup,dup2,dup3,sendfile,"
    "copy_file_range,lseek,mmap,chmod,fchmod,fchmodat"
)
_WATCH = ("strace", "-f", "-y", "-qq", "-xx", "-s", "67108864", "-e", f"trace={_CALLS}")
_LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?")
_HEX = re.compile(r"(?:\\x[0-9a-f]{2})+")
_WRITES = frozenset(("write", "writev", "pwrite64", "sendfile", "copy_file_range"))
_SAID = b"done: "
HOW = ("nothing unsynced", "names without contents", "all", "some of it")
"""What of the unsynced the disk has kept."""


@dataclass(slots=True)
class _Node:
    """A file (content, what of it is on the disk, and what was written since), a folder, or a link."""

    content: bytearray | None = None
    target: str = ""
    mode: int = 0o644
    synced: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Offset and bytes of each write; no bytes: the file ends there."""

    def change(self, at: int, what: bytes | None) -> None:
        assert self.content is not None
        _apply(self.content, at, what)
        self.pending.append((at, what))

    def sync(self) -> None:
        if self.content is not None:
            self.synced = bytes(self.content)
            self.pending.clear()


@dataclass(slots=True)
class _Handle:
    node: _Node
    path: str
    at: int = 0
    appends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A disk after a power cut."""

    call: str
    """The system call after which it came, with its number."""
    how: str
    """What the disk has kept, one of `HOW`."""
    said: tuple[str, ...]
    """What the program had said by then."""
    entries: tuple[tuple[str, bytes | str | None, int], ...]
    """Path, content (a text: where a link leads; None: a folder) and mode."""

    def put(self, folder: Path) -> None:
        """Lay the disk out in a folder."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path, content, mode in self.entries:
            place = folder / path
            if content is None:
                place.mkdir(exist_ok=True)
            elif isinstance(content, str):
                place.symlink_to(content)
            else:
                place.write_bytes(content)
                place.chmod(mode)


def can_watch() -> bool:
    """Tell whether system calls can be recorded here."""
    if shutil.which("strace") is None:
        return False
    return not subprocess.run(
        [*_WATCH, "-o", os.devnull, "true"], capture_output=True, check=False
    ).returncode


def cuts_of(command: Sequence[str], root: Path, log: Path, *, points: int, seed: int = 1) -> Iterator[Cut]:
    """Run a program that works below a folder; give the different disks that a power cut may leave.

    Parameters
    ----------
    command
        The program. A line "done: …" on its standard output is what it has said.
    root
        The folder; what is in it is on the disk.
    log
        Where the calls are recorded.
    points
        After how many calls the power is cut: first those that change names or sync, then those that write.
    seed
        For which calls these are, and what of the unsynced is kept where that is drawn.
    """
    if not can_watch():
        pytest.skip("needs strace, and the right to trace: apt-get install strace")
    before = _Disk(root, random.Random(seed))
    disk = copy.deepcopy(before)
    done = subprocess.run([*_WATCH, "-o", str(log), *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    calls = list(_calls(log))
    changes = [number for number, call in enumerate(calls) if before.take(*call)]
    writes = {n for n in changes if calls[n][1] in _WRITES and not calls[n][2][0].startswith("1<")}
    chosen = set(_chosen(changes, writes, points, seed))
    seen: set[int] = set()
    for number, call in enumerate(calls):
        disk.take(*call)
        for how in HOW if number in chosen else ():
            entries = disk.kept(how)
            if (same := hash((entries, disk.said))) not in seen:
                seen.add(same)
                yield Cut(call=f"{number} {call[1]}", how=how, said=disk.said, entries=entries)


def _chosen(changes: list[int], writes: set[int], points: int, seed: int) -> list[int]:
    chance = random.Random(seed)
    drawn = [changes[-1], *chance.sample(changes[:-1], len(changes) - 1)]
    return sorted(drawn, key=lambda number: number in writes)[:points]


def _calls(log: Path) -> Iterator[tuple[str, str, list[str], int, str]]:
    """Give process, name, arguments, result and path of the result of each call that succeeded."""
    halves: dict[str, str] = {}
    with log.open(encoding="ascii") as lines:
        for line in lines:
            pid, _, rest = line.rstrip("\n").partition(" ")
            if rest.endswith("<unfinished ...>"):
                halves[pid] = rest.removesuffix("<unfinished ...>")
                continue
            if "resumed>" in rest[:60]:
                rest = halves.pop(pid) + rest.split("resumed>", 1)[1]
            if (found := _LINE.match(f"{pid} {rest.lstrip()}")) and int(found[4]) >= 0:
                assert '"...' not in found[3], "a call was recorded in part"
                yield found[1], found[2], found[3].split(", "), int(found[4]), _text(found[5] or "")


def _bytes(text: str) -> bytes:
    return bytes.fromhex("".join(_HEX.findall(text)).replace("\\x", ""))


def _text(text: str) -> str:
    return os.fsdecode(_bytes(text))


class _Disk:
    """The names and files below a folder, as the program sees them and as the disk has them."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self._root = f"{root.resolve()}{os.sep}"
        self._chance = chance
        self._now: dict[str, _Node] = {}
        for path in sorted(root.rglob("*")):
            self._now[str(root.resolve() / path.relative_to(root))] = _read(path)
        self._names = [dict(self._now)]
        """The names on the disk, and those after each change since."""
        self._handles: dict[tuple[str, int], _Handle] = {}
        self.said: tuple[str, ...] = ()

    def kept(self, how: str) -> tuple[tuple[str, bytes | str | None, int], ...]:
        """Return what the disk has kept."""
        names = self._names[0] if how == "nothing unsynced" else self._now
        if how == "some of it":
            names = self._chance.choice(self._names)
        return tuple(
            (path.removeprefix(self._root), self._content(node, how), node.mode)
            for path, node in sorted(names.items())
        )

    def _content(self, node: _Node, how: str) -> bytes | str | None:
        if node.content is None:
            return node.target or None
        if how == "all":
            return bytes(node.content)
        left = bytearray(node.synced)
        for at, what in node.pending if how == "some of it" else ():
            if self._chance.random() < 0.5:
                _apply(left, at, what)
        return bytes(left)

    def take(self, pid: str, name: str, arguments: list[str], result: int, path: str) -> bool:
        """Follow one call; tell whether it changed something here."""
        if name in {"open", "openat", "creat"}:
            return self._open(pid, arguments, result, path)
        if name in _WRITES:
            return self._write(pid, name, arguments, result)
        if name in {"sync", "syncfs"}:
            for node in self._now.values():
                node.sync()
            self._names = [dict(self._now)]
            return True
        if name in {
            "close",
            "fsync",
            "fdatasync",
            "ftruncate",
            "lseek",
            "dup",
            "dup2",
            "dup3",
            "fchmod",
            "mmap",
        }:
            return self._on_handle(pid, name, arguments, result)
        if "chmod" in name:
            if (node := self._now.get(_paths(name, arguments)[0])) is not None:
                node.mode = next(int(part, 8) for part in arguments if part.isdigit())
            return False
        changed = self._change_names(name, *_paths(name, arguments))
        if changed:
            self._names.append(dict(self._now))
        return changed

    def _open(self, pid: str, arguments: list[str], descriptor: int, path: str) -> bool:
        flags = next((part for part in arguments if part.startswith("O_")), "")
        assert "O_TMPFILE" not in flags
        if not path.startswith(self._root):
            if path == self._root.rstrip(os.sep):
                self._handles[pid, descriptor] = _Handle(_Node(), path)
            return False
        made = path not in self._now
        if made:
            mode = int(arguments[-1], 8) & 0o755 if arguments[-1].isdigit() else 0o644
            self._now[path] = _Node(content=bytearray(), mode=mode)
            self._names.append(dict(self._now))
        node = self._now[path]
        self._handles[pid, descriptor] = _Handle(node, path, appends="O_APPEND" in flags)
        if "O_TRUNC" in flags and node.content:
            node.change(0, None)
            return True
        return made

    def _handle(self, pid: str, argument: str) -> _Handle | None:
        descriptor, _, path = argument.partition("<")
        at = _text(path)
        if not (at.startswith(self._root) or f"{at}{os.sep}" == self._root):
            return None
        found = self._handles.get((pid, int(descriptor)))
        if found is None:  # opened by the process that this one was forked from
            same = (h for (_, n), h in self._handles.items() if n == int(descriptor) and h.path == at)
            found = next(same, None)
        return found

    def _write(self, pid: str, name: str, arguments: list[str], count: int) -> bool:
        if name in {"write", "writev"} and arguments[0].startswith("1<"):
            said = _bytes("".join(re.findall(r'"([^"]*)"', ", ".join(arguments[1:]))))
            if said.startswith(_SAID):
                self.said = (*self.said, said.decode().strip().removeprefix(_SAID.decode()))
                return True
        handle = self._handle(pid, arguments[2 if name == "copy_file_range" else 0])
        if handle is None or handle.node.content is None:
            return False
        if name == "pwrite64":
            handle.node.change(int(arguments[-1]), _bytes(arguments[1]))
            return True
        if name == "sendfile":
            source, at = _text(arguments[1].partition("<")[2]), arguments[2].strip("[]")
            data = _part_of(self._now.get(source), source, int(at) if at.isdigit() else handle.at, count)
        elif name == "copy_file_range":
            source = _text(arguments[0].partition("<")[2])
            data = _part_of(self._now.get(source), source, handle.at, count)
        else:
            data = _bytes("".join(re.findall(r'"([^"]*)"', ", ".join(arguments[1:]))))
        handle.at = len(handle.node.content) if handle.appends else handle.at
        handle.node.change(handle.at, data)
        handle.at += len(data)
        return True

    def _on_handle(self, pid: str, name: str, arguments: list[str], result: int) -> bool:
        if name == "mmap":
            shared = "MAP_SHARED" in arguments[3] and "PROT_WRITE" in arguments[2]
            mapped = self._handle(pid, arguments[4]) if shared and "<" in arguments[4] else None
            scratch = mapped is None or mapped.path.endswith("-shm") or "/.locations-" in mapped.path
            assert scratch, "written through memory, which is not seen"
            return False
        handle = self._handle(pid, arguments[0])
        if handle is None:
            return False
        match name:
            case "close":
                self._handles.pop((pid, int(arguments[0].partition("<")[0])), None)
            case "lseek":
                handle.at = result
            case "fchmod":
                handle.node.mode = int(arguments[1], 8)
            case "ftruncate":
                handle.node.change(int(arguments[1]), None)
                return True
            case "dup" | "dup2" | "dup3":
                self._handles[pid, result] = handle
            case _ if handle.node.content is None:
                self._names = [dict(self._now)]
                return True
            case _:
                handle.node.sync()
                return True
        return False

    def _change_names(self, name: str, old: str, new: str, exchange: bool) -> bool:
        inside = [path.startswith(self._root) for path in (old, new)]
        if not any(inside):
            return False
        now = self._now
        if name.startswith(("rename", "link")):
            assert all(inside), f"{old} comes from elsewhere"
        if name.startswith("mkdir"):
            now[old] = _Node(mode=0o755)
        elif name.startswith("symlink"):
            now[new] = _Node(target=old)
        elif name.startswith("link"):
            now[new] = now[old]
        elif name.startswith(("unlink", "rmdir")):
            now.pop(old, None)
        else:
            there = _below(now, new)
            moved = _below(now, old)
            now.update({new + path: node for path, node in moved.items()})
            if exchange:
                now.update({old + path: node for path, node in there.items()})
        return True


def _below(names: dict[str, _Node], path: str) -> dict[str, _Node]:
    """Take a path, and all below it, out of some names."""
    found = [key for key in names if key == path or key.startswith(path + os.sep)]
    return {key.removeprefix(path): names.pop(key) for key in found}


def _paths(name: str, arguments: list[str]) -> tuple[str, str, bool]:
    """Return the paths of a call that changes names, and whether two change places."""
    folder, found = "", []
    for argument in arguments:
        if argument.startswith('"'):
            path = _text(argument)
            target = name.startswith("symlink") and not found
            found.append(path if target else os.path.normpath(Path(folder, path)))
        elif "<" in argument:
            folder = _text(argument.partition("<")[2])
    return found[0], found[-1], "RENAME_EXCHANGE" in arguments[-1]


def _read(path: Path) -> _Node:
    if path.is_symlink():
        return _Node(target=str(path.readlink()))
    if path.is_dir():
        return _Node(mode=0o755)
    content = path.read_bytes()
    return _Node(content=bytearray(content), synced=content, mode=path.stat().st_mode & 0o777)


def _part_of(node: _Node | None, path: str, at: int, count: int) -> bytes:
    content = Path(path).read_bytes() if node is None or node.content is None else bytes(node.content)
    return content[at : at + count]


def _apply(content: bytearray, at: int, what: bytes | None) -> None:
    if what is None:
        del content[at:]
        content.extend(bytes(at - len(content)))
    else:
        content.extend(bytes(max(0, at - len(content))))
        content[at : at + len(what)] = what
