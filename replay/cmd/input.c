// SPDX-License-Identifier: GPL-2.0-only
/* A command works on a recording directory, or on a bare trace whose machine is inferred. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input.h"
#include "base/interrupt.h"
#include "base/message.h"
#include "mm/mm.h"
#include "options.h"
#include "settings.h"

static int find_trace(struct input *in, const char *path, char *err, size_t errlen)
{
	struct stat st = { .st_mode = S_IFIFO };

	if (strcmp(path, "-") && stat(path, &st)) {
		snprintf(err, errlen, "%s: %s; name a recording directory or a trace file", path,
			 strerror(errno));
		return -1;
	}
	in->is_recording = S_ISDIR(st.st_mode);
	if ((size_t)snprintf(in->trace_path, sizeof(in->trace_path), "%s%s", path,
			     in->is_recording ? "/trace.dat" : "") >= sizeof(in->trace_path)) {
		snprintf(err, errlen, "%s: the path is too long", path);
		return -1;
	}
	if (in->is_recording && stat(in->trace_path, &st)) {
		snprintf(err, errlen, "%s: %s; a recording is a directory with a trace.dat",
			 in->trace_path, strerror(errno));
		return -1;
	}
	return 0;
}

/**
 * input_trace_options - say how an input's trace is to be read
 * @in: the input, which must outlive the trace
 * @o: the command's options
 *
 * Return: for trace_open().
 */
struct trace_options input_trace_options(const struct input *in, const struct options *o)
{
	return (struct trace_options){
		.copy = &in->trace_copy,
		.holes = in->extent.hole,
		.nr_holes = in->extent.nr_holes,
		.allow_incomplete = o->allow_incomplete,
		.instance = o->instance,
		.threads = o->threads == 1 ? 0 : 1,
	};
}

/*
 * An absurd pfn must not take all memory of the host: the models need some 32 bytes for each page
 * between 0 and the highest, each of them.
 */
static bool fits_into_memory(const struct input *in, const struct options *o, char *err,
			     size_t errlen)
{
	u64 pages = o->memory_pages ? o->memory_pages : in->extent.max_pfn;
	u64 models = (o->nr_policies ? o->nr_policies : 1) * (u64)(o->seeds ? o->seeds : 1);
	u64 need = pages * (8 + 24 * models);
	u64 here = (u64)sysconf(_SC_PHYS_PAGES) * (u64)sysconf(_SC_PAGESIZE) / 4 * 3;

	if (pages < 1u << 31 && need <= here)
		return true;
	snprintf(err, errlen,
		 "%s: the trace names pages up to %llu MiB, holes left out; to replay so"
		 " much memory under %llu models takes %llu MiB, and %llu may be used here: choose"
		 " less with --memory, or fewer models",
		 in->trace_path, (unsigned long long)pages >> 8, (unsigned long long)models,
		 (unsigned long long)need >> 20, (unsigned long long)here >> 20);
	return false;
}

/* Without snapshots the trace itself must tell how far memory reaches. */
static int infer_machine(struct input *in, const struct options *o, char *err, size_t errlen)
{
	struct trace_options topt = input_trace_options(in, o);
	struct trace_extent *extent = &in->extent;

	if (trace_extent_read(extent, in->trace_path, &topt, o->memory_pages, &in->recording,
			      &interrupted, err, errlen))
		return -1;
	if (!extent->max_pfn && o->describe) {
		recording_note(&in->recording, "no event names a page: it cannot be replayed");
		return 0;
	}
	if (!extent->max_pfn && !o->memory_pages) {
		snprintf(err, errlen, "%s: no allocator event in it names a page: record with"
			 " `trace-cmd record -e kmem:mm_page_alloc -e kmem:mm_page_free`"
			 " (or use scripts/record)", in->trace_path);
		return -1;
	}
	if (!fits_into_memory(in, o, err, errlen))
		return -1;
	if (!in->recording.kernel[0])
		snprintf(in->recording.kernel, sizeof(in->recording.kernel), "%s", extent->kernel);
	if (!in->recording.version)
		in->recording.version = kernel_version_parse(in->recording.kernel);
	recording_infer(&in->recording, o->memory_pages, extent->max_pfn ? extent->max_pfn - 1 : 0,
			extent->cpus);
	if (!in->recording.swap_pages)
		recording_infer_reclaim(&in->recording, extent);
	return 0;
}

static const char *missing_side(const struct recording *m)
{
	return m->before.present ? m->after.present ? NULL : "after" : "before";
}

/* Snapshots that cannot be used are an error, unless the user said to go on without them. */
static int load_snapshots(struct input *in, const struct options *o, char *err, size_t errlen)
{
	const char *dir = o->arg[0], *missing = NULL;
	int ret = recording_load(&in->recording, dir, err, errlen);

	if (!ret)
		missing = missing_side(&in->recording);
	if (missing)
		snprintf(err, errlen, "%s/%s: missing; a recording has before/ and after/. Replay"
			 " %s to have the machine inferred, or say --allow-incomplete", dir,
			 missing, in->trace_path);
	if (!ret && !missing)
		return 0;
	if (!o->allow_incomplete) {
		input_close(in);
		return -1;
	}
	message("%s", err);
	in->damaged = true;
	if (ret)
		memset(&in->recording, 0, sizeof(in->recording));
	return 0;
}

/*
 * A kernel that the model does not know is said: recordings of it are worth a replay, where such a
 * version on the command line is a mistake.
 */
