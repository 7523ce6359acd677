"""An output to the fields of a FIX message, in the client's version and habits.

The engine speaks FIX 4.4; what 4.2 says differently, and what a client wants differently, is here and in no other
place (FIX 4.4 Vol. 4 and FIX 4.2 App. D). Must not know why an order is what it is.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from fixspec.codec import OutField
from fixspec.model import tags_in
from fixspec.spec import VERSIONS
from fixspec.values import SCALE_DEFAULT, clean_text, format_avg_px, format_px, format_utc_timestamp
from router.core.instruments import Instrument
from router.core.outputs import BusinessReject, CancelReject, ClientOutput, ExecReport, ListedState, ListStatus
from router.core.types import CxlRejReason, ExecRestatementReason, ExecType, OrdRejReason, OrdStatus
from router.gateway.session import ClientSession

USER_TAG_MIN: Final = 5_000
_TRADES: Final = frozenset({ExecType.TRADE, ExecType.TRADE_CORRECT})
_FILL_TYPES: Final = frozenset({ExecType.TRADE, ExecType.TRADE_CORRECT, ExecType.TRADE_CANCEL})
_TRANS_TYPE: Final[Mapping[ExecType, str]] = {
    ExecType.TRADE_CANCEL: "1",
    ExecType.TRADE_CORRECT: "2",
    ExecType.ORDER_STATUS: "3",
}
"""ExecTransType(20); any other report is 0 New."""
_CLIENTS_WORD: Final = frozenset({15, 22, 48, 55})
"""Where an echoed tag and our own field meet, the client's text stands for these, and ours for all others."""
_ORD_REJ_42_MAX: Final = 8
_CXL_REJ_42_MAX: Final = 3
_RESTATEMENT_42_MAX: Final = 5


def fields_of(
    output: ClientOutput, session: ClientSession, instruments: Mapping[str, Instrument]
) -> tuple[str, list[OutField]]:
    """MsgType(35) and fields of `output`, without what the session adds."""
    match output:
        case ExecReport():
            msg_type, own = "8", _Report(output, session, instruments.get(output.symbol)).fields()
        case ListStatus():
            # Its group holds tags that the order's own echo may have, too: it repeats header routing alone.
            return "N", [*output.echo, *_list_status(output, session, instruments)]
        case CancelReject():
            msg_type, own = "9", _cancel_reject(output, session)
        case BusinessReject():
            msg_type, own = "j", _business_reject(output, session)
    return msg_type, _with_echo(msg_type, own, output, session)


def _with_echo(msg_type: str, own: Iterator[OutField], output: ClientOutput, session: ClientSession) -> list[OutField]:
    """Our fields and the echoed ones that the message has a place for; no tag twice but inside the echoed group."""
    allowed = _tags_of(session.begin_string, msg_type)
    echo = [(tag, text) for tag, text in output.echo if tag in allowed or tag >= USER_TAG_MIN]
    theirs = {tag for tag, _ in echo} & _CLIENTS_WORD
    fields = [field for field in own if field[0] not in theirs]
    printed = {tag for tag, _ in fields}
    return [*fields, *[field for field in echo if field[0] not in printed]]


@cache
def _tags_of(begin_string: str, msg_type: str) -> frozenset[int]:
    version = VERSIONS[begin_string]
    return frozenset((*tags_in(version.header), *tags_in(version.messages[msg_type].members)))


