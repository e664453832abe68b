"""Every `drnn ...` on the pages is a command that there is, with options that it has."""

import re
import shlex
from itertools import groupby, pairwise

import pytest
import typer
from pages import PAGES, ROOT, blocks, name_of, prose

from benchmarks.long_memory import __main__ as long_memory
from keras_drnn.cli.app import app

WITH_COMMANDS = [*PAGES, ROOT / "examples" / "README.md", ROOT / "tuning" / "README.md"]
DRNN = typer.main.get_command(app)
# Words that are joined to a command by nothing, and what joins it to the next.
SEPARATORS = {"&&", "||", "|", ";", "&", "\n", ">", ">>", "2>", "<", "(", ")"}


def typed(text):
    """The words after `drnn` of each command in the blocks of a page, without `...`
    that is no option's value."""
    for kind, lines in blocks(text):
        if kind in ("bash", "sh", "console", ""):
            for line in lines.replace("\\\n", " ").splitlines():
                yield from commands_of(line)


def commands_of(line):
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    try:
        words = list(words)
    except ValueError:  # text with an apostrophe, no command
        assert not line.lstrip().startswith("drnn "), line
        return
    for separated, command in groupby(words, SEPARATORS.__contains__):
        command = list(command)
        if not separated and "drnn" in command:
            words = command[command.index("drnn") :]
            yield [word for before, word in pairwise(words) if word != "..." or before[0] == "-"]


def mentioned(text):
    """The same of commands in the prose, which may leave arguments out."""
    return [span.split()[1:] for span in re.findall(r"`(drnn [^`]+)`", prose(text))]


def options_of(command):
    return {option for each in command.params for option in (*each.opts, *each.secondary_opts)}


def leaves(command):
    """A command and what is below it."""
    yield command
    for each in getattr(command, "commands", {}).values():
        yield from leaves(each)


def found(words):
    """The command that is meant, and the words behind its name."""
    command = DRNN
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    return command, words


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_commands_in_blocks_are_understood(page):
    for words in typed(page.read_text("utf-8")):
        command, rest = found(words)
        assert not getattr(command, "commands", None), words
        command.make_context(command.name, list(rest))  # reads the words, and does nothing else


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_commands_in_the_prose_have_the_options_named(page):
    for words in mentioned(page.read_text("utf-8")):
        command, rest = found(words)
        assert command is not DRNN or words[0].startswith("--"), words
        options = {word.partition("=")[0] for word in rest if word.startswith("--")}
        assert options <= options_of(command) | {"--help"}, words


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_options_in_the_prose_are_those_of_some_command(page):
    """Another program's option stands with its program: `pip install --user`."""
    known = set().union(*map(options_of, leaves(DRNN))) | {"--help"}
    if name_of(page) == "docs/long_memory.md":
        known = set(re.findall(r"--[a-z][\w-]*", long_memory.parser().format_help()))
    assert set(re.findall(r"`(--[a-z][\w-]*)", page.read_text("utf-8"))) <= known


def test_what_is_wrong_is_found():
    block = "A=1 drnn compare --dta ntu && drnn data inf  # it is"
    text = f"```python\n1\n```\n\n```bash\n{block}\n```\n`drnn export --steam`"
    assert list(typed(text)) == [["compare", "--dta", "ntu"], ["data", "inf"]]
    assert mentioned(text) == [["export", "--steam"]]
    command, rest = found(["compare", "--dta", "ntu"])
    with pytest.raises(Exception, match="No such option: --dta"):
        command.make_context(command.name, rest)
