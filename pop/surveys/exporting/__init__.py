"""What came in, taken away as a file: XLSX, CSV or JSON, under ids or under the form's own words."""