class _Report:
    """ExecutionReport(8) of one `ExecReport`."""

    def __init__(self, report: ExecReport, session: ClientSession, instrument: Instrument | None) -> None:
        self._report = report
        self._session = session
        self._habits = session.dialect.reports
        self._speaks_42 = (self._habits.exec_type or session.begin_string.removeprefix("FIX.")) == "4.2"
        self._scale = instrument.price_scale if instrument else SCALE_DEFAULT
        quoted_in = next((text for tag, text in report.echo if tag == 15), "")
        unit = session.dialect.minor_units.get(quoted_in)
        self._minor = unit.per_unit if unit else 1

    def fields(self) -> Iterator[OutField]:
        yield from self._ids()
        yield from self._terms()
        yield from self._last()
        yield from self._sums()
        report = self._report
        yield 60, format_utc_timestamp(report.transact_time, self._habits.time_digits)
        if report.status_req_id:
            yield 790, report.status_req_id
        if report.text:
            yield 58, clean_text(report.text, cap=self._habits.text_max)

    def _ids(self) -> Iterator[OutField]:
        report = self._report
        yield 37, report.order_id
        if report.cl_ord_id:
            yield 11, report.cl_ord_id
        if report.orig_cl_ord_id:
            yield 41, report.orig_cl_ord_id
        yield 17, report.exec_id
        if report.exec_ref_id:
            yield 19, report.exec_ref_id
        if self._session.is_42 or self._habits.exec_trans_type:
            yield 20, _TRANS_TYPE.get(report.exec_type, "0")
        yield 150, self._exec_type()
        yield 39, self._ord_status()
        if report.ord_rej_reason is not None:
            yield 103, _ord_rej_reason(report.ord_rej_reason, self._session)
        if report.restatement_reason is not None:
            yield 378, _restatement_reason(report.restatement_reason, self._session)

    def _exec_type(self) -> str:
        """ExecType(150). In 4.2 it says the state of filling where 4.4 says that there was a trade."""
        report = self._report
        if not self._speaks_42:
            return report.exec_type.value
        if report.exec_type is ExecType.ORDER_STATUS:
            return self._ord_status()
        if report.exec_type not in _FILL_TYPES:
            return report.exec_type.value
        if report.cum_qty >= report.qty:
            return "2"
        # A bust of all there was leaves the order with no fill: its status says what it is then.
        return "1" if report.cum_qty else report.ord_status.value

    def _ord_status(self) -> str:
        """OrdStatus(39). 4.2 shows an unfilled replaced order as 5 Replaced, which 4.3 did away with."""
        report = self._report
        wanted = self._habits.replaced_status
        shows_replaced = wanted == "yes" or (not wanted and self._speaks_42)
        is_fresh = report.exec_type is ExecType.REPLACED and report.ord_status is OrdStatus.NEW
        status = OrdStatus.REPLACED if shows_replaced and is_fresh else report.ord_status
        return self._habits.ord_status.get(status.value, status.value)

    def _terms(self) -> Iterator[OutField]:
        report = self._report
        if report.account:
            yield 1, report.account
        yield 55, report.symbol
        yield 54, report.side.value
        yield 38, report.qty
        yield 40, report.ord_type.value
        if report.px is not None:
            yield 44, self._px(report.px)
        yield 59, report.tif.value
        if report.currency:
            yield 15, report.currency

    def _last(self) -> Iterator[OutField]:
        report = self._report
        if report.last_qty or report.exec_type in _TRADES:
            yield 32, report.last_qty
            yield 31, self._px(report.last_px)
        elif self._habits.last_always:
            yield 32, 0
            yield 31, 0
        if report.last_mkt:
            yield 30, self._habits.last_mkt.get(report.last_mkt, report.last_mkt)
        if report.last_capacity is not None:
            yield 29, self._habits.last_capacity or report.last_capacity.value
        if report.last_liquidity is not None:
            yield 851, report.last_liquidity.value

    def _sums(self) -> Iterator[OutField]:
        report = self._report
        yield 151, report.leaves
        yield 14, report.cum_qty
        yield 6, self._avg_px(report.notional, report.cum_qty)
        if report.day_order_qty is not None:
            yield 424, report.day_order_qty
        if report.day_cum_qty is not None:
            yield 425, report.day_cum_qty
            yield 426, self._avg_px(report.day_notional or 0, report.day_cum_qty)

    def _px(self, quanta: int) -> str:
        return format_px(quanta, self._scale, minor=self._minor)

    def _avg_px(self, notional: int, qty: int) -> str:
        return format_avg_px(notional, qty, self._scale, self._habits.px_digits, minor=self._minor)


