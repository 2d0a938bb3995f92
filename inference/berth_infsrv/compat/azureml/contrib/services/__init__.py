"""The old home of aml_request and aml_response."""
