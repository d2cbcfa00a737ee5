"""What a model may read is checked in what features are made of: a harmless name hides nothing."""

import ibis
import pytest

from arrears.errors import Refused
from arrears.policy.forbidden import Approvals, forbidden_reads
from arrears.tables import TABLES
from features import catalog, kept_text
from features.account import GROUP
from features.catalog import CATALOG
from features.columns import DEBTOR_KEY, KEY, beside
from features.declared import declared
from features.facts import Facts, lake_table
from features.feature import Feature
from features.lineage import lineage
from models import lawful
from models.lawful import reads_of_catalog, refuse_unlawful, unlawful
from tests.book import settings

EVERYTHING = {table.name: frozenset(column.name for column in table.columns) for table in TABLES.values()}


@pytest.fixture(scope="module")
def facts():
    return Facts(EVERYTHING, settings())


def reads(table, name="made"):
    return lineage(table, [name])[name]


def test_every_feature_of_the_catalog_may_be():
    assert unlawful([feature.name for feature in CATALOG]) == {}


@pytest.mark.parametrize("feature", CATALOG, ids=lambda feature: feature.name)
def test_a_feature_reads_nothing_that_it_does_not_say(feature):
    columns = {read.partition("=")[0] for read in reads_of_catalog()[feature.name]}
    bookkeeping = {column for column in columns if column.endswith((".recorded_at", ".known_until", ".deleted"))}
    assert columns - bookkeeping <= declared(feature)
    assert columns & {way for read in feature.reads for way in read.split("|")}


def of_debtors(facts, column):
    debtors = facts.on_accounts("accounts").select(*KEY, "debtor_id").join(lake_table("debtors"), "debtor_id")
    return debtors.select(*KEY, made=debtors[column].hash())


@pytest.mark.parametrize("column", ["postal_code", "city", "language"])
def test_fine_location_and_language_are_refused(facts, column):
    assert list(forbidden_reads("made", reads(of_debtors(facts, column)))) == [f"debtors.{column}"]


def test_a_state_is_allowed(facts):
    found = reads(of_debtors(facts, "region"))
    assert "debtors.region" in found
    assert not forbidden_reads("debtor_region", found)


def by_disposition(facts, which):
    rows = facts.on_debtors("contacts")
    return rows.group_by(DEBTOR_KEY).agg(made=rows.count(where=which(rows.disposition)))


@pytest.mark.parametrize("value", ["opted_out", "attorney", "cease", "complaint", "dispute", "bankruptcy"])
def test_a_count_of_contacts_that_used_a_right_is_refused(facts, value):
    for which in (lambda told: told == value, lambda told: told.isin(("promise", value))):
        assert list(forbidden_reads("made", reads(by_disposition(facts, which)))) == [f"contacts.disposition={value}"]


@pytest.mark.parametrize(
    "which", [lambda told: told != "promise", lambda told: told.length() > 5, lambda told: told.notnull()]
)
def test_a_disposition_read_otherwise_than_value_by_value_is_refused(facts, which):
    assert list(forbidden_reads("made", reads(by_disposition(facts, which)))) == ["contacts.disposition"]


def test_a_count_of_promises_among_contacts_is_allowed(facts):
    found = reads(by_disposition(facts, lambda told: told.isin(("promise", "paid"))))
    assert {"contacts.disposition=promise", "contacts.disposition=paid"} <= found
    assert not forbidden_reads("made", found)


def _payments(facts):
    return facts.payments.select(*KEY, "amount_minor")


def _held(facts):
    return facts.on_accounts("holds").select(*KEY)


