"""What DAG files import: steps, forms, rules. Needs Airflow; the rest of the package does not."""
