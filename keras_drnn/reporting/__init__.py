"""What a comparison found: accuracy, tables, pictures and `report.json`."""
