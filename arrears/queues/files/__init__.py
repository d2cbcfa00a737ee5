"""Lists that leave the house: for a spreadsheet, a dialer, a CRM, an agency. What may leave is for the second look."""
