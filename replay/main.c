// SPDX-License-Identifier: GPL-2.0-only
/* fragreplay replays page-allocator traces under another policy. */
#include <fcntl.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/json.h"
#include "cmd/cmd.h"

/* A file that is opened must never become the stdout or stderr that the caller has closed. */
static void occupy_standard_fds(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			_exit(EXIT_TROUBLE);
}

/**
 * main - run the command that the first argument names
 * @argc: number of arguments
 * @argv: the arguments
 *
 * Return: exit code.
 */
int main(int argc, char **argv)
{
	occupy_standard_fds();
	interrupt_install();
	json_watch_memory();
	return command_dispatch(argc, argv);
}
