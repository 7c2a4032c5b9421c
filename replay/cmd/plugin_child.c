// SPDX-License-Identifier: GPL-2.0-only
/* The process of a policy from a file, and what becomes of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "base/interrupt.h"
#include "base/message.h"
#include "engine/engine.h"
#include "options.h"
#include "plugin_child.h"

#define POLL_NS 10000000

/*
 * The child leaves by _exit(), so that nothing of the plug-in runs any more. What it prints goes to
 * stderr where results have a way of their own, for stdout carries results alone.
 */
static _Noreturn void run_child(struct plugin_child *c, plugin_work work, void *ctx)
{
	int ret;

	if (c->fd >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		_exit(EXIT_TROUBLE);
	plugin_guard_watch_exit();
	ret = work(ctx, c->fd, c->beat);
	if (fflush(stdout) || fflush(stderr))
		ret = EXIT_TROUBLE;
	_exit(ret);
}

/**
 * plugin_child_start - run a policy in a process of its own
 * @c: filled in; plugin_child_release() ends it
 * @policy: as the user named it
 * @results: the child has results to hand over by a file descriptor
 * @work: what it does
 * @ctx: for @work
 *
 * Return: 0; -1 with a message on stderr.
 */
int plugin_child_start(struct plugin_child *c, const char *policy, bool results, plugin_work work,
		       void *ctx)
{
	*c = (struct plugin_child){ .policy = policy, .fd = -1 };
	c->beat = mmap(NULL, sizeof(*c->beat), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (c->beat == MAP_FAILED)
		c->beat = NULL;
	if (results)
		c->fd = memfd_create("results", MFD_CLOEXEC);
	fflush(stdout);
	fflush(stderr);
	if (c->beat && (!results || c->fd >= 0))
		c->pid = fork();
	else
		c->pid = -1;
	if (c->pid < 0) {
		message("-p %s: no process for it: %s", policy, strerror(errno));
		c->pid = 0;
		plugin_child_release(c);
		return -1;
	}
	if (!c->pid)
		run_child(c, work, ctx);
	return 0;
}

static double cpu_seconds(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
		return 0;
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double now_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* when the child last moved, by either clock */
struct life {
	unsigned long long progress;
	double progress_cpu, cpu, cpu_time;
};

/* A busy machine makes a child slow, so that the time in which it runs is what counts. */
static const char *stuck(struct life *l, const struct plugin_child *c, unsigned int patience)
{
	double cpu = cpu_seconds(c->pid), now = now_seconds();

	if (c->beat->progress != l->progress) {
		l->progress = c->beat->progress;
		l->progress_cpu = cpu;
	}
	if (cpu - l->cpu > 0.001) {
		l->cpu = cpu;
		l->cpu_time = now;
	}
	if (cpu - l->progress_cpu > patience)
		return "it ran without any progress";
	if (now - l->cpu_time > patience)
		return "it waited without any progress";
	return NULL;
}

static int wait_or_kill(const struct plugin_child *c, unsigned int patience, int *status)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	struct life life = { .progress_cpu = cpu_seconds(c->pid), .cpu_time = now_seconds() };
	bool told = false;
	const char *why;
	pid_t pid;

	while (!(pid = waitpid(c->pid, status, WNOHANG)) || (pid < 0 && errno == EINTR)) {
		/* SIGINT may have reached it already, and a second one kills */
		if (interrupted && !told)
			told = !kill(c->pid, SIGTERM);
		why = stuck(&life, c, patience);
		if (why) {
			message("-p %s: %s for %u s: it loops, or waits for what never comes"
				" (--plugin-patience)",
				c->policy, why, patience);
			kill(c->pid, SIGKILL);
			waitpid(c->pid, status, 0);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return pid < 0 ? -1 : 0;
}

static bool has_results(const struct plugin_child *c)
{
	struct stat st;

	return c->fd < 0 || (!fstat(c->fd, &st) && st.st_size);
}

/**
 * plugin_child_wait - what became of a child
 * @c: started
 * @patience: seconds that it may take without any progress
 *
 * Return: its exit code; EXIT_TROUBLE, with a message that names the policy, where it was killed,
 * or ended without results.
 */
int plugin_child_wait(struct plugin_child *c, unsigned int patience)
{
	int status = 0;

	if (wait_or_kill(c, patience, &status)) {
		c->pid = 0;
		return EXIT_TROUBLE;
	}
	c->pid = 0;
	if (WIFSIGNALED(status)) {
		message("-p %s: its process died: %s%s; the policy, or what it did to the model,"
			" crashed",
			c->policy, strsignal(WTERMSIG(status)),
			WTERMSIG(status) == SIGSEGV ? " (or its stack overflowed)" : "");
		return EXIT_TROUBLE;
	}
	if (WEXITSTATUS(status) == EXIT_OK && !has_results(c)) {
		message("-p %s: it ended the program, and there is no report of it", c->policy);
		return EXIT_TROUBLE;
	}
	return WEXITSTATUS(status);
}

/**
 * plugin_child_release - end a child
 * @c: the child; it is killed if it still runs
 */
void plugin_child_release(struct plugin_child *c)
{
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	if (c->fd >= 0)
		close(c->fd);
	if (c->beat)
		munmap(c->beat, sizeof(*c->beat));
	*c = (struct plugin_child){ .fd = -1 };
}

/**
 * plugin_among - the first policy that comes from a file
 * @policy: as the user named them
 * @nr: how many
 *
 * Return: it; NULL when all are built in.
 */
const char *plugin_among(const char *const *policy, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (policy_names_file(policy[i]))
			return policy[i];
	return NULL;
}

struct whole_command {
	const struct options *o;
	plugin_command run;
};

static int run_command(void *ctx, int fd, struct plugin_beat *beat)
{
	const struct whole_command *w = ctx;
	struct options o = *w->o;

	(void)fd;
	o.beat = &beat->progress;
	return w->run(&o);
}

/**
 * plugin_child_command - run a whole command in a process of its own, for it calls a plug-in
 * @o: its options
 * @policy: the plug-in
 * @command: prints its results itself
 *
 * Return: its exit code, as plugin_child_wait().
 */
int plugin_child_command(const struct options *o, const char *policy, plugin_command command)
{
	struct whole_command w = { .o = o, .run = command };
	struct plugin_child c;
	int ret;

	if (plugin_child_start(&c, policy, false, run_command, &w))
		return EXIT_TROUBLE;
	ret = plugin_child_wait(&c, o->plugin_patience ? o->plugin_patience : PLUGIN_PATIENCE);
	plugin_child_release(&c);
	return ret;
}
