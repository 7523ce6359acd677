"""The table: both versions resolve, and say what the standard says where a reader would look it up."""

import pytest

from fixspec.fields import DATA_OF, FIELDS, USER_TAGS, field_name
from fixspec.model import GroupSpec, MessageSpec, Version, tags_in
from fixspec.spec import FIX42, FIX44, VERSIONS, field_of, version_of

BOTH = pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)


def group_of(version: Version, msg_type: str, tag: int) -> GroupSpec:
    return version.messages[msg_type].groups[tag]


@BOTH
def test_speaks_the_session_order_and_market_data_messages(version: Version) -> None:
    names = {message.msg_type: message.name for message in version.messages.values()}

    assert names == {
        "0": "Heartbeat",
        "1": "TestRequest",
        "2": "ResendRequest",
        "3": "Reject",
        "4": "SequenceReset",
        "5": "Logout",
        "A": "Logon",
        "j": "BusinessMessageReject",
        "D": "NewOrderSingle",
        "E": "NewOrderList",
        "K": "ListCancelRequest",
        "L": "ListExecute",
        "M": "ListStatusRequest",
        "N": "ListStatus",
        "F": "OrderCancelRequest",
        "G": "OrderCancelReplaceRequest",
        "H": "OrderStatusRequest",
        "8": "ExecutionReport",
        "9": "OrderCancelReject",
        "Q": "DontKnowTrade",
        "V": "MarketDataRequest",
        "W": "MarketDataSnapshotFullRefresh",
        "X": "MarketDataIncrementalRefresh",
        "Y": "MarketDataRequestReject",
        "f": "SecurityStatus",
        "q": "OrderMassCancelRequest",
        "r": "OrderMassCancelReport",
    }


@BOTH
@pytest.mark.parametrize("msg_type", ["D", "G", "8"])
def test_both_versions_can_carry_a_strategy(version: Version, msg_type: str) -> None:
    tags = set(tags_in(version.messages[msg_type].members))

    assert tags >= {847, 848, 849, 957, 958, 959, 960, 1138, *USER_TAGS}
    assert group_of(version, msg_type, 957).delimiter == 958


def test_parties_nest_sub_ids_in_fix_44() -> None:
    parties = group_of(FIX44, "D", 453)

    assert (parties.delimiter, sorted(parties.tags), sorted(parties.nested)) == (448, [447, 448, 452, 802], [802])


def test_required_fields_of_an_order_in_each_version() -> None:
    assert FIX42.messages["D"].required == (11, 55, 21, 54, 60, 40)
    assert FIX44.messages["D"].required == (11, 55, 54, 60, 40)


def test_tags_renamed_in_44_keep_their_42_name() -> None:
    renamed = {tag: field.name_in("FIX.4.2") for tag, field in FIELDS.items() if field.name42}

    assert renamed == {
        22: "IDSource",
        23: "IOIid",
        32: "LastShares",
        63: "SettlmntTyp",
        64: "FutSettDate",
        77: "OpenClose",
        80: "AllocShares",
        211: "PegDifference",
        286: "OpenCloseSettleFlag",
        389: "DiscretionOffset",
    }


def test_codes_are_relaxed_where_a_bad_one_is_answered_by_a_report() -> None:
    relaxed = [tag for tag, field in FIELDS.items() if field.relaxed]

    assert relaxed == [18, 21, 22, 40, 59, 394, 433, 530, 847]


def test_every_field_stands_once_and_names_are_unique() -> None:
    assert len({field.name for field in FIELDS.values()}) == len(FIELDS)
    assert list(FIELDS) == sorted(FIELDS)


def test_data_fields_follow_their_length_in_every_message() -> None:
    for message in FIX44.messages.values():
        _assert_data_follows_length([member.tag for member in message.members])


def _assert_data_follows_length(tags: list[int]) -> None:
    for length in set(tags) & DATA_OF.keys():
        assert tags[tags.index(length) + 1] == DATA_OF[length]


def test_a_version_we_do_not_speak_is_read_with_the_44_table() -> None:
    assert version_of("FIXT.1.1") is FIX44
    assert version_of("FIX.4.2") is FIX42


def test_a_message_outside_the_table_is_read_with_the_widest_known_groups() -> None:
    groups = FIX44.groups_of("AE")

    assert len(groups[268].members) == max(len(group_of(FIX44, kind, 268).members) for kind in "WX")


def test_names_by_tag() -> None:
    assert (field_name(38), field_name(9999)) == ("OrderQty", "")
    assert field_of(9999) is None


def test_categories() -> None:
    admin = "".join(message.msg_type for message in FIX44.messages.values() if is_admin(message))

    assert admin == "012345A"


def is_admin(message: MessageSpec) -> bool:
    return message.category == "admin"
