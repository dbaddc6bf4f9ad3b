"""Which facts of an order do we read, and how are their columns called in the exports?

Column names as the exports of TikTok Shop have them (Seller Center: orders, income and settlement
statements; Affiliate Center: affiliate orders), in English and, where known, in Indonesian,
Portuguese and Vietnamese; beside them the words that people use in sheets of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from livedesk.journal.commerce.cells import folded

FieldKind = Literal["id", "text", "money", "count", "time"]


@dataclass(frozen=True, slots=True)
class Field:
    """`columns`: how its column is called, folded, the best first."""

    name: str
    title: str
    kind: FieldKind
    meaning: str
    columns: tuple[str, ...]


_FIELDS: Final = (
    Field(
        "order_id", "Order", "id", "number of the order",
        ("orderid", "orderadjustmentid", "ordernumber", "orderno", "order", "idpesanan",
         "nopesanan", "iddopedido", "iddopedidoajuste", "idđơnhàng"),
    ),
    Field(
        "related_order_id", "Order of the adjustment", "id",
        "number of the order that an adjustment is about, where the first is its own",
        ("relatedorderid", "iddopedidorelacionado", "originalorderid"),
    ),
    Field(
        "sku", "SKU", "id", "the seller's own number of the product, or the platform's",
        ("sellersku", "productsku", "sku", "skuid", "skupenjual", "idsku", "skuvendedor",
         "iddosku", "skungườibán"),
    ),
    Field(
        "product_id", "Product number", "id", "number of the product on the platform",
        ("productid", "itemid", "idproduk", "iddoproduto", "idsảnphẩm"),
    ),
    Field(
        "product_name", "Product", "text", "title of the product",
        ("productname", "product", "productinformation", "itemname", "namaproduk", "produk",
         "nomedoproduto", "tênsảnphẩm"),
    ),
    Field(
        "quantity", "Quantity", "count", "units of this line",
        ("quantity", "qty", "skuquantity", "itemssold", "units", "kuantitas", "jumlah",
         "quantidade", "sốlượng"),
    ),
    Field(
        "currency", "Currency", "text", "code of ISO 4217",
        ("currency", "currencycode", "matauang", "moeda", "đơnvịtiềntệ"),
    ),
    Field(
        "amount", "Sale", "money", "what was sold for, of this line",
        ("skusubtotalafterdiscount", "subtotalaftersellerdiscounts", "subtotalafterdiscounts",
         "paymentamount", "saleamount", "grosssales", "amount", "sales", "gmv", "totalrevenue",
         "netsales", "vendaslíquidas", "customerpayment", "orderamount"),
    ),
    Field(
        "refund", "Refund", "money", "what was paid back of it",
        ("refundsubtotalaftersellerdiscounts", "grosssalesrefund", "refundamount",
         "skurefundamount", "refund", "customerrefund", "orderrefundamount",
         "reembolsodocliente"),
    ),
    Field(
        "returned", "Returned", "text", "whether all of it was returned or refunded",
        ("fullyreturnedorrefunded", "fullyrefunded"),
    ),
    Field(
        "commission", "Commission", "money", "commission of the affiliate",
        ("affiliatecommission", "affiliatecommissionamount", "actualcommissionpayment",
         "actualaffiliatecommission", "commission", "commissionamount", "totalfinalearnedamount",
         "creatorcommission", "eststandardcommissionpayment", "comissãodeafiliado"),
    ),
    Field(
        "platform_fee", "Platform's fee", "money", "what the platform takes",
        ("tiktokshopcommissionfee", "platformcommission", "platformfee", "tiktokfee",
         "tiktokshopfee", "referralfee", "commissionfee", "transactionfee",
         "taxadecomissãotiktokshop"),
    ),
    Field(
        "payout", "Payout", "money", "what is paid out for this line",
        ("totalsettlementamount", "netpayout", "settlementamount", "payout", "netsettlement",
         "totalestimatedsettlementamount", "valortotaldeliquidação"),
    ),
    Field(
        "adjustment", "Adjustment", "money", "what was taken back (negative) or added later",
        ("adjustmentamount", "adjustment", "valordeajuste"),
    ),
    Field(
        "adjustment_reason", "Reason", "text", "why it was adjusted: a code or words",
        ("adjustmentreasoncode", "adjustmentreason", "adjustmentreasons", "reasoncode",
         "adjustmenttype", "motivodoajuste", "transactiontype", "type", "tipo"),
    ),
    Field(
        "time", "Time", "time", "when it was ordered",
        ("createdtime", "timecreated", "ordercreatedtime", "ordercreateddate", "ordertime",
         "orderdate", "creationdate", "createdat", "paidtime", "paymenttime", "time", "date",
         "datadecriaçãodopedido"),
    ),
    Field(
        "affiliate_id", "Affiliate", "text", "who is paid the commission",
        ("affiliateid", "creatorusername", "creatorid", "affiliateusername", "creatorname",
         "affiliatename", "creator", "affiliate"),
    ),
    Field(
        "status", "Order status", "text", "what became of the order; a cancelled one is no sale",
        ("orderstatus", "statuspesanan", "statusdopedido", "trạngtháiđơnhàng"),
    ),
)  # fmt: skip

FIELDS: Final[Mapping[str, Field]] = {field.name: field for field in _FIELDS}
"""In the order in which people are asked for them."""

MONEY: Final = tuple(field.name for field in _FIELDS if field.kind == "money")

SETTINGS: Final[Mapping[str, str]] = {
    "time_zone": "zone of the file's times: UTC+8, or a name such as Asia/Jakarta",
    "date_order": "dmy or mdy, for dates such as 05/06/2026",
    "decimal_mark": "point or comma, for amounts such as 1.234",
    "currency_code": "code of ISO 4217, where no column and no cell tells a currency",
}
"""What a mapping may say beside columns, where the file itself leaves it open."""

_NET: Final = frozenset(("totalrevenue", "netsales", "vendaslíquidas"))
"""Refunds are taken off in these already; to take them off again would count them twice."""

PER_ORDER: Final = frozenset(("orderamount", "orderrefundamount"))
"""Exports of order lines repeat these on each line of an order."""

_ZONE: Final = re.compile(r"\(\s*(?:timezone\s*=\s*)?((?:UTC|GMT)[^()]*)\)", re.IGNORECASE)


def guess_mapping(columns: Sequence[str]) -> dict[str, str]:
    """Our field → the column that seems to hold it; each column once, by its name alone."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(folded(column), column)
    mapping: dict[str, str] = {}
    for field in FIELDS.values():
        if field.name == "refund" and folded(mapping.get("amount", "")) in _NET:
            continue
        found = (by_name[name] for name in field.columns if name in by_name)
        for column in found:
            if column not in mapping.values():
                mapping[field.name] = column
                break
    return mapping


def missing_fields(mapping: Mapping[str, str]) -> tuple[str, ...]:
    """Fields without which nothing can be joined: one of several is named by the first."""
    missing = [] if "order_id" in mapping else ["order_id"]
    if not any(name in mapping for name in MONEY):
        missing.append("amount")
    if not any(name in mapping for name in ("sku", "product_id", "time")):
        missing.append("sku")
    return tuple(missing)


def zone_in(text: str) -> str:
    """The zone that a header or a file's name tells: `Order created time(UTC)`; else empty."""
    found = _ZONE.search(text)
    return found[1].strip() if found else ""
