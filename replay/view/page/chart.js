/* SPDX-License-Identifier: GPL-2.0-only */
/* A curve for each policy over time, and their values at the time that the slider names. */

const FRAME = { width: 380, height: 168, left: 46, right: 10, top: 8, bottom: 22 };
const HUGE_ORDER = 9;

/* successes of all attempts, in percent; nothing was tried: no value */
function successRate(now, before) {
	const won = now.thp_fault_alloc - before.thp_fault_alloc;
	const tries = won + now.thp_fault_fallback - before.thp_fault_fallback;

	return tries > 0 ? 100 * won / tries : null;
}

const NOTHING = { thp_fault_alloc: 0, thp_fault_fallback: 0, pgsteal: 0, pswpout: 0 };
const percent = (n) => `${Number(n.toFixed(1))}%`;

/*
 * value: of a sample and the one to count from; state: not a counter, so the same either way;
 * optional: only some policies have it, and without any there is no such chart
 */
const CHARTS = [
	{ title: 'THP faults that got a huge page', hint: 'share of attempts; more is better',
	  format: percent, ceiling: 100, value: successRate },
	{ title: 'Free pageblocks', hint: 'wholly free, 2 MiB each', format: brief, state: true,
	  value: (now, before, pages) => now.free_blocks / pages },
	{ title: 'Unusable free memory',
	  hint: `share of it too scattered for order ${HUGE_ORDER}; less is better`,
	  format: percent, ceiling: 100, state: true,
	  value: (now) => Array.isArray(now.unusable_index) && isNumber(now.unusable_index[HUGE_ORDER]) ?
		100 * now.unusable_index[HUGE_ORDER] : null },
	{ title: 'Pages reclaimed', hint: 'pgsteal; less is better', format: brief,
	  value: (now, before) => now.pgsteal - before.pgsteal },
	{ title: 'Pages swapped out', hint: 'pswpout; less is better', format: brief,
	  value: (now, before) => now.pswpout - before.pswpout },
	{ title: 'Tainted superpageblocks', hint: 'they hold kernel pages; less is better',
	  format: brief, state: true, optional: true,
	  value: (now) => now.spb ? now.spb.nr_tainted : null },
];

/* a round number at or above @n, and the step between lines below it, of @least or more */
function axis(n, least = 0) {
	const magnitude = 10 ** Math.floor(Math.log10(Math.max(n, 1e-9)));
	const step = Math.max(least, [0.25, 0.5, 1, 2, 2.5].map((m) => m * magnitude)
		.find((s) => 4 * s >= n) || 5 * magnitude);

	return { step, top: Math.max(step, Math.ceil(n / step - 1e-9) * step) };
}

class Chart {
	constructor(kind, policies, end, pickTime) {
		this.kind = kind;
		this.policies = policies;
		this.end = Math.max(end, 1);
		this.plot = svg('svg', { viewBox: `0 0 ${FRAME.width} ${FRAME.height}`, role: 'img' });
		this.values = element('ul', { class: 'values' });
		this.figure = element('figure', { class: 'chart' },
			element('figcaption', {}, element('strong', {}, kind.title),
				element('span', {}, kind.hint)),
			this.values, this.plot);
		this.plot.addEventListener('pointerdown', (event) => this.#pick(event, pickTime));
		this.plot.addEventListener('pointermove', (event) => {
			if (event.buttons)
				this.#pick(event, pickTime);
		});
	}

	#pick(event, pickTime) {
		const box = this.plot.getBoundingClientRect();
		const x = (event.clientX - box.left) / box.width * FRAME.width;

		pickTime((x - FRAME.left) / (FRAME.width - FRAME.left - FRAME.right) * this.end);
	}

	#x(t) {
		return FRAME.left + t / this.end * (FRAME.width - FRAME.left - FRAME.right);
	}

	#y(value) {
		const { top, bottom, height } = FRAME;

		return height - bottom - value / this.top * (height - top - bottom);
	}

	#series(policy, interval) {
		const { timeline, blockPages } = policy;

		return timeline.map((sample, i) => {
			const before = !interval ? NOTHING : timeline[i - 1];
			const value = before || this.kind.state ?
				this.kind.value(sample, before, blockPages) : null;

			return isNumber(value) ? value : null;
		});
	}

	/* the counting, or which policies are shown, changed */
	arrange(interval) {
		const on = this.policies.filter((policy) => policy.on && policy.timeline.length);

		this.series = new Map(on.map((p) => [p, this.#series(p, interval)]));
		this.shown = on.filter((p) => !this.kind.optional || this.series.get(p).some(isNumber));
		const peak = Math.max(0, ...[...this.series.values()].flat().filter(isNumber));
		const { step, top } = axis(Math.max(peak, 1), 1);

		this.top = this.kind.ceiling ? Math.min(top, this.kind.ceiling) : top;
		this.step = step;
		this.cursor = svg('line', { class: 'cursor', y1: FRAME.top,
			y2: FRAME.height - FRAME.bottom });
		this.dots = this.shown.map((policy) => svg('circle', { r: 3, class: `line${policy.style}` }));
		this.plot.replaceChildren(...this.#grid(), ...this.shown.map((p) => this.#line(p)),
			this.cursor, ...this.dots);
		this.figure.hidden = !this.shown.length;
	}

	#grid() {
		const parts = [], { left, right, width, height, bottom } = FRAME;

		for (let value = 0; value <= this.top * 1.001; value += this.step) {
			const y = this.#y(value);

			parts.push(svg('line', { class: 'grid', x1: left, x2: width - right, y1: y, y2: y }),
				svg('text', { x: left - 6, y: y + 3.5, 'text-anchor': 'end' },
					this.kind.format(value)));
		}
		const { step } = axis(this.end / 1e9);

		for (let s = 0; s <= this.end / 1e9; s += step)
			parts.push(svg('text', { x: this.#x(s * 1e9), y: height - bottom + 15,
				'text-anchor': s ? 'middle' : 'start' }, `${Number(s.toFixed(3))} s`));
		return parts;
	}

	#line(policy) {
		let path = '', pen = 'M';

		this.series.get(policy).forEach((value, i) => {
			if (value === null) {
				pen = 'M';
				return;
			}
			const x = this.#x(policy.timeline[i].t_ns), y = this.#y(value);

			path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
			pen = 'L';
		});
		return svg('path', { class: `line line${policy.style}`, d: path });
	}

	/* the slider moved */
	draw(t) {
		const x = this.#x(Math.min(t, this.end)), texts = [];

		this.cursor.setAttribute('x1', x);
		this.cursor.setAttribute('x2', x);
		this.values.replaceChildren(...this.shown.map((policy, i) => {
			const at = Math.max(lastAt(policy.sampleTimes, t), 0);
			const value = this.series.get(policy)[at], dot = this.dots[i];
			const text = value === null ? 'none tried' : this.kind.format(value);

			dot.setAttribute('visibility', value === null ? 'hidden' : 'visible');
			dot.setAttribute('cx', this.#x(policy.sampleTimes[at]));
			dot.setAttribute('cy', this.#y(value || 0));
			texts.push(`${policy.label} ${text}`);
			return element('li', { title: policy.label }, policyKey(policy), text);
		}));
		this.plot.setAttribute('aria-label',
			`${this.kind.title} at ${seconds(t)}: ${texts.join(', ')}`);
	}
}

/* how a policy is drawn in charts and where it is named */
function policyKey(policy) {
	return svg('svg', { class: 'key', viewBox: '0 0 22 8', 'aria-hidden': 'true' },
		svg('line', { class: `line line${policy.style}`, x1: 0, x2: 22, y1: 4, y2: 4 }));
}
