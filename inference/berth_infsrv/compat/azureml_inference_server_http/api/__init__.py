"""What scripts import: aml_request and aml_response."""
