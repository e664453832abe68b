"""Notebooks, kept as programs in `docs/notebooks`, as pages with what their cells print and draw.

mkdocs calls this as a hook. Each notebook is executed in a kernel of its own; an error in a cell is
one of the build. With a folder in DRNN_NOTEBOOKS what was executed is kept there, and found again
as long as the notebook is the same.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path

import jupytext
import nbformat
from mkdocs.structure.files import File
from nbclient import NotebookClient

FOLDER = "notebooks/"
SECONDS = 600
# Of pandas' tables the frame and the styles; the page has its own.
STYLE = re.compile(r"<style.*?</style>| border=\"1\" class=\"dataframe\"", re.S)


class Notebook(File):
    """A program that is a page."""

    def is_documentation_page(self):
        return True


def on_files(files, config):
    """Make pages of the programs."""
    for file in list(files):
        if file.src_uri.startswith(FOLDER) and file.src_uri.endswith(".py"):
            files.remove(file)
            files.append(
                Notebook(file.src_uri, file.src_dir, config.site_dir, config.use_directory_urls)
            )
    return files


def on_page_read_source(page, config):
    """The page of a notebook, as Markdown."""
    if isinstance(page.file, Notebook):
        return page_of(executed(Path(page.file.abs_src_path)))
    return None


def executed(source):
    """The notebook with its outputs."""
    text = source.read_bytes()
    kept = os.environ.get("DRNN_NOTEBOOKS")
    digest = hashlib.sha256(text).hexdigest()[:16]
    file = Path(kept, f"{source.stem}-{digest}.ipynb") if kept else None
    if file and file.exists():
        return nbformat.read(file, as_version=4)
    notebook = jupytext.reads(text.decode(), fmt="py:percent")
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=ERROR"],
        )
        client.execute()
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, file)
    return notebook


def page_of(notebook):
    """Text, code and outputs of an executed notebook as one page of Markdown."""
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        elif cell.cell_type == "code":
            parts.append(f"``` python\n{cell.source}\n```")
            # What libraries write of themselves, to stderr, is not part of the page.
            written = "".join(each.text for each in cell.outputs if each.get("name") == "stdout")
            parts.append(block(written))
            parts += [
                shown(each.data, cell.metadata.get("alt"))
                for each in cell.outputs
                if each.output_type != "stream"
            ]
    return "\n\n".join(filter(None, parts)) + "\n"


def shown(data, alt):
    """A result of a cell in the richest form that a page can show."""
    if "image/png" in data:
        if not alt:
            raise ValueError('Expected a picture with a text in its place: `# %% alt="..."`')
        return f"![{alt}](data:image/png;base64,{''.join(data['image/png'].split())})"
    if "text/html" in data:
        return STYLE.sub("", data["text/html"])
    return block(data["text/plain"])


def block(text):
    """A block as it is printed, apart from code by its class."""
    return f"``` {{.text .output}}\n{text.rstrip()}\n```" if text else ""
