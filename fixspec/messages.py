"""The message table: header, trailer, repeating groups and messages of FIX 4.2 and 4.4 as this project speaks them.

Members are written as text, in the order they are sent: a field by its FIX 4.4 name, a group as `@Name`, a trailing
`!` where the member is required. `fixspec.spec` resolves the names and fails at import on one it does not know. This
module must not know the codec or a client.

Where we depart from the standard, on purpose: Symbol(55) is not required on requests that name an order; the
StrategyParametersGrp (957), DisplayQty(1138), LastLiquidityInd(851) and our user tags are in both versions; 4.4 keeps
ExecTransType(20), ExecBroker(76) and HandlInst(21), which 4.4 desks with 4.2 habits send; 4.2 has the mass cancel
(q, r) of 4.3, of which no field is required, so that who does not take one says so; and 4.4 has what our simulated
venues say beyond it, AggressorIndicator(1057) and user tags.
"""

from typing import Final

import msgspec


class MessageText(msgspec.Struct, frozen=True):
    """One row of the table; `v42` and `v44` are the members in each version."""

    msg_type: str
    name: str
    category: str
    v42: str
    v44: str


HEADER_42: Final = """
    BeginString! BodyLength! MsgType! SenderCompID! TargetCompID! OnBehalfOfCompID DeliverToCompID SecureDataLen
    SecureData
    MsgSeqNum! SenderSubID SenderLocationID TargetSubID TargetLocationID OnBehalfOfSubID OnBehalfOfLocationID
    DeliverToSubID DeliverToLocationID PossDupFlag PossResend SendingTime! OrigSendingTime XmlDataLen XmlData
    MessageEncoding LastMsgSeqNumProcessed OnBehalfOfSendingTime
"""
HEADER_44: Final = HEADER_42.replace("OnBehalfOfSendingTime", "@Hops")
TRAILER: Final = "SignatureLength Signature CheckSum!"

_TEXT = "Text EncodedTextLen EncodedText"
_LIST_INST = "ListExecInstType ListExecInst EncodedListExecInstLen EncodedListExecInst"
_LIST_TEXT = "ListStatusText EncodedListStatusTextLen EncodedListStatusText"
_PARTY = "PartyID! PartyIDSource PartyRole"

GROUPS: Final = {
    "Hops": ("NoHops", "HopCompID! HopSendingTime HopRefID"),
    "MsgTypes": ("NoMsgTypes", "RefMsgType! MsgDirection"),
    "PartySubIDs": ("NoPartySubIDs", "PartySubID! PartySubIDType"),
    "Parties": ("NoPartyIDs", f"{_PARTY} @PartySubIDs"),
    "PreAllocs42": ("NoAllocs", "AllocAccount! AllocQty"),
    "PreAllocs": ("NoAllocs", "AllocAccount! AllocAcctIDSource AllocSettlCurrency IndividualAllocID AllocQty"),
    "TradingSessions": ("NoTradingSessions", "TradingSessionID! TradingSessionSubID"),
    "SecurityAltIDs": ("NoSecurityAltID", "SecurityAltID! SecurityAltIDSource"),
    "StrategyParametersGrp": (
        "NoStrategyParameters",
        "StrategyParameterName! StrategyParameterType StrategyParameterValue",
    ),
    "ContraBrokers": (
        "NoContraBrokers",
        "ContraBroker! ContraTrader ContraTradeQty ContraTradeTime ContraLegRefID",
    ),
    "MiscFees": ("NoMiscFees", "MiscFeeAmt! MiscFeeCurr MiscFeeType MiscFeeBasis"),
    "MDEntryTypes": ("NoMDEntryTypes", "MDEntryType!"),
    "AffectedOrders": ("NoAffectedOrders", "OrigClOrdID! AffectedOrderID"),
    "AltMDSources": ("NoAltMDSource", "AltMDSourceID!"),
}
"""Group name to its count field and the members of an entry; the first member delimits entries."""

