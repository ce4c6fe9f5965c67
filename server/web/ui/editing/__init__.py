"""Messages as forms: shown as fields, read back, and told what is wrong with them by their fields.

A sheet is a table of what a form has. What it does not have, and what somebody
leaves as it stands, stays in the message as it was: editing loses nothing.
"""
