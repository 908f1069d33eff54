"""Checks of the machine: Python, disk, memory, user, port, clock."""

import difflib
import errno
import fcntl
import locale
import os
import platform
import pwd
import resource
import shutil
import socket
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psutil

from siyu.app.doctor.check import Check, Finding
from siyu.app.place import Running
from siyu.engines import machine
from siyu.engines.embedded_postgres import SYSTEM_USER
from siyu.engines.settings import Settings, describe

_GIB: Final = 1024**3
_NETWORK: Final = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "ceph", "fuse.gluster", "drvfs", "afs", "virtiofs")
_BUILT: Final = datetime(2026, 1, 1, tzinfo=UTC)


def python_check() -> Finding:
    version = platform.python_version()
    if sys.version_info < (3, 11):  # noqa: UP036 - this is what finds it out
        yield Check(
            "python", "fail", f"Python {version} is too old.", f"Python {version} 版本过低。",
            "Install Python 3.11 or newer.", "请安装 Python 3.11 或更高版本。",
        )  # fmt: skip
        return
    yield Check("python", "ok", f"Python {version}.", f"Python {version}。")


def platform_check(settings: Settings) -> Finding:
    system, machine = platform.system(), platform.machine()
    embedded = not (settings.postgres_url and settings.clickhouse_url)
    if system != "Linux" and embedded:
        yield Check(
            "platform", "warn", f"{system} is not tested.", f"未在 {system} 上测试过。",
            "Run it on Linux, or in a Linux container.", "建议在 Linux 或 Linux 容器中运行。",
        )  # fmt: skip
        return
    flags = Path("/proc/cpuinfo").read_text("utf-8") if system == "Linux" else ""
    if machine == "x86_64" and not settings.clickhouse_url and flags and "sse4_2" not in flags:
        yield Check(
            "platform", "fail", "the processor has no SSE 4.2, which ClickHouse needs.", "处理器不支持 ClickHouse 所需的 SSE 4.2。",
            "Use another machine, or set SIYU_CLICKHOUSE_URL.", "请更换机器，或设置 SIYU_CLICKHOUSE_URL。",
        )  # fmt: skip
        return
    yield Check("platform", "ok", f"{system} on {machine}.", f"{system}，{machine}。")


def unknown_settings_check(environment: dict[str, str]) -> Finding:
    known = [setting.variable for setting in describe()]
    for name in sorted(environment):
        if name.startswith("SIYU_") and name not in known and not name.startswith("SIYU_CHAOS_"):
            near = difflib.get_close_matches(name, known, 1)
            hint_en = f"Did you mean {near[0]}?" if near else "See docs/reference/settings.md."
            hint_zh = f"是否想写 {near[0]}？" if near else "请参阅 docs/reference/settings.md。"
            yield Check("settings", "warn", f"{name} is no setting.", f"不存在设置项 {name}。", hint_en, hint_zh)
            return
    yield Check("settings", "ok", "every SIYU_… variable is known.", "所有 SIYU_… 变量均有效。")


def folder_check(settings: Settings) -> Finding:
    folder = settings.data_folder
    there = machine.existing(folder)
    advice = (
        "Choose another with SIYU_DATA_FOLDER or --data, or change its owner.",
        "请用 SIYU_DATA_FOLDER 或 --data 指定其他文件夹，或修改其所有者。",
    )
    if not there.is_dir():
        yield Check("folder", "fail", f"{there} is a file, not a folder.", f"{there} 是文件而不是文件夹。", *advice)
    elif not os.access(there, os.W_OK | os.X_OK) or os.statvfs(there).f_flag & os.ST_RDONLY:
        yield Check("folder", "fail", f"{there} cannot be written to.", f"{there} 不可写。", *advice)
    elif (kind := _mounted_as(there)).startswith(_NETWORK):
        yield Check(
            "folder", "warn", f"{folder} lies on a network or shared filesystem ({kind}).", f"{folder} 位于网络或共享文件系统（{kind}）。",
            "Databases may lose data there; choose a local disk.", "数据库在此可能丢失数据，请改用本地磁盘。",
        )  # fmt: skip
    else:
        yield Check("folder", "ok", f"{folder} can be written to.", f"{folder} 可写。")


def _mounted_as(folder: Path) -> str:
    """The type of filesystem a folder lies on, empty when unknown."""
    best, kind = "", ""
    for part in psutil.disk_partitions(all=True):
        inside = folder.resolve().is_relative_to(part.mountpoint)
        if inside and len(part.mountpoint) >= len(best):
            best, kind = part.mountpoint, part.fstype
    return kind


