"""The field table: tag, name, FIX data type and codes of every field we send or read. Must not know messages.

Tags 1-4999 are the standard's (FIX 4.2, FIX 4.4, and the extension packs and 5.0 where the note says so); 20001 and
up are our own, for the strategy parameters that the standard gives no tag.
"""

from collections.abc import Mapping
from typing import Final

from fixspec.model import Field


def _codes(text: str) -> tuple[tuple[str, str], ...]:
    """`"1 BUY, 2 SELL"` as pairs."""
    pairs = (item.split() for item in text.split(","))
    return tuple((code, name) for code, name in pairs)


def _f(tag: int, name: str, kind: str, codes: str = "", **more: str | bool) -> Field:
    name42, note, relaxed = more.get("name42", ""), more.get("note", ""), more.get("relaxed", False)
    values = _codes(codes) if codes else ()
    return Field(tag, name, kind, values, str(name42), relaxed=bool(relaxed), note=str(note))


_ORD_STATUS = (
    "0 NEW, 1 PARTIALLY_FILLED, 2 FILLED, 3 DONE_FOR_DAY, 4 CANCELED, 5 REPLACED, 6 PENDING_CANCEL, 7 STOPPED, "
    "8 REJECTED, 9 SUSPENDED, A PENDING_NEW, B CALCULATED, C EXPIRED, D ACCEPTED_FOR_BIDDING, E PENDING_REPLACE"
)
_EXEC_TYPE = (
    "0 NEW, 1 PARTIAL_FILL, 2 FILL, 3 DONE_FOR_DAY, 4 CANCELED, 5 REPLACED, 6 PENDING_CANCEL, 7 STOPPED, 8 REJECTED, "
    "9 SUSPENDED, A PENDING_NEW, B CALCULATED, C EXPIRED, D RESTATED, E PENDING_REPLACE, F TRADE, G TRADE_CORRECT, "
    "H TRADE_CANCEL, I ORDER_STATUS"
)
_MD_ENTRY_TYPE = (
    "0 BID, 1 OFFER, 2 TRADE, 3 INDEX_VALUE, 4 OPENING_PRICE, 5 CLOSING_PRICE, 6 SETTLEMENT_PRICE, 7 SESSION_HIGH, "
    "8 SESSION_LOW, 9 SESSION_VWAP, A IMBALANCE, B TRADE_VOLUME, C OPEN_INTEREST"
)
_SESSION_REJECT = (
    "0 INVALID_TAG_NUMBER, 1 REQUIRED_TAG_MISSING, 2 TAG_NOT_DEFINED_FOR_MESSAGE, 3 UNDEFINED_TAG, 4 "
    "TAG_WITHOUT_VALUE, "
    "5 VALUE_OUT_OF_RANGE, 6 INCORRECT_DATA_FORMAT, 7 DECRYPTION_PROBLEM, 8 SIGNATURE_PROBLEM, 9 COMP_ID_PROBLEM, "
    "10 SENDING_TIME_ACCURACY, 11 INVALID_MSG_TYPE, 12 XML_VALIDATION_ERROR, 13 TAG_APPEARS_MORE_THAN_ONCE, "
    "14 TAG_OUT_OF_ORDER, 15 GROUP_FIELDS_OUT_OF_ORDER, 16 INCORRECT_NUM_IN_GROUP, 17 NON_DATA_VALUE_HAS_SOH, 99 OTHER"
)

