"""The file formats, one in each module; `registry` finds the one that a file is in."""
