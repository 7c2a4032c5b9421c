// SPDX-License-Identifier: GPL-2.0-only
/* Text that fits where it is shown. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "number.h"
#include "terminal.h"

/**
 * terminal_width - find out how wide stdout is
 *
 * Where the terminal does not say, the environment's COLUMNS does.
 *
 * Return: columns; 0 when stdout is no terminal.
 */
int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t given;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	if (columns && parse_number(columns, 1, 10000, &given))
		return (int)given;
	return PLAIN_WIDTH;
}

/**
 * print_wrapped - print words into a column, and a newline
 * @out: where to
 * @text: words with blanks between them
 * @column: where the line stands now; at most @indent
 * @indent: of the column
 * @width: most columns of a line, but for a word that is longer
 */
void print_wrapped(FILE *out, const char *text, int column, int indent, int width)
{
	if (column < indent)
		column += fprintf(out, "%*s", indent - column, "");
	while (*text) {
		int len = (int)strcspn(text, " ");

		if (column > indent && column + 1 + len > width)
			column = fprintf(out, "\n%*s", indent, "") - 1;
		else if (column > indent)
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", len, text);
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}