INSTRUMENT_42: Final = """
    Symbol{r} SymbolSfx SecurityID SecurityIDSource SecurityType MaturityMonthYear MaturityDay PutOrCall StrikePrice
    OptAttribute ContractMultiplier CouponRate SecurityExchange Issuer EncodedIssuerLen EncodedIssuer SecurityDesc
    EncodedSecurityDescLen EncodedSecurityDesc
"""
INSTRUMENT_44: Final = """
    Symbol{r} SymbolSfx SecurityID SecurityIDSource @SecurityAltIDs Product CFICode SecurityType SecuritySubType
    MaturityMonthYear MaturityDate PutOrCall StrikePrice OptAttribute ContractMultiplier CouponRate SecurityExchange
    Issuer
    EncodedIssuerLen EncodedIssuer SecurityDesc EncodedSecurityDescLen EncodedSecurityDesc
"""

_I42, _I42_OPTIONAL = INSTRUMENT_42.format(r="!"), INSTRUMENT_42.format(r="")
_I44, _I44_OPTIONAL = INSTRUMENT_44.format(r="!"), INSTRUMENT_44.format(r="")

_STRATEGY = "TargetStrategy TargetStrategyParameters ParticipationRate @StrategyParametersGrp $Ours"
_PEG_44 = "PegOffsetValue PegMoveType PegOffsetType PegLimitType PegRoundDirection PegScope"
_DISCRETION_44 = """
    DiscretionInst DiscretionOffsetValue DiscretionMoveType DiscretionOffsetType DiscretionLimitType
    DiscretionRoundDirection DiscretionScope
"""
_PRICES = "OrdType! PriceType Price StopPx"
_TIMES = "TimeInForce EffectiveTime ExpireDate ExpireTime GTBookingInst"
_SIZES = "MinQty MaxFloor DisplayQty MaxShow"
_COMMISSION = "Commission CommType"
_CAPACITY = "OrderCapacity OrderRestrictions CustOrderCapacity"
_OLD_PARTIES = "ClientID ExecBroker"
_CLEARING_42 = "CustomerOrFirm ClearingFirm ClearingAccount"

# What an order says in both versions, less ids and the instrument.
_TERMS_42 = f"""
    SettlType SettlDate HandlInst! ExecInst {_SIZES} ExDestination @TradingSessions ProcessCode PrevClosePx Side!
    LocateReqd TransactTime! OrderQty CashOrderQty {_PRICES} Currency ComplianceID SolicitedFlag IOIID QuoteID {_TIMES}
    {_COMMISSION} Rule80A OrderCapacity ForexReq SettlCurrency {_TEXT} PositionEffect CoveredOrUncovered {_CLEARING_42}
    PegOffsetValue DiscretionInst DiscretionOffsetValue {_STRATEGY}
"""
_TERMS_44 = f"""
    DayBookingInst BookingUnit PreallocMethod SettlType SettlDate CashMargin ClearingFeeIndicator HandlInst ExecInst
    {_SIZES} ExDestination @TradingSessions ProcessCode PrevClosePx Side! LocateReqd TransactTime! QtyType OrderQty
    CashOrderQty OrderPercent RoundingDirection RoundingModulus {_PRICES} Currency ComplianceID SolicitedFlag IOIID
    QuoteID
    {_TIMES} {_COMMISSION} {_CAPACITY} Rule80A ForexReq SettlCurrency BookingType {_TEXT} PositionEffect
    CoveredOrUncovered {_PEG_44} {_DISCRETION_44} {_STRATEGY} SelfMatchPreventionID SluiceConditional SluiceBlockedTiers
"""
_ACCOUNT_44 = "Account AcctIDSource AccountType"
_IDS_44 = "@Parties TradeOriginationDate SecondaryClOrdID ClOrdLinkID"

_REPORT_TAIL = f"""
    AvgPx! CumQty! LeavesQty! LastQty LastPx LastMkt LastCapacity LastLiquidityInd LastSpotRate LastForwardPoints
    TransactTime TradeDate DayOrderQty DayCumQty DayAvgPx ReportToExch {_COMMISSION} GrossTradeAmt NetMoney
    SettlCurrAmt
    SettlCurrency SettlCurrFxRate SettlCurrFxRateCalc TrdMatchID TradeID AggressorIndicator MatchType
    MultiLegReportingType {_TEXT}
"""
_REPORT_TERMS = f"""
    SettlType SettlDate HandlInst ExecInst {_SIZES} ExDestination Side! OrderQty CashOrderQty OrdType PriceType Price
    StopPx Currency ComplianceID SolicitedFlag {_TIMES} Rule80A OrderCapacity PositionEffect TradingSessionID
    TradingSessionSubID {_STRATEGY}
"""