_SESSION: Final = (
    _f(7, "BeginSeqNo", "SEQNUM"),
    _f(8, "BeginString", "STRING"),
    _f(9, "BodyLength", "LENGTH"),
    _f(10, "CheckSum", "STRING"),
    _f(16, "EndSeqNo", "SEQNUM"),
    _f(34, "MsgSeqNum", "SEQNUM"),
    _f(35, "MsgType", "STRING"),
    _f(36, "NewSeqNo", "SEQNUM"),
    _f(43, "PossDupFlag", "BOOLEAN"),
    _f(45, "RefSeqNum", "SEQNUM"),
    _f(49, "SenderCompID", "STRING"),
    _f(50, "SenderSubID", "STRING"),
    _f(52, "SendingTime", "UTCTIMESTAMP"),
    _f(56, "TargetCompID", "STRING"),
    _f(57, "TargetSubID", "STRING"),
    _f(89, "Signature", "DATA"),
    _f(90, "SecureDataLen", "LENGTH"),
    _f(91, "SecureData", "DATA"),
    _f(93, "SignatureLength", "LENGTH"),
    _f(95, "RawDataLength", "LENGTH"),
    _f(96, "RawData", "DATA"),
    _f(97, "PossResend", "BOOLEAN"),
    _f(98, "EncryptMethod", "INT", "0 NONE"),
    _f(108, "HeartBtInt", "INT"),
    _f(112, "TestReqID", "STRING"),
    _f(115, "OnBehalfOfCompID", "STRING"),
    _f(116, "OnBehalfOfSubID", "STRING"),
    _f(122, "OrigSendingTime", "UTCTIMESTAMP"),
    _f(123, "GapFillFlag", "BOOLEAN"),
    _f(128, "DeliverToCompID", "STRING"),
    _f(129, "DeliverToSubID", "STRING"),
    _f(141, "ResetSeqNumFlag", "BOOLEAN"),
    _f(142, "SenderLocationID", "STRING"),
    _f(143, "TargetLocationID", "STRING"),
    _f(144, "OnBehalfOfLocationID", "STRING"),
    _f(145, "DeliverToLocationID", "STRING"),
    _f(212, "XmlDataLen", "LENGTH"),
    _f(213, "XmlData", "DATA"),
    _f(347, "MessageEncoding", "STRING"),
    _f(354, "EncodedTextLen", "LENGTH"),
    _f(355, "EncodedText", "DATA"),
    _f(369, "LastMsgSeqNumProcessed", "SEQNUM"),
    _f(370, "OnBehalfOfSendingTime", "UTCTIMESTAMP"),
    _f(371, "RefTagID", "INT"),
    _f(372, "RefMsgType", "STRING"),
    _f(373, "SessionRejectReason", "INT", _SESSION_REJECT),
    _f(383, "MaxMessageSize", "LENGTH"),
    _f(384, "NoMsgTypes", "NUMINGROUP"),
    _f(385, "MsgDirection", "CHAR", "R RECEIVE, S SEND"),
    _f(464, "TestMessageIndicator", "BOOLEAN"),
    _f(553, "Username", "STRING"),
    _f(554, "Password", "STRING"),
    _f(627, "NoHops", "NUMINGROUP"),
    _f(628, "HopCompID", "STRING"),
    _f(629, "HopSendingTime", "UTCTIMESTAMP"),
    _f(630, "HopRefID", "SEQNUM"),
    _f(789, "NextExpectedMsgSeqNum", "SEQNUM"),
)

