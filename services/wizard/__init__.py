"""The student's application, from the first page typed to the day it is submitted.

`drafts` keeps what is typed, `reading` makes facts of it, `checks` finds what is missing or against a rule,
`submitting` writes the application and turns its state.
"""
