// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy from a file may crash, by itself or by what it did to the model. The message then names
 * the policy and its hooks, instead of a bare "Segmentation fault".
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "plugin_guard.h"
#include "base/exit_code.h"

static __thread const struct mm *foreign;	/* this thread's memory, while a policy has it */

static void write_stderr(const char *text)
{
	/* if even this fails there is nothing left to do */
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(EXIT_TROUBLE);
}

/* The signal comes from this thread's own code, so that formatting into a buffer is safe. */
static void crashed(int sig)
{
	char hooks[512];

	if (!foreign) {
		signal(sig, SIG_DFL);
		raise(sig);
		return;
	}
	policy_hooks_called(foreign, hooks, sizeof(hooks));
	write_stderr("fragreplay: policy ");
	write_stderr(foreign->policy->own->name);
	write_stderr(sig == SIGFPE    ? ": divided by zero"
		     : sig == SIGABRT ? ": aborted"
				      : ": crashed");
	write_stderr(", or broke the model so that it did; hooks of the policy called since the"
		     " model was last whole: ");
	write_stderr(hooks[0] ? hooks : "none");
	write_stderr("\n");
	_exit(EXIT_TROUBLE);
}

/**
 * plugin_guard_install - catch crashes, once a policy from a file is loaded
 */
void plugin_guard_install(void)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct sigaction action = { .sa_handler = crashed };

	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i], &action, NULL);
}

/**
 * plugin_guard_enter - blame a policy from a file for what this thread does from now on
 * @mm: its model memory
 */
void plugin_guard_enter(const struct mm *mm)
{
	foreign = mm;
}

/**
 * plugin_guard_leave - end what plugin_guard_enter() began
 */
void plugin_guard_leave(void)
{
	foreign = NULL;
}