_ORDER: Final = (
    _f(1, "Account", "STRING"),
    _f(11, "ClOrdID", "STRING"),
    _f(15, "Currency", "CURRENCY"),
    _f(
        18,
        "ExecInst",
        "MULTIPLEVALUESTRING",
        "1 NOT_HELD, 2 WORK, 5 HELD, 6 PARTICIPATE_DONT_INITIATE, f INTERMARKET_SWEEP, G ALL_OR_NONE, "
        "M MID_PRICE_PEG, P MARKET_PEG, R PRIMARY_PEG",
        relaxed=True,
        note="f is FIX 4.4 EP19 (ISO)",
    ),
    _f(21, "HandlInst", "CHAR", "1 AUTO_PRIVATE, 2 AUTO_PUBLIC, 3 MANUAL", relaxed=True),
    _f(
        22,
        "SecurityIDSource",
        "STRING",
        "1 CUSIP, 2 SEDOL, 3 QUIK, 4 ISIN, 5 RIC, 6 ISO_CURRENCY, 7 ISO_COUNTRY, 8 EXCHANGE_SYMBOL, 9 CTA, A BLOOMBERG",
        name42="IDSource",
        relaxed=True,
        note="relaxed: some systems write a code of their own",
    ),
    _f(23, "IOIID", "STRING", name42="IOIid"),
    _f(37, "OrderID", "STRING"),
    _f(38, "OrderQty", "QTY"),
    _f(
        40,
        "OrdType",
        "CHAR",
        "1 MARKET, 2 LIMIT, 3 STOP, 4 STOP_LIMIT, 5 MARKET_ON_CLOSE, 7 LIMIT_OR_BETTER, B LIMIT_ON_CLOSE, P PEGGED",
        relaxed=True,
    ),
    _f(41, "OrigClOrdID", "STRING"),
    _f(44, "Price", "PRICE"),
    _f(47, "Rule80A", "CHAR", note="FIX 4.2; OrderCapacity(528) since 4.3"),
    _f(48, "SecurityID", "STRING"),
    _f(54, "Side", "CHAR", "1 BUY, 2 SELL, 3 BUY_MINUS, 4 SELL_PLUS, 5 SELL_SHORT, 6 SELL_SHORT_EXEMPT"),
    _f(55, "Symbol", "STRING"),
    _f(58, "Text", "STRING"),
    _f(
        59,
        "TimeInForce",
        "CHAR",
        "0 DAY, 1 GTC, 2 AT_OPEN, 3 IOC, 4 FOK, 5 GTX, 6 GTD, 7 AT_CLOSE",
        relaxed=True,
    ),
    _f(60, "TransactTime", "UTCTIMESTAMP"),
    _f(63, "SettlType", "CHAR", name42="SettlmntTyp"),
    _f(64, "SettlDate", "LOCALMKTDATE", name42="FutSettDate"),
    _f(65, "SymbolSfx", "STRING"),
    _f(66, "ListID", "STRING"),
    _f(70, "AllocID", "STRING"),
    _f(76, "ExecBroker", "STRING", note="FIX 4.2; a party (453) since 4.3, still sent by 4.4 desks"),
    _f(77, "PositionEffect", "CHAR", "C CLOSE, F FIFO, O OPEN, R ROLLED", name42="OpenClose"),
    _f(78, "NoAllocs", "NUMINGROUP"),
    _f(79, "AllocAccount", "STRING"),
    _f(80, "AllocQty", "QTY", name42="AllocShares"),
    _f(81, "ProcessCode", "CHAR"),
    _f(99, "StopPx", "PRICE"),
    _f(100, "ExDestination", "EXCHANGE"),
    _f(106, "Issuer", "STRING"),
    _f(107, "SecurityDesc", "STRING"),
    _f(109, "ClientID", "STRING", note="FIX 4.2; a party (453) since 4.3"),
    _f(110, "MinQty", "QTY"),
    _f(111, "MaxFloor", "QTY"),
    _f(114, "LocateReqd", "BOOLEAN"),
    _f(117, "QuoteID", "STRING"),
    _f(120, "SettlCurrency", "CURRENCY"),
    _f(121, "ForexReq", "BOOLEAN"),
    _f(126, "ExpireTime", "UTCTIMESTAMP"),
    _f(140, "PrevClosePx", "PRICE"),
    _f(152, "CashOrderQty", "QTY"),
    _f(167, "SecurityType", "STRING"),
    _f(168, "EffectiveTime", "UTCTIMESTAMP"),
    _f(200, "MaturityMonthYear", "MONTHYEAR"),
    _f(201, "PutOrCall", "INT", "0 PUT, 1 CALL"),
    _f(202, "StrikePrice", "PRICE"),
    _f(203, "CoveredOrUncovered", "INT", "0 COVERED, 1 UNCOVERED"),
    _f(204, "CustomerOrFirm", "INT", "0 CUSTOMER, 1 FIRM", note="FIX 4.2"),
    _f(205, "MaturityDay", "DAYOFMONTH", note="FIX 4.2"),
    _f(206, "OptAttribute", "CHAR"),
    _f(207, "SecurityExchange", "EXCHANGE"),
    _f(210, "MaxShow", "QTY"),
    _f(211, "PegOffsetValue", "FLOAT", name42="PegDifference"),
    _f(223, "CouponRate", "PERCENTAGE"),
    _f(229, "TradeOriginationDate", "LOCALMKTDATE"),
    _f(231, "ContractMultiplier", "FLOAT"),
    _f(336, "TradingSessionID", "STRING"),
    _f(348, "EncodedIssuerLen", "LENGTH"),
    _f(349, "EncodedIssuer", "DATA"),
    _f(350, "EncodedSecurityDescLen", "LENGTH"),
    _f(351, "EncodedSecurityDesc", "DATA"),
    _f(376, "ComplianceID", "STRING"),
    _f(377, "SolicitedFlag", "BOOLEAN"),
    _f(386, "NoTradingSessions", "NUMINGROUP"),
    _f(388, "DiscretionInst", "CHAR"),
    _f(389, "DiscretionOffsetValue", "FLOAT", name42="DiscretionOffset"),
    _f(423, "PriceType", "INT"),
    _f(427, "GTBookingInst", "INT"),
    _f(432, "ExpireDate", "LOCALMKTDATE"),
    _f(439, "ClearingFirm", "STRING", note="FIX 4.2; a party (453) since 4.3"),
    _f(440, "ClearingAccount", "STRING", note="FIX 4.2; a party (453) since 4.3"),
    _f(447, "PartyIDSource", "CHAR"),
    _f(448, "PartyID", "STRING"),
    _f(452, "PartyRole", "INT"),
    _f(453, "NoPartyIDs", "NUMINGROUP"),
    _f(454, "NoSecurityAltID", "NUMINGROUP"),
    _f(455, "SecurityAltID", "STRING"),
    _f(456, "SecurityAltIDSource", "STRING"),
    _f(460, "Product", "INT"),
    _f(461, "CFICode", "STRING"),
    _f(467, "IndividualAllocID", "STRING"),
    _f(468, "RoundingDirection", "CHAR"),
    _f(469, "RoundingModulus", "FLOAT"),
    _f(516, "OrderPercent", "PERCENTAGE"),
    _f(523, "PartySubID", "STRING"),
    _f(526, "SecondaryClOrdID", "STRING"),
    _f(528, "OrderCapacity", "CHAR", "A AGENCY, G PROPRIETARY, I INDIVIDUAL, P PRINCIPAL, R RISKLESS, W AGENT_OTHER"),
    _f(529, "OrderRestrictions", "MULTIPLEVALUESTRING"),
    _f(541, "MaturityDate", "LOCALMKTDATE"),
    _f(544, "CashMargin", "CHAR"),
    _f(581, "AccountType", "INT"),
    _f(582, "CustOrderCapacity", "INT"),
    _f(583, "ClOrdLinkID", "STRING"),
    _f(586, "OrigOrdModTime", "UTCTIMESTAMP"),
    _f(589, "DayBookingInst", "CHAR"),
    _f(590, "BookingUnit", "CHAR"),
    _f(591, "PreallocMethod", "CHAR"),
    _f(625, "TradingSessionSubID", "STRING"),
    _f(635, "ClearingFeeIndicator", "STRING"),
    _f(636, "WorkingIndicator", "BOOLEAN"),
    _f(660, "AcctIDSource", "INT"),
    _f(661, "AllocAcctIDSource", "INT"),
    _f(736, "AllocSettlCurrency", "CURRENCY"),
    _f(762, "SecuritySubType", "STRING"),
    _f(775, "BookingType", "INT"),
    _f(802, "NoPartySubIDs", "NUMINGROUP"),
    _f(803, "PartySubIDType", "INT"),
    _f(835, "PegMoveType", "INT"),
    _f(836, "PegOffsetType", "INT"),
    _f(837, "PegLimitType", "INT"),
    _f(838, "PegRoundDirection", "INT"),
    _f(840, "PegScope", "INT"),
    _f(841, "DiscretionMoveType", "INT"),
    _f(842, "DiscretionOffsetType", "INT"),
    _f(843, "DiscretionLimitType", "INT"),
    _f(844, "DiscretionRoundDirection", "INT"),
    _f(846, "DiscretionScope", "INT"),
    _f(854, "QtyType", "INT"),
    _f(1138, "DisplayQty", "QTY", note="FIX 5.0 SP1; MaxFloor(111) before"),
)

