"""What the rule reference says in words: subjects of register numbers, conditions, channels and steps."""

SUBJECTS = {
    "B2-01": "California's Rosenthal Act and commercial debt",
    "B2-02": "Dunning levels",
    "B2-03": "Deductions and disputed bills",
    "B2-05": "Business hours and whom to ask",
    "FC-01": "Disputes and dates in a bureau's file",
    "FC-02": "Delinquencies too old to report",
    "FC-03": "Medical items",
    "FL-01": "What no model may read",
    "HC-02": "Hospitals before an extraordinary action",
    "HC-04": "Patients who ask to be reached another way",
    "HC-05": "Insurance claims that are open",
    "HS-01": "Nothing is owed",
    "HS-02": "Closed accounts",
    "HS-03": "Cured accounts",
    "HS-04": "Payments on their way",
    "HS-05": "Country not known",
    "HS-06": "A feed of contacts that is behind",
    "LS-01": "Bankruptcy: the automatic stay",
    "LS-02": "Bankruptcy: discharge",
    "LS-03": "Bankruptcy of a co-debtor",
    "LS-04": "Military service",
    "LS-05": "Identity theft",
    "LS-06": "Litigation",
    "LS-07": "Complaints",
    "LS-08": "Holds, promises and small balances",
    "RF-01": "Calls in a week",
    "RF-02": "Calls after a conversation",
    "RF-03": "Contacts too close together",
    "RF-04": "Hours of contact",
    "RF-05": "Times and places that the debtor named",
    "RF-06": "The debtor's work",
    "RF-07": "Written requests to stop",
    "RF-08": "Attorneys",
    "RF-09": "Opting out of a channel",
    "RF-10": "E-mail addresses",
    "RF-11": "Text messages",
    "RF-12": "Other people",
    "RF-13": "Validation notice and period",
    "RF-14": "Disputes",
    "RF-15": "Time-barred debt",
    "RF-16": "Death",
    "RF-17": "Sale and placement",
    "RF-18": "Before the first report to a bureau",
    "ST-01": "Frequency by state and city",
    "ST-02": "Hours and days by state and house",
    "ST-03": "Licences",
    "ST-04": "Medical debt by state",
    "TC-01": "Consent to machines",
    "TC-02": "Consent taken back",
    "TC-03": "Reassigned numbers",
    "TC-04": "Quiet hours",
    "UK-01": "Reasonable times",
    "UK-02": "Breathing space",
    "UK-03": "Advisers and disputes",
    "UK-04": "Vulnerable debtors",
}
"""What each register number is about; the page has one heading for each."""

WITHOUT_RULE = {
    "FL-01": "Judges models, not accounts: a feature that reads what is named here is refused in training and in "
    "serving. What is `approvable` a named person may approve.\n",
}
"""Numbers that no rule of the gate asks for, and what does."""

CONDITIONS = {
    "CHECK_ORDER": "Read the court's order first: a dismissal or relief says what it allows.",
    "DISPUTED": "Show the debt as disputed.",
    "DISPUTED_PART": "Speak of the undisputed part only.",
    "ESCALATE_DISPUTE": "The dispute has stood too long: take it to whoever decides.",
    "LCM_ONLY": "Others may hear it: leave a limited-content message and nothing else.",
    "NO_OVERSHADOW": "The validation period runs: nothing may overshadow the right to dispute.",
    "REVIEW_DISPUTE": "A late or spoken dispute: somebody looks at it first.",
    "REVIEW_LICENCE": "No licence is on file: somebody looks at it first.",
    "REVIEW_STATE": "The state is not known: somebody looks at it first.",
    "ROSENTHAL": "California's Rosenthal Act applies to this commercial debt.",
    "TIME_BARRED": "The time to sue has run: say so, and threaten no suit.",
}
"""What whoever uses a way must heed."""

CHANNELS = {"call": "calls", "sms": "texts", "email": "e-mails", "letter": "letters", "visit": "visits"}

ASKED = {
    "call": "call",
    "sms": "text",
    "email": "e-mail",
    "letter": "letter",
    "visit": "visit",
    "furnish": "report to a bureau",
    "legal_review": "suit",
    "placement_review": "sale or placement",
}

STEPS = {
    "legal_review": "suit and other legal steps",
    "placement_review": "sale and placement",
    "furnish": "reports to bureaus",
}