def _cancel_reject(output: CancelReject, session: ClientSession) -> Iterator[OutField]:
    habits = session.dialect.reports
    yield 37, output.order_id
    yield 11, output.cl_ord_id
    yield 41, output.orig_cl_ord_id
    yield 39, habits.ord_status.get(output.ord_status.value, output.ord_status.value)
    yield 434, output.response_to.value
    yield 102, _cxl_rej_reason(output.reason, session)
    if output.account:
        yield 1, output.account
    yield 60, format_utc_timestamp(output.transact_time, habits.time_digits)
    if output.text:
        yield 58, clean_text(output.text, cap=habits.text_max)


def _list_status(
    output: ListStatus, session: ClientSession, instruments: Mapping[str, Instrument]
) -> Iterator[OutField]:
    habits = session.dialect.reports
    yield 66, output.list_id
    yield 429, output.status_type.value
    yield 82, output.no_rpts
    yield 431, output.order_status.value
    yield 83, output.rpt_seq
    if output.text:
        yield 444, clean_text(output.text, cap=habits.text_max)
    yield 60, format_utc_timestamp(output.transact_time, habits.time_digits)
    yield 68, output.total
    if output.no_rpts > 1 and not session.is_42:
        yield 893, "Y" if output.rpt_seq == output.no_rpts else "N"
    yield 73, len(output.orders)
    for order in output.orders:
        yield from _listed_state(order, session, instruments.get(order.symbol))


def _listed_state(order: ListedState, session: ClientSession, instrument: Instrument | None) -> Iterator[OutField]:
    """An entry of ListStatus(N): the order of its fields is fixed (FIX 4.4 Vol. 4, List Status)."""
    habits = session.dialect.reports
    unit = session.dialect.minor_units.get(order.currency)
    scale = instrument.price_scale if instrument else SCALE_DEFAULT
    yield 11, order.cl_ord_id
    yield 14, order.cum_qty
    yield 39, habits.ord_status.get(order.ord_status.value, order.ord_status.value)
    yield 151, order.leaves
    yield 84, order.cxl_qty
    minor = unit.per_unit if unit else 1
    yield 6, format_avg_px(order.notional, order.cum_qty, scale, habits.px_digits, minor=minor)
    if order.ord_rej_reason is not None:
        yield 103, _ord_rej_reason(order.ord_rej_reason, session)
    if order.text:
        yield 58, clean_text(order.text, cap=habits.text_max)


def _business_reject(output: BusinessReject, session: ClientSession) -> Iterator[OutField]:
    if output.ref_seq_num:
        yield 45, output.ref_seq_num
    yield 372, clean_text(output.ref_msg_type, cap=16)
    if output.ref_id:
        yield 379, clean_text(output.ref_id, cap=64)
    yield 380, output.reason.value
    if output.text:
        yield 58, clean_text(output.text, cap=session.dialect.reports.text_max)


def _ord_rej_reason(reason: OrdRejReason, session: ClientSession) -> str:
    """OrdRejReason(103): 4.2 ends at 8; what came later is Broker option there."""
    return "0" if session.is_42 and int(reason.value) > _ORD_REJ_42_MAX else reason.value


def _restatement_reason(reason: ExecRestatementReason, session: ClientSession) -> str:
    """ExecRestatementReason(378): 4.2 ends at 5; what came later is Broker option there."""
    is_later = session.is_42 and int(reason.value) > _RESTATEMENT_42_MAX
    return ExecRestatementReason.BROKER_OPTION.value if is_later else reason.value


def _cxl_rej_reason(reason: CxlRejReason, session: ClientSession) -> str:
    """CxlRejReason(102): 4.2 ends at 3; what came later is Broker option there."""
    is_later = session.is_42 and int(reason.value) > _CXL_REJ_42_MAX
    return CxlRejReason.BROKER_OPTION.value if is_later else reason.value