_LIST: Final = (
    _f(67, "ListSeqNo", "INT"),
    _f(68, "TotNoOrders", "INT"),
    _f(69, "ListExecInst", "STRING"),
    _f(73, "NoOrders", "NUMINGROUP"),
    _f(82, "NoRpts", "INT"),
    _f(83, "RptSeq", "INT"),
    _f(84, "CxlQty", "QTY"),
    _f(160, "SettlInstMode", "CHAR"),
    _f(390, "BidID", "STRING"),
    _f(391, "ClientBidID", "STRING"),
    _f(394, "BidType", "INT", "1 NON_DISCLOSED, 2 DISCLOSED, 3 NO_BIDDING", relaxed=True),
    _f(401, "SideValueInd", "INT"),
    _f(414, "ProgRptReqs", "INT"),
    _f(415, "ProgPeriodInterval", "INT"),
    _f(429, "ListStatusType", "INT", "1 ACK, 2 RESPONSE, 3 TIMED, 4 EXEC_STARTED, 5 ALL_DONE, 6 ALERT"),
    _f(
        431,
        "ListOrderStatus",
        "INT",
        "1 IN_BIDDING_PROCESS, 2 RECEIVED_FOR_EXECUTION, 3 EXECUTING, 4 CANCELING, 5 ALERT, 6 ALL_DONE, 7 REJECT",
    ),
    _f(
        433,
        "ListExecInstType",
        "CHAR",
        "1 IMMEDIATE, 2 WAIT_FOR_EXECUTE, 3 SELL_DRIVEN, 4 BUY_DRIVEN_CASH_TOP_UP, 5 BUY_DRIVEN_CASH_WITHDRAW",
        relaxed=True,
    ),
    _f(444, "ListStatusText", "STRING"),
    _f(480, "CancellationRights", "CHAR"),
    _f(481, "MoneyLaunderingStatus", "CHAR"),
    _f(513, "RegistID", "STRING"),
    _f(765, "AllowableOneSidednessPct", "PERCENTAGE"),
    _f(766, "AllowableOneSidednessValue", "AMT"),
    _f(767, "AllowableOneSidednessCurr", "CURRENCY"),
    _f(893, "LastFragment", "BOOLEAN"),
)

