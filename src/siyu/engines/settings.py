"""Every setting of Siyu, from the environment (``SIYU_…``). Reading them has no side effects."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from siyu.engines.validation import explained
from siyu.kernel.errors import SiyuError, WrongValue

_KIB = 1024
_MIB = 1024 * _KIB
_GIB = 1024 * _MIB


class Group(StrEnum):
    """The headings under which settings are documented."""

    PLACE = "Place"
    ENGINES = "Engines"
    HTTP = "HTTP"
    ACCESS = "Access and personal data"
    INTAKE = "Intake"
    PIPELINE = "Pipeline"
    CHANNELS = "Channels"
    MEMBERS = "Members"
    INSIGHT = "Insight"
    LOGGING = "Logging"


def default_data_folder() -> Path:
    """``siyu`` under ``$XDG_DATA_HOME``, which is ``~/.local/share`` when unset."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "siyu"


def _setting(group: Group, default: Any, description: str, **limits: Any) -> Any:
    return Field(default=default, description=description, json_schema_extra={"group": group.value}, **limits)


class Settings(BaseSettings):
    """All settings. An unknown or malformed value stops the start with a sentence that names the variable."""

    model_config = SettingsConfigDict(env_prefix="SIYU_", frozen=True, extra="ignore", env_ignore_empty=True)

    data_folder: Path = Field(
        default_factory=default_data_folder,
        description="Where the embedded engines, keys and uploads live. One running Siyu a folder.",
        json_schema_extra={"group": Group.PLACE.value, "shown": "~/.local/share/siyu"},
    )
    brand_name: str = _setting(Group.PLACE, "", "Name of the brand, as the console shows it.", max_length=100)
    brand_zone: str = _setting(
        Group.PLACE,
        "Asia/Shanghai",
        "Time zone of the brand (IANA name): the days of reports, times without a zone, when it is night.",
    )

    postgres_url: str = _setting(
        Group.ENGINES,
        "",
        "PostgreSQL from version 15, `postgresql://user:password@host:5432/name`. Empty: embedded.",
        repr=False,
    )
    clickhouse_url: str = _setting(
        Group.ENGINES, "", "ClickHouse, `http://user:password@host:8123/database`. Empty: embedded.", repr=False
    )
    postgres_pool: int = _setting(
        Group.ENGINES, 10, "Connections a process keeps open to PostgreSQL; as many again under load.", ge=2, le=200
    )

    http_host: str = _setting(Group.HTTP, "127.0.0.1", "Address to listen on. `0.0.0.0` for every interface.")
    http_port: int = _setting(Group.HTTP, 8020, "Port to listen on.", ge=1, le=65535)
    public_url: str = _setting(
        Group.HTTP, "", "How browsers reach this Siyu, for links and cookies. Empty: from host and port."
    )
    request_bytes: int = _setting(
        Group.HTTP, 4 * _MIB, "Largest body of a request that is neither intake nor a file upload.", ge=64 * _KIB
    )

    vault_key: SecretStr = _setting(
        Group.ACCESS,
        SecretStr(""),
        "Key of the personal data: 32 bytes in base64; when rotated, all keys, oldest first, with commas between. "
        "Empty: from `keys/vault.key` in the data folder, made at the first start.",
    )
    session_hours: int = _setting(Group.ACCESS, 12, "Hours without use after which an operator signs in again.", ge=1)

    intake_batch_bytes: int = _setting(
        Group.INTAKE, 500 * _KIB, "Largest batch of events, in bytes as sent.", ge=32 * _KIB
    )
    intake_large_batches: bool = _setting(
        Group.INTAKE, True, "Accept batches up to 4 MB, as RudderStack's clients send them."
    )
    intake_expanded_bytes: int = _setting(
        Group.INTAKE, 8 * _MIB, "Largest batch after gzip is undone; more is refused while unpacking.", ge=_MIB
    )
    intake_event_bytes: int = _setting(Group.INTAKE, 32 * _KIB, "Largest single event.", ge=_KIB)
    intake_strict: bool = _setting(
        Group.INTAKE,
        False,
        "Refuse a batch with 400 when one of its events is invalid, instead of keeping the rest and setting it aside.",
    )
    intake_dedup_days: int = _setting(
        Group.INTAKE, 30, "Days for which a repeated message is recognised by source and message id.", ge=30, le=400
    )
    intake_queue_messages: int = _setting(
        Group.INTAKE, 2_000_000, "Messages that may wait before senders are told to come back later.", ge=1000
    )
    intake_queue_bytes: int = _setting(
        Group.INTAKE, 4 * _GIB, "Bytes that may wait before senders are told to come back later.", ge=16 * _MIB
    )
    intake_letters_days: int = _setting(
        Group.INTAKE,
        30,
        "Days for which a dead letter stays on record that was replayed or discarded. One that is open stays until then.",
        ge=1,
        le=3650,
    )
    intake_rejects_days: int = _setting(
        Group.INTAKE,
        90,
        "Days for which the rejected rows of an import can be fetched; how many there were stays.",
        ge=1,
        le=3650,
    )
    minimum_free_bytes: int = _setting(
        Group.INTAKE,
        2 * _GIB,
        "Free disk below which nothing more is accepted, so that nothing is lost; below half of it what waits stands still.",
        ge=64 * _MIB,
    )
    upload_bytes: int = _setting(Group.INTAKE, 4 * _GIB, "Largest file that may be uploaded for an import.", ge=_MIB)

    pipeline_batch: int = _setting(
        Group.PIPELINE, 5000, "Messages the pipeline takes into one transaction at most.", ge=1, le=100_000
    )
    workers: int = _setting(
        Group.PIPELINE,
        2,
        "Worker processes. The first does everything; the others only help with the pipeline when full batches wait.",
        ge=1,
        le=32,
    )
    worker_jobs: int = _setting(
        Group.PIPELINE,
        2,
        "Long background jobs (imports, exports, rehearsals) that run at the same time, and as many short ones beside them.",
        ge=1,
        le=64,
    )

    channel_check_minutes: int = _setting(
        Group.CHANNELS,
        15,
        "Minutes after which an account of a channel is tried again, about; a check takes some calls of the platform.",
        ge=5,
        le=1440,
    )

    channel_sent_days: int = _setting(
        Group.CHANNELS,
        180,
        "Days for which it is kept what was sent through channels, to whom, and what came of it.",
        ge=30,
        le=3650,
    )
    channel_acts_days: int = _setting(
        Group.CHANNELS,
        180,
        "Days for which orders of tags are kept, and what pushes said of ties that ended.",
        ge=30,
        le=3650,
    )

    member_session_days: int = _setting(
        Group.MEMBERS, 30, "Days without use after which a member signs in again.", ge=1, le=180
    )
    member_deletion_days: int = _setting(
        Group.MEMBERS,
        7,
        "Days for which a member can take back that their data be deleted. The law gives 15 working days for it.",
        ge=0,
        le=15,
    )
    brand_colour: str = _setting(
        Group.MEMBERS, "#1677ff", "Colour of the brand on pages of members, as `#1677ff`.", pattern=r"^#[0-9a-fA-F]{6}$"
    )
    brand_logo: str = _setting(
        Group.MEMBERS,
        "",
        "File of the brand's logo for pages of members: PNG, JPEG, WebP or SVG, best square. Empty: the name alone.",
        pattern=r"^$|^.*\.(?:png|jpe?g|webp|svg)$",
    )
    sms_key: str = _setting(
        Group.MEMBERS, "", "AccessKey ID of Alibaba Cloud SMS, for signing in by phone. Empty: not offered."
    )
    sms_secret: SecretStr = _setting(Group.MEMBERS, SecretStr(""), "AccessKey secret that belongs to it.")
    sms_sign_name: str = _setting(Group.MEMBERS, "", "Signature of the messages, as the provider approved it.")
    sms_template: str = _setting(
        Group.MEMBERS, "", "Code of the approved template, in whose text `${code}` stands: `SMS_…`."
    )
    sms_url: str = _setting(
        Group.MEMBERS, "https://dysmsapi.aliyuncs.com", "Address of the provider's API; another one for a rehearsal."
    )
    sms_daily: int = _setting(
        Group.MEMBERS, 2000, "Codes by SMS in 24 hours, of all phones together: what each costs is yours.", ge=1
    )

    purchase_means: Literal["kept", "paid"] = _setting(
        Group.INSIGHT,
        "kept",
        "What counts as a purchase in every figure: `kept`: an order that was paid and not refunded in full; `paid`: "
        "every paid order.",
    )
    active_days: int = _setting(
        Group.INSIGHT, 90, "A customer is active who bought within so many days.", ge=1, le=3650
    )
    repeat_purchases: int = _setting(
        Group.INSIGHT, 2, "From so many purchases on a customer is a repeat buyer.", ge=2, le=1000
    )

    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        Group.LOGGING, "info", "What is logged: `debug`, `info`, `warning` or `error`."
    )
    log_format: Literal["auto", "json", "console"] = _setting(
        Group.LOGGING, "auto", "`json`, `console`, or `auto`: console on a terminal, json otherwise."
    )

    @field_validator("brand_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise WrongValue(
                f"{value!r} is not a time zone known here; use an IANA name such as Asia/Shanghai, and where the system "
                "has no time zones at all, install the package tzdata",
                f"“{value}”不是本机已知的时区；请使用 Asia/Shanghai 这样的 IANA 名称，若系统没有任何时区数据，请安装 tzdata 包",
            ) from None
        return value

    @field_validator("postgres_url")
    @classmethod
    def _postgres_url_fits(cls, value: str) -> str:
        return _checked_url(value, ("postgresql", "postgres"), "postgresql://user:password@host:5432/name")

    @field_validator("clickhouse_url")
    @classmethod
    def _clickhouse_url_fits(cls, value: str) -> str:
        return _checked_url(value, ("http", "https"), "http://user:password@host:8123/database", host=True)

    @field_validator("sms_url")
    @classmethod
    def _sms_url_fits(cls, value: str) -> str:
        return _checked_url(value, ("http", "https"), "https://dysmsapi.aliyuncs.com", host=True)

    @field_validator("data_folder")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @property
    def vault_key_file(self) -> Path:
        """Where the vault key lies when it is not a setting."""
        return self.data_folder / "keys" / "vault.key"

    @property
    def base_url(self) -> str:
        """How browsers reach this Siyu, without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = self.http_host
        if host in {"127.0.0.1", "0.0.0.0", "::", "::1"}:  # noqa: S104 - compared, not bound
            host = "localhost"
        elif ":" in host:
            host = f"[{host}]"
        return f"http://{host}:{self.http_port}"

    @property
    def intake_request_bytes(self) -> int:
        """The largest intake body, as sent."""
        return max(self.intake_batch_bytes, 4 * _MIB) if self.intake_large_batches else self.intake_batch_bytes


def _checked_url(value: str, schemes: tuple[str, ...], form: str, *, host: bool = False) -> str:
    """The URL of an engine, or nothing. What is wrong with it is said without it, because of the password in it."""
    if not value:
        return value
    try:
        parts = urlsplit(value)
        # Several hosts with a port each are one place for PostgreSQL, and none for urlsplit.
        fits = parts.scheme in schemes and ("," in parts.netloc or parts.port != 0)
    except ValueError:
        fits = False
    if not fits or (host and not parts.hostname):
        raise WrongValue(
            f"it is not of the form {form}; in a password, write @ as %40, : as %3A and / as %2F",
            f"格式应为 {form}；密码中的 @、: 和 / 请写成 %40、%3A 和 %2F",
        )
    return value


class BadSetting(SiyuError):
    """A setting has a value that cannot be used."""

    en = "The setting {variable} cannot be used: {reason}. See docs/reference/settings.md."
    zh = "设置项 {variable} 无效：{reason_zh}。请参阅 docs/reference/settings.md。"


def load(**given: Any) -> Settings:
    """Read the settings; ``given`` (names in lower case, ``None`` left out) goes before the environment.

    Raises:
        BadSetting: names the variable and what is wrong with it.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as problem:
        first = problem.errors()[0]
        variable = "SIYU_" + "_".join(str(part) for part in first["loc"]).upper()
        en, zh = explained(first)
        raise BadSetting(variable=variable, reason=en, reason_zh=zh) from None


@dataclass(frozen=True, slots=True)
class SettingDescription:
    """One line of the reference."""

    variable: str
    group: str
    type: str
    default: str
    description: str


def describe() -> list[SettingDescription]:
    """Every setting in the order of the reference."""
    found = []
    for name, info in Settings.model_fields.items():
        extra = info.json_schema_extra
        assert isinstance(extra, dict), name
        default = info.default.get_secret_value() if isinstance(info.default, SecretStr) else info.default
        shown = str(extra["shown"]) if "shown" in extra else _written(default)
        found.append(
            SettingDescription(
                variable=f"SIYU_{name.upper()}",
                group=str(extra["group"]),
                type=_type_name(info.annotation),
                default=shown,
                description=info.description or "",
            )
        )
    return found


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _type_name(annotation: Any) -> str:
    names = {int: "whole number", str: "text", bool: "true or false", Path: "folder", SecretStr: "secret"}
    choices = getattr(annotation, "__args__", ())
    return names.get(annotation) or " | ".join(str(choice) for choice in choices)
