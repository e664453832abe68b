"""Recordings of a user's own, named by a table, as a data set like any other."""

from keras_drnn.data_sets.tables.data_set import is_table, table_data_set

__all__ = ["is_table", "table_data_set"]
