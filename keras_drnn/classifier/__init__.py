"""A classifier of sequences with scikit-learn's interface, and the model that it trains."""