_STRATEGY: Final = (
    _f(
        847,
        "TargetStrategy",
        "INT",
        "1 VWAP, 2 PARTICIPATE, 3 MINIMIZE_MARKET_IMPACT, 1000 TWAP",
        relaxed=True,
        note="1000 and up are by agreement; relaxed, so that an unknown strategy is answered by 35=8",
    ),
    _f(848, "TargetStrategyParameters", "STRING"),
    _f(849, "ParticipationRate", "PERCENTAGE"),
    _f(957, "NoStrategyParameters", "NUMINGROUP", note="FIX 5.0 SP1 and FIXatdl"),
    _f(958, "StrategyParameterName", "STRING"),
    _f(959, "StrategyParameterType", "INT", note="FIXatdl: 1 Int ... 14 String; not validated"),
    _f(960, "StrategyParameterValue", "STRING"),
)

_REPORT: Final = (
    _f(6, "AvgPx", "PRICE"),
    _f(12, "Commission", "AMT"),
    _f(13, "CommType", "CHAR"),
    _f(14, "CumQty", "QTY"),
    _f(17, "ExecID", "STRING"),
    _f(19, "ExecRefID", "STRING"),
    _f(
        20,
        "ExecTransType",
        "CHAR",
        "0 NEW, 1 CANCEL, 2 CORRECT, 3 STATUS",
        note="FIX 4.2; 4.4 sessions with 4.2 habits",
    ),
    _f(29, "LastCapacity", "CHAR", "1 AGENT, 2 CROSS_AS_AGENT, 3 CROSS_AS_PRINCIPAL, 4 PRINCIPAL"),
    _f(30, "LastMkt", "EXCHANGE"),
    _f(31, "LastPx", "PRICE"),
    _f(32, "LastQty", "QTY", name42="LastShares"),
    _f(39, "OrdStatus", "CHAR", _ORD_STATUS),
    _f(75, "TradeDate", "LOCALMKTDATE"),
    _f(
        102,
        "CxlRejReason",
        "INT",
        "0 TOO_LATE, 1 UNKNOWN_ORDER, 2 BROKER_OPTION, 3 ALREADY_PENDING, "
        "4 UNABLE_TO_PROCESS_MASS_CANCEL, 5 ORIG_ORD_MOD_TIME_MISMATCH, 6 DUPLICATE_CL_ORD_ID, 99 OTHER",
    ),
    _f(
        103,
        "OrdRejReason",
        "INT",
        "0 BROKER_OPTION, 1 UNKNOWN_SYMBOL, 2 EXCHANGE_CLOSED, 3 EXCEEDS_LIMIT, 4 TOO_LATE, "
        "5 UNKNOWN_ORDER, 6 DUPLICATE_ORDER, 7 DUPLICATE_VERBAL, 8 STALE_ORDER, 9 TRADE_ALONG_REQUIRED, "
        "10 INVALID_INVESTOR_ID, 11 UNSUPPORTED_CHARACTERISTIC, 12 SURVEILLANCE, 13 INCORRECT_QUANTITY, "
        "14 INCORRECT_ALLOCATED_QUANTITY, 15 UNKNOWN_ACCOUNT, 99 OTHER",
    ),
    _f(113, "ReportToExch", "BOOLEAN"),
    _f(118, "NetMoney", "AMT"),
    _f(119, "SettlCurrAmt", "AMT"),
    _f(
        127,
        "DKReason",
        "CHAR",
        "A UNKNOWN_SYMBOL, B WRONG_SIDE, C QUANTITY_EXCEEDS_ORDER, D NO_MATCHING_ORDER, "
        "E PRICE_EXCEEDS_LIMIT, F CALCULATION_DIFFERENCE, Z OTHER",
    ),
    _f(136, "NoMiscFees", "NUMINGROUP"),
    _f(137, "MiscFeeAmt", "AMT"),
    _f(138, "MiscFeeCurr", "CURRENCY"),
    _f(139, "MiscFeeType", "STRING"),
    _f(150, "ExecType", "CHAR", _EXEC_TYPE),
    _f(151, "LeavesQty", "QTY"),
    _f(155, "SettlCurrFxRate", "FLOAT"),
    _f(156, "SettlCurrFxRateCalc", "CHAR"),
    _f(194, "LastSpotRate", "PRICE"),
    _f(195, "LastForwardPoints", "PRICEOFFSET"),
    _f(198, "SecondaryOrderID", "STRING"),
    _f(337, "ContraTrader", "STRING"),
    _f(375, "ContraBroker", "STRING"),
    _f(
        378,
        "ExecRestatementReason",
        "INT",
        "0 GT_CORPORATE_ACTION, 1 GT_RENEWAL, 2 VERBAL_CHANGE, 3 REPRICING, "
        "4 BROKER_OPTION, 5 PARTIAL_DECLINE, 6 CANCEL_ON_HALT, 7 CANCEL_ON_SYSTEM_FAILURE, 8 MARKET_OPTION, "
        "9 CANCELED_NOT_BEST, 99 OTHER",
    ),
    _f(379, "BusinessRejectRefID", "STRING"),
    _f(
        380,
        "BusinessRejectReason",
        "INT",
        "0 OTHER, 1 UNKNOWN_ID, 2 UNKNOWN_SECURITY, 3 UNSUPPORTED_MESSAGE_TYPE, "
        "4 APPLICATION_NOT_AVAILABLE, 5 CONDITIONALLY_REQUIRED_FIELD_MISSING, 6 NOT_AUTHORIZED, "
        "7 DELIVER_TO_FIRM_NOT_AVAILABLE",
    ),
    _f(381, "GrossTradeAmt", "AMT"),
    _f(382, "NoContraBrokers", "NUMINGROUP"),
    _f(424, "DayOrderQty", "QTY"),
    _f(425, "DayCumQty", "QTY"),
    _f(426, "DayAvgPx", "PRICE"),
    _f(434, "CxlRejResponseTo", "CHAR", "1 ORDER_CANCEL_REQUEST, 2 ORDER_CANCEL_REPLACE_REQUEST"),
    _f(437, "ContraTradeQty", "QTY"),
    _f(438, "ContraTradeTime", "UTCTIMESTAMP"),
    _f(442, "MultiLegReportingType", "CHAR", "1 SINGLE_SECURITY, 2 LEG, 3 MULTI_LEG"),
    _f(445, "EncodedListStatusTextLen", "LENGTH"),
    _f(446, "EncodedListStatusText", "DATA"),
    _f(527, "SecondaryExecID", "STRING"),
    _f(574, "MatchType", "STRING"),
    _f(584, "MassStatusReqID", "STRING"),
    _f(655, "ContraLegRefID", "STRING"),
    _f(790, "OrdStatusReqID", "STRING"),
    _f(797, "CopyMsgIndicator", "BOOLEAN"),
    _f(851, "LastLiquidityInd", "INT", "1 ADDED, 2 REMOVED, 3 ROUTED_OUT, 4 AUCTION", note="4 is FIX 5.0"),
    _f(880, "TrdMatchID", "STRING", note="FIX 5.0"),
    _f(891, "MiscFeeBasis", "INT"),
    _f(911, "TotNumReports", "INT"),
    _f(912, "LastRptRequested", "BOOLEAN"),
    _f(1003, "TradeID", "STRING", note="FIX 5.0"),
    _f(1057, "AggressorIndicator", "BOOLEAN", note="FIX 5.0 SP1"),
)