def held_check(settings: Settings, running: Running | None) -> Finding:
    folder = settings.data_folder
    if running:
        yield Check("held", "ok", f"Siyu runs here (process {running.pid}).", f"Siyu 正在运行（进程 {running.pid}）。")
        return
    lock = folder / "siyu.lock"
    if lock.exists():
        with lock.open("r", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = file.read() or "?"
                yield Check(
                    "held", "warn", f"another process holds {folder}: {holder}", f"其他进程占用了 {folder}：{holder}",
                    "It is starting or stopping; wait a little, then end that process if it stays.",
                    "它可能正在启动或停止；请稍候，如仍存在请结束该进程。",
                )  # fmt: skip
                return
    yield Check("held", "ok", "nobody uses the data folder.", "数据文件夹未被占用。")


def disk_check(settings: Settings) -> Finding:
    there = machine.existing(settings.data_folder)
    free, least = machine.disk_free(there), settings.minimum_free_bytes
    found = os.statvfs(there)
    advice = (
        "Make room, or choose another disk with SIYU_DATA_FOLDER.",
        "请清理磁盘，或用 SIYU_DATA_FOLDER 更换磁盘。",
    )
    en, zh = f"{free / _GIB:.1f} GiB free at {there}.", f"{there} 剩余 {free / _GIB:.1f} GiB。"
    if free < least:
        more = f" Below {least / _GIB:.1f} GiB nothing is accepted."
        yield Check("disk", "fail", en + more, zh + f"低于 {least / _GIB:.1f} GiB 时停止接收数据。", *advice)
    elif found.f_files and found.f_favail < 10_000:
        yield Check("disk", "fail", "the disk has hardly any inodes left.", "磁盘 inode 即将耗尽。", *advice)
    else:
        low = free < 3 * least
        yield Check("disk", "warn" if low else "ok", en, zh, *(advice if low else ()))


def memory_check() -> Finding:
    total = machine.memory()
    en, zh = f"{total / _GIB:.1f} GiB of memory.", f"内存 {total / _GIB:.1f} GiB。"
    if total < 1.5 * _GIB:
        advice = (
            "Siyu idles in under 1 GiB and needs more for imports; give it at least 2.",
            "请至少提供 2 GiB 内存。",
        )
        yield Check("memory", "fail" if total < _GIB else "warn", en, zh, *advice)
    else:
        yield Check("memory", "ok", en, zh)


def limits_check() -> Finding:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    processes, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    if files != resource.RLIM_INFINITY and files < 1024:
        yield Check(
            "limits", "warn", f"only {files} open files are allowed.", f"仅允许打开 {files} 个文件。",
            "Raise it: ulimit -n 4096", "请提高上限：ulimit -n 4096",
        )  # fmt: skip
    elif processes != resource.RLIM_INFINITY and processes < 256:
        yield Check(
            "limits", "warn", f"only {processes} processes are allowed.", f"仅允许 {processes} 个进程。",
            "Raise it: ulimit -u 1024", "请提高上限：ulimit -u 1024",
        )  # fmt: skip
    else:
        yield Check("limits", "ok", "enough files and processes are allowed.", "文件与进程数上限充足。")


def user_check(settings: Settings) -> Finding:
    if os.geteuid() != 0:
        name = pwd.getpwuid(os.geteuid()).pw_name if _has_name() else str(os.geteuid())
        yield Check("user", "ok", f"runs as {name}.", f"以 {name} 身份运行。")
        return
    known = any(entry.pw_name == SYSTEM_USER for entry in pwd.getpwall())
    if not settings.postgres_url and not known and shutil.which("useradd") is None:
        yield Check(
            "user", "fail", "runs as root, and PostgreSQL refuses that.", "以 root 身份运行，而 PostgreSQL 不允许。",
            f"Run Siyu as an ordinary user, or make a user '{SYSTEM_USER}'.", f"请以普通用户运行，或创建用户“{SYSTEM_USER}”。",
        )  # fmt: skip
        return
    yield Check(
        "user", "warn", f"runs as root; the embedded PostgreSQL runs as '{SYSTEM_USER}'.", f"以 root 身份运行；内嵌 PostgreSQL 以“{SYSTEM_USER}”身份运行。",
        "Better give Siyu an ordinary user of its own.", "建议为 Siyu 使用独立的普通用户。",
    )  # fmt: skip


def _has_name() -> bool:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True


def port_check(settings: Settings, running: Running | None) -> Finding:
    host, port = settings.http_host, settings.http_port
    if running:
        yield Check("port", "ok", f"Siyu answers at {running.http_url}.", f"Siyu 地址：{running.http_url}。")
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            reason = {
                errno.EADDRINUSE: ("is used by another program", "已被其他程序占用"),
                errno.EACCES: ("needs root", "需要 root 权限"),
                errno.EADDRNOTAVAIL: ("is not an address of this machine", "不是本机地址"),
            }.get(problem.errno or 0, (str(problem), str(problem)))
            yield Check(
                "port", "fail", f"{host}:{port} {reason[0]}.", f"{host}:{port} {reason[1]}。",
                "Choose others with SIYU_HTTP_HOST and SIYU_HTTP_PORT.", "请用 SIYU_HTTP_HOST 与 SIYU_HTTP_PORT 指定其他地址或端口。",
            )  # fmt: skip
            return
    yield Check("port", "ok", f"{host}:{port} is free.", f"{host}:{port} 可用。")


def exposure_check(settings: Settings) -> Finding:
    local = settings.http_host in {"127.0.0.1", "localhost", "::1"}
    if not local and not settings.base_url.startswith("https://"):
        yield Check(
            "exposure", "warn", "Siyu listens to the network without https.", "Siyu 对网络开放，但未使用 https。",
            "Put a proxy with TLS in front and set SIYU_PUBLIC_URL to its https address.",
            "请在前面部署支持 TLS 的代理，并将 SIYU_PUBLIC_URL 设为其 https 地址。",
        )  # fmt: skip
        return
    yield Check("exposure", "ok", f"reached at {settings.base_url}.", f"访问地址：{settings.base_url}。")


def clock_check(now: datetime) -> Finding:
    if now < _BUILT:
        yield Check(
            "clock", "fail", f"the machine believes it is {now:%Y-%m-%d}.", f"系统时间为 {now:%Y-%m-%d}，明显有误。",
            "Set the clock, and keep it right with NTP.", "请校准时间，并启用 NTP。",
        )  # fmt: skip
        return
    yield Check("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC.", f"UTC 时间 {now:%Y-%m-%d %H:%M:%S}。")


def zone_check(settings: Settings) -> Finding:
    try:
        here = datetime.now(ZoneInfo(settings.brand_zone))
    except (ZoneInfoNotFoundError, ValueError):
        yield Check(
            "zone", "fail", f"the zone {settings.brand_zone} is unknown here.", f"系统不认识时区 {settings.brand_zone}。",
            "Install the system's package tzdata.", "请安装系统软件包 tzdata。",
        )  # fmt: skip
        return
    yield Check("zone", "ok", f"{settings.brand_zone}: {here:%H:%M}.", f"{settings.brand_zone}：{here:%H:%M}。")


def encoding_check() -> Finding:
    names = {sys.getfilesystemencoding(), locale.getpreferredencoding(do_setlocale=False)}
    if {name.lower().replace("-", "") for name in names} != {"utf8"}:
        yield Check(
            "encoding", "warn", f"the locale is not UTF-8 ({', '.join(sorted(names))}).", f"系统编码不是 UTF-8（{', '.join(sorted(names))}）。",
            "Set LANG=C.UTF-8, or Chinese file names and output may break.", "请设置 LANG=C.UTF-8，否则中文文件名与输出可能出错。",
        )  # fmt: skip
        return
    yield Check("encoding", "ok", "UTF-8.", "UTF-8。")


def vault_file_check(settings: Settings) -> Finding:
    file = settings.vault_key_file
    if settings.vault_key.get_secret_value():
        yield Check("vault", "ok", "the vault key comes from SIYU_VAULT_KEY.", "保险库密钥来自 SIYU_VAULT_KEY。")
    elif not file.exists():
        yield Check("vault", "ok", f"the first start makes {file}.", f"首次启动时将创建 {file}。")
    elif not os.access(file, os.R_OK):
        yield Check(
            "vault", "fail", f"{file} cannot be read.", f"无法读取 {file}。",
            "Give it to the user that runs Siyu.", "请将其所有者改为运行 Siyu 的用户。",
        )  # fmt: skip
    elif stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Check(
            "vault", "warn", f"others may read {file}.", f"其他用户可读取 {file}。",
            f"chmod 600 {file}", f"chmod 600 {file}",
        )  # fmt: skip
    else:
        yield Check("vault", "ok", f"{file}. Keep a copy apart from the database.", f"{file}。请另行备份。")