@pytest.mark.parametrize(
    "narrowed",
    [
        lambda paid, held: paid.semi_join(held, list(KEY)),
        lambda paid, held: paid.anti_join(held, list(KEY)),
        lambda paid, held: paid.join(held, list(KEY)),
        lambda paid, held: beside(paid, held.mutate(twice=True), KEY),
        lambda paid, held: ibis.union(paid, held.mutate(amount_minor=ibis.literal(0, "int64")).select(paid.columns)),
        lambda paid, held: paid.filter(paid.amount_minor > held.count().as_scalar()),
    ],
    ids=["semi join", "anti join", "join", "rows told twice", "union", "subquery"],
)
def test_a_forbidden_table_that_only_decides_which_rows_count_is_found(facts, narrowed):
    rows = narrowed(_payments(facts), _held(facts))
    found = reads(rows.group_by(KEY).agg(made=rows.amount_minor.sum()))
    assert any(read.startswith("holds.") for read in forbidden_reads("made", found))


def test_a_join_that_adds_a_column_nobody_reads_does_not_count(facts):
    held = _held(facts)
    once = held.group_by(KEY).agg(holds=held.count())
    rows = beside(_payments(facts), once, KEY)
    assert not forbidden_reads("made", reads(rows.group_by(KEY).agg(made=rows.amount_minor.sum())))
    assert forbidden_reads("made", reads(rows.group_by(KEY).agg(made=rows.holds.sum())))


def test_a_forbidden_column_that_only_orders_a_window_is_found(facts):
    known = facts.on_accounts("disputes")
    rows = known.mutate(made=ibis.row_number().over(group_by=KEY, order_by=known.opened_on))
    assert "disputes.opened_on" in reads(rows)


HARMLESS = Feature(
    "quiet_share", GROUP, "amount owed", "Nothing to see.", "share", "account",
    lambda row: row.balance_minor / lake_table("disputes").count().as_scalar(), ("accounts.opened_on",),
)  # fmt: skip


@pytest.fixture
def with_harmless(monkeypatch):
    monkeypatch.setattr(catalog, "CATALOG", (*CATALOG, HARMLESS))


def test_a_feature_named_harmlessly_but_built_from_disputes_is_refused(with_harmless):
    with pytest.raises(Refused) as refused:
        refuse_unlawful("train a model", ["balance_minor", "quiet_share"])
    assert "quiet_share is built from disputes" in refused.value.found
    assert "15 USC 1691(a)(3)" in refused.value.found
    assert "balance_minor" not in refused.value.found


@pytest.mark.parametrize("name", ["surname", "has_disputed", "zip5", "benefit_income"])
def test_an_input_that_no_catalog_has_is_refused(name):
    assert unlawful([name]) == {name: f"{name} is not in the catalog"}


@pytest.mark.parametrize(
    ("approvals", "refused"),
    [
        (Approvals(), True),
        (Approvals(frozenset({"quiet_share"}), commercial=False), True),
        (Approvals(frozenset({"other"}), commercial=True), True),
        (Approvals(frozenset({"quiet_share"}), commercial=True), False),
    ],
)
def test_a_disputed_amount_may_be_approved_for_companies_debts_alone(with_harmless, approvals, refused):
    assert bool(unlawful(["quiet_share"], approvals)) == refused


@pytest.mark.parametrize("read", ["protected.group", "holds.kind", "consents.given_on", "contacts.disposition=cease"])
def test_nobody_can_approve_a_protected_attribute_or_a_right(read):
    assert forbidden_reads("made", [read], Approvals(frozenset({"made"}), commercial=True))


def test_what_a_feature_keeps_to_itself_its_expression_tells(with_harmless):
    assert not {read for read in declared(HARMLESS) if read.startswith("disputes")}
    assert {read for read in reads_of_catalog()["quiet_share"] if read.startswith("disputes")}


def test_what_features_read_is_the_same_kept_or_found_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(kept_text, "code_on_disk", lambda: kept_text._IMPORTED)
    anew, kept = (lawful._reads.__wrapped__(CATALOG) for _ in range(2))
    assert anew == kept == reads_of_catalog()
    assert len(list(tmp_path.rglob("*.json"))) == 1


def test_what_a_feature_from_elsewhere_reads_is_never_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "disputes.opened_on" not in lawful._reads.__wrapped__((*CATALOG, HARMLESS))["balance_minor"]
    assert not list(tmp_path.rglob("*.json"))