_MARKET_DATA: Final = (
    _f(146, "NoRelatedSym", "NUMINGROUP"),
    _f(262, "MDReqID", "STRING"),
    _f(263, "SubscriptionRequestType", "CHAR", "0 SNAPSHOT, 1 SNAPSHOT_AND_UPDATES, 2 UNSUBSCRIBE"),
    _f(264, "MarketDepth", "INT"),
    _f(265, "MDUpdateType", "INT", "0 FULL_REFRESH, 1 INCREMENTAL_REFRESH"),
    _f(266, "AggregatedBook", "BOOLEAN"),
    _f(267, "NoMDEntryTypes", "NUMINGROUP"),
    _f(268, "NoMDEntries", "NUMINGROUP"),
    _f(269, "MDEntryType", "CHAR", _MD_ENTRY_TYPE),
    _f(270, "MDEntryPx", "PRICE"),
    _f(271, "MDEntrySize", "QTY"),
    _f(272, "MDEntryDate", "UTCDATEONLY"),
    _f(273, "MDEntryTime", "UTCTIMEONLY"),
    _f(274, "TickDirection", "CHAR"),
    _f(275, "MDMkt", "EXCHANGE"),
    _f(276, "QuoteCondition", "MULTIPLEVALUESTRING"),
    _f(277, "TradeCondition", "MULTIPLEVALUESTRING"),
    _f(278, "MDEntryID", "STRING"),
    _f(279, "MDUpdateAction", "CHAR", "0 NEW, 1 CHANGE, 2 DELETE"),
    _f(280, "MDEntryRefID", "STRING"),
    _f(
        281,
        "MDReqRejReason",
        "CHAR",
        "0 UNKNOWN_SYMBOL, 1 DUPLICATE_MDREQID, 2 INSUFFICIENT_BANDWIDTH, "
        "3 INSUFFICIENT_PERMISSIONS, 4 UNSUPPORTED_SUBSCRIPTION_TYPE, 5 UNSUPPORTED_MARKET_DEPTH, "
        "6 UNSUPPORTED_UPDATE_TYPE, 7 UNSUPPORTED_AGGREGATED_BOOK, 8 UNSUPPORTED_ENTRY_TYPE",
    ),
    _f(282, "MDEntryOriginator", "STRING"),
    _f(285, "DeleteReason", "CHAR", "0 CANCELATION, 1 ERROR"),
    _f(286, "OpenCloseSettlFlag", "MULTIPLEVALUESTRING", name42="OpenCloseSettleFlag"),
    _f(288, "MDEntryBuyer", "STRING"),
    _f(289, "MDEntrySeller", "STRING"),
    _f(290, "MDEntryPositionNo", "INT"),
    _f(291, "FinancialStatus", "MULTIPLEVALUESTRING"),
    _f(292, "CorporateAction", "MULTIPLEVALUESTRING"),
    _f(299, "QuoteEntryID", "STRING"),
    _f(346, "NumberOfOrders", "INT"),
    _f(387, "TotalVolumeTraded", "QTY"),
    _f(451, "NetChgPrevDay", "PRICEOFFSET"),
    _f(546, "Scope", "MULTIPLEVALUESTRING"),
    _f(547, "MDImplicitDelete", "BOOLEAN"),
    _f(816, "NoAltMDSource", "NUMINGROUP"),
    _f(817, "AltMDSourceID", "STRING"),
)

