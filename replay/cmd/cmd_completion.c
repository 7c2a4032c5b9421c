// SPDX-License-Identifier: GPL-2.0-only
/* `fragreplay completion bash` prints a script, made of the tables that the commands go by. */
#include <string.h>

#include "base/message.h"
#include "base/output.h"
#include "cmd.h"
#include "mm/mm.h"
#include "option_table.h"
#include "policies/table.h"
#include "report/metrics.h"
#include "settings.h"

static const char head[] =
	"# bash completion of fragreplay, made by `fragreplay completion bash`\n"
	"\n"
	"_fragreplay_files() { compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$1\"); }\n"
	"_fragreplay_directories()\n"
	"{\n"
	"	compopt -o filenames\n"
	"	mapfile -t COMPREPLY < <(compgen -d -- \"$1\")\n"
	"}\n"
	"_fragreplay_words() { mapfile -t COMPREPLY < <(compgen -W \"$2\" -- \"$1\"); }\n"
	"# a word that more is to be typed after\n"
	"_fragreplay_open() { compopt -o nospace; _fragreplay_words \"$1\" \"$2\"; }\n"
	"\n";

static const char body[] =
	"_fragreplay_policy()\n"
	"{\n"
	"	local settings=\n"
	"\n"
	"	case $1 in\n"
	"	*/* | .*) _fragreplay_files \"$1\"; return ;;\n"
	"	*,*) ;;\n"
	"	*) _fragreplay_open \"$1\" \"$_fragreplay_policies\"; return ;;\n"
	"	esac\n"
	"	settings=${_fragreplay_tunables[${1%%,*}]-}\n"
	"	# shellcheck disable=SC2086 # words\n"
	"	printf -v settings \"${1%,*},%s \" $settings $_fragreplay_common\n"
	"	_fragreplay_open \"$1\" \"$settings\"\n"
	"}\n"
	"\n"
	"_fragreplay()\n"
	"{\n"
	"	local line=${COMP_LINE:0:COMP_POINT} command cur prev before\n"
	"	local -a words\n"
	"\n"
	"	read -ra words <<<\"$line\"\n"
	"	[[ $line != *' ' ]] || words+=('')\n"
	"	cur=${words[-1]} command=${words[1]-} COMPREPLY=()\n"
	"	if [ ${#words[@]} -lt 3 ]; then\n"
	"		_fragreplay_words \"$cur\" \"$_fragreplay_commands --help --version\"\n"
	"		return\n"
	"	fi\n"
	"	prev=${words[-2]}\n"
	"	_fragreplay_value || _fragreplay_operand\n"
	"	# readline takes = and : for the ends of words\n"
	"	[[ $cur != *[=:]* ]] || [[ $COMP_WORDBREAKS != *[=:]* ]] || {\n"
	"		before=${cur%\"${cur##*[=:]}\"}\n"
	"		COMPREPLY=(\"${COMPREPLY[@]#\"$before\"}\")\n"
	"	}\n"
	"}\n"
	"complete -F _fragreplay fragreplay\n";

static void print_variable(const char *name)
{
	printf("_fragreplay_%s='", name);
}

static void print_metric(void *ctx, const char *name, const struct metric *m)
{
	(void)ctx;
	(void)m;
	printf("%s= ", name);
}

static void print_setting(void *ctx, const char *name)
{
	(void)ctx;
	printf("%s= ", name);
}

static void print_policies(void)
{
	const char *name, *doc;

	print_variable("policies");
	printf("observed");
	for (int i = 0; builtin_policies[i]; i++)
		printf(" %s", builtin_policies[i]->name);
	puts("'");
	printf("declare -A _fragreplay_tunables=(");
	for (int i = 0; builtin_policies[i]; i++) {
		const struct policy_tunable *t = builtin_policies[i]->tunables;

		printf(" [%s]='", builtin_policies[i]->name);
		for (; t && t->name; t++)
			printf("%s= ", t->name);
		putchar('\'');
	}
	puts(" )");
	print_variable("common");
	printf("kernel=");
	for (int i = 0; filemap_variants[i]; i++)
		printf(" filemap=%s", filemap_variants[i]->name);
	for (unsigned int i = 0; (name = kernel_feature_name(i, &doc)); i++)
		printf(" %s=", name);
	puts("'");
}

