// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results are whole or absent: a file is written beside its place and renamed into it, and every
 * write error is an error of the command.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"
#include "message.h"

static int open_in_place(struct output *out)
{
	out->file = fopen(out->path, "w");
	if (!out->file) {
		message("%s: cannot write: %s", out->path, strerror(errno));
		return -1;
	}
	return 0;
}

/* mkstemp() makes files private, but a report gets the mode of any other new file. */
static void mode_by_umask(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	if (fchmod(fd, 0666 & ~mask))
		message("cannot set the mode of a new file: %s", strerror(errno));
}

/**
 * output_ending - find what tells the form of a file by its name
 * @path: the file
 *
 * Return: its ending with the dot, as ".svg"; "" when it has none.
 */
const char *output_ending(const char *path)
{
	const char *name = strrchr(path, '/');
	const char *dot;

	name = name ? name + 1 : path;
	dot = strrchr(name, '.');
	return dot && dot > name && dot[1] ? dot : "";
}

/**
 * output_open - open a place for results
 * @out: filled in
 * @path: file, or NULL for stdout
 *
 * A device, pipe or socket is written in place. Everything else gets a temporary file in the same
 * directory, which output_commit() renames.
 *
 * Return: 0; -1 with a message on stderr.
 */
int output_open(struct output *out, const char *path)
{
	struct stat st;
	int fd;

	memset(out, 0, sizeof(*out));
	out->path = path;
	if (!path) {
		out->file = stdout;
		return 0;
	}
	if (!stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return open_in_place(out);
	if (!stat(path, &st) && S_ISDIR(st.st_mode)) {
		message("%s: is a directory; name a file", path);
		return -1;
	}
	if ((size_t)snprintf(out->tmp, sizeof(out->tmp), "%s.XXXXXX", path) >= sizeof(out->tmp)) {
		message("%s: the path is too long", path);
		return -1;
	}
	fd = mkstemp(out->tmp);
	if (fd < 0) {
		message("%s: cannot create a file there: %s", path, strerror(errno));
		return -1;
	}
	mode_by_umask(fd);
	out->file = fdopen(fd, "w");
	if (!out->file) {
		close(fd);
		unlink(out->tmp);
		message("%s: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}

/* A reader that has seen enough, as head(1), knows that it closed the pipe. */
static bool reader_is_gone(int fd)
{
	struct pollfd p = { .fd = fd };

	return poll(&p, 1, 0) == 1 && p.revents & POLLERR;
}

/**
 * output_commit - finish what output_open() began
 * @out: the output; not to be used again
 *
 * Return: 0 once all bytes are with the kernel (and on disk, for a file); -1 with a message, unless
 * it is a pipe whose reader has left, and no file left behind.
 */
int output_commit(struct output *out)
{
	const char *name = out->path ? out->path : "standard output";
	bool wanted;
	int failed;

	failed = fflush(out->file) || ferror(out->file);
	wanted = !failed || !reader_is_gone(fileno(out->file));
	if (!failed && out->tmp[0])
		failed = fsync(fileno(out->file)) != 0;
	if (out->path) {
		failed |= fclose(out->file) != 0;
		if (!failed && out->tmp[0])
			failed = rename(out->tmp, out->path) != 0;
	}
	if (!failed)
		return 0;
	if (wanted)
		message("%s: cannot write: %s", name, strerror(errno));
	if (out->tmp[0])
		unlink(out->tmp);
	return -1;
}

/**
 * output_abort - forget an output; a file that was there before stays as it was
 * @out: the output
 */
void output_abort(struct output *out)
{
	if (!out->path || !out->file)
		return;
	fclose(out->file);
	if (out->tmp[0])
		unlink(out->tmp);
}

/**
 * output_probe - find out before a long run whether its result can be written there
 * @path: file, or NULL for stdout
 *
 * Return: 0; -1 with a message on stderr.
 */
int output_probe(const char *path)
{
	struct output out;

	if (output_open(&out, path))
		return -1;
	output_abort(&out);
	return 0;
}

/**
 * output_flush_stdout - make sure that what went to stdout arrived
 *
 * Return: 0; -1 with a message on stderr.
 */
int output_flush_stdout(void)
{
	struct output out = { .file = stdout };

	return output_commit(&out);
}