# In messages this project does not trade with; known so that a SOH inside their data splits nothing.
_DATA_ELSEWHERE: Final = (
    _f(352, "EncodedListExecInstLen", "LENGTH"),
    _f(353, "EncodedListExecInst", "DATA"),
    _f(356, "EncodedSubjectLen", "LENGTH"),
    _f(357, "EncodedSubject", "DATA"),
    _f(358, "EncodedHeadlineLen", "LENGTH"),
    _f(359, "EncodedHeadline", "DATA"),
    _f(360, "EncodedAllocTextLen", "LENGTH"),
    _f(361, "EncodedAllocText", "DATA"),
    _f(362, "EncodedUnderlyingIssuerLen", "LENGTH"),
    _f(363, "EncodedUnderlyingIssuer", "DATA"),
    _f(364, "EncodedUnderlyingSecurityDescLen", "LENGTH"),
    _f(365, "EncodedUnderlyingSecurityDesc", "DATA"),
    _f(618, "EncodedLegIssuerLen", "LENGTH"),
    _f(619, "EncodedLegIssuer", "DATA"),
    _f(621, "EncodedLegSecurityDescLen", "LENGTH"),
    _f(622, "EncodedLegSecurityDesc", "DATA"),
)

# Typed STRING whatever they hold: a bad number must be answered by our own 35=8 naming the rule, not by a 35=3.
_OURS: Final = (
    _f(20001, "SluiceStrategy", "STRING", note="strategy by name, where TargetStrategy(847) has no code for it"),
    _f(20002, "SluiceMinParticipation", "STRING", note="decimal fraction"),
    _f(20003, "SluiceMaxParticipation", "STRING", note="decimal fraction"),
    _f(20004, "SluiceUrgency", "STRING", note="Low, Medium or High"),
    _f(20005, "SluiceRiskAversion", "STRING", note="Almgren-Chriss lambda, per share and relative price"),
    _f(20006, "SluiceIWouldPrice", "STRING", note="complete at this price or better"),
    _f(20007, "SluiceIWouldQty", "STRING", note="shares to complete at IWouldPrice"),
    _f(20008, "SluiceRelativeLimit", "STRING", note="cap against a benchmark"),
    _f(20009, "SluiceAuctions", "STRING", note="None: no auction is worked here"),
    _f(20010, "SluiceMaxAuctionPct", "STRING", note="refused: no auction is worked here"),
    _f(20011, "SluiceDarkPct", "STRING", note="decimal fraction of the slice offered to dark venues"),
    _f(20012, "SluiceVenuesInclude", "STRING", note="venue names, comma between"),
    _f(20013, "SluiceVenuesExclude", "STRING", note="venue names, comma between"),
    _f(20014, "SluiceDarkOnly", "STRING", note="Y or N"),
    _f(20015, "SluiceCompletion", "STRING", note="Price or Complete"),
    _f(20016, "SluiceInterval", "STRING", note="seconds between slices"),
    _f(20017, "SluiceVariance", "STRING", note="decimal fraction of randomisation"),
    _f(20018, "SluiceCurveSource", "STRING", note="historical, uniform or custom"),
    _f(20019, "SluiceChildReason", "STRING", note="on reports and child orders: why it was sent"),
    _f(20020, "SluiceParentOrderID", "STRING", note="on child orders: OrderID(37) of the parent"),
)

