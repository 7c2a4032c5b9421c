/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command works on: a recording, or a bare trace. */
#ifndef FRAGREPLAY_INPUT_H
#define FRAGREPLAY_INPUT_H

#include "base/progress.h"
#include "engine/engine.h"
#include "options.h"

struct input {
	char trace_path[4096];
	int trace_copy;			/* of trace_copy() */
	struct trace_extent extent;	/* where the machine is inferred */
	bool is_recording;		/* a directory with snapshots, not a bare trace */
	bool damaged;			/* snapshots were set aside: --allow-incomplete */
	size_t notes_said;		/* of recording.notes, what stderr has seen already */
	struct recording recording;
	struct mm_params params;
};

int input_open(struct input *in, const struct options *o, char *err, size_t errlen);
void input_close(struct input *in);
struct trace_options input_trace_options(const struct input *in, const struct options *o);
void input_say_notes(struct input *in);
void input_note_trace(struct input *in, const struct trace_info *info);
void input_note_run(struct input *in, const struct run_output *out);
void input_run_options(struct input *in, const struct options *o, struct progress *progress,
		       struct run_options *run);

#endif
