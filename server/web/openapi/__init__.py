"""The JSON API, described: an OpenAPI 3.1 document and a page that shows it, both read from the contract."""