# What a simulated venue says beyond the standard, to a client whose session asks for it (docs/market/over-fix.md).
_VENUE: Final = (
    _f(324, "SecurityStatusReqID", "STRING"),
    _f(325, "UnsolicitedIndicator", "BOOLEAN"),
    _f(
        326,
        "SecurityTradingStatus",
        "INT",
        "2 TRADING_HALT, 3 RESUME, 17 READY_TO_TRADE, 18 NOT_AVAILABLE_FOR_TRADING, 20 UNKNOWN, 21 PRE_OPEN, "
        "22 OPENING_ROTATION",
    ),
    _f(
        530,
        "MassCancelRequestType",
        "CHAR",
        "1 SECURITY, 2 UNDERLYING, 3 PRODUCT, 4 CFICODE, 5 SECURITYTYPE, 6 TRADING_SESSION, 7 ALL_ORDERS",
        relaxed=True,
    ),
    _f(
        531,
        "MassCancelResponse",
        "CHAR",
        "0 REJECTED, 1 SECURITY, 2 UNDERLYING, 3 PRODUCT, 4 CFICODE, 5 SECURITYTYPE, 6 TRADING_SESSION, 7 ALL_ORDERS",
    ),
    _f(532, "MassCancelRejectReason", "CHAR", "0 NOT_SUPPORTED, 1 UNKNOWN_SECURITY"),
    _f(533, "TotalAffectedOrders", "INT"),
    _f(534, "NoAffectedOrders", "NUMINGROUP"),
    _f(535, "AffectedOrderID", "STRING"),
    _f(2362, "SelfMatchPreventionID", "STRING", note="FIX 5.0 SP2"),
    _f(20101, "SluiceConditional", "BOOLEAN", note="an order that never trades: it is asked to be firmed up"),
    _f(20102, "SluiceBlockedTiers", "MULTIPLEVALUESTRING", note="tiers of participants that the order never meets"),
    _f(20111, "SluiceQtyAhead", "QTY", note="shares ahead of a resting order, as the venue counts them"),
    _f(20112, "SluiceKeptPlace", "BOOLEAN", note="a replaced order stands where it stood"),
    _f(
        20113,
        "SluicePrintKind",
        "STRING",
        note="how a trade came about (hidden, dark, cross); regular if absent",
    ),
    _f(20114, "SluicePxExact", "STRING", note="n/d quanta, of a trade's price that is finer than a quantum"),
    _f(20115, "SluicePairedQty", "QTY", note="shares that an auction to come would trade now"),
    _f(20116, "SluiceReferencePx", "PRICE", note="what an auction's price is nearest to, of those that are as good"),
    _f(27, "IOIQty", "STRING"),
    _f(62, "ValidUntilTime", "UTCTIMESTAMP"),
)

USER_TAGS: Final = tuple(field.tag for field in _OURS)
"""Our own tags; clients may send them on D and G, and find them on reports."""

FIELDS: Final[Mapping[int, Field]] = {
    field.tag: field
    for field in sorted(
        (*_SESSION, *_ORDER, *_LIST, *_STRATEGY, *_REPORT, *_MARKET_DATA, *_DATA_ELSEWHERE, *_OURS, *_VENUE),
        key=lambda field: field.tag,
    )
}
"""Every field, by tag, ascending."""

DATA_OF: Final[Mapping[int, int]] = {
    90: 91, 93: 89, 95: 96, 212: 213, 348: 349, 350: 351, 352: 353, 354: 355, 356: 357, 358: 359,
    360: 361, 362: 363, 364: 365, 445: 446, 618: 619, 621: 622,
}  # fmt: skip
"""Length field to its data field, which follows it and may hold any byte, SOH included (FIX 4.4 Vol. 1, data type)."""


def field_name(tag: int) -> str:
    """The FIX 4.4 name of `tag`, "" if the table does not hold it."""
    field = FIELDS.get(tag)
    return field.name if field else ""