_MD_ENTRY = """
    MDEntryPx Currency MDEntrySize MDEntryDate MDEntryTime TickDirection MDMkt TradingSessionID QuoteCondition
    TradeCondition
    MDEntryOriginator OpenCloseSettlFlag TimeInForce ExpireDate ExpireTime MinQty ExecInst OrderID QuoteEntryID
    MDEntryBuyer
    MDEntrySeller NumberOfOrders MDEntryPositionNo Text EncodedTextLen EncodedText
"""
# An entry of a list is a NewOrderSingle(D) but for what the list says once. All of it is optional to the session, so
# that one bad order is answered by us and does not cost the whole list a Reject(3).
_LISTED_42 = f"""
    ClOrdID! ListSeqNo SettlInstMode {_OLD_PARTIES} Account @PreAllocs42 {_I42_OPTIONAL} SideValueInd
    {_TERMS_42.replace("!", "")}
"""
_LISTED_44 = f"""
    ClOrdID! ListSeqNo SettlInstMode {_IDS_44} TradeDate {_ACCOUNT_44} AllocID @PreAllocs {_I44_OPTIONAL} SideValueInd
    {_TERMS_44.replace("!", "")}
"""
_LIST_STATE = "CumQty! OrdStatus! {working} LeavesQty! CxlQty! AvgPx! OrdRejReason Text EncodedTextLen EncodedText"

GROUPS_BY_VERSION: Final = {
    "ListOrders42": ("NoOrders", _LISTED_42),
    "ListOrders": ("NoOrders", _LISTED_44),
    "ListStates42": ("NoOrders", f"ClOrdID! {_LIST_STATE.format(working='')}"),
    "ListStates": ("NoOrders", f"ClOrdID! SecondaryClOrdID {_LIST_STATE.format(working='WorkingIndicator')}"),
    "RelatedSym42": ("NoRelatedSym", f"{_I42} TradingSessionID"),
    "RelatedSym": ("NoRelatedSym", _I44),
    "MDFull42": ("NoMDEntries", f"MDEntryType! {_MD_ENTRY}"),
    "MDFull": ("NoMDEntries", f"MDEntryType! {_MD_ENTRY} TradingSessionSubID SluicePairedQty SluiceReferencePx"),
    "MDIncrement42": (
        "NoMDEntries",
        (
            f"MDUpdateAction! DeleteReason MDEntryType MDEntryID MDEntryRefID {_I42_OPTIONAL} FinancialStatus "
            f"CorporateAction "
            f"{_MD_ENTRY} TotalVolumeTraded"
        ),
    ),
    "MDIncrement": (
        "NoMDEntries",
        (
            f"MDUpdateAction! DeleteReason MDEntryType MDEntryID MDEntryRefID {_I44_OPTIONAL} FinancialStatus "
            f"CorporateAction "
            f"{_MD_ENTRY} TradingSessionSubID NetChgPrevDay AggressorIndicator SluicePrintKind SluicePairedQty "
            "SluiceReferencePx"
        ),
    ),
}
"""As GROUPS, where an entry holds an instrument."""


def _same(msg_type: str, name: str, category: str, members: str) -> MessageText:
    return MessageText(msg_type, name, category, members, members)


