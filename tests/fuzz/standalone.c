// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs every file of the directories (or files) named through a fuzz target: the corpus as a
 * regression test, for compilers without libFuzzer. A crash or a broken promise ends it by signal.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define INPUT_MAX_BYTES	(16 << 20)

static unsigned int inputs;

static int run_file(const char *path)
{
	uint8_t *data = NULL;
	FILE *f = fopen(path, "rb");
	size_t size;

	if (f)
		data = malloc(INPUT_MAX_BYTES);
	if (!data) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		if (f)
			fclose(f);
		return -1;
	}
	size = fread(data, 1, INPUT_MAX_BYTES, f);
	fclose(f);
	/* exactly as large as the input, so that a sanitizer sees the first byte behind it */
	if (size)
		data = realloc(data, size);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(data, size);
	inputs++;
	free(data);
	return 0;
}

static int run_directory(const char *path)
{
	struct dirent **entry;
	int ret = 0, n = scandir(path, &entry, NULL, alphasort);
	char file[PATH_MAX];

	if (n < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < n; i++) {
		if (entry[i]->d_name[0] != '.') {
			snprintf(file, sizeof(file), "%s/%s", path, entry[i]->d_name);
			ret |= run_file(file);
		}
		free(entry[i]);
	}
	free(entry);
	return ret;
}

int main(int argc, char **argv)
{
	struct stat st;
	int ret = 0;

	for (int i = 1; i < argc; i++) {
		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			ret |= run_directory(argv[i]);
		else
			ret |= run_file(argv[i]);
	}
	if (!inputs) {
		fprintf(stderr, "usage: %s CORPUS-DIRECTORY...\n", argv[0]);
		return 2;
	}
	printf("%u inputs\n", inputs);
	return ret ? 2 : 0;
}
