"""The web pages for operators, approvers and requesters."""