MESSAGES: Final = (
    _same("0", "Heartbeat", "admin", "TestReqID"),
    _same("1", "TestRequest", "admin", "TestReqID!"),
    _same("2", "ResendRequest", "admin", "BeginSeqNo! EndSeqNo!"),
    _same("3", "Reject", "admin", f"RefSeqNum! RefTagID RefMsgType SessionRejectReason {_TEXT}"),
    _same("4", "SequenceReset", "admin", "GapFillFlag NewSeqNo!"),
    _same("5", "Logout", "admin", _TEXT),
    _same(
        "A",
        "Logon",
        "admin",
        "EncryptMethod! HeartBtInt! RawDataLength RawData ResetSeqNumFlag NextExpectedMsgSeqNum MaxMessageSize "
        "@MsgTypes "
        "TestMessageIndicator Username Password",
    ),
    _same(
        "j",
        "BusinessMessageReject",
        "app",
        f"RefSeqNum RefMsgType! BusinessRejectRefID BusinessRejectReason! {_TEXT}",
    ),
    MessageText(
        "D",
        "NewOrderSingle",
        "app",
        f"ClOrdID! {_OLD_PARTIES} Account @PreAllocs42 {_I42} {_TERMS_42}",
        f"ClOrdID! {_IDS_44} {_ACCOUNT_44} AllocID @PreAllocs {_I44} {_TERMS_44}",
    ),
    MessageText(
        "F",
        "OrderCancelRequest",
        "app",
        f"OrigClOrdID! OrderID ClOrdID! ListID Account {_OLD_PARTIES} {_I42_OPTIONAL} Side! TransactTime! OrderQty "
        f"CashOrderQty ComplianceID SolicitedFlag {_TEXT}",
        f"OrigClOrdID! OrderID ClOrdID! SecondaryClOrdID ClOrdLinkID ListID OrigOrdModTime {_ACCOUNT_44} @Parties "
        f"{_I44_OPTIONAL} Side! TransactTime! OrderQty CashOrderQty OrderPercent ComplianceID {_TEXT}",
    ),
    MessageText(
        "G",
        "OrderCancelReplaceRequest",
        "app",
        f"OrderID {_OLD_PARTIES} OrigClOrdID! ClOrdID! ListID Account @PreAllocs42 {_I42_OPTIONAL} {_TERMS_42}",
        f"OrderID {_IDS_44} OrigClOrdID! ClOrdID! ListID OrigOrdModTime {_ACCOUNT_44} AllocID @PreAllocs "
        f"{_I44_OPTIONAL} "
        f"{_TERMS_44}",
    ),
    MessageText(
        "H",
        "OrderStatusRequest",
        "app",
        f"OrderID ClOrdID! OrdStatusReqID {_OLD_PARTIES} Account {_I42_OPTIONAL} Side!",
        f"OrderID ClOrdID! SecondaryClOrdID ClOrdLinkID @Parties OrdStatusReqID Account AcctIDSource {_I44_OPTIONAL} "
        f"Side!",
    ),
    MessageText(
        "8",
        "ExecutionReport",
        "app",
        f"OrderID! SecondaryOrderID ClOrdID OrigClOrdID OrdStatusReqID {_OLD_PARTIES} @ContraBrokers ListID ExecID! "
        f"ExecTransType! ExecRefID ExecType! OrdStatus! OrdRejReason ExecRestatementReason Account {_I42} "
        f"{_REPORT_TERMS} "
        f"Rule80A {_CLEARING_42} PegOffsetValue DiscretionInst DiscretionOffsetValue {_REPORT_TAIL}",
        f"OrderID! SecondaryOrderID SecondaryClOrdID SecondaryExecID ClOrdID OrigClOrdID ClOrdLinkID OrdStatusReqID "
        f"MassStatusReqID TotNumReports LastRptRequested @Parties TradeOriginationDate ExecBroker @ContraBrokers "
        f"ListID "
        f"ExecID! ExecTransType ExecRefID ExecType! OrdStatus! WorkingIndicator OrdRejReason ExecRestatementReason "
        f"{_ACCOUNT_44} {_I44} QtyType OrderRestrictions CustOrderCapacity CopyMsgIndicator BookingType {_PEG_44} "
        f"{_DISCRETION_44} {_REPORT_TERMS} {_REPORT_TAIL} @MiscFees IOIID IOIQty ValidUntilTime "
        "SluiceQtyAhead SluiceKeptPlace SluicePrintKind SluicePxExact",
    ),
    MessageText(
        "9",
        "OrderCancelReject",
        "app",
        f"OrderID! SecondaryOrderID ClOrdID! OrigClOrdID! OrdStatus! {_OLD_PARTIES} ListID Account TransactTime "
        f"CxlRejResponseTo! CxlRejReason OrderQty TradeDate {_TEXT} $Ours",
        f"OrderID! SecondaryOrderID SecondaryClOrdID ClOrdID! ClOrdLinkID OrigClOrdID! OrdStatus! WorkingIndicator "
        f"OrigOrdModTime ListID {_ACCOUNT_44} TradeOriginationDate TransactTime CxlRejResponseTo! CxlRejReason "
        f"OrderQty "
        f"TradeDate {_TEXT} $Ours",
    ),
    MessageText(
        "E",
        "NewOrderList",
        "app",
        f"ListID! BidID ClientBidID ProgRptReqs BidType! ProgPeriodInterval {_LIST_INST} TotNoOrders! @ListOrders42!",
        f"ListID! BidID ClientBidID ProgRptReqs BidType! ProgPeriodInterval CancellationRights MoneyLaunderingStatus "
        f"RegistID {_LIST_INST} AllowableOneSidednessPct AllowableOneSidednessValue AllowableOneSidednessCurr "
        f"TotNoOrders! LastFragment @ListOrders!",
    ),
    _same("K", "ListCancelRequest", "app", f"ListID! TransactTime {_TEXT}"),
    _same("L", "ListExecute", "app", f"ListID! ClientBidID BidID TransactTime {_TEXT}"),
    _same("M", "ListStatusRequest", "app", f"ListID! {_TEXT}"),
    MessageText(
        "N",
        "ListStatus",
        "app",
        f"ListID! ListStatusType! NoRpts! ListOrderStatus! RptSeq! {_LIST_TEXT} TransactTime TotNoOrders! "
        f"@ListStates42!",
        f"ListID! ListStatusType! NoRpts! ListOrderStatus! RptSeq! {_LIST_TEXT} TransactTime TotNoOrders! "
        f"LastFragment @ListStates!",
    ),
    MessageText(
        "Q",
        "DontKnowTrade",
        "app",
        f"OrderID! ExecID! DKReason! {_I42} Side! OrderQty CashOrderQty LastQty LastPx {_TEXT}",
        f"OrderID! SecondaryOrderID ExecID! DKReason! {_I44} Side! OrderQty CashOrderQty LastQty LastPx {_TEXT}",
    ),
    MessageText(
        "V",
        "MarketDataRequest",
        "app",
        "MDReqID! SubscriptionRequestType! MarketDepth! MDUpdateType AggregatedBook @MDEntryTypes! @RelatedSym42!",
        "MDReqID! SubscriptionRequestType! MarketDepth! MDUpdateType AggregatedBook OpenCloseSettlFlag Scope "
        "MDImplicitDelete "
        "@MDEntryTypes! @RelatedSym! @TradingSessions",
    ),
    MessageText(
        "W",
        "MarketDataSnapshotFullRefresh",
        "app",
        f"MDReqID {_I42} FinancialStatus CorporateAction TotalVolumeTraded @MDFull42!",
        f"MDReqID {_I44} FinancialStatus CorporateAction NetChgPrevDay TotalVolumeTraded @MDFull!",
    ),
    MessageText(
        "X",
        "MarketDataIncrementalRefresh",
        "app",
        "MDReqID @MDIncrement42!",
        "MDReqID @MDIncrement!",
    ),
    MessageText(
        "Y",
        "MarketDataRequestReject",
        "app",
        f"MDReqID! MDReqRejReason {_TEXT}",
        f"MDReqID! MDReqRejReason @AltMDSources {_TEXT}",
    ),
    MessageText(
        "f",
        "SecurityStatus",
        "app",
        f"SecurityStatusReqID {_I42} TradingSessionID UnsolicitedIndicator SecurityTradingStatus",
        f"SecurityStatusReqID {_I44} TradingSessionID TradingSessionSubID UnsolicitedIndicator SecurityTradingStatus "
        f"TransactTime {_TEXT}",
    ),
    MessageText(
        "q",
        "OrderMassCancelRequest",
        "app",
        f"ClOrdID MassCancelRequestType TradingSessionID {_I42_OPTIONAL} Side TransactTime {_TEXT}",
        f"ClOrdID SecondaryClOrdID MassCancelRequestType TradingSessionID TradingSessionSubID {_I44_OPTIONAL} Side "
        f"TransactTime {_TEXT}",
    ),
    MessageText(
        "r",
        "OrderMassCancelReport",
        "app",
        f"ClOrdID OrderID! MassCancelRequestType! MassCancelResponse! MassCancelRejectReason TotalAffectedOrders "
        f"@AffectedOrders {_I42_OPTIONAL} Side TransactTime {_TEXT}",
        f"ClOrdID SecondaryClOrdID OrderID! SecondaryOrderID MassCancelRequestType! MassCancelResponse! "
        f"MassCancelRejectReason TotalAffectedOrders @AffectedOrders {_I44_OPTIONAL} Side TransactTime {_TEXT}",
    ),
)
