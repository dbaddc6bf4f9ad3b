"""Where do a store's products come from? Reads `[store.pins.catalogue]`."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, cast

from livedesk.core.config_secret import Origin, read_host, read_secret
from livedesk.core.config_table import Table, found
from livedesk.core.config_webhook import read_webhook_secret
from livedesk.core.pin_settings import CatalogueSettings, TikTokProducts

FILE_ENDINGS: Final = (".csv", ".tsv", ".txt", ".xlsx", ".json")

_Source = Literal["gateway", "file", "tiktok"]


def read_catalogue_settings(
    table: Table, origin: Origin, gateway: str, *, quiet: bool
) -> CatalogueSettings:
    """`gateway`: the kind of it; one through which nothing is read needs another source."""
    default = CatalogueSettings()
    source = _source(table, gateway)
    settings = CatalogueSettings(
        source=source,
        file=_file(table, source, origin),
        tiktok=_tiktok(table, source, origin, quiet=quiet),
        refresh_s=table.number("refresh_s", default.refresh_s, 5, 86_400, "s"),
        webhook_secret=read_webhook_secret(table, origin, quiet=quiet),
    )
    table.close()
    return settings


def _source(table: Table, gateway: str) -> _Source:
    given = table.text("source", '"gateway", "file" or "tiktok"', "gateway|file|tiktok", "gateway")
    if gateway in ("manual", "http") and given == "gateway":
        what = f"found {found(given)}" if "source" in table.values else "the key is missing"
        table.problem(
            "source",
            f'expected "file" or "tiktok", as the gateway "{gateway}" has no list of products; '
            f"{what}",
        )
    return cast(_Source, given)


def _file(table: Table, source: str, origin: Origin) -> Path | None:
    """A relative path starts at the settings file. That it can be read is seen when it is."""
    if source != "file":
        if table.has("file"):
            table.problem("file", 'is only used with source = "file"; remove it, or set source')
        return None
    name = table.text("file", 'the path of a file, such as "products.csv"', r"[^\x00]{1,1000}")
    if name and Path(name).suffix.lower() not in FILE_ENDINGS:
        kinds = ", ".join(FILE_ENDINGS)
        table.problem("file", f"expected a file that ends in one of {kinds}; found {found(name)}")
    return origin.path.parent / name


def _tiktok(table: Table, source: str, origin: Origin, *, quiet: bool) -> TikTokProducts | None:
    if source != "tiktok":
        if table.has("tiktok"):
            table.problem("tiktok", 'is only used with source = "tiktok"; remove this table')
        return None
    own = table.table("tiktok", "[store.pins.catalogue.tiktok]")
    names = {"app_secret": "the app's secret", "refresh_token": "a refresh token"}
    names["shop_cipher"] = "the shop's cipher"
    secrets = {
        key: read_secret(own, key, name, f"env:TIKTOK_{key.upper()}", origin, quiet=quiet)
        for key, name in names.items()
    }
    products = TikTokProducts(
        app_key=own.text("app_key", "the app's key, as TikTok shows it", r"[0-9A-Za-z_-]{1,80}"),
        app_secret=secrets["app_secret"],
        refresh_token=secrets["refresh_token"],
        shop_cipher=secrets["shop_cipher"],
        host=read_host(own, "host", "https://open-api.tiktokglobalshop.com"),
        auth_host=read_host(own, "auth_host", "https://auth.tiktok-shops.com"),
        version=own.text("version", 'a version of the API, such as "202309"', r"\d{6}", "202309"),
    )
    own.close()
    return products
