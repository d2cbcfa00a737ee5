"""A whole design, as a file to begin from."""

EXAMPLE = """\
name = "earlier_calls"
version = 1
sentence = "Rank by money at risk with the new model, and see whether more is paid within 30 days."
salt = "earlier calls, June 2026"
household_together = true
strata = ["bucket", "balance_band", "entry"]
secondary = ["cash_per_minute"]

[[arms]]
name = "champion"
role = "champion"
share = 0.5
strategy = "value_at_risk/1"

[[arms]]
name = "challenger"
role = "challenger"
share = 0.5
strategy = "incremental_value/2"

[cohort]
currency = "USD"
buckets = ["1-29", "30-59", "60-89"]
balance_bands_minor = [50_000, 200_000]

[exclusion]
group = "June 2026"
low = 0.0
high = 1.0

[enrolment]
starts = 2026-06-01
weeks = 8
debtors = 30_000
pay_cycle_days = 14

[primary]
metric = "net_cash"
horizon_days = 30
settlement_days = 5
cap_minor = 250_000
smallest_effect_minor = 240.0

[[covariates]]
name = "balance_before_minor"

[[covariates]]
name = "champion_score"
scale = 1_000_000

[[guardrails]]
metric = "complaints"
margin = 0.002
horizon_days = 14

[[guardrails]]
metric = "contacts"
margin = 0.25
horizon_days = 14

[stop]
spending = "obrien_fleming"
harm = "pocock"
alpha = 0.05
power = 0.8
"""