static void note_version(struct input *in)
{
	u32 version = in->recording.version;
	char text[16];

	if (!version || kernel_version_modeled(version))
		return;
	recording_note(&in->recording,
		       "the kernel recorded, %s, is outside of 6.1 to 7.3: the model behaves"
		       " as %s",
		       kernel_version_print(version, text, sizeof(text)),
		       version < KERNEL_OLDEST ? "6.1" : "7.3");
}

/**
 * input_open - find the trace, load its snapshots or infer the memory, and apply the settings
 * @in: filled in; input_close() frees it
 * @o: options; ->arg[0] is the path
 * @err: message naming file, place and remedy
 * @errlen: its size
 *
 * Return: 0; -1 with @err filled.
 */
int input_open(struct input *in, const struct options *o, char *err, size_t errlen)
{
	memset(in, 0, sizeof(*in));
	in->trace_copy = -1;
	params_default(&in->params);
	if (find_trace(in, o->arg[0], err, errlen))
		return -1;
	if (!in->is_recording &&
	    trace_copy(in->trace_path, o->allow_incomplete, &in->trace_copy, err, errlen))
		return -1;
	if (in->is_recording && load_snapshots(in, o, err, errlen))
		return -1;
	if (!in->recording.before.present || !in->recording.before.have_zoneinfo) {
		if (infer_machine(in, o, err, errlen))
			goto fail;
	} else if (o->memory_pages) {
		snprintf(err, errlen, "--memory: %s has the recorded machine's own zones;"
			 " replay its trace.dat alone to choose the size", o->arg[0]);
		goto fail;
	}
	if (!o->version)
		note_version(in);
	if (settings_apply(o, &in->recording, &in->params, err, errlen))
		goto fail;
	return 0;
fail:
	input_close(in);
	return -1;
}

/**
 * input_close - free what input_open() read
 * @in: the input
 */
void input_close(struct input *in)
{
	recording_release(&in->recording);
	if (in->trace_copy >= 0)
		close(in->trace_copy);
	in->trace_copy = -1;
}

/**
 * input_say_notes - print the notes on stderr that have not been printed yet
 * @in: the input
 */
void input_say_notes(struct input *in)
{
	const char *note = in->recording.notes + in->notes_said;

	while (*note) {
		size_t len = strcspn(note, "\n");

		message("%s: %.*s", in->trace_path, (int)len, note);
		note += len + (note[len] == '\n');
	}
	in->notes_said = (size_t)(note - in->recording.notes);
}

/**
 * input_note_trace - put what a trace says of itself under the notes
 * @in: the input
 * @info: of its trace, which has been read to its end
 */
void input_note_trace(struct input *in, const struct trace_info *info)
{
	for (const char *note = info->notes; *note;) {
		size_t len = strcspn(note, "\n");

		recording_note(&in->recording, "%.*s", (int)len, note);
		note += len + (note[len] == '\n');
	}
}

/* Is it more than one in a thousand? */
static bool worth_a_note(u64 part, u64 whole)
{
	return part && part * 1000 > whole;
}

static void note_oom(struct input *in, const struct policy_result *run, u64 allocs)
{
	if (run->mm && worth_a_note(run->mm->oom_failed, allocs))
		recording_note(&in->recording,
			       "%s: %llu requests failed, as memory and swap of the"
			       " replayed machine were used up; the trace has %llu allocations",
			       run->policy, (unsigned long long)run->mm->oom_failed,
			       (unsigned long long)allocs);
}

/**
 * input_note_run - put under the notes what makes a replay doubtful
 * @in: the input
 * @out: its finished replay
 */
void input_note_run(struct input *in, const struct run_output *out)
{
	const struct demand_stats *d = &out->demand;
	u64 unknown = d->silent_allocs + d->resident_inferred;

	input_note_trace(in, &out->trace);
	if (worth_a_note(d->conflicts, d->allocs))
		recording_note(&in->recording,
			       "%llu of %llu allocations were of pages still in use:"
			       " frees are missing, or the trace is of several machines",
			       (unsigned long long)d->conflicts, (unsigned long long)d->allocs);
	if (!in->recording.before.kpageflags && worth_a_note(unknown, d->frees))
		recording_note(&in->recording,
			       "%llu of %llu frees were of pages that no event had"
			       " allocated: older than the trace, or of the bulk allocator",
			       (unsigned long long)unknown, (unsigned long long)d->frees);
	for (unsigned int i = 0; i < out->nr_runs; i++)
		note_oom(in, &out->run[i], d->allocs);
}

static void show_progress(void *ctx, const struct trace_info *info)
{
	progress_update(ctx, info->bytes_read, info->file_bytes, info->records);
}

/**
 * input_run_options - fill in what run_replay() needs to know of an input
 * @in: the input; must outlive the run
 * @o: the command's options
 * @progress: set up to show how much of the trace has been read; to be cleared after the run.
 *	NULL: nothing is shown
 * @run: filled in
 */
void input_run_options(struct input *in, const struct options *o, struct progress *progress,
		       struct run_options *run)
{
	*run = (struct run_options){
		.trace = input_trace_options(in, o),
		.trace_path = in->trace_path,
		.recording = &in->recording,
		.params = in->params,
		.version = o->version,
		.timeline_ms = o->timeline_ms,
		.refault_rate = o->refault,
		.want_end_state = o->end_state != NULL,
		.threads = o->threads,
		.check_every = (uint32_t)o->check_every,
		.stop = &interrupted,
		.progress = progress ? show_progress : NULL,
		.progress_ctx = progress,
	};
	if (progress)
		progress_init(progress, o->quiet);
}
