"""The group of commands, built in one language."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import rich_click as click

from needs_analytics.cli import check, demo, explain, history, init, report, template
from needs_analytics.cli.context import Context
from needs_analytics.core.messages import LANGUAGES, catalogue, text

_HELP = ("-h", "--help")


def build(language: str) -> click.RichGroup:
    """Return the ``needs`` command with all its verbs."""
    _speak(language)
    config = click.RichHelpConfiguration(
        options_panel_title=text("cli.panel_options", language),
        commands_panel_title=text("cli.panel_commands", language),
        arguments_panel_title=text("cli.panel_arguments", language),
        errors_panel_title=text("cli.panel_error", language),
        max_width=100,
        text_markup="rich",
    )

    @click.group(
        cls=click.RichGroup,
        help=text("cli.help", language),
        no_args_is_help=True,
        subcommand_metavar=text("cli.metavar_commands", language),
    )
    @click.option("-C", "--workspace", type=click.Path(path_type=Path), help=text("cli.option_workspace", language))
    @click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        default=language,
        show_default=False,
        help=text("cli.option_lang", language),
    )
    @click.option("-q", "--quiet", is_flag=True, help=text("cli.option_quiet", language))
    @click.option("--no-input", is_flag=True, help=text("cli.option_no_input", language))
    @click.version_option(
        version("needs-analytics"),
        prog_name="needs",
        message="%(prog)s %(version)s",
        help=text("cli.option_version", language),
    )
    @click.rich_config(help_config=config)
    @click.pass_context
    def needs(ctx: click.RichContext, workspace: Path | None, lang: str, *, quiet: bool, no_input: bool) -> None:
        ctx.obj = Context(language=lang, quiet=quiet, no_input=no_input, workspace=workspace)

    for verb in (init, demo, check, report, explain, template, history):
        needs.add_command(verb.command(language))
    _help_in(needs, language)
    return needs


def _help_in(command: click.Command, language: str) -> None:
    for verb in command.commands.values() if isinstance(command, click.RichGroup) else ():
        _help_in(verb, language)
    command.options_metavar = text("cli.metavar_options", language)
    command.context_settings["help_option_names"] = list(_HELP)
    option = command.get_help_option(click.Context(command, help_option_names=list(_HELP)))
    if option is not None:
        option.help = text("cli.option_help", language)


def _speak(language: str) -> None:
    """Let the command-line library speak the language too: its modules look their sentences up through ``_``."""
    sentences = {
        key.removeprefix("click."): value for key, value in catalogue(language).items() if key.startswith("click.")
    }

    class Formatter(click.RichHelpFormatter):
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or text("cli.usage", language))

    click.RichContext.formatter_class = Formatter

    def translate(sentence: str) -> str:
        return sentences.get(sentence, sentence)

    def translate_plural(singular: str, plural: str, number: int) -> str:
        return sentences.get(singular if number == 1 else plural, singular if number == 1 else plural)

    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in {"click", "rich_click"}:
            for word, replacement in (("_", translate), ("ngettext", translate_plural)):
                if callable(getattr(module, word, None)):
                    setattr(module, word, replacement)