static void print_names(void)
{
	print_variable("commands");
	for (const struct command *c = command_table; c->name; c++)
		printf("%s%s", c == command_table ? "" : " ", c->name);
	puts("'");
	print_policies();
	print_variable("metrics");
	metric_for_each(print_metric, NULL);
	puts("'");
	print_variable("settings");
	settings_for_each(print_setting, NULL);
	puts("'\n");
}

/* prints the command that completes a value or an operand of a kind */
static void print_action(enum value_kind kind, const char *words)
{
	switch (kind) {
	case VALUE_FILE:
		puts("_fragreplay_files \"$cur\" ;;");
		return;
	case VALUE_DIRECTORY:
		puts("_fragreplay_directories \"$cur\" ;;");
		return;
	case VALUE_POLICY:
		puts("_fragreplay_policy \"$cur\" ;;");
		return;
	case VALUE_METRIC:
		puts("_fragreplay_open \"$cur\" \"$_fragreplay_metrics\" ;;");
		return;
	case VALUE_SETTING:
		puts("_fragreplay_open \"$cur\" \"$_fragreplay_settings\" ;;");
		return;
	case VALUE_COMMAND:
		puts("_fragreplay_words \"$cur\" \"$_fragreplay_commands\" ;;");
		return;
	case VALUE_WORDS:
		printf("_fragreplay_words \"$cur\" '%s' ;;\n", words);
		return;
	case VALUE_NONE:
	case VALUE_TEXT:
		puts(";;");
	}
}

/* prints a word that an option with a value follows, or that is both: "--color=al" */
static void print_case(const struct command *c, const struct option_info *o)
{
	if (o->value[0] != '[') {
		printf("	'%s --%s '*", c->name, o->name);
		if (o->key < 256)
			printf(" | '%s -%c '*", c->name, (char)o->key);
		printf(") ");
		print_action(o->kind, o->words);
		return;
	}
	printf("	'%s '*' --%s='*) mapfile -t COMPREPLY < <(compgen -P '--%s=' -W '%s' --"
	       " \"${cur#*=}\") ;;\n",
	       c->name, o->name, o->name, o->words);
}

static void print_values(void)
{
	puts("_fragreplay_value()\n{\n	case \"$command $prev $cur\" in");
	for (const struct command *c = command_table; c->name; c++)
		for (const struct option_info *o = option_table; o->name; o++)
			if (o->commands & c->bit && o->kind != VALUE_NONE)
				print_case(c, o);
	puts("	*) return 1 ;;\n	esac\n}\n");
}

static void print_operands(void)
{
	puts("_fragreplay_operand()\n{\n	case \"$command $cur\" in");
	for (const struct command *c = command_table; c->name; c++) {
		printf("	'%s -'*) _fragreplay_words \"$cur\" '", c->name);
		for (const struct option_info *o = option_table; o->name; o++)
			if (o->commands & c->bit)
				printf("--%s ", o->name);
		printf("' ;;\n	'%s '*) ", c->name);
		print_action(c->operand, c->operand == VALUE_WORDS ? c->usage : NULL);
	}
	puts("	esac\n}\n");
}

/**
 * cmd_completion - print the script that completes command lines in a shell
 * @argc: number of arguments
 * @argv: the arguments; the first is the name of the command, the second that of the shell
 *
 * Return: exit code.
 */
int cmd_completion(int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "bash")) {
		message("completion: name a shell: bash; see `fragreplay help completion`");
		return EXIT_TROUBLE;
	}
	fputs(head, stdout);
	print_names();
	print_values();
	print_operands();
	fputs(body, stdout);
	return output_flush_stdout() ? EXIT_TROUBLE : EXIT_OK;
}
