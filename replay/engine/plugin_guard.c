// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy from a file may crash, by itself or by what it did to the model. The message then names
 * the policy and its hooks, instead of a bare "Segmentation fault".
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin_guard.h"
#include "base/exit_code.h"

#define STACK_SIZE 65536

/* A handler needs a stack of its own where the policy's overflowed. */
static __thread char handler_stack[STACK_SIZE];
static __thread bool has_stack;
static __thread const struct mm *foreign; /* this thread's memory, while a policy has it */

static void write_stderr(const char *text)
{
	/* if even this fails there is nothing left to do */
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(EXIT_TROUBLE);
}

static _Noreturn void blame(const char *what)
{
	char hooks[512];

	policy_hooks_called(foreign, hooks, sizeof(hooks));
	write_stderr("fragreplay: policy ");
	write_stderr(foreign->policy->own->name);
	write_stderr(what);
	write_stderr("; hooks of the policy called since the model was last whole: ");
	write_stderr(hooks[0] ? hooks : "none");
	write_stderr("\n");
	_exit(EXIT_TROUBLE);
}

/* The signal comes from this thread's own code, so that formatting into a buffer is safe. */
static void crashed(int sig)
{
	if (!foreign) {
		signal(sig, SIG_DFL);
		raise(sig);
		return;
	}
	if (sig == SIGFPE)
		blame(": divided by zero, or broke the model so that it did");
	if (sig == SIGABRT)
		blame(": aborted, or broke the model so that it did");
	blame(": crashed, or broke the model so that it did");
}

static void left(void)
{
	if (foreign)
		blame(": ended the program");
}

/**
 * plugin_guard_watch_exit - tell of a policy that calls exit()
 *
 * It is called once in a process, before a policy from a file is loaded.
 */
void plugin_guard_watch_exit(void)
{
	if (atexit(left))
		write_stderr("fragreplay: a policy that calls exit() will not be named\n");
}

/**
 * plugin_guard_install - catch crashes, once a policy from a file is loaded
 */
void plugin_guard_install(void)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct sigaction action = { .sa_handler = crashed, .sa_flags = SA_ONSTACK };

	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i], &action, NULL);
}

/**
 * plugin_guard_enter - blame a policy from a file for what this thread does from now on
 * @mm: its model memory
 */
void plugin_guard_enter(const struct mm *mm)
{
	const stack_t stack = { .ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
	stack_t old;

	/* a sanitizer has its own, and takes it away itself when the thread ends */
	if (!has_stack && !sigaltstack(NULL, &old))
		has_stack = !(old.ss_flags & SS_DISABLE) || !sigaltstack(&stack, NULL);
	foreign = mm;
}

/**
 * plugin_guard_leave - end what plugin_guard_enter() began
 */
void plugin_guard_leave(void)
{
	foreign = NULL;
}
